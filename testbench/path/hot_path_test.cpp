// Once it is warm, the software path, in either arrangement, allocates nothing, takes no lock, throws nothing and makes
// no system call, on any of its threads; and a path that does one of these is caught.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "bench/generated_session.h"
#include "host/path/pipelined_path.h"
#include "host/path/software_path.h"
#include "testbench/path/call_guard.h"

namespace twinpath::testing {
namespace {

enum class Fault { none, allocates, frees_late, locks, throws, calls_the_kernel };

// Counts; and does, at the tenth order after arm(), what a hot path must not.
class Sink final : public PathSink {
 public:
  explicit Sink(Fault fault) : fault_(fault) {}

  void on_order_frame(std::span<const std::uint8_t>) override {
    if (++orders != fault_at_) return;
    switch (fault_) {
      case Fault::none:
        return;
      case Fault::allocates:
        kept_.reset(new int(1));
        return;
      case Fault::frees_late:
        early_.reset();
        return;
      case Fault::locks: {
        const std::lock_guard lock(mutex_);
        return;
      }
      case Fault::throws:
        try {
          throw std::runtime_error("on the hot path");
        } catch (const std::exception&) {
        }
        return;
      case Fault::calls_the_kernel:
        syscall(SYS_getppid);
        return;
    }
  }
  void on_event(const Event&) override { ++events; }

  void arm() { fault_at_ = orders + 10; }
  bool fault_was_met() const { return orders >= fault_at_; }
  std::uint64_t orders = 0, events = 0;

 private:
  Fault fault_;
  std::uint64_t fault_at_ = UINT64_MAX;
  std::mutex mutex_;
  std::unique_ptr<int> kept_, early_ = std::make_unique<int>(1);
};

// Frames of a session, with a command of every kind behind every hundredth one.
class Inputs {
 public:
  Inputs() {
    InputClock clock;
    SourceFrame frame;
    while (session_.next(frame)) {
      TimedInput input;
      input.time = clock.frame(frame.timestamp);
      input.frame = frame.bytes;
      clock.passed(input.time, frame.bytes.size());
      all_.push_back(input);
      if (all_.size() % 100 != 0) continue;
      const auto order = static_cast<std::uint32_t>(all_.size() / 200);
      for (const auto op : {CommandOp::ack, CommandOp::fill, CommandOp::done, CommandOp::swap, CommandOp::position}) {
        TimedInput command;
        command.time = clock.command(input.time);
        command.is_frame = false;
        command.command = {op, 0, 1, order, 50, 10'000};
        all_.push_back(command);
      }
    }
  }

  const CoreConfig& config() const { return session_.config; }
  std::span<const TimedInput> first_part() const { return std::span(all_).first(all_.size() / 4); }
  std::span<const TimedInput> rest() const { return std::span(all_).subspan(all_.size() / 4); }

 private:
  bench::GeneratedSession session_{20'000};
  std::vector<TimedInput> all_;
};

GuardReport run(Fault fault, bool measure, Arrangement arrangement = Arrangement::fused,
                const StrategyConfig& strategy = {}) {
  const Inputs inputs;
  CoreConfig config = inputs.config();
  config.strategy = strategy;
  config.any_session = config.symbols_start_trading = true;
  Sink sink(fault);
  std::unique_ptr<Path> path;
  const auto play = [&](std::span<const TimedInput> all) {
    for (std::size_t i = 0; i < all.size(); i += 8)
      path->submit(all.subspan(i, std::min<std::size_t>(8, all.size() - i)));
    path->finish();
  };
  return guard_calls(
      [&] {
        // In the process that is watched: threads stay behind in a fork.
        if (arrangement == Arrangement::fused) {
          path = make_software_path(config, sink, measure);
        } else {
          SoftwareOptions options;
          options.idle = IdlePolicy::spin;
          options.run_ahead = true;
          options.ring_slots = 16'384;  // where cores are shared, a thread gets far in its turn
          options.measure = measure;
          path = make_pipelined_path(config, sink, options);
        }
        play(inputs.first_part());
        sink.arm();
      },
      [&] {
        play(inputs.rest());
        // A run without orders shows nothing.
        if (!sink.fault_was_met() || sink.events < 1'000) _exit(1);
      });
}

#define SKIP_WHERE_NOT_WATCHED(report) \
  if (!(report).error.empty()) GTEST_SKIP() << "system calls cannot be watched here: " << (report).error

TEST(HotPath, NeitherAllocatesNorLocksNorThrowsNorCallsTheKernel) {
  for (const bool measure : {false, true}) {
    const GuardReport r = run(Fault::none, measure);
    SKIP_WHERE_NOT_WATCHED(r);
    EXPECT_TRUE(r.finished) << "with stage stamps: " << measure;
    EXPECT_EQ(r.allocations, 0u);
    EXPECT_EQ(r.locks, 0u);
    EXPECT_EQ(r.exceptions, 0u);
    EXPECT_EQ(r.system_call, -1);
    EXPECT_TRUE(r.clean());
  }
}

TEST(HotPath, OfFourThreadsNeitherAllocatesNorLocksNorThrowsNorCallsTheKernel) {
  for (const bool measure : {false, true}) {
    const GuardReport r = run(Fault::none, measure, Arrangement::pipelined);
    SKIP_WHERE_NOT_WATCHED(r);
    EXPECT_TRUE(r.clean()) << "with stage stamps: " << measure << ", allocations " << r.allocations << ", locks "
                           << r.locks << ", exceptions " << r.exceptions << ", system call " << r.system_call;
  }
}

TEST(HotPath, OfAnyStrategyNeitherAllocatesNorLocksNorThrowsNorCallsTheKernel) {
  StrategyConfig maker{"market_maker", {}};
  for (std::int64_t s = 0; s < 16; ++s) maker.records.push_back({s, 100, 200, 50, 100, 5'000, 100, 1, 100});
  StrategyConfig pairs{"arbitrage", {}};
  for (std::int64_t s = 0; s < 16; s += 2)
    pairs.records.push_back({s, s + 1, 1'000'000, 0, 0, 100, 5'000, 0, 0, 1'000});
  for (const StrategyConfig& strategy : {maker, pairs}) {
    const GuardReport r = run(Fault::none, false, Arrangement::fused, strategy);
    SKIP_WHERE_NOT_WATCHED(r);
    EXPECT_TRUE(r.clean()) << strategy.name << ": finished " << r.finished << ", allocations " << r.allocations
                           << ", locks " << r.locks << ", exceptions " << r.exceptions << ", system call "
                           << r.system_call;
  }
}

// The sink is called by the gateway's thread, so threads that were there before are watched too.
TEST(HotPath, OfFourThreadsThatAllocatesOrCallsTheKernelIsCaught) {
  const GuardReport allocates = run(Fault::allocates, false, Arrangement::pipelined);
  SKIP_WHERE_NOT_WATCHED(allocates);
  EXPECT_EQ(allocates.allocations, 1u);
  const GuardReport calls = run(Fault::calls_the_kernel, false, Arrangement::pipelined);
  EXPECT_EQ(calls.system_call, SYS_getppid);
  EXPECT_FALSE(calls.finished);
}

TEST(HotPath, ThatAllocatesOrFreesIsCaught) {
  for (const Fault fault : {Fault::allocates, Fault::frees_late}) {
    const GuardReport r = run(fault, false);
    SKIP_WHERE_NOT_WATCHED(r);
    EXPECT_EQ(r.allocations, 1u);
    EXPECT_FALSE(r.clean());
  }
}

TEST(HotPath, ThatLocksIsCaught) {
  const GuardReport r = run(Fault::locks, false);
  SKIP_WHERE_NOT_WATCHED(r);
  EXPECT_EQ(r.locks, 1u);
  EXPECT_FALSE(r.clean());
}

TEST(HotPath, ThatThrowsIsCaught) {
  const GuardReport r = run(Fault::throws, false);
  SKIP_WHERE_NOT_WATCHED(r);
  // The first exception of a thread makes the unwinder load what it needs, which may be a system call at once.
  EXPECT_TRUE(r.exceptions > 0 || r.allocations > 0 || r.system_call != -1);
  EXPECT_FALSE(r.clean());
}

TEST(HotPath, ThatCallsTheKernelIsCaught) {
  const GuardReport r = run(Fault::calls_the_kernel, false);
  SKIP_WHERE_NOT_WATCHED(r);
  EXPECT_EQ(r.system_call, SYS_getppid);
  EXPECT_FALSE(r.finished);
}

}  // namespace
}  // namespace twinpath::testing
