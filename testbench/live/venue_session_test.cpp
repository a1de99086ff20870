// The session with an exchange over real sockets: connections are cut at random moments, frames are lost or late.
#include "testbench/live/venue_trader.h"

namespace twinpath::testing {
namespace {

TEST_F(VenueSessionTest, EveryOrderIsAnsweredOnceWhateverIsCut) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const auto way = seed % 2 == 0 ? ExchangeOptions::Orders::session : ExchangeOptions::Orders::frames;
    std::filesystem::remove_all(folder_);
    ExchangeOfOne exchange(seed);
    std::mt19937_64 random(seed);
    std::uint32_t before = 0;
    // The second process goes on where the first was, and its second path where its first was.
    for (int process = 0; process < 2; ++process) {
      SCOPED_TRACE(fmt::format("seed {}, process {}", seed, process));
      const std::int64_t position = exchange.position();
      Trader trader(exchange, folder_, seed + 10, way);
      for (int path = 0; path < 2; ++path) {
        if (path == 1) trader.begin_again();
        ASSERT_TRUE(trader.wait_ready()) << trader.session().status().state << " " << trader.session().status().loss;
        EXPECT_GT(trader.session().first_user_ref(), before);
        EXPECT_EQ(trader.position(), exchange.position());
        if (process == 1) {
          EXPECT_NE(position, 0);
        }
        for (int i = 0; i < 200; ++i) {
          trader.order();
          trader.poll();
          if (random() % 5 == 0) trader.cancel();
          if (random() % 5 == 0) exchange.fill_some();
          if (random() % 60 == 0) exchange.cut();
          if (random() % 3 == 0) std::this_thread::sleep_for(200us);
        }
        before = trader.session().first_user_ref() + 199;
      }
      // The first process ends with orders on their way.
      if (process == 0) continue;
      ASSERT_TRUE(trader.finish()) << trader.open() << " open, " << trader.session().status().unanswered
                                   << " unanswered, " << trader.session().status().state;
      EXPECT_EQ(trader.position(), exchange.position());
      EXPECT_EQ(trader.overfills, 0U);
      const ExchangeStatus s = trader.session().status();
      EXPECT_EQ(s.disagreements, 0U) << s.first_disagreement;
      EXPECT_EQ(s.difference, "");
      EXPECT_GT(s.reconciled, 1U);
      EXPECT_GT(s.lost, 0U);
      const auto orders = exchange.orders();
      for (const auto& [ref, o] : orders) EXPECT_EQ(o.open, 0U) << "order " << ref;
      if (way == ExchangeOptions::Orders::session) continue;
      // What the exchange has never seen it has passed over, for it has taken a later one.
      EXPECT_GT(s.voided, 0U);
      EXPECT_GE(orders.rbegin()->first, before);
    }
  }
}

// Deliberate fault: the exchange's own word of what we have is another.
TEST_F(VenueSessionTest, AnotherPositionAtTheExchangeIsNoticedAtTheNextLogin) {
  ExchangeOfOne exchange(5);
  {
    Trader trader(exchange, folder_, 5);
    ASSERT_TRUE(trader.wait_ready());
    while (exchange.position() == 0) {
      trader.order();
      trader.poll();
      exchange.fill_some();
      std::this_thread::sleep_for(1ms);
    }
    ASSERT_TRUE(trader.finish());
    ASSERT_FALSE(trader.session().kills());
    const std::uint64_t lost = trader.session().status().lost;
    exchange.cut();
    while (trader.session().status().lost == lost) std::this_thread::sleep_for(1ms);
    ASSERT_TRUE(trader.finish());  // an interruption alone is none
  }
  exchange.misreport();
  Trader trader(exchange, folder_, 5);
  try {
    trader.wait_ready();
    FAIL() << "it was not noticed: " << trader.session().status().state;
  } catch (const std::runtime_error& e) {
    EXPECT_NE(std::string(e.what()).find("AAPL: we have"), std::string::npos) << e.what();
  }
  EXPECT_EQ(trader.session().status().state, "differs");
  EXPECT_TRUE(trader.session().kills());
  EXPECT_FALSE(trader.session().trading());
}

// Deliberate fault: an exchange that obeys an order twice is noticed, and nothing is decided any more.
TEST_F(VenueSessionTest, AnExchangeThatFillsTwiceIsNoticed) {
  ExchangeOfOne exchange(3);
  exchange.repeats = true;
  Trader trader(exchange, folder_, 3);
  ASSERT_TRUE(trader.wait_ready());
  for (int i = 0; i < 200; ++i) {
    trader.order();
    trader.poll();
    trader.poll();
    exchange.fill_some();
    if (i % 20 == 19) exchange.cut();
    std::this_thread::sleep_for(1ms);
  }
  for (const auto until = std::chrono::steady_clock::now() + 60s;
       !trader.session().kills() && std::chrono::steady_clock::now() < until;) {
    trader.poll();
    std::this_thread::sleep_for(1ms);
  }
  EXPECT_FALSE(trader.finish(200ms));
  const ExchangeStatus s = trader.session().status();
  EXPECT_EQ(s.state, "disagrees");
  EXPECT_GT(s.disagreements, 0U);
  EXPECT_NE(s.first_disagreement.find("executed"), std::string::npos) << s.first_disagreement;
  EXPECT_FALSE(trader.session().trading());
  EXPECT_TRUE(trader.session().kills());
}

TEST_F(VenueSessionTest, AWrongPasswordIsAnErrorThatNamesTheAccount) {
  ExchangeOfOne exchange(1);
  ExchangeOptions o = Trader::options(exchange, folder_);
  o.password = "wrong";
  VenueSession session(o, Trader::config());
  try {
    for (int i = 0; i < 20'000; ++i) {
      ASSERT_FALSE(session.ready());
      std::this_thread::sleep_for(1ms);
    }
    FAIL() << "it was not refused";
  } catch (const std::runtime_error& e) {
    EXPECT_NE(std::string(e.what()).find("P001"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace twinpath::testing
