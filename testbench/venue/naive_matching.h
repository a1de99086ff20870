// The matching rules again, as plainly as can be: orders in one vector, each question a walk over all of them. Written
// from host/venue/matching/README.md, without a look at the engine's structures, to be compared with it report by
// report.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "host/venue/matching/messages.h"

namespace twinpath::matching {

class NaiveMatching {
 public:
  explicit NaiveMatching(bool ids_once_a_day) : ids_once_(ids_once_a_day) {}

  std::vector<Report> submit(const Command& c);

  std::size_t open_orders() const { return orders_.size(); }
  std::optional<std::int64_t> best(std::uint32_t book, Side side) const;
  std::uint64_t depth(std::uint32_t book, Side side, std::int64_t price) const;

 private:
  // kind: limit is on the book, market waits for an auction, stop and stop_limit wait for a trade.
  struct Resting {
    std::uint64_t id, age;
    std::uint32_t book, owner, shown, hidden, display;
    Side side;
    OrderKind kind;
    std::int64_t price, stop;
    TimeInForce tif;
    SelfTrade self_trade;
    bool post_only;
    std::uint32_t open() const { return shown + hidden; }
  };
  struct Book {
    BookState state;
    std::int64_t tick, reference, last = 0, low = 0, high = 0;
    std::uint32_t lot;
    bool has_last = false, bands = false;
    std::vector<std::int64_t> prints;  // since stops were looked for
  };
  struct Done {
    Report report;
    bool busted = false;
  };

  // ---- questions ----
  static bool in_range(std::int64_t p) { return p >= -kPriceLimit && p < kPriceLimit; }
  static std::uint64_t shows(std::uint64_t quantity, std::uint64_t display) {
    return quantity / display + (quantity % display != 0);
  }
  static bool better(Side side, std::int64_t a, std::int64_t b) { return side == Side::buy ? a > b : a < b; }
  Book* book(std::uint32_t n) {
    const auto found = books_.find(n);
    return found == books_.end() ? nullptr : &found->second;
  }
  Resting* order(std::uint64_t id) {
    for (Resting& o : orders_)
      if (o.id == id) return &o;
    return nullptr;
  }
  bool taken(std::uint64_t id) { return order(id) != nullptr || (ids_once_ && used_.contains(id)); }
  // Orders of a book and side on the book proper, in priority.
  std::vector<std::uint64_t> queue(std::uint32_t n, Side side, OrderKind kind) const;
  bool takes(std::uint32_t n, Side side, bool market, std::int64_t price) const;

  // ---- reports ----
  Report& say(ReportType type, std::uint32_t n) {
    out_.push_back({.sequence = now_, .book = n, .type = type});
    return out_.back();
  }
  void refuse(const Command& c, ReportType type, Reason reason);
  void say_cancelled(const Resting& o, std::uint32_t quantity, Reason reason);
  void say_order(ReportType type, const Resting& o, std::uint32_t quantity, std::uint32_t leaves);
  void erase(std::uint64_t id) {
    std::erase_if(orders_, [&](const Resting& o) { return o.id == id; });
  }
  void take_off(std::uint64_t id, Reason reason) {
    const Resting o = *order(id);
    say_cancelled(o, o.open(), reason);
    erase(id);
  }

  // ---- orders ----
  Reason terms(const Book& b, const Command& c, bool limit, bool stop, std::uint32_t display);

  void enter(const Command& c);
  // An accepted order: a stop waits or is due, anything else trades and rests.
  void place(Resting o);
  bool fills_at_once(const Resting& t);
  void replenish(Resting& m);
  // `t.shown` is all that is left of it.
  void run(Resting t);
  void trade(const Resting& t, const Resting& m, std::int64_t price, std::uint32_t fill, std::uint8_t flags);
  // Stops that prints have reached take their turns.
  void settle(std::uint32_t n);
  void cancel(const Command& c);
  void replace(const Command& c);

  // ---- the venue ----
  void list(const Command& c);
  void enter_state(std::uint32_t n, BookState state);
  void set_state(const Command& c);
  void set_bands(const Command& c);
  template <class Which>
  std::uint64_t sweep(std::uint32_t only, Reason reason, Which&& which);
  void say_done(const Command& c, std::uint64_t count);
  void mass_cancel(const Command& c);
  void end_of_day(const Command& c);
  void bust(const Command& c);

  // ---- auctions ----
  struct Price {
    std::int64_t price = 0;
    std::uint64_t volume = 0, surplus = 0;
    Side side = Side::buy;
  };
  Price auction_price(std::uint32_t n) const;
  void say_price(std::uint32_t n, const Price& p);
  void indicate(const Command& c);
  void uncross(const Command& c);

  bool ids_once_;
  std::uint64_t now_ = 0, next_ = 0, ages_ = 0, trade_id_ = 0;
  std::map<std::uint32_t, Book> books_;
  std::vector<Resting> orders_;
  std::vector<Resting> due_;
  std::map<std::uint64_t, Done> trades_;
  std::set<std::uint64_t> used_;
  std::vector<Report> out_;
};

}  // namespace twinpath::matching
