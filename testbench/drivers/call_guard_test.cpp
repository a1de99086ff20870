// drivers/xrt/call_guard.*: a call that never returns does not hold its caller.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "drivers/xrt/call_guard.h"

namespace twinpath {
namespace {

using std::chrono::milliseconds;

CallGuard::Options options(milliseconds patience) {
  CallGuard::Options o;
  o.patience = patience;
  o.device = "xrt:7";
  return o;
}

// Hangs until the test has ended, and owns what it looks at.
std::function<void()> hang(const std::shared_ptr<std::atomic<bool>>& end) {
  return [end] {
    while (!*end) std::this_thread::sleep_for(milliseconds(1));
  };
}

TEST(CallGuard, CallsInOrderAndPassesErrorsOn) {
  CallGuard guard(options(milliseconds(60'000)));
  int last = 0;
  for (int i = 1; i <= 1000; ++i)
    guard.run("counting", [&last, i] {
      EXPECT_EQ(last, i - 1);
      last = i;
    });
  EXPECT_EQ(last, 1000);
  EXPECT_THROW(guard.run("failing", [] { throw std::out_of_range("no"); }), std::out_of_range);
  EXPECT_FALSE(guard.dead());
  guard.run("counting", [&last] { ++last; });
  EXPECT_EQ(last, 1001);
}

TEST(CallGuard, LeavesACallThatDoesNotReturn) {
  const auto end = std::make_shared<std::atomic<bool>>(false);
  CallGuard guard(options(milliseconds(50)));
  try {
    guard.run("a read of register 0x0010", hang(end));
    FAIL() << "it returned";
  } catch (const DeviceError& e) {
    const std::string what = e.what();
    EXPECT_NE(what.find("xrt:7: expected an answer to a read of register 0x0010 within 50 ms, found none"),
              std::string::npos)
        << what;
  }
  EXPECT_TRUE(guard.dead());
  bool called = false;
  EXPECT_THROW(guard.run("another", [&] { called = true; }), DeviceError);
  EXPECT_FALSE(called);
  *end = true;
}

TEST(CallGuard, LeavesACallWhenTheCardHasGone) {
  const auto end = std::make_shared<std::atomic<bool>>(false);
  CallGuard::Options o = options(milliseconds(60'000));
  o.gone = [] { return std::string("the card was taken out"); };
  CallGuard guard(o);
  const auto start = std::chrono::steady_clock::now();
  try {
    guard.run("a copy", hang(end));
    FAIL() << "it returned";
  } catch (const DeviceError& e) {
    EXPECT_STREQ(e.what(), "the card was taken out");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  *end = true;
}

TEST(CallGuard, WakesACallThatSleeps) {
  CallGuard guard(options(milliseconds(60'000)));
  guard.wake_when([] { return true; });
  unsigned left = 0;
  guard.run("sleeping", [&left] { left = sleep(30); });
  EXPECT_GT(left, 0u);
}

TEST(CallGuard, CallsDirectlyWhereTheDriverAnswersEveryCall) {
  CallGuard::Options o = options(milliseconds(1));
  o.apart = false;
  CallGuard guard(o);
  std::thread::id where;
  guard.run("a read", [&] { where = std::this_thread::get_id(); });
  EXPECT_EQ(where, std::this_thread::get_id());
}

}  // namespace
}  // namespace twinpath
