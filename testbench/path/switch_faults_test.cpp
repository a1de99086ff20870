// Every deliberate fault of the switched path (switch.toml) is seen by the ledger.
#include <gtest/gtest.h>

#include <algorithm>

#include "testbench/path/switch_trials.h"
#include "twinpath_fault.h"

namespace twinpath::test {
namespace {

constexpr std::uint64_t kTrials = 400;

const TrialSession& session(std::uint64_t seed) {
  static std::map<std::uint64_t, std::unique_ptr<TrialSession>> kept;
  auto& s = kept[seed % 6 + 1];
  if (!s) s = std::make_unique<TrialSession>(seed % 6 + 1);
  return *s;
}

TrialResult try_once(std::uint64_t seed, int fault) {
  const TrialSession& s = session(seed);
  const SwitchTrial t = random_trial(seed, s.session->inputs().size());
  fault::selected = fault;
  try {
    TrialResult r = run_trial(s, t);
    fault::selected = 0;
    return r;
  } catch (...) {
    fault::selected = 0;
    throw;
  }
}

class SwitchFault : public testing::TestWithParam<fault::Fault> {};

TEST_P(SwitchFault, IsSeenByTheLedger) {
  for (std::uint64_t seed = 1; seed <= kTrials; ++seed) {
    const TrialResult r = try_once(seed, GetParam().number);
    if (r.wrong.empty()) continue;
    fmt::print("{}: seen in trial {}: {}\n", GetParam().name, seed, r.wrong.front());
    return;
  }
  FAIL() << GetParam().name << " went unseen in " << kTrials << " trials";
}

INSTANTIATE_TEST_SUITE_P(, SwitchFault, testing::ValuesIn(fault::kFaults), [](const auto& info) {
  std::string name = info.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(SwitchWithoutAFault, HasNothingWrong) {
  for (std::uint64_t seed = 1; seed <= kTrials; ++seed) {
    const TrialResult r = try_once(seed, 0);
    ASSERT_TRUE(r.wrong.empty()) << "trial " << seed << ": " << r.wrong.front();
  }
}

}  // namespace
}  // namespace twinpath::test
