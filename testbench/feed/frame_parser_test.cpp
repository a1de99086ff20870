#include "host/feed/frame_parser.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "testbench/feed/feed_fixture.h"

namespace twinpath::testing {
namespace {

constexpr Counter kOurs = Counter::frames;

Counter judge(const Bytes& frame, FeedPacket& packet) {
  const Bytes copy(frame);  // exact size on the heap
  const Counter verdict = parse_frame(copy, two_line_feed(), packet);
  packet.blocks = {};
  packet.session = nullptr;
  return verdict;
}
Counter judge(const Bytes& frame) {
  FeedPacket packet;
  return judge(frame, packet);
}

Bytes good(std::optional<std::uint16_t> vlan = {}) {
  Packet p;
  p.vlan = vlan;
  p.messages = fillers(1, 2);
  return p.frame();
}

TEST(FrameParser, AcceptsBothLinesAndTellsThemApart) {
  for (const FeedLine line : {FeedLine::a, FeedLine::b}) {
    Packet p;
    p.line = line;
    p.sequence = 0x0102030405060708;
    p.messages = fillers(1, 3);
    const Bytes frame = p.frame();
    FeedPacket packet;
    ASSERT_EQ(parse_frame(frame, two_line_feed(), packet), kOurs);
    EXPECT_EQ(packet.line, line);
    EXPECT_EQ(packet.sequence, 0x0102030405060708u);
    EXPECT_EQ(packet.count, 3u);
    EXPECT_EQ(packet.declared, 3 * 14u);
    EXPECT_EQ(packet.blocks.size(), 3 * 14u);
    EXPECT_EQ(packet.blocks.data(), frame.data() + 62);
    EXPECT_EQ(packet.session, frame.data() + 42);
  }
}

TEST(FrameParser, MovesEverythingByFourBytesBehindATag) {
  const Bytes frame = good(0x2005);
  FeedPacket packet;
  ASSERT_EQ(parse_frame(frame, two_line_feed(), packet), kOurs);
  EXPECT_EQ(packet.blocks.data(), frame.data() + 66);
  EXPECT_EQ(packet.count, 2u);
}

TEST(FrameParser, RejectsASecondTagAndATagBeforeAnythingElse) {
  for (const unsigned inner : {0x8100u, 0x86DDu, 0x0806u, 0x0801u}) {
    Bytes frame = good(1);
    store_be16(frame.data() + 16, static_cast<std::uint16_t>(inner));
    EXPECT_EQ(judge(frame), Counter::drop_not_ipv4) << inner;
  }
}

TEST(FrameParser, CallsAFrameShortUntilTheLastHeaderByteIsThere) {
  for (const bool tagged : {false, true}) {
    const Bytes frame = good(tagged ? std::optional<std::uint16_t>(3) : std::nullopt);
    const std::size_t headers = tagged ? 66 : 62;
    for (std::size_t size = 0; size <= frame.size(); ++size) {
      EXPECT_EQ(judge(Bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size))),
                size < headers ? Counter::drop_short : kOurs)
          << size << (tagged ? " tagged" : "");
    }
  }
}

// One damaged field, and the number of bytes (untagged) from which on the damage can be seen.
struct Damage {
  const char* what;
  void (*apply)(Bytes& frame, std::size_t ip);
  std::size_t needs;
  Counter cause;
};

constexpr std::uint32_t kOtherAddress = 0xE9360C70;
const Damage kDamages[] = {
    {"EtherType", [](Bytes& f, std::size_t ip) { store_be16(&f[ip - 2], 0x86DD); }, 14, Counter::drop_not_ipv4},
    {"version 6", [](Bytes& f, std::size_t ip) { f[ip] = 0x65; }, 15, Counter::drop_not_ipv4},
    {"version 6 with options", [](Bytes& f, std::size_t ip) { f[ip] = 0x66; }, 15, Counter::drop_not_ipv4},
    {"6 header words", [](Bytes& f, std::size_t ip) { f[ip] = 0x46; }, 15, Counter::drop_ip_options},
    {"4 header words", [](Bytes& f, std::size_t ip) { f[ip] = 0x44; }, 15, Counter::drop_ip_options},
    {"more fragments",
     [](Bytes& f, std::size_t ip) {
       store_be16(&f[ip + 6], 0x2000);
       fix_checksum(f, ip);
     },
     22, Counter::drop_fragment},
    {"fragment offset 1",
     [](Bytes& f, std::size_t ip) {
       store_be16(&f[ip + 6], 0x0001);
       fix_checksum(f, ip);
     },
     22, Counter::drop_fragment},
    {"fragment offset 4096",
     [](Bytes& f, std::size_t ip) {
       store_be16(&f[ip + 6], 0x1000);
       fix_checksum(f, ip);
     },
     22, Counter::drop_fragment},
    {"checksum", [](Bytes& f, std::size_t ip) { f[ip + 10] ^= 1; }, 34, Counter::drop_ip_checksum},
    {"a header bit", [](Bytes& f, std::size_t ip) { f[ip + 19] ^= 1; }, 34, Counter::drop_ip_checksum},
    {"protocol",
     [](Bytes& f, std::size_t ip) {
       f[ip + 9] = 6;
       fix_checksum(f, ip);
     },
     34, Counter::drop_not_udp},
    {"address",
     [](Bytes& f, std::size_t ip) {
       store_be32(&f[ip + 16], kOtherAddress);
       fix_checksum(f, ip);
     },
     38, Counter::drop_wrong_destination},
    {"port", [](Bytes& f, std::size_t ip) { f[ip + 23] ^= 1; }, 38, Counter::drop_wrong_destination},
    {"address of A with port of B", [](Bytes& f, std::size_t ip) { store_be16(&f[ip + 22], 26478); }, 38,
     Counter::drop_wrong_destination},
    {"UDP length 27",
     [](Bytes& f, std::size_t ip) {
       store_be16(&f[ip + 24], 27);
       store_be16(&f[ip + 2], 47);
       fix_checksum(f, ip);
     },
     40, Counter::drop_bad_length},
    {"UDP length + 1", [](Bytes& f, std::size_t ip) { f[ip + 25] = static_cast<std::uint8_t>(f[ip + 25] + 1); }, 40,
     Counter::drop_bad_length},
    {"IP length - 1",
     [](Bytes& f, std::size_t ip) {
       f[ip + 3] = static_cast<std::uint8_t>(f[ip + 3] - 1);
       fix_checksum(f, ip);
     },
     40, Counter::drop_bad_length},
    {"UDP length 65535",
     [](Bytes& f, std::size_t ip) {
       store_be16(&f[ip + 24], 0xFFFF);
       store_be16(&f[ip + 2], 19);
       fix_checksum(f, ip);
     },
     40, Counter::drop_bad_length},
};

TEST(FrameParser, NamesTheCauseAsSoonAsItsBytesAreThereAndShortBefore) {
  for (const Damage& d : kDamages) {
    for (const bool tagged : {false, true}) {
      Bytes frame = good(tagged ? std::optional<std::uint16_t>(3) : std::nullopt);
      d.apply(frame, tagged ? 18 : 14);
      const std::size_t needs = d.needs + (tagged ? 4 : 0);
      for (std::size_t size = 0; size <= frame.size(); ++size) {
        EXPECT_EQ(judge(Bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size))),
                  size < needs ? Counter::drop_short : d.cause)
            << d.what << ", " << size << " bytes" << (tagged ? ", tagged" : "");
      }
    }
  }
}

TEST(FrameParser, ReportsTheEarlierOfTwoCauses) {
  // kDamages is in the order of the checks; each pair that does not overwrite the other's field keeps the earlier
  // cause.
  const auto* const first = std::begin(kDamages);
  for (const Damage& a : kDamages) {
    for (const Damage& b : kDamages) {
      if (&a >= &b || a.cause == b.cause) continue;
      if (a.cause == Counter::drop_ip_checksum) continue;  // b repairs the checksum
      Bytes frame = good();
      b.apply(frame, 14);
      a.apply(frame, 14);
      EXPECT_EQ(judge(frame), a.cause) << a.what << " with " << b.what << " (" << &a - first << ", " << &b - first
                                       << ")";
    }
  }
  Bytes frame = good();
  frame[23] = 6;  // protocol, with a checksum that is now wrong
  EXPECT_EQ(judge(frame), Counter::drop_ip_checksum);
}

TEST(FrameParser, AllowsDontFragmentAndTheReservedFlag) {
  for (const unsigned flags : {0x0000u, 0x4000u, 0x8000u, 0xC000u}) {
    Bytes frame = good();
    store_be16(&frame[20], static_cast<std::uint16_t>(flags));
    fix_checksum(frame);
    EXPECT_EQ(judge(frame), kOurs) << flags;
  }
}

TEST(FrameParser, IgnoresAddressesOfEthernetAndTheUdpChecksum) {
  Bytes frame = good();
  std::fill_n(frame.begin(), 12, std::uint8_t{0xAA});
  store_be16(&frame[40], 0x1234);
  EXPECT_EQ(judge(frame), kOurs);
}

TEST(FrameParser, AcceptsTheSmallestUdpLength) {
  const Bytes frame = Packet{}.frame();
  ASSERT_EQ(load_be16(&frame[38]), 28u);
  FeedPacket packet;
  EXPECT_EQ(judge(frame, packet), kOurs);
  EXPECT_EQ(packet.declared, 0u);
}

TEST(FrameParser, CutsEthernetPaddingAndKeepsWhatIsThereOfACutFrame) {
  Bytes frame = good();
  const std::size_t whole = frame.size();
  frame.resize(whole + 9);
  FeedPacket packet;
  ASSERT_EQ(parse_frame(frame, two_line_feed(), packet), kOurs);
  EXPECT_EQ(packet.blocks.size(), 28u);
  frame.resize(whole - 5);
  ASSERT_EQ(parse_frame(frame, two_line_feed(), packet), kOurs);
  EXPECT_EQ(packet.declared, 28u);
  EXPECT_EQ(packet.blocks.size(), 23u);
}

TEST(FrameParser, FindsEveryChecksumThatAOneBitErrorBreaks) {
  for (std::size_t bit = 0; bit < 160; ++bit) {
    Bytes frame = good();
    frame[14 + bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    EXPECT_NE(judge(frame), kOurs) << "bit " << bit;
  }
}

// ---- session (checked by the feed)
using Sessions = FeedTest;

TEST_F(Sessions, DropAPacketOfAnotherSessionWithoutAnyOtherEffect) {
  Packet p = packet(5, 2);
  for (std::size_t i = 0; i < 10; ++i) {
    std::string name = "SESSION001";
    name[i] ^= 1;
    p.session = name;
    send(10, p, true);
  }
  EXPECT_EQ(counted(), "frames=10 drop_wrong_session=10 ");
  EXPECT_FALSE(feed_->gap_open());
}

TEST_F(Sessions, AreAdoptedFromTheFirstPacketThatIsOursWhenNoneIsConfigured) {
  FeedConfig config = two_line_feed();
  config.session = {};
  restart(config);
  Packet other = packet(1, 1);
  other.session = "OTHER";
  Bytes not_ours = other.frame();
  not_ours[37] ^= 1;  // port
  send(1, not_ours);
  send(2, packet(1, 1));  // SESSION001 is adopted
  send(3, other);
  send(4, packet(2, 1, FeedLine::b));
  EXPECT_EQ(count(Counter::drop_wrong_destination), 1u);
  EXPECT_EQ(count(Counter::drop_wrong_session), 1u);
  EXPECT_EQ(sequences(), (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(Sessions, AreJudgedOnlyWhenTheWholeHeaderIsThere) {
  Packet p = packet(1, 1);
  p.session = "OTHER";
  Bytes frame = p.frame();
  for (std::size_t size = 42; size < 62; ++size)
    send(1, Bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)));
  EXPECT_EQ(counted(), "frames=20 drop_short=20 ");
  frame.resize(62);
  send(1, frame);
  EXPECT_EQ(count(Counter::drop_wrong_session), 1u);
}

// SEM 2.1, word by word as RFC 1071 has it.
bool plain_checksum_ok(const std::array<std::uint8_t, 20>& ip) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < ip.size(); i += 2) sum += load_be16(&ip[i]);
  while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
  return sum == 0xFFFF;
}

TEST(IpWords, HaveTheChecksumOfTheirSixteenBitWordsWhateverCarries) {
  std::mt19937_64 random(1);
  for (unsigned n = 0; n < 200'000; ++n) {
    std::array<std::uint8_t, 20> ip;
    for (std::uint8_t& b : ip) {
      const auto kind = random() % 4;  // many ones: sums that carry out of every width
      b = kind == 0 ? static_cast<std::uint8_t>(random()) : kind == 1 ? 0x00 : 0xFF;
    }
    ip[0] = 0x45;
    std::uint32_t sum = 0;
    ip[10] = ip[11] = 0;
    for (std::size_t i = 0; i < ip.size(); i += 2) sum += load_be16(&ip[i]);
    while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
    store_be16(&ip[10], static_cast<std::uint16_t>(~sum));
    ASSERT_TRUE(plain_checksum_ok(ip)) << n;
    ASSERT_TRUE(IpWords(ip.data()).checksum_ok()) << n;
    ip[1 + random() % 19] ^= static_cast<std::uint8_t>(1u << random() % 8);
    ASSERT_EQ(IpWords(ip.data()).checksum_ok(), plain_checksum_ok(ip)) << n;
  }
}

}  // namespace
}  // namespace twinpath::testing
