// The FIX gateway, over loopback TCP: what clients are told, in both versions, through logouts and ends of the venue.
#include "host/venue/fix/fix_gateway.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "testbench/venue/fix_terminal.h"
#include "testbench/venue/fix_venue.h"

namespace twinpath::venue {
namespace {

namespace fix = session::fix;
using Client = FixTerminal;

class FixGatewayTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!session::has_fix()) GTEST_SKIP() << "a build without QuickFIX";
    folder_ = std::filesystem::path(::testing::TempDir()) /
              (std::string("fix_gateway_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    begin_venue();
    a_ = std::make_unique<Client>(folder_ / "a", "FIX.4.2", "ALPHA", port_);
    b_ = std::make_unique<Client>(folder_ / "b", "FIX.4.4", "BETA", port_);
    until([&] { return a_->engine().logged_on(0) && b_->engine().logged_on(0); });
  }
  // With the venue that is there now; the client may yet think itself logged on with the one before.
  void await_a() {
    until([&] { return venue_->gateway().connected(1) && a_->engine().logged_on(0); });
  }
  void TearDown() override {
    a_.reset();
    b_.reset();
    venue_.reset();
    std::filesystem::remove_all(folder_);
  }

  void begin_venue() {
    FixGatewayOptions o;
    o.folder = folder_ / "fix";
    o.address = "127.0.0.1";
    o.port = port_;
    o.participants = {alpha_, beta_};
    venue_ = std::make_unique<FixVenue>(folder_, o);
    port_ = venue_->gateway().port();
  }

  template <class Done>
  void until(Done&& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!done()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "not within 20 s";
      if (venue_ != nullptr) venue_->poll();
      if (a_ != nullptr) a_->engine().poll(1);
      if (b_ != nullptr) b_->engine().poll(1);
    }
  }
  // The next message that the client hears.
  FixMessage hear(Client& c) {
    until([&] { return !c.heard.empty(); });
    if (c.heard.empty()) return FixMessage();
    FixMessage m = c.heard.front();
    c.heard.erase(c.heard.begin());
    return m;
  }
  void hear_nothing(Client& c) {
    for (int i = 0; i < 50; ++i) {
      venue_->poll();
      c.engine().poll(1);
    }
    EXPECT_TRUE(c.heard.empty()) << c.heard.front().type;
  }

  static FixMessage order(const char* id, char side, const char* quantity, char type, const char* price = "") {
    FixMessage m("D");
    m.add(fix::kClOrdID, id).add(fix::kHandlInst, '1').add(fix::kSymbol, "AAAA").add(fix::kSide, side);
    m.add(fix::kTransactTime, "20260101-00:00:00").add(fix::kOrderQty, quantity).add(fix::kOrdType, type);
    if (*price != '\0') m.add(fix::kPrice, price);
    return m;
  }
  static FixMessage change(const char* type, const char* id, const char* original, char side) {
    FixMessage m(type);
    m.add(fix::kClOrdID, id).add(fix::kOrigClOrdID, original).add(fix::kSymbol, "AAAA").add(fix::kSide, side);
    return m.add(fix::kTransactTime, "20260101-00:00:00");
  }
  static FixMessage replacement(const char* id, const char* original, char side, const char* quantity,
                                const char* price) {
    FixMessage m = change("G", id, original, side);
    return m.add(fix::kHandlInst, '1').add(fix::kOrdType, '2').add(fix::kOrderQty, quantity).add(fix::kPrice, price);
  }
  void say(Client& c, const FixMessage& m) { ASSERT_TRUE(c.engine().send(0, m)); }

  // ExecType, OrdStatus, OrderQty, CumQty, LeavesQty, AvgPx.
  static std::string gist(const FixMessage& m) {
    return m.type + " " + m.get(fix::kExecType) + m.get(fix::kOrdStatus) + " " + m.get(fix::kOrderQty) + "=" +
           m.get(fix::kCumQty) + "+" + m.get(fix::kLeavesQty) + " @" + m.get(fix::kAvgPx);
  }

  FixParticipant alpha_{.participant = 1, .comp_id = "ALPHA", .version = FixVersion::v42, .password = {}};
  FixParticipant beta_{.participant = 2, .comp_id = "BETA", .version = FixVersion::v44, .password = {}};
  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  std::unique_ptr<FixVenue> venue_;
  std::unique_ptr<Client> a_, b_;
};

TEST_F(FixGatewayTest, an_order_is_accepted_filled_in_parts_and_both_versions_say_so_their_way) {
  say(*a_, order("A1", '1', "300", '2', "100.02"));
  FixMessage m = hear(*a_);
  EXPECT_EQ(gist(m), "8 00 300=0+300 @0");
  EXPECT_EQ(m.get(fix::kExecTransType), "0");
  EXPECT_EQ(m.get(fix::kPrice), "100.02");
  const std::string order_id = m.get(fix::kOrderID);
  say(*b_, order("B1", '2', "100", '2', "100"));
  m = hear(*b_);
  EXPECT_EQ(gist(m), "8 00 100=0+100 @0");
  EXPECT_EQ(m.find(fix::kExecTransType), nullptr);
  m = hear(*b_);
  EXPECT_EQ(gist(m), "8 F2 100=100+0 @100.02");
  EXPECT_EQ(m.get(fix::kLastPx), "100.02");
  EXPECT_EQ(m.get(fix::kLastShares), "100");
  EXPECT_EQ(gist(hear(*a_)), "8 11 300=100+200 @100.02");
  // A better price comes to the one who waits: no, the incoming order gets the resting one's.
  say(*b_, order("B2", '2', "250", '2', "99.5"));
  hear(*b_);
  EXPECT_EQ(gist(hear(*b_)), "8 F1 250=200+50 @100.02");
  m = hear(*a_);
  EXPECT_EQ(gist(m), "8 22 300=300+0 @100.02");
  EXPECT_EQ(m.get(fix::kOrderID), order_id);
}

TEST_F(FixGatewayTest, average_price_is_of_all_executions) {
  say(*b_, order("B1", '2', "100", '2', "100.01"));
  hear(*b_);
  say(*b_, order("B2", '2', "200", '2', "100.02"));
  hear(*b_);
  say(*a_, order("A1", '1', "300", '2', "101"));
  hear(*a_);
  EXPECT_EQ(gist(hear(*a_)), "8 11 300=100+200 @100.01");
  EXPECT_EQ(gist(hear(*a_)), "8 22 300=300+0 @100.016667");
}

TEST_F(FixGatewayTest, replaces_and_cancels_are_reported_or_refused_with_the_reason) {
  say(*a_, order("A1", '1', "300", '2', "99"));
  const std::string order_id = hear(*a_).get(fix::kOrderID);
  say(*a_, replacement("A2", "A1", '1', "200", "98"));
  FixMessage m = hear(*a_);
  EXPECT_EQ(gist(m), "8 55 200=0+200 @0");
  EXPECT_EQ(m.get(fix::kClOrdID), "A2");
  EXPECT_EQ(m.get(fix::kOrigClOrdID), "A1");
  EXPECT_EQ(m.get(fix::kOrderID), order_id);
  // A name that the order has no more, and one that never was.
  for (const char* const name : {"A1", "A9"}) {
    say(*a_, change("F", name[1] == '1' ? "C1" : "C2", name, '1'));
    m = hear(*a_);
    EXPECT_EQ(m.type, "9");
    EXPECT_EQ(m.get(fix::kCxlRejReason), "1");
    EXPECT_EQ(m.get(fix::kOrderID), "NONE");
    EXPECT_EQ(m.get(fix::kCxlRejResponseTo), "1");
  }
  say(*a_, replacement("A3", "A2", '2', "200", "98"));
  m = hear(*a_);
  EXPECT_EQ(m.type, "9");
  EXPECT_EQ(m.get(fix::kCxlRejResponseTo), "2");
  EXPECT_EQ(m.get(fix::kCxlRejReason), "2");
  EXPECT_EQ(m.get(fix::kOrdStatus), "5");
  say(*a_, change("F", "C3", "A2", '1'));
  m = hear(*a_);
  EXPECT_EQ(gist(m), "8 44 200=0+0 @0");
  EXPECT_EQ(m.get(fix::kClOrdID), "C3");
  EXPECT_EQ(m.get(fix::kOrigClOrdID), "A2");
  say(*a_, change("F", "C4", "A2", '1'));
  m = hear(*a_);
  EXPECT_EQ(m.type, "9");
  EXPECT_EQ(m.get(fix::kCxlRejReason), "0");
  EXPECT_EQ(m.get(fix::kOrdStatus), "4");
  EXPECT_EQ(venue_->market().participant(1).open_orders, 0u);

  say(*b_, order("B1", '2', "300", '2', "105"));
  hear(*b_);
  say(*b_, replacement("B2", "B1", '2', "100", "104"));
  EXPECT_EQ(gist(hear(*b_)), "8 50 100=0+100 @0");
}

TEST_F(FixGatewayTest, immediate_fill_or_kill_market_post_only_stop_and_iceberg_orders_are_taken) {
  say(*b_, order("B1", '2', "500", '2', "100").add(fix::kMaxFloor, "100"));
  EXPECT_EQ(hear(*b_).get(fix::kMaxFloor), "100");
  say(*a_, order("A1", '1', "600", '2', "100").add(fix::kTimeInForce, '4'));
  hear(*a_);
  EXPECT_EQ(gist(hear(*a_)), "8 44 600=0+0 @0");
  say(*a_, order("A2", '1', "100", '2', "100").add(fix::kExecInst, '6'));
  FixMessage m = hear(*a_);
  if (gist(m) == "8 00 100=0+100 @0") m = hear(*a_);
  EXPECT_NE(m.get(fix::kText).find("trade at once"), std::string::npos) << gist(m);
  // A stop that waits for a trade at 100, and one immediate order that causes it.
  say(*b_, order("B2", '2', "50", '3').add(fix::kStopPx, "100"));
  EXPECT_EQ(hear(*b_).get(fix::kStopPx), "100");
  say(*a_, order("A3", '1', "250", '2', "100").add(fix::kTimeInForce, '3'));
  hear(*a_);
  std::string last;
  for (m = hear(*a_); m.get(fix::kLeavesQty) != "0"; m = hear(*a_)) last = gist(m);
  EXPECT_EQ(gist(m), "8 22 250=250+0 @100");
  bool triggered = false;
  until([&] {
    for (const FixMessage& r : b_->heard) triggered |= r.get(fix::kText) == "stop was triggered";
    return triggered;
  });
  EXPECT_TRUE(triggered);
  b_->heard.clear();
  say(*a_, order("A4", '1', "700", '1').add(fix::kTimeInForce, '3'));
  hear(*a_);
  do m = hear(*a_);
  while (m.get(fix::kLeavesQty) != "0");
  EXPECT_EQ(gist(m), "8 44 700=250+0 @100");
}

TEST_F(FixGatewayTest, what_it_cannot_take_is_refused_by_reason) {
  const auto refused = [&](FixMessage m, const char* reason, const char* text) {
    say(*a_, m);
    const FixMessage r = hear(*a_);
    EXPECT_EQ(r.type + r.get(fix::kExecType) + r.get(fix::kOrdStatus), "888") << text;
    EXPECT_EQ(r.get(fix::kOrdRejReason), reason) << text;
    EXPECT_NE(r.get(fix::kText).find(text), std::string::npos) << r.get(fix::kText);
    EXPECT_EQ(r.get(fix::kClOrdID), m.get(fix::kClOrdID));
  };
  say(*a_, order("A1", '1', "300", '2', "99"));
  hear(*a_);
  refused(order("A1", '1', "300", '2', "99"), "6", "used before");
  refused(order("A23456789012345", '1', "300", '2', "99"), "0", "longer than 14");
  refused(order("A3", '1', "300", 'P', "99"), "0", "OrdType");
  refused(order("A4", '8', "300", '2', "99"), "0", "Side");
  refused(order("A5", '1', "300", '2', "99").add(fix::kTimeInForce, '6'), "0", "TimeInForce");
  refused(order("A6", '1', "300", '2', "99.001"), "0", "tick");
  refused(order("A8", '1', "300", '2', "99").add(fix::kSecurityType, "FUT"), "0", "SecurityType");
  FixMessage unknown = order("A7", '1', "300", '2', "99");
  for (auto& f : unknown.fields)
    if (f.first == fix::kSymbol) f.second = "ZZZZ";
  refused(unknown, "1", "unknown symbol");
  EXPECT_EQ(venue_->market().participant(1).open_orders, 1u);
}

TEST_F(FixGatewayTest, a_missing_field_is_a_business_reject_and_a_wrong_value_a_reject) {
  FixMessage no_price = order("A1", '1', "300", '2');
  say(*a_, no_price);
  const FixMessage m = hear(*a_);
  EXPECT_EQ(m.type, "j");
  EXPECT_EQ(m.get(380), "5");
  say(*a_, order("A2", '1', "300.5", '2', "99"));
  until([&] { return venue_->gateway().counters().received == 0 && a_->engine().last_kept(0).type == "D"; });
  hear_nothing(*a_);  // the reject is of the session
  EXPECT_EQ(venue_->market().participant(1).open_orders, 0u);
}

TEST_F(FixGatewayTest, status_is_answered_and_an_unknown_order_is_said_to_be_unknown) {
  say(*a_, order("A1", '1', "300", '2', "100"));
  hear(*a_);
  say(*b_, order("B1", '2', "100", '2', "100"));
  hear(*a_);
  const auto ask = [&](Client& c, const char* id) {
    FixMessage m("H");
    m.add(fix::kClOrdID, id).add(fix::kSymbol, "AAAA").add(fix::kSide, '1');
    say(c, m);
    return hear(c);
  };
  FixMessage m = ask(*a_, "A1");
  EXPECT_EQ(gist(m), "8 11 300=100+200 @100");
  EXPECT_EQ(m.get(fix::kExecTransType) + m.get(fix::kExecID), "30");
  m = ask(*a_, "A9");
  EXPECT_EQ(gist(m), "8 88 =0+0 @0");
  EXPECT_EQ(m.get(fix::kOrdRejReason), "5");
  b_->heard.clear();
  m = ask(*b_, "B1");
  EXPECT_EQ(gist(m), "8 I2 100=100+0 @100");
}

TEST_F(FixGatewayTest, a_mass_cancel_takes_all_orders_of_a_symbol_or_of_all) {
  for (const char* const id : {"B1", "B2"}) {
    say(*b_, order(id, '2', "100", '2', "105"));
    hear(*b_);
  }
  FixMessage q("q");
  q.add(fix::kClOrdID, "Q1").add(fix::kMassCancelRequestType, '7').add(fix::kTransactTime, "20260101-00:00:00");
  say(*b_, q);
  EXPECT_EQ(gist(hear(*b_)), "8 44 100=0+0 @0");
  EXPECT_EQ(gist(hear(*b_)), "8 44 100=0+0 @0");
  const FixMessage m = hear(*b_);
  EXPECT_EQ(m.type, "r");
  EXPECT_EQ(m.get(fix::kMassCancelResponse), "7");
  EXPECT_EQ(m.get(fix::kTotalAffectedOrders), "2");
}

TEST_F(FixGatewayTest, a_broken_trade_is_taken_back_by_the_number_of_its_execution) {
  say(*a_, order("A1", '1', "100", '2', "100"));
  hear(*a_);
  say(*b_, order("B1", '2', "100", '2', "100"));
  const FixMessage fill = hear(*a_);
  Request r;
  r.time = FixVenue::now();
  r.kind = market::RequestKind::bust;
  r.match_number = 2;
  venue_->submit(r);
  const FixMessage m = hear(*a_);
  EXPECT_EQ(gist(m), "8 44 100=0+0 @0");
  EXPECT_EQ(m.get(fix::kExecTransType), "1");
  EXPECT_EQ(m.get(fix::kExecRefID), fill.get(fix::kExecID));
  hear(*b_);
  hear(*b_);
  EXPECT_EQ(gist(hear(*b_)), "8 H4 100=0+0 @0");
}

TEST_F(FixGatewayTest, a_possible_duplicate_or_resend_enters_no_order_twice) {
  say(*a_, order("A1", '1', "300", '2', "99"));
  hear(*a_);
  FixMessage again = order("A1", '1', "300", '2', "99");
  again.poss_resend = true;
  say(*a_, again);
  hear_nothing(*a_);
  EXPECT_EQ(venue_->market().participant(1).open_orders, 1u);
  FixMessage first = order("A2", '1', "300", '2', "99");
  first.poss_resend = true;
  say(*a_, first);
  EXPECT_EQ(hear(*a_).get(fix::kClOrdID), "A2");
  EXPECT_EQ(venue_->market().participant(1).open_orders, 2u);
}

TEST_F(FixGatewayTest, reports_of_the_time_a_client_was_away_reach_it_when_it_is_back) {
  say(*a_, order("A1", '1', "300", '2', "100"));
  hear(*a_);
  a_.reset();
  say(*b_, order("B1", '2', "100", '2', "100"));
  EXPECT_EQ(gist(hear(*b_)), "8 00 100=0+100 @0");
  a_ = std::make_unique<Client>(folder_ / "a", "FIX.4.2", "ALPHA", port_);
  EXPECT_EQ(gist(hear(*a_)), "8 11 300=100+200 @100");
  hear_nothing(*a_);
}

TEST_F(FixGatewayTest, orders_names_and_untold_reports_outlive_the_venue) {
  say(*a_, order("A1", '1', "300", '2', "100"));
  const FixMessage accepted = hear(*a_);
  // The market has what the session was not told of: the process ends between the two.
  {
    venue_.reset();
    market::LoggedMarket market(fix_market_options(4), {.folder = folder_ / "market", .on_replayed = {}});
    Request r;
    r.time = FixVenue::now();
    r.participant = 3;
    r.user_ref_num = 1;
    r.terms.locate = 1;
    r.terms.side = Side::sell;
    r.quantity = 100;
    r.price = 100'0000;
    market.apply(r);
  }
  begin_venue();
  EXPECT_EQ(venue_->gateway().recovered(), 1u);
  const FixMessage fill = hear(*a_);
  EXPECT_EQ(gist(fill), "8 11 300=100+200 @100");
  EXPECT_EQ(fill.get(fix::kOrderID), accepted.get(fix::kOrderID));
  EXPECT_EQ(std::stoul(fill.get(fix::kExecID)), std::stoul(accepted.get(fix::kExecID)) + 1);
  hear_nothing(*a_);
  // Nothing is told twice by another recovery, and the names are known.
  venue_.reset();
  begin_venue();
  EXPECT_EQ(venue_->gateway().recovered(), 0u);
  await_a();
  hear_nothing(*a_);
  say(*a_, order("A1", '1', "300", '2', "99"));
  EXPECT_EQ(hear(*a_).get(fix::kOrdRejReason), "6");
  say(*a_, change("F", "C1", "A1", '1'));
  EXPECT_EQ(gist(hear(*a_)), "8 44 300=100+0 @100");
}

}  // namespace
}  // namespace twinpath::venue
