// `twinpath journal`: what a journal holds, chosen and printed, as CSV or into PostgreSQL; and whether it replays.
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/apps/commands.h"
#include "host/apps/config/decimal.h"
#include "host/apps/journal/journal_rows.h"
#include "host/apps/journal/journal_sql.h"
#include "host/journal/journal_reader.h"
#include "host/live/order_replay.h"

namespace twinpath {
namespace {

struct Options {
  std::string journal;
  JournalFilter filter;
  std::vector<std::string> kinds;
  std::string from, to;
  std::string postgres, table = "journal";
  bool csv = false, replay = false;
};

int replay(const Options& o) {
  Counters counters;
  const auto r = replay_journal(o.journal, counters);
  const OrderReplay::Totals& t = r->totals();
  fmt::print(
      "{} records, {} starts: {} orders, {} cancels, {} rejections, {} refused; {} acknowledged, {} fills, {} ended, "
      "{} "
      "commands; every verdict the same\n",
      t.records, t.starts, t.orders, t.cancels + t.host_cancels, t.rejects, t.refused, t.acks, t.fills, t.dones,
      t.commands);
  fmt::print("positions\n");
  for (std::size_t i = 0; i < r->names().symbols.size(); ++i) {
    if (const auto p = r->ledger().position(static_cast<SymbolIndex>(i)); p != 0)
      fmt::print("  {:<8}{:>12}\n", r->names().symbols[i], p);
  }
  const auto open = r->open_orders();
  fmt::print("open orders: {}\n", open.size());
  for (const auto& order : open)
    fmt::print("  {} {} {} {} at {}{}{}{}\n", order.order.user_ref, order.order.side == Side::buy ? "buy" : "sell",
               order.order.leaves, r->names().symbols[order.order.symbol], dollars_text(order.order.price),
               order.order.acknowledged ? "" : ", not acknowledged", order.order.cancel_sent ? ", cancel sent" : "",
               order.in_doubt ? ", in doubt" : "");
  for (const auto& u : r->unknown())
    fmt::print("  {} {}: cut off before it was known whether its frame left\n", u.user_ref,
               u.cancel ? "cancel" : "order");
  return 0;
}

int run(Options o) {
  if (o.replay) return replay(o);
  o.filter.kinds = {o.kinds.begin(), o.kinds.end()};
  if (!o.from.empty()) o.filter.from = parse_journal_time(o.from, "--from");
  if (!o.to.empty()) o.filter.to = parse_journal_time(o.to, "--to");
  JournalReader reader(o.journal);
  JournalRows rows;
  std::unique_ptr<JournalSql> sql;
  if (!o.postgres.empty()) sql = std::make_unique<JournalSql>(o.postgres, o.table);
  if (o.csv) fmt::print("{}\n", JournalRow::csv_header());
  std::uint64_t chosen = 0;
  while (const auto record = reader.next()) {
    const std::optional<JournalRow> row = rows.take(*record);
    if (!row || !o.filter.takes(*row)) continue;
    ++chosen;
    if (sql) {
      sql->put(*row);
    } else {
      fmt::print("{}\n", o.csv ? row->csv() : row->text());
    }
  }
  if (sql) fmt::print("{} records into table {}\n", sql->finish(), o.table);
  std::fflush(stdout);
  if (!reader.tail().message.empty()) fmt::print(stderr, "twinpath journal: {}\n", reader.tail().message);
  if (chosen == 0 && !o.csv && !sql)
    fmt::print(stderr, "twinpath journal: no record is of that kind, symbol, order and time\n");
  return 0;
}

}  // namespace

Run add_journal(cli::App& app) {
  auto o = std::make_shared<Options>();
  cli::App* sub = app.add_subcommand("journal", "Ask a journal of orders");
  sub->add_option("journal", o->journal, "the journal's folder, or one of its segments")
      ->required()
      ->check(cli::ExistingPath);
  sub->add_option("--kind", o->kinds,
                  "only: order, cancel, reject, refused, sent, doubt, ack, fill, done, command, state, start, bank or "
                  "stop; may be given again")
      ->expected(1)
      ->take_all()
      ->check(cli::IsMember(journal_row_kinds()));
  sub->add_option("--symbol", o->filter.symbol, "only this symbol's");
  sub->add_option("--order", o->filter.user_ref, "only this UserRefNum's");
  sub->add_option("--source", o->filter.source, "only this strategy's");
  sub->add_option("--from", o->from, "only from this time on, UTC: 2026-11-21T14:30:00, with up to nine decimals");
  sub->add_option("--to", o->to, "only before this time");
  auto* csv = sub->add_flag("--csv", o->csv, "as CSV (RFC 4180) with a header line");
  auto* postgres =
      sub->add_option("--postgres", o->postgres, "into PostgreSQL: a libpq connection string")->excludes(csv);
  sub->add_option("--table", o->table, "the table, made if need be; records that it has are left as they are")
      ->needs(postgres)
      ->capture_default_str();
  sub->add_flag("--replay", o->replay,
                "play it again: every verdict is made again and compared; positions and open orders")
      ->excludes(csv)
      ->excludes(postgres);
  return [o] { return run(*o); };
}

}  // namespace twinpath
