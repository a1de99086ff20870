// hw/rtl/mac/mac_10g.sv: both directions with their crossings, what is sent received again; and what it does when the
// link is down.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <optional>

#include "Vmac_10g.h"
#include "Vmac_10g_pins_tp_fault_pkg.h"
#include "testbench/rtl/mac/xgmii.h"

namespace twinpath::test {
namespace {

using Picoseconds = std::uint64_t;
constexpr Picoseconds kCorePeriod = 3103, kLinePeriod = 6400;
constexpr Word kIdleWord{0x0707070707070707, 0xFF};

struct Arrived {
  Bytes bytes;
  bool error = false;
  Picoseconds first = 0;  // the core's edge that took its first beat
};

// The three clocks; the line's two are drawn apart. `line` says what is received in the cycle that begins now.
class Mac {
 public:
  Vmac_10g dut;
  std::function<Word()> line = [] { return kIdleWord; };
  std::deque<std::pair<Bytes, bool>> queue;  // to send; with a wrong FCS
  std::vector<Picoseconds> accepted;         // the core's edge that took the first beat
  std::vector<Arrived> arrived;
  Line sent;
  Picoseconds now = 0;
  std::uint64_t core_cycles = 0;

  Mac(unsigned seed, int fault) : random_(seed) {
    dut.__PVT__tp_fault_pkg->selected = fault;
    next_rx_ = random_() % kLinePeriod;
    next_tx_ = random_() % kLinePeriod;
    dut.m_axis_tready_i = 1;
    dut.core_rst_i = 1;
    run(40);
    dut.core_rst_i = 0;
    run(40);
    sent.characters.clear();
  }
  void loop() {
    line = [this] { return Word{dut.xgmii_txd_o, dut.xgmii_txc_o}; };
    next_rx_ = next_tx_;
  }
  void run(unsigned core_edges) {
    for (; core_edges > 0;) core_edges -= step();
  }
  bool until(const std::function<bool()>& done) {
    for (unsigned i = 0; i < 2'000'000 && !done(); ++i) step();
    return done();
  }

 private:
  // The next edges; 1 when the core's is one of them.
  unsigned step() {
    now = std::min({next_core_, next_rx_, next_tx_});
    const bool core = now == next_core_, rx = now == next_rx_, tx = now == next_tx_;
    dut.eval();
    if (core) before_core();
    dut.core_clk_i = core;
    dut.rx_clk_i = rx;
    dut.tx_clk_i = tx;
    dut.eval();
    dut.core_clk_i = dut.rx_clk_i = dut.tx_clk_i = 0;
    dut.eval();
    if (tx) sent.add(dut.xgmii_txd_o, dut.xgmii_txc_o);
    if (rx) {
      const Word w = line();
      dut.xgmii_rxd_i = w.data;
      dut.xgmii_rxc_i = w.control;
    }
    if (core) offer();
    next_core_ += core ? kCorePeriod : 0;
    next_rx_ += rx ? kLinePeriod : 0;
    next_tx_ += tx ? kLinePeriod : 0;
    return core;
  }
  void before_core() {
    ++core_cycles;
    if (dut.core_rst_i) return;
    if (dut.s_axis_tvalid_i && dut.s_axis_tready_o) {
      if (at_ == 0) accepted.push_back(now);
      at_ += 8;
      if (dut.s_axis_tlast_i) queue.pop_front(), at_ = 0;
    }
    if (dut.m_axis_tvalid_o && dut.m_axis_tready_i) {
      if (frame_.bytes.empty()) frame_.first = now;
      for (unsigned i = 0; i < 8; ++i)
        if (dut.m_axis_tkeep_o >> i & 1U)
          frame_.bytes.push_back(static_cast<std::uint8_t>(dut.m_axis_tdata_o >> (8 * i)));
      if (dut.m_axis_tlast_o) {
        frame_.error = dut.m_axis_tuser_o;
        arrived.push_back(std::exchange(frame_, {}));
      }
    }
  }
  void offer() {
    dut.s_axis_tvalid_i = !queue.empty() && !dut.core_rst_i;
    if (!dut.s_axis_tvalid_i) return;
    const Bytes& b = queue.front().first;
    dut.s_axis_tdata_i = 0;
    dut.s_axis_tkeep_i = 0;
    for (unsigned i = 0; i < 8 && at_ + i < b.size(); ++i) {
      dut.s_axis_tdata_i |= static_cast<std::uint64_t>(b[at_ + i]) << (8 * i);
      dut.s_axis_tkeep_i |= static_cast<std::uint8_t>(1U << i);
    }
    dut.s_axis_tlast_i = at_ + 8 >= b.size();
    dut.s_axis_tuser_i = dut.s_axis_tlast_i && queue.front().second;
  }

  std::mt19937 random_;
  Picoseconds next_core_ = 0, next_rx_ = 0, next_tx_ = 0;
  std::size_t at_ = 0;
  Arrived frame_;
};

// Frames back to back through both directions: all there, in order, at the rate of the line.
std::string loopback(unsigned seed, int fault) {
  Mac mac(seed, fault);
  mac.loop();
  std::mt19937 random(seed);
  std::vector<std::pair<Bytes, bool>> given;
  std::size_t characters = 0;
  for (unsigned i = 0; i < 400; ++i) {
    const std::size_t length = 14 + random() % (random() % 4 == 0 ? 1500 : 90);
    given.emplace_back(random_frame(random, length), random() % 10 == 0);
    characters += 8 + std::max<std::size_t>(length, 60) + 4 + 12;
  }
  mac.queue.assign(given.begin(), given.end());
  if (!mac.until([&] { return mac.queue.empty(); })) return "it stands still";
  mac.run(400);
  if (mac.arrived.size() != given.size()) return fmt::format("{} frames of {}", mac.arrived.size(), given.size());
  unsigned poisoned = 0;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (mac.arrived[i].bytes != padded(given[i].first)) return fmt::format("frame {} is another one", i);
    if (mac.arrived[i].error != given[i].second) return fmt::format("frame {}: error {}", i, mac.arrived[i].error);
    poisoned += given[i].second;
  }
  const double spent = static_cast<double>(mac.arrived.back().first - mac.arrived.front().first) / kLinePeriod * 8;
  const double last = 8 + static_cast<double>(std::max<std::size_t>(given.back().first.size(), 60)) + 4 + 12;
  if (spent > static_cast<double>(characters) - last + 24)
    return fmt::format("{:.0f} byte times on the line, {} are needed", spent, static_cast<double>(characters) - last);
  const std::array<unsigned, 11> counts{mac.dut.received_o[0], mac.dut.received_o[1], mac.dut.received_o[2],
                                        mac.dut.received_o[3], mac.dut.received_o[4], mac.dut.received_o[5],
                                        mac.dut.received_o[6], mac.dut.sent_o[0],     mac.dut.sent_o[1],
                                        mac.dut.sent_o[2],     mac.dut.sent_o[3]};
  const auto good = static_cast<unsigned>(given.size()) - poisoned;
  const std::array<unsigned, 11> expected{good, poisoned, 0, 0, 0, 0, 0, good, poisoned, 0, 0};
  return counts == expected ? "" : fmt::format("counts are {}", fmt::join(counts, " "));
}

struct Range {
  Picoseconds least = ~Picoseconds{0}, most = 0;
  void add(Picoseconds v) { least = std::min(least, v), most = std::max(most, v); }
};

// From the edge of the line's clock at which the first beat's last byte is taken to the core's that takes the beat.
Range receive_latency() {
  Range range;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    Mac mac(seed, 0);
    std::mt19937 random(seed);
    Line line;
    line.idle(16, 8, seed % 2 * 4);
    line.preamble();
    const std::size_t last = line.characters.size() + 7;
    line.data(with_fcs(random_frame(random, 100)));
    line.control(kTerminate);
    const std::vector<Word> words = line.words();
    std::size_t at = 0;
    Picoseconds taken = 0;
    mac.line = [&] {
      if (at == last / 8) taken = mac.now + kLinePeriod;
      return at < words.size() ? words[at++] : kIdleWord;
    };
    EXPECT_TRUE(mac.until([&] { return !mac.arrived.empty(); }));
    range.add(mac.arrived.front().first - taken);
  }
  return range;
}

// From the core's edge that takes the first beat to the edge of the line's clock behind which Start is on the line.
Range send_latency() {
  Range range;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    Mac mac(seed, 0);
    std::mt19937 random(seed);
    mac.queue.emplace_back(random_frame(random, 100), false);
    EXPECT_TRUE(mac.until([&] { return (mac.dut.xgmii_txd_o & 0xFF) == kStart && mac.dut.xgmii_txc_o == 1; }));
    range.add(mac.now - mac.accepted.front());
  }
  return range;
}

// The line brings `sets` ordered sets of a kind, `apart` columns from each other, and then idle.
Line faults(std::uint8_t kind, unsigned sets, unsigned apart) {
  Line line;
  for (unsigned i = 0; i < sets; ++i) {
    line.ordered_set(kind);
    for (unsigned c = 1; c < apart; ++c) line.idle(4);
  }
  line.idle(16, 8);
  return line;
}

struct Fault {
  bool local = false, remote = false;  // seen at any time
  bool told = false;                   // the other side
  unsigned silent_frames = 0;
  Picoseconds ended = 0;  // behind the last ordered set
};

Fault seen_with(const Line& line, int fault, bool send) {
  Mac mac(3, fault);
  const std::vector<Word> words = line.words();
  std::size_t at = 0;
  mac.line = [&] { return at < words.size() ? words[at++] : kIdleWord; };
  Fault f;
  std::mt19937 random(4);
  while (at < words.size()) {
    if (send && mac.queue.empty() && at > words.size() / 2) mac.queue.emplace_back(random_frame(random, 60), false);
    mac.run(1);
    f.local = f.local || mac.dut.local_fault_o;
    f.remote = f.remote || mac.dut.remote_fault_o;
    f.told = f.told || mac.dut.xgmii_txc_o == 0x11;
  }
  const Picoseconds from = mac.now;
  mac.until([&] { return !mac.dut.local_fault_o && !mac.dut.remote_fault_o; });
  f.ended = mac.now - from;
  mac.run(40);
  f.silent_frames = mac.dut.sent_o[3];
  return f;
}

std::string link(int fault) {
  for (const std::uint8_t kind : {0x01, 0x02}) {
    const auto either = [&](const Fault& f) { return kind == 1 ? f.local && !f.remote : f.remote && !f.local; };
    const auto none = [](const Fault& f) { return !f.local && !f.remote && !f.told; };
    if (!none(seen_with(faults(kind, 3, 1), fault, false))) return "three ordered sets are a fault";
    if (!either(seen_with(faults(kind, 4, 1), fault, false))) return "four ordered sets are none";
    if (!either(seen_with(faults(kind, 5, 128), fault, false))) return "sets 128 columns apart are none";
    if (!none(seen_with(faults(kind, 5, 129), fault, false))) return "sets 129 columns apart are a fault";
    Line other = faults(kind, 3, 1);
    other.ordered_set(kind ^ 3U);
    other.ordered_set(kind);
    other.idle(64, 8);
    if (!none(seen_with(other, fault, false))) return "sets of two kinds are a fault";
    const Fault down = seen_with(faults(kind, 400, 1), fault, true);
    if (down.silent_frames == 0) return "frames are sent while the link is down";
    if (down.told != (kind == 1)) return "the other side is told wrongly";
    if (down.ended > 70 * kLinePeriod || down.ended < 58 * kLinePeriod)
      return fmt::format("the fault ends after {} ns", down.ended / 1000);
  }
  return {};
}

}  // namespace

std::string both_with(int fault) {
  std::string wrong = loopback(31, fault);
  if (wrong.empty()) wrong = link(fault);
  return wrong;
}

namespace {

TEST(Mac10g, BringsBackWhatItSendsAtTheRateOfTheLine) {
  for (unsigned seed = 1; seed <= 3; ++seed) EXPECT_EQ(loopback(seed, 0), "") << "seed " << seed;
}

TEST(Mac10g, ReceivesWithinOneCycleOfTheLineAndFiveOfTheCore) {
  const Range r = receive_latency();
  fmt::print("received: {} to {} ps from the beat's last byte to the core's edge that takes the beat\n", r.least,
             r.most);
  // Behind the edge that takes the byte: one cycle of mac_rx, and the crossing.
  EXPECT_GT(r.least, kLinePeriod + 3 * kCorePeriod);
  EXPECT_LE(r.most, kLinePeriod + 5 * kCorePeriod);
}

TEST(Mac10g, SendsWithinFiveCyclesOfTheLine) {
  const Range r = send_latency();
  fmt::print("sent: {} to {} ps from the core's edge that takes the first beat to Start on the line\n", r.least,
             r.most);
  EXPECT_GT(r.least, 3 * kLinePeriod);
  EXPECT_LE(r.most, 5 * kLinePeriod);
}

TEST(Mac10g, SaysWhatTheLinkIs) { EXPECT_EQ(link(0), ""); }

}  // namespace
}  // namespace twinpath::test
