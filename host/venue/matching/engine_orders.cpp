// The long way: orders with every feature, on books with every particular.
#include <algorithm>
#include <new>

#include "host/venue/matching/engine_match.h"

namespace twinpath::matching {

// ---- checks
// -----------------------------------------------------------------------------------------------------------------

bool Engine::used(std::uint64_t id) const noexcept {
  if (find(id) != kNone) return true;
  if (!ids_once_a_day_) return false;
  return used_.find(OrderIndex::hash(id), [&](std::uint32_t n) { return used_ids_[n] == id; }) != kNone;
}

void Engine::remember_id(std::uint64_t id) {
  if (!ids_once_a_day_) return;
  if (used_count_ == used_ids_.capacity()) throw std::bad_alloc();
  used_ids_[used_count_] = id;
  used_.insert(OrderIndex::hash(id), static_cast<std::uint32_t>(used_count_++));
}

// What the numbers of an order are, against the book's rules.
Reason Engine::check_terms(const Book& b, const Command& c, bool limit, bool stop,
                           std::uint32_t display) const noexcept {
  if ((limit && !price_in_range(c.price.value)) || (stop && !price_in_range(c.stop_price.value)))
    return Reason::bad_price;
  if (c.quantity.value % b.lot != 0 || display % b.lot != 0) return Reason::bad_lot;
  if ((limit && c.price.value % b.tick != 0) || (stop && c.stop_price.value % b.tick != 0)) return Reason::bad_tick;
  if (limit && (b.particulars & kBands) && (c.price.value < b.band_low || c.price.value > b.band_high))
    return Reason::price_band;
  return Reason::none;
}

Reason Engine::check_enter(const Command& c) const noexcept {
  if (!listed(c.book)) return Reason::unknown_book;
  if (c.side > Side::sell || c.kind > OrderKind::stop_limit || c.tif > TimeInForce::fok ||
      c.self_trade > SelfTrade::decrement)
    return Reason::bad_combination;
  const bool limit = c.kind == OrderKind::limit || c.kind == OrderKind::stop_limit;
  const bool stop = c.kind == OrderKind::stop || c.kind == OrderKind::stop_limit;
  const bool rests = c.kind == OrderKind::limit && c.tif <= TimeInForce::gtc;
  if ((c.post_only != 0 || c.display.value != 0) && !rests) return Reason::bad_combination;
  if (c.quantity.value == 0) return Reason::bad_quantity;
  if (c.display.value != 0 && (c.quantity.value - 1) / c.display.value >= kMostShows) return Reason::bad_quantity;
  const Book& b = books_[c.book];
  if (b.state == BookState::halted || b.state == BookState::closed) return Reason::state;
  if (b.state == BookState::call && !stop && c.tif > TimeInForce::gtc) return Reason::state;
  if (const Reason r = check_terms(b, c, limit, stop, c.display.value); r != Reason::none) return r;
  if (used(c.order_id)) return Reason::duplicate_id;
  if (c.post_only != 0 && b.state == BookState::continuous && would_trade(b, c.side, c.price.value))
    return Reason::post_only;
  return Reason::none;
}

// Whether trades alone would fill the order at once.
bool Engine::fillable(const Book& b, const Taker& t) const noexcept {
  const Side other = opposite(t.side);
  const Ladder& l = b.sides[at(other)];
  const std::uint64_t limit = t.kind == OrderKind::market ? Ladder::kEmpty - 1 : key_of(other, t.price);
  const bool avoids = t.self_trade != SelfTrade::allow && t.owner != 0;
  std::uint64_t found = 0;
  for (LevelRef ref = l.best; ref != kNone && levels_.key(ref) <= limit; ref = levels_.next(l, ref)) {
    std::uint64_t hidden = 0;  // comes behind everything that the level shows
    for (std::uint32_t slot = levels_[ref].head; slot != kNone; slot = orders_[slot].next) {
      const Order& m = orders_[slot];
      if (avoids && m.owner == t.owner) {
        if (t.self_trade == SelfTrade::cancel_oldest) continue;
        return found >= t.quantity;  // the sweep ends here, or part of the order goes without a trade
      }
      found += m.quantity;
      if (m.flags & kIceberg) hidden += extras_[slot].hidden;
      if (found >= t.quantity) return true;
    }
    found += hidden;
    if (found >= t.quantity) return true;
  }
  return false;
}

// ---- enter
// ------------------------------------------------------------------------------------------------------------------

void Engine::enter_full(const Command& c) {
  if (const Reason r = check_enter(c); r != Reason::none) {
    report_refusal(c, ReportType::refused, r);
    return;
  }
  Book& b = books_[c.book];
  const bool stop = c.kind == OrderKind::stop || c.kind == OrderKind::stop_limit;
  const bool limit = c.kind == OrderKind::limit || c.kind == OrderKind::stop_limit;
  remember_id(c.order_id);
  totals_.entered += c.quantity.value;
  ring_.claim() = {.sequence = c.sequence,
                   .order_id = c.order_id,
                   .price = {limit ? c.price.value : 0},
                   .quantity = c.quantity,
                   .leaves = c.quantity,
                   .book = c.book,
                   .owner = c.owner,
                   .type = ReportType::accepted,
                   .side = c.side};
  if (stop) {
    const std::uint32_t slot = take_slot();
    orders_[slot].id = c.order_id;
    index_.insert(OrderIndex::hash(c.order_id), slot);
    rest_stop(c, slot);
  } else {
    Taker t{.id = c.order_id,
            .price = c.price.value,
            .quantity = c.quantity.value,
            .display = c.display.value < c.quantity.value ? c.display.value : 0,
            .owner = c.owner,
            .book = c.book,
            .slot = kNone,
            .side = c.side,
            .kind = c.kind,
            .tif = c.tif,
            .self_trade = c.self_trade,
            .post_only = c.post_only != 0};
    run(b, t);
  }
  if (b.particulars & (kStops | kIcebergs)) forget_particulars(b, c.book);
  trigger_stops(c.book);
}

// Trades the order and rests what is left, as its kind, its time in force and the book's state say.
void Engine::run(Book& b, Taker& t) {
  if (b.state == BookState::continuous) {
    if (t.tif == TimeInForce::fok && !fillable(b, t)) {
      drop(t, Reason::fill_or_kill);
      return;
    }
    match<true>(b, t);
    if (t.quantity != 0 && (t.kind == OrderKind::market || t.tif > TimeInForce::gtc)) {
      drop(t, Reason::immediate);
      return;
    }
  }
  if (t.quantity != 0) {
    rest(b, t);
  } else if (t.slot != kNone) {
    index_.erase(OrderIndex::hash(orders_[t.slot].id), t.slot);
    free_slot(t.slot);
  }
}

// The order, or what is left of it, is cancelled before it rests.
void Engine::drop(Taker& t, Reason reason) {
  totals_.removed += t.quantity;
  ring_.claim() = {.sequence = sequence_,
                   .order_id = t.id,
                   .price = {t.kind == OrderKind::market ? 0 : t.price},
                   .quantity = {t.quantity},
                   .book = t.book,
                   .owner = t.owner,
                   .type = ReportType::cancelled,
                   .side = t.side,
                   .reason = reason};
  t.quantity = 0;
  if (t.slot == kNone) return;
  index_.erase(OrderIndex::hash(orders_[t.slot].id), t.slot);
  free_slot(t.slot);
  t.slot = kNone;
}

void Engine::rest(Book& b, Taker& t) {
  if (t.slot == kNone) {
    t.slot = take_slot();
    orders_[t.slot].id = t.id;
    index_.insert(OrderIndex::hash(t.id), t.slot);
  }
  Order& o = orders_[t.slot];
  o.owner = t.owner;
  o.tif = t.tif;
  o.self_trade = t.self_trade;
  o.flags = t.post_only ? kPostOnly : 0;
  if (t.kind == OrderKind::market) {
    o.flags |= kAuctionMarket;
    b.particulars |= kAuctionOrders;
    append(book_extras_[t.book].auctions[at(t.side)], 0, t.slot, t.quantity);
    return;
  }
  std::uint32_t shown = t.quantity;
  if (t.display != 0) {
    shown = std::min(t.quantity, t.display);
    extras_[t.slot] = {.limit = 0, .hidden = t.quantity - shown, .display = t.display};
    o.flags |= kIceberg;
    ++b.icebergs;
    b.particulars |= kIcebergs;
  }
  append(b.sides[at(t.side)], key_of(t.side, t.price), t.slot, shown);
}

// The stop order waits, unless the last trade has reached it already. Buy stops with the lowest stop price come first,
// sell stops with the highest.
void Engine::rest_stop(const Command& c, std::uint32_t slot) {
  Order& o = orders_[slot];
  o.owner = c.owner;
  o.tif = c.tif;
  o.self_trade = c.self_trade;
  o.flags = c.kind == OrderKind::stop_limit ? kStop | kStopLimit : kStop;
  extras_[slot] = {.limit = c.kind == OrderKind::stop_limit ? c.price.value : 0, .hidden = 0, .display = 0};
  Book& b = books_[c.book];
  if (b.state == BookState::continuous && b.has_last && reached(c.side, c.stop_price.value, b.last, b.last)) {
    o.quantity = c.quantity.value;
    elected_.push_back({slot, c.side});
    return;
  }
  b.particulars |= kStops;
  append(book_extras_[c.book].stops[at(c.side)], key_of(opposite(c.side), c.stop_price.value), slot, c.quantity.value);
}

// ---- self-trade and icebergs
// ------------------------------------------------------------------------------------------------

// `slot`, the first order of the best level, belongs to the owner of `t`. False when `t` is gone.
bool Engine::avoid_self_trade(Taker& t, std::uint32_t slot) {
  Order& m = orders_[slot];
  const SelfTrade how = t.self_trade;
  if (how == SelfTrade::decrement) {
    const std::uint32_t both = std::min(t.quantity, m.quantity);
    const LevelRef ref = m.level;
    Level& level = levels_[ref];
    t.quantity -= both;
    m.quantity -= both;
    level.quantity -= both;
    totals_.removed += 2 * std::uint64_t{both};
    ring_.claim() = {.sequence = sequence_,
                     .order_id = t.id,
                     .other_id = m.id,
                     .price = {price_of(opposite(t.side), levels_.key(ref))},
                     .quantity = {both},
                     .leaves = {static_cast<std::uint32_t>(open_quantity(slot))},
                     .book = t.book,
                     .owner = t.owner,
                     .other_owner = m.owner,
                     .type = ReportType::decremented,
                     .side = t.side,
                     .reason = Reason::self_trade};
    if (m.quantity == 0) {
      if ((m.flags & kIceberg) && extras_[slot].hidden != 0)
        replenish(level, ref, slot);
      else
        remove_order(slot);
    }
    return t.quantity != 0;
  }
  if (how != SelfTrade::cancel_newest) take_off(slot, Reason::self_trade);
  if (how == SelfTrade::cancel_oldest) return true;
  // Not drop(): run() frees the slot of an order that is used up.
  totals_.removed += t.quantity;
  ring_.claim() = {.sequence = sequence_,
                   .order_id = t.id,
                   .price = {t.kind == OrderKind::market ? 0 : t.price},
                   .quantity = {t.quantity},
                   .book = t.book,
                   .owner = t.owner,
                   .type = ReportType::cancelled,
                   .side = t.side,
                   .reason = Reason::self_trade};
  t.quantity = 0;
  return false;
}

// An iceberg, first of its level, has nothing shown and something hidden: it shows again, as the last of its level.
void Engine::replenish(Level& level, LevelRef ref, std::uint32_t slot) {
  Order& o = orders_[slot];
  OrderExtra& x = extras_[slot];
  const std::uint32_t shown = std::min(x.display, x.hidden);
  x.hidden -= shown;
  o.quantity = shown;
  level.quantity += shown;
  if (o.next != kNone) {
    level.head = o.next;
    orders_[o.next].prev = kNone;
    o.prev = level.tail;
    o.next = kNone;
    orders_[level.tail].next = slot;
    level.tail = slot;
  }
  const std::uint32_t tag = levels_.tag(ref);
  ring_.claim() = {.sequence = sequence_,
                   .order_id = o.id,
                   .price = {price_of(side_of(tag), levels_.key(ref))},
                   .quantity = {shown},
                   .leaves = {shown + x.hidden},
                   .book = book_of(tag),
                   .owner = o.owner,
                   .type = ReportType::replenished,
                   .side = side_of(tag)};
}

// ---- cancel and replace
// -----------------------------------------------------------------------------------------------------

void Engine::cancel_full(const Command& c, std::uint32_t slot) {
  if (c.owner != 0 && c.owner != orders_[slot].owner)
    report_refusal(c, ReportType::cancel_refused, Reason::not_owner);
  else
    take_off(slot, Reason::on_request);
}

void Engine::replace_full(const Command& c, std::uint32_t slot) {
  Order& o = orders_[slot];
  const std::uint32_t tag = levels_.tag(o.level);
  const std::uint32_t book = book_of(tag);
  Book& b = books_[book];
  const Side side = side_of(tag);
  const bool stop = o.flags & kStop;
  const bool limit = !stop || (o.flags & kStopLimit);
  const std::uint64_t open = open_quantity(slot);
  const auto refuse = [&](Reason r) { report_refusal(c, ReportType::replace_refused, r); };
  if (c.owner != 0 && c.owner != o.owner) return refuse(Reason::not_owner);
  if (o.flags & kAuctionMarket) return refuse(Reason::bad_combination);
  if (c.quantity.value == 0) return refuse(Reason::bad_quantity);
  if (b.state == BookState::closed) return refuse(Reason::state);
  const Side key_side = stop ? opposite(side) : side;
  const std::int64_t ladder_price = price_of(key_side, levels_.key(o.level));
  const bool same_price = stop ? ladder_price == c.stop_price.value && (!limit || extras_[slot].limit == c.price.value)
                               : ladder_price == c.price.value;
  const bool in_place = same_price && c.quantity.value <= open;
  if (b.state == BookState::halted && !in_place) return refuse(Reason::state);
  if ((o.flags & kIceberg) && !in_place && (c.quantity.value - 1) / extras_[slot].display >= kMostShows)
    return refuse(Reason::bad_quantity);
  if (const Reason r = check_terms(b, c, limit, stop, 0); r != Reason::none) return refuse(r);
  const std::uint64_t id = c.new_order_id == 0 ? o.id : c.new_order_id;
  if (id != o.id && used(id)) return refuse(Reason::duplicate_id);
  if ((o.flags & kPostOnly) && !in_place && b.state == BookState::continuous && would_trade(b, side, c.price.value))
    return refuse(Reason::post_only);

  totals_.entered += c.quantity.value;
  totals_.removed += open;
  ring_.claim() = {.sequence = c.sequence,
                   .order_id = id,
                   .other_id = o.id,
                   .price = {limit ? c.price.value : 0},
                   .quantity = c.quantity,
                   .leaves = c.quantity,
                   .book = book,
                   .owner = o.owner,
                   .other_owner = o.owner,
                   .type = ReportType::replaced,
                   .side = side};
  if (id != o.id) {
    index_.erase(OrderIndex::hash(o.id), slot);
    o.id = id;
    index_.insert(OrderIndex::hash(id), slot);
    remember_id(id);
  }
  if (in_place) {
    // Hidden quantity goes first.
    auto less = static_cast<std::uint32_t>(open - c.quantity.value);
    if (o.flags & kIceberg) {
      const std::uint32_t hidden = std::min(less, extras_[slot].hidden);
      extras_[slot].hidden -= hidden;
      less -= hidden;
    }
    o.quantity -= less;
    levels_[o.level].quantity -= less;
    return;
  }
  unlink(ladder(tag), slot);
  if (stop) {
    Command again = c;
    again.book = book;
    again.side = side;
    again.owner = o.owner;
    again.tif = o.tif;
    again.self_trade = o.self_trade;
    again.kind = limit ? OrderKind::stop_limit : OrderKind::stop;
    rest_stop(again, slot);
  } else {
    const std::uint32_t display = o.flags & kIceberg ? extras_[slot].display : 0;
    if (o.flags & kIceberg) --b.icebergs;
    Taker t{.id = id,
            .price = c.price.value,
            .quantity = c.quantity.value,
            .display = display < c.quantity.value ? display : 0,
            .owner = o.owner,
            .book = book,
            .slot = slot,
            .side = side,
            .kind = OrderKind::limit,
            .tif = o.tif,
            .self_trade = o.self_trade,
            .post_only = (o.flags & kPostOnly) != 0};
    run(b, t);
  }
  forget_particulars(b, book);
  trigger_stops(book);
}

// ---- stops
// ------------------------------------------------------------------------------------------------------------------

// Elects every stop that the trades since the last look have reached, until no trade of theirs reaches another. Their
// turn comes in the order in which they were reached; of those reached at once, buys come first, then the nearer stop
// price, then the earlier order.
void Engine::trigger_stops(std::uint32_t book) {
  Book& b = books_[book];
  std::size_t done = 0;
  for (;;) {
    if (b.traded && b.state == BookState::continuous) collect_reached(book);
    b.traded = false;
    if (done == elected_.size()) break;
    const Elected next = elected_[done++];
    elect(book, next);
  }
  elected_.clear();
  if (done != 0) forget_particulars(b, book);
}

void Engine::collect_reached(std::uint32_t book) {
  BookExtra& x = book_extras_[book];
  for (const Side side : {Side::buy, Side::sell}) {
    Ladder& l = x.stops[at(side)];
    while (!l.empty() && reached(side, price_of(opposite(side), l.best_key), x.low, x.high)) {
      const std::uint32_t slot = levels_[l.best].head;
      unlink(l, slot);
      elected_.push_back({slot, side});
    }
  }
}

// The order is on no ladder.
void Engine::elect(std::uint32_t book, Elected e) {
  Book& b = books_[book];
  const Order& o = orders_[e.slot];
  const bool limit = o.flags & kStopLimit;
  Taker t{.id = o.id,
          .price = limit ? extras_[e.slot].limit : 0,
          .quantity = o.quantity,
          .display = 0,
          .owner = o.owner,
          .book = book,
          .slot = e.slot,
          .side = e.side,
          .kind = limit ? OrderKind::limit : OrderKind::market,
          .tif = o.tif,
          .self_trade = o.self_trade,
          .post_only = false};
  ring_.claim() = {.sequence = sequence_,
                   .order_id = t.id,
                   .price = {t.price},
                   .quantity = {t.quantity},
                   .leaves = {t.quantity},
                   .book = book,
                   .owner = t.owner,
                   .type = ReportType::triggered,
                   .side = e.side};
  if (limit && (b.particulars & kBands) && (t.price < b.band_low || t.price > b.band_high))
    drop(t, Reason::price_band);
  else
    run(b, t);
}

// ---- shared
// -----------------------------------------------------------------------------------------------------------------

Ladder& Engine::ladder(std::uint32_t tag) noexcept {
  switch (kind_of(tag)) {
    case LadderKind::stop:
      return book_extras_[book_of(tag)].stops[at(side_of(tag))];
    case LadderKind::auction:
      return book_extras_[book_of(tag)].auctions[at(side_of(tag))];
    default:
      return books_[book_of(tag)].sides[at(side_of(tag))];
  }
}

std::int64_t Engine::report_price(std::uint32_t slot) const noexcept {
  const Order& o = orders_[slot];
  if (o.flags & kAuctionMarket) return 0;
  if (o.flags & kStop) return extras_[slot].limit;
  return price_of(side_of(levels_.tag(o.level)), levels_.key(o.level));
}

void Engine::take_off(std::uint32_t slot, Reason reason) {
  const std::uint32_t tag = levels_.tag(orders_[slot].level);
  const auto quantity = static_cast<std::uint32_t>(open_quantity(slot));
  totals_.removed += quantity;
  report_cancelled(orders_[slot], side_of(tag), book_of(tag), report_price(slot), quantity, reason);
  remove_order(slot);
}

void Engine::remove_order(std::uint32_t slot) noexcept {
  const Order& o = orders_[slot];
  const std::uint32_t tag = levels_.tag(o.level);
  Book& b = books_[book_of(tag)];
  if (o.flags & kIceberg) --b.icebergs;
  index_.erase(OrderIndex::hash(o.id), slot);
  unlink(ladder(tag), slot);
  free_slot(slot);
  forget_particulars(b, book_of(tag));
}

// Takes particulars away whose last order has gone, so that the short way is open again.
void Engine::forget_particulars(Book& b, std::uint32_t book) noexcept {
  const BookExtra& x = book_extras_[book];
  std::uint32_t gone = 0;
  if (b.icebergs == 0) gone |= kIcebergs;
  if (x.stops[0].empty() && x.stops[1].empty()) gone |= kStops;
  if (x.auctions[0].empty() && x.auctions[1].empty()) gone |= kAuctionOrders;
  b.particulars &= ~gone;
}

}  // namespace twinpath::matching
