// Commands of the venue itself.
#include <functional>

#include "host/venue/matching/engine_match.h"

namespace twinpath::matching {

void Engine::list_book(const Command& c) {
  Reason r = Reason::none;
  if (c.book >= kMaxBooks) r = Reason::unknown_book;
  if (r == Reason::none && listed(c.book)) r = Reason::book_listed;
  if (r == Reason::none && c.price.value < 0) r = Reason::bad_tick;
  if (r == Reason::none && (!price_in_range(c.price.value) || !price_in_range(c.stop_price.value)))
    r = Reason::bad_price;
  if (r == Reason::none && c.state > BookState::closed) r = Reason::bad_combination;
  if (r != Reason::none) {
    report_refusal(c, ReportType::refused, r);
    return;
  }
  if (c.book >= books_.size()) {
    books_.resize(c.book + 1);
    book_extras_.resize(c.book + 1);
  }
  Book& b = books_[c.book];
  BookExtra& x = book_extras_[c.book];
  for (const Side side : {Side::buy, Side::sell}) {
    b.sides[at(side)].tag = ladder_tag(c.book, LadderKind::book, side);
    x.stops[at(side)].tag = ladder_tag(c.book, LadderKind::stop, side);
    x.auctions[at(side)].tag = ladder_tag(c.book, LadderKind::auction, side);
  }
  b.tick = c.price.value == 0 ? 1 : c.price.value;
  b.lot = c.quantity.value == 0 ? 1 : c.quantity.value;
  b.reference = c.stop_price.value;
  b.state = c.state;
  b.particulars = rules_of(b, false);
  ring_.claim() = {.sequence = c.sequence,
                   .price = {b.tick},
                   .quantity = {b.lot},
                   .book = c.book,
                   .type = ReportType::book_listed,
                   .flags = static_cast<std::uint8_t>(b.state)};
}

bool Engine::crossed(std::uint32_t book) const noexcept {
  const Book& b = books_[book];
  if (b.particulars & kAuctionOrders) return true;
  return !b.sides[0].empty() && !b.sides[1].empty() &&
         price_of(Side::buy, b.sides[0].best_key) >= price_of(Side::sell, b.sides[1].best_key);
}

void Engine::set_state(const Command& c) {
  Reason r = Reason::none;
  if (!listed(c.book))
    r = Reason::unknown_book;
  else if (c.state > BookState::closed)
    r = Reason::bad_combination;
  else if (c.state == BookState::continuous && crossed(c.book))
    r = Reason::state;  // only an auction ends that
  if (r != Reason::none) {
    report_refusal(c, ReportType::refused, r);
    return;
  }
  change_state(c.book, c.state);
  trigger_stops(c.book);
}

// Into continuous trading, what the last trade has reached counts as reached by a trade now.
void Engine::change_state(std::uint32_t book, BookState state) {
  Book& b = books_[book];
  b.state = state;
  if (state == BookState::continuous) {
    b.particulars &= ~static_cast<std::uint32_t>(kNotContinuous);
    if (b.has_last) {
      BookExtra& x = book_extras_[book];
      x.low = x.high = b.last;
      b.traded = true;
    }
  } else {
    b.particulars |= kNotContinuous;
  }
  ring_.claim() = {.sequence = sequence_,
                   .price = {b.last},
                   .book = book,
                   .type = ReportType::state_changed,
                   .flags = static_cast<std::uint8_t>(state)};
}

void Engine::set_bands(const Command& c) {
  Reason r = Reason::none;
  if (!listed(c.book))
    r = Reason::unknown_book;
  else if (c.quantity.value != 0 && (!price_in_range(c.price.value) || !price_in_range(c.stop_price.value) ||
                                     c.price.value > c.stop_price.value))
    r = Reason::bad_price;
  if (r != Reason::none) {
    report_refusal(c, ReportType::refused, r);
    return;
  }
  Book& b = books_[c.book];
  const bool on = c.quantity.value != 0;
  b.band_low = on ? c.price.value : 0;
  b.band_high = on ? c.stop_price.value : 0;
  b.particulars = on ? b.particulars | kBands : b.particulars & ~static_cast<std::uint32_t>(kBands);
  ring_.claim() = {.sequence = c.sequence,
                   .other_id = static_cast<std::uint64_t>(b.band_high),
                   .price = {b.band_low},
                   .quantity = {on ? 1u : 0u},
                   .book = c.book,
                   .type = ReportType::bands_set};
  if (!on) return;
  for (Ladder& l : b.sides)
    for_each_order(l, [&](std::uint32_t slot) {
      const std::int64_t price = report_price(slot);
      if (price < b.band_low || price > b.band_high) take_off(slot, Reason::price_band);
    });
}

// Takes orders off in this order: buys, sells, stops, market orders of an auction; best price first, then by age.
std::uint64_t Engine::take_off_where(std::uint32_t book, Reason reason,
                                     const std::function<bool(std::uint32_t)>& which) {
  std::uint64_t count = 0;
  for (const LadderKind kind : {LadderKind::book, LadderKind::stop, LadderKind::auction})
    for (const Side side : {Side::buy, Side::sell})
      for_each_order(ladder(ladder_tag(book, kind, side)), [&](std::uint32_t slot) {
        if (!which(slot)) return;
        take_off(slot, reason);
        ++count;
      });
  return count;
}

void Engine::report_done(const Command& c, std::uint64_t count) {
  ring_.claim() = {
      .sequence = c.sequence, .other_id = count, .book = c.book, .owner = c.owner, .type = ReportType::done};
}

void Engine::mass_cancel(const Command& c) {
  if (c.book != kAllBooks && !listed(c.book)) {
    report_refusal(c, ReportType::refused, Reason::unknown_book);
    return;
  }
  const auto meant = [&](std::uint32_t slot) { return c.owner == 0 || orders_[slot].owner == c.owner; };
  std::uint64_t count = 0;
  if (c.book != kAllBooks) {
    count = take_off_where(c.book, Reason::mass_cancel, meant);
  } else {
    for (std::uint32_t book = 0; book < books_.size(); ++book)
      if (listed(book)) count += take_off_where(book, Reason::mass_cancel, meant);
  }
  report_done(c, count);
}

void Engine::end_of_day(const Command& c) {
  std::uint64_t count = 0;
  for (std::uint32_t book = 0; book < books_.size(); ++book)
    if (listed(book))
      count += take_off_where(book, Reason::end_of_day,
                              [&](std::uint32_t slot) { return orders_[slot].tif != TimeInForce::gtc; });
  trades_before_ += trades_today_;
  trades_today_ = 0;
  used_ = OrderIndex(1);
  used_count_ = 0;
  report_done(c, count);
}

void Engine::bust(const Command& c) {
  const std::uint64_t n = c.order_id - trades_before_ - 1;  // of today
  if (c.order_id <= trades_before_ || n >= trades_today_) {
    report_refusal(c, ReportType::refused, Reason::unknown_trade);
    return;
  }
  Trade& t = trades_[n];
  if (t.busted != 0) {
    report_refusal(c, ReportType::refused, Reason::already_busted);
    return;
  }
  t.busted = 1;
  totals_.busted += t.quantity;
  ring_.claim() = {.sequence = c.sequence,
                   .order_id = t.order_id,
                   .other_id = t.other_id,
                   .price = {t.price},
                   .trade_id = c.order_id,
                   .quantity = {t.quantity},
                   .book = t.book,
                   .owner = t.owner,
                   .other_owner = t.other_owner,
                   .type = ReportType::busted,
                   .side = t.side,
                   .flags = t.flags};
}

}  // namespace twinpath::matching
