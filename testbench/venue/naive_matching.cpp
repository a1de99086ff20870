// Commands, questions and reports of the naive matching engine.
#include "testbench/venue/naive_matching.h"

namespace twinpath::matching {

std::vector<Report> NaiveMatching::submit(const Command& c) {
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

std::optional<std::int64_t> NaiveMatching::best(std::uint32_t book, Side side) const {
  std::optional<std::int64_t> found;
  for (const Resting& o : orders_)
    if (o.book == book && o.side == side && o.kind == OrderKind::limit)
      found = !found ? o.price : side == Side::buy ? std::max(*found, o.price) : std::min(*found, o.price);
  return found;
}

std::uint64_t NaiveMatching::depth(std::uint32_t book, Side side, std::int64_t price) const {
  std::uint64_t sum = 0;
  for (const Resting& o : orders_)
    if (o.book == book && o.side == side && o.kind == OrderKind::limit && o.price == price) sum += o.shown;
  return sum;
}

std::vector<std::uint64_t> NaiveMatching::queue(std::uint32_t n, Side side, OrderKind kind) const {
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

bool NaiveMatching::takes(std::uint32_t n, Side side, bool market, std::int64_t price) const {
  const auto other = best(n, opposite(side));
  return other && (market || !better(opposite(side), price, *other));
}

void NaiveMatching::refuse(const Command& c, ReportType type, Reason reason) {
  Report& r = say(type, c.book);
  r.order_id = c.order_id;
  r.price = c.price;
  r.quantity = c.quantity;
  r.owner = c.owner;
  r.side = c.side;
  r.reason = reason;
}

void NaiveMatching::say_cancelled(const Resting& o, std::uint32_t quantity, Reason reason) {
  Report& r = say(ReportType::cancelled, o.book);
  r.order_id = o.id;
  r.owner = o.owner;
  r.side = o.side;
  r.quantity.value = quantity;
  r.price.value = o.kind == OrderKind::limit || o.kind == OrderKind::stop_limit ? o.price : 0;
  r.reason = reason;
}

void NaiveMatching::say_order(ReportType type, const Resting& o, std::uint32_t quantity, std::uint32_t leaves) {
  Report& r = say(type, o.book);
  r.order_id = o.id;
  r.owner = o.owner;
  r.side = o.side;
  r.quantity.value = quantity;
  r.leaves.value = leaves;
  r.price.value = o.kind == OrderKind::limit || o.kind == OrderKind::stop_limit ? o.price : 0;
}

}  // namespace twinpath::matching
