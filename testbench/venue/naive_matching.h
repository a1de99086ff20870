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

  std::vector<Report> submit(const Command& c) {
    out_.clear();
    now_ = c.sequence;
    if (c.sequence < next_ || c.sequence == ~std::uint64_t{0}) {
      refuse(c, ReportType::refused, Reason::bad_sequence);
      return out_;
    }
    next_ = c.sequence + 1;
    switch (c.type) {
      case CommandType::enter:
        enter(c);
        break;
      case CommandType::cancel:
        cancel(c);
        break;
      case CommandType::replace:
        replace(c);
        break;
      case CommandType::mass_cancel:
        mass_cancel(c);
        break;
      case CommandType::list_book:
        list(c);
        break;
      case CommandType::set_state:
        set_state(c);
        break;
      case CommandType::uncross:
        uncross(c);
        break;
      case CommandType::set_bands:
        set_bands(c);
        break;
      case CommandType::indicate:
        indicate(c);
        break;
      case CommandType::bust:
        bust(c);
        break;
      case CommandType::end_of_day:
        end_of_day(c);
        break;
      default:
        refuse(c, ReportType::refused, Reason::bad_command);
    }
    return out_;
  }

  std::size_t open_orders() const { return orders_.size(); }
  std::optional<std::int64_t> best(std::uint32_t book, Side side) const {
    std::optional<std::int64_t> found;
    for (const Resting& o : orders_)
      if (o.book == book && o.side == side && o.kind == OrderKind::limit)
        found = !found ? o.price : side == Side::buy ? std::max(*found, o.price) : std::min(*found, o.price);
    return found;
  }
  std::uint64_t depth(std::uint32_t book, Side side, std::int64_t price) const {
    std::uint64_t sum = 0;
    for (const Resting& o : orders_)
      if (o.book == book && o.side == side && o.kind == OrderKind::limit && o.price == price) sum += o.shown;
    return sum;
  }

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
  std::vector<std::uint64_t> queue(std::uint32_t n, Side side, OrderKind kind) const {
    std::vector<const Resting*> all;
    for (const Resting& o : orders_) {
      const bool stop = o.kind == OrderKind::stop || o.kind == OrderKind::stop_limit;
      const bool wanted = kind == OrderKind::stop ? stop : o.kind == kind;
      if (o.book == n && o.side == side && wanted) all.push_back(&o);
    }
    std::sort(all.begin(), all.end(), [&](const Resting* a, const Resting* b) {
      if (kind == OrderKind::limit && a->price != b->price) return better(side, a->price, b->price);
      if (kind == OrderKind::stop && a->stop != b->stop) return better(opposite(side), a->stop, b->stop);
      return a->age < b->age;
    });
    std::vector<std::uint64_t> ids;
    for (const Resting* o : all) ids.push_back(o->id);
    return ids;
  }
  bool takes(std::uint32_t n, Side side, bool market, std::int64_t price) const {
    const auto other = best(n, opposite(side));
    return other && (market || !better(opposite(side), price, *other));
  }

  // ---- reports ----
  Report& say(ReportType type, std::uint32_t n) {
    out_.push_back({.sequence = now_, .book = n, .type = type});
    return out_.back();
  }
  void refuse(const Command& c, ReportType type, Reason reason) {
    Report& r = say(type, c.book);
    r.order_id = c.order_id;
    r.price = c.price;
    r.quantity = c.quantity;
    r.owner = c.owner;
    r.side = c.side;
    r.reason = reason;
  }
  void say_cancelled(const Resting& o, std::uint32_t quantity, Reason reason) {
    Report& r = say(ReportType::cancelled, o.book);
    r.order_id = o.id;
    r.owner = o.owner;
    r.side = o.side;
    r.quantity.value = quantity;
    r.price.value = o.kind == OrderKind::limit || o.kind == OrderKind::stop_limit ? o.price : 0;
    r.reason = reason;
  }
  void say_order(ReportType type, const Resting& o, std::uint32_t quantity, std::uint32_t leaves) {
    Report& r = say(type, o.book);
    r.order_id = o.id;
    r.owner = o.owner;
    r.side = o.side;
    r.quantity.value = quantity;
    r.leaves.value = leaves;
    r.price.value = o.kind == OrderKind::limit || o.kind == OrderKind::stop_limit ? o.price : 0;
  }
  void erase(std::uint64_t id) {
    std::erase_if(orders_, [&](const Resting& o) { return o.id == id; });
  }
  void take_off(std::uint64_t id, Reason reason) {
    const Resting o = *order(id);
    say_cancelled(o, o.open(), reason);
    erase(id);
  }

  // ---- orders ----
  Reason terms(const Book& b, const Command& c, bool limit, bool stop, std::uint32_t display) {
    if (limit && !in_range(c.price.value)) return Reason::bad_price;
    if (stop && !in_range(c.stop_price.value)) return Reason::bad_price;
    if (c.quantity.value % b.lot || display % b.lot) return Reason::bad_lot;
    if (limit && c.price.value % b.tick) return Reason::bad_tick;
    if (stop && c.stop_price.value % b.tick) return Reason::bad_tick;
    if (limit && b.bands && (c.price.value < b.low || c.price.value > b.high)) return Reason::price_band;
    return Reason::none;
  }

  void enter(const Command& c) {
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

  // An accepted order: a stop waits or is due, anything else trades and rests.
  void place(Resting o) {
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

  bool fills_at_once(const Resting& t) {
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

  void replenish(Resting& m) {
    m.shown = std::min(m.display, m.hidden);
    m.hidden -= m.shown;
    m.age = ++ages_;
    say_order(ReportType::replenished, m, m.shown, m.open());
  }

  // `t.shown` is all that is left of it.
  void run(Resting t) {
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

  void trade(const Resting& t, const Resting& m, std::int64_t price, std::uint32_t fill, std::uint8_t flags) {
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

  // Stops that prints have reached take their turns.
  void settle(std::uint32_t n) {
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

  void cancel(const Command& c) {
    const Resting* o = order(c.order_id);
    if (!o) return refuse(c, ReportType::cancel_refused, Reason::unknown_order);
    if (c.owner && c.owner != o->owner) return refuse(c, ReportType::cancel_refused, Reason::not_owner);
    take_off(o->id, Reason::on_request);
  }

  void replace(const Command& c) {
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

  // ---- the venue ----
  void list(const Command& c) {
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

  void enter_state(std::uint32_t n, BookState state) {
    Book& b = books_.at(n);
    b.state = state;
    if (state == BookState::continuous && b.has_last) b.prints = {b.last};
    Report& r = say(ReportType::state_changed, n);
    r.price.value = b.last;
    r.flags = static_cast<std::uint8_t>(state);
    settle(n);
  }

  void set_state(const Command& c) {
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

  void set_bands(const Command& c) {
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
  std::uint64_t sweep(std::uint32_t only, Reason reason, Which&& which) {
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
  void say_done(const Command& c, std::uint64_t count) {
    Report& r = say(ReportType::done, c.book);
    r.other_id = count;
    r.owner = c.owner;
  }
  void mass_cancel(const Command& c) {
    if (c.book != kAllBooks && !book(c.book)) return refuse(c, ReportType::refused, Reason::unknown_book);
    say_done(c, sweep(c.book, Reason::mass_cancel, [&](const Resting& o) { return !c.owner || o.owner == c.owner; }));
  }
  void end_of_day(const Command& c) {
    const auto count = sweep(kAllBooks, Reason::end_of_day, [](const Resting& o) { return o.tif != TimeInForce::gtc; });
    trades_.clear();
    used_.clear();
    say_done(c, count);
  }
  void bust(const Command& c) {
    const auto found = trades_.find(c.order_id);
    if (found == trades_.end()) return refuse(c, ReportType::refused, Reason::unknown_trade);
    if (found->second.busted) return refuse(c, ReportType::refused, Reason::already_busted);
    found->second.busted = true;
    out_.push_back(found->second.report);
    out_.back().sequence = now_;
    out_.back().type = ReportType::busted;
    out_.back().leaves.value = 0;
  }

  // ---- auctions ----
  struct Price {
    std::int64_t price = 0;
    std::uint64_t volume = 0, surplus = 0;
    Side side = Side::buy;
  };
  Price auction_price(std::uint32_t n) const {
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
      if (!best.empty() &&
          (at.volume < best[0].volume || (at.volume == best[0].volume && at.surplus > best[0].surplus)))
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
  void say_price(std::uint32_t n, const Price& p) {
    Report& r = say(ReportType::indicative, n);
    r.order_id = p.volume;
    r.other_id = p.surplus;
    r.price.value = p.price;
    r.side = p.side;
    r.flags = p.volume ? 0 : kNothing;
  }
  void indicate(const Command& c) {
    Book* b = book(c.book);
    if (!b) return refuse(c, ReportType::refused, Reason::unknown_book);
    if (b->state != BookState::call) return refuse(c, ReportType::refused, Reason::state);
    say_price(c.book, auction_price(c.book));
  }
  void uncross(const Command& c) {
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
