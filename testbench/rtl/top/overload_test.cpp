// More market data than the readers of the core allow: events are not read, so the core stands still, its queue fills,
// and frames are lost (wire mode) or wait. What comes of it is compared, output by output, with the software path on
// the frames that were not lost.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "Vtwinpath_core_ports.h"
#include "Vtwinpath_core_ports_tp_fault_pkg.h"
#include "bench/bench_config.h"
#include "bench/message.h"
#include "host/core/registers.h"
#include "host/path/core_image.h"
#include "host/path/lockstep.h"
#include "host/path/path_registry.h"
#include "host/wire/mold_packetizer.h"
#include "testbench/rtl/control/axil_master.h"
#include "twinpath_fault.h"

namespace twinpath::fault {
// The name of a test's parameter.
static void PrintTo(const Fault& f, std::ostream* out) { *out << f.name; }
}  // namespace twinpath::fault

namespace twinpath::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr unsigned kTraded = 32;  // symbols that take what is offered below their middle
constexpr unsigned kUntouched = 40;
constexpr unsigned kPairs = 8;  // of a packet: an offer that an order answers, and its end
constexpr std::uint32_t kGapTimeout = 3000;
constexpr std::uint8_t kTrusted = 1 << 4;

CoreConfig overload_config() {
  CoreConfig c = bench::bench_config();
  c.sets_log2 = 10;
  c.feed.gap_timeout = kGapTimeout;
  return c;
}

MoldPacketizerConfig packets_config() {
  MoldPacketizerConfig c;
  c.line = bench::bench_line();
  c.session = mold::make_session("OVERLOAD");
  c.window_ns = std::numeric_limits<std::uint64_t>::max();
  return c;
}

// A core, its readers, and the software path beside it.
class Rig {
 public:
  // The readers of events: at most one event in so many cycles; 0: none.
  unsigned event_every = 1;
  bool wire_mode = false;

  explicit Rig(int fault = 0)
      : config(overload_config()),
        packets(packets_config(),
                [this](std::uint64_t, std::span<const std::uint8_t> f) { frame_.assign(f.begin(), f.end()); }),
        software(PathRegistry().make("sw:", config, recorder)) {
    dut.__PVT__tp_fault_pkg->selected = fault;
    bus.pause(0);
    bus.each_cycle = [this] { sample(); };
    dut.m_axis_tready_i = 1;
    bus.reset();
    for (int i = 0; i < 200'000 && !dut.ready_o; ++i) tick();
    EXPECT_TRUE(dut.ready_o);
    for (const ConfigWord& w : core_image(config)) {
      bus.write(regs::kCfgAddr, w.address());
      bus.write(regs::kCfgData, w.data);
    }
  }
  void start(bool wire) {
    wire_mode = wire;
    bus.write(regs::kControl, wire ? regs::kControlWireModeMask : 0);
  }

  void tick() {
    dut.time_i = ++now;
    dut.m_event_tready_i = event_every != 0 && now % event_every == 0;
    bus.tick();
  }
  void pass(unsigned cycles) {
    for (; cycles > 0; --cycles) tick();
  }
  void run_until_idle() {
    pass(8);
    for (int i = 0; i < 100'000 && !dut.idle_o; ++i) tick();
  }

  // Inputs settled, right before the edge.
  void sample() {
    frame_ready_ = dut.s_axis_tready_o;
    command_ready_ = dut.s_cmd_tready_o;
    if (dut.m_event_tvalid_o && dut.m_event_tready_i)
      std::memcpy(&events.emplace_back(), dut.m_event_tdata_o.data(), sizeof(Event));
    if (dut.m_axis_tvalid_o) {
      const std::uint64_t data = dut.m_axis_tdata_o;
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(&data);
      sending_.insert(sending_.end(), bytes, bytes + __builtin_popcount(dut.m_axis_tkeep_o));
      if (dut.m_axis_tlast_o) order_frames.push_back(std::exchange(sending_, {}));
    }
  }

  // ---- market data
  void add(unsigned symbol, char side, int ticks, std::uint32_t shares) {
    itch::AddOrder m;
    m.stock_locate = static_cast<std::uint16_t>(bench::kFirstLocate + symbol);
    m.order_reference_number = ++reference_;
    m.buy_sell_indicator = side;
    m.shares = shares;
    m.price = bench::middle(symbol) + static_cast<std::uint32_t>(ticks * static_cast<int>(bench::kTick));
    packets.add(bench::encode(m).view());
  }
  void remove(unsigned symbol) {
    itch::OrderDelete m;
    m.stock_locate = static_cast<std::uint16_t>(bench::kFirstLocate + symbol);
    m.order_reference_number = reference_;
    packets.add(bench::encode(m).view());
  }
  void quotes(unsigned symbol) {
    add(symbol, 'B', -10, 100);
    add(symbol, 'S', 10, 100);
  }
  void traded_packet(unsigned symbol) {
    for (unsigned i = 0; i < kPairs; ++i) {
      add(symbol, 'S', -2, 100);
      remove(symbol);
    }
    send();
  }
  // The open packet, back to back with the frame before. What is not lost goes to the software path too.
  void send() {
    packets.flush();
    TimedInput input;
    bool lost_here = false;
    for (std::size_t at = 0; at < frame_.size(); at += 8) {
      const std::size_t n = std::min<std::size_t>(8, frame_.size() - at);
      std::uint64_t data = 0;
      std::memcpy(&data, frame_.data() + at, n);
      dut.s_axis_tdata_i = data;
      dut.s_axis_tkeep_i = static_cast<std::uint8_t>((1U << n) - 1);
      dut.s_axis_tlast_i = at + n == frame_.size();
      dut.s_axis_tvalid_i = 1;
      for (int i = 0; i < 100'000; ++i) {
        tick();
        if (frame_ready_ || wire_mode) break;
        ++waited;
      }
      if (at == 0) input.time = Cycles{now};
      lost_here = lost_here || !frame_ready_;
    }
    dut.s_axis_tvalid_i = 0;
    const auto number = static_cast<std::uint32_t>(frames++);
    if (lost_here) {
      ++lost;
      return;
    }
    taken_.push_back(number);
    input.frame = frame_;
    software->submit({&input, 1});
  }
  void command(CommandOp op, std::uint16_t symbol) {
    dut.s_cmd_tdata_i.at(3) = std::uint32_t{static_cast<std::uint8_t>(op)} << 24 | symbol;
    dut.s_cmd_tvalid_i = 1;
    for (int i = 0; i < 100'000; ++i) {
      tick();
      if (command_ready_) break;
    }
    dut.s_cmd_tvalid_i = 0;
    TimedInput input;
    input.is_frame = false;
    input.time = Cycles{now};
    input.command.op = op;
    input.command.symbol = symbol;
    software->submit({&input, 1});
  }

  // All outputs and counters are those of the software path on what was taken: empty, or the first difference.
  std::string difference() {
    run_until_idle();
    if (!dut.idle_o) return "the core is stuck";
    software->advance(Cycles{now});
    software->finish();
    std::deque<PathOutput>& expected = recorder.queue();
    std::size_t frame = 0;
    for (std::size_t i = 0; i < std::min(events.size(), expected.size()); ++i) {
      Event e = expected[i].event;
      if (e.frame != 0) e.frame = taken_.at(e.frame);  // a lost frame keeps its number
      if (!same_event(events[i], e)) {
        return fmt::format("event {}: kind {}, sequence {}, frame {}, expected kind {}, sequence {}, frame {}", i,
                           events[i].kind, events[i].sequence, events[i].frame, e.kind, e.sequence, e.frame);
      }
      if (expected[i].frame_bytes == 0) continue;
      const auto bytes = expected[i].order_frame();
      if (frame == order_frames.size() || order_frames[frame++] != Bytes(bytes.begin(), bytes.end()))
        return fmt::format("event {}: another order frame, or none", i);
    }
    if (events.size() != expected.size()) return fmt::format("{} events, expected {}", events.size(), expected.size());
    if (frame != order_frames.size()) return fmt::format("{} order frames, expected {}", order_frames.size(), frame);
    CounterValues wanted = software->counters();
    wanted[static_cast<std::size_t>(Counter::frames)] += lost;
    wanted[static_cast<std::size_t>(Counter::drop_overflow)] += lost;
    for (unsigned i = 0; i < kCounterCount; ++i) {
      const auto c = static_cast<Counter>(i);
      if (const std::uint64_t found = counter(c); found != wanted[i])
        return fmt::format("counter {}: {}, expected {}", name(c), found, wanted[i]);
    }
    return {};
  }
  std::uint64_t counter(Counter c) { return bus.value64(regs::counter(c)); }
  std::size_t orders(std::size_t from, std::size_t to) const {
    std::size_t n = 0;
    for (std::size_t i = from; i < to; ++i) n += events[i].event_kind() == EventKind::order;
    return n;
  }

  CoreConfig config;
  AxilMaster<Vtwinpath_core_ports> bus{1};
  Vtwinpath_core_ports& dut = bus.dut;
  MoldPacketizer packets;
  OutputRecorder recorder{true};
  std::unique_ptr<Path> software;
  std::uint64_t now = 0;
  std::uint64_t frames = 0;
  std::uint64_t lost = 0;
  std::uint64_t waited = 0;  // cycles in which a beat was not taken
  std::vector<Event> events;
  std::vector<Bytes> order_frames;

 private:
  Bytes frame_;
  Bytes sending_;
  std::vector<std::uint32_t> taken_;  // numbers of the frames that the software path has
  std::uint64_t reference_ = 0;
  bool frame_ready_ = false;
  bool command_ready_ = false;
};

class Overload : public ::testing::Test, protected Rig {};

TEST_F(Overload, FramesLostOnTheWireMakeBooksUntrustedUntilTheHostTrustsThem) {
  start(true);
  quotes(kTraded), quotes(kUntouched);
  send();
  for (int i = 0; i < 20; ++i) {
    traded_packet(kTraded);
    pass(60);  // order frames take more cycles than the packet
  }
  run_until_idle();
  EXPECT_EQ(lost, 0u);
  EXPECT_EQ(orders(0, events.size()), 20 * kPairs);
  EXPECT_EQ(bus.value(regs::kHeld), 0u);

  // Nobody reads, then too slowly: the queues fill, the core stands, and what the wire brings finds no room.
  const std::size_t read = events.size();
  event_every = 0;
  for (int i = 0; i < 200; ++i) traded_packet(kTraded);
  EXPECT_EQ(events.size(), read);
  EXPECT_FALSE(dut.idle_o);
  EXPECT_GT(bus.value(regs::kHeld), 5000u);
  const std::uint64_t lost_while_blocked = lost;
  EXPECT_GT(lost_while_blocked, 80u);
  EXPECT_EQ(counter(Counter::drop_overflow), lost);
  event_every = 8;
  for (int i = 0; i < 150; ++i) traded_packet(kTraded);
  EXPECT_GT(lost, lost_while_blocked);
  EXPECT_LT(lost, lost_while_blocked + 150) << "some find room again";
  event_every = 1;
  run_until_idle();
  pass(2 * kGapTimeout);

  // Stale: the feed is followed, and not traded on.
  for (int i = 0; i < 20; ++i) traded_packet(kTraded);
  run_until_idle();
  pass(2 * kGapTimeout);
  run_until_idle();
  EXPECT_GE(counter(Counter::gaps_lost), 1u);
  EXPECT_EQ(counter(Counter::drop_overflow), lost);
  const std::uint64_t sent = 4 + (20 + 200 + 150 + 20) * 2 * kPairs;
  EXPECT_EQ(counter(Counter::messages) + counter(Counter::lost_messages), sent);
  std::size_t stale = 0;
  while (stale < events.size() && !(events[stale].event_kind() == EventKind::state &&
                                    events[stale].reason == static_cast<std::uint8_t>(StateReason::gap_lost)))
    ++stale;
  ASSERT_LT(stale, events.size());
  EXPECT_GT(orders(0, stale), 20 * kPairs) << "what was taken before the loss is traded on";
  EXPECT_EQ(orders(stale, events.size()), 0u);
  std::size_t books = 0;
  for (std::size_t i = stale; i < events.size(); ++i) {
    if (events[i].event_kind() != EventKind::book) continue;
    ++books;
    EXPECT_EQ(events[i].book_flags & kTrusted, 0) << "event " << i;
  }
  EXPECT_GE(books, 20 * 2 * kPairs);

  command(CommandOp::trust, 0xFFFF);
  run_until_idle();
  const std::size_t trusted = events.size();
  EXPECT_EQ(events.back().event_kind(), EventKind::command);
  for (int i = 0; i < 20; ++i) traded_packet(kUntouched);
  run_until_idle();
  EXPECT_EQ(orders(trusted, events.size()), 20 * kPairs);
  for (std::size_t i = trusted; i < events.size(); ++i) {
    if (events[i].event_kind() == EventKind::book) {
      EXPECT_EQ(events[i].book_flags & kTrusted, kTrusted) << "event " << i;
    }
  }
  EXPECT_EQ(difference(), "");
}

TEST_F(Overload, NothingIsLostWhenTheInputMayWait) {
  start(false);
  quotes(kTraded);
  send();
  for (int i = 0; i < 60; ++i) traded_packet(kTraded);
  event_every = 40;
  for (int i = 0; i < 100; ++i) traded_packet(kTraded);
  event_every = 1;
  run_until_idle();
  EXPECT_GT(waited, 1000u);
  EXPECT_EQ(lost, 0u);
  EXPECT_EQ(orders(0, events.size()), 160 * kPairs);
  EXPECT_EQ(counter(Counter::gaps_opened), 0u);
  EXPECT_EQ(difference(), "");
}

class OverloadFault : public ::testing::TestWithParam<fault::Fault> {};

// The comparison with the software path can fail.
TEST_P(OverloadFault, IsCaught) {
  Rig rig(GetParam().number);
  rig.start(true);
  rig.quotes(kTraded), rig.quotes(kUntouched);
  rig.send();
  rig.event_every = 0;
  for (int i = 0; i < 200; ++i) rig.traded_packet(kTraded);  // frames lost within, in the end from their first beat
  rig.event_every = 8;
  for (int i = 0; i < 40; ++i) rig.traded_packet(kTraded);
  rig.event_every = 1;
  rig.run_until_idle();
  rig.pass(2 * kGapTimeout);
  for (int i = 0; i < 5; ++i) rig.traded_packet(kTraded);
  rig.run_until_idle();
  rig.pass(2 * kGapTimeout);
  rig.command(CommandOp::trust, 0xFFFF);
  rig.traded_packet(kUntouched);
  const std::string found = rig.difference();
  EXPECT_NE(found, "") << GetParam().what;
  RecordProperty("difference", found);
}

INSTANTIATE_TEST_SUITE_P(, OverloadFault, ::testing::ValuesIn(fault::kFaults), [](const auto& info) {
  std::string name = info.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace twinpath::test
