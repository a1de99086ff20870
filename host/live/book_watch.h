// Whether the books that trade can be relied on, from the path's events alone (SEM 2.8, 3.2, 3.4). Needs BOOK events.
// Allocates nothing; ready() is constant time.
#pragma once
#include <array>
#include <cstdint>

#include "host/core/config.h"
#include "host/core/event.h"
#include "host/core/registers.h"

namespace twinpath {

class BookWatch {
 public:
  // Which symbols trade by these rules and limits: those that a rule may enter orders in; with another strategy than
  // the rules, all that the limits permit.
  void use(const Bank& bank, bool by_rules = true) noexcept {
    std::array<bool, kSymbols> named{};
    for (std::size_t i = 0; i < kSymbols; ++i) {
      const RuleRecord& r = bank.rules[i];
      named[i] = named[i] || r.take.enabled || r.imbalance.enabled || r.momentum.enabled;
      if (r.lead_lag.enabled) named[r.lead_lag.lagger] = true;
    }
    for (std::size_t i = 0; i < kSymbols; ++i) {
      trades_[i] = (named[i] || !by_rules) && (bank.limits[i].permit_buy || bank.limits[i].permit_sell);
    }
    recount();
  }

  void on_event(const Event& e) noexcept {
    switch (e.event_kind()) {
      case EventKind::book:
        set(static_cast<SymbolIndex>(e.symbol), e.book_flags);
        break;
      case EventKind::state:
        if (e.reason == static_cast<std::uint8_t>(StateReason::gap_lost) ||
            e.reason == static_cast<std::uint8_t>(StateReason::fcs_error)) {
          stale_ = true;
        }
        break;
      case EventKind::command:
        if (e.reason == static_cast<std::uint8_t>(CommandOp::trust)) trust(e.symbol);
        break;
      default:
        break;
    }
  }

  bool stale() const noexcept { return stale_; }
  bool trades(SymbolIndex s) const noexcept { return trades_[s]; }
  // The book is trusted and has both sides. While the feed is stale no book is trusted.
  bool complete(SymbolIndex s) const noexcept {
    return !stale_ && (flags_[s] & kTrusted) != 0 && (flags_[s] & 3) == kQuoted && (flags_[s] >> 2 & 3) == kQuoted;
  }
  // How many of those that trade are not trusted, or lack a side; of no meaning while stale.
  unsigned incomplete() const noexcept { return incomplete_; }
  unsigned trading() const noexcept { return trading_; }
  bool ready() const noexcept { return !stale_ && incomplete_ == 0; }

 private:
  // Event::book_flags.
  static constexpr std::uint8_t kTrusted = 16, kQuoted = 1, kUnknown = 2;

  bool sides_good(SymbolIndex s) const noexcept { return (flags_[s] & 31) == (kTrusted | kQuoted << 2 | kQuoted); }

  void set(SymbolIndex s, std::uint8_t flags) noexcept {
    const bool before = sides_good(s);
    flags_[s] = flags;
    if (trades_[s] && before != sides_good(s)) incomplete_ += before ? 1 : -1;
  }

  // No BOOK event tells what TRUST changes: a book whose sides are known is trusted again. While the feed is stale
  // nothing is known of single books' own doubts, but only a TRUST of all ends that, and ends those too.
  void trust(std::uint16_t symbol) noexcept {
    const auto trusted = [this](std::size_t i) {
      const bool known = (flags_[i] & 3) != kUnknown && (flags_[i] >> 2 & 3) != kUnknown;
      flags_[i] = static_cast<std::uint8_t>((flags_[i] & ~kTrusted) | (known ? kTrusted : 0));
    };
    if (symbol == 0xFFFF) {
      stale_ = false;
      for (std::size_t i = 0; i < kSymbols; ++i) trusted(i);
    } else if (symbol < kSymbols && !stale_) {
      trusted(symbol);
    }
    recount();
  }

  void recount() noexcept {
    trading_ = incomplete_ = 0;
    for (std::size_t i = 0; i < kSymbols; ++i) {
      trading_ += trades_[i];
      incomplete_ += trades_[i] && !sides_good(static_cast<SymbolIndex>(i));
    }
  }

  std::array<bool, kSymbols> trades_{};
  std::array<std::uint8_t, kSymbols> flags_{};  // of the last BOOK event
  bool stale_ = false;
  unsigned incomplete_ = 0, trading_ = 0;
};

}  // namespace twinpath
