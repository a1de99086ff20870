// Processes that keep what they send, in FIX: killed with orders and answers on their way, each goes on with those of
// the one before.
#include <optional>

#include "testbench/live/fix_venue_trader.h"

namespace twinpath::testing {
namespace {

using FixVenueResumeTest = FixVenueSessionTest;

TEST_P(FixVenueResumeTest, EverySuccessorGoesOnWithTheOrdersThatWereKept) {
  std::mt19937_64 random(7);
  constexpr int kProcesses = 5;
  std::optional<Trader::State> before;
  for (int process = 0; process < kProcesses; ++process) {
    SCOPED_TRACE(fmt::format("process {}", process));
    auto t = before ? successor(*before, before->kept()) : trader();
    ASSERT_TRUE(t->wait_ready()) << t->session().status().state << " " << t->session().status().loss;
    ASSERT_TRUE(t->until([&] { return t->session().trading(); }));
    EXPECT_EQ(venue_->open_orders() != 0, before.has_value()) << "there is nothing to go on with";
    for (int i = 0; i < 60; ++i) {
      const Side side = random() % 2 == 0 ? Side::buy : Side::sell;
      t->order(side, 1 + static_cast<std::uint32_t>(random() % 200), side == Side::buy ? 99'5000 : 100'5000);
      if (random() % 2 == 0) t->poll();
      if (random() % 5 == 0 && !t->books().open().empty()) t->cancel(t->books().open().begin()->first);
      if (random() % 3 == 0) venue_->take_some(random);
      if (random() % 40 == 0) venue_->cut();
      if (i == 30 && process % 2 == 1) venue_->restart();
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 1'000));
    }
    if (process + 1 != kProcesses) {
      // One that nobody takes rests in any case, and what is filled here is not heard of.
      std::uint32_t resting = 0;
      ASSERT_TRUE(t->until([&] {
        const auto o = t->books().open().find(resting);
        if (o == t->books().open().end() && t->session().trading()) resting = t->order(Side::buy, 10, 95'0000);
        return o != t->books().open().end() && o->second.acknowledged;
      }));
      venue_->take_some(random);
      t->die();
      t->order(Side::buy, 10, 99'5000);
      if (const std::uint32_t first = t->books().open().begin()->first; first != resting) t->cancel(first);
      before = t->state();
      continue;
    }
    ASSERT_TRUE(t->finish()) << t->books().open().size() << " open, " << t->session().status().unanswered
                             << " unanswered, " << t->session().status().state << ": "
                             << t->session().status().first_disagreement;
    EXPECT_EQ(t->books().position(), venue_->position().shares);
    EXPECT_EQ(t->books().overfills, 0U);
    EXPECT_EQ(venue_->open_orders(), 0U);
    const ExchangeStatus s = t->session().status();
    EXPECT_EQ(s.cash, venue_->position().cash);
    EXPECT_EQ(s.disagreements, 0U) << s.first_disagreement;
  }
}

TEST_P(FixVenueResumeTest, AnswersThatWereNotTakenComeOnceAndWhatNeverLeftIsOver) {
  Trader::State before;
  std::uint32_t filled = 0, asked = 0, lost = 0;
  {
    auto t = trader();
    ASSERT_TRUE(t->wait_ready());
    ASSERT_TRUE(t->until([&] { return t->session().trading(); }));
    filled = t->order(Side::buy, 100, 100'5000);
    asked = t->order(Side::sell, 50, 101'5000);
    ASSERT_TRUE(t->until([&] { return venue_->open_orders() == 2 && t->session().status().unanswered == 0; }));
    venue_->take(Side::sell, 40);
    ASSERT_TRUE(t->until([&] { return t->books().position() == 40; }));
    const std::uint64_t heard = t->session().status().next_sequence;
    venue_->take(Side::sell, 30);
    // In the account's journal, and nobody takes it.
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (t->session().status().next_sequence == heard && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(200us);
    ASSERT_GT(t->session().status().next_sequence, heard);
    t->die();
    t->cancel(asked);
    lost = t->order(Side::buy, 10, 99'5000);
    before = t->state();
  }
  const std::filesystem::path kept = folder_ / "kept";
  std::filesystem::copy(folder_ / "trader", kept, std::filesystem::copy_options::recursive);
  {
    auto t = successor(before, before.kept());
    ASSERT_TRUE(t->until([&] { return t->session().trading() && t->books().open().size() == 1; }))
        << t->session().status().state << ", " << t->books().open().size() << " open";
    EXPECT_EQ(t->books().position(), 70);
    EXPECT_EQ(t->books().open().begin()->first, filled);
    EXPECT_EQ(t->books().open().begin()->second.leaves, 30U);
    EXPECT_EQ(venue_->open_orders(), 1U);
    EXPECT_GT(t->order(Side::buy, 10, 99'5000), lost);
    ASSERT_TRUE(t->finish());
    EXPECT_EQ(t->session().status().disagreements, 0U) << t->session().status().first_disagreement;
    EXPECT_EQ(venue_->position().shares, 70);
  }
  // Deliberate fault: a run that forgets what it has heard hears it again.
  std::filesystem::remove_all(folder_ / "trader");
  std::filesystem::rename(kept, folder_ / "trader");
  ExchangeSession::Kept forgot = before.kept();
  forgot.answered = 0;
  auto t = successor(before, forgot);
  EXPECT_TRUE(t->until([&] { return t->books().position() == 40 + 40 + 30; })) << t->books().position();
}

TEST_P(FixVenueResumeTest, WhatWasKeptMustFitTheAccountsJournal) {
  Trader::State before;
  {
    auto t = trader();
    ASSERT_TRUE(t->wait_ready());
    ASSERT_TRUE(t->until([&] { return t->session().trading(); }));
    for (int i = 0; i < 3; ++i) t->order(Side::buy, 100, 99'5000);
    ASSERT_TRUE(t->until([&] { return venue_->open_orders() == 3 && t->session().status().unanswered == 0; }));
    before = t->state();
  }
  const auto refused = [&](const ExchangeSession::Kept& kept,
                           const CoreConfig& config = Trader::config()) -> std::string {
    FixVenueSession session(Trader::options(*venue_, folder_ / "trader", GetParam()), config,
                            AccountSession::Begin::resumed);
    try {
      session.resume(kept);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_EQ(refused(before.kept()), "");
  ExchangeSession::Kept kept = before.kept();
  kept.answered += 1'000;
  EXPECT_NE(refused(kept).find(fmt::format("expected the exchange's messages up to {}", kept.answered)),
            std::string::npos);
  kept = before.kept();
  kept.next_user_ref -= 1;
  kept.open.pop_back();
  EXPECT_NE(refused(kept).find("another run has used the account"), std::string::npos);
  kept = before.kept();
  kept.open.pop_back();
  EXPECT_NE(refused(kept).find("expected no open order but those of the journal of orders, found"), std::string::npos);
  CoreConfig config = Trader::config();
  std::ranges::copy(std::string_view("OTHER "), config.order.cl_ord_id_prefix.begin());
  EXPECT_NE(refused(before.kept(), config).find("give order.cl_ord_id_prefix as it was"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Versions, FixVenueResumeTest,
                         ::testing::Values(ExchangeOptions::Protocol::fix42, ExchangeOptions::Protocol::fix44),
                         [](const auto& info) {
                           return info.param == ExchangeOptions::Protocol::fix44 ? "Fix44" : "Fix42";
                         });

}  // namespace
}  // namespace twinpath::testing
