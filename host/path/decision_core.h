// The whole decision in software: one message or command after the other, book, rules, risk, order, events. SEM 2.6
// to 7.
//
// Pure: no clock, no I/O, no allocation after construction. `Stamper` observes the stages:
// `mark(Stage)` is called as each stage ends and `fill(Event&)` when an event leaves; NoStamps costs nothing.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "host/book/books.h"
#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/core/event.h"
#include "host/feed/feed.h"
#include "host/order/order_frame.h"
#include "host/path/book_message.h"
#include "host/path/decision_steps.h"
#include "host/path/path.h"
#include "host/path/stage_stamps.h"
#include "host/path/state_change.h"
#include "host/risk/risk.h"
#include "host/strategy/rule_engine.h"
#include "host/wire/itch50.h"

namespace twinpath {

// Out: `void on_order_frame(span)` before the events of the message that made it, the last of which is its ORDER or
// CANCEL; `void on_event(const Event&)`.
template <class Out, class Stamper = NoStamps>
class DecisionCore {
 public:
  DecisionCore(const CoreConfig& config, Counters& counters, Out& out, Stamper& stamper)
      : counters_(counters),
        out_(out),
        stamper_(stamper),
        banks_(config.banks),
        books_(config, counters),
        rules_(counters),
        risk_(config, counters),
        frames_(config),
        book_events_(config.book_events),
        armed_(config.armed) {
    locate_.fill(-1);
    for (std::size_t i = 0; i < config.symbols.size(); ++i) {
      if (config.symbols[i].has_locate) locate_[config.symbols[i].locate] = static_cast<std::int16_t>(i);
    }
  }

  // ---- Feed's sink ----
  void on_feed_state(StateReason reason, const Origin& origin) noexcept {
    if (reason != StateReason::end_of_session) stale_ = true;
    apply_state_change(risk_, {reason});
    out_.on_event(state_event(reason, origin, 0, 0));
  }

  void on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept {
    stamper_.mark(Stage::decoded);
    counters_.add(kMessageCounter[type]);
    if (kIsBookMessage[type]) {
      SymbolIndex symbol;
      if (!locate(m, symbol)) return;
      BookChange change;
      const std::uint64_t reference = book_message(books_, symbol, m, type, change);
      return after(origin, type, symbol, reference, change);
    }
    StateChange change;
    if (!read_state_change(m, type, [&](SymbolIndex& symbol) { return locate(m, symbol); }, change)) return;
    apply_state_change(risk_, change);
    Event e = state_event(change.reason, origin, type, change.symbol);
    stamper_.fill(e);
    out_.on_event(e);
  }

  // A message that has not had its turn, `bytes` of it: fetches what it will need first, and some messages later what
  // that leads to.
  void prefetch(const std::uint8_t* m, std::size_t bytes) const noexcept {
    const std::int16_t index = locate_[load_be16(m + 1)];
    if (index < 0) return;
    const auto symbol = static_cast<SymbolIndex>(index);
    prefetch_book_message(books_, symbol, m, bytes);
    rules_.prefetch(bank().rules, symbol);
    risk_.prefetch(bank(), symbol);
  }
  void prefetch_more(const std::uint8_t* m, std::size_t bytes) const noexcept {
    const std::int16_t index = locate_[load_be16(m + 1)];
    if (index >= 0) prefetch_book_level(books_, static_cast<SymbolIndex>(index), m, bytes);
  }

  // SEM 2.9.
  void command(Cycles stamp, const Command& c) noexcept {
    counters_.add(Counter::commands);
    Event e = command_event(stamp, c);
    switch (c.op) {
      case CommandOp::swap:
        active_ ^= 1;
        break;
      case CommandOp::trust:
        if (c.symbol == 0xFFFF) stale_ = false;
        trust(books_, c, counters_);
        break;
      case CommandOp::arm:
        armed_ = true;
        break;
      case CommandOp::disarm:
        armed_ = false;
        break;
      default:
        risk_command(risk_, bank(), counters_, c, e);
        break;
    }
    out_.on_event(e);
  }

  void load_inactive_bank(const Bank& bank) noexcept { banks_[active_ ^ 1] = bank; }

  const Books& books() const noexcept { return books_; }
  const Risk& risk() const noexcept { return risk_; }
  const Bank& bank() const noexcept { return banks_[active_]; }
  bool trusted(SymbolIndex s) const noexcept { return !stale_ && !books_.sticky(s) && books_.bbo(s).known(); }

 private:
  bool locate(const std::uint8_t* m, SymbolIndex& symbol) noexcept {
    const std::int16_t index = locate_[load_be16(m + 1)];
    if (index < 0) {
      counters_.add(Counter::other_symbol);
      return false;
    }
    symbol = static_cast<SymbolIndex>(index);
    return true;
  }

  // After the book has taken a message: rules, risk, order, events. Orders leave before the events that tell of them
  // are written.
  void after(const Origin& o, std::uint8_t type, SymbolIndex symbol, std::uint64_t reference,
             const BookChange& change) noexcept {
    stamper_.mark(Stage::booked);
    if (change.trade.valid) risk_.set_last_trade(symbol, change.trade.price);
    const bool trusted_before = !stale_ && !change.sticky_before && change.before.known();
    const bool trusted_after = !stale_ && !change.sticky_after && change.after.known();
    Intent intent;
    Decision decision;
    if (change.effect && armed_ && trusted_after && !change.after.crossed()) {
      struct View {
        const Bbo& bbo;
        bool trusted;
      };
      intent = rules_.evaluate(bank().rules, symbol, o.stamp, change, risk_.working(symbol),
                               [this](SymbolIndex g) { return View{books_.bbo(g), trusted(g)}; });
      stamper_.mark(Stage::decided);
      if (intent.kind != IntentKind::none) decision = decide(o, intent);
    }
    if (book_events_ && (trusted_before != trusted_after || change.changed())) {
      Event e = book_event(o, type, symbol, reference, change.after, trusted_after);
      stamper_.fill(e);
      out_.on_event(e);
    }
    if (intent.kind != IntentKind::none) {
      Event e = decision_event(o, type, symbol, reference, change.trade, intent, decision, books_.bbo(intent.symbol),
                               trusted(intent.symbol));
      stamper_.fill(e);
      out_.on_event(e);
    }
  }

  Decision decide(const Origin& o, const Intent& intent) noexcept {
    return twinpath::decide(
        risk_, bank(), counters_, intent, o.stamp, [&] { stamper_.mark(Stage::checked); },
        [&](std::uint32_t user_ref) {
          out_.on_order_frame(frames_.enter(user_ref, intent.side, intent.quantity, intent.symbol, intent.price));
          stamper_.mark(Stage::first_beat);
        },
        [&](std::uint32_t user_ref) {
          out_.on_order_frame(frames_.cancel(user_ref));
          stamper_.mark(Stage::first_beat);
        });
  }

  Counters& counters_;
  Out& out_;
  Stamper& stamper_;
  std::array<Bank, 2> banks_;
  unsigned active_ = 0;
  Books books_;
  RuleEngine rules_;
  Risk risk_;
  OrderFrameBuilder frames_;
  bool book_events_;
  bool armed_;
  bool stale_ = false;
  std::array<std::int16_t, 65536> locate_;
};

}  // namespace twinpath
