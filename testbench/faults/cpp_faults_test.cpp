// Every deliberate fault of the C++ twin is seen by lockstep with the Verilated path.
#include "sim/verilator/verilated_path.h"
#include "testbench/faults/trials.h"

namespace twinpath::fault {
namespace {

// Selects the fault for this path's calls only: the other path and the comparison share some of its code.
class FaultyPath final : public Path {
 public:
  template <class Make>
  FaultyPath(int number, const Make& make) : number_(number) {
    guarded([&] { path_ = make(); });
  }

  std::string_view name() const noexcept override { return path_->name(); }
  void submit(std::span<const TimedInput> inputs) override {
    guarded([&] { path_->submit(inputs); });
  }
  void advance(Cycles time) override {
    guarded([&] { path_->advance(time); });
  }
  void finish() override {
    guarded([&] { path_->finish(); });
  }
  CounterValues counters() override { return path_->counters(); }
  void load_inactive_bank(const Bank& bank) override {
    guarded([&] { path_->load_inactive_bank(bank); });
  }

 private:
  template <class Call>
  void guarded(const Call& call) {
    selected = number_;
    call();
    selected = 0;
  }

  int number_;
  std::unique_ptr<Path> path_;
};

ReplayResult run_against_rtl(const Trial& t, int number) {
  PathRegistry registry;
  add_verilated_path(registry);
  const MakePath software = [&](const CoreConfig& config, PathSink& sink) {
    return std::make_unique<FaultyPath>(number, [&] { return registry.make("sw:", config, sink); });
  };
  const MakePath rtl = [&](const CoreConfig& config, PathSink& sink) { return registry.make(t.address, config, sink); };
  return run(t, software, rtl);
}

class CppWithoutAFault : public testing::TestWithParam<unsigned> {};

TEST_P(CppWithoutAFault, AgreesWithRtl) {
  const ReplayResult result = run_against_rtl(trial(GetParam()), 0);
  ASSERT_FALSE(result.difference) << result.difference->describe("sw:", "verilator:");
  EXPECT_GT(result.compared, 100u);
}

INSTANTIATE_TEST_SUITE_P(, CppWithoutAFault, testing::Range(0u, kTrials));

const bool kRegistered = register_faults("EveryCppFault", run_against_rtl);

}  // namespace
}  // namespace twinpath::fault
