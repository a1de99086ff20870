// The driver against the simulated card through the stock XRT runtime (hw_emu): registers, memory, rings, and what goes
// wrong. Each case is a process of its own: the runtime is configured once a process.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "drivers/xrt/xrt_device.h"
#include "drivers/xrt/xrt_path.h"
#include "host/core/registers.h"
#include "host/path/core_setup.h"
#include "host/path/device_rings.h"
#include "host/path/path_registry.h"
#include "host/wire/pcap_writer.h"
#include "testbench/feed/itch_messages.h"
#include "testbench/path/wide_config.h"

namespace twinpath {
namespace {

class SimulatedCard : public ::testing::Test {
 protected:
  SimulatedCard() {
    setenv("XCL_EMULATION_MODE", "hw_emu", 1);
    setenv("TWINPATH_CARD_TIMEOUT_MS", "60000", 0);
  }
  static std::unique_ptr<XrtDevice> open() { return std::make_unique<XrtDevice>(XrtAddress::parse("0")); }
  // what() of the DeviceError that `call` throws.
  template <class F>
  static std::string error_of(F&& call) {
    try {
      call();
    } catch (const DeviceError& e) {
      return e.what();
    }
    ADD_FAILURE() << "no error";
    return {};
  }
  template <class Done>
  static bool wait(Done&& done) {
    for (int i = 0; i < 12'000; ++i) {
      if (done()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }
};

TEST_F(SimulatedCard, CopiesMemoryToAndFromEveryPlace) {
  const auto card = open();
  const auto first = card->allocate(20'000);
  const auto second = card->allocate(5000);
  EXPECT_NE(first->address(), second->address());
  for (std::size_t i = 0; i < first->bytes().size(); ++i) first->bytes()[i] = static_cast<std::uint8_t>(i * 7 + 1);
  first->to_device(4097, 9001);
  std::ranges::fill(first->bytes(), std::uint8_t{0xEE});
  first->from_device(0, first->bytes().size());
  for (std::size_t i = 0; i < 20'000; ++i) {
    const bool inside = i >= 4097 && i < 4097 + 9001;
    ASSERT_EQ(first->bytes()[i], inside ? static_cast<std::uint8_t>(i * 7 + 1) : 0) << i;
  }
}

TEST_F(SimulatedCard, AnswersTheRegistersOfTheMap) {
  const auto card = open();
  EXPECT_NO_THROW(check_map("card", [&](std::uint32_t at) { return card->read_register(at); }));
  for (const regs::Register& r : regs::kKernelRegisters) EXPECT_NE(card->read_register(r.offset), UINT32_MAX) << r.name;
  // As behind PCIe: what is refused reads as all ones.
  EXPECT_EQ(card->read_register(0x3FFC), UINT32_MAX);
  card->write_register(regs::kCmd1, 0x12345678);
  EXPECT_EQ(card->read_register(regs::kCmd1), 0x12345678u);
}

// A path on the card, in wire mode or not, and what its registers say.
class CardPath {
 public:
  explicit CardPath(bool wire) {
    CoreConfig config = testing::wide_config();
    config.sets_log2 = 16;
    PathRegistry registry;
    add_xrt_path(registry);
    PathOptions options;
    options.card.wire_mode = wire;
    path_ = registry.make("xrt:0", config, sink_, options);
  }
  std::uint32_t control() { return path_->read_register(regs::kControl).value(); }
  bool idle() { return (path_->read_register(regs::kStatus).value() & regs::kStatusIdleMask) != 0; }
  // As far as it fits a word.
  std::uint32_t count(Counter c) { return path_->read_register(regs::counter(c)).value(); }

 private:
  struct Nothing : PathSink {
    void on_order_frame(std::span<const std::uint8_t>) override {}
    void on_event(const Event&) override {}
  } sink_;
  std::unique_ptr<Path> path_;
};

// More market data than the core bears: books of 2,000 levels a side, every one of which a deletion then empties, best
// first, back to back.
struct Overload {
  explicit Overload(const std::string& file) {
    constexpr std::uint32_t kLevels = 2'000, kTick = 100;
    PcapWriter pcap(file);
    testing::Packet packet;
    const auto send = [&](bool all) {
      if (packet.messages.size() < (all ? 1 : 32)) return;
      pcap.write(1'700'000'000'000'000'000, packet.frame(testing::wide_config().feed));
      ++frames;
      packet.sequence += packet.messages.size();
      packet.messages.clear();
    };
    for (const bool gone : {false, true})
      for (std::uint32_t level = 0; level < kLevels; ++level)
        for (const std::uint16_t locate : {testing::kLocateA, testing::kLocateB})
          for (const char side : {'B', 'S'}) {
            const std::uint64_t reference = std::uint64_t{locate} << 16U | level << 1U | (side == 'S');
            const std::uint32_t ticks = side == 'B' ? kLevels - 1 - level : kLevels + level;
            packet.messages.push_back(
                gone ? testing::deleted(locate, reference)
                     : testing::add(locate, reference, side, 100, testing::kBasePrice + kTick * ticks));
            ++messages;
            send(false);
          }
    send(true);
    pcap.close();
  }
  std::uint32_t frames = 0, messages = 0;
};

TEST_F(SimulatedCard, InWireModeLosesWhatTheCoreHasNoRoomForAndNothingWithoutIt) {
  const std::string file = ::testing::TempDir() + "simulated_card_overload.pcap";
  const Overload overload(file);
  setenv("TWINPATH_CARD_RECEIVE", ("pcap:" + file).c_str(), 1);
  for (const bool wire : {true, false}) {
    CardPath path(wire);
    EXPECT_EQ(path.control(), wire ? regs::kControlWireModeMask : 0);
    EXPECT_TRUE(wait([&] { return path.count(Counter::frames) == overload.frames; })) << path.count(Counter::frames);
    EXPECT_TRUE(wait([&] { return path.idle(); }));
    if (wire) {
      EXPECT_GT(path.count(Counter::drop_overflow), 0U);
      EXPECT_LT(path.count(Counter::messages), overload.messages);
    } else {
      EXPECT_EQ(path.count(Counter::drop_overflow), 0U);
      EXPECT_EQ(path.count(Counter::messages), overload.messages);
    }
  }
}

TEST_F(SimulatedCard, CarriesCommandsAndEventsThroughSmallRingsRoundAndRound) {
  const auto card = open();
  DeviceRings rings(*card, {.events = 4, .doorbell = 2});
  Command command;
  command.op = CommandOp::disarm;
  unsigned events = 0;
  const auto take = [&](const Event& e) {
    EXPECT_EQ(e.event_kind(), EventKind::command);
    ++events;
  };
  for (unsigned i = 0; i < 100; ++i) {
    rings.command(Cycles{0}, command);
    if (i % 3 == 0) rings.poll(take);
  }
  EXPECT_TRUE(wait([&] { return rings.poll(take), events == 100; })) << events;
  EXPECT_EQ(card->read_register64(regs::counter(Counter::commands)), 100u);
}

TEST_F(SimulatedCard, HoldsACommandUntilItsTime) {
  const auto card = open();
  DeviceRings rings(*card);
  Command command;
  command.op = CommandOp::disarm;
  rings.command(Cycles{1'000'000}, command);
  std::vector<std::uint64_t> times;
  const auto take = [&](const Event& e) { times.push_back(e.time); };
  card->wire()->advance(Cycles{999'999}, [](auto) {});
  rings.poll(take);
  EXPECT_TRUE(times.empty());
  card->wire()->advance(Cycles{1'000'000}, [](auto) {});
  rings.poll(take);
  EXPECT_EQ(times, std::vector<std::uint64_t>{1'000'000});
}

TEST_F(SimulatedCard, ToldOfLostEventsTheHostSaysSo) {
  const auto card = open();
  DeviceRings rings(*card, {.events = 4, .doorbell = 10});
  Command command;
  command.op = CommandOp::disarm;
  // 16 in the ring, 256 in the queue, the others nowhere; the core takes every command all the same.
  for (unsigned i = 0; i < 400; ++i) rings.command(Cycles{0}, command);
  ASSERT_TRUE(wait([&] { return card->read_register(regs::kKernelDoorbellConsumer) == 400; }));
  const std::uint32_t lost = card->read_register(regs::kKernelEventsLost);
  EXPECT_GE(lost, 400U - 16 - 256 - 2);
  EXPECT_LE(lost, 400U - 16 - 256);
  const std::string what = error_of([&] { rings.poll([](const Event&) {}); });
  EXPECT_NE(what.find(fmt::format("found that {} were lost", lost)), std::string::npos) << what;
}

TEST_F(SimulatedCard, TakesFramesFromPacketIoOnceTheRingsRun) {
  const std::string file = ::testing::TempDir() + "simulated_card_frames.pcap";
  {
    PcapWriter pcap(file);
    const std::vector<std::uint8_t> frame(64, 0x11);  // no IPv4
    for (std::uint64_t i = 0; i < 40; ++i) pcap.write(1'700'000'000'000'000'000 + i * 1000, frame);
    pcap.close();
  }
  setenv("TWINPATH_CARD_RECEIVE", ("pcap:" + file).c_str(), 1);
  const auto card = open();
  EXPECT_EQ(card->read_register64(regs::counter(Counter::frames)), 0u);
  const DeviceRings rings(*card);
  EXPECT_TRUE(wait([&] { return card->read_register64(regs::counter(Counter::frames)) == 40; }));
  EXPECT_EQ(card->read_register64(regs::counter(Counter::drop_not_ipv4)), 40u);
}

TEST_F(SimulatedCard, RefusesRingsThatAreNotInMemory) {
  const auto card = open();
  DeviceRings::stop(*card);
  card->write_register(regs::kKernelEventBase, 0);
  card->write_register(regs::kKernelEventBaseHigh, 0x7F);
  card->write_register(regs::kKernelMailboxBaseHigh, 0x7F);
  card->write_register(regs::kKernelControl, 1);
  EXPECT_TRUE(
      wait([&] { return (card->read_register(regs::kKernelStatus) & regs::kKernelStatusWriteErrorMask) != 0; }));
  DeviceRings::stop(*card);
  EXPECT_EQ(card->read_register(regs::kKernelStatus) & regs::kKernelStatusWriteErrorMask, 0u);
}

TEST_F(SimulatedCard, ARegisterThatNeverAnswersIsNamed) {
  setenv("TWINPATH_CARD_FAULT", "silent=0x50", 1);
  setenv("TWINPATH_CARD_TIMEOUT_MS", "3000", 1);
  const auto card = open();
  EXPECT_EQ(card->read_register(regs::kId), regs::kMagicValue);
  const std::string what = error_of([&] { card->read_register(regs::kDiscarded); });
  EXPECT_NE(what.find("a read of register 0x0050 within 3000 ms, found none"), std::string::npos) << what;
  EXPECT_EQ(error_of([&] { card->read_register(regs::kId); }), what) << "it never answers again";
}

TEST_F(SimulatedCard, ACoreWhoseClockStandsStillAnswersNothingAndHangsNothing) {
  setenv("TWINPATH_CARD_FAULT", "core-clock", 1);
  const auto card = open();
  EXPECT_EQ(card->read_register(regs::kId), UINT32_MAX);
  EXPECT_EQ(card->read_register(regs::kKernelTimeouts), 1u);
  EXPECT_THROW(check_map("card", [&](std::uint32_t at) { return card->read_register(at); }), std::runtime_error);
}

TEST_F(SimulatedCard, KilledIsNamedWithItsSignal) {
  setenv("TWINPATH_CARD_FAULT", "die=0", 1);
  const auto card = open();
  const std::vector<std::uint8_t> frame(64);
  card->wire()->frame(Cycles{100}, frame, false);
  const std::string what = error_of([&] { card->wire()->settle([](auto) {}); });
  EXPECT_NE(what.find("was ended by signal 9"), std::string::npos) << what;
  EXPECT_EQ(error_of([&] { card->read_register(regs::kId); }), what);
}

}  // namespace
}  // namespace twinpath
