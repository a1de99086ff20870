// What the market says to participants and on the tape, case by case.
#include <gtest/gtest.h>

#include "testbench/market/market_cases.h"

namespace twinpath::market {
namespace {

std::string kinds(const std::vector<Execution>& all) {
  static constexpr std::string_view kLetters = "AUECTRBJIMSde";
  std::string s;
  for (const Execution& e : all) s += std::to_string(e.participant) + kLetters[static_cast<unsigned>(e.kind)] + ' ';
  return s;
}
template <class M>
M message(const Market& market, std::uint64_t sequence) {
  return M::read(market.tape()->at(sequence).data());
}

TEST(Market, ADayBeginsWithEverySymbolAndItsState) {
  Market market(small_options());
  EXPECT_EQ(market.tape(), nullptr);
  market.apply(venue_request(RequestKind::start_of_day));
  ASSERT_EQ(market.tape()->next_sequence(), 8u);
  EXPECT_EQ(std::string(market.tape()->session().data(), 10), "TWINPATH01");
  EXPECT_EQ(message<itch::SystemEvent>(market, 1).event_code, 'O');
  const auto r = message<itch::StockDirectory>(market, 5);
  EXPECT_EQ(r.stock, make_text<8>("MSFT"));
  EXPECT_EQ(r.stock_locate, 2);
  EXPECT_EQ(message<itch::StockTradingAction>(market, 7).trading_state, 'H');
  EXPECT_EQ(kinds({market.executions().begin(), market.executions().end()}), "1S 2S 3S 4S ");
  EXPECT_EQ(market.locate("MSFT"), 2);
  EXPECT_EQ(market.locate("IBM"), 0);
}

TEST(Market, ATradeIsToldToBothSidesAndOnceOnTheTape) {
  SmallMarket m;
  Request sell = enter_request(2, 5, Side::sell, 300, 1'000'100);
  sell.terms.codes = make_text<8>("PNY");
  sell.tag = 77;
  const auto accepted = m.apply(sell);
  ASSERT_EQ(kinds(accepted), "2A ");
  EXPECT_EQ(accepted[0].tag, 77u);
  EXPECT_EQ(accepted[0].terms.codes, make_text<8>("PNY"));
  const std::uint64_t from = m.next();
  const auto traded = m.apply(enter_request(1, 1, Side::buy, 100, 1'000'200));
  ASSERT_EQ(kinds(traded), "1A 1E 2E ");
  EXPECT_EQ(traded[1].price, 1'000'100u) << "the resting order's price";
  EXPECT_EQ(traded[1].liquidity, Liquidity::removed);
  EXPECT_EQ(traded[2].liquidity, Liquidity::added);
  EXPECT_EQ(traded[2].tag, 0u) << "it was not its request";
  EXPECT_EQ(traded[2].user_ref_num, 5u);
  EXPECT_EQ(traded[2].leaves, 200u);
  EXPECT_EQ(traded[2].order_quantity, 300u);
  EXPECT_EQ(traded[2].traded_value, 100'010'000u);
  EXPECT_EQ(m.types(from), "E");
  const auto e = message<itch::OrderExecuted>(m.market, from);
  EXPECT_EQ(e.order_reference_number, accepted[0].reference);
  EXPECT_EQ(e.match_number, traded[1].match_number);
  EXPECT_EQ(e.timestamp, traded[1].time);
  EXPECT_EQ(m.market.position(1, 1), (Position{100, -100'010'000}));
  EXPECT_EQ(m.market.position(2, 1), (Position{-100, 100'010'000}));
}

TEST(Market, QuantitiesInTotalCountWhatHasBeenExecuted) {
  SmallMarket m;
  m.apply(enter_request(2, 1, Side::sell, 300, 1'000'000));
  m.apply(enter_request(1, 1, Side::buy, 100, 1'000'000));
  Request cancel = cancel_request(2, 1, 250);
  cancel.quantity_is_total = 1;
  const auto reduced = m.apply(cancel);
  ASSERT_EQ(kinds(reduced), "2C ");
  EXPECT_EQ(reduced[0].quantity, 50u);
  EXPECT_EQ(reduced[0].leaves, 150u);
  Request replace = enter_request(2, 2, Side::sell, 500, 1'000'000);
  replace.kind = RequestKind::replace;
  replace.original = 1;
  replace.quantity_is_total = 1;
  const auto replaced = m.apply(replace);
  ASSERT_EQ(kinds(replaced), "2U ");
  EXPECT_EQ(replaced[0].leaves, 400u);
  EXPECT_EQ(replaced[0].order_quantity, 500u);
  EXPECT_EQ(replaced[0].original, 1u);
  cancel = cancel_request(2, 2, 100);
  cancel.quantity_is_total = 1;
  EXPECT_EQ(m.apply(cancel)[0].leaves, 0u) << "all of it has been executed already";
}

TEST(Market, ASmallerReplaceKeepsItsPlaceOnTheTapeAnyOtherMoves) {
  SmallMarket m;
  m.apply(enter_request(1, 1, Side::buy, 300, 1'000'000));
  const auto replace = [&](std::uint32_t from, std::uint32_t quantity, std::uint64_t price) {
    Request r = enter_request(1, from + 1, Side::buy, quantity, price);
    r.kind = RequestKind::replace;
    r.original = from;
    const std::uint64_t next = m.next();
    const auto all = m.apply(r);
    return kinds(all) + m.types(next);
  };
  EXPECT_EQ(replace(1, 200, 1'000'000), "1U X");
  EXPECT_EQ(replace(2, 200, 1'000'000), "1U ");
  EXPECT_EQ(replace(3, 250, 1'000'000), "1U U");
  EXPECT_EQ(replace(4, 250, 999'900), "1U U");
  m.apply(enter_request(2, 1, Side::sell, 100, 1'000'500));
  EXPECT_EQ(replace(5, 250, 1'000'500), "1U 1E 2E DEA") << "leaves, trades, and comes back with what is left";
}

TEST(Market, AnIcebergShowsItselfAgainUnderAnotherReference) {
  SmallMarket m;
  Request iceberg = enter_request(1, 1, Side::buy, 250, 1'000'000);
  iceberg.display = 100;
  std::uint64_t from = m.next();
  m.apply(iceberg);
  ASSERT_EQ(m.types(from), "A");
  EXPECT_EQ(message<itch::AddOrder>(m.market, from).shares, 100u);
  from = m.next();
  const auto all = m.apply(enter_request(2, 1, Side::sell, 220, 1'000'000));
  EXPECT_EQ(kinds(all), "2A 2E 1E 1R 2E 1E 1R 2E 1E ");
  EXPECT_EQ(m.types(from), "EAEAE");
  EXPECT_EQ(all[6].reference, message<itch::AddOrder>(m.market, from + 3).order_reference_number);
  EXPECT_EQ(all[6].quantity, 50u);
  EXPECT_EQ(all[8].leaves, 30u);
}

TEST(Market, AnAuctionIsToldByItsCross) {
  SmallMarket m;
  m.apply(venue_request(RequestKind::set_state, 1, BookState::call));
  std::uint64_t from = m.next();
  Request market_order = enter_request(1, 1, Side::buy, 100, 0);
  market_order.terms.kind = OrderKind::market;
  m.apply(market_order);
  EXPECT_EQ(m.types(from), "") << "waits unseen";
  m.apply(enter_request(2, 1, Side::sell, 300, 999'000));
  from = m.next();
  m.apply(venue_request(RequestKind::indicate, 1));
  ASSERT_EQ(m.types(from), "I");
  const auto noii = message<itch::NetOrderImbalance>(m.market, from);
  EXPECT_EQ(noii.paired_shares, 100u);
  EXPECT_EQ(noii.imbalance_shares, 200u);
  EXPECT_EQ(noii.imbalance_direction, 'S');
  EXPECT_EQ(noii.near_price, 999'000u);
  EXPECT_EQ(noii.current_reference_price, 1'000'000u);
  from = m.next();
  const auto all = m.apply(venue_request(RequestKind::uncross, 1));
  EXPECT_EQ(kinds(all), "1E 2E ");
  EXPECT_EQ(all[0].event, 'O');
  EXPECT_EQ(m.types(from), "CQH");
  const auto c = message<itch::OrderExecutedWithPrice>(m.market, from);
  EXPECT_EQ(c.printable, 'N');
  const auto q = message<itch::CrossTrade>(m.market, from + 1);
  EXPECT_EQ(q.shares, 100u);
  EXPECT_EQ(q.cross_price, 999'000u);
  EXPECT_EQ(q.cross_type, 'O');
  EXPECT_NE(q.match_number, c.match_number);
}

TEST(Market, ABustTakesSharesCashAndFeesBack) {
  MarketOptions o = small_options();
  o.fees = {.added = -20, .removed = 30, .auction = 0};
  SmallMarket m(o);
  m.apply(enter_request(2, 1, Side::sell, 100, 1'000'000));
  const auto traded = m.apply(enter_request(1, 1, Side::buy, 100, 1'000'000));
  EXPECT_EQ(m.market.participant(1).fees, 3'000);
  EXPECT_EQ(m.market.participant(2).fees, -2'000);
  EXPECT_EQ(m.market.participant(0).fees, -1'000) << "what the venue pays";
  Request bust = venue_request(RequestKind::bust);
  bust.match_number = traded[1].match_number;
  const std::uint64_t from = m.next();
  const auto broken = m.apply(bust);
  ASSERT_EQ(kinds(broken), "1B 2B ");
  EXPECT_EQ(broken[0].terms.cl_ord_id, make_text<14>("ID1"));
  EXPECT_EQ(m.types(from), "B");
  EXPECT_EQ(m.market.position(1, 1), Position{});
  EXPECT_EQ(m.market.participant(2).fees, 0);
  const auto again = m.apply(bust);
  ASSERT_EQ(kinds(again), "0J ");
  EXPECT_EQ(again[0].reason, Reason::already_busted);
}

TEST(Market, WhoeverIsOverItsRateCanStillCancel) {
  SmallMarket m;
  std::string outcome;
  Request r;
  for (std::uint32_t ref = 1; ref <= 7; ++ref) {
    r = enter_request(4, ref, Side::buy, 100, 900'000);
    r.terms.tif = TimeInForce::ioc;
    outcome += m.apply(r)[0].reason == Reason::throttled ? 'x' : '.';
  }
  EXPECT_EQ(outcome, "....xxx") << "four at once";
  r.user_ref_num = 8;
  r.time = kNine + 99'000'000;
  EXPECT_EQ(m.apply(r)[0].reason, Reason::throttled);
  r.user_ref_num = 9;
  r.time = kNine + 101'000'000;
  EXPECT_EQ(m.apply(r)[0].kind, ExecutionKind::accepted) << "and ten a second";
  EXPECT_EQ(m.apply(cancel_request(4, 3))[0].reason, Reason::unknown_order);
}

TEST(Market, LimitsOfAParticipantAreItsOwn) {
  SmallMarket m;
  EXPECT_EQ(m.apply(enter_request(4, 1, Side::buy, 501, 900'000))[0].reason, Reason::quantity_limit);
  EXPECT_EQ(m.apply(enter_request(4, 2, Side::buy, 500, 900'000))[0].kind, ExecutionKind::accepted);
  EXPECT_EQ(m.apply(enter_request(4, 3, Side::buy, 500, 900'000))[0].kind, ExecutionKind::accepted);
  EXPECT_EQ(m.apply(enter_request(4, 4, Side::buy, 500, 900'000))[0].reason, Reason::too_many_orders);
  EXPECT_EQ(m.apply(enter_request(1, 1, Side::buy, 999'999, 900'000))[0].kind, ExecutionKind::accepted);
  EXPECT_EQ(m.apply(enter_request(1, 2, Side::buy, 1'000'000, 900'000))[0].reason, Reason::bad_quantity);
}

TEST(Market, AReferenceIsUsedOnceAndGrows) {
  SmallMarket m;
  m.apply(enter_request(1, 10, Side::buy, 100, 900'000));
  EXPECT_EQ(m.apply(enter_request(1, 10, Side::buy, 100, 900'000))[0].reason, Reason::duplicate_ref);
  EXPECT_EQ(m.apply(enter_request(1, 9, Side::buy, 100, 900'000))[0].reason, Reason::duplicate_ref);
  EXPECT_EQ(m.apply(enter_request(2, 9, Side::buy, 100, 900'000))[0].kind, ExecutionKind::accepted) << "another's";
}

TEST(Market, MassCancelDisconnectAndDisableTakeTheRightOrdersOff) {
  SmallMarket m;
  const auto enter_all = [&](std::uint32_t ref) {
    m.apply(enter_request(1, ref, Side::buy, 100, 900'000, 1));
    m.apply(enter_request(1, ref + 1, Side::buy, 100, 900'000, 2));
    m.apply(enter_request(2, ref, Side::buy, 100, 900'000, 1));
  };
  enter_all(1);
  Request r;
  r.time = kNine;
  r.participant = 1;
  r.kind = RequestKind::mass_cancel;
  r.terms.locate = 2;
  EXPECT_EQ(kinds(m.apply(r)), "1C 1M ") << "of one symbol";
  EXPECT_EQ(m.market.participant(1).open_orders, 1u);
  enter_all(11);
  r.kind = RequestKind::disconnect;
  const auto gone = m.apply(r);
  EXPECT_EQ(kinds(gone), "1C 1C 1C 1M ");
  EXPECT_EQ(gone[0].reason, Reason::disconnected);
  EXPECT_EQ(gone[3].quantity, 3u);
  EXPECT_EQ(m.market.participant(2).open_orders, 2u);
  enter_all(21);
  r.kind = RequestKind::disable;
  EXPECT_EQ(kinds(m.apply(r)), "1C 1C 1d ");
  EXPECT_EQ(m.apply(enter_request(1, 31, Side::buy, 100, 900'000))[0].reason, Reason::disabled);
  r.kind = RequestKind::enable;
  m.apply(r);
  EXPECT_EQ(m.apply(enter_request(1, 32, Side::buy, 100, 900'000))[0].kind, ExecutionKind::accepted);
}

TEST(Market, GoodTillCancelledOrdersOpenTheNextDaysTape) {
  SmallMarket m;
  Request gtc = enter_request(1, 5, Side::buy, 100, 900'000);
  gtc.terms.tif = TimeInForce::gtc;
  m.apply(gtc);
  m.apply(enter_request(1, 6, Side::buy, 100, 900'000));
  const auto end = m.apply(venue_request(RequestKind::end_of_day));
  EXPECT_EQ(kinds(end), "1C 1S 2S 3S 4S ");
  EXPECT_EQ(end[0].reason, Reason::end_of_day);
  const auto yesterday = m.market.tape();
  EXPECT_TRUE(yesterday->ended());
  EXPECT_EQ(m.apply(enter_request(1, 7, Side::buy, 100, 900'000))[0].reason, Reason::closed);
  m.apply(venue_request(RequestKind::start_of_day));
  EXPECT_EQ(std::string(m.market.tape()->session().data(), 10), "TWINPATH02");
  EXPECT_EQ(m.types(1), "SRYHARYH");
  EXPECT_EQ(m.apply(enter_request(1, 5, Side::buy, 100, 900'000))[0].reason, Reason::duplicate_ref) << "still lives";
  EXPECT_EQ(kinds(m.apply(cancel_request(1, 5))), "1C ");
  EXPECT_EQ(yesterday->at(yesterday->next_sequence() - 1)[0], 'S') << "a reader may keep yesterday's tape";
}

TEST(Market, TimesNeverStandStillWhateverTheClockDoes) {
  SmallMarket m;
  std::uint64_t last = 0;
  for (std::uint32_t ref = 1; ref <= 50; ++ref) {
    Request r = enter_request(1, ref, Side::buy, 100, 900'000);
    r.time = ref % 3 == 0 ? kNine - 1'000'000 : kNine + ref;
    const auto e = m.apply(r);
    EXPECT_GT(e[0].time, last);
    last = e[0].time;
  }
}

TEST(Market, WrongOptionsNameTheEntry) {
  const auto error = [](const MarketOptions& o) -> std::string {
    try {
      Market market(o);
      return "";
    } catch (const std::invalid_argument& e) {
      return e.what();
    }
  };
  MarketOptions o = small_options();
  o.instruments[1].locate = 1;
  EXPECT_EQ(error(o), "instruments[1] (MSFT).locate: expected 1 to 65535, each once, found 1");
  o = small_options();
  o.instruments[0].reference = 1'000'001;
  EXPECT_NE(error(o).find("instruments[0] (AAPL).reference: expected a multiple of the tick"), std::string::npos);
  o = small_options();
  o.participants[2].burst = 0;
  EXPECT_NE(error(o).find("participants[2] (C).burst"), std::string::npos);
  o = small_options();
  o.session = "MORETHAN8";
  EXPECT_NE(error(o).find("session"), std::string::npos);
}

}  // namespace
}  // namespace twinpath::market
