// Thousands of sessions through a switched path whose primary fails at a random input in a random way, under every
// policy, handing back or not. TP_SEEDS: how many.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

#include "testbench/path/switch_trials.h"

namespace twinpath::test {
namespace {

constexpr std::uint64_t kSessions = 12;

std::uint64_t trials() {
  const char* wanted = std::getenv("TP_SEEDS");
  return wanted == nullptr ? 3000 : std::strtoull(wanted, nullptr, 10);
}

TEST(SwitchProperties, EveryOrderLeavesOnceWhateverFailsAndWhenever) {
  std::vector<std::unique_ptr<TrialSession>> sessions;
  std::uint64_t orders = 0;
  for (std::uint64_t i = 1; i <= kSessions; ++i) {
    sessions.push_back(std::make_unique<TrialSession>(i));
    orders += sessions.back()->frames.size();
  }
  std::array<std::uint64_t, kFailures> failed{};
  std::array<std::uint64_t, 7> causes{};
  std::uint64_t take_overs = 0, hand_backs = 0, again = 0, late = 0, cancels = 0, longest = 0;
  for (std::uint64_t seed = 1; seed <= trials(); ++seed) {
    const TrialSession& s = *sessions[seed % kSessions];
    const SwitchTrial t = random_trial(seed, s.session->inputs().size());
    const TrialResult r = run_trial(s, t);
    ASSERT_TRUE(r.wrong.empty()) << "trial " << seed << ", failure " << static_cast<int>(t.fault.failure) << " at "
                                 << t.fault.at << ", policy " << static_cast<int>(t.options.policy) << ": "
                                 << r.wrong.front() << "\n"
                                 << to_string(r.status.cause) << ": " << r.status.detail;
    failed[static_cast<std::size_t>(t.fault.failure)] += r.failed;
    causes[static_cast<std::size_t>(r.status.cause)] += r.status.cause != SwitchCause::none;
    take_overs += r.status.take_overs;
    hand_backs += r.status.hand_backs;
    again += r.failed_again;
    late += r.late;
    cancels += r.status.cancels;
    if (t.options.policy == SwitchPolicy::automatic) longest = std::max(longest, r.longest);
  }
  fmt::print(
      "{} trials, {} orders a dozen of sessions; {} takeovers, {} handed back, {} failed again; {} orders left "
      "late, the latest under automatic after {} inputs; {} cancels\n",
      trials(), orders, take_overs, hand_backs, again, late, longest, cancels);
  for (std::size_t i = 1; i < causes.size(); ++i)
    fmt::print("  {}: {}\n", to_string(static_cast<SwitchCause>(i)), causes[i]);
  if (trials() < 1000) return;
  for (std::size_t i = 1; i < causes.size(); ++i) EXPECT_GT(causes[i], 50u) << to_string(static_cast<SwitchCause>(i));
  for (std::size_t f = 1; f < failed.size(); ++f) EXPECT_GT(failed[f], 10u) << "failure " << f;
  EXPECT_GT(take_overs, trials() / 2);
  EXPECT_GT(hand_backs, 50u);
  EXPECT_GT(again, 50u);
  EXPECT_GT(late, 100u);
  EXPECT_GT(cancels, 100u);
}

}  // namespace
}  // namespace twinpath::test
