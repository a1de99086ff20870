#include "host/wire/mold_packetizer.h"

#include <gtest/gtest.h>

#include "host/wire/binaryfile.h"
#include "host/wire/itch50.h"
#include "testbench/wire/support.h"

namespace twinpath {
namespace {

using testing::Bytes;

struct Packet {
  std::uint64_t timestamp_ns;
  mold::Header header;
  std::vector<Bytes> messages;
  std::size_t payload;
};

class Collector {
 public:
  explicit Collector(const MoldPacketizerConfig& config)
      : packetizer(config, [this, config](std::uint64_t t, std::span<const std::uint8_t> frame) {
          net::UdpFrame f;
          ASSERT_EQ(net::parse_udp(frame, f), net::ParseError::none);
          EXPECT_FALSE(f.truncated());
          EXPECT_EQ(f.payload.data() + f.payload.size(), frame.data() + frame.size()) << "no padding";
          EXPECT_EQ(f.ethernet.vlan, config.line.vlan);
          EXPECT_EQ(f.ip.destination, config.line.destination_ip);
          EXPECT_EQ(f.udp.destination_port, config.line.destination_port);
          Packet p{t, mold::Header::read(f.payload.data()), {}, f.payload.size()};
          mold::BlockReader blocks(f.payload.subspan(mold::Header::kSize), p.header.blocks());
          std::span<const std::uint8_t> block;
          while (blocks.next(block) == mold::BlockReader::Status::block) p.messages.push_back(testing::to_bytes(block));
          EXPECT_EQ(blocks.left(), 0);
          EXPECT_TRUE(blocks.rest().empty());
          packets.push_back(std::move(p));
        }) {}

  std::vector<Packet> packets;
  MoldPacketizer packetizer;
};

MoldPacketizerConfig a_config() {
  MoldPacketizerConfig c;
  c.line.destination_ip = 0xE9360C6F;
  c.line.destination_port = 26477;
  c.session = mold::make_session("S");
  c.midnight_ns = 1'000'000;
  return c;
}

Bytes order_delete(std::uint64_t timestamp, std::uint64_t reference) {
  Bytes m(itch::OrderDelete::kLength);
  itch::OrderDelete{.timestamp = timestamp, .order_reference_number = reference}.write(m.data());
  return m;
}

TEST(MoldPacketizer, MessagesWithinTheWindowShareAPacketThatLeavesAtItsLast) {
  Collector c(a_config());
  for (const std::uint64_t t : {100, 1'099, 1'100, 1'101, 2'101, 9'000}) c.packetizer.add(order_delete(t, t));
  EXPECT_EQ(c.packets.size(), 2U) << "the open packet waits for its window or flush()";
  EXPECT_EQ(c.packetizer.next_sequence(), 7U);
  c.packetizer.flush();
  c.packetizer.flush();
  ASSERT_EQ(c.packets.size(), 3U);
  EXPECT_EQ(c.packets[0].messages.size(), 3U);
  EXPECT_EQ(c.packets[0].timestamp_ns, 1'001'100U);
  EXPECT_EQ(c.packets[0].header.sequence, 1U);
  EXPECT_EQ(c.packets[1].messages.size(), 2U);
  EXPECT_EQ(c.packets[1].timestamp_ns, 1'002'101U);
  EXPECT_EQ(c.packets[1].header.sequence, 4U);
  EXPECT_EQ(c.packets[2].messages.size(), 1U);
  EXPECT_EQ(c.packets[2].timestamp_ns, 1'009'000U);
  EXPECT_EQ(c.packets[2].header.sequence, 6U);
  EXPECT_EQ(c.packetizer.frames(), 3U);
}

TEST(MoldPacketizer, APacketIsFilledToTheLastByteAndNoFurther) {
  for (const std::size_t slack : {0, 1, 20}) {
    MoldPacketizerConfig config = a_config();
    config.max_payload = 20 + 5 * 21 + slack;
    config.line.vlan = 0x8D;
    Collector c(config);
    for (std::uint64_t i = 0; i < 11; ++i) c.packetizer.add(order_delete(5, i));
    c.packetizer.flush();
    ASSERT_EQ(c.packets.size(), 3U);
    EXPECT_EQ(c.packets[0].header.count, 5);
    EXPECT_EQ(c.packets[0].payload, 125U);
    EXPECT_EQ(c.packets[1].header.count, 5);
    EXPECT_EQ(c.packets[2].header.count, 1);
  }
}

TEST(MoldPacketizer, TimesNeverDecreaseThoughMessagesMay) {
  MoldPacketizerConfig config = a_config();
  config.window_ns = 0;
  Collector c(config);
  for (const std::uint64_t t : {50, 40, 60, 10}) c.packetizer.add(order_delete(t, t));
  c.packetizer.heartbeat(0);
  ASSERT_EQ(c.packets.size(), 3U);
  EXPECT_EQ(c.packets[0].messages.size(), 2U);
  EXPECT_EQ(c.packets[0].timestamp_ns, 1'000'050U);
  EXPECT_EQ(c.packets[1].messages.size(), 2U);
  EXPECT_EQ(c.packets[1].timestamp_ns, 1'000'060U);
  EXPECT_EQ(c.packets[2].timestamp_ns, 1'000'060U);
}

TEST(MoldPacketizer, HeartbeatsAndTheEndOfSessionNameTheNextSequence) {
  MoldPacketizerConfig config = a_config();
  config.first_sequence = 500;
  Collector c(config);
  c.packetizer.heartbeat(7);
  c.packetizer.add(order_delete(1, 1));
  c.packetizer.end_of_session(2'000'000);
  c.packetizer.heartbeat(2'000'001);
  ASSERT_EQ(c.packets.size(), 4U);
  EXPECT_EQ(c.packets[0].header.count, mold::kHeartbeat);
  EXPECT_EQ(c.packets[0].header.sequence, 500U);
  EXPECT_EQ(c.packets[0].timestamp_ns, 7U);
  EXPECT_EQ(c.packets[1].header.sequence, 500U);
  EXPECT_EQ(c.packets[2].header.count, mold::kEndOfSession);
  EXPECT_EQ(c.packets[2].header.sequence, 501U);
  EXPECT_EQ(c.packets[2].payload, 20U);
  EXPECT_EQ(c.packets[3].header.sequence, 501U);
}

TEST(MoldPacketizer, WhatCannotBePackedIsRefused) {
  MoldPacketizerConfig config = a_config();
  config.max_payload = 71;
  EXPECT_THROW(Collector{config}, std::invalid_argument);
  config.max_payload = net::kMaxUdpPayload + 1;
  EXPECT_THROW(Collector{config}, std::invalid_argument);
  config.max_payload = 72;
  Collector c(config);
  EXPECT_THROW(c.packetizer.add(Bytes(10)), std::invalid_argument);
  EXPECT_THROW(c.packetizer.add(Bytes(51)), std::invalid_argument);
  c.packetizer.add(Bytes(50));
}

TEST(MoldPacketizer, ASessionComesOutWholeInOrderAndWithoutGaps) {
  const auto path = testing::shared_data("itch50/artificial_3symbols.NASDAQ_ITCH50.gz");
  TP_NEED_DATA(path);
  Collector c(a_config());
  std::vector<Bytes> expected;
  const auto reader = BinaryFileReader::open(path);
  std::span<const std::uint8_t> message;
  while (reader->next(message)) {
    expected.push_back(testing::to_bytes(message));
    c.packetizer.add(message);
  }
  c.packetizer.flush();
  std::vector<Bytes> got;
  std::uint64_t sequence = 1;
  std::uint64_t time = 0;
  for (const Packet& p : c.packets) {
    EXPECT_EQ(p.header.sequence, sequence);
    EXPECT_GE(p.timestamp_ns, time);
    EXPECT_LE(p.payload, 1'400U);
    time = p.timestamp_ns;
    sequence += p.header.count;
    got.insert(got.end(), p.messages.begin(), p.messages.end());
  }
  EXPECT_EQ(got.size(), 12'012U);
  EXPECT_EQ(got, expected);
}

}  // namespace
}  // namespace twinpath
