// A process that writes a journal is killed at any point: nothing that it appended is lost, nothing is written twice.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "testbench/journal/journal_fixture.h"

namespace twinpath {
namespace {

using namespace testing;

TEST(JournalProcess, KilledAnywhereLosesNothingAndRepeatsNothing) {
  const SegmentFolder folder;
  JournalOptions o = journal_in(folder);
  o.segment_bytes = 400'000;
  using Count = std::atomic<std::uint64_t>;
  const ipc::Segment shared = ipc::Segment::own(folder / "count", {"count", 0, sizeof(Count)});
  auto& appended = shared.at<Count>(0);
  std::mt19937_64 random(21);
  std::uint64_t mended = 0;
  for (int i = 0; i < 40; ++i) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::alarm(250);
      Journal j(o);
      for (;;) {
        // Appended first, then counted: at most one more than the count is there.
        const std::uint64_t n = j.append(JournalKind::event, numbered_event(j.records() + 1));
        appended.store(n, std::memory_order_release);
      }
    }
    // Every other one is left to append something, however long it waits for a processor.
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    for (const std::uint64_t before = appended.load();
         i % 2 == 0 && appended.load() < before + 100 && std::chrono::steady_clock::now() < until;)
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    std::this_thread::sleep_for(std::chrono::microseconds(1'000 + random() % 15'000));
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    // What a reader finds before anybody has mended it is a beginning of the whole.
    if (!journal_segments(o.folder).empty()) {
      const auto kept = events_in(o.folder);
      for (std::size_t k = 0; k < kept.size(); ++k) ASSERT_EQ(kept[k], k + 1);
    }
    const Journal j(o);
    mended += j.messages().size();
    ASSERT_GE(j.records(), appended.load());
    ASSERT_LE(j.records(), appended.load() + 1);
    appended = j.records();
    const auto kept = events_in(o.folder);
    ASSERT_EQ(kept.size(), j.records());
    for (std::size_t k = 0; k < kept.size(); ++k) ASSERT_EQ(kept[k], k + 1);
  }
  EXPECT_GT(appended.load(), 1'000u);
  EXPECT_GE(mended, 2u) << "it was hardly ever killed with anything on its way: nothing was tried";
}

}  // namespace
}  // namespace twinpath
