// Processes that keep what they send, over real sockets: killed with orders on their way, each goes on with those of
// the one before.
#include <functional>
#include <optional>

#include "testbench/live/venue_trader.h"

namespace twinpath::testing {
namespace {

// Five processes, of which four are killed with answers not taken. Returns what is wrong in the end; `forget` is a
// deliberate fault of what was kept.
std::string go_on(const std::filesystem::path& folder, std::uint64_t seed, ExchangeOptions::Orders way,
                  const std::function<void(Trader::State&)>& forget = {}) {
  std::filesystem::remove_all(folder);
  ExchangeOfOne exchange(seed);
  std::mt19937_64 random(seed);
  std::optional<Trader::State> state;
  constexpr int kProcesses = 5;
  for (int process = 0; process < kProcesses; ++process) {
    Trader trader(exchange, folder, seed * 10 + static_cast<std::uint64_t>(process), way, state ? &*state : nullptr);
    if (!trader.wait_ready()) return "not ready: " + trader.session().status().state;
    for (int i = 0; i < 60; ++i) {
      trader.order();
      if (random() % 2 == 0) trader.poll();
      if (random() % 5 == 0) trader.cancel();
      if (random() % 3 == 0) exchange.fill_some();
      if (random() % 60 == 0) exchange.cut();
      if (random() % 3 == 0) std::this_thread::sleep_for(200us);
    }
    if (process + 1 != kProcesses) {
      trader.die();
      state = trader.state();
      if (forget) forget(*state);
      continue;
    }
    if (!trader.finish(forget ? 2s : 60s))
      return fmt::format("{} open, {}", trader.open(), trader.session().status().state);
    if (trader.position() != exchange.position())
      return fmt::format("position {}, the exchange's {}", trader.position(), exchange.position());
    if (trader.overfills != 0) return "more was filled than was open";
    const ExchangeStatus s = trader.session().status();
    if (s.disagreements != 0 || !s.difference.empty()) return s.first_disagreement + s.difference;
    for (const auto& [ref, o] : exchange.orders())
      if (o.open != 0) return fmt::format("order {} is open", ref);
  }
  return "";
}

TEST_F(VenueSessionTest, ASuccessorGoesOnWithTheOrdersThatWereKept) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto way = seed % 2 == 0 ? ExchangeOptions::Orders::session : ExchangeOptions::Orders::frames;
    EXPECT_EQ(go_on(folder_, seed, way), "") << "seed " << seed;
  }
}

// Deliberate faults: answers are asked for twice, an order is forgotten, or a fill of it is.
TEST_F(VenueSessionTest, ASuccessorThatForgetsSomethingIsNoticed) {
  EXPECT_NE(go_on(folder_, 1, ExchangeOptions::Orders::frames, [](Trader::State& s) { s.kept.answered = 0; }), "");
  EXPECT_NE(go_on(folder_, 2, ExchangeOptions::Orders::session,
                  [](Trader::State& s) {
                    if (!s.kept.open.empty()) s.position += 1;
                  }),
            "");
}

TEST_F(VenueSessionTest, WhatWasKeptMustFitTheAccountsJournal) {
  ExchangeOfOne exchange(4);
  const auto refused = [&](const ExchangeSession::Kept& kept) -> std::string {
    VenueSession session(Trader::options(exchange, folder_), Trader::config(), VenueSession::Begin::resumed);
    try {
      session.resume(kept);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_NE(refused({{}, 1, 12}).find("expected the exchange's messages up to 12"), std::string::npos);
  {
    Trader trader(exchange, folder_, 4);
    ASSERT_TRUE(trader.wait_ready());
    for (int i = 0; i < 5; ++i) trader.order();
    ASSERT_TRUE(trader.finish());
  }
  EXPECT_NE(refused({{}, 3, 0}).find("another run has used the account"), std::string::npos);
}

}  // namespace
}  // namespace twinpath::testing
