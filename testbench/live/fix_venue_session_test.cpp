// The session with an exchange in FIX, against the venue's market and gateway over real sockets: connections are cut
// and the venue is ended at random moments.
#include "testbench/live/fix_venue_trader.h"

namespace twinpath::testing {
namespace {

TEST_P(FixVenueSessionTest, EveryOrderIsAnsweredOnceWhateverIsCut) {
  std::mt19937_64 random(5);
  std::uint32_t before = 0;
  // The second process goes on where the first was, and its second path where its first was.
  for (int process = 0; process < 2; ++process) {
    SCOPED_TRACE(fmt::format("process {}", process));
    auto t = trader();
    for (int path = 0; path < 2; ++path) {
      if (path == 1) t->begin_again();
      ASSERT_TRUE(t->wait_ready()) << t->session().status().state << " " << t->session().status().loss;
      EXPECT_GT(t->session().first_user_ref(), before);
      EXPECT_EQ(t->books().position(), venue_->position().shares);
      EXPECT_EQ(venue_->open_orders(), 0U);
      for (int i = 0; i < 150; ++i) {
        const Side side = random() % 2 == 0 ? Side::buy : Side::sell;
        before = t->order(side, 1 + static_cast<std::uint32_t>(random() % 200), side == Side::buy ? 99'5000 : 100'5000);
        t->poll();
        if (random() % 4 == 0 && !t->books().open().empty()) t->cancel(t->books().open().begin()->first);
        if (random() % 4 == 0) venue_->take_some(random);
        if (random() % 50 == 0) venue_->cut();
        if (i == 75) venue_->restart();
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 1'500));
      }
    }
    // The first process ends with orders on their way.
    if (process == 0) continue;
    ASSERT_TRUE(t->finish()) << t->books().open().size() << " open, " << t->session().status().unanswered
                             << " unanswered, " << t->session().status().state << ": "
                             << t->session().status().first_disagreement;
    EXPECT_NE(venue_->position().shares, 0);
    EXPECT_EQ(t->books().position(), venue_->position().shares);
    EXPECT_EQ(t->books().overfills, 0U);
    EXPECT_EQ(venue_->open_orders(), 0U);
    const ExchangeStatus s = t->session().status();
    EXPECT_EQ(s.cash, venue_->position().cash);
    EXPECT_EQ(s.disagreements, 0U) << s.first_disagreement;
    EXPECT_GT(s.reconciled, 1U);
    EXPECT_GT(s.lost, 0U);
  }
}

// Deliberate fault: what the account's journal has of an order is not what the exchange executed. The FIX session's own
// files know nothing of it.
TEST_P(FixVenueSessionTest, AJournalThatLacksAnExecutionIsNoticedAtTheNextLogon) {
  std::mt19937_64 random(1);
  {
    auto t = trader();
    ASSERT_TRUE(t->wait_ready());
    t->order(Side::buy, 100, 100'5000);
    ASSERT_TRUE(t->until([&] { return venue_->open_orders() == 1 && t->session().status().unanswered == 0; }));
    std::filesystem::copy(folder_ / "trader" / "journal", folder_ / "older", std::filesystem::copy_options::recursive);
    while (venue_->position().shares == 0) venue_->take_some(random);
    ASSERT_TRUE(t->until([&] { return t->books().position() == venue_->position().shares; }));
  }
  std::filesystem::remove_all(folder_ / "trader" / "journal");
  std::filesystem::rename(folder_ / "older", folder_ / "trader" / "journal");
  auto t = trader();
  try {
    t->wait_ready();
    FAIL() << "it was not noticed: " << t->session().status().state;
  } catch (const std::runtime_error& e) {
    // The copy may have been made before or behind the acceptance.
    EXPECT_NE(std::string(e.what()).find("expected the positions that"), std::string::npos) << e.what();
  }
  EXPECT_TRUE(t->session().kills());
  EXPECT_FALSE(t->session().trading());
}

TEST_P(FixVenueSessionTest, AWrongPasswordKeepsItOfflineAndTheStatusSaysWhy) {
  ExchangeOptions o = Trader::options(*venue_, folder_ / "trader", GetParam());
  o.password = "wrong";
  FixVenueSession session(o, Trader::config());
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (session.status().attempts < 3 && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(1ms);
  EXPECT_FALSE(session.ready());
  EXPECT_EQ(session.status().state, "offline");
  EXPECT_EQ(session.status().loss, "the connection ended before the logon was answered");
}

INSTANTIATE_TEST_SUITE_P(Versions, FixVenueSessionTest,
                         ::testing::Values(ExchangeOptions::Protocol::fix42, ExchangeOptions::Protocol::fix44),
                         [](const auto& info) {
                           return info.param == ExchangeOptions::Protocol::fix44 ? "Fix44" : "Fix42";
                         });

}  // namespace
}  // namespace twinpath::testing
