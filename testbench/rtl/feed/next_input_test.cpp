// hw/rtl/feed/next_input.sv.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "Vnext_input.h"
#include "testbench/rtl/net/packed.h"

namespace twinpath::rtl {
namespace {

enum class Next { nothing, deadline, command, frame };

// SEM 2.2 and 2.4 in words: what is next of what is there.
struct Inputs {
  bool command = false;
  std::uint64_t command_stamp = 0;
  std::uint32_t precedes = 0;
  bool frame = false;
  std::uint64_t frame_stamp = 0;
  std::uint32_t number = 0;
  std::uint64_t time = 0;
};

Next choose(const Inputs& in, bool gap_open, std::uint64_t deadline) {
  const bool command_first = in.command && (!in.frame || static_cast<std::int32_t>(in.number - in.precedes) >= 0);
  const std::uint64_t stamp = command_first ? in.command_stamp : in.frame ? in.frame_stamp : in.time;
  if (gap_open && deadline <= stamp) return Next::deadline;
  return command_first ? Next::command : in.frame ? Next::frame : Next::nothing;
}

class NextInput : public ::testing::Test {
 protected:
  NextInput() { reset(top); }
  void see(const Inputs& in) {
    top.cmd_valid_i = in.command;
    top.cmd_stamp_i = in.command_stamp;
    top.cmd_frame_i = in.precedes;
    top.pending_i = in.frame;
    PackedWriter meta(top.pending_meta_i.data());
    meta.put(in.number, 32);
    meta.put(in.frame_stamp, 48);
    top.time_i = in.time;
  }
  Next chosen() {
    EXPECT_LE(top.go_due_o + top.go_cmd_o + top.go_frame_o, 1);
    return top.go_due_o ? Next::deadline : top.go_cmd_o ? Next::command : top.go_frame_o ? Next::frame : Next::nothing;
  }
  Vnext_input top;
};

TEST_F(NextInput, ChoosesInOrderOfArrivalFromWhatWasThereACycleBefore) {
  std::mt19937_64 random(1);
  const std::uint64_t bases[] = {0, 1000, (std::uint64_t{1} << 48) - 8};
  unsigned times[4] = {};
  Inputs before;
  for (int i = 0; i < 200000; ++i) {
    const std::uint64_t base = bases[random() % 3];
    const std::uint32_t frames = static_cast<std::uint32_t>(random() & 1 ? 0 : -4);
    Inputs in;
    in.command = random() & 1;
    in.command_stamp = base + random() % 8;
    in.precedes = frames + static_cast<std::uint32_t>(random() % 8);
    in.frame = random() & 1;
    in.frame_stamp = base + random() % 8;
    in.number = frames + static_cast<std::uint32_t>(random() % 8);
    in.time = base + random() % 8;
    const bool choosing = random() % 4 != 0;
    const bool gap_open = random() & 1;
    const std::uint64_t deadline = base + random() % 12;  // may be past the last time there is
    see(in);
    top.choose_i = choosing;
    top.gap_open_i = gap_open;
    top.deadline_i = deadline;
    clock(top);
    Inputs seen = in;  // the command is this cycle's
    seen.frame = before.frame;
    seen.frame_stamp = before.frame_stamp;
    seen.number = before.number;
    seen.time = before.time;
    const Next expected = choosing ? choose(seen, gap_open, deadline) : Next::nothing;
    ASSERT_EQ(chosen(), expected) << i;
    ++times[static_cast<int>(expected)];
    before = in;
  }
  for (const unsigned n : times) EXPECT_GT(n, 10000u);
}

TEST_F(NextInput, ChoosesNothingInReset) {
  Inputs in;
  in.command = in.frame = true;
  see(in);
  top.choose_i = 1;
  top.gap_open_i = 1;
  top.deadline_i = 0;
  clock(top);
  EXPECT_EQ(chosen(), Next::deadline);
  top.rst_i = 1;
  clock(top);
  EXPECT_EQ(chosen(), Next::nothing);
}

}  // namespace
}  // namespace twinpath::rtl
