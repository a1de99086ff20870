// What must hold between two commands.
#include <string>

#include "host/venue/matching/engine.h"

namespace twinpath::matching {

std::string Engine::check_ladder(const Ladder& l, std::uint64_t& orders, std::uint64_t& open,
                                 std::uint32_t& icebergs) const {
  std::string wrong;
  const char* nodes = levels_.check(l, [&](LevelRef ref) {
    const Level& level = levels_[ref];
    std::uint64_t shown = 0;
    std::uint32_t before = kNone;
    for (std::uint32_t slot = level.head; slot != kNone; slot = orders_[slot].next) {
      const Order& o = orders_[slot];
      const std::string name = "order " + std::to_string(o.id);
      if (o.prev != before || o.level != ref) wrong = name + " is linked wrongly";
      if (o.quantity == 0) wrong = name + " shows nothing";
      if (find(o.id) != slot) wrong = name + " is not in the index";
      if (orders == index_.size()) {
        wrong = "more orders on the books than in the index";
        return;
      }
      shown += o.quantity;
      open += open_quantity(slot);
      icebergs += (o.flags & kIceberg) != 0;
      ++orders;
      before = slot;
    }
    if (level.tail != before || before == kNone) wrong = "a level has a wrong end";
    if (level.quantity != shown)
      wrong = "a level says " + std::to_string(level.quantity) + " shown, its orders " + std::to_string(shown);
  });
  return nodes != nullptr ? nodes : wrong;
}

std::string Engine::check() const {
  std::uint64_t orders = 0, open = 0;
  for (std::uint32_t n = 0; n < books_.size(); ++n) {
    if (!listed(n)) continue;
    const Book& b = books_[n];
    const BookExtra& x = book_extras_[n];
    const std::string where = "book " + std::to_string(n) + ": ";
    std::uint32_t icebergs = 0;
    for (const Ladder* l : {&b.sides[0], &b.sides[1], &x.stops[0], &x.stops[1], &x.auctions[0], &x.auctions[1]})
      if (const std::string wrong = check_ladder(*l, orders, open, icebergs); !wrong.empty()) return where + wrong;
    if (icebergs != b.icebergs) return where + "icebergs are miscounted";
    const bool stops = !x.stops[0].empty() || !x.stops[1].empty();
    const bool auctions = !x.auctions[0].empty() || !x.auctions[1].empty();
    if ((icebergs != 0 && !(b.particulars & kIcebergs)) || (stops && !(b.particulars & kStops)) ||
        (auctions && !(b.particulars & kAuctionOrders)) ||
        ((b.state != BookState::continuous) != ((b.particulars & kNotContinuous) != 0)))
      return where + "a particular is not noted";
    if (b.state == BookState::continuous && crossed(n)) return where + "crossed in continuous trading";
    if (b.traded) return where + "stops were not looked for";
  }
  if (orders != index_.size())
    return std::to_string(orders) + " orders on the books, " + std::to_string(index_.size()) + " in the index";
  if (!elected_.empty()) return "triggered stops are left";
  if (totals_.entered != 2 * totals_.traded + totals_.removed + open)
    return "quantity is not conserved: entered " + std::to_string(totals_.entered) + ", traded twice " +
           std::to_string(totals_.traded) + ", removed " + std::to_string(totals_.removed) + ", open " +
           std::to_string(open);
  return {};
}

}  // namespace twinpath::matching
