#include "host/live/order_replay.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "host/path/decision_steps.h"

namespace twinpath {

void OrderJournal::begin(const CoreConfig& config, const Session& session) {
  JournalStart start{};
  start.epoch = session.epoch;
  start.pid = static_cast<std::uint32_t>(::getpid());
  start.first_user_ref = config.order.first_user_ref;
  start.symbols = static_cast<std::uint16_t>(config.symbols.size());
  start.sources = static_cast<std::uint16_t>(session.sources.size());
  start.any_session = config.any_session;
  start.continues = session.continues;
  std::vector<std::byte> payload(sizeof start + config.symbols.size() * 8 +
                                 session.sources.size() * kJournalSourceChars);
  std::memcpy(payload.data(), &start, sizeof start);
  std::byte* at = payload.data() + sizeof start;
  for (const SymbolConfig& s : config.symbols) at = std::copy_n(std::as_bytes(std::span(s.name)).data(), 8, at);
  for (const std::string& s : session.sources) {
    std::memcpy(at, s.data(), std::min(s.size(), kJournalSourceChars));
    at += kJournalSourceChars;
  }
  journal_.append(JournalKind::start, std::span<const std::byte>(payload));
  bank(config.banks[0]);
}

JournalNames journal_names(const JournalRecord& record) {
  const auto start = record.as<JournalStart>();
  const std::size_t size = sizeof start + start.symbols * 8u + start.sources * kJournalSourceChars;
  if (record.payload.size() < size)
    throw std::length_error(fmt::format("record {} (byte {}): expected a start of {} bytes, found {}",
                                        record.header.number, record.at, size, record.payload.size()));
  const auto* at = reinterpret_cast<const char*>(record.payload.data()) + sizeof start;
  const auto next = [&at](std::size_t chars) {
    const std::string_view padded(at, chars);
    at += chars;
    return std::string(padded.substr(0, padded.find_last_not_of(std::string_view(" \0", 2)) + 1));
  };
  JournalNames names;
  for (unsigned i = 0; i < start.symbols; ++i) names.symbols.push_back(next(8));
  for (unsigned i = 0; i < start.sources; ++i) names.sources.push_back(next(kJournalSourceChars));
  return names;
}

OrderReplay::OrderReplay(Counters& counters)
    : counters_(counters), ledger_(std::make_unique<OrderLedger>()), sent_(Risk::kOpenSlots) {}
OrderReplay::~OrderReplay() = default;

void OrderReplay::differs(const JournalRecord& record, std::string_view what, std::uint64_t expected,
                          std::uint64_t found) const {
  throw std::runtime_error(
      fmt::format("record {} (byte {}): {}: expected {} from the records before, found {}; records are missing, or "
                  "another build decided them",
                  record.header.number, record.at, what, expected, found));
}

void OrderReplay::begin(const JournalRecord& record) {
  start_ = record.as<JournalStart>();
  const JournalNames before = std::exchange(names_, journal_names(record));
  ++totals_.starts;
  by_command_ = !std::exchange(totals_.stopped, false) && disarmed_by_command();
  first_bank_ = true;
  active_ = 0;
  if (start_.continues != 0 && risk_) {
    if (names_.symbols != before.symbols)
      throw std::runtime_error(
          fmt::format("record {} (byte {}): expected the symbols of the session that it continues, found others; begin "
                      "another journal when [[symbol]] changes",
                      record.header.number, record.at));
    last_intents_.resize(names_.sources.size());
    switched_ = armed_;
    risk_->use(bank());
    return;
  }
  config_.any_session = start_.any_session != 0;
  config_.order.first_user_ref = start_.first_user_ref;
  risk_ = std::make_unique<Risk>(config_, counters_);
  risk_->use(bank());
  ledger_ = std::make_unique<OrderLedger>();
  next_user_ref_ = start_.first_user_ref;
  std::ranges::fill(sent_, Sent{});
  unknown_.clear();
  last_intents_.assign(names_.sources.size(), 0);
  killed_ = false;
  armed_ = true;
  switched_ = by_command_ = false;
  time_ = {};
}

void OrderReplay::take(const JournalRecord& record) {
  const JournalRecordHeader& h = record.header;
  if (h.kind != JournalKind::start && !risk_)
    throw std::runtime_error(
        fmt::format("record {} (byte {}): expected a start, found {}; give the whole journal, its "
                    "first segment included",
                    h.number, record.at, to_string(h.kind)));
  ++totals_.records;
  if (h.intent != 0 && h.source < last_intents_.size()) last_intents_[h.source] = h.intent;
  switch (h.kind) {
    case JournalKind::start:
      return begin(record);
    case JournalKind::bank:
      banks_[first_bank_ ? active_ : active_ ^ 1] = record.as<Bank>();
      first_bank_ = false;
      risk_->use(bank());
      return;
    case JournalKind::event:
      return event(record);
    case JournalKind::host_cancel: {
      const auto e = record.as<Event>();
      ledger_->on_event(e);
      ++totals_.host_cancels;
      unknown_.push_back({e.user_ref, true, h.source});
      return;
    }
    case JournalKind::sent:
    case JournalKind::doubt: {
      const auto s = record.as<JournalSent>();
      const auto is = [&](const Unknown& u) { return u.user_ref == s.user_ref && u.cancel == (s.cancel != 0); };
      std::erase_if(unknown_, is);
      const bool doubt = h.kind == JournalKind::doubt;
      if (doubt && s.cancel == 0) {
        Sent& order = sent_[s.user_ref % Risk::kOpenSlots];
        if (order.user_ref == s.user_ref) order.in_doubt = true;
      }
      totals_.doubts += doubt;
      totals_.unsent += !doubt && s.left == 0;
      return;
    }
    case JournalKind::refused:
      ++totals_.refused;
      return;
    case JournalKind::stop:
      totals_.stopped = true;
      return;
    case JournalKind::session:
      break;  // in a journal of orders there are none
  }
  differs(record, "kind", static_cast<std::uint64_t>(JournalKind::event), static_cast<std::uint64_t>(h.kind));
}

void OrderReplay::event(const JournalRecord& record) {
  const auto e = record.as<Event>();
  time_ = std::max(time_, Cycles{e.time});
  switch (e.event_kind()) {
    case EventKind::order:
    case EventKind::cancel:
    case EventKind::reject:
      return decision(record, e);
    case EventKind::command:
      return command(record, e);
    default:
      ++totals_.states;
  }
}

void OrderReplay::decision(const JournalRecord& record, const Event& e) {
  if (e.symbol >= kSymbols) differs(record, "symbol", 0, e.symbol);
  const auto symbol = static_cast<SymbolIndex>(e.symbol);
  const bool cancels = e.event_kind() == EventKind::cancel || (e.event_kind() == EventKind::reject && e.user_ref != 0);
  const auto failed = [&](Reason r) { return (e.check_mask >> (static_cast<unsigned>(r) - 1) & 1) != 0; };
  // What the market had told.
  risk_->set_last_trade(symbol, Price{e.collar_reference});
  risk_->set_circuit_breaker(failed(Reason::session));
  risk_->set_market_open(true);
  risk_->set_operational_halt(symbol, false);
  risk_->set_trading(symbol, !failed(Reason::halt));
  Intent intent;
  intent.kind = cancels ? IntentKind::cancel : IntentKind::enter;
  intent.rule = static_cast<Rule>(e.rule);
  intent.side = static_cast<Side>(e.side);
  intent.symbol = symbol;
  intent.price = Price{e.price};
  intent.quantity = Quantity{e.quantity};
  const Cycles stamp{e.time};
  if (!cancels && intent.rule == kStrategyRule) risk_->pass_over_used_slots();  // SEM 9.3
  const RiskResult r = cancels ? risk_->check_cancel(intent, stamp) : risk_->check_enter(intent, stamp);
  const auto same = [&](std::string_view what, std::uint64_t expected, std::uint64_t found) {
    if (expected != found) differs(record, what, expected, found);
  };
  same("reason", static_cast<std::uint64_t>(r.reason), e.reason);
  same("check_mask", r.check_mask, e.check_mask);
  same("position", static_cast<std::uint32_t>(r.position), static_cast<std::uint32_t>(e.position));
  same("open_buy", r.open_buy, e.open_buy);
  same("open_sell", r.open_sell, e.open_sell);
  same("gross", r.gross_lo, e.gross_lo);
  same("open_count", r.open_count, e.open_count);
  ledger_->on_event(e);
  if (e.event_kind() == EventKind::reject) {
    ++totals_.rejects;
    return;
  }
  unknown_.push_back({e.user_ref, cancels, record.header.source});
  if (cancels) {
    ++totals_.cancels;
    risk_->send_cancel(symbol, stamp);
    return;
  }
  ++totals_.orders;
  same("user_ref", risk_->send_enter(intent, stamp), e.user_ref);
  next_user_ref_ = e.user_ref + 1;
  sent_[e.user_ref % Risk::kOpenSlots] = {e.user_ref, record.header.source, record.header.tag, stamp, false};
}

void OrderReplay::command(const JournalRecord& record, const Event& e) {
  Command c;
  c.op = static_cast<CommandOp>(e.reason);
  c.symbol = e.symbol;
  c.user_ref = e.user_ref;
  c.quantity = e.quantity;
  c.price = e.price;
  Event again = command_event(Cycles{e.time}, c);
  risk_command(*risk_, bank(), counters_, c, again);
  const auto same = [&](std::string_view what, std::uint64_t expected, std::uint64_t found) {
    if (expected != found) differs(record, what, expected, found);
  };
  same("position", static_cast<std::uint32_t>(again.position), static_cast<std::uint32_t>(e.position));
  same("open_buy", again.open_buy, e.open_buy);
  same("open_sell", again.open_sell, e.open_sell);
  same("gross", again.gross_lo, e.gross_lo);
  same("open_count", again.open_count, e.open_count);
  ledger_->on_event(e);
  switch (c.op) {
    case CommandOp::ack:
      ++totals_.acks;
      break;
    case CommandOp::fill:
      ++totals_.fills;
      break;
    case CommandOp::done:
      ++totals_.dones;
      break;
    default:
      ++totals_.commands;
  }
  if (c.op == CommandOp::swap) {
    active_ ^= 1;
    risk_->use(bank());
  }
  if (c.op == CommandOp::kill || c.op == CommandOp::release) killed_ = c.op == CommandOp::kill;
  if (c.op == CommandOp::arm || c.op == CommandOp::disarm) {
    armed_ = c.op == CommandOp::arm;
    if (armed_ || record.header.tag == kByItself) {
      by_command_ = false;
    } else if (switched_) {
      by_command_ = true;
    }
    switched_ = true;
  }
}

std::vector<OrderReplay::Open> OrderReplay::open_orders() const {
  std::vector<Open> open;
  ledger_->for_each_open([&](const OrderLedger::Order& o) {
    const Sent& s = sent_[o.user_ref % Risk::kOpenSlots];
    open.push_back({o, s.time, s.source, s.tag, s.in_doubt});
  });
  std::ranges::sort(open, {}, [](const Open& o) { return o.order.user_ref; });
  return open;
}

std::unique_ptr<OrderReplay> replay_journal(const std::filesystem::path& path, Counters& counters) {
  JournalReader reader(path);
  auto replay = std::make_unique<OrderReplay>(counters);
  while (const auto record = reader.next()) replay->take(*record);
  return replay;
}

}  // namespace twinpath
