// The messages about a symbol that are not about one order: crosses, imbalances, collars, and the rare ones.
#include <algorithm>

#include "host/venue/order_flow.h"

namespace twinpath::venue {

void OrderFlow::cross(std::uint32_t symbol, char type) {
  SymbolState& s = symbols_[symbol];
  std::uint64_t shares = 0;
  std::int32_t price = s.last_trade;
  std::int32_t bid = s.best(Side::buy);
  std::int32_t offer = s.best(Side::sell);
  if (bid != kNoTick && offer != kNoTick) {
    price = (bid + offer) / 2;
    for (; bid != kNoTick && offer != kNoTick && bid >= offer; bid = s.best(Side::buy), offer = s.best(Side::sell)) {
      const std::uint32_t buyer = s.book.front(Side::buy);
      const std::uint32_t seller = s.book.front(Side::sell);
      const std::uint32_t traded = std::min(pool_[buyer].shares, pool_[seller].shares);
      emit_executed_at(symbol, buyer, traded, static_cast<std::uint32_t>(price) * 100, 'N');
      emit_executed_at(symbol, seller, traded, static_cast<std::uint32_t>(price) * 100, 'N');
      shares += traded;
    }
  }
  // Orders that only take part in the cross are never displayed.
  if (random_.one_in(2)) shares += 100 * random_.below(5000);
  itch::CrossTrade m;
  m.stock_locate = universe_[symbol].locate;
  m.shares = shares;
  m.stock = universe_[symbol].name;
  m.cross_price = shares == 0 ? 0 : static_cast<std::uint32_t>(price) * 100;
  m.match_number = shares == 0 ? 0 : ++match_;
  m.cross_type = type;
  if (shares != 0) {
    s.last_trade = price;
    matched_ = symbol;
  }
  out_.emit(m);
}

void OrderFlow::imbalance(std::uint32_t symbol, char cross_type) {
  const SymbolState& s = symbols_[symbol];
  const auto price = static_cast<std::uint32_t>(s.fair) * 100;
  itch::NetOrderImbalance m;
  m.stock_locate = universe_[symbol].locate;
  m.paired_shares = 100 * random_.below(10'000);
  m.imbalance_direction = "BSNO"[random_.below(4)];
  m.imbalance_shares =
      m.imbalance_direction == 'B' || m.imbalance_direction == 'S' ? 100 * random_.between(1, 2'000) : 0;
  m.stock = universe_[symbol].name;
  m.current_reference_price = price;
  m.near_price = price + 100 * random_.below(4);
  m.far_price = price + 100 * random_.below(8);
  m.cross_type = cross_type;
  m.price_variation_indicator = "L123"[random_.below(4)];
  out_.emit(m);
}

void OrderFlow::collar(std::uint32_t symbol, std::uint32_t extension) {
  const auto reference = static_cast<std::uint32_t>(symbols_[symbol].last_trade) * 100;
  itch::LuldAuctionCollar m;
  m.stock_locate = universe_[symbol].locate;
  m.stock = universe_[symbol].name;
  m.auction_collar_reference_price = reference;
  m.upper_auction_collar_price = reference + reference / 20;
  m.lower_auction_collar_price = reference - reference / 20;
  m.auction_collar_extension = extension;
  out_.emit(m);
}

void OrderFlow::reg_sho(std::uint32_t symbol, char action) {
  itch::RegShoRestriction m;
  m.stock_locate = universe_[symbol].locate;
  m.stock = universe_[symbol].name;
  m.reg_sho_action = action;
  out_.emit(m);
}

void OrderFlow::participant(std::uint32_t symbol) {
  static constexpr const char* kMpids[] = {"ALFA", "BRVO", "CHRL", "DLTA"};
  itch::MarketParticipantPosition m;
  m.stock_locate = universe_[symbol].locate;
  m.mpid = make_text<4>(kMpids[random_.below(4)]);
  m.stock = universe_[symbol].name;
  m.primary_market_maker = random_.one_in(2) ? 'Y' : 'N';
  m.market_maker_mode = 'N';
  m.market_participant_state = "AAAAEWSD"[random_.below(8)];
  out_.emit(m);
}

void OrderFlow::retail_interest(std::uint32_t symbol) {
  itch::RetailPriceImprovement m;
  m.stock_locate = universe_[symbol].locate;
  m.stock = universe_[symbol].name;
  m.interest_flag = "BSAN"[random_.below(4)];
  out_.emit(m);
}

void OrderFlow::direct_listing(std::uint32_t symbol) {
  const auto price = static_cast<std::uint32_t>(symbols_[symbol].fair) * 100;
  itch::DirectListingCapitalRaise m;
  m.stock_locate = universe_[symbol].locate;
  m.stock = universe_[symbol].name;
  m.open_eligibility_status = random_.one_in(2) ? 'Y' : 'N';
  m.minimum_allowable_price = price - price / 5;
  m.maximum_allowable_price = price + price / 5 * 4;
  m.near_execution_price = price;
  m.near_execution_time = out_.last();
  m.lower_price_range_collar = price - price / 10;
  m.upper_price_range_collar = price + price / 10;
  out_.emit(m);
}

void OrderFlow::broken_trade() {
  itch::BrokenTrade m;
  m.stock_locate = universe_[matched_].locate;
  m.match_number = match_;
  out_.emit(m);
}

void OrderFlow::rare(std::uint32_t symbol) {
  switch (random_.below(5)) {
    case 0:
      return broken_trade();
    case 1:
      return participant(symbol);
    case 2:
      return retail_interest(symbol);
    case 3:
      return reg_sho(symbol, "012"[random_.below(3)]);
    default:
      return direct_listing(universe_.size() - 1);
  }
}

}  // namespace twinpath::venue
