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
#include "host/path/path.h"
#include "host/risk/risk.h"
#include "host/strategy/rule_engine.h"
#include "host/wire/itch50.h"

namespace twinpath {

struct NoStamps {
  void mark(Stage) noexcept {}
  void fill(Event&) const noexcept {}
};

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
    if (reason == StateReason::end_of_session) {
      risk_.set_feed_ended();
    } else {
      stale_ = true;
    }
    state_event(reason, origin, 0, 0);
  }

  void on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) noexcept {
    stamper_.mark(Stage::decoded);
    counters_.add(kTypeCounters[type]);
    SymbolIndex symbol;
    if (kIsBookMessage[type]) {
      if (!locate(m, symbol)) return;
      BookChange change;
      const std::uint64_t reference = book_message(books_, symbol, m, type, change);
      return after(origin, type, symbol, reference, change);
    }
    switch (type) {
      case 'S': {
        const std::uint8_t code = m[11];
        if (code != 'Q' && code != 'M') return;
        risk_.set_market_open(code == 'Q');
        return state_event(StateReason::system_event, origin, type, 0);
      }
      case 'H': {
        if (!locate(m, symbol)) return;
        risk_.set_trading(symbol, m[19] == 'T');
        return state_event(StateReason::trading_action, origin, type, symbol);
      }
      case 'J': {
        if (!locate(m, symbol)) return;
        risk_.set_auction(symbol);
        return state_event(StateReason::luld_collar, origin, type, symbol);
      }
      case 'h': {
        if (!locate(m, symbol) || m[19] != 'Q') return;
        risk_.set_operational_halt(symbol, m[20] == 'H');
        return state_event(StateReason::operational_halt, origin, type, symbol);
      }
      case 'W':
        risk_.set_circuit_breaker(true);
        return state_event(StateReason::mwcb_status, origin, type, 0);
      default:
        return;
    }
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
    Event e{};
    e.kind = static_cast<std::uint8_t>(EventKind::command);
    e.reason = static_cast<std::uint8_t>(c.op);
    e.time = stamp.value;
    e.symbol = c.symbol;
    e.user_ref = c.user_ref;
    e.quantity = c.quantity;
    e.price = c.price;
    const auto exposure = [&](SymbolIndex symbol) {
      const RiskResult r = risk_.observe(symbol);
      e.position = r.position;
      e.open_buy = r.open_buy;
      e.open_sell = r.open_sell;
      e.gross_lo = r.gross_lo;
      e.open_count = r.open_count;
    };
    SymbolIndex symbol = 0;
    switch (c.op) {
      case CommandOp::kill:
        risk_.set_kill(true);
        break;
      case CommandOp::release:
        risk_.set_kill(false);
        break;
      case CommandOp::ack:
        risk_.acknowledge(c.user_ref);
        break;
      case CommandOp::fill:
        if (risk_.fill(c.user_ref, Quantity{c.quantity}, Price{c.price}, symbol)) exposure(symbol);
        break;
      case CommandOp::done:
        if (risk_.done(c.user_ref, symbol)) exposure(symbol);
        break;
      case CommandOp::swap:
        active_ ^= 1;
        break;
      case CommandOp::trust:
        if (c.symbol == 0xFFFF) {
          stale_ = false;
          books_.trust_all();
        } else if (c.symbol < kSymbols) {
          books_.trust(static_cast<SymbolIndex>(c.symbol));
        } else {
          counters_.add(Counter::bad_command);
        }
        break;
      case CommandOp::position:
        if (c.symbol < kSymbols) {
          symbol = static_cast<SymbolIndex>(c.symbol);
          risk_.set_position(symbol, static_cast<std::int32_t>(c.price), Price{bank().limits[symbol].reference_price});
          exposure(symbol);
        } else {
          counters_.add(Counter::bad_command);
        }
        break;
      case CommandOp::arm:
        armed_ = true;
        break;
      case CommandOp::disarm:
        armed_ = false;
        break;
      case CommandOp::resume:
        risk_.set_circuit_breaker(false);
        break;
      default:
        counters_.add(Counter::bad_command);
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
  static constexpr std::array<Counter, 256> kTypeCounters = [] {
    std::array<Counter, 256> map{};
    // The order of the register map's message counters.
    constexpr const char kTypes[] = "SRHYLVWKJhAFECXDUPQBINO";
    for (unsigned i = 0; i < sizeof kTypes - 1; ++i)
      map[static_cast<std::uint8_t>(kTypes[i])] = counter_after(Counter::msg_system_event, i);
    return map;
  }();

  static constexpr std::array<bool, 256> kIsBookMessage = [] {
    std::array<bool, 256> is{};
    for (const char type : {'A', 'F', 'E', 'C', 'X', 'D', 'U', 'P'}) is[static_cast<std::uint8_t>(type)] = true;
    return is;
  }();

  bool locate(const std::uint8_t* m, SymbolIndex& symbol) noexcept {
    const std::int16_t index = locate_[load_be16(m + 1)];
    if (index < 0) {
      counters_.add(Counter::other_symbol);
      return false;
    }
    symbol = static_cast<SymbolIndex>(index);
    return true;
  }

  static std::uint8_t flags(const Bbo& b, bool trusted) noexcept {
    return static_cast<std::uint8_t>(static_cast<unsigned>(b.bid.state) | static_cast<unsigned>(b.ask.state) << 2 |
                                     unsigned{trusted} << 4);
  }

  static void put_bbo(Event& e, const Bbo& b, bool trusted) noexcept {
    e.bid_price = b.bid.price.value;
    e.bid_quantity = b.bid.quantity.value;
    e.ask_price = b.ask.price.value;
    e.ask_quantity = b.ask.quantity.value;
    e.book_flags = flags(b, trusted);
  }

  static Event from(EventKind kind, const Origin& o, std::uint8_t type) noexcept {
    Event e{};
    e.kind = static_cast<std::uint8_t>(kind);
    e.time = o.stamp.value;
    e.sequence = o.sequence;
    e.frame = o.frame;
    e.msg_index = o.msg_index;
    e.msg_type = type;
    return e;
  }

  void state_event(StateReason reason, const Origin& o, std::uint8_t type, SymbolIndex symbol) noexcept {
    Event e = from(EventKind::state, o, type);
    e.reason = static_cast<std::uint8_t>(reason);
    e.symbol = symbol;
    if (type != 0) stamper_.fill(e);
    out_.on_event(e);
  }

  // What was decided about an intent. Orders leave before the events that tell of them are written.
  struct Decision {
    RiskResult risk;
    std::uint32_t user_ref = 0;
  };

  // After the book has taken a message: rules, risk, order, events.
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
      Event e = from(EventKind::book, o, type);
      e.symbol = symbol;
      e.reference = reference;
      put_bbo(e, change.after, trusted_after);
      stamper_.fill(e);
      out_.on_event(e);
    }
    if (intent.kind != IntentKind::none) decision_event(o, type, symbol, reference, change, intent, decision);
  }

  Decision decide(const Origin& o, const Intent& intent) noexcept {
    const bool enter = intent.kind == IntentKind::enter;
    Decision d;
    d.risk = enter ? risk_.check_enter(bank(), intent, o.stamp) : risk_.check_cancel(bank(), intent, o.stamp);
    if (!enter) d.user_ref = risk_.working(intent.symbol).user_ref;
    stamper_.mark(Stage::checked);
    if (d.risk.reason != Reason::none) {
      counters_.add(counter_after(Counter::reject_kill, static_cast<unsigned>(d.risk.reason) - 1));
      return d;
    }
    if (enter) {
      counters_.add(Counter::orders);
      d.user_ref = risk_.send_enter(bank(), intent, o.stamp);
      out_.on_order_frame(frames_.enter(d.user_ref, intent.side, intent.quantity, intent.symbol, intent.price));
    } else {
      counters_.add(Counter::cancels);
      risk_.send_cancel(bank(), intent.symbol, o.stamp);
      out_.on_order_frame(frames_.cancel(d.user_ref));
    }
    stamper_.mark(Stage::first_beat);
    return d;
  }

  // ORDER, CANCEL or REJECT.
  void decision_event(const Origin& o, std::uint8_t type, SymbolIndex trigger, std::uint64_t reference,
                      const BookChange& change, const Intent& intent, const Decision& d) noexcept {
    const RiskResult& r = d.risk;
    Event e = from(r.reason != Reason::none           ? EventKind::reject
                   : intent.kind == IntentKind::enter ? EventKind::order
                                                      : EventKind::cancel,
                   o, type);
    e.reason = static_cast<std::uint8_t>(r.reason);
    e.rule = static_cast<std::uint8_t>(intent.rule);
    e.side = static_cast<std::uint8_t>(intent.side);
    e.symbol = intent.symbol;
    e.trigger = trigger;
    e.reference = reference;
    e.user_ref = d.user_ref;
    e.quantity = intent.quantity.value;
    e.price = intent.price.value;
    put_bbo(e, books_.bbo(intent.symbol), trusted(intent.symbol));
    e.check_mask = r.check_mask;
    e.position = r.position;
    e.open_buy = r.open_buy;
    e.open_sell = r.open_sell;
    e.collar_reference = r.collar_reference.value;
    e.gross_lo = r.gross_lo;
    e.open_count = r.open_count;
    if (change.trade.valid) {
      e.trade_price = change.trade.price.value;
      e.trade_quantity = change.trade.shares.value;
    }
    stamper_.fill(e);
    out_.on_event(e);
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
