// The decision core allocates nothing once it is made.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "host/path/decision_core.h"
#include "testbench/path/generated_session.h"

namespace {
std::size_t allocations = 0;
}

// Inlined into one another, the replacements look to the compiler like new paired with free.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace twinpath {
namespace {

struct CountingOut {
  std::uint64_t frames = 0, events = 0;
  void on_order_frame(std::span<const std::uint8_t>) noexcept { ++frames; }
  void on_event(const Event&) noexcept { ++events; }
};

TEST(DecisionCore, AllocatesNothingAfterConstruction) {
  testing::GeneratedSession session(20'000);
  Counters counters;
  CountingOut out;
  NoStamps stamps;
  DecisionCore<CountingOut> core(session.config, counters, out, stamps);
  Feed<DecisionCore<CountingOut>> feed(session.config.feed, counters, core);
  InputClock clock;
  SourceFrame frame;
  const std::size_t before = allocations;
  while (session.next(frame)) {
    const Cycles at = clock.frame(frame.timestamp);
    clock.passed(at, frame.bytes.size());
    feed.frame(at, frame.bytes, false);
    if (out.frames % 100 == 99)
      core.command(at, {CommandOp::fill, 0, 0, static_cast<std::uint32_t>(out.frames), 100, 10'000});
  }
  EXPECT_EQ(allocations, before);
  EXPECT_GT(out.frames, 50u);
  EXPECT_GT(out.events, 1'000u);
}

}  // namespace
}  // namespace twinpath
