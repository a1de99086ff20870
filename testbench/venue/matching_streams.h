// Random command streams over every feature of the matching engine, and what tests of it share.
#pragma once
#include <cstdint>
#include <cstring>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "host/venue/matching/engine.h"
#include "host/venue/random.h"

namespace twinpath::matching {

inline std::string describe(const Report& r) {
  static constexpr const char* kTypes[] = {"accepted",       "trade",           "cancelled",   "replaced",
                                           "cancel_refused", "replace_refused", "refused",     "replenished",
                                           "decremented",    "triggered",       "book_listed", "state_changed",
                                           "bands_set",      "indicative",      "busted",      "done"};
  const auto n = [](auto v) { return std::to_string(static_cast<std::int64_t>(v)); };
  return n(r.sequence) + " " + kTypes[static_cast<unsigned>(r.type) & 15] + " order " + n(r.order_id) + " other " +
         n(r.other_id) + " price " + n(r.price.value) + " trade " + n(r.trade_id) + " quantity " + n(r.quantity.value) +
         " leaves " + n(r.leaves.value) + " book " + n(r.book) + " owner " + n(r.owner) + "/" + n(r.other_owner) +
         (r.side == Side::buy ? " buy" : " sell") + " reason " + n(r.reason) + " flags " + n(r.flags);
}
inline bool operator==(const Report& a, const Report& b) { return std::memcmp(&a, &b, sizeof a) == 0; }
inline std::ostream& operator<<(std::ostream& out, const Report& r) { return out << describe(r); }

// Gives a command, returns what it caused.
inline std::vector<Report> reports_of(Engine& engine, const Command& c) {
  engine.submit(c);
  std::vector<Report> all;
  do {
    for (std::span<const Report> some; !(some = engine.reports().peek(1024)).empty();) {
      all.insert(all.end(), some.begin(), some.end());
      engine.reports().release(some.size());
    }
    engine.reports().publish();
  } while (engine.reports().waiting() != 0 || !engine.reports().peek(1).empty());
  return all;
}

struct StreamOptions {
  std::uint64_t seed = 1;
  std::uint32_t books = 2;
  std::uint32_t ids = 60;   // order ids in use; a small number makes ids come again
  std::int64_t spread = 6;  // prices lie this far around the middle, mostly
  std::int64_t middle = 100;
  bool wide = false;   // prices anywhere there are prices, now and then
  bool venue = true;   // auctions, halts, bands, busts, ends of day
  bool exotic = true;  // stops, icebergs, post-only, self-trade prevention
};

class CommandStream {
 public:
  explicit CommandStream(const StreamOptions& o) : o_(o), random_(o.seed) {}

  // Lists the books first, then goes on for ever.
  Command next() {
    Command c{.sequence = sequence_};
    sequence_ += random_.one_in(50) ? 3 : 1;
    if (listed_ < o_.books) {
      c.type = CommandType::list_book;
      c.book = listed_++;
      c.price.value = c.book % 3 == 1 ? 2 : random_.below(2);
      c.quantity.value = c.book % 4 == 3 ? 5 : random_.below(2);
      c.stop_price.value = o_.middle;
      c.state = o_.venue && random_.one_in(3) ? BookState::call : BookState::continuous;
      return c;
    }
    c.book = random_.below(o_.books + (random_.one_in(100) ? 1 : 0));
    c.order_id = 1 + random_.below(o_.ids);
    c.owner = random_.below(4);
    if (o_.venue && random_.one_in(14)) {
      venue(c);
      return c;
    }
    const std::uint32_t what = random_.below(100);
    c.side = random_.one_in(2) ? Side::sell : Side::buy;
    c.price.value = price();
    c.quantity.value = quantity();
    if (what < 62) {
      enter(c);
    } else if (what < 82) {
      c.type = CommandType::cancel;
      if (!random_.one_in(4)) c.owner = 0;
    } else {
      c.type = CommandType::replace;
      if (!random_.one_in(4)) c.owner = 0;
      c.stop_price.value = price();
      if (random_.one_in(4)) c.new_order_id = 1 + random_.below(o_.ids);
      if (random_.one_in(3)) c.quantity.value = 1 + random_.below(4);
    }
    if (random_.one_in(300)) c.sequence = c.sequence > 5 ? c.sequence - 5 : 0;
    return c;
  }

 private:
  std::int64_t price() {
    if (o_.wide && random_.one_in(6)) {
      const unsigned shift = random_.below(62);
      const auto far = static_cast<std::int64_t>(random_.next() >> 1 >> shift);
      return random_.one_in(2) ? far : -far;
    }
    return o_.middle + static_cast<std::int64_t>(random_.below(static_cast<std::uint32_t>(2 * o_.spread + 1))) -
           o_.spread;
  }
  std::uint32_t quantity() {
    if (random_.one_in(60)) return 0;
    if (random_.one_in(80)) return 0xFFFF'FFF0u + random_.below(16);
    return random_.one_in(3) ? 5 * (1 + random_.below(6)) : 1 + random_.below(30);
  }
  void enter(Command& c) {
    c.type = CommandType::enter;
    c.tif = static_cast<TimeInForce>(random_.one_in(4) ? random_.below(4) : random_.below(2));
    if (!o_.exotic) return;
    if (random_.one_in(4)) c.kind = static_cast<OrderKind>(random_.below(4));
    c.stop_price.value = price();
    if (random_.one_in(8)) c.post_only = 1;
    if (random_.one_in(6)) c.display.value = 1 + random_.below(8);
    if (random_.one_in(2)) c.self_trade = static_cast<SelfTrade>(random_.below(5));
    if (random_.one_in(200)) c.kind = static_cast<OrderKind>(4);
    if (random_.one_in(200)) c.side = static_cast<Side>(2);
  }
  void venue(Command& c) {
    const std::uint32_t what = random_.below(100);
    c.state = static_cast<BookState>(random_.below(4));
    if (random_.one_in(2)) c.state = BookState::continuous;
    if (what < 24) {
      if (random_.one_in(3)) c.state = BookState::call;
      c.type = CommandType::set_state;
    } else if (what < 58) {
      c.type = CommandType::uncross;
    } else if (what < 68) {
      c.type = CommandType::indicate;
    } else if (what < 78) {
      c.type = CommandType::set_bands;
      c.price.value = o_.middle - random_.below(8);
      c.stop_price.value = o_.middle + random_.below(8) - (random_.one_in(20) ? 20 : 0);
      c.quantity.value = random_.below(2);
    } else if (what < 88) {
      c.type = CommandType::bust;
      c.order_id = random_.below(15);
    } else if (what < 94) {
      c.type = CommandType::mass_cancel;
      if (random_.one_in(2)) c.book = kAllBooks;
    } else if (what < 97) {
      c.type = CommandType::end_of_day;
    } else if (what < 98) {
      c.type = static_cast<CommandType>(11 + random_.below(200));
    } else {
      c.type = CommandType::list_book;
      c.price.value = -1;
    }
  }

  StreamOptions o_;
  venue::Random random_;
  std::uint64_t sequence_ = 0;
  std::uint32_t listed_ = 0;
};

}  // namespace twinpath::matching
