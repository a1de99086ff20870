// The kernel's rings (hw/rtl/kernel): events to memory, commands from it, against a memory that pauses, refuses and
// answers late, at drawn clocks. Each fault of rings.toml is caught by the same runs.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <ostream>
#include <string>
#include <vector>

#include "Vdoorbell_ring.h"
#include "Vdoorbell_ring_pins_tp_fault_pkg.h"
#include "Vevent_ring.h"
#include "Vevent_ring_pins_tp_fault_pkg.h"
#include "testbench/rtl/kernel/axi_memory.h"
#include "testbench/rtl/kernel/two_clocks.h"
#include "twinpath_fault.h"

namespace twinpath::fault {
static void PrintTo(const Fault& f, std::ostream* out) { *out << f.name; }
}  // namespace twinpath::fault

namespace twinpath::test {
namespace {

constexpr std::uint64_t kBase = 0x40000, kMailbox = 0x9000;

// ---- events
// -----------------------------------------------------------------------------------------------------------

class EventRig {
 public:
  unsigned send_percent = 20;
  bool read = true;        // the host reads on
  std::string difference;  // the first thing that was wrong; empty

  EventRig(unsigned seed, unsigned log2, int fault = 0) : memory(seed), clocks(dut, seed), log2_(log2) {
    dut.__PVT__tp_fault_pkg->selected = fault;
    clocks.core_clock = [](Vevent_ring& d, bool up) { d.core_clk_i = up; };
    clocks.host_clock = [](Vevent_ring& d, bool up) { d.clk_i = up; };
    clocks.before_core = [this] { note(!dut.s_event_tvalid_i || dut.s_event_tready_o, "the core is held up"); };
    clocks.after_core = [this] {
      if (dut.s_event_tvalid_i && dut.core_run_i) ++sent;
      core_run_ = core_run_ << 1U | dut.run_i;
      dut.core_run_i = core_run_ >> 2U & 1U;
      dut.s_event_tvalid_i = dut.core_run_i && clocks.chance(send_percent);
      for (unsigned i = 0; i < 31; ++i) dut.s_event_tdata_i[i] = static_cast<std::uint32_t>(sent * 31 + i);
      dut.s_event_tdata_i[0] = static_cast<std::uint32_t>(sent);
      dut.s_event_tdata_i[31] = 0;
    };
    clocks.before_host = [this] { memory.writes_at_edge(dut); };
    clocks.after_host = [this] {
      memory.writes_behind_edge(dut);
      if (read && clocks.chance(10)) host_reads();
    };
    memory.inside = [this](std::uint64_t a) { return a == kMailbox || (a >= kBase && a < kBase + (128ULL << log2_)); };
    dut.base_i = kBase;
    dut.log2_i = log2;
    dut.mailbox_base_i = kMailbox;
    dut.core_rst_i = dut.rst_i = 1;
    clocks.steps(40);
    dut.core_rst_i = dut.rst_i = 0;
    clocks.steps(40);
  }

  void start() {
    sent = consumed = received = lost_seen = 0;
    dut.consumer_i = 0;
    memory.beats.clear();
    dut.run_i = 1;
  }
  // As the kernel does: everything has stood still for a while.
  bool stop() {
    dut.run_i = 0;
    clocks.steps(60);
    const bool stopped = clocks.until([&] { return dut.stopped_o && memory.idle(); });
    clocks.steps(60);
    return stopped && dut.stopped_o;
  }
  // No more events, and all of them read.
  bool drain() {
    send_percent = 0;
    clocks.steps(400);
    read = true;
    return clocks.until([&] { return dut.settled_o && memory.idle() && memory.word(kMailbox, 0) == consumed; });
  }

  void host_reads() {
    const std::uint32_t produced = memory.word(kMailbox, 0);
    note(produced - consumed <= 1U << log2_, "the mailbox says more than the ring holds");
    for (; consumed != produced && difference.empty(); ++consumed) {
      const std::uint64_t at = kBase + (consumed & ((1U << log2_) - 1)) * 128ULL;
      const std::uint32_t number = memory.word(at, 0);
      const std::uint32_t missing = memory.word(at + 64, 15) >> 16;
      note(number == received + missing,
           fmt::format("record {}: event {}, expected {} with {} missing", consumed, number, received, missing));
      note(memory.word(at, 15) == number * 31 + 15 && memory.word(at + 64, 14) == number * 31 + 30,
           "a record is not whole");
      lost_seen += missing;
      received = number + 1;
    }
    if (clocks.chance(50)) dut.consumer_i = consumed;
  }

  // What is wrong after drain().
  std::string verdict() {
    if (!memory.broken.empty()) return memory.broken.front();
    if (!difference.empty()) return difference;
    if (received + (dut.lost_o - lost_seen) != sent)
      return fmt::format("{} events sent, {} received, {} lost", sent, consumed, dut.lost_o);
    if (memory.word(kMailbox, 1) != dut.lost_o) return "the mailbox does not know of all losses";
    if (dut.producer_o != consumed) return "the producer register is not the mailbox's";
    return {};
  }

  void note(bool right, const std::string& what) {
    if (!right && difference.empty()) difference = what;
  }

  Vevent_ring dut;
  AxiMemory memory;
  TwoClocks<Vevent_ring> clocks;
  std::uint32_t sent = 0, consumed = 0, received = 0, lost_seen = 0;

 private:
  unsigned log2_;
  unsigned core_run_ = 0;
};

TEST(EventRing, WritesEveryEventInOrderRoundAndRound) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    EventRig rig(seed, 6);
    rig.send_percent = 4;
    rig.memory.pause = 10 * (seed % 5);
    rig.start();
    rig.clocks.steps(20'000);
    ASSERT_TRUE(rig.drain()) << "seed " << seed;
    EXPECT_EQ(rig.verdict(), "") << "seed " << seed;
    EXPECT_EQ(rig.dut.lost_o, 0u) << "seed " << seed;
    EXPECT_GT(rig.consumed, 250u) << "seed " << seed;
  }
}

TEST(EventRing, LosesAndCountsWhenTheHostDoesNotRead) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    EventRig rig(seed, 4);
    rig.read = false;
    rig.start();
    rig.send_percent = 100;
    rig.clocks.steps(4000);
    EXPECT_EQ(rig.dut.producer_o, 16u);
    EXPECT_GT(rig.dut.lost_o, 500u);
    EXPECT_EQ(rig.memory.word(kMailbox, 0), 16u);
    rig.read = true;
    rig.send_percent = 5;
    rig.clocks.steps(20'000);
    ASSERT_TRUE(rig.drain()) << "seed " << seed;
    EXPECT_EQ(rig.verdict(), "") << "seed " << seed;
    EXPECT_GT(rig.lost_seen, 500u) << "the first event behind a loss tells";
  }
}

TEST(EventRing, StandsStillWhenTheMemoryRefusesAndBeginsAnew) {
  EventRig rig(5, 6);
  rig.memory.refuse = [](std::uint64_t address) { return address == kBase + 20 * 128; };
  rig.start();
  ASSERT_TRUE(rig.clocks.until([&] { return rig.dut.error_o != 0; }));
  rig.clocks.steps(4000);
  EXPECT_EQ(rig.dut.producer_o, 20u);
  EXPECT_GT(rig.dut.lost_o, 0u);
  EXPECT_EQ(rig.difference, "");
  ASSERT_TRUE(rig.stop());
  rig.memory.refuse = [](std::uint64_t) { return false; };
  EXPECT_EQ(rig.dut.error_o, 0);
  rig.send_percent = 4;
  rig.start();
  rig.clocks.steps(4000);
  ASSERT_TRUE(rig.drain());
  EXPECT_EQ(rig.verdict(), "");
}

TEST(EventRing, StopsBetweenWritesWhateverIsGoingOn) {
  EventRig rig(9, 5);
  for (unsigned round = 0; round < 40; ++round) {
    rig.send_percent = 30;
    rig.start();
    rig.clocks.steps(300 + rig.clocks.below(200));
    ASSERT_TRUE(rig.stop()) << "round " << round;
    EXPECT_EQ(rig.dut.producer_o, 0u);
    rig.clocks.steps(60);
  }
  EXPECT_TRUE(rig.memory.broken.empty());
}

// ---- commands
// -----------------------------------------------------------------------------------------------------------

class DoorbellRig {
 public:
  std::vector<std::uint32_t> given;  // numbers, as the core took them
  std::string difference;

  DoorbellRig(unsigned seed, unsigned log2, int fault = 0) : memory(seed), clocks(dut, seed), log2_(log2) {
    dut.__PVT__tp_fault_pkg->selected = fault;
    clocks.core_clock = [](Vdoorbell_ring& d, bool up) { d.core_clk_i = up; };
    clocks.host_clock = [](Vdoorbell_ring& d, bool up) { d.clk_i = up; };
    clocks.before_core = [this] {
      if (dut.m_cmd_tvalid_o && dut.m_cmd_tready_i) {
        const std::uint32_t number = dut.m_cmd_tdata_o[0];
        note(number == given.size(), fmt::format("command {}, expected {}", number, given.size()));
        note(number < stamps.size() && dut.time_i >= stamps[number], fmt::format("command {} before its time", number));
        given.push_back(number);
      }
    };
    clocks.after_core = [this] {
      dut.time_i = dut.time_i + 1;
      core_run_ = core_run_ << 1U | dut.run_i;
      dut.core_run_i = core_run_ >> 2U & 1U;
      dut.m_cmd_tready_i = clocks.chance(60);
    };
    clocks.before_host = [this] { memory.reads_at_edge(dut); };
    clocks.after_host = [this] { memory.reads_behind_edge(dut); };
    memory.inside = [this](std::uint64_t a) { return a >= kBase && a < kBase + (64ULL << log2_); };
    dut.base_i = kBase;
    dut.log2_i = log2;
    dut.core_rst_i = dut.rst_i = 1;
    clocks.steps(40);
    dut.core_rst_i = dut.rst_i = 0;
    clocks.steps(40);
    dut.run_i = 1;
    clocks.steps(40);
  }

  // The next record, without the doorbell.
  void write(std::uint64_t stamp, int wrong_by = 0) {
    const auto number = static_cast<std::uint32_t>(stamps.size());
    Beat b{};
    b[0] = number;
    std::memcpy(&b[4], &stamp, 8);
    b[6] = number + static_cast<std::uint32_t>(wrong_by);
    memory.beats[kBase + (number & ((1U << log2_) - 1)) * 64ULL] = b;
    stamps.push_back(stamp);
  }
  void ring() { dut.producer_i = static_cast<std::uint32_t>(stamps.size()); }
  bool settle() {
    clocks.step();  // the doorbell is seen
    return clocks.until([&] { return dut.settled_o != 0; });
  }
  bool room() const { return stamps.size() - dut.consumer_o < 1U << log2_; }
  std::string verdict() const {
    if (!memory.broken.empty()) return memory.broken.front();
    if (!difference.empty()) return difference;
    if (given.size() != stamps.size()) return fmt::format("{} commands, {} given", stamps.size(), given.size());
    return {};
  }
  void note(bool right, const std::string& what) {
    if (!right && difference.empty()) difference = what;
  }

  Vdoorbell_ring dut;
  AxiMemory memory;
  TwoClocks<Vdoorbell_ring> clocks;
  std::vector<std::uint64_t> stamps;

 private:
  unsigned log2_;
  unsigned core_run_ = 0;
};

TEST(DoorbellRing, GivesEveryCommandInOrderRoundAndRound) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    DoorbellRig rig(seed, 5);
    while (rig.stamps.size() < 500) {
      for (unsigned n = rig.clocks.below(6); n > 0 && rig.room(); --n) rig.write(0);
      rig.ring();
      rig.clocks.steps(rig.clocks.below(60));
    }
    ASSERT_TRUE(rig.settle()) << "seed " << seed;
    EXPECT_EQ(rig.verdict(), "") << "seed " << seed;
  }
}

TEST(DoorbellRing, HoldsACommandUntilItsTimeAndAllBehindIt) {
  DoorbellRig rig(3, 6);
  const std::uint64_t start = rig.dut.time_i;
  for (unsigned i = 0; i < 50; ++i) rig.write(i % 3 == 0 ? start + 400 + i * 10 : 0);
  rig.ring();
  rig.clocks.until([&] { return rig.dut.time_i >= start + 390; });
  EXPECT_EQ(rig.given.size(), 0u);
  ASSERT_TRUE(rig.settle());
  EXPECT_EQ(rig.verdict(), "");
}

TEST(DoorbellRing, NeverGivesWhatAnEarlierRoundLeft) {
  DoorbellRig rig(4, 4);
  for (unsigned i = 0; i < 20; ++i) {
    rig.write(0);
    rig.ring();
    ASSERT_TRUE(rig.settle());
  }
  // The doorbell speaks of a record that is not there: its place holds the one of the round before.
  rig.dut.producer_i = 21;
  ASSERT_TRUE(rig.clocks.until([&] { return rig.dut.number_error_o != 0; }));
  rig.write(0);
  rig.clocks.steps(2000);
  EXPECT_EQ(rig.given.size(), 20u);
  // It begins anew, with number 0.
  rig.dut.run_i = 0;
  ASSERT_TRUE(rig.clocks.until([&] { return rig.dut.stopped_o != 0; }));
  rig.dut.producer_i = 0;
  rig.clocks.steps(100);
  rig.stamps.clear();
  rig.given.clear();
  rig.dut.run_i = 1;
  rig.clocks.steps(100);
  EXPECT_EQ(rig.dut.number_error_o, 0);
  rig.write(0);
  rig.ring();
  ASSERT_TRUE(rig.settle());
  EXPECT_EQ(rig.verdict(), "");
}

TEST(DoorbellRing, StandsStillWhenItIsOverrun) {
  DoorbellRig rig(6, 4);
  rig.dut.producer_i = 17;
  ASSERT_TRUE(rig.clocks.until([&] { return rig.dut.overrun_o != 0; }));
  rig.clocks.steps(1000);
  EXPECT_EQ(rig.given.size(), 0u);
}

TEST(DoorbellRing, StandsStillWhenTheMemoryRefuses) {
  DoorbellRig rig(7, 4);
  rig.memory.refuse = [](std::uint64_t address) { return address == kBase + 3 * 64; };
  for (unsigned i = 0; i < 8; ++i) rig.write(0);
  rig.ring();
  ASSERT_TRUE(rig.clocks.until([&] { return rig.dut.read_error_o != 0; }));
  rig.clocks.steps(1000);
  EXPECT_EQ(rig.given.size(), 3u);
}

// ---- faults
// ---------------------------------------------------------------------------------------------------------------

std::string events_with(int fault) {
  EventRig rig(2, 4, fault);
  rig.read = false;
  rig.send_percent = 100;
  rig.start();
  rig.clocks.steps(4000);
  rig.read = true;
  rig.send_percent = 8;
  rig.clocks.steps(20'000);
  if (!rig.drain()) rig.note(false, "it does not come to rest");
  if (const std::string wrong = rig.verdict(); !wrong.empty()) return wrong;
  EventRig refused(5, 6, fault);
  refused.memory.refuse = [](std::uint64_t address) { return address == kBase + 20 * 128; };
  refused.start();
  if (!refused.clocks.until([&] { return refused.dut.error_o != 0; }, 40'000)) return "a refused write is not noticed";
  return refused.difference;
}

std::string commands_with(int fault) {
  DoorbellRig rig(3, 6, fault);
  const std::uint64_t start = rig.dut.time_i;
  for (unsigned i = 0; i < 60; ++i) rig.write(start + 2000 + i);
  rig.ring();
  if (!rig.settle()) rig.note(false, "it does not come to rest");
  if (const std::string wrong = rig.verdict(); !wrong.empty()) return wrong;
  DoorbellRig stale(4, 4, fault);
  for (unsigned i = 0; i < 20; ++i) {
    stale.write(0);
    stale.ring();
    if (!stale.settle()) return "it does not come to rest";
  }
  stale.dut.producer_i = 21;
  stale.clocks.steps(2000);
  if (stale.given.size() != 20) return "an old record was given";
  DoorbellRig overrun(6, 4, fault);
  overrun.dut.producer_i = 17;
  overrun.clocks.steps(2000);
  return overrun.dut.overrun_o ? "" : "an overrun is not noticed";
}

TEST(KernelRings, AreRightWithoutAFault) {
  EXPECT_EQ(events_with(0), "");
  EXPECT_EQ(commands_with(0), "");
}

class KernelRingsFault : public ::testing::TestWithParam<fault::Fault> {};

TEST_P(KernelRingsFault, IsCaught) {
  const std::string events = events_with(GetParam().number);
  const std::string commands = events.empty() ? commands_with(GetParam().number) : "";
  EXPECT_NE(events + commands, "") << GetParam().what;
  RecordProperty("difference", events + commands);
}

INSTANTIATE_TEST_SUITE_P(, KernelRingsFault, ::testing::ValuesIn(fault::kFaults), [](const auto& info) {
  std::string name = info.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace twinpath::test
