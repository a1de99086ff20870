// hw/rtl/mac/mac_tx.sv: what is on the line, read character by character, is what the source gave.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>
#include <set>

#include "Vmac_tx.h"
#include "Vmac_tx_pins_tp_fault_pkg.h"
#include "testbench/rtl/mac/xgmii.h"

namespace twinpath::test {
namespace {

constexpr std::size_t kGap = 12, kOwed = 3;

struct Given {
  Bytes bytes;
  bool poison = false;
  std::size_t pause_at = 0;  // the beat that is late; 0: none
};

class Sender {
 public:
  Vmac_tx dut;
  Line line;
  std::deque<Given> queue;
  std::size_t cycle = 0;
  std::vector<std::size_t> first_offered;  // cycle, of each frame
  unsigned sent = 0, poisoned = 0, underrun = 0, unsent = 0;

  explicit Sender(int fault) {
    dut.__PVT__tp_fault_pkg->selected = fault;
    dut.rst_i = 1;
    for (int i = 0; i < 4; ++i) clock();
    dut.rst_i = 0;
    line.characters.clear();
    cycle = 0;
    sent = poisoned = underrun = unsent = 0;
  }

  void step() {
    dut.s_valid_i = 0;
    if (!queue.empty()) {
      const Given& g = queue.front();
      if (at_ == 0 && first_offered.size() == taken_) first_offered.push_back(cycle);
      const bool pause = g.pause_at != 0 && at_ == 8 * g.pause_at && !paused_;
      paused_ = pause;
      if (!pause) {
        dut.s_valid_i = 1;
        dut.s_data_i = 0;
        dut.s_keep_i = 0;
        for (unsigned i = 0; i < 8 && at_ + i < g.bytes.size(); ++i) {
          dut.s_data_i |= static_cast<std::uint64_t>(g.bytes[at_ + i]) << (8 * i);
          dut.s_keep_i |= static_cast<std::uint8_t>(1U << i);
        }
        dut.s_last_i = at_ + 8 >= g.bytes.size();
        dut.s_error_i = dut.s_last_i && g.poison;
      }
    }
    dut.eval();
    if (dut.s_valid_i && dut.s_ready_o) {
      at_ += 8;
      if (dut.s_last_i) {
        queue.pop_front();
        at_ = 0;
        ++taken_;
      }
    }
    clock();
  }
  void steps(unsigned n) {
    for (; n > 0; --n) step();
  }
  bool drain() {
    for (unsigned n = 0; n < 1'000'000 && !queue.empty(); ++n) step();
    steps(40);
    return queue.empty();
  }

 private:
  void clock() {
    dut.eval();
    line.add(dut.xgmii_d_o, dut.xgmii_c_o);
    sent += dut.count_sent_o;
    poisoned += dut.count_poisoned_o;
    underrun += dut.count_underrun_o;
    unsent += dut.count_unsent_o;
    dut.clk_i = 1;
    dut.eval();
    dut.clk_i = 0;
    dut.eval();
    ++cycle;
  }

  std::size_t at_ = 0, taken_ = 0;
  bool paused_ = false;
};

struct Frame {
  std::size_t start, end;  // of Start and Terminate on the line
  Bytes bytes;             // with FCS
  bool broken;
};

// Frames of a line, or what is wrong with it.
std::string read(const std::vector<Character>& line, std::vector<Frame>& out) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    const Character c = line[at];
    if (!c.control) return fmt::format("character {}: data outside a frame", at);
    if (c.value == kIdle) continue;
    if (c.value != kStart || at % 4 != 0)
      return fmt::format("character {}: {:#x} where a frame may start", at, c.value);
    if (at + 8 > line.size()) return "the line ends in a preamble";
    Frame f{at, 0, {}, false};
    for (std::size_t i = 1; i < 8; ++i) {
      if (line[at + i].control || line[at + i].value != (i == 7 ? kSfd : 0x55))
        return fmt::format("preamble at {}", at);
    }
    std::size_t i = at + 8;
    for (; i < line.size() && (!line[i].control || line[i].value == kErrorChar); ++i) {
      f.broken = f.broken || line[i].control;
      f.bytes.push_back(line[i].value);
    }
    if (i == line.size() || line[i].value != kTerminate) return fmt::format("character {}: the frame has no end", i);
    f.end = at = i;
    out.push_back(f);
  }
  return {};
}

std::string compare(const Frame& is, const Given& should) {
  return is.broken || is.bytes != with_fcs(padded(should.bytes), should.poison)
             ? fmt::format("the frame in character {} is not the one of {} bytes that was given", is.start,
                           should.bytes.size())
             : "";
}

std::vector<Given> frames(unsigned seed, unsigned n) {
  std::mt19937 random(seed);
  std::vector<Given> out;
  for (unsigned i = 0; i < n; ++i) {
    const std::size_t length = 1 + random() % (random() % 2 == 0 ? 64 : 400);
    out.push_back({random_frame(random, length), random() % 8 == 0, 0});
  }
  return out;
}

struct Seen {
  std::set<std::size_t> starts, ends;
};

// Frames that wait for each other: all of them, right, with gaps of 12 bytes on average and never more than 3 owed.
std::string at_full_rate(unsigned seed, int fault, Seen* seen = nullptr) {
  const std::vector<Given> given = frames(seed, 800);
  Sender s(fault);
  s.queue.assign(given.begin(), given.end());
  if (!s.drain()) return "it stands still";
  std::vector<Frame> got;
  if (const std::string wrong = read(s.line.characters, got); !wrong.empty()) return wrong;
  if (got.size() != given.size()) return fmt::format("{} frames of {}", got.size(), given.size());
  unsigned poisoned = 0;
  std::size_t owed = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (const std::string wrong = compare(got[i], given[i]); !wrong.empty()) return wrong;
    poisoned += given[i].poison;
    if (i > 0) {
      owed += kGap - (got[i].start - got[i - 1].end);
      if (owed > kOwed) return fmt::format("gap of {} bytes in front of frame {}", got[i].start - got[i - 1].end, i);
    }
    if (seen != nullptr) seen->starts.insert(got[i].start % 8), seen->ends.insert(got[i].end % 8);
  }
  if (s.sent != given.size() - poisoned || s.poisoned != poisoned)
    return fmt::format("{} sent and {} poisoned of {} and {}", s.sent, s.poisoned, given.size() - poisoned, poisoned);
  return s.underrun + s.unsent != 0 ? "counts what was not" : "";
}

// An idle line: Start is on it in the cycle behind the one that offers the frame, the frame in the next.
std::string at_once(int fault) {
  const std::vector<Given> given = frames(5, 100);
  Sender s(fault);
  std::mt19937 random(6);
  for (const Given& g : given) {
    s.steps(80 + random() % 7);
    s.queue.push_back(g);
  }
  if (!s.drain()) return "it stands still";
  std::vector<Frame> got;
  if (const std::string wrong = read(s.line.characters, got); !wrong.empty()) return wrong;
  if (got.size() != given.size()) return fmt::format("{} frames of {}", got.size(), given.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (const std::string wrong = compare(got[i], given[i]); !wrong.empty()) return wrong;
    if (got[i].start != 8 * (s.first_offered[i] + 1))
      return fmt::format("offered in cycle {}, on the line in character {}", s.first_offered[i], got[i].start);
  }
  return {};
}

// A late beat: the frame is broken, nothing of its rest is sent, the next one is right.
std::string late(int fault) {
  std::vector<Given> given = frames(7, 200);
  std::mt19937 random(8);
  unsigned late = 0;
  for (Given& g : given) {
    if (random() % 3 == 0 && g.bytes.size() > 16) g.pause_at = 1 + random() % ((g.bytes.size() - 1) / 8), ++late;
  }
  Sender s(fault);
  s.queue.assign(given.begin(), given.end());
  if (!s.drain()) return "it stands still";
  std::vector<Frame> got;
  if (const std::string wrong = read(s.line.characters, got); !wrong.empty()) return wrong;
  if (got.size() != given.size()) return fmt::format("{} frames of {}", got.size(), given.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (given[i].pause_at == 0) {
      if (const std::string wrong = compare(got[i], given[i]); !wrong.empty()) return wrong;
    } else if (!got[i].broken) {
      return "a frame with a late beat is not broken";
    }
    if (i > 0 && got[i].start - got[i - 1].end < kGap - kOwed) return "a gap that is too short";
  }
  return s.underrun != late ? fmt::format("{} underruns of {}", s.underrun, late) : "";
}

// Silence: nothing begins, what comes meanwhile is gone, a frame under way ends; the other side may be told why.
std::string silent(int fault) {
  const std::vector<Given> given = frames(11, 300);
  Sender s(fault);
  s.queue.assign(given.begin(), given.end());
  s.steps(500);
  s.dut.silent_i = 1;
  s.steps(60);
  std::vector<Frame> before;
  if (const std::string wrong = read(s.line.characters, before); !wrong.empty()) return wrong;
  const std::size_t sets_from = s.line.characters.size();
  s.dut.remote_fault_i = 1;
  s.steps(300);
  s.dut.remote_fault_i = 0;
  s.steps(2);
  for (std::size_t i = sets_from + 16; i + 16 < s.line.characters.size(); ++i) {
    const Character c = s.line.characters[i];
    const std::uint8_t expected = i % 4 == 0 ? kSequence : i % 4 == 3 ? 0x02 : 0;
    if (c.value != expected || c.control != (i % 4 == 0)) return fmt::format("character {}: no remote fault", i);
  }
  s.line.characters.clear();
  s.dut.silent_i = 0;
  if (!s.drain()) return "it stands still";
  std::vector<Frame> after;
  if (const std::string wrong = read(s.line.characters, after); !wrong.empty()) return wrong;
  if (before.size() + s.unsent + after.size() != given.size())
    return fmt::format("{} before, {} unsent, {} after of {}", before.size(), s.unsent, after.size(), given.size());
  if (s.unsent == 0 || before.empty() || after.empty()) return "nothing was kept back";
  for (std::size_t i = 0; i < before.size(); ++i)
    if (const std::string wrong = compare(before[i], given[i]); !wrong.empty()) return wrong;
  for (std::size_t i = 0; i < after.size(); ++i)
    if (const std::string wrong = compare(after[i], given[given.size() - after.size() + i]); !wrong.empty())
      return wrong;
  return {};
}

}  // namespace

std::string sending_with(int fault) {
  std::string wrong = at_full_rate(21, fault);
  if (wrong.empty()) wrong = at_once(fault);
  if (wrong.empty()) wrong = late(fault);
  if (wrong.empty()) wrong = silent(fault);
  return wrong;
}

namespace {

TEST(MacTx, SendsEveryFrameWithGapsOfTwelveBytes) {
  Seen seen;
  for (unsigned seed = 1; seed <= 6; ++seed) EXPECT_EQ(at_full_rate(seed, 0, &seen), "") << "seed " << seed;
  EXPECT_EQ(seen.starts.size(), 2u);
  EXPECT_EQ(seen.ends.size(), 8u);
}

TEST(MacTx, BeginsInTheCycleBehindTheOffer) { EXPECT_EQ(at_once(0), ""); }

TEST(MacTx, BreaksAFrameWhoseBeatIsLate) { EXPECT_EQ(late(0), ""); }

TEST(MacTx, SendsNothingWhileItHasToBeSilent) { EXPECT_EQ(silent(0), ""); }

}  // namespace
}  // namespace twinpath::test
