#include "testbench/rtl/risk/decision_model.h"

#include <algorithm>
#include <limits>

#include "host/core/registers.h"

namespace twinpath::rtl {
namespace {

bool quoted(std::uint8_t state) { return state == kQuoted; }
bool crossed(const Bbo& b) { return quoted(b.bid_state) && quoted(b.ask_state) && b.bid_price >= b.ask_price; }
unsigned index(Side s) { return static_cast<unsigned>(s); }
bool allows(std::uint8_t sides, Side s) { return (sides >> index(s) & 1) != 0; }

constexpr unsigned kSlots = 4096;
constexpr __int128 kMaxPosition = 0x7FFF'FFFF;

}  // namespace

DecisionModel::DecisionModel(const ModelConfig& config)
    : config_(config), armed_(config.armed), next_ref_(config.first_user_ref) {
  for (Symbol& s : symbols_) s.trading = config.symbols_start_trading;
}

// SEM 3.4
bool DecisionModel::trusted(const Bbo& bbo, bool sticky) const {
  return !stale_ && !sticky && bbo.bid_state != kUnknown && bbo.ask_state != kUnknown;
}

std::vector<DecisionModel::Output> DecisionModel::step(const Booked& b) {
  std::vector<Output> out;
  if (b.msg.op == kState) {
    state(b, out);
    return out;
  }
  if (b.msg.op == kCommand) {
    command(b, out);
    return out;
  }
  Symbol& s = symbols_[b.msg.symbol];
  s.bbo = b.after;
  s.sticky = b.sticky_after;
  if (b.trade) s.last_trade = b.trade_price;
  const bool was = trusted(b.before, b.sticky_before);
  const bool is = trusted(b.after, b.sticky_after);
  if ((b.before != b.after || was != is) && config_.book_events) out.push_back({event_for(b, EventKind::book), {}});
  if (const auto d = evaluate(b)) out.push_back(judge(b, *d));
  return out;
}

// ---- SEM 4
// -------------------------------------------------------------------------------------------------------------

std::optional<DecisionModel::Decision> DecisionModel::evaluate(const Booked& b) {
  if (!b.effect || !armed_ || !trusted(b.after, b.sticky_after) || crossed(b.after)) return std::nullopt;
  const RuleRecord& r = active().rules[b.msg.symbol];
  const std::array<bool, 5> enabled{r.cancel.enabled, r.take.enabled, r.imbalance.enabled, r.momentum.enabled,
                                    r.lead_lag.enabled};
  const std::array<std::uint32_t, 5> cooldown{r.cancel.cooldown, r.take.cooldown, r.imbalance.cooldown,
                                              r.momentum.cooldown, r.lead_lag.cooldown};
  auto& next = symbols_[b.msg.symbol].next;
  for (unsigned rule = 0; rule < 5; ++rule) {
    if (!enabled[rule] || b.msg.stamp < next[rule]) continue;
    if (const auto d = try_rule(rule, b)) {
      next[rule] = b.msg.stamp + cooldown[rule];
      counters_.add(counter_after(Counter::rule_cancel, rule));
      return d;
    }
  }
  return std::nullopt;
}

std::optional<DecisionModel::Decision> DecisionModel::try_rule(unsigned rule, const Booked& b) const {
  const RuleRecord& r = active().rules[b.msg.symbol];
  const Bbo& now = b.after;
  const bool changed = b.before != b.after;
  const bool bid = quoted(now.bid_state);
  const bool ask = quoted(now.ask_state);
  const auto trade_at = [&](Side side, std::uint8_t symbol, const Bbo& bbo, std::uint32_t quantity) {
    return side == Side::buy ? Decision{rule, side, symbol, bbo.ask_price, std::min(quantity, bbo.ask_quantity)}
                             : Decision{rule, side, symbol, bbo.bid_price, std::min(quantity, bbo.bid_quantity)};
  };
  switch (rule) {
    case 0: {
      const Working& w = symbols_[b.msg.symbol].working;
      if (!changed || !w.open || w.cancel_sent) return std::nullopt;
      const bool away = w.side ? bid && Int{now.bid_price} + r.cancel.distance < Int{w.price}
                               : ask && Int{now.ask_price} > Int{w.price} + r.cancel.distance;
      if (!away) return std::nullopt;
      return Decision{0, w.side ? Side::sell : Side::buy, b.msg.symbol, w.price, 0};
    }
    case 1:
      if (!changed) return std::nullopt;
      if (allows(r.take.sides, Side::buy) && ask && Int{now.ask_price} + r.take.edge <= Int{r.take.fair}) {
        return trade_at(Side::buy, b.msg.symbol, now, r.take.quantity);
      }
      if (allows(r.take.sides, Side::sell) && bid && Int{now.bid_price} >= Int{r.take.fair} + r.take.edge) {
        return trade_at(Side::sell, b.msg.symbol, now, r.take.quantity);
      }
      return std::nullopt;
    case 2: {
      const auto& i = r.imbalance;
      if (!changed || !bid || !ask || Int{now.ask_price} - Int{now.bid_price} > Int{i.max_spread}) return std::nullopt;
      const Int bids = now.bid_quantity, asks = now.ask_quantity;
      if (allows(i.sides, Side::buy) && bids >= i.min_quantity && bids * 256 >= i.ratio * asks) {
        return trade_at(Side::buy, b.msg.symbol, now, i.quantity);
      }
      if (allows(i.sides, Side::sell) && asks >= i.min_quantity && asks * 256 >= i.ratio * bids) {
        return trade_at(Side::sell, b.msg.symbol, now, i.quantity);
      }
      return std::nullopt;
    }
    case 3: {
      const auto& m = r.momentum;
      if (!b.trade) return std::nullopt;
      std::optional<bool> up;
      if (b.msg.op == kTrade) {
        if (ask && b.trade_price >= now.ask_price)
          up = true;
        else if (bid && b.trade_price <= now.bid_price)
          up = false;
      } else {
        up = b.trade_side;  // a resting sell was hit: up
      }
      const bool counts = (m.large && b.trade_quantity >= m.min_shares) || (m.through && b.trade_through);
      if (!up || !counts) return std::nullopt;
      if (*up && ask && allows(m.sides, Side::buy)) return trade_at(Side::buy, b.msg.symbol, now, m.quantity);
      if (!*up && bid && allows(m.sides, Side::sell)) return trade_at(Side::sell, b.msg.symbol, now, m.quantity);
      return std::nullopt;
    }
    default: {
      const auto& l = r.lead_lag;
      const Symbol& g = symbols_[l.lagger];
      if (!changed || !trusted(g.bbo, g.sticky) || crossed(g.bbo)) return std::nullopt;
      if (allows(l.sides, Side::buy) && quoted(b.before.bid_state) && bid &&
          Int{now.bid_price} >= Int{b.before.bid_price} + l.threshold && quoted(g.bbo.ask_state)) {
        return trade_at(Side::buy, l.lagger, g.bbo, l.quantity);
      }
      if (allows(l.sides, Side::sell) && quoted(b.before.ask_state) && ask &&
          Int{now.ask_price} + l.threshold <= Int{b.before.ask_price} && quoted(g.bbo.bid_state)) {
        return trade_at(Side::sell, l.lagger, g.bbo, l.quantity);
      }
      return std::nullopt;
    }
  }
}

// ---- SEM 5
// -------------------------------------------------------------------------------------------------------------

std::uint32_t DecisionModel::collar_reference(std::uint8_t symbol) const {
  return symbols_[symbol].last_trade.value_or(active().limits[symbol].reference_price);
}

std::uint32_t DecisionModel::failing(const Booked& b, const Decision& d) const {
  const Symbol& g = symbols_[d.symbol];
  const LimitRecord& l = active().limits[d.symbol];
  const GlobalLimits& all = active().global;
  const Int p = d.price, q = d.quantity, stamp = b.msg.stamp;
  const Int ref = collar_reference(d.symbol);
  const bool buy = d.side == Side::buy;
  const Side other = opposite(d.side);
  std::array<bool, 14> fails{};
  fails[11] = all.rate_interval != 0 && tat_ > stamp + Int{all.rate_tolerance};
  if (d.rule != 0) {
    fails[1] = kill_;
    fails[2] = !(buy ? l.permit_buy : l.permit_sell);
    fails[3] = ended_ || breaker_ || (!market_open_ && !config_.any_session);
    fails[4] = !(g.trading && !g.auction && !g.halted);
    fails[5] = q == 0 || q > l.max_quantity;
    fails[6] = p * q > Int{l.max_notional};
    fails[7] = p > ref + l.collar || p + l.collar < ref;
    fails[8] = (buy ? g.position + g.open[0] + q : g.open[1] + q - g.position) > Int{l.max_position};
    fails[9] = gross_ + p * q > Int{all.max_gross};
    fails[10] = slots_.size() >= all.max_open_orders || slots_.contains(next_ref_ % kSlots);
    fails[12] = g.last_order && g.last_order->side == d.side && g.last_order->price == d.price &&
                g.last_order->quantity == d.quantity && stamp < Int{g.last_order->stamp} + all.duplicate_window;
    fails[13] = g.open[index(other)] > 0 && (buy ? d.price >= g.own[index(other)] : d.price <= g.own[index(other)]);
  }
  std::uint32_t mask = 0;
  for (unsigned n = 1; n <= 13; ++n) mask |= fails[n] ? 1U << (n - 1) : 0U;
  return mask;
}

DecisionModel::Output DecisionModel::judge(const Booked& b, const Decision& d) {
  Symbol& g = symbols_[d.symbol];
  const bool cancel = d.rule == 0;
  const std::uint32_t mask = failing(b, d);
  Output out{event_for(b, mask != 0 ? EventKind::reject : cancel ? EventKind::cancel : EventKind::order), {}};
  Event& e = out.event;
  e.symbol = d.symbol;
  e.trigger = b.msg.symbol;
  e.rule = static_cast<std::uint8_t>(d.rule);
  e.side = static_cast<std::uint8_t>(d.side);
  e.quantity = d.quantity;
  e.price = d.price;
  e.user_ref = cancel ? g.working.user_ref : mask != 0 ? 0 : next_ref_;
  e.check_mask = mask;
  e.bid_price = g.bbo.bid_price, e.bid_quantity = g.bbo.bid_quantity;
  e.ask_price = g.bbo.ask_price, e.ask_quantity = g.bbo.ask_quantity;
  e.book_flags =
      static_cast<std::uint8_t>(g.bbo.bid_state | g.bbo.ask_state << 2 | (trusted(g.bbo, g.sticky) ? 16 : 0));
  e.collar_reference = collar_reference(d.symbol);
  account_fields(e, d.symbol);
  if (b.trade) e.trade_price = b.trade_price, e.trade_quantity = b.trade_quantity;
  if (mask != 0) {
    unsigned reason = 1;
    while ((mask >> (reason - 1) & 1) == 0) ++reason;
    e.reason = static_cast<std::uint8_t>(reason);
    counters_.add(counter_after(Counter::reject_kill, reason - 1));
    return out;
  }
  tat_ = std::max(tat_, Int{b.msg.stamp}) + active().global.rate_interval;
  if (cancel) {
    counters_.add(Counter::cancels);
    out.order = Order{true, d.side == Side::sell, d.symbol, g.working.user_ref, 0, d.price};
    g.working.cancel_sent = true;
    return out;
  }
  counters_.add(Counter::orders);
  out.order = Order{false, d.side == Side::sell, d.symbol, next_ref_, d.quantity, d.price};
  const unsigned side = index(d.side);
  slots_[next_ref_ % kSlots] = {d.symbol, d.side, d.price, d.quantity, next_ref_};
  const bool more = d.side == Side::buy ? d.price > g.own[side] : d.price < g.own[side];
  if (g.open[side] == 0 || more) g.own[side] = d.price;
  g.open[side] += d.quantity;
  gross_ += Int{d.price} * d.quantity;
  g.last_order = {d.side, d.price, d.quantity, b.msg.stamp};
  g.working = {true, false, d.side == Side::sell, d.price, next_ref_};
  ++next_ref_;
  return out;
}

// Takes `shares` off an open order (5.4, 5.5).
void DecisionModel::release(OpenOrder& order, std::uint32_t shares) {
  Symbol& g = symbols_[order.symbol];
  g.open[index(order.side)] -= shares;
  gross_ -= Int{order.price} * shares;
  order.leaves -= shares;
  if (order.leaves != 0) return;
  if (g.working.user_ref == order.user_ref) g.working.open = false;
  slots_.erase(order.user_ref % kSlots);
}

// ---- SEM 2.6, 2.9
// ------------------------------------------------------------------------------------------------------

void DecisionModel::state(const Booked& b, std::vector<Output>& out) {
  Symbol& s = symbols_[b.msg.symbol];
  switch (b.msg.reason) {
    case 1:
      market_open_ = b.msg.argument == 'Q' ? true : b.msg.argument == 'M' ? false : market_open_;
      break;
    case 2:
      s.trading = b.msg.argument == 'T', s.auction = false;
      break;
    case 3:
      s.auction = true;
      break;
    case 4:
      s.halted = b.msg.argument == 'H';
      break;
    case 5:
      breaker_ = true;
      break;
    case 6:
      ended_ = true;
      break;
    default:
      stale_ = true;
      break;
  }
  Event e = event_for(b, EventKind::state);
  e.reason = b.msg.reason;
  out.push_back({e, {}});
}

void DecisionModel::command(const Booked& b, std::vector<Output>& out) {
  const HostCommand& c = b.msg.command;
  counters_.add(Counter::commands);
  Event e{};
  e.kind = static_cast<std::uint8_t>(EventKind::command);
  e.time = b.msg.stamp;
  e.reason = c.op, e.symbol = c.symbol, e.user_ref = c.user_ref, e.quantity = c.quantity, e.price = c.price;
  const auto slot = slots_.find(c.user_ref % kSlots);
  const bool known = slot != slots_.end() && slot->second.user_ref == c.user_ref;
  const auto expose = [&](Symbol& s, std::uint32_t price) {
    gross_ -= s.exposure;
    s.exposure = (s.position < 0 ? -s.position : s.position) * price;
    gross_ += s.exposure;
  };
  if (c.op >= 3 && c.op <= 5 && !known) {
    counters_.add(Counter::unknown_order);
    out.push_back({e, {}});
    return;
  }
  switch (c.op) {
    case 1:
      kill_ = true;
      break;
    case 2:
      kill_ = false;
      break;
    case 3:
      break;
    case 4: {
      const OpenOrder o = slot->second;
      Symbol& s = symbols_[o.symbol];
      if (c.quantity > o.leaves) counters_.add(Counter::overfill);
      const std::uint32_t f = std::min(c.quantity, o.leaves);
      const Int moved = o.side == Side::buy ? s.position + c.quantity : s.position - c.quantity;
      s.position = std::clamp(moved, -kMaxPosition, kMaxPosition);
      if (moved != s.position) counters_.add(Counter::position_saturated);
      release(slot->second, f);
      expose(s, c.price);
      account_fields(e, o.symbol);
      break;
    }
    case 5: {
      const std::uint8_t symbol = slot->second.symbol;
      release(slot->second, slot->second.leaves);
      account_fields(e, symbol);
      break;
    }
    case 6:
      bank_ ^= 1;
      break;
    case 7:
      if (c.symbol == 0xFFFF) {
        stale_ = false;
        for (Symbol& s : symbols_) s.sticky = false;
      } else if (c.symbol < kSymbols) {
        symbols_[c.symbol].sticky = false;
      } else {
        counters_.add(Counter::bad_command);
      }
      break;
    case 8:
      if (c.symbol < kSymbols) {
        Symbol& s = symbols_[c.symbol];
        s.position = static_cast<std::int32_t>(c.price);
        expose(s, active().limits[c.symbol].reference_price);
        account_fields(e, static_cast<std::uint8_t>(c.symbol));
      } else {
        counters_.add(Counter::bad_command);
      }
      break;
    case 9:
      armed_ = true;
      break;
    case 10:
      armed_ = false;
      break;
    case 11:
      breaker_ = false;
      break;
    default:
      counters_.add(Counter::bad_command);
      break;
  }
  out.push_back({e, {}});
}

// ---- SEM 7
// ----------------------------------------------------------------------------------------------------------

Event DecisionModel::event_for(const Booked& b, EventKind kind) const {
  Event e{};
  e.kind = static_cast<std::uint8_t>(kind);
  e.time = b.msg.stamp;
  e.sequence = b.msg.sequence, e.frame = b.msg.frame, e.msg_index = b.msg.msg_index, e.msg_type = b.msg.msg_type;
  e.symbol = b.msg.symbol;
  if (kind == EventKind::state) return e;
  e.reference = b.msg.op == kReplace ? b.msg.new_order_ref : b.msg.op == kTrade ? 0 : b.msg.order_ref;
  e.bid_price = b.after.bid_price, e.bid_quantity = b.after.bid_quantity;
  e.ask_price = b.after.ask_price, e.ask_quantity = b.after.ask_quantity;
  e.book_flags = static_cast<std::uint8_t>(b.after.bid_state | b.after.ask_state << 2 |
                                           (trusted(b.after, b.sticky_after) ? 16 : 0));
  return e;
}

void DecisionModel::account_fields(Event& e, std::uint8_t symbol) const {
  const Symbol& s = symbols_[symbol];
  e.position = static_cast<std::int32_t>(s.position);
  e.open_buy = static_cast<std::uint32_t>(s.open[0]);
  e.open_sell = static_cast<std::uint32_t>(s.open[1]);
  e.gross_lo = static_cast<std::uint64_t>(std::min(gross_, Int{std::numeric_limits<std::uint64_t>::max()}));
  e.open_count = static_cast<std::uint16_t>(slots_.size());
}

}  // namespace twinpath::rtl
