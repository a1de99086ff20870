#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "Vbeat_halver.h"
#include "testbench/rtl/net/packed.h"

namespace twinpath::rtl {
namespace {

TEST(BeatHalver, GivesTheSameBytesInTwiceTheBeats) {
  Vbeat_halver top;
  reset(top);
  std::mt19937 random(2);
  for (unsigned length = 0; length <= 70; ++length) {
    std::vector<std::uint8_t> in(length);
    for (auto& b : in) b = static_cast<std::uint8_t>(random());
    std::vector<std::uint8_t> out;
    unsigned beats = 0;
    bool ended = false;
    for (std::size_t at = 0; !ended;) {
      const std::size_t n = std::min<std::size_t>(16, length - at);
      for (unsigned w = 0; w < 4; ++w) {
        top.s_data_i[w] = 0;
        for (unsigned i = 0; i < 4; ++i) {
          if (4 * w + i < n) top.s_data_i[w] |= static_cast<std::uint32_t>(in[at + 4 * w + i]) << (8 * i);
        }
      }
      top.s_bytes_i = n;
      top.s_last_i = at + n == length;
      top.s_valid_i = random() % 3 != 0;
      top.m_ready_i = random() % 3 != 0;
      top.eval();
      if (top.m_valid_o && top.m_ready_i) {
        ++beats;
        for (unsigned i = 0; i < top.m_bytes_o; ++i) out.push_back(static_cast<std::uint8_t>(top.m_data_o >> (8 * i)));
        if (!top.m_last_o) {
          EXPECT_EQ(top.m_bytes_o, 8);
        }
        ended = top.m_last_o;
      }
      if (top.s_valid_i && top.s_ready_o) at += n;
      clock(top);
    }
    EXPECT_EQ(out, in);
    EXPECT_EQ(beats, std::max(1u, (length + 7) / 8));
  }
}

}  // namespace
}  // namespace twinpath::rtl
