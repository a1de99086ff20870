#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "Vudp_parser.h"
#include "host/core/counters.h"
#include "testbench/rtl/feed/traffic.h"
#include "testbench/rtl/net/packed.h"

namespace twinpath::rtl {
namespace {

class UdpParser : public ::testing::Test {
 protected:
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
  // Sends a frame; fills `packet` and `out` with what comes of it and returns its drop counter.
  std::optional<Counter> run(const Bytes& f) {
    std::optional<Counter> cause;
    packet.reset();
    out.clear();
    unsigned counted = 0;
    std::size_t at = 0;
    bool first = true;
    for (int i = 0; i < 1000 && (at < f.size() || i < 3 || !top.idle_o); ++i) {
      const std::size_t n = std::min<std::size_t>(8, f.size() - at);
      top.beat_valid_i = n != 0;
      top.meta_valid_i = n != 0 && first;
      top.beat_data_i = 0;
      for (unsigned b = 0; b < n; ++b) top.beat_data_i |= static_cast<std::uint64_t>(f[at + b]) << (8 * b);
      top.beat_bytes_i = n;
      top.beat_last_i = at + n == f.size();
      top.eval();
      for (unsigned c = 0; c < kCounterCount; ++c) {
        if ((top.cnt_o[c / 32] >> (c % 32) & 1u) != 0) {
          cause = static_cast<Counter>(c);
          ++counted;
        }
      }
      if (top.m_valid_o) {
        if (top.m_first_o) packet = unpack_packet(top.packet_o.data());
        const unsigned from = top.m_first_o ? packet->lane : 0;
        for (unsigned b = from; b < top.m_bytes_o; ++b)
          out.push_back(static_cast<std::uint8_t>(top.m_data_o >> (8 * b)));
      }
      if (top.beat_valid_i && top.beat_ready_o) {
        at += n;
        first = false;
      }
      clock(top);
    }
    EXPECT_TRUE(top.idle_o);
    EXPECT_EQ(counted, cause ? 1u : 0u);
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
