// hw/rtl/mac/mac_rx.sv against a receiver that reads the line character by character.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <set>

#include "Vmac_rx.h"
#include "Vmac_rx_pins_tp_fault_pkg.h"
#include "testbench/rtl/mac/xgmii.h"

namespace twinpath::test {
namespace {

constexpr std::size_t kMaxBytes = 512;

enum Count { good, fcs, too_short, too_long, control, start, overflow, counts };
constexpr std::array<const char*, counts> kCounts{"good", "fcs", "short", "long", "control", "start", "overflow"};
using Counts = std::array<unsigned, counts>;

struct Received {
  Bytes bytes;
  bool error = false;
  std::vector<std::size_t> cycles;  // of its beats
};

struct Result {
  std::vector<Received> frames;
  Counts count{};
  std::set<std::pair<std::size_t, std::size_t>> lanes;  // in which good frames began and ended
};

// What is to be received from the line; `cycles` are those of the words.
Result expected(const std::vector<Character>& line) {
  Result r;
  for (std::size_t at = 0; at + 8 <= line.size();) {
    if (!line[at].control || line[at].value != kStart) {
      at += 4;
      continue;
    }
    bool whole = line[at + 7].value == kSfd;
    for (std::size_t i = 1; i < 8; ++i) whole = whole && !line[at + i].control;
    if (!whole) {
      ++r.count[start];
      at += 4;
      continue;
    }
    const std::size_t first = at + 8;
    std::size_t end = first;
    while (end < line.size() && !line[end].control) ++end;
    std::size_t length = end - first;
    Received f;
    Count cause = good;
    if (length >= kMaxBytes + 8) {
      cause = too_long;
      length = kMaxBytes + kFcsBytes;  // handed on without the last 4
    } else if (line[end].value != kTerminate) {
      cause = control;
    } else if (length < kMinFrame) {
      cause = too_short;
    } else if (length > kMaxBytes) {
      cause = too_long;
    }
    for (std::size_t i = 0; i + kFcsBytes < length; ++i) f.bytes.push_back(line[first + i].value);
    if (cause == good) {
      Bytes all;
      for (std::size_t i = first; i < end; ++i) all.push_back(line[i].value);
      const Bytes content(all.begin(), all.end() - kFcsBytes);
      if (with_fcs(content) != all) cause = fcs;
    }
    f.error = cause != good;
    for (std::size_t i = 0; i < f.bytes.size(); i += 8) f.cycles.push_back((first + i + 7) / 8 + 1);
    ++r.count[cause];
    if (cause == good) r.lanes.emplace(at % 8, end % 8);
    if (!f.bytes.empty()) r.frames.push_back(f);
    at = end / 4 * 4;
  }
  return r;
}

Result received(const Line& line, int fault, const std::function<bool()>& ready) {
  Vmac_rx dut;
  dut.__PVT__tp_fault_pkg->selected = fault;
  Result r;
  Received frame;
  const auto tick = [&](Word w, std::size_t cycle, bool reset) {
    dut.xgmii_d_i = w.data;
    dut.xgmii_c_i = w.control;
    dut.rst_i = reset;
    dut.m_ready_i = ready();
    dut.eval();
    if (!reset) {
      if (dut.m_valid_o && dut.m_ready_i) {
        for (unsigned i = 0; i < 8; ++i)
          if (dut.m_keep_o >> i & 1U) frame.bytes.push_back(static_cast<std::uint8_t>(dut.m_data_o >> (8 * i)));
        frame.cycles.push_back(cycle);
        if (dut.m_last_o) {
          frame.error = dut.m_error_o;
          r.frames.push_back(std::exchange(frame, {}));
        }
      }
      const std::array<unsigned, counts> pulses{dut.count_good_o,    dut.count_fcs_o,     dut.count_short_o,
                                                dut.count_long_o,    dut.count_control_o, dut.count_start_o,
                                                dut.count_overflow_o};
      for (unsigned i = 0; i < counts; ++i) r.count[i] += pulses[i];
    }
    dut.clk_i = 1;
    dut.eval();
    dut.clk_i = 0;
    dut.eval();
  };
  for (int i = 0; i < 4; ++i) tick({0x0707070707070707, 0xFF}, 0, true);
  std::size_t cycle = 0;
  for (const Word w : line.words()) tick(w, cycle++, false);
  if (!frame.bytes.empty()) r.frames.push_back(frame), r.frames.back().cycles.push_back(0);
  return r;
}

// Frames of all lengths in both lanes, every other one damaged.
Line traffic(unsigned seed, unsigned frames, bool damage) {
  std::mt19937 random(seed);
  const auto below = [&](std::size_t n) { return random() % n; };
  Line line;
  line.idle(16);
  for (unsigned n = 0; n < frames; ++n) {
    const std::size_t kind = damage ? below(24) : 24;
    const std::size_t length = kind == 0 ? below(60) : kind == 1 ? kMaxBytes - 8 + below(40) : 60 + below(120);
    Bytes frame = with_fcs(random_frame(random, length));
    if (kind == 2) frame[below(frame.size())] ^= static_cast<std::uint8_t>(1U << below(8));
    if (kind == 3) frame.resize(below(9));
    const std::size_t from = line.characters.size();
    line.preamble();
    if (kind == 4) line.characters[from + 7].value = 0x55;
    if (kind == 5) line.characters[from + 1 + below(7)].control = true;
    line.data(frame);
    if (kind == 6) line.characters[from + 8 + below(frame.size())] = {kErrorChar, true};
    if (kind == 7) line.characters[from + 8 + below(frame.size())] = {kIdle, true};
    if (kind == 8) {  // another frame's start in the middle of it
      line.characters.resize(from + 8 + below(frame.size()) / 4 * 4);
      continue;
    }
    line.control(kind == 9 ? kErrorChar : kTerminate);
    line.idle(below(3) == 0 ? 0 : below(16));
  }
  line.idle(64);
  return line;
}

std::string difference(const Result& is, const Result& should) {
  for (std::size_t i = 0; i < std::max(is.frames.size(), should.frames.size()); ++i) {
    if (i >= is.frames.size() || i >= should.frames.size())
      return fmt::format("{} frames, expected {}", is.frames.size(), should.frames.size());
    const Received &a = is.frames[i], &b = should.frames[i];
    if (a.bytes != b.bytes) return fmt::format("frame {}: other bytes, {} of {}", i, a.bytes.size(), b.bytes.size());
    if (a.error != b.error) return fmt::format("frame {}: error {}, expected {}", i, a.error, b.error);
    if (a.cycles != b.cycles)
      return fmt::format("frame {}: first beat in cycle {}, expected {}, of {}", i, a.cycles[0], b.cycles[0],
                         b.cycles.size());
  }
  for (unsigned i = 0; i < counts; ++i)
    if (is.count[i] != should.count[i])
      return fmt::format("count {}: {}, expected {}", kCounts[i], is.count[i], should.count[i]);
  return {};
}

// Where there is not always room: each frame comes whole, or is ended as damaged, or is missing; those that are not
// whole are counted.
std::string room_is_short(unsigned seed, int fault) {
  const Line line = traffic(seed, 300, false);
  const Result should = expected(line.characters);
  std::mt19937 random(seed);
  bool open = true;
  const Result is = received(line, fault, [&] { return open = random() % 100 < (open ? 98U : 10U); });
  std::size_t at = 0, whole = 0;
  for (const Received& f : is.frames) {
    if (f.error) {
      const auto known = [&](const Received& s) {
        return f.bytes.size() <= s.bytes.size() + 1 && std::equal(f.bytes.begin(), f.bytes.end() - 1, s.bytes.begin());
      };
      while (at < should.frames.size() && !known(should.frames[at])) ++at;
    } else {
      while (at < should.frames.size() && should.frames[at].bytes != f.bytes) ++at;
      ++whole;
    }
    if (at++ >= should.frames.size()) return "a frame that was not sent, or not in this order";
  }
  const std::size_t lost = should.frames.size() - whole;
  if (is.count[overflow] != lost) return fmt::format("{} frames lost, {} counted", lost, is.count[overflow]);
  return lost < 10 || whole < 10 ? fmt::format("{} lost and {} whole say little", lost, whole) : "";
}

std::string always_room(unsigned seed, int fault, bool damage = true) {
  const Line line = traffic(seed, 1500, damage);
  return difference(received(line, fault, [] { return true; }), expected(line.characters));
}

}  // namespace

std::string receiving_with(int fault) {
  std::string wrong = always_room(77, fault);
  if (wrong.empty()) wrong = room_is_short(78, fault);
  return wrong;
}

namespace {

TEST(MacRx, ReceivesWhatIsOnTheLineInTheCycleBehindIt) {
  for (unsigned seed = 1; seed <= 6; ++seed) EXPECT_EQ(always_room(seed, 0), "") << "seed " << seed;
}

TEST(MacRx, BeginsInBothLanesAndEndsInAll) {
  const Line line = traffic(9, 1500, false);
  EXPECT_EQ(expected(line.characters).lanes.size(), 16u);
  EXPECT_EQ(always_room(9, 0, false), "");
}

TEST(MacRx, TrafficHasEveryDamage) {
  const Result r = expected(traffic(1, 1500, true).characters);
  for (unsigned i = 0; i < overflow; ++i) EXPECT_GT(r.count[i], 20u) << kCounts[i];
}

TEST(MacRx, LosesWholeFramesWhereThereIsNoRoom) {
  for (unsigned seed = 1; seed <= 6; ++seed) EXPECT_EQ(room_is_short(seed, 0), "") << "seed " << seed;
}

}  // namespace
}  // namespace twinpath::test
