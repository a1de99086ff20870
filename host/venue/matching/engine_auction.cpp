// Auctions: the price at which most would trade, and trading at it.
#include <algorithm>
#include <vector>

#include "host/venue/matching/engine_match.h"

namespace twinpath::matching {
namespace {

struct PricedQuantity {
  std::int64_t price;
  std::uint64_t quantity;
};

std::uint64_t distance(std::int64_t a, std::int64_t b) noexcept {
  return a > b ? static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b)
               : static_cast<std::uint64_t>(b) - static_cast<std::uint64_t>(a);
}

}  // namespace

// The candidates are the limits of the orders; without any, the last price or else the reference. Of those at which
// most trades, those that leave least; of several, the highest when all of them leave buyers, the lowest when all leave
// sellers, else the nearest to the last price or the reference, the lower of two.
Indication Engine::indicate(std::uint32_t book) const {
  if (!listed(book)) return {};
  const Book& b = books_[book];
  const BookExtra& x = book_extras_[book];
  std::uint64_t market[2] = {};
  std::vector<PricedQuantity> levels[2];
  for (const Side side : {Side::buy, Side::sell}) {
    for_each_order(x.auctions[at(side)], [&](std::uint32_t slot) { market[at(side)] += orders_[slot].quantity; });
    for_each_order(b.sides[at(side)], [&](std::uint32_t slot) {
      const std::int64_t price = price_of(side, levels_.key(orders_[slot].level));
      if (levels[at(side)].empty() || levels[at(side)].back().price != price) levels[at(side)].push_back({price, 0});
      levels[at(side)].back().quantity += open_quantity(slot);
    });
  }
  auto& buys = levels[0];  // from the highest price down
  auto& sells = levels[1];
  const std::int64_t anchor = b.has_last ? b.last : b.reference;
  std::vector<std::int64_t> candidates;
  for (const auto& side : levels)
    for (const PricedQuantity& l : side) candidates.push_back(l.price);
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  if (candidates.empty()) candidates.push_back(anchor);

  std::uint64_t demand = market[0];
  for (const PricedQuantity& l : buys) demand += l.quantity;
  std::uint64_t supply = market[1];
  std::size_t sold = 0;
  Indication best;
  bool all_buyers = true, all_sellers = true;  // left over at every price as good as the best
  std::int64_t lowest = 0, highest = 0, nearest = 0;
  for (const std::int64_t price : candidates) {
    while (!buys.empty() && buys.back().price < price) {
      demand -= buys.back().quantity;
      buys.pop_back();
    }
    while (sold < sells.size() && sells[sold].price <= price) supply += sells[sold++].quantity;
    const std::uint64_t quantity = std::min(demand, supply);
    const std::uint64_t surplus = std::max(demand, supply) - quantity;
    if (quantity == 0 || quantity < best.quantity || (quantity == best.quantity && surplus > best.surplus)) continue;
    const bool better = quantity > best.quantity || surplus < best.surplus;
    if (better) {
      best = {.price = {price}, .quantity = quantity, .surplus = surplus};
      all_buyers = all_sellers = true;
      lowest = nearest = price;
    }
    highest = price;
    if (distance(price, anchor) < distance(nearest, anchor)) nearest = price;
    all_buyers = all_buyers && demand > supply;
    all_sellers = all_sellers && supply > demand;
    best.surplus_side = demand >= supply ? Side::buy : Side::sell;
  }
  if (best.quantity == 0) return {};
  best.price = {all_buyers ? highest : all_sellers ? lowest : nearest};
  // The surplus is of one size at all of them; whose it is, is said of the price taken.
  std::uint64_t bought = market[0], offered = market[1];
  for_each_order(b.sides[0], [&](std::uint32_t slot) {
    if (report_price(slot) >= best.price.value) bought += open_quantity(slot);
  });
  for_each_order(b.sides[1], [&](std::uint32_t slot) {
    if (report_price(slot) <= best.price.value) offered += open_quantity(slot);
  });
  best.surplus_side = bought >= offered ? Side::buy : Side::sell;
  return best;
}

void Engine::report_indication(std::uint32_t book, const Indication& i) {
  ring_.claim() = {.sequence = sequence_,
                   .order_id = i.quantity,
                   .other_id = i.surplus,
                   .price = i.price,
                   .book = book,
                   .type = ReportType::indicative,
                   .side = i.surplus_side,
                   .flags = i.quantity == 0 ? kNothing : std::uint8_t{0}};
}

void Engine::indicate_command(const Command& c) {
  if (!listed(c.book))
    report_refusal(c, ReportType::refused, Reason::unknown_book);
  else if (books_[c.book].state != BookState::call)
    report_refusal(c, ReportType::refused, Reason::state);
  else
    report_indication(c.book, indicate(c.book));
}

void Engine::uncross(const Command& c) {
  Reason r = Reason::none;
  if (!listed(c.book))
    r = Reason::unknown_book;
  else if (c.state > BookState::closed || c.state == BookState::call)
    r = Reason::bad_combination;
  else if (books_[c.book].state != BookState::call)
    r = Reason::state;
  if (r != Reason::none) {
    report_refusal(c, ReportType::refused, r);
    return;
  }
  const Indication i = indicate(c.book);
  report_indication(c.book, i);
  if (i.quantity != 0) trade_at(c.book, i);
  for (Ladder& l : book_extras_[c.book].auctions)
    for_each_order(l, [&](std::uint32_t slot) { take_off(slot, Reason::auction_over); });
  change_state(c.book, c.state);
  trigger_stops(c.book);
}

// Market orders before limits, limits by price and then age; hidden quantity has its order's place. Orders of one owner
// do trade with each other.
void Engine::trade_at(std::uint32_t book, const Indication& i) {
  Book& b = books_[book];
  BookExtra& x = book_extras_[book];
  const auto first = [&](Side side) {
    const Ladder& l = x.auctions[at(side)].empty() ? b.sides[at(side)] : x.auctions[at(side)];
    return levels_[l.best].head;
  };
  for (std::uint64_t left = i.quantity; left != 0;) {
    const std::uint32_t buy = first(Side::buy), sell = first(Side::sell);
    const auto fill = static_cast<std::uint32_t>(std::min({left, open_quantity(buy), open_quantity(sell)}));
    Report& r = ring_.claim();
    r = {.sequence = sequence_,
         .order_id = orders_[buy].id,
         .other_id = orders_[sell].id,
         .price = i.price,
         .trade_id = trades_before_ + trades_today_ + 1,
         .quantity = {fill},
         .leaves = {static_cast<std::uint32_t>(open_quantity(sell) - fill)},
         .book = book,
         .owner = orders_[buy].owner,
         .other_owner = orders_[sell].owner,
         .type = ReportType::trade,
         .side = Side::buy,
         .flags = kAuctionTrade};
    record_trade(b, r);
    left -= fill;
    auction_fill(buy, fill);
    auction_fill(sell, fill);
  }
}

// An iceberg keeps its place and shows what it can of the rest.
void Engine::auction_fill(std::uint32_t slot, std::uint32_t quantity) {
  Order& o = orders_[slot];
  const auto left = static_cast<std::uint32_t>(open_quantity(slot) - quantity);
  if (left == 0) {
    remove_order(slot);
    return;
  }
  const std::uint32_t shown = o.flags & kIceberg ? std::min(left, extras_[slot].display) : left;
  if (o.flags & kIceberg) extras_[slot].hidden = left - shown;
  levels_[o.level].quantity -= o.quantity;
  levels_[o.level].quantity += shown;  // may be more than before
  o.quantity = shown;
}

}  // namespace twinpath::matching
