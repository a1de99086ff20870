// The market: participants, their orders and positions, and the tape, around the matching engine.
//
// A pure function of options and requests: apply() takes one request, executions() is what it caused for participants,
// and the tape grows by what everybody may see. No clock, no I/O, one thread. What is refused for which reason, and
// what the tape says of it, is in README.md.
//
// Time: the engine's sequence is the day's number and nanoseconds since midnight, strictly growing: the request's time,
// or the nanosecond after the command before. Every report, execution and ITCH message carries it.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/venue/market/execution.h"
#include "host/venue/market/market_options.h"
#include "host/venue/market/message_store.h"
#include "host/venue/market/request.h"
#include "host/venue/market/tape.h"
#include "host/venue/matching/engine.h"
#include "host/venue/matching/order_index.h"
#include "host/venue/matching/reserved_array.h"

namespace twinpath::market {

// Of a participant in a symbol. Cash is shares times 1/10,000 dollar, without fees.
struct Position {
  std::int64_t shares = 0;
  std::int64_t cash = 0;

  bool operator==(const Position&) const = default;
};

struct ParticipantState {
  std::uint32_t last_ref = 0;  // the highest user_ref_num of the day
  std::uint32_t open_orders = 0;
  std::uint64_t executions = 0;  // since the start
  std::int64_t fees = 0;         // paid, 1/10,000 dollar
  bool enabled = true;
};

class Market {
 public:
  // Throws std::invalid_argument when the options are not valid, std::bad_alloc.
  explicit Market(MarketOptions options);
  Market(const Market&) = delete;
  Market& operator=(const Market&) = delete;

  void apply(const Request& r);
  // What the last request caused, in order.
  std::span<const Execution> executions() const noexcept { return executions_; }
  // Of the day, or of the last one when none has begun since; null before the first. Other threads may keep and read
  // it.
  const std::shared_ptr<MessageStore>& tape() const noexcept { return tape_.store(); }

  // ---- questions, between two requests ----
  const MarketOptions& options() const noexcept { return options_; }
  // 0: no such symbol. Any thread may ask.
  std::uint16_t locate(std::string_view symbol) const noexcept;
  const ParticipantState& participant(std::uint32_t participant) const noexcept;
  const Position& position(std::uint32_t participant, std::uint16_t locate) const noexcept;
  std::uint32_t day() const noexcept { return day_; }
  std::uint64_t requests() const noexcept { return requests_; }
  const matching::Engine& engine() const noexcept { return engine_; }
  // The engine's number of the book of a symbol of this market.
  std::uint32_t book_of(std::uint16_t locate) const noexcept { return books_[locate]; }

  // The messages of GLIMPSE 5.0: the state of every symbol, the shown orders in the order of their books, and the
  // sequence number of the tape to go on with. A day must have begun.
  std::shared_ptr<MessageStore> snapshot() const;
  // Of everything that later requests can depend on, and of the tape.
  std::uint64_t state_hash() const;
  // What is inconsistent, or nothing: conservation of shares and cash, the tape's orders against the engine's.
  std::string check() const;

 private:
  static constexpr std::uint32_t kNoOrder = 0;
  static constexpr std::uint32_t kNoBook = 0xFFFF'FFFF;
  static constexpr unsigned kTimeBits = 48;

  struct alignas(64) Order {
    OrderTerms terms;  // kind: what it is now, a stop order until it is triggered
    std::uint64_t reference;
    std::uint64_t traded_value;
    std::uint32_t price, stop_price;
    std::uint32_t participant, user_ref_num;
    std::uint32_t open;   // hidden quantity included
    std::uint32_t shown;  // on the tape; 0: it is not there
    std::uint32_t display;
    std::uint32_t traded;
    std::uint32_t book;
    std::uint32_t previous, next;  // of its participant; a free one: the next free one
    bool waiting;                  // a stop order that has not been triggered
  };
  static_assert(sizeof(Order) == 128);

  struct Throttle {
    std::uint64_t interval = 0;  // nanoseconds between two requests; 0: no limit
    std::uint64_t slack = 0;     // by which requests may come earlier
    std::uint64_t next = 0;      // when the next request would be in time
  };
  struct Account {
    ParticipantState state;
    Throttle throttle;
    std::uint32_t first = kNoOrder, last = kNoOrder;  // its orders, oldest first
  };

  struct TradeSide {
    Text<14> cl_ord_id;
    std::uint16_t reserved;
    std::uint32_t participant, user_ref_num;
    std::int32_t fee;  // a share
  };
  struct TradeRecord {
    TradeSide sides[2];  // by Side
    std::uint32_t book, price, quantity;
  };

  struct BookRecord {
    BookState state = BookState::closed;
    Text<4> reason = make_text<4>("");  // of the state, for the tape
    std::uint32_t last = 0;             // price of the last trade; 0: none
  };

  // ---- market.cpp: requests of participants ----
  void enter(const Request& r);
  void replace(const Request& r);
  void cancel(const Request& r);
  // The participant's orders in `book`, or all (kNoBook).
  std::uint32_t cancel_all(std::uint32_t participant, std::uint32_t book, Reason reason);
  void mass_cancel(const Request& r, Reason reason);
  void reject(const Request& r, Reason reason);
  Reason check_sender(const Request& r);
  Reason check_terms(const Request& r, OrderKind kind, std::uint32_t book, std::uint64_t open) const noexcept;
  static std::uint32_t wanted_open(const Request& r, const Order& o) noexcept;
  bool over_rate(Throttle& t) const noexcept;
  bool known(std::uint32_t participant) const noexcept { return participant != 0 && participant < accounts_.size(); }
  // The next sequence: at or after the request's time, and after the one before.
  void advance(std::uint64_t time) noexcept;
  std::uint64_t now() const noexcept { return sequence_ & ((std::uint64_t{1} << kTimeBits) - 1); }

  // ---- market_orders.cpp ----
  std::uint32_t find(std::uint32_t participant, std::uint32_t user_ref_num) const noexcept;
  void insert(std::uint32_t slot);
  void erase(std::uint32_t slot) noexcept;
  std::uint32_t take_slot();
  void free_slot(std::uint32_t slot) noexcept;
  void release(std::uint32_t slot) noexcept;

  // ---- market_reports.cpp: to the engine, and what it says to executions and tape ----
  void submit(matching::Command& c);
  void on_report(const matching::Report& r);
  void on_accepted(const matching::Report& r);
  void on_cancelled(const matching::Report& r);
  void on_replaced(const matching::Report& r);
  void on_replenished(const matching::Report& r);
  void on_decremented(const matching::Report& r);
  void on_triggered(const matching::Report& r);
  void on_state_changed(const matching::Report& r);
  void on_listed(const matching::Report& r);
  void end_taker();
  void forget_replaced();
  void show(std::uint32_t slot, std::uint64_t before);
  void take_off_tape(Order& o, std::uint32_t shares);
  Execution& say(ExecutionKind kind, std::uint32_t participant);
  Execution& say(ExecutionKind kind, const Order& o);
  void say_cancelled(const Order& o, std::uint32_t quantity, Reason reason);
  static ShownOrder shown(const Order& o) noexcept { return {o.reference, o.shown, o.price, o.terms.side}; }
  static std::uint32_t should_show(const Order& o) noexcept {
    return o.display != 0 && o.display < o.open ? o.display : o.open;
  }

  // ---- market_trades.cpp ----
  void on_trade(const matching::Report& r);
  void on_indicative(const matching::Report& r);
  void on_auction_trade(const matching::Report& r);
  void on_busted(const matching::Report& r);
  void end_cross();
  void fill(std::uint32_t slot, const matching::Report& r, Liquidity liquidity);
  void record_trade(const matching::Report& r, std::int32_t fee, std::int32_t other_fee);
  void settle(const TradeRecord& t, std::int64_t sign) noexcept;
  // The price that an auction's indication is compared with.
  std::uint32_t anchor(std::uint32_t book) const noexcept {
    const std::uint32_t last = book_records_[book].last;
    return last != 0 ? last : static_cast<std::uint32_t>(options_.instruments[book].reference);
  }
  std::uint32_t price_of(std::uint32_t book, matching::Ticks t) const noexcept {
    return static_cast<std::uint32_t>(t.value) * options_.instruments[book].tick;
  }

  // ---- market_venue.cpp: requests of the venue ----
  void venue(const Request& r);
  void start_of_day(const Request& r);
  void end_of_day();
  void list_books();
  void show_again(std::uint32_t book);
  void switch_participant(const Request& r, bool enabled);
  void set_bands(std::uint32_t book, std::uint64_t low, std::uint64_t high, bool on);
  void to_everybody(char event);
  // Calls visit(book) for the request's symbol, or for all; false when there is no such symbol.
  template <class Visit>
  bool for_each_book(const Request& r, Visit&& visit);

  // ---- market_check.cpp ----
  std::string check_orders() const;

  MarketOptions options_;
  matching::Engine engine_;
  Tape tape_;
  std::vector<std::uint32_t> books_;  // by locate; kNoBook: none
  std::map<std::string, std::uint16_t, std::less<>> by_symbol_;
  std::vector<BookRecord> book_records_;
  std::vector<Account> accounts_;  // by participant; [0] is the venue's
  matching::ReservedArray<Position> positions_;
  matching::OrderIndex index_;
  matching::ReservedArray<Order> orders_;
  std::uint32_t slots_made_ = 1;
  std::uint32_t free_ = kNoOrder;
  matching::ReservedArray<TradeRecord> trades_;  // of the day
  std::uint64_t first_trade_ = 1;                // of the day
  std::uint64_t trade_count_ = 0;                // of the day
  std::uint64_t next_reference_ = 1;
  std::uint64_t sequence_ = 0;
  std::uint64_t requests_ = 0;
  std::uint32_t day_ = 0;
  bool open_ = false;  // a day has begun and not ended
  std::vector<Execution> executions_;

  // ---- of the request at hand ----
  const Request* request_ = nullptr;
  Reason cancel_reason_ = Reason::none;   // of what the market itself cancels
  std::uint32_t taker_ = kNoOrder;        // the order that trades now and may rest afterwards
  std::uint64_t replaced_reference_ = 0;  // under which the tape still has it; 0: it has not
  bool in_place_ = false;                 // the replace keeps the order's place
  bool crossing_ = false;                 // an auction's trades are being reported
  std::uint32_t cross_book_ = 0;
  std::uint32_t cross_price_ = 0;
  std::uint64_t cross_shares_ = 0;
  std::uint64_t cross_match_ = 0;
  // By side: the order that the auction has filled in part; as the first in turn it is alone.
  std::array<std::uint32_t, 2> part_filled_{};
};

}  // namespace twinpath::market
