// What becomes of an order in the naive matching engine: terms, trades, stops, cancel, replace.
#include "testbench/venue/naive_matching.h"

namespace twinpath::matching {

Reason NaiveMatching::terms(const Book& b, const Command& c, bool limit, bool stop, std::uint32_t display) {
  if (limit && !in_range(c.price.value)) return Reason::bad_price;
  if (stop && !in_range(c.stop_price.value)) return Reason::bad_price;
  if (c.quantity.value % b.lot || display % b.lot) return Reason::bad_lot;
  if (limit && c.price.value % b.tick) return Reason::bad_tick;
  if (stop && c.stop_price.value % b.tick) return Reason::bad_tick;
  if (limit && b.bands && (c.price.value < b.low || c.price.value > b.high)) return Reason::price_band;
  return Reason::none;
}

void NaiveMatching::enter(const Command& c) {
  const auto no = [&](Reason r) { refuse(c, ReportType::refused, r); };
  Book* b = book(c.book);
  if (!b) return no(Reason::unknown_book);
  const int kind = static_cast<int>(c.kind), tif = static_cast<int>(c.tif);
  if (static_cast<int>(c.side) > 1 || kind > 3 || tif > 3 || static_cast<int>(c.self_trade) > 4)
    return no(Reason::bad_combination);
  const bool stop = kind >= 2, limit = kind == 0 || kind == 3;
  if ((c.post_only || c.display.value) && (kind != 0 || tif > 1)) return no(Reason::bad_combination);
  if (c.quantity.value == 0) return no(Reason::bad_quantity);
  if (c.display.value && shows(c.quantity.value, c.display.value) > 1000) return no(Reason::bad_quantity);
  if (b->state == BookState::halted || b->state == BookState::closed) return no(Reason::state);
  if (b->state == BookState::call && !stop && tif > 1) return no(Reason::state);
  if (const Reason r = terms(*b, c, limit, stop, c.display.value); r != Reason::none) return no(r);
  if (taken(c.order_id)) return no(Reason::duplicate_id);
  if (c.post_only && b->state == BookState::continuous && takes(c.book, c.side, false, c.price.value))
    return no(Reason::post_only);
  used_.insert(c.order_id);
  Resting o{.id = c.order_id,
            .age = 0,
            .book = c.book,
            .owner = c.owner,
            .shown = c.quantity.value,
            .hidden = 0,
            .display = c.display.value < c.quantity.value ? c.display.value : 0,
            .side = c.side,
            .kind = c.kind,
            .price = limit ? c.price.value : 0,
            .stop = c.stop_price.value,
            .tif = c.tif,
            .self_trade = c.self_trade,
            .post_only = c.post_only != 0};
  say_order(ReportType::accepted, o, o.shown, o.shown);
  place(o);
  settle(c.book);
}

void NaiveMatching::place(Resting o) {
  Book& b = books_.at(o.book);
  if (o.kind == OrderKind::stop || o.kind == OrderKind::stop_limit) {
    const bool due =
        b.state == BookState::continuous && b.has_last && (o.side == Side::buy ? b.last >= o.stop : b.last <= o.stop);
    if (due) {
      due_.push_back(o);
    } else {
      o.age = ++ages_;
      orders_.push_back(o);
    }
    return;
  }
  run(o);
}

bool NaiveMatching::fills_at_once(const Resting& t) {
  std::uint64_t sum = 0;
  std::int64_t level = 0;
  std::uint64_t hidden = 0;
  for (const std::uint64_t id : queue(t.book, opposite(t.side), OrderKind::limit)) {
    const Resting& m = *order(id);
    if (t.kind == OrderKind::limit && better(opposite(t.side), t.price, m.price)) break;
    if (m.price != level) {
      sum += hidden;
      hidden = 0;
      level = m.price;
      if (sum >= t.shown) return true;
    }
    if (t.self_trade != SelfTrade::allow && t.owner && t.owner == m.owner) {
      if (t.self_trade == SelfTrade::cancel_oldest) continue;
      return sum >= t.shown;
    }
    sum += m.shown;
    hidden += m.hidden;
    if (sum >= t.shown) return true;
  }
  return sum + hidden >= t.shown;
}

void NaiveMatching::replenish(Resting& m) {
  m.shown = std::min(m.display, m.hidden);
  m.hidden -= m.shown;
  m.age = ++ages_;
  say_order(ReportType::replenished, m, m.shown, m.open());
}

void NaiveMatching::run(Resting t) {
  Book& b = books_.at(t.book);
  const bool market = t.kind == OrderKind::market;
  if (b.state == BookState::continuous) {
    if (t.tif == TimeInForce::fok && !fills_at_once(t)) return say_cancelled(t, t.shown, Reason::fill_or_kill);
    while (t.shown != 0 && takes(t.book, t.side, market, t.price)) {
      Resting& m = *order(queue(t.book, opposite(t.side), OrderKind::limit).front());
      if (t.self_trade != SelfTrade::allow && t.owner && t.owner == m.owner) {
        if (t.self_trade == SelfTrade::decrement) {
          const std::uint32_t both = std::min(t.shown, m.shown);
          t.shown -= both;
          m.shown -= both;
          Report& r = say(ReportType::decremented, t.book);
          r.order_id = t.id;
          r.other_id = m.id;
          r.price.value = m.price;
          r.quantity.value = both;
          r.leaves.value = m.open();
          r.owner = r.other_owner = t.owner;
          r.side = t.side;
          r.reason = Reason::self_trade;
          if (m.shown == 0) m.hidden ? replenish(m) : erase(m.id);
          continue;
        }
        if (t.self_trade != SelfTrade::cancel_newest) take_off(m.id, Reason::self_trade);
        if (t.self_trade == SelfTrade::cancel_oldest) continue;
        return say_cancelled(t, t.shown, Reason::self_trade);
      }
      const std::uint32_t fill = std::min(t.shown, m.shown);
      t.shown -= fill;
      m.shown -= fill;
      trade(t, m, m.price, fill, 0);
      if (m.shown == 0) m.hidden ? replenish(m) : erase(m.id);
    }
    if (t.shown == 0) return;
    if (market || t.tif == TimeInForce::ioc || t.tif == TimeInForce::fok)
      return say_cancelled(t, t.shown, Reason::immediate);
  }
  if (t.display && t.shown > t.display) {
    t.hidden = t.shown - t.display;
    t.shown = t.display;
  }
  t.age = ++ages_;
  orders_.push_back(t);
}

void NaiveMatching::trade(const Resting& t, const Resting& m, std::int64_t price, std::uint32_t fill,
                          std::uint8_t flags) {
  Book& b = books_.at(t.book);
  Report& r = say(ReportType::trade, t.book);
  r.order_id = t.id;
  r.other_id = m.id;
  r.price.value = price;
  r.trade_id = ++trade_id_;
  r.quantity.value = fill;
  r.leaves.value = m.open();
  r.owner = t.owner;
  r.other_owner = m.owner;
  r.side = t.side;
  r.flags = flags;
  trades_[trade_id_] = {r};
  b.last = price;
  b.has_last = true;
  b.prints.push_back(price);
}

void NaiveMatching::settle(std::uint32_t n) {
  Book& b = books_.at(n);
  for (;;) {
    if (b.state == BookState::continuous && !b.prints.empty()) {
      const auto [low, high] = std::minmax_element(b.prints.begin(), b.prints.end());
      for (const Side side : {Side::buy, Side::sell})
        for (const std::uint64_t id : queue(n, side, OrderKind::stop)) {
          const Resting o = *order(id);
          if (side == Side::buy ? *high < o.stop : *low > o.stop) continue;
          due_.push_back(o);
          erase(id);
        }
    }
    b.prints.clear();
    if (due_.empty()) return;
    Resting o = due_.front();
    due_.erase(due_.begin());
    say_order(ReportType::triggered, o, o.shown, o.shown);
    o.kind = o.kind == OrderKind::stop ? OrderKind::market : OrderKind::limit;
    if (o.kind == OrderKind::limit && b.bands && (o.price < b.low || o.price > b.high))
      say_cancelled(o, o.shown, Reason::price_band);
    else
      run(o);
  }
}

void NaiveMatching::cancel(const Command& c) {
  const Resting* o = order(c.order_id);
  if (!o) return refuse(c, ReportType::cancel_refused, Reason::unknown_order);
  if (c.owner && c.owner != o->owner) return refuse(c, ReportType::cancel_refused, Reason::not_owner);
  take_off(o->id, Reason::on_request);
}

void NaiveMatching::replace(const Command& c) {
  const auto no = [&](Reason r) { refuse(c, ReportType::replace_refused, r); };
  Resting* o = order(c.order_id);
  if (!o) return no(Reason::unknown_order);
  Book& b = books_.at(o->book);
  const bool stop = o->kind == OrderKind::stop || o->kind == OrderKind::stop_limit;
  const bool limit = o->kind == OrderKind::limit || o->kind == OrderKind::stop_limit;
  if (c.owner && c.owner != o->owner) return no(Reason::not_owner);
  if (o->kind == OrderKind::market) return no(Reason::bad_combination);
  if (c.quantity.value == 0) return no(Reason::bad_quantity);
  if (b.state == BookState::closed) return no(Reason::state);
  const bool same = (!limit || c.price.value == o->price) && (!stop || c.stop_price.value == o->stop);
  const bool stays = same && c.quantity.value <= o->open();
  if (b.state == BookState::halted && !stays) return no(Reason::state);
  if (o->display && !stays && shows(c.quantity.value, o->display) > 1000) return no(Reason::bad_quantity);
  if (const Reason r = terms(b, c, limit, stop, 0); r != Reason::none) return no(r);
  const std::uint64_t id = c.new_order_id ? c.new_order_id : o->id;
  if (id != o->id && taken(id)) return no(Reason::duplicate_id);
  if (o->post_only && !stays && b.state == BookState::continuous && takes(o->book, o->side, false, c.price.value))
    return no(Reason::post_only);
  Report& r = say(ReportType::replaced, o->book);
  r.order_id = id;
  r.other_id = o->id;
  r.owner = r.other_owner = o->owner;
  r.side = o->side;
  r.quantity = r.leaves = c.quantity;
  r.price.value = limit ? c.price.value : 0;
  if (id != o->id) used_.insert(id);
  o->id = id;
  if (stays) {
    const std::uint32_t less = o->open() - c.quantity.value, hidden = std::min(less, o->hidden);
    o->hidden -= hidden;
    o->shown -= less - hidden;
    return;
  }
  Resting t = *o;
  erase(id);
  t.shown = c.quantity.value;
  t.hidden = 0;
  if (t.display >= t.shown) t.display = 0;
  if (limit) t.price = c.price.value;
  if (stop) t.stop = c.stop_price.value;
  place(t);
  settle(t.book);
}

}  // namespace twinpath::matching
