#include "host/apps/journal/journal_sql.h"

#include <fmt/format.h>

#include <stdexcept>

#ifdef TP_WITH_POSTGRES
#include <libpq-fe.h>
#endif

namespace twinpath {

#ifdef TP_WITH_POSTGRES

struct JournalSql::Connection {
  PGconn* server = nullptr;
  std::string table;  // quoted
  std::string rows;   // not yet sent

  ~Connection() { PQfinish(server); }

  [[noreturn]] void fail(std::string_view what) const {
    std::string why = PQerrorMessage(server);
    while (!why.empty() && why.back() == '\n') why.pop_back();
    for (char& c : why) c = c == '\n' ? ' ' : c;
    throw std::runtime_error(fmt::format("PostgreSQL: {}: {}", what, why));
  }
  // Returns how many rows it concerned.
  std::uint64_t run(const std::string& sql, std::string_view what, ExecStatusType expected = PGRES_COMMAND_OK) {
    PGresult* result = PQexec(server, sql.c_str());
    const ExecStatusType status = PQresultStatus(result);
    const std::string count = PQcmdTuples(result);
    PQclear(result);
    if (status != expected) fail(what);
    return count.empty() ? 0 : std::stoull(count);
  }
  void send() {
    if (rows.empty()) return;
    if (PQputCopyData(server, rows.data(), static_cast<int>(rows.size())) != 1) fail("the rows cannot be sent");
    rows.clear();
  }
};

JournalSql::JournalSql(const std::string& connection, const std::string& table) : c_(std::make_unique<Connection>()) {
  c_->server = PQconnectdb(connection.c_str());
  if (PQstatus(c_->server) != CONNECTION_OK) c_->fail("cannot be connected to; check the connection string");
  PQsetNoticeProcessor(c_->server, [](void*, const char*) {}, nullptr);
  char* quoted = PQescapeIdentifier(c_->server, table.data(), table.size());
  if (quoted == nullptr) c_->fail("no name of a table");
  c_->table = quoted;
  PQfreemem(quoted);
  c_->run("BEGIN", "no transaction can be begun");
  c_->run(fmt::format(
              "CREATE TABLE IF NOT EXISTS {} (number bigint PRIMARY KEY, time timestamptz NOT NULL, time_ns bigint NOT "
              "NULL, kind text NOT NULL, source text, symbol text, user_ref bigint, side text, quantity bigint, "
              "price numeric(14,4), reason text, position bigint, cycles bigint)",
              c_->table),
          "the table cannot be made");
  c_->run(fmt::format("CREATE TEMPORARY TABLE twinpath_rows (LIKE {}) ON COMMIT DROP", c_->table),
          "no temporary table can be made");
  c_->run("COPY twinpath_rows FROM STDIN (FORMAT csv)", "the rows cannot be copied", PGRES_COPY_IN);
}

JournalSql::~JournalSql() = default;

void JournalSql::put(const JournalRow& row) {
  const auto number = [](const auto& n) { return n ? fmt::format("{}", *n) : std::string(); };
  const auto text = [](const std::string& t) {
    if (t.empty()) return t;
    std::string q = "\"";
    for (const char c : t) q += c == '"' ? std::string("\"\"") : std::string(1, c);
    return q + '"';
  };
  c_->rows += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}\n", row.number, row.time_text(), row.time, row.kind,
                          text(row.source), text(row.symbol), number(row.user_ref), row.side, number(row.quantity),
                          row.price ? journal_dollars(*row.price) : "", text(row.reason), number(row.position),
                          number(row.cycles));
  constexpr std::size_t kAtOnce = 1U << 18U;
  if (c_->rows.size() >= kAtOnce) c_->send();
}

std::uint64_t JournalSql::finish() {
  c_->send();
  if (PQputCopyEnd(c_->server, nullptr) != 1) c_->fail("the rows cannot be sent");
  while (PGresult* result = PQgetResult(c_->server)) {
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status != PGRES_COMMAND_OK) c_->fail("the rows do not fit the table, name another with --table");
  }
  const std::uint64_t added =
      c_->run(fmt::format("INSERT INTO {} SELECT * FROM twinpath_rows ON CONFLICT (number) DO NOTHING", c_->table),
              "the rows do not fit the table, name another with --table");
  c_->run("COMMIT", "the rows cannot be committed");
  return added;
}

#else

struct JournalSql::Connection {};
JournalSql::JournalSql(const std::string&, const std::string&) {
  throw std::runtime_error("--postgres: this build has no libpq; install libpq-dev and build again");
}
JournalSql::~JournalSql() = default;
void JournalSql::put(const JournalRow&) {}
std::uint64_t JournalSql::finish() { return 0; }

#endif

}  // namespace twinpath
