// What a strategy is: what it is told, what it may ask, and the concept that a strategy's class meets. SEM 9.
//
// A strategy is a function of what it is told. It reads no clock (time is each update's stamp), allocates nothing,
// throws nothing and uses integers only: prices are Price(4), 1/10,000 dollar; quantities are shares; time is core
// clock cycles. All types here are trivially copyable and without pointers, so that an update can go through shared
// memory or a stream as it is, and a strategy that keeps to this header can run in a process or a circuit of its own.
//
// A strategy keeps whatever it wants to remember: an update tells of one symbol, one order or the status, not of all.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>
#if __cplusplus >= 202002L
#include <concepts>
#endif

#include "host/book/bbo.h"
#include "host/book/trade.h"
#include "host/core/registers.h"
#include "host/core/types.h"
#include "host/strategy/intent.h"

namespace twinpath {

// A symbol's best quotes, its trust or its trading state changed, or there was a trade in it.
struct BookUpdate {
  Cycles stamp;
  Bbo before;
  Bbo after;
  Trade trade;  // not valid: none
  SymbolIndex symbol = 0;
  bool trusted = false;   // the book is right (SEM 3.4)
  bool tradable = false;  // trading, no auction, no operational halt (SEM 2.7)

  bool changed() const noexcept { return !(before == after); }
  // An order in this symbol may be asked for. Anything else would be refused (SEM 9.3).
  bool open() const noexcept { return trusted && tradable && !after.crossed(); }
};

// What became of an order. `sent`, `rejected`, `cancel_sent` and `cancel_rejected` answer an intent, in the order of
// the intents, though other updates may come before. The others are the exchange's answers.
enum class OrderState : std::uint8_t {
  sent,      // passed every check; user_ref is known from now on
  rejected,  // an enter that did not leave; reason
  cancel_sent,
  cancel_rejected,  // the order stands as it was; reason
  accepted,         // live at the exchange
  filled,           // of `quantity` at `price`; open as long as leaves > 0
  done,             // cancelled, rejected or expired at the exchange, `quantity` of it never filled
  position          // no order: the host has set the symbol's position
};

struct OrderUpdate {
  Cycles stamp;
  OrderState state = OrderState::sent;
  Reason reason =
      Reason::none;  // rejected, cancel_rejected: the first check that failed; none: refused before (SEM 9.3)
  Side side = Side::buy;
  SymbolIndex symbol = 0;
  std::uint32_t user_ref = 0;  // 0 in rejected and position
  std::uint32_t tag = 0;       // the enter's
  Price price;                 // filled: the fill's; else the order's limit
  Quantity quantity;           // filled: of this fill; done: what was left; rejected: asked for; else the order's
  Quantity leaves;             // still open at the exchange, after this
  std::int32_t position = 0;   // of the symbol, after this, shares, negative when short
};

// What holds for all symbols. Told first of all, and whenever one of these changes.
struct StatusUpdate {
  Cycles stamp;
  bool armed = false;         // SEM 2.9
  bool killed = false;        // likewise
  bool stale = false;         // a gap was lost: no book is trusted (SEM 2.8)
  bool session_open = false;  // check 3 of SEM 5.1 passes

  bool trading() const noexcept { return armed && !killed && !stale && session_open; }
};

static_assert(sizeof(BookUpdate) == 80 && std::is_trivially_copyable_v<BookUpdate>);
static_assert(sizeof(OrderUpdate) == 40 && std::is_trivially_copyable_v<OrderUpdate>);
static_assert(sizeof(StatusUpdate) == 16 && std::is_trivially_copyable_v<StatusUpdate>);

// What a strategy asks for in answer to one update: at most kMost intents, taken in their order. Each goes through risk
// by itself: that one passed says nothing of the next.
class Intents {
 public:
  static constexpr unsigned kMost = 8;

  // Both return false, and ask for nothing, when there is no room.
  bool enter(SymbolIndex symbol, Side side, Price price, Quantity quantity, std::uint32_t tag = 0) noexcept {
    return push({IntentKind::enter, kStrategyRule, side, symbol, price, quantity, 0, tag});
  }
  bool cancel(SymbolIndex symbol, std::uint32_t user_ref) noexcept {
    return push({IntentKind::cancel, Rule::cancel, Side::buy, symbol, {}, {}, user_ref, 0});
  }

  unsigned room() const noexcept { return most_ - size_; }
  unsigned size() const noexcept { return size_; }
  const Intent& operator[](unsigned i) const noexcept { return all_[i]; }

  void clear() noexcept { size_ = 0; }
  // Takes nothing any more: what tells of an intent is not an occasion for another (SEM 9.2).
  void close() noexcept { most_ = size_; }

 private:
  bool push(const Intent& intent) noexcept {
    if (size_ >= most_) return false;
    all_[size_++] = intent;
    return true;
  }

  std::array<Intent, kMost> all_{};
  std::uint8_t size_ = 0;
  std::uint8_t most_ = kMost;
};
static_assert(std::is_trivially_copyable_v<Intents> && std::is_trivially_copyable_v<Intent>);

// `Parameters` is what it is configured with, `kName` what configuration calls it (host/strategy/strategies.h).
#if __cplusplus >= 202002L
template <class S>
concept Strategy =
    std::is_trivially_copyable_v<S> && std::is_trivially_copyable_v<typename S::Parameters> &&
    std::is_nothrow_constructible_v<S, const typename S::Parameters&> &&
    requires(S s, const BookUpdate& book, const OrderUpdate& order, const StatusUpdate& status, Intents& ask) {
      { S::kName } -> std::convertible_to<std::string_view>;
      { s.on_book(book, ask) } noexcept -> std::same_as<void>;
      { s.on_order(order, ask) } noexcept -> std::same_as<void>;
      { s.on_status(status, ask) } noexcept -> std::same_as<void>;
    };
#else  // as far as an HLS kernel's C++17 can say it
template <class S>
inline constexpr bool Strategy =
    std::is_trivially_copyable_v<S> && std::is_trivially_copyable_v<typename S::Parameters> &&
    std::is_nothrow_constructible_v<S, const typename S::Parameters&>;
#endif

}  // namespace twinpath
