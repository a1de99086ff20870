#include <gtest/gtest.h>

#include <map>

#include "Vblock_splitter.h"
#include "host/core/counters.h"
#include "testbench/rtl/feed/traffic.h"
#include "testbench/rtl/net/packed.h"

namespace twinpath::rtl {
namespace {

struct Split {
  std::vector<Bytes> messages;  // 50 bytes each
  std::vector<std::uint16_t> index;
  std::map<Counter, unsigned> counts;
  unsigned delivered = 0;
  unsigned cycles = 0;
};

class BlockSplitter : public ::testing::Test {
 protected:
  BlockSplitter() { reset(top); }

  Split run(unsigned count, const Bytes& blocks, int declared = -1, unsigned lane = 6, unsigned skip = 0,
            unsigned stall = 0) {
    constexpr std::size_t kBeat = sizeof(top.s_data_i);
    Split s;
    Bytes raw(lane, 0xEE);
    raw.insert(raw.end(), blocks.begin(), blocks.end());
    const PacketFields p{
        .stamp = 9,
        .frame = 4,
        .first_sequence = 1000,
        .count = static_cast<std::uint16_t>(count),
        .length = static_cast<std::uint16_t>(declared < 0 ? static_cast<int>(blocks.size()) : declared),
        .lane = lane};
    pack_packet(p, top.packet_i.data());
    top.skip_i = skip;
    std::uint16_t locate = 0;
    for (std::size_t at = 0; at < raw.size() || top.m_valid_o;) {
      const std::size_t n = std::min(kBeat, raw.size() - std::min(at, raw.size()));
      top.s_valid_i = n != 0;
      top.s_first_i = at == 0;
      top.s_last_i = at + n == raw.size();
      top.s_bytes_i = n;
      std::uint64_t data = 0;
      for (unsigned b = 0; b < n; ++b) {
        data |= static_cast<std::uint64_t>(raw[at + b]) << (8 * b);
      }
      top.s_data_i = static_cast<std::remove_reference_t<decltype(top.s_data_i)>>(data);
      top.m_ready_i = !random.chance(stall);
      top.eval();
      if (top.m_valid_o && top.m_ready_i) {
        PackedReader bits(top.m_o.data());
        bits.take(32);
        s.index.push_back(static_cast<std::uint16_t>(bits.take(16)));
        EXPECT_EQ(bits.take(32), 4u);
        EXPECT_EQ(bits.take(64), 1000u + s.index.back());
        EXPECT_EQ(bits.take(48), 9u);
        Bytes m(50);
        for (auto& b : m) b = static_cast<std::uint8_t>(bits.take(8));
        EXPECT_EQ(m[1] * 256 + m[2], locate) << "the locate came with deliver_o";
        s.messages.push_back(m);
      }
      for (unsigned c = 0; c < kCounterCount; ++c) {
        if ((top.cnt_o[c / 32] >> (c % 32) & 1u) != 0) ++s.counts[static_cast<Counter>(c)];
      }
      if (top.deliver_o) {
        ++s.delivered;
        locate = top.locate_o;
      }
      if (top.s_valid_i && top.s_ready_o) at += n;
      ++s.cycles;
      clock(top);
    }
    return s;
  }

  Random random{5};
  Vblock_splitter top;
};

using Counts = std::map<Counter, unsigned>;

TEST_F(BlockSplitter, CutsMessagesOfEveryLengthAtEveryLane) {
  for (int round = 0; round < 300; ++round) {
    Bytes blocks;
    std::vector<Bytes> sent;
    for (unsigned i = 0; i < 20; ++i) {
      sent.push_back(random_message(random));
      append_block(blocks, sent.back());
    }
    const Split s = run(20, blocks, -1,
                        random.chance(50)           ? 2
                        : sizeof(top.s_data_i) == 8 ? 6
                                                    : 2,
                        0, round % 2 ? 40 : 0);
    ASSERT_EQ(s.messages.size(), 20u);
    EXPECT_EQ(s.delivered, 20u);
    EXPECT_EQ(s.counts, Counts{});
    for (unsigned i = 0; i < 20; ++i) {
      const std::size_t n = std::min<std::size_t>(50, sent[i].size());
      EXPECT_TRUE(std::equal(sent[i].begin(), sent[i].begin() + static_cast<std::ptrdiff_t>(n), s.messages[i].begin()));
      EXPECT_EQ(s.index[i], i);
    }
  }
}

TEST_F(BlockSplitter, TakesTheShortestMessagesWithoutAStall) {
  Bytes blocks;
  for (unsigned i = 0; i < 60; ++i) append_block(blocks, make_message(random, 'W'));
  const Split s = run(60, blocks, -1, 2);
  EXPECT_EQ(s.delivered, 60u);
  EXPECT_EQ(s.cycles, (blocks.size() + 2 + sizeof(top.s_data_i) - 1) / sizeof(top.s_data_i) + 1);
}

TEST_F(BlockSplitter, SkipsLeadingBlocksButFindsTheirDamage) {
  Bytes blocks;
  for (unsigned i = 0; i < 5; ++i) append_block(blocks, make_message(random, 'D'));
  EXPECT_EQ(run(5, blocks, -1, 2, 3).index, (std::vector<std::uint16_t>{3, 4}));
  blocks[21 + 1] = 20;  // second block
  const Split s = run(5, blocks, -1, 2, 3);
  EXPECT_EQ(s.delivered, 0u);
  EXPECT_EQ(s.counts, (Counts{{Counter::bad_message_length, 1}}));
}

TEST_F(BlockSplitter, StopsAtTheFirstDamageWhereverTheFrameOrTheDeclaredLengthEnds) {
  Bytes blocks;
  for (unsigned i = 0; i < 4; ++i) append_block(blocks, make_message(random, 'D'));  // 4 x 21 bytes
  for (unsigned cut = 0; cut < 84; ++cut) {
    const Bytes arrived(blocks.begin(), blocks.begin() + cut);
    const Bytes& whole = blocks;
    for (const Split& s : {run(4, arrived, 84, 2), run(4, whole, static_cast<int>(cut), 2)}) {
      EXPECT_EQ(s.delivered, cut / 21) << cut;
      EXPECT_EQ(s.counts, (Counts{{Counter::truncated_block, 1}})) << cut;
    }
  }
  EXPECT_EQ(run(4, blocks, 84, 2).counts, Counts{});
  EXPECT_EQ(run(4, blocks, 85, 2).counts, (Counts{{Counter::trailing_bytes, 1}}));
  EXPECT_EQ(run(3, blocks, 84, 2).counts, (Counts{{Counter::trailing_bytes, 1}}));
  EXPECT_EQ(run(5, blocks, 84, 2).counts, (Counts{{Counter::truncated_block, 1}}));
  EXPECT_EQ(run(5, blocks, 84, 2).delivered, 4u);
}

TEST_F(BlockSplitter, RefusesLengthsBelowTwelveAndWrongOnesOfKnownTypes) {
  for (unsigned before = 0; before < 8; ++before) {
    for (unsigned length = 0; length < 12; ++length) {
      Bytes blocks;
      for (unsigned i = 0; i < before; ++i) append_block(blocks, make_message(random, "DXAUE"[i % 5]));
      append_block(blocks, Bytes(length, 'z'));
      append_block(blocks, make_message(random, 'D'));
      const Split s = run(before + 2, blocks, -1, 2);
      EXPECT_EQ(s.delivered, before);
      EXPECT_EQ(s.counts, (Counts{{Counter::bad_block_length, 1}})) << length;
    }
  }
  for (const char type : std::string("SRHYLVWKJhAFECXDUPQBINO")) {
    for (const int delta : {-1, 1}) {
      Bytes m = make_message(random, type);
      m.resize(m.size() + static_cast<std::size_t>(delta));
      if (m.size() < 12) continue;
      Bytes blocks;
      append_block(blocks, m);
      append_block(blocks, make_message(random, 'D'));
      const Split s = run(2, blocks, -1, 2);
      EXPECT_EQ(s.delivered, 0u);
      EXPECT_EQ(s.counts, (Counts{{Counter::bad_message_length, 1}})) << type;
    }
  }
}

TEST_F(BlockSplitter, CarriesAnUnknownMessageLongerThanItKeeps) {
  Bytes blocks;
  Bytes giant(60000, 'x');
  append_block(blocks, giant);
  append_block(blocks, make_message(random, 'D'));
  const Split s = run(2, blocks, -1, 2);
  EXPECT_EQ(s.delivered, 2u);
  EXPECT_EQ(s.messages[0], Bytes(50, 'x'));
  EXPECT_EQ(s.messages[1][0], 'D');
}

}  // namespace
}  // namespace twinpath::rtl
