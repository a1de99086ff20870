#include "host/apps/journal/journal_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <stdexcept>

#include "host/core/registers.h"

namespace twinpath {

const std::vector<std::string>& journal_row_kinds() {
  static const std::vector<std::string> kinds{"order", "cancel", "reject",  "refused", "sent",  "doubt", "ack",
                                              "fill",  "done",   "command", "state",   "start", "bank",  "stop"};
  return kinds;
}

std::string journal_dollars(std::uint64_t price) { return fmt::format("{}.{:04}", price / 10'000, price % 10'000); }

std::uint64_t parse_journal_time(const std::string& text, std::string_view option) {
  std::tm t{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &t);
  std::uint64_t ns = 0;
  bool good = rest != nullptr;
  if (good && *rest == '.') {
    std::uint64_t unit = 100'000'000;
    for (++rest; *rest >= '0' && *rest <= '9' && unit != 0; ++rest, unit /= 10)
      ns += static_cast<std::uint64_t>(*rest - '0') * unit;
  }
  if (good && *rest == 'Z') ++rest;
  good = good && *rest == '\0';
  if (!good)
    throw std::runtime_error(fmt::format(
        "{}: expected a time such as 2026-11-21T14:30:00.5, found '{}'; write it so, in UTC", option, text));
  return static_cast<std::uint64_t>(::timegm(&t)) * 1'000'000'000 + ns;
}

std::string JournalRow::time_text() const {
  const auto seconds = static_cast<std::time_t>(time / 1'000'000'000);
  std::tm t{};
  ::gmtime_r(&seconds, &t);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &t);
  return fmt::format("{}.{:09}Z", text.data(), time % 1'000'000'000);
}

std::string JournalRow::text() const {
  std::string line = fmt::format("{:>8}  {}  {:<8}", number, time_text(), kind);
  const auto put = [&](std::string_view what) {
    if (!what.empty()) line += fmt::format(" {}", what);
  };
  put(source);
  if (user_ref) put(fmt::format("{}", *user_ref));
  put(side);
  if (quantity) put(fmt::format("{}", *quantity));
  put(symbol);
  if (price) put("at " + journal_dollars(*price));
  put(reason);
  if (position) put(fmt::format("position {}", *position));
  return line;
}

std::string_view JournalRow::csv_header() {
  return "number,time,kind,source,symbol,user_ref,side,quantity,price,reason,position,cycles";
}

std::string JournalRow::csv() const {
  const auto quoted = [](const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string q = "\"";
    for (const char c : text) q += c == '"' ? std::string("\"\"") : std::string(1, c);
    return q + '"';
  };
  const auto number_of = [](const auto& n) { return n ? fmt::format("{}", *n) : std::string(); };
  return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}", number, time_text(), kind, quoted(source), quoted(symbol),
                     number_of(user_ref), side, number_of(quantity), price ? journal_dollars(*price) : "", reason,
                     number_of(position), number_of(cycles));
}

bool JournalFilter::takes(const JournalRow& row) const {
  return (kinds.empty() || kinds.contains(row.kind)) && (symbol.empty() || row.symbol == symbol) &&
         (source.empty() || row.source == source) && (!user_ref || row.user_ref == *user_ref) && row.time >= from &&
         row.time < to;
}

std::string JournalRows::symbol(std::size_t index) const {
  return index < names_.symbols.size() ? names_.symbols[index] : fmt::format("#{}", index);
}

std::optional<JournalRow> JournalRows::take(const JournalRecord& record) {
  JournalRow row;
  row.number = record.header.number;
  row.time = record.header.time;
  row.kind = to_string(record.header.kind);
  switch (record.header.kind) {
    case JournalKind::start:
      names_ = journal_names(record);
      row.reason = fmt::format("process {}, {} symbols", record.as<JournalStart>().pid, names_.symbols.size());
      return row;
    case JournalKind::event:
      event(row, record.as<Event>());
      break;
    case JournalKind::host_cancel:
      event(row, record.as<Event>());
      row.reason = "by the host";
      break;
    case JournalKind::sent:
    case JournalKind::doubt: {
      const auto s = record.as<JournalSent>();
      row.user_ref = s.user_ref;
      row.reason = s.cancel != 0 ? "cancel" : "order";
      if (record.header.kind == JournalKind::sent && s.left == 0) row.reason += ", had no room";
      break;
    }
    case JournalKind::refused: {
      const auto r = record.as<JournalRefused>();
      row.symbol = symbol(r.symbol);
      row.side = r.side == 0 ? "buy" : r.side == 1 ? "sell" : "";  // refused for its side, perhaps
      row.quantity = r.quantity;
      row.price = r.price;
      if (r.user_ref != 0) row.user_ref = r.user_ref;
      row.reason = to_string(r.why);
      break;
    }
    default:
      break;
  }
  if (record.header.source < names_.sources.size() &&
      (row.kind == "order" || row.kind == "cancel" || row.kind == "reject" || row.kind == "refused"))
    row.source = names_.sources[record.header.source];
  return row;
}

void JournalRows::event(JournalRow& row, const Event& e) const {
  row.cycles = e.time;
  const auto exposure = [&] {
    row.position = e.position;
    row.quantity = e.quantity;
    row.price = e.price;
  };
  switch (e.event_kind()) {
    case EventKind::order:
    case EventKind::cancel:
    case EventKind::reject:
      row.kind = e.event_kind() == EventKind::order    ? "order"
                 : e.event_kind() == EventKind::cancel ? "cancel"
                                                       : "reject";
      row.symbol = symbol(e.symbol);
      row.side = e.side == 0 ? "buy" : "sell";
      if (e.user_ref != 0) row.user_ref = e.user_ref;
      exposure();
      if (row.kind == "reject") row.reason = name(static_cast<Reason>(e.reason));
      return;
    case EventKind::command:
      switch (const auto op = static_cast<CommandOp>(e.reason)) {
        case CommandOp::ack:
        case CommandOp::done:
        case CommandOp::fill:
          row.kind = name(op);
          row.user_ref = e.user_ref;
          if (op == CommandOp::fill) exposure();
          if (e.symbol < kSymbols) row.symbol = symbol(e.symbol);
          return;
        case CommandOp::position:
          row.position = e.position;
          row.symbol = symbol(e.symbol);
          [[fallthrough]];
        default:
          row.kind = "command";
          row.reason = name(op);
          return;
      }
    default:
      row.kind = "state";
      row.reason = name(static_cast<StateReason>(e.reason));
      if (e.symbol != 0) row.symbol = symbol(e.symbol);
  }
}

}  // namespace twinpath
