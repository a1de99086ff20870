#include <gtest/gtest.h>

#include <map>

#include "Vreorder_buffer.h"
#include "testbench/rtl/feed/traffic.h"
#include "testbench/rtl/net/packed.h"

namespace twinpath::rtl {
namespace {

class ReorderBuffer : public ::testing::Test {
 protected:
  ReorderBuffer() { reset(top); }

  // Writes a packet whose first beat holds `lane` bytes of headers; `have` bytes of blocks arrive.
  void store(const PacketFields& p, const Bytes& blocks, bool commit = true) {
    pack_packet(p, top.write_packet_i.data());
    Bytes raw(p.lane, 0xEE);
    raw.insert(raw.end(), blocks.begin(), blocks.end());
    for (std::size_t at = 0; at < raw.size(); at += 8) {
      const std::size_t n = std::min<std::size_t>(8, raw.size() - at);
      top.write_i = 1;
      top.write_first_i = at == 0;
      top.write_data_i = 0;
      for (unsigned b = 0; b < n; ++b) top.write_data_i |= static_cast<std::uint64_t>(raw[at + b]) << (8 * b);
      top.write_bytes_i = n;
      clock(top);
    }
    top.write_i = 0;
    top.commit_i = commit;
    clock(top);
    top.commit_i = 0;
    clock(top);  // an answer is of the cycle before
  }
  Bytes play(unsigned slot, Random& random) {
    top.slot_i = slot;
    clock(top);
    top.play_i = 1;
    clock(top);
    top.play_i = 0;
    const PacketFields p = unpack_packet(top.packet_o.data());
    Bytes out;
    for (bool last = false; !last;) {
      top.m_ready_i = random.chance(70);
      top.eval();
      if (top.m_valid_o && top.m_ready_i) {
        for (unsigned b = top.m_first_o ? p.lane : 0; b < top.m_bytes_o; ++b) {
          out.push_back(static_cast<std::uint8_t>(top.m_data_o >> (8 * b)));
        }
        last = top.m_last_o;
      }
      clock(top);
    }
    return out;
  }
  void release(unsigned slot) {
    top.slot_i = slot;
    top.free_i = 1;
    clock(top);
    top.free_i = 0;
    clock(top);
  }

  Vreorder_buffer top;
};

TEST_F(ReorderBuffer, GivesBackSixteenPacketsOfAnySizeAsTheyCame) {
  Random random(3);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::pair<PacketFields, Bytes>> stored;
    for (unsigned i = 0; i < 16; ++i) {
      top.eval();
      EXPECT_TRUE(top.room_o);
      EXPECT_EQ(top.any_o, i != 0);
      const auto length = static_cast<std::uint16_t>(i == 0 ? 1472 : random(0, 1472));
      Bytes blocks(random.chance(70) ? length : random(0, length));
      for (auto& b : blocks) b = static_cast<std::uint8_t>(random(0, 255));
      const PacketFields p{0,
                           static_cast<std::uint32_t>(random(0, 1u << 31)),
                           static_cast<std::uint16_t>(random(0, 65535)),
                           random.chance(50),
                           random(1, 1ull << 40),
                           static_cast<std::uint16_t>(random(1, 100)),
                           length,
                           random.chance(50) ? 2u : 6u};
      store(p, blocks, false);
      store(p, blocks);
      stored.emplace_back(p, blocks);
    }
    top.eval();
    EXPECT_FALSE(top.room_o);
    for (unsigned i = 0; i < 16; ++i) {
      top.slot_i = i;
      clock(top);
      EXPECT_TRUE(top.used_o);
      EXPECT_EQ(unpack_packet(top.packet_o.data()), stored[i].first);
      EXPECT_EQ(play(i, random), stored[i].second);
      release(i);
    }
  }
}

TEST_F(ReorderBuffer, CutsOffWhatLiesBehindTheDeclaredEnd) {
  Random random(4);
  const Bytes arrived(60, 0x77);
  store({.first_sequence = 5, .count = 1, .length = 18, .lane = 6}, arrived);
  const Bytes out = play(0, random);
  EXPECT_GE(out.size(), 18u);
  EXPECT_LT(out.size(), 18u + 8u);
}

TEST_F(ReorderBuffer, NamesTheLowestSlotWhoseTurnHasComeAndRecognisesDuplicates) {
  const std::uint64_t sequences[] = {90, 50, 70, 50 + (1ull << 40)};
  for (const auto s : sequences) store({.first_sequence = s, .count = 1, .length = 14, .lane = 2}, Bytes(14));
  const std::map<std::uint64_t, int> expectations = {{49, -1}, {50, 1}, {69, 1}, {90, 0}, {1ull << 41, 0}};
  for (const auto& [expected, slot] : expectations) {
    top.expected_i = expected;
    clock(top);
    EXPECT_EQ(top.ready_o, slot >= 0) << expected;
    if (slot >= 0) {
      EXPECT_EQ(top.ready_slot_o, slot) << expected;
    }
  }
  top.sequence_i = 70;
  clock(top);
  EXPECT_TRUE(top.same_o);
  release(2);
  EXPECT_FALSE(top.same_o);
  store({.first_sequence = 33, .count = 1, .length = 14, .lane = 2}, Bytes(14));
  top.slot_i = 2;
  clock(top);
  EXPECT_EQ(unpack_packet(top.packet_o.data()).first_sequence, 33u) << "the lowest free slot";
}

}  // namespace
}  // namespace twinpath::rtl
