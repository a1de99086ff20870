// Pre-trade risk: thirteen checks in a fixed order, and the state they read. SEM 2.7, 2.9, 5.
//
// Safety: the caller calls use() first, sends only what may_enter or may_cancel admits or enter_failures or
// cancel_failures has nothing against, and calls send_enter or send_cancel before anything else that changes this;
// decide() in path/decision_steps.h is the one caller. may_enter asks gates (order_gate.h) that are worked out anew by
// whatever changes what they come from, and are shut before use(); enter_failures reads the state itself. What the
// former admit, the latter never fail. Time and fills come in as arguments; nothing here reads a clock, allocates or
// throws after construction.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/core/prefetch.h"
#include "host/core/types.h"
#include "host/risk/order_gate.h"
#include "host/risk/risk_state.h"
#include "host/strategy/intent.h"

namespace twinpath {

class Risk {
 public:
  static constexpr unsigned kOpenSlots = 4096;

  Risk(const CoreConfig& config, Counters& counters)
      : counters_(counters), any_session_(config.any_session), next_user_ref_(config.order.first_user_ref) {
    forget_market(config.symbols_start_trading);
  }

  // The limits from now on. They stay where they are, and as they are, until others are used; until the first are,
  // nothing may be sent.
  void use(const Bank& bank) noexcept {
    bank_ = &bank;
    for (unsigned s = 0; s < kSymbols; ++s) work_out(static_cast<SymbolIndex>(s));
    work_out();
  }

  // ---- trading state, from market data (SEM 2.6) ----
  void set_market_open(bool open) noexcept { set(market_open_, open); }
  void set_feed_ended() noexcept { set(feed_ended_, true); }
  void set_circuit_breaker(bool on) noexcept { set(circuit_breaker_, on); }
  void set_trading(SymbolIndex s, bool trading) noexcept {
    set(s, SymbolRisk::kAuction, false);
    set(s, SymbolRisk::kNotTrading, !trading);
  }
  void set_auction(SymbolIndex s) noexcept { set(s, SymbolRisk::kAuction, true); }
  void set_operational_halt(SymbolIndex s, bool halted) noexcept { set(s, SymbolRisk::kOperationalHalt, halted); }
  // When there is one; else nothing. Without a branch: whether there is one is nobody's guess.
  void set_last_trade(SymbolIndex s, Price p, bool is_one = true) noexcept {
    Price& reference = gates_[s].reference;
    reference = is_one ? p : reference;
    gates_[s].traded |= is_one;
  }
  // As if market data had told nothing yet.
  void forget_market(bool trading) noexcept {
    for (SymbolRisk& s : symbols_) {
      s.halted = trading ? 0 : SymbolRisk::kNotTrading;
    }
    for (SymbolGates& g : gates_) g.traded = false;
    market_open_ = feed_ended_ = false;
    set(circuit_breaker_, false);
    if (bank_ != nullptr) use(*bank_);
  }
  void set_kill(bool on) noexcept {
    kill_ = on;
    work_out();
  }

  // Fetches what may_enter and the rules read of a symbol.
  void prefetch(SymbolIndex s) const noexcept {
    prefetch_line(&gates_[s]);
    prefetch_line(&gates_[s].working);
  }

  // ---- checks (SEM 5.1) ----
  // Whether every check passes. All that an order waits for.
  bool may_enter(const Intent& intent, Cycles stamp) const noexcept {
    const std::uint64_t value = notional(intent.price, intent.quantity);
    const SymbolGates& gates = gates_[intent.symbol];
    const bool open = (value <= room_) & (stamp >= rate_from_) & !shut_;
    return open & gates.near(intent.price) & gates.of(intent.side).admits(intent.price, intent.quantity, value, stamp);
  }
  bool may_cancel(Cycles stamp) const noexcept { return stamp >= rate_from_; }

  // Bit n-1: check n fails.
  std::uint32_t enter_failures(const Intent& intent, Cycles stamp) const noexcept {
    const SymbolRisk& s = symbols_[intent.symbol];
    const LimitRecord& limit = bank_->limits[intent.symbol];
    const GlobalLimits& global = bank_->global;
    const bool buy = intent.side == Side::buy;
    const std::uint64_t price = intent.price.value;
    const std::uint64_t value = notional(intent.price, intent.quantity);
    const std::uint64_t reference = collar_reference(intent.symbol).value;
    const std::int64_t quantity = intent.quantity.value;
    // Without a branch on the side, here and below.
    const std::uint32_t flip = flip_of(intent.side);
    const std::int64_t sign = static_cast<std::int32_t>(flip);
    const std::int64_t position = (std::int64_t{s.position} ^ sign) - sign;  // a short one counts against a sell
    const SideOrders& own = s.of(intent.side);
    const SideOrders& against = s.of(opposite(intent.side));
    const Slot& slot = slots_[next_user_ref_ % kOpenSlots];

    std::uint32_t mask = 0;
    // From the last check to the first: each moves those behind it up by a bit, an instruction where a shift by its
    // number would be two.
    const auto fail = [&mask](Reason, bool fails) { mask = mask + mask + fails; };
    fail(Reason::self_trade, (against.shares > 0) & ((intent.price.value ^ flip) >= (against.price.value ^ flip)));
    fail(Reason::duplicate, s.has_last & (s.last_side == intent.side) & (s.last_price == intent.price) &
                                (s.last_quantity == intent.quantity) &
                                (stamp < s.last_stamp + Cycles{global.duplicate_window}));
    fail(Reason::rate, rate_fails(global, stamp));
    fail(Reason::open_orders, (open_count_ >= global.max_open_orders) | slot.used);
    fail(Reason::gross, gross_ + value > global.max_gross);
    fail(Reason::position, position + own.shares + quantity > limit.max_position);
    fail(Reason::collar, (price > reference + limit.collar) | (price + limit.collar < reference));
    fail(Reason::notional, value > limit.max_notional);
    fail(Reason::quantity, (quantity == 0) | (intent.quantity.value > limit.max_quantity));
    fail(Reason::halt, s.halted != 0);
    fail(Reason::session, closed_);
    fail(Reason::permission, !((buy & limit.permit_buy) | (!buy & limit.permit_sell)));
    fail(Reason::kill, kill_);
    return mask;
  }
  std::uint32_t cancel_failures(Cycles stamp) const noexcept {
    return std::uint32_t{rate_fails(bank_->global, stamp)} << (static_cast<unsigned>(Reason::rate) - 1);
  }

  // The verdict on an intent that fails these checks, before it is taken into the state.
  RiskResult verdict(SymbolIndex symbol, std::uint32_t failures) const noexcept {
    RiskResult r = observe(symbol);
    r.check_mask = failures;
    r.reason = failures == 0 ? Reason::none : static_cast<Reason>(__builtin_ctz(failures) + 1);
    r.collar_reference = collar_reference(symbol);
    return r;
  }
  RiskResult check_enter(const Intent& intent, Cycles stamp) const noexcept {
    return verdict(intent.symbol, enter_failures(intent, stamp));
  }
  RiskResult check_cancel(const Intent& intent, Cycles stamp) const noexcept {
    return verdict(intent.symbol, cancel_failures(stamp));
  }

  // What the next order's UserRefNum is.
  std::uint32_t next_user_ref() const noexcept { return next_user_ref_; }

  // The intent passed: takes it into the state and returns the order's UserRefNum, which was the next. SEM 5.2.
  std::uint32_t send_enter(const Intent& intent, Cycles stamp) noexcept {
    SymbolRisk& s = symbols_[intent.symbol];
    const std::uint32_t user_ref = next_user_ref_++;
    slots_[user_ref % kOpenSlots] = {true,    false, intent.symbol, intent.side, intent.price, intent.quantity.value,
                                     user_ref};
    ++open_count_;
    SideOrders& own = s.of(intent.side);
    const std::uint32_t flip = flip_of(intent.side);
    const std::uint32_t before = own.shares == 0 ? 0 : own.price.value ^ flip;
    own.price = Price{std::max(before, intent.price.value ^ flip) ^ flip};
    own.shares += intent.quantity.value;
    gross_ += notional(intent.price, intent.quantity);
    s.has_last = true;
    s.last_side = intent.side;
    s.last_price = intent.price;
    s.last_quantity = intent.quantity;
    s.last_stamp = stamp;
    gates_[intent.symbol].working = {true, false, intent.side, intent.price, user_ref};
    take_rate(stamp);
    work_out(intent.symbol);
    work_out();
    return user_ref;
  }

  // Of the symbol's working order.
  void send_cancel(SymbolIndex symbol, Cycles stamp) noexcept {
    gates_[symbol].working.cancel_sent = true;
    send_cancel(stamp);
  }
  // Of any open order; which, the strategy's port keeps (SEM 9.3).
  void send_cancel(Cycles stamp) noexcept {
    take_rate(stamp);
    work_out();
  }

  // ---- answers from the exchange and the host (SEM 5.4, 5.5) ----
  // Each returns whether it had effect, and then `symbol` is the order's.
  bool acknowledge(std::uint32_t user_ref) noexcept {
    Slot* slot = find(user_ref);
    if (slot == nullptr) return false;
    slot->acknowledged = true;
    return true;
  }

  bool fill(std::uint32_t user_ref, Quantity quantity, Price price, SymbolIndex& symbol) noexcept {
    Slot* slot = find(user_ref);
    if (slot == nullptr) return false;
    symbol = slot->symbol;
    SymbolRisk& s = symbols_[symbol];
    const std::uint32_t f = std::min(quantity.value, slot->leaves);
    if (quantity.value > slot->leaves) counters_.add(Counter::overfill);
    constexpr std::int64_t kMost = 0x7FFFFFFF;
    const std::int64_t position = std::int64_t{s.position} + (slot->side == Side::buy ? std::int64_t{quantity.value}
                                                                                      : -std::int64_t{quantity.value});
    if (position > kMost || position < -kMost) counters_.add(Counter::position_saturated);
    s.position = static_cast<std::int32_t>(std::clamp(position, -kMost, kMost));
    release(*slot, f);
    if (slot->leaves == 0) close(*slot);
    set_exposure(symbol, price);
    return true;
  }

  bool done(std::uint32_t user_ref, SymbolIndex& symbol) noexcept {
    Slot* slot = find(user_ref);
    if (slot == nullptr) return false;
    symbol = slot->symbol;
    release(*slot, slot->leaves);
    close(*slot);
    work_out(symbol);
    work_out();
    return true;
  }

  void set_position(SymbolIndex symbol, std::int32_t position, Price mark) noexcept {
    symbols_[symbol].position = position;
    set_exposure(symbol, mark);
  }

  // The next order's UserRefNum becomes the first from it on whose slot is free, if one is: an order that rests for
  // long holds up no other. SEM 9.3.
  void pass_over_used_slots() noexcept {
    for (std::uint32_t i = 0; i < kOpenSlots; ++i) {
      if (slots_[(next_user_ref_ + i) % kOpenSlots].used) continue;
      next_user_ref_ += i;
      return work_out();
    }
  }

  const WorkingOrder& working(SymbolIndex s) const noexcept { return gates_[s].working; }
  // The order of this UserRefNum while it is open, else nullptr.
  const OpenOrder* open_order(std::uint32_t user_ref) const noexcept {
    const Slot& slot = slots_[user_ref % kOpenSlots];
    return slot.used && slot.user_ref == user_ref ? &slot : nullptr;
  }
  std::int32_t position(SymbolIndex s) const noexcept { return symbols_[s].position; }
  bool killed() const noexcept { return kill_; }
  // Check 3 passes.
  bool session_open() const noexcept { return !closed_; }
  bool tradable(SymbolIndex s) const noexcept { return symbols_[s].halted == 0; }

  // State of a symbol as events carry it.
  RiskResult observe(SymbolIndex symbol) const noexcept {
    const SymbolRisk& s = symbols_[symbol];
    RiskResult r;
    r.position = s.position;
    r.open_buy = s.of(Side::buy).shares;
    r.open_sell = s.of(Side::sell).shares;
    r.gross_lo = gross_ > UINT64_MAX ? UINT64_MAX : static_cast<std::uint64_t>(gross_);
    r.open_count = static_cast<std::uint16_t>(open_count_);
    return r;
  }

 private:
  using Wide = unsigned __int128;  // 80 bits used (SEM 5.5)

  using Slot = OpenOrder;

  void set(bool& state, bool on) noexcept {
    state = on;
    closed_ = feed_ended_ || circuit_breaker_ || !(market_open_ || any_session_);
    work_out();
  }
  void set(SymbolIndex symbol, std::uint8_t cause, bool on) noexcept {
    SymbolRisk& s = symbols_[symbol];
    s.halted = static_cast<std::uint8_t>(on ? s.halted | cause : s.halted & ~cause);
    work_out(symbol);
  }

  Price collar_reference(SymbolIndex symbol) const noexcept { return gates_[symbol].reference; }

  // The gates of a symbol, after anything of its state has changed.
  void work_out(SymbolIndex symbol) noexcept {
    if (bank_ == nullptr) return;
    gates_[symbol].work_out(symbols_[symbol], bank_->limits[symbol], bank_->global.duplicate_window);
  }
  // What holds for all symbols, after anything of it has changed.
  void work_out() noexcept {
    if (bank_ == nullptr) return;
    const GlobalLimits& g = bank_->global;
    shut_ = kill_ | closed_ | (open_count_ >= g.max_open_orders) | slots_[next_user_ref_ % kOpenSlots].used |
            (gross_ > g.max_gross);
    room_ = gross_ > g.max_gross ? 0 : static_cast<std::uint64_t>(g.max_gross - gross_);
    rate_from_ = Cycles{g.rate_interval == 0 || tat_.value < g.rate_tolerance ? 0 : tat_.value - g.rate_tolerance};
  }

  bool rate_fails(const GlobalLimits& g, Cycles stamp) const noexcept {
    return (g.rate_interval != 0) & (tat_.value > stamp.value + g.rate_tolerance);
  }
  void take_rate(Cycles stamp) noexcept { tat_ = std::max(tat_, stamp) + Cycles{bank_->global.rate_interval}; }

  Slot* find(std::uint32_t user_ref) noexcept {
    Slot& slot = slots_[user_ref % kOpenSlots];
    if (slot.used && slot.user_ref == user_ref) return &slot;
    counters_.add(Counter::unknown_order);
    return nullptr;
  }

  void release(Slot& slot, std::uint32_t quantity) noexcept {
    SymbolRisk& s = symbols_[slot.symbol];
    s.of(slot.side).shares -= quantity;
    gross_ -= notional(slot.price, Quantity{quantity});
    slot.leaves -= quantity;
  }

  void close(Slot& slot) noexcept {
    slot.used = false;
    --open_count_;
    WorkingOrder& working = gates_[slot.symbol].working;
    if (working.user_ref == slot.user_ref) working.open = false;
  }

  void set_exposure(SymbolIndex symbol, Price mark) noexcept {
    SymbolRisk& s = symbols_[symbol];
    gross_ -= s.exposure;
    s.exposure = static_cast<std::uint64_t>(std::llabs(s.position)) * mark.value;
    gross_ += s.exposure;
    work_out(symbol);
    work_out();
  }

  Counters& counters_;
  const Bank* bank_ = nullptr;
  bool shut_ = true;                     // nothing may enter
  std::uint64_t room_ = 0;               // what an order may be worth, of the gross check
  Cycles rate_from_{~std::uint64_t{0}};  // from when on an order or a cancel may be sent
  std::array<SymbolGates, kSymbols> gates_;
  std::array<SymbolRisk, kSymbols> symbols_;
  std::array<Slot, kOpenSlots> slots_;
  Wide gross_ = 0;
  std::uint32_t open_count_ = 0;
  Cycles tat_{};
  bool kill_ = false, market_open_ = false, feed_ended_ = false, circuit_breaker_ = false;
  bool closed_ = true;  // check 3 fails; kept by set()
  bool any_session_;
  std::uint32_t next_user_ref_;
};

}  // namespace twinpath
