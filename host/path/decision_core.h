// The whole decision in software: one message or command after the other, book, strategy, risk, order, events. SEM 2.6
// to 7 with the rules, SEM 9 with any other strategy.
//
// Pure: no clock, no I/O, no allocation after construction. `Stamper` observes the stages:
// `mark(Stage)` is called as each stage ends and `fill(Event&)` when an event leaves; NoStamps costs nothing.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "host/book/books.h"
#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/core/event.h"
#include "host/feed/feed.h"
#include "host/order/order_frame.h"
#include "host/path/book_message.h"
#include "host/path/decision_steps.h"
#include "host/path/locates.h"
#include "host/path/path.h"
#include "host/path/stage_stamps.h"
#include "host/path/state_change.h"
#include "host/path/strategy_port.h"
#include "host/risk/risk.h"
#include "host/strategy/rule_engine.h"
#include "host/wire/itch50.h"

namespace twinpath {

namespace detail {
template <class S>
struct PortOf {
  using type = StrategyPort<S>;
};
}  // namespace detail

// Out: `void on_order_frame(span)` before the events of the message that made it, the last of which is its ORDER or
// CANCEL; `void on_event(const Event&)`. `S`: RuleEngine, which reads books and working orders where they lie,
// or a Strategy, which is told.
template <class Out, class Stamper = NoStamps, class S = RuleEngine>
class DecisionCore {
  static constexpr bool kRules = std::is_same_v<S, RuleEngine>;
  using Strategist = typename std::conditional_t<kRules, std::type_identity<S>, detail::PortOf<S>>::type;

 public:
  DecisionCore(const CoreConfig& config, Counters& counters, Out& out, Stamper& stamper)
    requires kRules
      : DecisionCore(config, counters, out, stamper, S(counters)) {}

  template <class P>
    requires(!kRules && std::same_as<P, typename S::Parameters>)
  DecisionCore(const CoreConfig& config, Counters& counters, Out& out, Stamper& stamper, const P& parameters)
      : DecisionCore(config, counters, out, stamper, Strategist(parameters, config.symbols.size())) {
    strategist_.on_status(status(Cycles{}), true);
  }

  // ---- Feed's sink ----
  void on_feed_state(StateReason reason, const Origin& origin) noexcept {
    if (reason != StateReason::end_of_session) stale_ = true;
    apply_state_change(risk_, {reason});
    out_.on_event(state_event(reason, origin, 0, 0));
    if constexpr (!kRules) {
      strategist_.on_status(status(origin.stamp));
      carry_out(origin, 0, 0, 0, {}, [] {});
    }
  }

  bool look(const std::uint8_t* m, std::uint8_t type, SymbolIndex& symbol) noexcept {
    return look_at_message(m, type, locates_, counters_, symbol);
  }

  void on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept {
    SymbolIndex symbol = 0;
    if (look(m, type, symbol)) on_message(m, type, origin, symbol);
  }
  // One function, whichever way leads to it, with nothing in it that is rare.
  [[gnu::noinline]] void on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin,
                                    SymbolIndex symbol) noexcept {
    stamper_.mark(Stage::decoded);
    if (!kIsBookMessage[type]) [[unlikely]]
      return state_message(m, type, origin);
    const std::uint64_t reference = book_message(books_, symbol, m, type, change_);
    after(origin, type, symbol, reference, change_);
  }
  [[gnu::noinline]] void state_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept {
    StateChange change;
    if (!read_state_change(m, type, [&](SymbolIndex& of) { return locate(m, locates_, counters_, of); }, change))
      return;
    apply_state_change(risk_, change);
    Event e = state_event(change.reason, origin, type, change.symbol);
    stamper_.fill(e);
    out_.on_event(e);
    if constexpr (!kRules) {
      if (change.reason == StateReason::system_event || change.reason == StateReason::mwcb_status) {
        strategist_.on_status(status(origin.stamp));
      } else {
        const Bbo& bbo = books_.bbo(change.symbol);
        strategist_.on_book(book_update(origin.stamp, change.symbol, bbo, bbo, {}));
      }
      carry_out(origin, type, change.symbol, 0, {}, [] {});
    }
  }

  // A message that has not had its turn: fetches what it will need first, and some messages later what that leads to.
  void prefetch(const std::uint8_t* m, std::uint8_t type, SymbolIndex symbol) const noexcept {
    if (!kIsBookMessage[type]) [[unlikely]]
      return;
    prefetch_book_message(books_, symbol, m);
    if constexpr (kRules) strategist_.prefetch(symbol);
    risk_.prefetch(symbol);
  }
  void prefetch(const std::uint8_t* m, std::uint8_t type) const noexcept {
    if (const int symbol = locates_.symbol_of(m); symbol >= 0) prefetch(m, type, static_cast<SymbolIndex>(symbol));
  }
  void prefetch_more(const std::uint8_t* m, std::uint8_t type, SymbolIndex symbol) const noexcept {
    if (kIsBookMessage[type]) [[likely]]
      prefetch_book_level(books_, symbol, m, type);
  }

  void prefetch_more(const std::uint8_t* m, std::uint8_t type) const noexcept {
    if (const int symbol = locates_.symbol_of(m); symbol >= 0) prefetch_more(m, type, static_cast<SymbolIndex>(symbol));
  }

  // SEM 2.9.
  [[gnu::noinline]] void command(Cycles stamp, const Command& c) noexcept {
    counters_.add(Counter::commands);
    Event e = command_event(stamp, c);
    std::optional<OpenOrder> answered;
    if constexpr (!kRules) {
      const OpenOrder* order = risk_.open_order(c.user_ref);
      if (order != nullptr && (c.op == CommandOp::ack || c.op == CommandOp::fill || c.op == CommandOp::done))
        answered = *order;
    }
    switch (c.op) {
      case CommandOp::swap:
        active_ ^= 1;
        use_bank();
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
    if constexpr (!kRules) {
      const Origin origin{stamp};
      strategist_.on_status(status(stamp));
      carry_out(origin, 0, 0, 0, {}, [] {});
      if (answered || c.op == CommandOp::position) {
        strategist_.on_command(c, answered ? &*answered : nullptr, e);
        carry_out(origin, 0, static_cast<SymbolIndex>(e.symbol), 0, {}, [] {});
      }
    }
  }

  void load_inactive_bank(const Bank& bank) noexcept { banks_[active_ ^ 1] = bank; }

  const Books& books() const noexcept { return books_; }
  const Risk& risk() const noexcept { return risk_; }
  const Bank& bank() const noexcept { return banks_[active_]; }
  bool trusted(SymbolIndex s) const noexcept { return !stale_ && !books_.sticky(s) && books_.bbo(s).known(); }
  const Strategist& strategist() const noexcept { return strategist_; }

 private:
  DecisionCore(const CoreConfig& config, Counters& counters, Out& out, Stamper& stamper, Strategist&& strategist)
      : counters_(counters),
        out_(out),
        stamper_(stamper),
        banks_(config.banks),
        books_(config, counters),
        strategist_(std::move(strategist)),
        risk_(config, counters),
        frames_(config),
        book_events_(config.book_events),
        armed_(config.armed),
        locates_(config) {
    use_bank();
  }

  void use_bank() noexcept {
    if constexpr (kRules) strategist_.use(bank().rules);
    risk_.use(bank());
  }

  // After the book has taken a message: rules, risk, order, events. Orders leave before the events that tell of them
  // are written.
  [[gnu::always_inline]] void after(const Origin& o, std::uint8_t type, SymbolIndex symbol, std::uint64_t reference,
                                    const BookChange& change) noexcept {
    stamper_.mark(Stage::booked);
    // No rule or strategy looks at anything else, and no event tells of it.
    if (!(change.changed | (change.sticky_before != change.sticky_after) | change.trade.valid)) return;
    risk_.set_last_trade(symbol, change.trade.price, change.trade.valid);
    const bool trusted_after = !stale_ & !change.sticky_after & change.after.known();
    const auto tells = [&] {
      return (trusted_after != (!stale_ & !change.sticky_before & change.before.known())) | change.changed;
    };
    const auto tell_book = [&] {
      if (!book_events_ || !tells()) return;
      Event e = book_event(o, type, symbol, reference, change.after, trusted_after);
      stamper_.fill(e);
      out_.on_event(e);
    };
    if constexpr (kRules) {
      if (!(change.effect & armed_ & trusted_after & !change.after.crossed())) return tell_book();
      struct View {
        const Bbo& bbo;
        bool trusted;
      };
      const Intent intent = strategist_.find(symbol, o.stamp, change, risk_.working(symbol),
                                             [this](SymbolIndex g) { return View{books_.bbo(g), trusted(g)}; });
      stamper_.mark(Stage::decided);
      if (intent.kind == IntentKind::none) [[likely]]
        return tell_book();
      const Decision decision = decide(o, intent);
      strategist_.fired(symbol, intent.rule, o.stamp);
      tell_book();
      Event e = decision_event(o, type, symbol, reference, change.trade, intent, decision, books_.bbo(intent.symbol),
                               trusted(intent.symbol));
      stamper_.fill(e);
      out_.on_event(e);
    } else {
      if (!tells() & !change.trade.valid) return;
      strategist_.on_book(book_update(o.stamp, symbol, change.before, change.after, change.trade));
      stamper_.mark(Stage::decided);
      carry_out(o, type, symbol, reference, change.trade, tell_book);
    }
  }

  // ---- any strategy but the rules ----
  StatusUpdate status(Cycles stamp) const noexcept {
    return {stamp, armed_, risk_.killed(), stale_, risk_.session_open()};
  }
  BookUpdate book_update(Cycles stamp, SymbolIndex symbol, const Bbo& before, const Bbo& after,
                         const Trade& trade) const noexcept {
    return {stamp, before, after, trade, symbol, trusted(symbol), risk_.tradable(symbol)};
  }
  // The strategy's intents, one after the other: through risk, out, told of. `tell_book()` comes behind the first order
  // frame.
  template <class TellBook>
  void carry_out(const Origin& o, std::uint8_t type, SymbolIndex trigger, std::uint64_t reference, const Trade& trade,
                 TellBook&& tell_book) noexcept {
    bool told = false;
    for (unsigned i = 0; i < strategist_.ask().size(); ++i) {
      Intent intent = strategist_.ask()[i];
      const bool admitted = strategist_.admits(
          intent, risk_, [this](SymbolIndex s) { return armed_ && trusted(s) && !books_.bbo(s).crossed(); });
      Decision decision;
      if (intent.kind == IntentKind::enter) risk_.pass_over_used_slots();
      if (admitted) decision = decide(o, intent);
      if (!told) tell_book();
      told = true;
      if (admitted) {
        Event e = decision_event(o, type, trigger, reference, trade, intent, decision, books_.bbo(intent.symbol),
                                 trusted(intent.symbol));
        stamper_.fill(e);
        out_.on_event(e);
      }
      strategist_.tell(intent, admitted ? &decision : nullptr, risk_, o.stamp);
    }
    if (!told) tell_book();
  }

  Decision decide(const Origin& o, const Intent& intent) noexcept {
    return twinpath::decide<kRules ? CancelOf::working_order : CancelOf::user_ref>(
        risk_, counters_, intent, o.stamp, [&] { stamper_.mark(Stage::checked); },
        [&](std::uint32_t user_ref) {
          out_.on_order_frame(frames_.enter(user_ref, intent.side, intent.quantity, intent.symbol, intent.price));
          stamper_.mark(Stage::first_beat);
          frames_.prepare(user_ref + 1);
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
  Strategist strategist_;
  Risk risk_;
  OrderFrameBuilder frames_;
  bool book_events_;
  bool armed_;
  bool stale_ = false;
  const Locates locates_;
  BookChange change_;  // of the message at work: here, so that no message has to clear it
};

}  // namespace twinpath
