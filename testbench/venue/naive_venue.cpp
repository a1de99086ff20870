// What the naive matching engine is told by the venue: books, states, bands, mass cancels, busts, auctions.
#include "testbench/venue/naive_matching.h"

namespace twinpath::matching {

void NaiveMatching::list(const Command& c) {
  const auto no = [&](Reason r) { refuse(c, ReportType::refused, r); };
  if (c.book >= kMaxBooks) return no(Reason::unknown_book);
  if (book(c.book)) return no(Reason::book_listed);
  if (c.price.value < 0) return no(Reason::bad_tick);
  if (!in_range(c.price.value) || !in_range(c.stop_price.value)) return no(Reason::bad_price);
  if (static_cast<int>(c.state) > 3) return no(Reason::bad_combination);
  const std::int64_t tick = c.price.value ? c.price.value : 1;
  const std::uint32_t lot = c.quantity.value ? c.quantity.value : 1;
  books_[c.book] = {.state = c.state, .tick = tick, .reference = c.stop_price.value, .lot = lot, .prints = {}};
  Report& r = say(ReportType::book_listed, c.book);
  r.price.value = tick;
  r.quantity.value = lot;
  r.flags = static_cast<std::uint8_t>(c.state);
}

void NaiveMatching::enter_state(std::uint32_t n, BookState state) {
  Book& b = books_.at(n);
  b.state = state;
  if (state == BookState::continuous && b.has_last) b.prints = {b.last};
  Report& r = say(ReportType::state_changed, n);
  r.price.value = b.last;
  r.flags = static_cast<std::uint8_t>(state);
  settle(n);
}

void NaiveMatching::set_state(const Command& c) {
  const auto no = [&](Reason r) { refuse(c, ReportType::refused, r); };
  if (!book(c.book)) return no(Reason::unknown_book);
  if (static_cast<int>(c.state) > 3) return no(Reason::bad_combination);
  if (c.state == BookState::continuous) {
    const auto buy = best(c.book, Side::buy), sell = best(c.book, Side::sell);
    if (buy && sell && *buy >= *sell) return no(Reason::state);
    for (const Resting& o : orders_)
      if (o.book == c.book && o.kind == OrderKind::market) return no(Reason::state);
  }
  enter_state(c.book, c.state);
}

void NaiveMatching::set_bands(const Command& c) {
  const auto no = [&](Reason r) { refuse(c, ReportType::refused, r); };
  Book* b = book(c.book);
  if (!b) return no(Reason::unknown_book);
  const bool on = c.quantity.value != 0;
  if (on && (!in_range(c.price.value) || !in_range(c.stop_price.value) || c.price > c.stop_price))
    return no(Reason::bad_price);
  b->bands = on;
  b->low = on ? c.price.value : 0;
  b->high = on ? c.stop_price.value : 0;
  Report& r = say(ReportType::bands_set, c.book);
  r.price.value = b->low;
  r.other_id = static_cast<std::uint64_t>(b->high);
  r.quantity.value = on;
  if (!on) return;
  for (const Side side : {Side::buy, Side::sell})
    for (const std::uint64_t id : queue(c.book, side, OrderKind::limit))
      if (const std::int64_t p = order(id)->price; p < b->low || p > b->high) take_off(id, Reason::price_band);
}

template <class Which>
std::uint64_t NaiveMatching::sweep(std::uint32_t only, Reason reason, Which&& which) {
  std::uint64_t count = 0;
  for (const auto& [n, b] : books_)
    for (const OrderKind kind : {OrderKind::limit, OrderKind::stop, OrderKind::market})
      for (const Side side : {Side::buy, Side::sell})
        for (const std::uint64_t id : queue(n, side, kind))
          if ((only == kAllBooks || only == n) && which(*order(id))) {
            take_off(id, reason);
            ++count;
          }
  return count;
}

void NaiveMatching::say_done(const Command& c, std::uint64_t count) {
  Report& r = say(ReportType::done, c.book);
  r.other_id = count;
  r.owner = c.owner;
}

void NaiveMatching::mass_cancel(const Command& c) {
  if (c.book != kAllBooks && !book(c.book)) return refuse(c, ReportType::refused, Reason::unknown_book);
  say_done(c, sweep(c.book, Reason::mass_cancel, [&](const Resting& o) { return !c.owner || o.owner == c.owner; }));
}

void NaiveMatching::end_of_day(const Command& c) {
  const auto count = sweep(kAllBooks, Reason::end_of_day, [](const Resting& o) { return o.tif != TimeInForce::gtc; });
  trades_.clear();
  used_.clear();
  say_done(c, count);
}

void NaiveMatching::bust(const Command& c) {
  const auto found = trades_.find(c.order_id);
  if (found == trades_.end()) return refuse(c, ReportType::refused, Reason::unknown_trade);
  if (found->second.busted) return refuse(c, ReportType::refused, Reason::already_busted);
  found->second.busted = true;
  out_.push_back(found->second.report);
  out_.back().sequence = now_;
  out_.back().type = ReportType::busted;
  out_.back().leaves.value = 0;
}

NaiveMatching::Price NaiveMatching::auction_price(std::uint32_t n) const {
  const Book& b = books_.at(n);
  const std::int64_t anchor = b.has_last ? b.last : b.reference;
  std::set<std::int64_t> prices;
  for (const Resting& o : orders_)
    if (o.book == n && o.kind == OrderKind::limit) prices.insert(o.price);
  if (prices.empty()) prices.insert(anchor);
  std::vector<Price> best;
  for (const std::int64_t p : prices) {
    std::uint64_t demand = 0, supply = 0;
    for (const Resting& o : orders_) {
      if (o.book != n || o.kind == OrderKind::stop || o.kind == OrderKind::stop_limit) continue;
      const bool market = o.kind == OrderKind::market;
      if (o.side == Side::buy && (market || o.price >= p)) demand += o.open();
      if (o.side == Side::sell && (market || o.price <= p)) supply += o.open();
    }
    const Price at{p, std::min(demand, supply), std::max(demand, supply) - std::min(demand, supply),
                   demand >= supply ? Side::buy : Side::sell};
    if (at.volume == 0) continue;
    if (!best.empty() && (at.volume < best[0].volume || (at.volume == best[0].volume && at.surplus > best[0].surplus)))
      continue;
    if (!best.empty() && (at.volume != best[0].volume || at.surplus != best[0].surplus)) best.clear();
    best.push_back(at);
  }
  if (best.empty()) return {};
  const auto all = [&](Side side) {
    return std::all_of(best.begin(), best.end(), [&](const Price& p) { return p.surplus != 0 && p.side == side; });
  };
  if (all(Side::buy)) return best.back();
  if (all(Side::sell)) return best.front();
  return *std::min_element(best.begin(), best.end(), [&](const Price& x, const Price& y) {
    const auto away = [&](const Price& p) {
      const __int128 d = static_cast<__int128>(p.price) - anchor;
      return d < 0 ? -d : d;
    };
    return away(x) < away(y);
  });
}

void NaiveMatching::say_price(std::uint32_t n, const Price& p) {
  Report& r = say(ReportType::indicative, n);
  r.order_id = p.volume;
  r.other_id = p.surplus;
  r.price.value = p.price;
  r.side = p.side;
  r.flags = p.volume ? 0 : kNothing;
}

void NaiveMatching::indicate(const Command& c) {
  Book* b = book(c.book);
  if (!b) return refuse(c, ReportType::refused, Reason::unknown_book);
  if (b->state != BookState::call) return refuse(c, ReportType::refused, Reason::state);
  say_price(c.book, auction_price(c.book));
}

void NaiveMatching::uncross(const Command& c) {
  const auto no = [&](Reason r) { refuse(c, ReportType::refused, r); };
  Book* b = book(c.book);
  if (!b) return no(Reason::unknown_book);
  if (static_cast<int>(c.state) > 3 || c.state == BookState::call) return no(Reason::bad_combination);
  if (b->state != BookState::call) return no(Reason::state);
  const Price p = auction_price(c.book);
  say_price(c.book, p);
  const auto line = [&](Side side) {
    std::vector<std::uint64_t> ids = queue(c.book, side, OrderKind::market);
    const std::vector<std::uint64_t> limits = queue(c.book, side, OrderKind::limit);
    ids.insert(ids.end(), limits.begin(), limits.end());
    return ids;
  };
  const auto less = [&](Resting& o, std::uint32_t by) {
    const std::uint32_t left = o.open() - by;
    o.shown = o.display ? std::min(o.display, left) : left;
    o.hidden = left - o.shown;
  };
  for (std::uint64_t left = p.volume; left != 0;) {
    Resting& buy = *order(line(Side::buy).front());
    Resting& sell = *order(line(Side::sell).front());
    const auto fill =
        static_cast<std::uint32_t>(std::min({left, std::uint64_t{buy.open()}, std::uint64_t{sell.open()}}));
    less(buy, fill);
    less(sell, fill);
    trade(buy, sell, p.price, fill, kAuctionTrade);
    left -= fill;
    std::erase_if(orders_, [](const Resting& o) { return o.open() == 0; });
  }
  for (const Side side : {Side::buy, Side::sell})
    for (const std::uint64_t id : queue(c.book, side, OrderKind::market)) take_off(id, Reason::auction_over);
  enter_state(c.book, c.state);
}

}  // namespace twinpath::matching
