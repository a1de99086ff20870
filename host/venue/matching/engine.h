// The matching engine: price-time priority over any number of books, a pure function of a sequenced stream of commands
// to a stream of reports.
//
// One thread calls submit() for each command; its reports are in the ring when the call returns. Nothing else is looked
// at: no clock, no thread, no address. What each command does, and in which order it is refused, is in README.md.
//
// A command of ordinary limit orders on a book without particulars (see Particular) takes a short way; everything else
// takes a long way that knows all features. Both end in the same order pool, index and ladders.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/venue/matching/ladder.h"
#include "host/venue/matching/messages.h"
#include "host/venue/matching/order_index.h"
#include "host/venue/matching/report_ring.h"

namespace twinpath::matching {

struct EngineOptions {
  // Memory that is there, and touched, from the start. More orders only cost the touch of their pages.
  std::uint64_t expected_orders = 1u << 14;
  std::size_t ring_reports = 1u << 14;  // a power of two
  // An order id can be used once between two ends of day; otherwise it is free again when its order is gone.
  bool ids_once_a_day = false;
};

// What would trade in an auction: nothing when `quantity` is 0.
struct Indication {
  Ticks price;
  std::uint64_t quantity = 0;
  std::uint64_t surplus = 0;  // orders at that price or better that would be left
  Side surplus_side = Side::buy;
};

// Quantities since the start. entered == 2 * traded + removed + open, always.
struct Totals {
  std::uint64_t entered = 0;  // accepted, and what replaces made it
  std::uint64_t traded = 0;
  std::uint64_t removed = 0;  // cancelled, expired, decremented, replaced
  std::uint64_t busted = 0;   // of the traded

  bool operator==(const Totals&) const = default;
};

class Engine {
 public:
  // Throws std::bad_alloc, and std::invalid_argument for a ring that is no power of two.
  explicit Engine(const EngineOptions& options = {});
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void submit(const Command& c);
  // A hint that the command will come soon: fetches what it will need first. Nothing depends on it but time.
  void prefetch(const Command& c) const noexcept {
    index_.prefetch(OrderIndex::hash(c.order_id));
    if (c.book < books_.size()) __builtin_prefetch(&books_[c.book]);
  }

  ReportRing& reports() noexcept { return ring_; }

  // ---- questions, between two commands ----
  // The sequence that the next command must have at least.
  std::uint64_t next_sequence() const noexcept { return next_sequence_; }
  std::uint64_t open_orders() const noexcept { return index_.size(); }
  const Totals& totals() const noexcept { return totals_; }
  std::optional<Ticks> best(std::uint32_t book, Side side) const noexcept;
  // Shown at one price.
  std::uint64_t depth(std::uint32_t book, Side side, Ticks price) const noexcept;
  Indication indicate(std::uint32_t book) const;
  // Calls visit(order id, Ticks, quantity shown) for the orders of one side of a book by their priority; stops and
  // market orders of an auction are not among them.
  template <class Visit>
  void for_each_resting(std::uint32_t book, Side side, Visit&& visit) const {
    if (!listed(book)) return;
    for_each_order(books_[book].sides[at(side)], [&](std::uint32_t slot) {
      const Order& o = orders_[slot];
      visit(o.id, Ticks{price_of(side, levels_.key(o.level))}, Quantity{o.quantity});
    });
  }

  // Everything that later commands can depend on, in an order that depends on nothing else: equal states give equal
  // bytes, whatever led to them.
  std::vector<std::byte> snapshot() const;
  // The state of a snapshot; the engine must not have had a command. Throws std::runtime_error that says which byte.
  void restore(std::span<const std::byte> bytes);
  // Of the bytes that snapshot() would give, without them.
  std::uint64_t state_hash() const;
  // What is inconsistent, or nothing: links, bitmaps, sums, index, crossed books, conservation of quantity.
  std::string check() const;

 private:
  // Of a book: what the short way does not know.
  enum Particular : std::uint32_t {
    kNotContinuous = 1,
    kTick = 2,
    kLot = 4,
    kBands = 8,
    kIcebergs = 16,
    kStops = 32,
    kUnlisted = 64,
    kAuctionOrders = 128,
  };
  // Of an order: an order without any takes the short way.
  enum OrderFlag : std::uint8_t { kIceberg = 1, kStop = 2, kAuctionMarket = 4, kPostOnly = 8, kStopLimit = 16 };

  struct Order {
    std::uint64_t id;
    std::uint32_t quantity;  // shown
    std::uint32_t prev, next;
    LevelRef level;
    std::uint32_t owner;
    std::uint8_t flags;
    TimeInForce tif;
    SelfTrade self_trade;
    std::uint8_t reserved;
  };
  static_assert(sizeof(Order) == 32);
  // Only of orders with the flag.
  struct OrderExtra {
    std::int64_t limit;     // of a stop-limit order that waits
    std::uint32_t hidden;   // of an iceberg
    std::uint32_t display;  // of an iceberg
  };

  struct alignas(64) Book {
    Ladder sides[2];  // the first line
    std::uint32_t particulars = kUnlisted;
    BookState state = BookState::closed;
    bool has_last = false;
    bool traded = false;  // since triggered stops were last looked for, between `low` and `high`
    std::int64_t last = 0;
    std::int64_t tick = 1;
    std::uint32_t lot = 1;
    std::uint32_t icebergs = 0;
    std::int64_t band_low = 0, band_high = 0;
    std::int64_t reference = 0;
    std::uint64_t reserved = 0;
  };
  static_assert(sizeof(Book) == 128);
  // The particulars of a book without orders.
  static std::uint32_t rules_of(const Book& b, bool bands) noexcept {
    std::uint32_t rules = 0;
    if (b.tick != 1) rules |= kTick;
    if (b.lot != 1) rules |= kLot;
    if (bands) rules |= kBands;
    if (b.state != BookState::continuous) rules |= kNotContinuous;
    return rules;
  }
  struct BookExtra {
    Ladder stops[2];     // by stop price, the first to be triggered first
    Ladder auctions[2];  // market orders waiting for an auction, all at one key
    std::int64_t low = 0, high = 0;
  };

  struct Trade {
    std::uint64_t order_id, other_id;
    std::int64_t price;
    std::uint32_t quantity, book, owner, other_owner;
    Side side;
    std::uint8_t flags;
    std::uint8_t busted;
    std::uint8_t reserved[5];
  };

  // An order on its way into a book.
  struct Taker {
    std::uint64_t id;
    std::int64_t price;
    std::uint32_t quantity;  // all of it
    std::uint32_t display;   // 0: shows all
    std::uint32_t owner;
    std::uint32_t book;
    std::uint32_t slot;  // kNone: it has none yet, and its id is not in the index
    Side side;
    OrderKind kind;  // limit or market
    TimeInForce tif;
    SelfTrade self_trade;
    bool post_only;
  };

  // A stop order that a trade has reached.
  struct Elected {
    std::uint32_t slot;
    Side side;
  };

  static constexpr std::uint64_t mask(Side side) noexcept {
    return side == Side::sell ? std::uint64_t{1} << 63 : ~(std::uint64_t{1} << 63);
  }
  static constexpr std::uint64_t key_of(Side side, std::int64_t price) noexcept {
    return static_cast<std::uint64_t>(price) ^ mask(side);
  }
  static constexpr std::int64_t price_of(Side side, std::uint64_t key) noexcept {
    return static_cast<std::int64_t>(key ^ mask(side));
  }
  static constexpr bool price_in_range(std::int64_t price) noexcept {
    return static_cast<std::uint64_t>(price) + static_cast<std::uint64_t>(kPriceLimit) <
           2 * static_cast<std::uint64_t>(kPriceLimit);
  }
  static constexpr unsigned at(Side side) noexcept { return static_cast<unsigned>(side); }
  static constexpr std::uint32_t ladder_tag(std::uint32_t book, LadderKind kind, Side side) noexcept {
    return book << 3 | static_cast<std::uint32_t>(kind) << 1 | static_cast<std::uint32_t>(side);
  }
  static constexpr std::uint32_t book_of(std::uint32_t tag) noexcept { return tag >> 3; }
  static constexpr Side side_of(std::uint32_t tag) noexcept { return static_cast<Side>(tag & 1); }
  static constexpr LadderKind kind_of(std::uint32_t tag) noexcept { return static_cast<LadderKind>(tag >> 1 & 3); }

  // ---- engine.cpp: the short way, and what both ways share ----
  void submit_venue(const Command& c);
  static bool would_trade(const Book& b, Side side, std::int64_t price) noexcept {
    const Side other = opposite(side);
    return b.sides[at(other)].best_key <= key_of(other, price);
  }
  std::uint32_t match_plain(Book& b, std::uint64_t id, std::uint32_t book, std::uint32_t owner, Side side,
                            std::int64_t price, std::uint32_t quantity);
  void enter(const Command& c);
  void cancel(const Command& c);
  void replace(const Command& c);
  template <bool kFull>
  void match(Book& b, Taker& t);
  std::uint32_t find(std::uint64_t id) const noexcept {
    return index_.find(OrderIndex::hash(id), [&](std::uint32_t slot) { return orders_[slot].id == id; });
  }
  std::uint32_t take_slot();
  void free_slot(std::uint32_t slot) noexcept {
    orders_[slot].next = free_;
    free_ = slot;
  }
  void append(Ladder& l, std::uint64_t key, std::uint32_t slot, std::uint32_t shown);
  void unlink(Ladder& l, std::uint32_t slot) noexcept;
  void record_trade(Book& b, const Report& r);
  void report_refusal(const Command& c, ReportType type, Reason reason);
  void report_cancelled(const Order& o, Side side, std::uint32_t book, std::int64_t price, std::uint32_t quantity,
                        Reason reason);

  // ---- engine_orders.cpp: the long way of orders ----
  void enter_full(const Command& c);
  void cancel_full(const Command& c, std::uint32_t slot);
  void replace_full(const Command& c, std::uint32_t slot);
  Reason check_enter(const Command& c) const noexcept;
  Reason check_terms(const Book& b, const Command& c, bool limit, bool stop, std::uint32_t display) const noexcept;
  bool used(std::uint64_t id) const noexcept;
  void remember_id(std::uint64_t id);
  bool fillable(const Book& b, const Taker& t) const noexcept;
  void run(Book& b, Taker& t);
  void drop(Taker& t, Reason reason);
  void rest(Book& b, Taker& t);
  void rest_stop(const Command& c, std::uint32_t slot);
  bool avoid_self_trade(Taker& t, std::uint32_t slot);
  void replenish(Level& level, LevelRef ref, std::uint32_t slot);
  void trigger_stops(std::uint32_t book);
  void collect_reached(std::uint32_t book);
  void elect(std::uint32_t book, Elected e);
  static bool reached(Side side, std::int64_t stop, std::int64_t low, std::int64_t high) noexcept {
    return side == Side::buy ? high >= stop : low <= stop;
  }

  // ---- what the long ways share ----
  Ladder& ladder(std::uint32_t tag) noexcept;
  std::uint64_t open_quantity(std::uint32_t slot) const noexcept {
    const Order& o = orders_[slot];
    return std::uint64_t{o.quantity} + (o.flags & kIceberg ? extras_[slot].hidden : 0);
  }
  // What a report calls the order's price: its limit, 0 for a market order.
  std::int64_t report_price(std::uint32_t slot) const noexcept;
  // Off its ladder, out of the index, its slot free; and the report.
  void take_off(std::uint32_t slot, Reason reason);
  void remove_order(std::uint32_t slot) noexcept;
  void forget_particulars(Book& b, std::uint32_t book) noexcept;
  // Calls visit(slot) for the orders of a ladder in priority; `visit` may take the order off.
  template <class Visit>
  void for_each_order(const Ladder& l, Visit&& visit) const {
    for (LevelRef ref = l.best; ref != kNone;) {
      const std::uint64_t key = levels_.key(ref);
      for (std::uint32_t slot = levels_[ref].head; slot != kNone;) {
        const std::uint32_t next = orders_[slot].next;
        visit(slot);
        slot = next;
      }
      ref = levels_.first_from(l, key + 1);
    }
  }
  template <class Visit>
  void for_each_ladder(std::uint32_t book, Visit&& visit);

  // ---- engine_venue.cpp: commands of the venue ----
  void mass_cancel(const Command& c);
  void end_of_day(const Command& c);
  void list_book(const Command& c);
  void set_state(const Command& c);
  void set_bands(const Command& c);
  void bust(const Command& c);
  void change_state(std::uint32_t book, BookState state);
  std::uint64_t take_off_where(std::uint32_t book, Reason reason, const std::function<bool(std::uint32_t)>& which);
  void report_done(const Command& c, std::uint64_t count);
  bool listed(std::uint32_t book) const noexcept {
    return book < books_.size() && (books_[book].particulars & kUnlisted) == 0;
  }
  bool crossed(std::uint32_t book) const noexcept;

  // ---- engine_auction.cpp ----
  void uncross(const Command& c);
  void indicate_command(const Command& c);
  void report_indication(std::uint32_t book, const Indication& i);
  void trade_at(std::uint32_t book, const Indication& i);
  void auction_fill(std::uint32_t slot, std::uint32_t quantity);

  // ---- engine_snapshot.cpp ----
  template <class Sink>
  void write_state(Sink& sink) const;
  template <class Sink>
  void write_ladder(Sink& sink, const Ladder& l) const;
  struct SnapshotReader;
  void read_ladder(SnapshotReader& in, std::uint32_t tag);

  // ---- engine_check.cpp ----
  std::string check_ladder(const Ladder& l, std::uint64_t& orders, std::uint64_t& open, std::uint32_t& icebergs) const;

  ReportRing ring_;
  std::uint64_t sequence_ = 0;  // of the command at hand
  std::uint64_t next_sequence_ = 0;
  bool ids_once_a_day_;
  std::uint32_t free_ = kNone;
  std::uint32_t slots_made_ = 0;
  OrderIndex index_;
  ReservedArray<Order> orders_;
  ReservedArray<OrderExtra> extras_;
  LevelPool levels_;
  std::vector<Book> books_;
  std::vector<BookExtra> book_extras_;
  Totals totals_;
  ReservedArray<Trade> trades_;  // of the day
  std::uint64_t trades_before_ = 0;
  std::uint64_t trades_today_ = 0;
  OrderIndex used_;  // ids of the day, when they may be used once
  ReservedArray<std::uint64_t> used_ids_;
  std::uint64_t used_count_ = 0;
  std::vector<Elected> elected_;  // triggered stops in the order of their turn; empty between commands
};

}  // namespace twinpath::matching
