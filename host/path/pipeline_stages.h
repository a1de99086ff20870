// The stages of the pipelined software path, and what they hand each other. Each stage is one thread's; the records are
// written in place in the rings between them (host/path/pipelined_path.h has the picture).
#pragma once
#include <array>
#include <cstdint>

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
#include "host/path/state_change.h"
#include "host/risk/risk.h"
#include "host/strategy/rule_engine.h"

namespace twinpath::pipeline {

// book: what a message did to a book; state: SEM 2.7, 2.8; command: SEM 2.9; order, cancel: a frame to send; event: one
// to deliver. sync: tell the caller when it has come through; stop: the stage's thread ends.
enum class Kind : std::uint8_t { book, state, command, order, cancel, event, sync, stop };

// The two banks and which is active: each stage that reads them switches when the SWAP comes through it.
class ActiveBank {
 public:
  explicit ActiveBank(const std::array<Bank, 2>& banks) noexcept : banks_(banks) {}
  void swap() noexcept { active_ ^= 1; }
  const Bank& operator*() const noexcept { return banks_[active_]; }

 private:
  const std::array<Bank, 2>& banks_;
  unsigned active_ = 0;
};

// From market data to strategy.
template <class Marks>
struct alignas(64) MarketRecord {
  Kind kind;
  std::uint8_t type;
  SymbolIndex symbol;
  Origin origin;
  std::uint64_t reference;
  BookChange change;     // book
  StateChange state;     // state
  Command command;       // command; its time is origin.stamp
  std::uint64_t ticket;  // sync
  [[no_unique_address]] Marks marks;
};

// From strategy to risk.
template <class Marks>
struct alignas(64) StrategyRecord {
  Kind kind;
  std::uint8_t type;
  SymbolIndex symbol;
  bool tells;      // a BOOK event
  bool changed;    // the best bid and offer
  bool evaluated;  // armed, trusted, not crossed: rules may fire
  bool trusted;    // after the message
  bool lagger_trusted;
  Origin origin;
  std::uint64_t reference;
  Bbo after, lagger;
  Trade trade;
  RuleConditions conditions;
  StateChange state;
  Command command;
  std::uint64_t ticket;
  [[no_unique_address]] Marks marks;
};

// From risk to the gateway. Of an order or a cancel: the fields of the event that the frame is made of.
template <class Marks>
struct alignas(64) GatewayRecord {
  Kind kind;
  Event event;
  std::uint64_t ticket;
  [[no_unique_address]] Marks marks;
};

// Next: `Record& claim()`, which waits for a slot, and `void publish()`.

// Feed's sink. Owns the books.
template <class Marks, class Next>
class MarketStage {
 public:
  MarketStage(const CoreConfig& config, Counters& counters, Next& next)
      : counters_(counters), next_(next), books_(config, counters), locates_(config) {}

  void start() noexcept { marks_.start(); }

  void on_feed_state(StateReason reason, const Origin& origin) noexcept { state(origin, 0, {reason}); }

  bool look(const std::uint8_t* m, std::uint8_t type, SymbolIndex& symbol) noexcept {
    return look_at_message(m, type, locates_, counters_, symbol);
  }

  void on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept {
    SymbolIndex symbol = 0;
    if (look(m, type, symbol)) on_message(m, type, origin, symbol);
  }
  void on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin, SymbolIndex symbol) noexcept {
    marks_.mark(Stage::decoded);
    if (!kIsBookMessage[type]) {
      StateChange change;
      if (read_state_change(m, type, [&](SymbolIndex& of) { return locate(m, locates_, counters_, of); }, change))
        state(origin, type, change);
      return;
    }
    BookChange change;
    const std::uint64_t reference = book_message(books_, symbol, m, type, change);
    marks_.mark(Stage::booked);
    // No rule looks at anything else, and no event tells of it.
    if (!change.changed && change.sticky_before == change.sticky_after && !change.trade.valid) return;
    auto& r = next_.claim();
    r.kind = Kind::book;
    r.type = type;
    r.symbol = symbol;
    r.origin = origin;
    r.reference = reference;
    r.change = change;
    r.marks = marks_;
    next_.publish();
  }

  void command(Cycles stamp, const Command& c) noexcept {
    counters_.add(Counter::commands);
    if (c.op == CommandOp::trust) trust(books_, c, counters_);
    auto& r = next_.claim();
    r.kind = Kind::command;
    r.origin = {stamp};
    r.command = c;
    r.marks = marks_;
    next_.publish();
  }

  // As DecisionCore's, for what this stage reads.
  void prefetch(const std::uint8_t* m, std::uint8_t type, SymbolIndex symbol) const noexcept {
    if (kIsBookMessage[type]) prefetch_book_message(books_, symbol, m);
  }
  void prefetch(const std::uint8_t* m, std::uint8_t type) const noexcept {
    if (const int symbol = locates_.symbol_of(m); symbol >= 0) prefetch(m, type, static_cast<SymbolIndex>(symbol));
  }
  void prefetch_more(const std::uint8_t* m, std::uint8_t type, SymbolIndex symbol) const noexcept {
    if (kIsBookMessage[type]) prefetch_book_level(books_, symbol, m, type);
  }

 private:
  void state(const Origin& origin, std::uint8_t type, const StateChange& change) noexcept {
    auto& r = next_.claim();
    r.kind = Kind::state;
    r.type = type;
    r.symbol = change.symbol;
    r.origin = origin;
    r.state = change;
    r.marks = marks_;
    next_.publish();
  }

  Counters& counters_;
  Next& next_;
  [[no_unique_address]] Marks marks_;
  Books books_;
  const Locates locates_;
};

// Has the books' best quotes and their trust as they were at the message at hand.
template <class Next>
class StrategyStage {
 public:
  StrategyStage(const CoreConfig& config, const std::array<Bank, 2>& banks, Next& next)
      : next_(next), bank_(banks), rules_({}), book_events_(config.book_events), armed_(config.armed) {
    rules_.use((*bank_).rules);
  }

  template <class Marks>
  void take(const MarketRecord<Marks>& in) noexcept {
    if (in.kind == Kind::book) return book(in);
    if (in.kind == Kind::state) {
      const StateReason reason = in.state.reason;
      if (reason == StateReason::gap_lost || reason == StateReason::fcs_error) stale_ = true;
    } else if (in.kind == Kind::command) {
      command(in.command);
    }
    auto& out = next_.claim();
    out.kind = in.kind;
    out.type = in.type;
    out.symbol = in.symbol;
    out.origin = in.origin;
    out.state = in.state;
    out.command = in.command;
    out.ticket = in.ticket;
    out.marks = in.marks;
    next_.publish();
  }

 private:
  struct View {
    Bbo bbo;
    bool sticky = false;
  };

  bool trusted(SymbolIndex s) const noexcept { return !stale_ && !views_[s].sticky && views_[s].bbo.known(); }

  template <class Marks>
  void book(const MarketRecord<Marks>& in) noexcept {
    const BookChange& change = in.change;
    views_[in.symbol] = {change.after, change.sticky_after};
    const bool before = !stale_ && !change.sticky_before && change.before.known();
    const bool after = trusted(in.symbol);
    const bool changed = change.changed;
    const bool tells = book_events_ && (before != after || changed);
    const bool evaluated = change.effect && armed_ && after && !change.after.crossed();
    if (!tells && !evaluated && !change.trade.valid) return;
    auto& out = next_.claim();
    out.marks = in.marks;
    out.conditions.holds = 0;
    if (evaluated) {
      struct Seen {
        const Bbo& bbo;
        bool trusted;
      };
      out.conditions =
          rules_.conditions(in.symbol, change, [this](SymbolIndex g) { return Seen{views_[g].bbo, trusted(g)}; });
      const SymbolIndex lagger = (*bank_).rules[in.symbol].lead_lag.lagger;
      out.lagger = views_[lagger].bbo;
      out.lagger_trusted = trusted(lagger);
      out.marks.mark(Stage::decided);
    }
    out.kind = Kind::book;
    out.type = in.type;
    out.symbol = in.symbol;
    out.tells = tells;
    out.changed = changed;
    out.evaluated = evaluated;
    out.trusted = after;
    out.origin = in.origin;
    out.reference = in.reference;
    out.after = change.after;
    out.trade = change.trade;
    next_.publish();
  }

  void command(const Command& c) noexcept {
    switch (c.op) {
      case CommandOp::swap:
        bank_.swap();
        return rules_.use((*bank_).rules);
      case CommandOp::arm:
        armed_ = true;
        return;
      case CommandOp::disarm:
        armed_ = false;
        return;
      case CommandOp::trust:
        if (c.symbol == 0xFFFF) {
          stale_ = false;
          for (View& v : views_) v.sticky = false;
        } else if (c.symbol < kSymbols) {
          views_[c.symbol].sticky = false;
        }
        return;
      default:
        return;
    }
  }

  Next& next_;
  ActiveBank bank_;
  BasicRuleEngine<Uncounted> rules_;
  bool book_events_;
  bool armed_;
  bool stale_ = false;
  std::array<View, kSymbols> views_{};
};

// All that orders change, and the rules' last word.
template <class Next>
class RiskStage {
 public:
  RiskStage(const CoreConfig& config, const std::array<Bank, 2>& banks, Counters& counters, Next& next)
      : counters_(counters), next_(next), bank_(banks), rules_(counters), risk_(config, counters) {
    use_bank();
  }

  template <class Marks>
  void take(const StrategyRecord<Marks>& in) noexcept {
    switch (in.kind) {
      case Kind::book:
        return book(in);
      case Kind::state:
        apply_state_change(risk_, in.state);
        return event(state_event(in.state.reason, in.origin, in.type, in.symbol), in.marks);
      case Kind::command: {
        if (in.command.op == CommandOp::swap) {
          bank_.swap();
          use_bank();
        }
        Event e = command_event(in.origin.stamp, in.command);
        risk_command(risk_, *bank_, counters_, in.command, e);
        return event(e, in.marks);
      }
      default: {
        auto& out = next_.claim();
        out.kind = in.kind;
        out.ticket = in.ticket;
        return next_.publish();
      }
    }
  }

 private:
  void use_bank() noexcept {
    rules_.use((*bank_).rules);
    risk_.use(*bank_);
  }

  template <class Marks>
  void book(const StrategyRecord<Marks>& in) noexcept {
    if (in.trade.valid) risk_.set_last_trade(in.symbol, in.trade.price);
    Intent intent;
    Decision decision;
    Marks marks = in.marks;
    if (in.evaluated) {
      intent = rules_.choose(in.symbol, in.origin.stamp, in.changed, in.after, risk_.working(in.symbol), in.conditions);
      if (intent.kind != IntentKind::none) {
        decision = decide(
            risk_, counters_, intent, in.origin.stamp, [&] { marks.mark(Stage::checked); },
            [&](std::uint32_t user_ref) { frame(Kind::order, intent, user_ref, marks); },
            [&](std::uint32_t user_ref) { frame(Kind::cancel, intent, user_ref, marks); });
      }
    }
    if (in.tells) event(book_event(in.origin, in.type, in.symbol, in.reference, in.after, in.trusted), marks);
    if (intent.kind == IntentKind::none) return;
    const bool own = intent.symbol == in.symbol;
    event(decision_event(in.origin, in.type, in.symbol, in.reference, in.trade, intent, decision,
                         own ? in.after : in.lagger, own ? in.trusted : in.lagger_trusted),
          marks);
  }

  template <class Marks>
  void frame(Kind kind, const Intent& intent, std::uint32_t user_ref, const Marks& marks) noexcept {
    auto& out = next_.claim();
    out.kind = kind;
    out.event.user_ref = user_ref;
    out.event.side = static_cast<std::uint8_t>(intent.side);
    out.event.quantity = intent.quantity.value;
    out.event.symbol = intent.symbol;
    out.event.price = intent.price.value;
    out.marks = marks;
    next_.publish();
  }

  template <class Marks>
  void event(const Event& e, const Marks& marks) noexcept {
    auto& out = next_.claim();
    out.kind = Kind::event;
    out.event = e;
    out.marks = marks;
    next_.publish();
  }

  Counters& counters_;
  Next& next_;
  ActiveBank bank_;
  RuleEngine rules_;
  Risk risk_;
};

// Order frames, and everything to the sink.
template <class Stamper>
class GatewayStage {
 public:
  GatewayStage(const CoreConfig& config, PathSink& sink) : sink_(sink), frames_(config) {}

  void take(const GatewayRecord<typename Stamper::Marks>& in) {
    const Event& e = in.event;
    switch (in.kind) {
      case Kind::order:
        sink_.on_order_frame(frames_.enter(e.user_ref, static_cast<Side>(e.side), Quantity{e.quantity},
                                           static_cast<SymbolIndex>(e.symbol), Price{e.price}));
        break;
      case Kind::cancel:
        sink_.on_order_frame(frames_.cancel(e.user_ref));
        break;
      default:
        return event(in);
    }
    sent_ = in.marks;
    sent_.mark(Stage::first_beat);
  }

 private:
  void event(const GatewayRecord<typename Stamper::Marks>& in) {
    Event e = in.event;
    const EventKind kind = e.event_kind();
    const bool explains = kind == EventKind::order || kind == EventKind::cancel;
    // Commands, and what the feed itself finds, have no message.
    if (e.msg_type != 0) scale_.fill(e, explains ? sent_ : in.marks);
    sink_.on_event(e);
  }

  PathSink& sink_;
  OrderFrameBuilder frames_;
  typename Stamper::Marks sent_;
  typename Stamper::Scale scale_;
};

}  // namespace twinpath::pipeline
