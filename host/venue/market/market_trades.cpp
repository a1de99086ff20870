// Trades, auctions and busts: what they do to orders, positions, fees and the tape.
#include <algorithm>

#include "host/venue/market/market.h"

namespace twinpath::market {
namespace {

using matching::Report;

// Trades have even numbers, the crosses' prints odd ones between them.
std::uint64_t match_of(std::uint64_t trade_id) noexcept { return 2 * trade_id; }
std::uint64_t cross_match_of(std::uint64_t last_trade_id) noexcept { return 2 * last_trade_id + 1; }

}  // namespace

void Market::on_trade(const Report& r) {
  forget_replaced();
  const auto taker = static_cast<std::uint32_t>(r.order_id), maker = static_cast<std::uint32_t>(r.other_id);
  Order& m = orders_[maker];
  tape_.executed(m.book, m.reference, r.quantity.value, match_of(r.trade_id));
  m.shown -= r.quantity.value;
  record_trade(r, options_.fees.removed, options_.fees.added);
  fill(taker, r, Liquidity::removed);
  fill(maker, r, Liquidity::added);
  if (m.open == 0) release(maker);
}

// Of the order's open shares, the trade's are executed.
void Market::fill(std::uint32_t slot, const Report& r, Liquidity liquidity) {
  Order& o = orders_[slot];
  const std::uint32_t price = price_of(o.book, r.price);
  o.open -= r.quantity.value;
  o.traded += r.quantity.value;
  o.traded_value += std::uint64_t{price} * r.quantity.value;
  Execution& e = say(ExecutionKind::executed, o);
  e.price = price;
  e.quantity = r.quantity.value;
  e.match_number = match_of(r.trade_id);
  e.liquidity = liquidity;
  if (liquidity == Liquidity::auction) e.event = request_->event;
}

// Before the orders of the trade change.
void Market::record_trade(const Report& r, std::int32_t fee, std::int32_t other_fee) {
  TradeRecord& t = trades_[trade_count_++];
  t.book = r.book;
  t.price = price_of(r.book, r.price);
  t.quantity = r.quantity.value;
  const auto side = [&](std::uint64_t id, Side s, std::int32_t a_share) {
    const Order& o = orders_[static_cast<std::uint32_t>(id)];
    t.sides[static_cast<unsigned>(s)] = {o.terms.cl_ord_id, 0, o.participant, o.user_ref_num, a_share};
  };
  side(r.order_id, r.side, fee);
  side(r.other_id, opposite(r.side), other_fee);
  book_records_[r.book].last = t.price;
  settle(t, 1);
}

// `sign` -1 takes the trade back. Sums wrap around, so that they are conserved whatever happens.
void Market::settle(const TradeRecord& t, std::int64_t sign) noexcept {
  const auto plus = [](std::int64_t& to, std::int64_t what) {
    to = static_cast<std::int64_t>(static_cast<std::uint64_t>(to) + static_cast<std::uint64_t>(what));
  };
  const std::int64_t shares = sign * t.quantity, value = shares * static_cast<std::int64_t>(t.price);
  for (const Side s : {Side::buy, Side::sell}) {
    const TradeSide& of = t.sides[static_cast<unsigned>(s)];
    Position& p = positions_[std::size_t{of.participant - 1} * options_.instruments.size() + t.book];
    plus(p.shares, s == Side::buy ? shares : -shares);
    plus(p.cash, s == Side::buy ? -value : value);
    plus(accounts_[of.participant].state.fees, shares * of.fee);
    plus(accounts_[0].state.fees, -shares * of.fee);
  }
}

void Market::on_indicative(const Report& r) {
  const std::uint32_t price = price_of(r.book, r.price);
  if (request_->kind == RequestKind::uncross) {
    crossing_ = true;
    cross_book_ = r.book;
    cross_price_ = price;
    cross_shares_ = cross_match_ = 0;
    part_filled_ = {};
    return;
  }
  tape_.imbalance(r.book, r.order_id, r.other_id, r.side, price, anchor(r.book), request_->event);
}

void Market::on_auction_trade(const Report& r) {
  cross_shares_ += r.quantity.value;
  cross_match_ = cross_match_of(r.trade_id);
  record_trade(r, options_.fees.auction, options_.fees.auction);
  for (const std::uint64_t id : {r.order_id, r.other_id}) {
    const auto slot = static_cast<std::uint32_t>(id);
    Order& o = orders_[slot];
    // What an iceberg hides trades with what it shows; the cross alone tells of it.
    if (const std::uint32_t seen = std::min(o.shown, r.quantity.value); seen != 0) {
      tape_.executed_at(o.book, o.reference, seen, match_of(r.trade_id), cross_price_);
      o.shown -= seen;
    }
    fill(slot, r, Liquidity::auction);
    part_filled_[static_cast<unsigned>(o.terms.side)] = o.open != 0 ? slot : kNoOrder;
    if (o.open == 0) release(slot);
  }
}

// An order that the auction has filled in part shows what it can of the rest. More than before cannot be said of an
// order on the tape, so that it appears there anew.
void Market::end_cross() {
  crossing_ = false;
  for (const std::uint32_t slot : part_filled_) {
    Order& o = orders_[slot];
    if (slot == kNoOrder || o.terms.kind != OrderKind::limit || o.shown == should_show(o)) continue;
    if (o.shown != 0) take_off_tape(o, o.shown);
    o.reference = next_reference_++;
    show(slot, 0);
    say(ExecutionKind::restated, o).quantity = o.shown;
  }
  tape_.cross(cross_book_, cross_shares_, cross_price_, cross_match_, request_->event);
}

void Market::on_busted(const Report& r) {
  const TradeRecord& t = trades_[r.trade_id - first_trade_];
  tape_.broken(t.book, match_of(r.trade_id));
  settle(t, -1);
  for (const Side s : {Side::buy, Side::sell}) {
    const TradeSide& of = t.sides[static_cast<unsigned>(s)];
    Execution& e = say(ExecutionKind::broken, of.participant);
    e.terms.symbol = make_text<8>(options_.instruments[t.book].symbol);
    e.terms.locate = options_.instruments[t.book].locate;
    e.terms.cl_ord_id = of.cl_ord_id;
    e.terms.side = s;
    e.user_ref_num = of.user_ref_num;
    e.price = t.price;
    e.quantity = t.quantity;
    e.match_number = match_of(r.trade_id);
  }
}

}  // namespace twinpath::market
