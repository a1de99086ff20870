// Pre-trade risk: thirteen checks in a fixed order, and the state they read. SEM 2.7, 2.9, 5.
//
// Safety: the caller sends only what enter_failures or cancel_failures has nothing against, and calls send_enter or
// send_cancel before anything else that changes this; decide() in path/decision_steps.h is the one caller. Time and
// fills come in as arguments; nothing here reads a clock, allocates or throws after construction.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/core/prefetch.h"
#include "host/core/types.h"
#include "host/strategy/intent.h"

namespace twinpath {

// The verdict on one intent, with every operand the checks read.
struct RiskResult {
  Reason reason = Reason::none;  // the first check that fails
  std::uint32_t check_mask = 0;  // bit n-1: check n fails
  Price collar_reference;
  std::int32_t position = 0;
  std::uint32_t open_buy = 0;
  std::uint32_t open_sell = 0;
  std::uint64_t gross_lo = 0;  // saturated to 64 bits
  std::uint16_t open_count = 0;
};

// An order that has left and has not ended. SEM 5.2.
struct OpenOrder {
  bool used = false;
  bool acknowledged = false;
  SymbolIndex symbol = 0;
  Side side = Side::buy;
  Price price;
  std::uint32_t leaves = 0;
  std::uint32_t user_ref = 0;
};

class Risk {
 public:
  static constexpr unsigned kOpenSlots = 4096;

  Risk(const CoreConfig& config, Counters& counters)
      : counters_(counters), any_session_(config.any_session), next_user_ref_(config.order.first_user_ref) {
    forget_market(config.symbols_start_trading);
  }

  // ---- trading state, from market data (SEM 2.6) ----
  void set_market_open(bool open) noexcept { set(market_open_, open); }
  void set_feed_ended() noexcept { set(feed_ended_, true); }
  void set_circuit_breaker(bool on) noexcept { set(circuit_breaker_, on); }
  void set_trading(SymbolIndex s, bool trading) noexcept {
    set(symbols_[s], kNotTrading, !trading);
    set(symbols_[s], kAuction, false);
  }
  void set_auction(SymbolIndex s) noexcept { set(symbols_[s], kAuction, true); }
  void set_operational_halt(SymbolIndex s, bool halted) noexcept { set(symbols_[s], kOperationalHalt, halted); }
  // When there is one; else nothing. Without a branch: whether there is one is nobody's guess.
  void set_last_trade(SymbolIndex s, Price p, bool is_one = true) noexcept {
    symbols_[s].last_trade = is_one ? p : symbols_[s].last_trade;
    symbols_[s].traded |= is_one;
  }
  // As if market data had told nothing yet.
  void forget_market(bool trading) noexcept {
    for (SymbolState& s : symbols_) {
      s.halted = trading ? 0 : kNotTrading;
      s.traded = false;
    }
    market_open_ = feed_ended_ = false;
    set(circuit_breaker_, false);
  }
  void set_kill(bool on) noexcept { kill_ = on; }

  // Fetches what checks and rules read of a symbol.
  void prefetch(const Bank& bank, SymbolIndex s) const noexcept {
    prefetch_line(&bank.limits[s]);
    prefetch_line(&symbols_[s]);
    prefetch_line(&symbols_[s].working);
  }

  // ---- checks (SEM 5.1) ----
  // Bit n-1: check n fails. All that an order waits for; what the checks read is told by verdict().
  std::uint32_t enter_failures(const Bank& bank, const Intent& intent, Cycles stamp) const noexcept {
    const SymbolState& s = symbols_[intent.symbol];
    const LimitRecord& limit = bank.limits[intent.symbol];
    const GlobalLimits& global = bank.global;
    const bool buy = intent.side == Side::buy;
    const std::uint64_t price = intent.price.value;
    const std::uint64_t value = notional(intent.price, intent.quantity);
    const std::uint64_t reference = collar_reference(bank, intent.symbol).value;
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
  std::uint32_t cancel_failures(const Bank& bank, Cycles stamp) const noexcept {
    return std::uint32_t{rate_fails(bank.global, stamp)} << (static_cast<unsigned>(Reason::rate) - 1);
  }

  // The verdict on an intent that fails these checks, before it is taken into the state.
  RiskResult verdict(const Bank& bank, SymbolIndex symbol, std::uint32_t failures) const noexcept {
    RiskResult r = observe(symbol);
    r.check_mask = failures;
    r.reason = failures == 0 ? Reason::none : static_cast<Reason>(__builtin_ctz(failures) + 1);
    r.collar_reference = collar_reference(bank, symbol);
    return r;
  }
  RiskResult check_enter(const Bank& bank, const Intent& intent, Cycles stamp) const noexcept {
    return verdict(bank, intent.symbol, enter_failures(bank, intent, stamp));
  }
  RiskResult check_cancel(const Bank& bank, const Intent& intent, Cycles stamp) const noexcept {
    return verdict(bank, intent.symbol, cancel_failures(bank, stamp));
  }

  // What the next order's UserRefNum is.
  std::uint32_t next_user_ref() const noexcept { return next_user_ref_; }

  // The intent passed: takes it into the state and returns the order's UserRefNum, which was the next. SEM 5.2.
  std::uint32_t send_enter(const Bank& bank, const Intent& intent, Cycles stamp) noexcept {
    SymbolState& s = symbols_[intent.symbol];
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
    s.working = {true, false, intent.side, intent.price, user_ref};
    take_rate(bank.global, stamp);
    return user_ref;
  }

  // Of the symbol's working order.
  void send_cancel(const Bank& bank, SymbolIndex symbol, Cycles stamp) noexcept {
    symbols_[symbol].working.cancel_sent = true;
    take_rate(bank.global, stamp);
  }
  // Of any open order; which, the strategy's port keeps (SEM 9.3).
  void send_cancel(const Bank& bank, Cycles stamp) noexcept { take_rate(bank.global, stamp); }

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
    SymbolState& s = symbols_[symbol];
    const std::uint32_t f = std::min(quantity.value, slot->leaves);
    if (quantity.value > slot->leaves) counters_.add(Counter::overfill);
    constexpr std::int64_t kMost = 0x7FFFFFFF;
    const std::int64_t position = std::int64_t{s.position} + (slot->side == Side::buy ? std::int64_t{quantity.value}
                                                                                      : -std::int64_t{quantity.value});
    if (position > kMost || position < -kMost) counters_.add(Counter::position_saturated);
    s.position = static_cast<std::int32_t>(std::clamp(position, -kMost, kMost));
    release(*slot, f);
    if (slot->leaves == 0) close(*slot);
    set_exposure(s, price);
    return true;
  }

  bool done(std::uint32_t user_ref, SymbolIndex& symbol) noexcept {
    Slot* slot = find(user_ref);
    if (slot == nullptr) return false;
    symbol = slot->symbol;
    release(*slot, slot->leaves);
    close(*slot);
    return true;
  }

  void set_position(SymbolIndex symbol, std::int32_t position, Price mark) noexcept {
    symbols_[symbol].position = position;
    set_exposure(symbols_[symbol], mark);
  }

  // The next order's UserRefNum becomes the first from it on whose slot is free, if one is: an order that rests for
  // long holds up no other. SEM 9.3.
  void pass_over_used_slots() noexcept {
    for (std::uint32_t i = 0; i < kOpenSlots; ++i) {
      if (slots_[(next_user_ref_ + i) % kOpenSlots].used) continue;
      next_user_ref_ += i;
      return;
    }
  }

  const WorkingOrder& working(SymbolIndex s) const noexcept { return symbols_[s].working; }
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
    const SymbolState& s = symbols_[symbol];
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

  // Open orders of one side of a symbol.
  struct SideOrders {
    std::uint32_t shares = 0;
    Price price;  // the most aggressive since there was none; means nothing without shares
  };
  // Why a symbol is halted.
  static constexpr std::uint8_t kNotTrading = 1, kAuction = 2, kOperationalHalt = 4;

  struct SymbolState {
    SideOrders& of(Side side) noexcept { return orders[static_cast<unsigned>(side)]; }
    const SideOrders& of(Side side) const noexcept { return orders[static_cast<unsigned>(side)]; }

    std::uint8_t halted = 0;
    bool traded = false;
    bool has_last = false;
    Side last_side = Side::buy;
    Price last_trade;
    std::int32_t position = 0;
    std::array<SideOrders, 2> orders;
    Price last_price;
    Quantity last_quantity;
    Cycles last_stamp;
    WorkingOrder working;
    std::uint64_t exposure = 0;
  };

  using Slot = OpenOrder;

  // XORed with a side's prices: the greater, the more aggressive.
  static std::uint32_t flip_of(Side side) noexcept { return 0 - static_cast<std::uint32_t>(side); }

  void set(bool& state, bool on) noexcept {
    state = on;
    closed_ = feed_ended_ || circuit_breaker_ || !(market_open_ || any_session_);
  }
  static void set(SymbolState& s, std::uint8_t cause, bool on) noexcept {
    s.halted = static_cast<std::uint8_t>(on ? s.halted | cause : s.halted & ~cause);
  }

  Price collar_reference(const Bank& bank, SymbolIndex symbol) const noexcept {
    const SymbolState& s = symbols_[symbol];
    return s.traded ? s.last_trade : Price{bank.limits[symbol].reference_price};
  }

  bool rate_fails(const GlobalLimits& g, Cycles stamp) const noexcept {
    return (g.rate_interval != 0) & (tat_.value > stamp.value + g.rate_tolerance);
  }
  void take_rate(const GlobalLimits& g, Cycles stamp) noexcept {
    tat_ = std::max(tat_, stamp) + Cycles{g.rate_interval};
  }

  Slot* find(std::uint32_t user_ref) noexcept {
    Slot& slot = slots_[user_ref % kOpenSlots];
    if (slot.used && slot.user_ref == user_ref) return &slot;
    counters_.add(Counter::unknown_order);
    return nullptr;
  }

  void release(Slot& slot, std::uint32_t quantity) noexcept {
    SymbolState& s = symbols_[slot.symbol];
    s.of(slot.side).shares -= quantity;
    gross_ -= notional(slot.price, Quantity{quantity});
    slot.leaves -= quantity;
  }

  void close(Slot& slot) noexcept {
    slot.used = false;
    --open_count_;
    WorkingOrder& working = symbols_[slot.symbol].working;
    if (working.user_ref == slot.user_ref) working.open = false;
  }

  void set_exposure(SymbolState& s, Price mark) noexcept {
    gross_ -= s.exposure;
    s.exposure = static_cast<std::uint64_t>(std::llabs(s.position)) * mark.value;
    gross_ += s.exposure;
  }

  Counters& counters_;
  std::array<SymbolState, kSymbols> symbols_;
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
