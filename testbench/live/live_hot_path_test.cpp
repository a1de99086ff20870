// Once it is warm, a round of the live engine, with a journal, allocates nothing, takes no lock, throws nothing and
// makes no system call but those of its drivers.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "testbench/ipc/ipc_fixture.h"
#include "testbench/live/live_fixture.h"
#include "testbench/path/call_guard.h"

namespace twinpath::testing {
namespace {

// Whether every other thread of this process waits.
bool others_sleep() {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    if (task.path().filename() == std::to_string(::gettid())) continue;
    std::ifstream file(task.path() / "stat");
    std::string text;
    std::getline(file, text);
    if (const std::size_t state = text.rfind(") "); state == std::string::npos || text[state + 2] != 'S') return false;
  }
  return true;
}

GuardReport run(bool spoil) {
  bench::GeneratedSession session(20'000);
  session.config.any_session = true;
  session.config.symbols_start_trading = true;
  const LiveOptions options;
  const SegmentFolder folder;
  std::optional<Journal> journal;
  std::optional<OrderJournal> order_journal;
  std::optional<LiveRig> made;
  std::uint64_t orders = 0;
  return guard_calls(
      [&] {
        // All threads are watched: the journal's, which may call the kernel, sleeps meanwhile.
        JournalOptions kept;
        kept.folder = (folder / "journal").string();
        kept.sync = JournalOptions::Sync::none;
        kept.batch_us = 3'600'000'000;
        journal.emplace(kept);
        order_journal.emplace(*journal);
        order_journal->begin(session.config, {});
        made.emplace(session, options, quick_answers(),
                     SessionReceiver::Trouble{.lost_percent = 1, .late_percent = 5, .most = 16}, nullptr, 1,
                     &*order_journal);
        LiveRig& rig = *made;
        rig.sender.keep = false;
        do std::this_thread::sleep_for(std::chrono::milliseconds(50));
        while (!others_sleep());
        // Warm: armed, orders sent and answered.
        while (rig.engine.counters().fills < 20 && !rig.receiver.ended()) {
          rig.engine.round();
          if (rig.engine.books().stale()) rig.engine.command({CommandOp::trust, 0, 0xFFFF, 0, 0, 0});
        }
        orders = rig.engine.counters().orders;
        rig.sender.keep = spoil;  // which allocates
      },
      [&] {
        LiveRig& rig = *made;
        const std::uint64_t records = journal->records();
        while (!rig.receiver.ended()) {
          rig.engine.round();
          if (rig.engine.books().stale()) rig.engine.command({CommandOp::trust, 0, 0xFFFF, 0, 0, 0});
        }
        // A run without orders shows nothing.
        if (rig.engine.counters().orders < orders + 50 || journal->records() < records + 100) _exit(1);
      });
}

TEST(LiveHotPath, NeitherAllocatesNorLocksNorThrowsNorCallsTheKernel) {
  const GuardReport r = run(false);
  if (!r.error.empty()) GTEST_SKIP() << "system calls cannot be watched here: " << r.error;
  EXPECT_TRUE(r.finished);
  EXPECT_EQ(r.allocations, 0u);
  EXPECT_EQ(r.locks, 0u);
  EXPECT_EQ(r.exceptions, 0u);
  EXPECT_EQ(r.system_call, -1);
}

TEST(LiveHotPath, ThatAllocatesIsCaught) {
  const GuardReport r = run(true);
  if (!r.error.empty()) GTEST_SKIP() << "system calls cannot be watched here: " << r.error;
  EXPECT_GT(r.allocations, 0u);
}

}  // namespace
}  // namespace twinpath::testing
