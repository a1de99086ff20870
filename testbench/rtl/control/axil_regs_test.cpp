#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "Vaxil_regs.h"
#include "axil_master.h"
#include "host/core/registers.h"

namespace twinpath::test {
namespace {

// One word on the configuration bus, fields of tp_cfg_t.
struct CfgWord {
  unsigned table, index, word;
  std::uint32_t data;
  bool operator==(const CfgWord&) const = default;
};
void PrintTo(const CfgWord& w, std::ostream* os) {
  *os << "table " << w.table << " index " << w.index << " word " << w.word << " data " << w.data;
}

using Command = std::array<std::uint32_t, 4>;

// The counters and histograms behind the registers are played by the test: a counter reads as a pattern of its index.
class AxilRegs : public ::testing::Test {
 protected:
  static std::uint64_t counter_pattern(unsigned index) { return 0x1111'0000'2222'0000ull + index * 0x1'0000'0001ull; }
  static std::uint32_t histogram_pattern(unsigned summary, unsigned class_number, unsigned index) {
    return summary << 31 | class_number << 16 | index;
  }

  AxilRegs() {
    bus.each_cycle = [this] { play(); };
    dut.ready_i = 1;
    dut.idle_i = 1;
    bus.reset();
  }

  void play() {
    dut.time_i = time;
    if (!frozen) time = (time + 1) & 0xFFFF'FFFF'FFFFull;
    // counters.sv: data one cycle after the enable, undefined otherwise
    dut.cnt_data_i = counter_read >= 0 ? counter_pattern(counter_read) : 0xDEAD'BEEF'DEAD'BEEFull;
    dut.hist_done_i = 0;
    dut.hist_data_i = 0xDEADBEEF;
    dut.cmd_tready_i = command_ready && bus.below(3) == 0;
    dut.eval();
    counter_read = dut.cnt_re_o ? static_cast<int>(dut.cnt_index_o) : -1;
    if (dut.hist_re_o && bus.below(4) == 0) {
      dut.hist_done_i = 1;
      dut.hist_data_i = histogram_pattern(dut.hist_summary_o, dut.hist_class_o, dut.hist_index_o);
    }
    dut.eval();
    const std::uint64_t cfg = dut.cfg_o;
    if (cfg >> 57 & 1) {
      words.push_back({static_cast<unsigned>(cfg >> 53 & 0xF), static_cast<unsigned>(cfg >> 37 & 0xFFFF),
                       static_cast<unsigned>(cfg >> 32 & 0x1F), static_cast<std::uint32_t>(cfg)});
    }
    soft_resets += dut.soft_reset_o;
    if (dut.cmd_tvalid_o) {
      const Command c{dut.cmd_tdata_o[0], dut.cmd_tdata_o[1], dut.cmd_tdata_o[2], dut.cmd_tdata_o[3]};
      if (held) {
        EXPECT_EQ(*held, c) << "a command changed while it waited";
      }
      held = c;
      if (dut.cmd_tready_i) commands.push_back(c), held.reset();
    }
  }

  AxilMaster<Vaxil_regs> bus{1};
  Vaxil_regs& dut = bus.dut;
  std::uint64_t time = 0;
  bool frozen = false;
  bool command_ready = true;
  int counter_read = -1;
  std::vector<CfgWord> words;
  std::vector<Command> commands;
  std::optional<Command> held;
  unsigned soft_resets = 0;
};

TEST_F(AxilRegs, EveryRegisterAnswersAsTheMapSays) {
  frozen = true;
  time = 0x1234'5678'9ABCull;
  const std::map<std::string, std::uint32_t, std::less<>> after_reset{
      {"id", regs::kMagicValue},
      {"map_version", regs::kMapVersionValue},
      {"build0", 256u << 16 | 64u},
      {"build1", 4096u << 16 | 8u << 8 | 16u},
      {"status", regs::kStatusReadyMask | regs::kStatusIdleMask},
      {"time", 0x5678'9ABC},
      {"time_high", 0x1234}};
  for (const auto& reg : regs::kRegisters) {
    SCOPED_TRACE(std::string(reg.name));
    const ReadResult r = bus.read(reg.offset);
    EXPECT_EQ(r.response, reg.readable ? kOkay : kSlverr);
    const auto expected = after_reset.find(reg.name);
    EXPECT_EQ(r.data, expected == after_reset.end() ? 0 : expected->second);
    if (!reg.writable) {
      EXPECT_EQ(bus.write(reg.offset, 0xFFFF'FFFF), kSlverr);
      if (reg.name != "time_high") {
        EXPECT_EQ(bus.read(reg.offset).data, r.data);
      }
    }
  }
}

TEST_F(AxilRegs, WritableFieldsKeepWhatWasWrittenAndUnnamedBitsStayZero) {
  const std::map<std::string, std::uint32_t, std::less<>> kept{
      {"control", regs::kControlWireModeMask},
      {"cfg_addr", regs::kCfgAddrTableIdMask | regs::kCfgAddrIndexMask | regs::kCfgAddrWordMask},
      {"cmd0", ~0u},
      {"cmd1", ~0u},
      {"cmd2", ~0u},
      {"cmd3", ~0u}};
  for (const auto& reg : regs::kRegisters) {
    if (!reg.readable || !reg.writable) continue;
    SCOPED_TRACE(std::string(reg.name));
    const auto mask = kept.find(reg.name);
    ASSERT_NE(mask, kept.end()) << "a writable register this test does not know";
    for (const std::uint32_t value : {~0u, 0xA5A5'5A5Au, 0u}) {
      EXPECT_EQ(bus.write(reg.offset, value), kOkay);
      EXPECT_EQ(bus.value(reg.offset), value & mask->second);
    }
  }
}

TEST_F(AxilRegs, ControlDrivesWireModeAndOneCycleOfSoftReset) {
  EXPECT_EQ(dut.wire_mode_o, 0);
  EXPECT_EQ(bus.write(regs::kControl, regs::kControlWireModeMask), kOkay);
  EXPECT_EQ(dut.wire_mode_o, 1);
  EXPECT_EQ(soft_resets, 0u);
  EXPECT_EQ(bus.write(regs::kControl, regs::kControlWireModeMask | regs::kControlSoftResetMask), kOkay);
  for (int i = 0; i < 10; ++i) bus.tick();
  EXPECT_EQ(soft_resets, 1u);
  EXPECT_EQ(bus.value(regs::kControl), regs::kControlWireModeMask) << "wire mode survives a soft reset";
}

TEST_F(AxilRegs, CountsDiscardsAndHeldCyclesUntilAReset) {
  const auto pulse = [&](unsigned discards, unsigned held) {
    for (unsigned i = 0; i < std::max(discards, held); ++i) {
      dut.discarded_i = i < discards;
      dut.held_i = i < held;
      bus.tick();
    }
    dut.discarded_i = dut.held_i = 0;
  };
  pulse(3, 5);
  EXPECT_EQ(bus.value(regs::kDiscarded), 3u);
  EXPECT_EQ(bus.value(regs::kHeld), 5u);
  pulse(1, 0);
  EXPECT_EQ(bus.value(regs::kDiscarded), 4u);
  EXPECT_EQ(bus.value(regs::kHeld), 5u);
  EXPECT_EQ(bus.write(regs::kControl, regs::kControlSoftResetMask), kOkay);
  EXPECT_EQ(bus.value(regs::kDiscarded), 0u);
  EXPECT_EQ(bus.value(regs::kHeld), 0u);
}

TEST_F(AxilRegs, StatusShowsTheCoreAndAWaitingCommandIsNotIdle) {
  command_ready = false;
  for (unsigned state = 0; state < 4; ++state) {
    dut.ready_i = state & 1;
    dut.idle_i = state >> 1;
    EXPECT_EQ(bus.value(regs::kStatus), state);
  }
  EXPECT_EQ(bus.write(regs::kCmdPush, 1), kOkay);
  EXPECT_EQ(bus.value(regs::kStatus), regs::kStatusReadyMask);
}

TEST_F(AxilRegs, ConfigurationWordsLeaveInOrderWithTheWordCountingUp) {
  std::vector<CfgWord> expected;
  for (int entry = 0; entry < 30; ++entry) {
    const unsigned table = bus.below(16), index = bus.below(65536), word = bus.below(32);
    ASSERT_EQ(bus.write(regs::kCfgAddr, table << regs::kCfgAddrTableIdShift | index << regs::kCfgAddrIndexShift | word),
              kOkay);
    const unsigned count = bus.below(20);
    for (unsigned i = 0; i < count; ++i) {
      const std::uint32_t data = bus.below(~0u);
      expected.push_back({table, index, (word + i) % 32, data});
      ASSERT_EQ(bus.write(regs::kCfgData, data), kOkay);
    }
    ASSERT_EQ(bus.value(regs::kCfgAddr) & regs::kCfgAddrWordMask, (word + count) % 32);
  }
  bus.tick();
  EXPECT_EQ(words, expected);
}

TEST_F(AxilRegs, CommandsArriveWholeAndAPushWhileOneWaitsIsRefused) {
  std::vector<Command> expected;
  for (std::uint32_t n = 0; n < 100; ++n) {
    const Command c{bus.below(~0u), bus.below(~0u), bus.below(~0u), bus.below(~0u)};
    for (std::uint32_t i = 0; i < 4; ++i) ASSERT_EQ(bus.write(regs::kCmd0 + 4 * i, c[i]), kOkay);
    const std::size_t before = commands.size();
    ASSERT_EQ(bus.write(regs::kCmdPush, 0), kOkay) << "a 0 pushes nothing";
    ASSERT_EQ(commands.size(), before);
    while (bus.value(regs::kCmdStatus) & regs::kCmdStatusFullMask) {
    }
    ASSERT_EQ(bus.write(regs::kCmdPush, 1), kOkay);
    expected.push_back(c);
  }
  while (bus.value(regs::kCmdStatus) & regs::kCmdStatusFullMask) {
  }
  EXPECT_EQ(commands, expected);

  command_ready = false;
  EXPECT_EQ(bus.write(regs::kCmdPush, 1), kOkay);
  EXPECT_EQ(bus.value(regs::kCmdStatus), regs::kCmdStatusFullMask);
  EXPECT_EQ(bus.write(regs::kCmd0, 77), kOkay) << "the next command can be prepared";
  EXPECT_EQ(bus.write(regs::kCmdPush, 1), kSlverr);
  EXPECT_EQ(bus.write(regs::kCmdPush, 0), kOkay);
  expected.push_back(expected.back());
  command_ready = true;
  for (int i = 0; i < 100; ++i) bus.tick();
  EXPECT_EQ(commands, expected) << "the refused push sent nothing and changed nothing";

  command_ready = false;
  EXPECT_EQ(bus.write(regs::kCmdPush, 1), kOkay);
  EXPECT_EQ(bus.write(regs::kControl, regs::kControlSoftResetMask), kOkay);
  bus.tick();
  EXPECT_EQ(bus.value(regs::kCmdStatus), 0u) << "soft reset discards a waiting command";
}

TEST_F(AxilRegs, TimeIsReadWithoutTearing) {
  bus.pause(0);
  for (time = 0xFFFF'FF00ull; time < 0x1'0000'0100ull;) {
    const std::uint64_t before = time;
    const std::uint64_t value = bus.value64(regs::kTime);
    ASSERT_LE(before, value);
    ASSERT_LT(value, time);
  }
}

TEST_F(AxilRegs, EveryCounterIsReadAsTwoWordsThatBelongTogether) {
  for (unsigned i = 0; i < kCounterCount; ++i) {
    EXPECT_EQ(bus.value64(regs::counter(static_cast<Counter>(i))), counter_pattern(i)) << name(static_cast<Counter>(i));
  }
  constexpr auto kOrders = static_cast<unsigned>(Counter::orders);
  EXPECT_EQ(bus.value(regs::counter(Counter::orders)), static_cast<std::uint32_t>(counter_pattern(kOrders)));
  EXPECT_EQ(bus.read(regs::counter(Counter::cancels) + 4).response, kSlverr) << "another counter's high word";
  EXPECT_EQ(bus.read(regs::kTimeHigh).response, kSlverr);
  EXPECT_EQ(bus.value(regs::counter(Counter::orders) + 4), counter_pattern(kOrders) >> 32);
  bus.value(regs::kTime);
  EXPECT_EQ(bus.read(regs::counter(Counter::orders) + 4).response, kSlverr);
  bus.value(regs::counter(Counter::orders));
  EXPECT_EQ(bus.write(regs::kControl, regs::kControlSoftResetMask), kOkay);
  bus.tick();
  EXPECT_EQ(bus.read(regs::counter(Counter::orders) + 4).response, kSlverr) << "a reset between the two halves";
}

TEST_F(AxilRegs, HistogramsAndSummariesAreReadWhereTheMapPutsThem) {
  for (unsigned c = 1; c < std::size(kLatencyClassNames); ++c) {
    const auto latency_class = static_cast<LatencyClass>(c);
    for (const std::uint32_t at : {regs::kLatencyCount, regs::kLatencyMin, regs::kLatencyMax}) {
      EXPECT_EQ(bus.value(regs::latency(latency_class) + at), histogram_pattern(1, c, at / 4));
    }
    for (unsigned bin = 0; bin < regs::kHistogramBins; bin += 1 + bus.below(9)) {
      EXPECT_EQ(bus.value(regs::histogram(latency_class) + 4 * bin), histogram_pattern(0, c, bin));
    }
    EXPECT_EQ(bus.value(regs::histogram(latency_class) + 4 * 255), histogram_pattern(0, c, 255));
  }
}

TEST_F(AxilRegs, AddressesThatTheMapDoesNotNameAnswerSlverrAndChangeNothing) {
  const auto named = [](std::uint32_t address) {
    if (address % 4 != 0) return false;
    if (std::any_of(std::begin(regs::kRegisters), std::end(regs::kRegisters),
                    [&](const auto& r) { return r.offset == address; })) {
      return true;
    }
    if (address >= regs::kCounters && address < regs::kCounters + 8 * kCounterCount) return true;
    for (unsigned c = 1; c < std::size(kLatencyClassNames); ++c) {
      const auto latency_class = static_cast<LatencyClass>(c);
      if (address >= regs::latency(latency_class) && address <= regs::latency(latency_class) + regs::kLatencyMax) {
        return true;
      }
      if (address >= regs::histogram(latency_class) &&
          address < regs::histogram(latency_class) + 4 * regs::kHistogramBins) {
        return true;
      }
    }
    return false;
  };
  bus.pause(0);
  unsigned unnamed = 0;
  for (std::uint32_t address = 0; address < 0x10000; ++address) {
    if (named(address)) continue;
    // All low addresses, every aligned one, a sample of the unaligned rest.
    if (address >= 0xA00 && address % 4 != 0 && bus.below(16) != 0) continue;
    ++unnamed;
    const auto [response, read] = bus.run(Write{address, ~0u}, address);
    ASSERT_EQ(response, kSlverr) << std::hex << "write of 0x" << address;
    ASSERT_EQ(read.response, kSlverr) << std::hex << "read of 0x" << address;
    ASSERT_EQ(read.data, 0u) << std::hex << "read of 0x" << address;
  }
  EXPECT_GT(unnamed, 10'000u);
  EXPECT_EQ(bus.write(regs::counter(Counter::frames), 1), kSlverr) << "counters are read-only";
  EXPECT_EQ(bus.write(regs::kLatency, 1), kSlverr);
  EXPECT_EQ(bus.write(regs::kHistogram, 1), kSlverr);
  EXPECT_TRUE(words.empty());
  EXPECT_TRUE(commands.empty());
  EXPECT_EQ(soft_resets, 0u);
  EXPECT_EQ(bus.value(regs::kControl) | bus.value(regs::kCfgAddr) | bus.value(regs::kCmd0), 0u);
}

TEST_F(AxilRegs, WritesOfLessThanAWordAnswerSlverrAndChangeNothing) {
  for (unsigned strobes = 0; strobes < 15; ++strobes) {
    for (const auto& reg : regs::kRegisters) {
      EXPECT_EQ(bus.write(reg.offset, ~0u, strobes), kSlverr) << reg.name << " strobes " << strobes;
    }
  }
  EXPECT_TRUE(words.empty());
  EXPECT_TRUE(commands.empty());
  EXPECT_EQ(soft_resets, 0u);
  EXPECT_EQ(bus.value(regs::kControl) | bus.value(regs::kCfgAddr) | bus.value(regs::kCmd3), 0u);
}

TEST_F(AxilRegs, ReadsAndWritesAtTheSameTimeDoNotDisturbEachOther) {
  std::array<std::uint32_t, 4> model{};
  for (int i = 0; i < 3000; ++i) {
    bus.pause(i % 4 * 30);
    const std::uint32_t written = bus.below(4), read = bus.below(4), data = bus.below(~0u);
    const auto [response, result] = bus.run(Write{regs::kCmd0 + 4 * written, data}, regs::kCmd0 + 4 * read);
    ASSERT_EQ(response, kOkay);
    ASSERT_EQ(result.response, kOkay);
    if (read != written || result.data != data) {
      ASSERT_EQ(result.data, model[read]);
    }
    model[written] = data;
    ASSERT_EQ(bus.value(regs::kCmd0 + 4 * written), data) << "a read after the response sees the write";
  }
}

TEST_F(AxilRegs, AWriteThatFollowsBeforeTheResponseIsTakenGetsItsOwn) {
  for (std::uint32_t n = 0; n < 2; ++n) {
    dut.s_axil_awvalid_i = dut.s_axil_wvalid_i = 1;
    dut.s_axil_awaddr_i = n == 0 ? regs::kCmd0 : regs::kId;  // the second is refused
    dut.s_axil_wdata_i = 100 + n;
    dut.s_axil_wstrb_i = 0xF;
    bus.tick();
    dut.s_axil_awvalid_i = dut.s_axil_wvalid_i = 0;
    for (int i = 0; i < 5; ++i) bus.tick();
    EXPECT_EQ(dut.s_axil_bvalid_o, 1);
    EXPECT_EQ(dut.s_axil_bresp_o, kOkay) << "the first response waits";
  }
  std::vector<unsigned> responses;
  dut.s_axil_bready_i = 1;
  for (int i = 0; i < 10; ++i) {
    if (dut.s_axil_bvalid_o) responses.push_back(dut.s_axil_bresp_o);
    bus.tick();
  }
  EXPECT_EQ(responses, (std::vector<unsigned>{kOkay, kSlverr}));
  EXPECT_EQ(bus.value(regs::kCmd0), 100u);
}

}  // namespace
}  // namespace twinpath::test
