// Every deliberate fault of the RTL is seen by lockstep with the software path.
#include "sim/verilator/verilated_path.h"
#include "testbench/faults/trials.h"

namespace twinpath::fault {
namespace {

ReplayResult run_against_software(const Trial& t, int number) {
  PathRegistry registry;
  add_verilated_path(registry);
  const MakePath software = [&](const CoreConfig& config, PathSink& sink) {
    return registry.make("sw:", config, sink);
  };
  const MakePath rtl = [&](const CoreConfig& config, PathSink& sink) {
    selected = number;
    auto path = registry.make(t.address, config, sink);
    selected = 0;
    return path;
  };
  return run(t, software, rtl);
}

const Fault& named(std::string_view name) {
  return *std::find_if(std::begin(kFaults), std::end(kFaults), [&](const Fault& f) { return f.name == name; });
}

// What lockstep says about a fault in the first session that shows it.
std::string description(std::string_view name) {
  for (unsigned n = 0; n < kTrials; ++n) {
    const ReplayResult result = run_against_software(trial(n), named(name).number);
    if (result.difference) return result.difference->describe("sw:", "verilator:");
  }
  return "no difference";
}

class RtlWithoutAFault : public testing::TestWithParam<unsigned> {};

TEST_P(RtlWithoutAFault, AgreesWithSoftware) {
  const ReplayResult result = run_against_software(trial(GetParam()), 0);
  ASSERT_FALSE(result.difference) << result.difference->describe("sw:", "verilator:");
  EXPECT_GT(result.compared, 100u);
}

INSTANTIATE_TEST_SUITE_P(, RtlWithoutAFault, testing::Range(0u, kTrials));

const bool kRegistered = register_faults("EveryRtlFault", run_against_software);

TEST(LockstepDifferenceOfAnRtlFault, NamesTheFieldThatDiffers) {
  EXPECT_THAT(description("collar-off-by-one"), testing::HasSubstr("check_mask"));
  EXPECT_THAT(description("message-index-off"), testing::HasSubstr("msg_index"));
}

TEST(LockstepDifferenceOfAnRtlFault, SaysThatOnlyTheOrderFrameDiffers) {
  EXPECT_THAT(description("order-frame-side"),
              testing::HasSubstr("the events agree, the bytes of the order frame do not"));
}

}  // namespace
}  // namespace twinpath::fault
