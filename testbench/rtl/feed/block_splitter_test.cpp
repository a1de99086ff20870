#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "Vblock_splitter.h"
#include "host/core/counters.h"
#include "testbench/rtl/feed/traffic.h"
#include "testbench/rtl/net/packed.h"

namespace twinpath::rtl {
namespace {

// An order reference named in the cycle of a beat.
struct Request {
  std::size_t beat = 0;
  bool second = false;
  std::uint64_t reference = 0;
  bool operator==(const Request&) const = default;
};
std::ostream& operator<<(std::ostream& os, const Request& r) {
  return os << (r.second ? "second " : "first ") << r.reference << " in beat " << r.beat;
}

struct Split {
  std::vector<Bytes> messages;  // 50 bytes each
  std::vector<std::uint16_t> index;
  std::vector<std::size_t> beats;  // that completed them
  std::vector<Request> requests;
  std::map<Counter, unsigned> counts;
  unsigned delivered = 0;
  unsigned consumed = 0;
  unsigned cycles = 0;
};

class BlockSplitter : public ::testing::Test {
 protected:
  static constexpr std::size_t kBeat = sizeof(Vblock_splitter::s_data_i);

  BlockSplitter() { reset(top); }

  // `stall`: percent of cycles without en_i, and as many in which no beat is here.
  Split run(unsigned count, const Bytes& blocks, int declared = -1, unsigned lane = 6, unsigned skip = 0,
            unsigned stall = 0) {
    return run({.count = count, .declared = declared, .lane = lane, .skip = skip, .stall = stall}, blocks);
  }
  struct How {
    unsigned count = 0;
    int declared = -1;
    unsigned lane = 6;
    unsigned skip = 0;
    unsigned stall = 0;
    bool forgotten = false;  // void_i, and only the first beat comes
  };
  Split run(const How& how, const Bytes& blocks) {
    const auto& [count, declared, lane, skip, stall, forgotten] = how;
    Split s;
    Bytes raw(lane, 0xEE);
    raw.insert(raw.end(), blocks.begin(), blocks.end());
    const PacketFields p{
        .stamp = 9,
        .frame = 4,
        .first_beat = 0x4321,
        .first_sequence = 1000,
        .count = static_cast<std::uint16_t>(count),
        .length = static_cast<std::uint16_t>(declared < 0 ? static_cast<int>(blocks.size()) : declared),
        .lane = lane};
    pack_packet(p, top.packet_i.data());
    unsigned locate_before = 0;  // in the last cycle with en_i
    bool first_taken = false;    // by the cycle before
    const std::size_t end = forgotten ? 1 : raw.size();
    for (std::size_t at = 0; at < end; ++s.cycles) {
      const std::size_t n = std::min(kBeat, raw.size() - at);
      top.en_i = !random.chance(stall);
      top.s_valid_i = !random.chance(stall);
      top.s_first_i = at == 0;
      top.s_last_i = at + n == raw.size();
      top.s_bytes_i = n;
      top.s_cycle_i = static_cast<std::uint16_t>(0x8000 + at / kBeat);
      std::uint64_t data = 0xA5A5A5A5A5A5A5A5;
      for (unsigned b = 0; b < n; ++b) {
        data &= ~(std::uint64_t{0xFF} << (8 * b));
        data |= static_cast<std::uint64_t>(raw[at + b]) << (8 * b);
      }
      top.s_data_i = static_cast<std::remove_reference_t<decltype(top.s_data_i)>>(data);
      // Not known when the first beat comes.
      top.skip_i = at == 0 ? random.chance(50) : s.consumed < skip;
      top.void_i = first_taken ? forgotten : random.chance(50);
      top.eval();
      EXPECT_EQ(top.s_ready_o, top.en_i);
      const bool taken = top.s_valid_i && top.s_ready_o;
      if (!taken) {
        EXPECT_FALSE(top.consume_o || top.deliver_o || top.req_valid_o) << "without a beat";
      }
      EXPECT_EQ(top.deliver_o, top.consume_o && s.consumed >= skip);
      s.consumed += top.consume_o;
      if (top.deliver_o) {
        ++s.delivered;
        s.beats.push_back(at / kBeat);
        PackedReader bits(top.m_o.data());
        EXPECT_EQ(bits.take(16), 0x8000 + at / kBeat);
        EXPECT_EQ(bits.take(16), 0x4321u);
        s.index.push_back(static_cast<std::uint16_t>(bits.take(16)));
        EXPECT_EQ(bits.take(32), 4u);
        EXPECT_EQ(bits.take(64), 1000u + s.index.back());
        EXPECT_EQ(bits.take(48), 9u);
        Bytes m(50);
        for (auto& b : m) b = static_cast<std::uint8_t>(bits.take(8));
        // Of messages with a symbol, a cycle with en_i earlier.
        if (std::string("HJhAFECXDUP").find(static_cast<char>(m[0])) != std::string::npos) {
          EXPECT_EQ(m[1] * 256u + m[2], locate_before) << m[0];
        }
        s.messages.push_back(m);
      }
      if (top.req_valid_o) s.requests.push_back({at / kBeat, top.req_second_o != 0, top.req_ref_o});
      tally(s);
      if (top.en_i) locate_before = top.locate_o;
      first_taken = taken && at == 0;
      if (taken) at += n;
      clock(top);
    }
    // Counters are a cycle behind.
    top.s_valid_i = 0;
    top.void_i = first_taken && forgotten;
    top.eval();
    tally(s);
    clock(top);
    top.eval();
    EXPECT_EQ(top.cnt_o[0] | top.cnt_o[1] | top.cnt_o[2], 0u);
    return s;
  }
  void tally(Split& s) {
    for (unsigned c = 0; c < kCounterCount; ++c) {
      if ((top.cnt_o[c / 32] >> (c % 32) & 1u) != 0) ++s.counts[static_cast<Counter>(c)];
    }
  }

  // The requests that whole blocks must make.
  static std::vector<Request> requests(const Bytes& blocks, unsigned lane) {
    std::vector<Request> r;
    for (std::size_t at = 0; at < blocks.size();) {
      const std::size_t length = blocks[at] * 256u + blocks[at + 1];
      at += 2;
      const auto ask = [&](std::size_t from, bool second) {
        std::uint64_t reference = 0;
        for (unsigned i = 0; i < 8; ++i) reference = reference << 8 | blocks[at + from + i];
        r.push_back({(lane + at + from + 7) / kBeat, second, reference});
      };
      const char type = static_cast<char>(blocks[at]);
      if (std::string("AFECXDU").find(type) != std::string::npos) ask(11, false);
      if (type == 'U') ask(19, true);
      at += length;
    }
    return r;
  }
  static std::vector<unsigned> lanes() {
    if (kBeat == 8) return {2, 6};
    return {2};
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
    const unsigned lane = lanes()[random(0, lanes().size() - 1)];
    const Split s = run(20, blocks, -1, lane, 0, round % 2 ? 40 : 0);
    ASSERT_EQ(s.messages.size(), 20u);
    EXPECT_EQ(s.delivered, 20u);
    EXPECT_EQ(s.counts, Counts{});
    for (unsigned i = 0; i < 20; ++i) {
      const std::size_t n = std::min<std::size_t>(50, sent[i].size());
      EXPECT_TRUE(std::equal(sent[i].begin(), sent[i].begin() + static_cast<std::ptrdiff_t>(n), s.messages[i].begin()));
      EXPECT_EQ(s.index[i], i);
    }
    ASSERT_EQ(s.requests, requests(blocks, lane));
  }
}

// Every type, its block beginning at every lane of a beat, at both lanes of a packet.
TEST_F(BlockSplitter, NamesAReferenceInTheCycleOfItsLastByteAndNothingElse) {
  std::map<char, unsigned> asked;
  for (const unsigned lane : lanes()) {
    for (unsigned before = 12; before < 12 + kBeat; ++before) {
      for (const char type : std::string("SRHYLVWKJhAFECXDUPQBINO?")) {
        Bytes blocks;
        append_block(blocks, Bytes(before, 'z'));
        append_block(blocks, make_message(random, type));
        append_block(blocks, make_message(random, 'D'));
        for (const unsigned skip : {0u, 2u}) {
          const Split s = run(3, blocks, -1, lane, skip);
          ASSERT_EQ(s.requests, requests(blocks, lane)) << type << " behind " << before;
          EXPECT_EQ(s.requests.back().beat, s.beats.back()) << "a delete's is its last byte";
          asked[type] += static_cast<unsigned>(s.requests.size()) - 1;
        }
      }
    }
  }
  for (const auto& [type, times] : asked) {
    const bool asks = std::string("AFECXDU").find(type) != std::string::npos;
    EXPECT_EQ(times != 0, asks) << type;
  }
}

// What was damaged asks for no more than what arrived of it, and the message behind it for nothing.
TEST_F(BlockSplitter, AsksForNothingBehindADamage) {
  for (const char type : std::string("AFECXDU")) {
    Bytes bad = make_message(random, type);
    bad.push_back(0);  // a byte too long: known only at its end
    Bytes blocks;
    append_block(blocks, make_message(random, 'D'));
    append_block(blocks, bad);
    append_block(blocks, make_message(random, 'D'));
    const Split s = run(3, blocks, -1, 2);
    auto expected = requests(blocks, 2);
    expected.pop_back();
    EXPECT_EQ(s.requests, expected) << type;
    EXPECT_EQ(s.delivered, 1u);
  }
  // Too short to hold a reference.
  Bytes blocks;
  append_block(blocks, make_message(random, 'A'));
  blocks[1] = 18;
  blocks.resize(20);
  append_block(blocks, make_message(random, 'D'));
  EXPECT_EQ(run(2, blocks, -1, 2).requests, std::vector<Request>{});
}

TEST_F(BlockSplitter, StallsChangeNothingButTime) {
  for (int round = 0; round < 200; ++round) {
    Bytes blocks;
    const unsigned count = static_cast<unsigned>(random(1, 20));
    for (unsigned i = 0; i < count; ++i) append_block(blocks, random_message(random));
    if (random.chance(40)) blocks[random(0, blocks.size() - 1)] ^= 1u << random(0, 7);
    if (random.chance(20)) blocks.resize(random(1, blocks.size()));
    const int declared = random.chance(20) ? static_cast<int>(random(0, 2 * blocks.size())) : -1;
    const unsigned skip = static_cast<unsigned>(random(0, count - 1));
    run(count, blocks, declared, 2, skip);  // what stands behind a short message is of the messages before
    const Split plain = run(count, blocks, declared, 2, skip);
    const Split stalled = run(count, blocks, declared, 2, skip, static_cast<unsigned>(random(1, 80)));
    EXPECT_TRUE(stalled.messages == plain.messages);
    EXPECT_EQ(stalled.index, plain.index);
    EXPECT_EQ(stalled.beats, plain.beats);
    EXPECT_EQ(stalled.requests, plain.requests);
    EXPECT_EQ(stalled.counts, plain.counts);
  }
}

TEST_F(BlockSplitter, TakesTheShortestMessagesWithoutAStall) {
  Bytes blocks;
  for (unsigned i = 0; i < 60; ++i) append_block(blocks, make_message(random, 'W'));
  const Split s = run(60, blocks, -1, 2);
  EXPECT_EQ(s.delivered, 60u);
  EXPECT_EQ(s.cycles, (blocks.size() + 2 + kBeat - 1) / kBeat);
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

// Whatever a forgotten packet's first beat holds, and wherever the walk of it stood.
TEST_F(BlockSplitter, ForgetsAPacketThatIsNotWanted) {
  for (int round = 0; round < 300; ++round) {
    Bytes unwanted;
    append_block(unwanted, random_message(random));
    unwanted[1] = static_cast<std::uint8_t>(random(0, 20));
    if (random.chance(30)) unwanted.resize(random(0, 6));  // and the frame ends
    const unsigned lane = lanes()[random(0, lanes().size() - 1)];
    const How how = {.count = static_cast<unsigned>(random(1, 2)),
                     .declared = static_cast<int>(random(0, 20)),
                     .lane = lane,
                     .stall = round % 2 ? 40u : 0u,
                     .forgotten = true};
    const Split nothing = run(how, unwanted);
    EXPECT_EQ(nothing.consumed, 0u);
    EXPECT_EQ(nothing.counts, Counts{});
    EXPECT_EQ(nothing.requests, std::vector<Request>{});
    Bytes blocks;
    for (const char type : {'W', 'D', 'U'}) append_block(blocks, make_message(random, type));
    const Split s = run(3, blocks, -1, lane, 1);
    EXPECT_EQ(s.index, (std::vector<std::uint16_t>{1, 2}));
    EXPECT_EQ(s.requests, requests(blocks, lane));
    EXPECT_EQ(s.counts, Counts{});
  }
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
