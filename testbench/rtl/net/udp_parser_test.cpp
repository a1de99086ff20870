#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <type_traits>
#include <vector>

#include "Vudp_parser.h"
#include "host/core/counters.h"
#include "testbench/rtl/feed/traffic.h"
#include "testbench/rtl/net/packed.h"

namespace twinpath::rtl {
namespace {

class UdpParser : public ::testing::Test {
 protected:
  static constexpr std::size_t kBytes = sizeof(Vudp_parser::beat_data_i);

  UdpParser() { restart(); }

  void restart() {
    reset(top);
    top.m_ready_i = 1;
    write(0, config.address[0]);
    write(1, config.port[0]);
    write(2, config.address[1]);
    write(3, config.port[1]);
    for (unsigned w = 0; w < 3; ++w) {
      std::uint32_t v = 0;
      for (unsigned i = 0; i < 4; ++i) v = v << 8 | (4 * w + i < 10 ? config.session[4 * w + i] : 0u);
      write(4 + w, v);
    }
  }
  void write(unsigned word, std::uint32_t data) {
    top.cfg_i = pack_config(7, 0, word, data);
    clock(top);
    top.cfg_i = 0;
  }
  // Offers the bytes of `f` from `at` on, as many as a beat takes; returns how many.
  std::size_t offer(const Bytes& f, std::size_t at) {
    const std::size_t n = std::min(kBytes, f.size() - at);
    std::uint64_t data = 0;
    for (std::size_t b = 0; b < n; ++b) data |= static_cast<std::uint64_t>(f[at + b]) << (8 * b);
    top.beat_valid_i = n != 0;
    top.meta_valid_i = n != 0 && at == 0;
    top.beat_data_i = static_cast<std::remove_reference_t<decltype(top.beat_data_i)>>(data);
    top.beat_bytes_i = static_cast<std::uint8_t>(n);
    top.beat_last_i = at + n == f.size();
    return n;
  }
  void collect() {
    if (top.m_first_o) packet = unpack_packet(top.packet_o.data());
    for (unsigned b = top.m_first_o ? packet->lane : 0; b < top.m_bytes_o; ++b)
      out.push_back(static_cast<std::uint8_t>(top.m_data_o >> (8 * b)));
  }
  // Calls with each counter that counts in this cycle.
  template <class Each>
  void counted(Each each) const {
    for (unsigned c = 0; c < kCounterCount; ++c)
      if ((top.cnt_o[c / 32] >> (c % 32) & 1u) != 0) each(static_cast<Counter>(c));
  }
  // Sends a frame; fills `packet` and `out` with what comes of it and returns its drop counter.
  std::optional<Counter> run(const Bytes& f) {
    std::optional<Counter> cause;
    packet.reset();
    out.clear();
    unsigned counts = 0;
    std::size_t at = 0;
    for (int i = 0; i < 1000 && (at < f.size() || i < 3 || !top.idle_o); ++i) {
      const std::size_t n = offer(f, at);
      top.eval();
      counted([&](Counter c) {
        cause = c;
        ++counts;
      });
      if (top.m_valid_o) collect();
      if (top.beat_valid_i && top.beat_ready_o) at += n;
      clock(top);
    }
    EXPECT_TRUE(top.idle_o);
    EXPECT_EQ(counts, cause ? 1u : 0u);
    EXPECT_NE(packet.has_value(), cause.has_value());
    return cause;
  }

  ReferenceConfig config;
  Vudp_parser top;
  std::optional<PacketFields> packet;
  Bytes out;
};

const Bytes kBlocks(40, 0x5A);

TEST_F(UdpParser, PassesPacketsOfBothLinesWithAndWithoutATag) {
  for (const int line : {0, 1}) {
    for (const bool vlan : {false, true}) {
      EXPECT_EQ(
          run(make_frame(config, {.line = line, .vlan = vlan, .sequence = 0x123456789ABCDEF0, .count = 77}, kBlocks)),
          std::nullopt);
      ASSERT_TRUE(packet);
      EXPECT_EQ(packet->line, line == 1);
      EXPECT_EQ(packet->first_sequence, 0x123456789ABCDEF0u);
      EXPECT_EQ(packet->count, 77);
      EXPECT_EQ(packet->length, 40);
      EXPECT_EQ(out, kBlocks);
    }
  }
}

TEST_F(UdpParser, CountsAFrameThatEndsInItsHeadersAsShort) {
  for (const bool vlan : {false, true}) {
    const Bytes whole = make_frame(config, {.vlan = vlan}, kBlocks);
    for (std::size_t n = 1; n < 62u + (vlan ? 4 : 0); ++n) {
      EXPECT_EQ(run(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n))), Counter::drop_short) << n;
    }
    EXPECT_EQ(run(Bytes(whole.begin(), whole.begin() + 62 + (vlan ? 4 : 0))), std::nullopt);
  }
}

TEST_F(UdpParser, FindsEveryFaultAsSoonAsItsFieldIsThereAndNotBefore) {
  struct Fault {
    std::size_t byte;  // from the IPv4 header on; -1: EtherType
    std::uint8_t flip;
    std::size_t needs;  // bytes from there on
    Counter cause;
    bool fix;
  };
  const std::vector<Fault> faults = {
      {0, 0x20, 1, Counter::drop_not_ipv4, false},
      {0, 0x01, 1, Counter::drop_ip_options, false},
      {6, 0x20, 8, Counter::drop_fragment, true},
      {6, 0x10, 8, Counter::drop_fragment, true},
      {7, 0x01, 8, Counter::drop_fragment, true},
      {10, 0x01, 20, Counter::drop_ip_checksum, false},
      {8, 0x01, 20, Counter::drop_ip_checksum, false},
      {9, 0x01, 20, Counter::drop_not_udp, true},
      {19, 0x08, 24, Counter::drop_wrong_destination, true},
      {23, 0x80, 24, Counter::drop_wrong_destination, false},
      {25, 0x01, 26, Counter::drop_bad_length, false},
      {3, 0x01, 26, Counter::drop_bad_length, true},
      {28, 0x01, 48, Counter::drop_wrong_session, false},
      {37, 0x80, 48, Counter::drop_wrong_session, false},
  };
  config.session = {'S', 'E', 'S', 'S', 'I', 'O', 'N', '0', '0', '1'};
  restart();
  for (const bool vlan : {false, true}) {
    const std::size_t ip = vlan ? 18 : 14;
    for (const auto& fault : faults) {
      Bytes f = make_frame(config, {.vlan = vlan}, kBlocks);
      f[ip + fault.byte] ^= fault.flip;
      if (fault.fix) fix_checksum(f, ip);
      EXPECT_EQ(run(f), fault.cause);
      f.resize(ip + fault.needs);
      EXPECT_EQ(run(f), fault.cause) << "byte " << fault.byte;
      f.resize(ip + fault.needs - 1);
      EXPECT_EQ(run(f), Counter::drop_short) << "byte " << fault.byte;
    }
  }
}

TEST_F(UdpParser, AcceptsDontFragmentAndTheReservedBit) {
  Bytes f = make_frame(config, {}, kBlocks);
  f[14 + 6] = 0xC0;
  fix_checksum(f, 14);
  EXPECT_EQ(run(f), std::nullopt);
}

TEST_F(UdpParser, AdoptsTheFirstSessionWhenNoneIsConfigured) {
  Bytes a = make_frame(config, {}, kBlocks);
  Bytes b = a;
  b[42] ^= 1;
  EXPECT_EQ(run(b), std::nullopt);
  EXPECT_EQ(run(a), Counter::drop_wrong_session);
  EXPECT_EQ(run(b), std::nullopt);
  restart();
  EXPECT_EQ(run(a), std::nullopt);
}

// What a frame leads to does not depend on the frames before and behind it, nor on the pace.
TEST_F(UdpParser, JudgesFramesBackToBackAndUnderStallsAsItDoesEachAlone) {
  config.session = {'S', 'E', 'S', 'S', 'I', 'O', 'N', '0', '0', '1'};
  restart();
  Random random(1);
  std::vector<Bytes> frames;
  std::vector<PacketFields> packets;
  std::vector<Bytes> blocks;
  std::array<unsigned, kCounterCount> drops{};
  for (std::uint32_t number = 0; number < 4000; ++number) {
    Bytes f = make_frame(config,
                         {.line = random.chance(50),
                          .vlan = random.chance(50),
                          .sequence = random.engine(),
                          .count = static_cast<std::uint16_t>(random(0, 99))},
                         Bytes(random.chance(30) ? 0 : random(1, 40), static_cast<std::uint8_t>(number)));
    const std::size_t ip = f[12] == 0x81 ? 18 : 14;
    if (random.chance(50)) {
      f[random(12, ip + 38)] ^= static_cast<std::uint8_t>(1u << random(0, 7));
      if (random.chance(70)) fix_checksum(f, ip);
    }
    if (random.chance(30)) f.resize(random(1, f.size()));
    if (const auto cause = run(f)) {
      ++drops[static_cast<std::size_t>(*cause)];
    } else {
      packet->frame = number;
      packets.push_back(*packet);
      blocks.push_back(out);
    }
    frames.push_back(f);
  }
  EXPECT_GT(packets.size(), 500u);
  for (auto c = static_cast<std::size_t>(Counter::drop_short);
       c <= static_cast<std::size_t>(Counter::drop_wrong_session); ++c)
    EXPECT_GT(drops[c], 10u) << c;

  out.clear();
  std::size_t passed = 0;
  std::size_t at = 0;
  std::uint32_t number = 0;
  unsigned pace = 0;
  bool offered = false;
  for (unsigned i = 0; i < 1000000 && (number < frames.size() || !top.idle_o); ++i) {
    if (i % 500 == 0) pace = static_cast<unsigned>(random(0, 2)) * 40;
    offered = number < frames.size() && (offered || !random.chance(pace));
    const std::size_t n = offer(offered ? frames[number] : Bytes{}, offered ? at : 0);
    PackedWriter(top.meta_i.data()).put(number, 32);
    top.m_ready_i = !random.chance(pace);
    top.eval();
    counted([&](Counter c) { --drops[static_cast<std::size_t>(c)]; });
    if (top.m_valid_o && top.m_ready_i) {
      collect();
      ASSERT_LT(passed, packets.size());
      if (top.m_first_o) {
        EXPECT_EQ(*packet, packets[passed]);
        EXPECT_TRUE(top.pending_o);
        EXPECT_EQ(PackedReader(top.pending_meta_o.data()).take(32), packet->frame);
      }
      if (top.m_last_o) {
        EXPECT_EQ(out, blocks[passed]);
        out.clear();
        ++passed;
      }
    }
    if (top.beat_valid_i && top.beat_ready_o) {
      at += n;
      offered = false;
      if (at == frames[number].size()) {
        ++number;
        at = 0;
      }
    }
    clock(top);
    if (HasFailure()) FAIL() << "cycle " << i << ", frame " << number;
  }
  EXPECT_EQ(passed, packets.size());
  EXPECT_EQ(drops, (std::array<unsigned, kCounterCount>{})) << "drops alone less drops among others, by counter";
}

TEST_F(UdpParser, SwallowsADroppedFrameWithoutATrace) {
  top.beat_valid_i = 1;
  top.meta_valid_i = 1;
  top.beat_last_i = 1;
  top.beat_bytes_i = 0;
  top.beat_dropped_i = 1;
  top.eval();
  EXPECT_TRUE(top.meta_ready_o);
  clock(top);
  top.beat_dropped_i = 0;
  top.beat_valid_i = 0;
  top.meta_valid_i = 0;
  top.eval();
  EXPECT_TRUE(top.idle_o);
  EXPECT_FALSE(top.pending_o);
  EXPECT_EQ(run(make_frame(config, {}, kBlocks)), std::nullopt);
}

}  // namespace
}  // namespace twinpath::rtl
