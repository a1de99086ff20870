#include "host/backtest/exchange_model.h"

#include <algorithm>

#include "host/wire/itch50.h"

namespace twinpath {

ExchangeModel::ExchangeModel(const CoreConfig& config, const BacktestOptions& options)
    : options_(options),
      immediate_(config.order.attributes[0] == '3'),
      ledger_(options, config.symbols.size()),
      feed_(config.feed, counters_, *this) {
  locate_.fill(-1);
  for (std::size_t i = 0; i < config.symbols.size(); ++i) {
    if (config.symbols[i].has_locate) locate_[config.symbols[i].locate] = static_cast<std::int16_t>(i);
  }
}

void ExchangeModel::on_frame(Cycles at, const SourceFrame& frame) { feed_.frame(at, frame.bytes, frame.fcs_error); }

void ExchangeModel::on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept {
  ledger_.advance(origin.stamp);
  const std::int16_t index = locate_[load_be16(m + 1)];
  if (index < 0) return;
  const auto symbol = static_cast<SymbolIndex>(index);
  switch (type) {
    case 'A':
    case 'F': {
      const auto a = itch::AddOrder::read(m);  // F has the same fields first
      book_.add(symbol, a.order_reference_number, a.buy_sell_indicator == 'B' ? Side::buy : Side::sell,
                Quantity{a.shares}, Price{a.price});
      break;
    }
    case 'E': {
      const auto e = itch::OrderExecuted::read(m);
      book_.execute(e.order_reference_number, Quantity{e.executed_shares}, true);
      break;
    }
    case 'C': {
      const auto c = itch::OrderExecutedWithPrice::read(m);
      book_.execute(c.order_reference_number, Quantity{c.executed_shares}, c.printable == 'Y');
      break;
    }
    case 'X': {
      const auto x = itch::OrderCancel::read(m);
      book_.cancel(x.order_reference_number, Quantity{x.cancelled_shares});
      break;
    }
    case 'D':
      book_.erase(itch::OrderDelete::read(m).order_reference_number);
      break;
    case 'U': {
      const auto u = itch::OrderReplace::read(m);
      book_.replace(u.original_order_reference_number, u.new_order_reference_number, Quantity{u.shares},
                    Price{u.price});
      break;
    }
    case 'P': {
      const auto p = itch::Trade::read(m);
      book_.hidden_trade(symbol, Quantity{p.shares}, Price{p.price});
      break;
    }
    default:
      return;
  }
  report_fills(origin.stamp);
  ledger_.on_quote(symbol, book_.best(symbol, Side::buy), book_.best(symbol, Side::sell), origin.stamp);
}

void ExchangeModel::on_event(const Event& e) {
  const EventKind kind = e.event_kind();
  if (kind == EventKind::reject && e.reason > 0 && e.reason <= figures_.rejected_by_reason.size())
    ++figures_.rejected_by_reason[e.reason - 1u];
  if (kind != EventKind::order && kind != EventKind::cancel) return;
  const bool cancel = kind == EventKind::cancel;
  cancel ? ++figures_.cancels : ++figures_.orders;
  if (!cancel) figures_.shares += e.quantity;
  if (closed_) {
    ++figures_.unanswered;
    return;
  }
  last_arrival_ = std::max(last_arrival_, Cycles{e.time} + options_.order_latency + jitter());
  arrivals_.push_back({last_arrival_, cancel, e.user_ref, static_cast<SymbolIndex>(e.symbol), static_cast<Side>(e.side),
                       Price{e.price}, Quantity{e.quantity}});
}

std::optional<TimedCommand> ExchangeModel::next(Cycles until) {
  for (;;) {
    const bool arrives = !arrivals_.empty() && arrivals_.front().time <= until;
    const bool answers = !answers_.empty() && answers_.front().time <= until;
    if (arrives && (!answers || arrivals_.front().time <= answers_.front().time)) {
      const Arrival a = arrivals_.front();
      arrivals_.pop_front();
      arrive(a);
    } else if (answers) {
      const TimedCommand a = answers_.front();
      answers_.pop_front();
      return a;
    } else {
      return std::nullopt;
    }
  }
}

void ExchangeModel::arrive(const Arrival& a) {
  ledger_.advance(a.time);
  if (a.cancel) {
    const Quantity left = book_.cancel_own(a.user_ref, a.symbol);
    if (left.value == 0) {
      ++figures_.late_cancels;
    } else {
      answer(CommandOp::done, a.time, a.symbol, a.user_ref, {}, {});
    }
    return;
  }
  answer(CommandOp::ack, a.time, a.symbol, a.user_ref, {}, {});
  const Quantity left = book_.enter(a.user_ref, a.symbol, a.side, a.price, a.quantity, immediate_);
  report_fills(a.time);
  if (left.value != 0) {
    ++figures_.immediate;
    answer(CommandOp::done, a.time, a.symbol, a.user_ref, {}, {});
  }
}

void ExchangeModel::report_fills(Cycles at) {
  for (const OwnFill& f : book_.fills()) {
    ledger_.on_fill(f, at);
    answer(CommandOp::fill, at, f.symbol, f.user_ref, f.quantity, f.price);
  }
  book_.fills().clear();
}

void ExchangeModel::answer(CommandOp op, Cycles at, SymbolIndex symbol, std::uint32_t user_ref, Quantity quantity,
                           Price price) {
  last_answer_ = std::max(last_answer_, at + options_.report_latency + jitter());
  Command c;
  c.op = op;
  c.symbol = symbol;
  c.user_ref = user_ref;
  c.quantity = quantity.value;
  c.price = price.value;
  answers_.push_back({last_answer_, c});
}

// SplitMix64: each draw by itself.
Cycles ExchangeModel::jitter() {
  if (options_.jitter.value == 0) return {};
  std::uint64_t x = options_.seed + ++draws_ * 0x9E37'79B9'7F4A'7C15u;
  x = (x ^ x >> 30) * 0xBF58'476D'1CE4'E5B9u;
  x = (x ^ x >> 27) * 0x94D0'49BB'1331'11EBu;
  return Cycles{(x ^ x >> 31) % (options_.jitter.value + 1)};
}

}  // namespace twinpath
