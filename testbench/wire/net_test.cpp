#include "host/wire/net.h"

#include <gtest/gtest.h>

#include "host/wire/capture.h"
#include "host/wire/itch50.h"
#include "host/wire/moldudp64.h"
#include "testbench/wire/support.h"

namespace twinpath::net {
namespace {

using twinpath::testing::Bytes;

UdpLine a_line() {
  UdpLine line;
  line.destination_mac = multicast_mac(0xE9360C6F);
  line.source_mac = *parse_mac_address("d4:af:f7:cb:20:d5");
  line.source_ip = *parse_ipv4_address("206.200.127.138");
  line.destination_ip = *parse_ipv4_address("233.54.12.111");
  line.source_port = 49653;
  line.destination_port = 26477;
  return line;
}

Bytes a_frame(const UdpLine& line, std::size_t payload) {
  Bytes frame(line.header_size() + payload, 0x5A);
  write_udp_headers(line, payload, 7, frame.data());
  return frame;
}

TEST(Net, AWrittenFrameParsesToItsLineWithAndWithoutATag) {
  for (const bool tagged : {false, true}) {
    UdpLine line = a_line();
    if (tagged) line.vlan = 0x008D;
    const Bytes bytes = a_frame(line, 100);
    EXPECT_EQ(line.header_size(), tagged ? 46U : 42U);
    UdpFrame f;
    ASSERT_EQ(parse_udp(bytes, f), ParseError::none) << to_string(parse_udp(bytes, f));
    EXPECT_EQ(f.ethernet.destination, line.destination_mac);
    EXPECT_EQ(f.ethernet.source, line.source_mac);
    EXPECT_EQ(f.ethernet.vlan, line.vlan);
    EXPECT_EQ(f.ip.source, line.source_ip);
    EXPECT_EQ(f.ip.destination, line.destination_ip);
    EXPECT_EQ(f.ip.identification, 7);
    EXPECT_EQ(f.udp.source_port, line.source_port);
    EXPECT_EQ(f.udp.destination_port, line.destination_port);
    EXPECT_EQ(f.udp.length, 108);
    EXPECT_EQ(f.payload.data(), bytes.data() + line.header_size());
    EXPECT_EQ(f.payload.size(), 100U);
    EXPECT_FALSE(f.truncated());
  }
}

TEST(Net, PaddingIsCutOffAndMissingPayloadIsTruncation) {
  Bytes bytes = a_frame(a_line(), 4);
  bytes.resize(60);
  UdpFrame f;
  ASSERT_EQ(parse_udp(bytes, f), ParseError::none);
  EXPECT_EQ(f.payload.size(), 4U);
  bytes.resize(44);
  ASSERT_EQ(parse_udp(bytes, f), ParseError::none);
  EXPECT_EQ(f.payload.size(), 2U);
  EXPECT_TRUE(f.truncated());
}

TEST(Net, EveryFrameThatEndsWithinItsHeadersIsTooShort) {
  for (const bool tagged : {false, true}) {
    UdpLine line = a_line();
    if (tagged) line.vlan = 5;
    const Bytes bytes = a_frame(line, 10);
    for (std::size_t n = 0; n < line.header_size(); ++n) {
      UdpFrame f;
      EXPECT_EQ(parse_udp(std::span(bytes).first(n), f), ParseError::too_short) << n << " bytes";
    }
  }
}

TEST(Net, EachDamagedHeaderFieldHasItsOwnError) {
  const auto expect = [](ParseError error, std::size_t offset, std::uint8_t value, bool fix_checksum) {
    Bytes bytes = a_frame(a_line(), 10);
    bytes[offset] = value;
    if (fix_checksum) store_be16(bytes.data() + 24, ipv4_checksum(bytes.data() + 14));
    UdpFrame f;
    EXPECT_EQ(parse_udp(bytes, f), error) << "byte " << offset << ": " << to_string(parse_udp(bytes, f));
  };
  expect(ParseError::not_ipv4, 12, 0x86, true);
  expect(ParseError::not_ipv4, 14, 0x65, true);
  expect(ParseError::ip_options, 14, 0x46, true);
  expect(ParseError::fragment, 20, 0x20, true);
  expect(ParseError::fragment, 21, 0x01, true);
  expect(ParseError::ip_checksum, 22, 0x01, false);
  expect(ParseError::not_udp, 23, 6, true);
  expect(ParseError::bad_length, 17, 0x01, true);
  expect(ParseError::bad_length, 39, 7, true);
}

TEST(Net, TheChecksumMatchesThePublishedExample) {
  // RFC 1071, 3: the words 0001 f203 f4f5 f6f7 sum to ddf2.
  const Bytes example = testing::from_hex("0001f203f4f5f6f7");
  EXPECT_EQ(checksum_finish(checksum_add(example.data(), example.size())), 0xFFFF - 0xDDF2);
}

TEST(Net, AddressesParseAndNonsenseDoesNot) {
  EXPECT_EQ(parse_ipv4_address("233.54.12.111"), 0xE9360C6FU);
  EXPECT_EQ(parse_ipv4_address("255.255.255.255"), 0xFFFFFFFFU);
  for (const char* bad :
       {"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4 ", " 1.2.3.4", "1..3.4", "1.2.3.-4", "a.b.c.d", "1.2.3.0004"}) {
    EXPECT_FALSE(parse_ipv4_address(bad)) << bad;
  }
  EXPECT_EQ(parse_mac_address("01:00:5e:36:0C:6f"), (MacAddress{0x01, 0x00, 0x5E, 0x36, 0x0C, 0x6F}));
  EXPECT_EQ(multicast_mac(*parse_ipv4_address("233.54.12.111")), *parse_mac_address("01:00:5e:36:0c:6f"));
  for (const char* bad : {"", "01:00:5e:36:0c", "01:00:5e:36:0c:6", "01-00-5e-36-0c-6f", "0g:00:5e:36:0c:6f",
                          "01:00:5e:36:0c:6f:", "+1:00:5e:36:0c:6f"}) {
    EXPECT_FALSE(parse_mac_address(bad)) << bad;
  }
}

// The real frames keep their UDP checksums, which cover the addresses and every payload byte.
TEST(Net, LiveFramesParseDownToTheirMessagesAndTheirChecksumsHold) {
  const auto path = testing::shared_data("itch50_frames/Multiple.Packets.pcap");
  TP_NEED_DATA(path);
  const auto capture = CaptureReader::open(path);
  CapturedFrame frame;
  std::vector<std::uint16_t> counts;
  std::size_t messages = 0;
  while (capture->next(frame)) {
    UdpFrame f;
    ASSERT_EQ(parse_udp(frame.data, f), ParseError::none);
    EXPECT_EQ(f.ethernet.vlan, 0x008D);
    EXPECT_EQ(f.ip.destination, *parse_ipv4_address("233.54.12.111"));
    EXPECT_EQ(f.udp.destination_port, 26477);
    Bytes datagram(f.payload.data() - Udp::kSize, f.payload.data() + f.payload.size());
    store_be16(datagram.data() + 6, 0);
    EXPECT_EQ(udp_checksum(f.ip.source, f.ip.destination, datagram), f.udp.checksum);
    const mold::Header header = mold::Header::read(f.payload.data());
    EXPECT_EQ(header.session, mold::make_session("000010059B"));
    counts.push_back(header.count);
    mold::BlockReader blocks(f.payload.subspan(mold::Header::kSize), header.blocks());
    std::span<const std::uint8_t> block;
    while (blocks.next(block) == mold::BlockReader::Status::block) {
      EXPECT_EQ(itch::check(block), itch::DecodeError::none);
      ++messages;
    }
    EXPECT_TRUE(blocks.rest().empty());
    EXPECT_EQ(blocks.left(), 0);
  }
  EXPECT_EQ(counts, (std::vector<std::uint16_t>{1, 38}));
  EXPECT_EQ(messages, 39U);
}

// Some of these files have zeroed addresses, ports and session, and a zero where the checksum would be.
TEST(Net, EveryRealItchFrameHoldsWholeMessagesOfTheTypeItIsNamedFor) {
  const auto folder = testing::shared_data("itch50_frames");
  TP_NEED_DATA(folder);
  std::size_t frames = 0;
  for (const auto& path : testing::files_in(folder, ".pcap")) {
    SCOPED_TRACE(path.filename().string());
    const auto capture = CaptureReader::open(path);
    CapturedFrame frame;
    while (capture->next(frame)) {
      ++frames;
      Bytes bytes = testing::to_bytes(frame.data);
      if (load_be16(bytes.data() + 18 + 10) == 0) store_be16(bytes.data() + 28, ipv4_checksum(bytes.data() + 18));
      UdpFrame f;
      ASSERT_EQ(parse_udp(bytes, f), ParseError::none) << to_string(parse_udp(bytes, f));
      ASSERT_GE(f.payload.size(), mold::Header::kSize);
      const mold::Header header = mold::Header::read(f.payload.data());
      mold::BlockReader blocks(f.payload.subspan(mold::Header::kSize), header.blocks());
      std::span<const std::uint8_t> block;
      while (blocks.next(block) == mold::BlockReader::Status::block) {
        EXPECT_EQ(itch::check(block), itch::DecodeError::none) << itch::to_string(itch::check(block));
      }
      EXPECT_EQ(blocks.left(), 0);
    }
    EXPECT_EQ(capture->position(), capture->size());
  }
  EXPECT_GT(frames, 50U);
}

}  // namespace
}  // namespace twinpath::net
