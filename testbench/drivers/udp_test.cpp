#include <gmock/gmock.h>
#include <unistd.h>

#include "drivers/wall_clock.h"
#include "testbench/drivers/network.h"

namespace twinpath::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kBothLines = "udp:233.54.12.111:26477,233.49.196.111:26478@b0";
constexpr const char* kToBothLines = "udp:233.54.12.111:26477,233.49.196.111:26478@a0";

using Udp = NetworkTest;

std::vector<Bytes> numbered(const net::Endpoint& to, std::uint32_t count, std::size_t payload = 100) {
  std::vector<Bytes> frames;
  for (std::uint32_t i = 0; i < count; ++i) frames.push_back(make_frame(to, i, payload));
  return frames;
}

// Stamping starts a moment after the first socket asks for it: frames go to and fro until one has the kernel's stamp.
// Returns how many did, all but the last without.
std::uint64_t until_stamped(PacketReceiver& receiver, PacketSender& sender) {
  for (std::uint64_t n = 1;; ++n) {
    send(sender, {make_frame(kLineA, 0)});
    receive(receiver, 1);
    if (receiver.counters().without_stamp < n || n == 10'000) return n;
  }
}

TEST_F(Udp, GivesBothLinesWithHeadersRebuiltAndKernelStamps) {
  const auto receiver = receiver_in_b(kBothLines);
  const auto sender = sender_in_a(kToBothLines);
  const std::uint64_t warm = until_stamped(*receiver, *sender);
  std::vector<Bytes> frames;
  for (std::uint32_t i = 0; i < 300; ++i) frames.push_back(make_frame(i % 3 == 0 ? kLineB : kLineA, i, 20 + i));
  const Nanoseconds before = drivers::wall_clock();
  send(*sender, frames);
  const auto received = receive(*receiver, frames.size());
  const Nanoseconds after = drivers::wall_clock();

  std::array<std::vector<Bytes>, 2> payloads, expected;
  for (std::uint32_t i = 0; i < 300; ++i) expected[i % 3 == 0].push_back(payload_of(frames[i]));
  for (const Received& r : received) {
    EXPECT_GE(r.time, before);
    EXPECT_LE(r.time, after);
    net::UdpFrame udp;
    ASSERT_EQ(net::parse_udp(r.bytes, udp), net::ParseError::none);
    const bool b = udp.ip.destination == kLineB.address;
    const net::Endpoint to = b ? kLineB : kLineA;
    EXPECT_EQ((net::Endpoint{udp.ip.destination, udp.udp.destination_port}), to);
    EXPECT_EQ(udp.ethernet.destination, net::multicast_mac(to.address));
    EXPECT_EQ(udp.ethernet.source, net::MacAddress{});
    EXPECT_EQ(udp.ip.source, 0x0A090001U);
    EXPECT_NE(udp.udp.source_port, 0);
    payloads[b].push_back(payload_of(r.bytes));
  }
  EXPECT_EQ(payloads, expected) << "each line in its own order";
  EXPECT_EQ(receiver->timestamp_source(), TimestampSource::kernel);
  const ReceiveCounters c = receiver->counters();
  EXPECT_EQ(c.frames, 300 + warm);
  EXPECT_EQ(c.dropped_full + c.dropped_too_long, 0u);
  EXPECT_EQ(c.without_stamp, warm - 1);
  EXPECT_EQ(sender->counters().frames, 300 + warm);
}

TEST_F(Udp, AGroupNotAskedForIsNotReceivedEvenWhenAnotherSocketJoinedIt) {
  const auto receiver = receiver_in_b("udp:233.54.12.111:26477@b0");
  const auto neighbour = receiver_in_b("udp:233.49.196.112:26477@b0");
  const auto to_other = sender_in_a("udp:233.49.196.112:26477@a0");
  const auto to_line = sender_in_a("udp:233.54.12.111:26477@a0");
  send(*to_other, numbered(kOther, 5));
  send(*to_line, numbered(kLineA, 3));
  EXPECT_EQ(receive_all(*receiver).size(), 3u);
  EXPECT_EQ(receive_all(*neighbour).size(), 5u);
}

TEST_F(Udp, WhatAFullBufferDropsIsCounted) {
  PacketIoOptions small;
  small.buffer_bytes = 4096;
  const auto receiver = receiver_in_b("udp:233.54.12.111:26477@b0", small);
  const auto sender = sender_in_a("udp:233.54.12.111:26477@a0");
  send(*sender, numbered(kLineA, 500));
  const std::size_t got = receive_all(*receiver).size();
  EXPECT_LT(got, 500u);
  EXPECT_EQ(got + receiver->counters().dropped_full, 500u);
}

TEST_F(Udp, ALongDatagramIsDroppedAndCounted) {
  const auto receiver = receiver_in_b("udp:233.54.12.111:26477@b0");
  PacketIoOptions jumbo;
  jumbo.max_frame = 9018;
  const auto sender = sender_in_a("udp:233.54.12.111:26477@a0", jumbo);
  const std::size_t fits = PacketIoOptions{}.max_frame - 42;
  send(*sender, {make_frame(kLineA, 1, fits), make_frame(kLineA, 2, fits + 1), make_frame(kLineA, 3, 6000)});
  const auto received = receive_all(*receiver);
  ASSERT_EQ(received.size(), 1u);
  EXPECT_EQ(received[0].bytes.size(), PacketIoOptions{}.max_frame);
  EXPECT_EQ(receiver->counters().dropped_too_long, 2u);
}

TEST_F(Udp, ASenderRefusesWhatItCannotAddress) {
  const auto receiver = receiver_in_b(kBothLines);
  const auto sender = sender_in_a(kToBothLines);
  Bytes arp(60, 0xFF);
  store_be16(arp.data() + 12, 0x0806);
  Bytes cut = make_frame(kLineA, 7);
  cut.resize(80);
  send(*sender, {make_frame(kLineA, 1), arp, make_frame(kOther, 2), cut, make_frame(kLineB, 3)});
  EXPECT_EQ(receive_all(*receiver).size(), 2u);
  EXPECT_EQ(sender->counters().refused, 3u);
  EXPECT_EQ(sender->counters().frames, 2u);
}

TEST_F(Udp, ASingleEndpointTakesFramesOfAnyAddress) {
  const auto receiver = receiver_in_b("udp:233.54.12.111:26477@b0");
  send(*sender_in_a("udp:233.54.12.111:26477@a0"), numbered(kOther, 4));
  EXPECT_EQ(receive(*receiver, 4).size(), 4u);
}

TEST_F(Udp, UnicastReachesAnAddressOfThisMachine) {
  const auto receiver = receiver_in_b("udp:10.9.0.2:7000");
  send(*sender_in_a("udp:10.9.0.2:7000"), numbered(kLineA, 4));
  for (const Received& r : receive(*receiver, 4)) {
    net::UdpFrame udp;
    ASSERT_EQ(net::parse_udp(r.bytes, udp), net::ParseError::none);
    EXPECT_EQ((net::Endpoint{udp.ip.destination, udp.udp.destination_port}), (net::Endpoint{0x0A090002, 7000}));
  }
}

TEST_F(Udp, MistakesAreNamed) {
  const auto receiver_error = [&](const std::string& address, PacketIoOptions options = {}) {
    return error_of([&] { receiver_in_b(address, options); });
  };
  EXPECT_THAT(receiver_error("udp:233.54.12.111:26477@b7"),
              AllOf(HasSubstr("udp:233.54.12.111:26477@b7: expected a network interface, found none called 'b7'"),
                    HasSubstr("b0")));
  EXPECT_THAT(receiver_error("udp:233.54.12.111:26477"), HasSubstr("expected a route"));
  EXPECT_THAT(receiver_error("udp:233.54.12:26477@b0"), HasSubstr("found '233.54.12:26477'"));
  EXPECT_THAT(receiver_error("udp:233.54.12.111:0@b0"), HasSubstr("'233.54.12.111:0'"));
  EXPECT_THAT(receiver_error("udp:233.54.12.111:70000@b0"), HasSubstr("'233.54.12.111:70000'"));
  EXPECT_THAT(receiver_error("udp:250.1.1.1:26477@b0"), HasSubstr("expected a multicast group"));
  EXPECT_THAT(receiver_error("udp:10.9.0.77:26477"), AllOf(HasSubstr("10.9.0.77:26477"), HasSubstr("ip -br address")));
  PacketIoOptions jumbo;
  jumbo.max_frame = 9019;
  EXPECT_THAT(
      receiver_error("udp:233.54.12.111:26477@b0", jumbo),
      AllOf(HasSubstr("MTU of at least 9001"), HasSubstr("found 9000"), HasSubstr("ip link set dev b0 mtu 9001")));
  PacketIoOptions hardware;
  hardware.hardware_timestamps = true;
  EXPECT_THAT(receiver_error("udp:233.54.12.111:26477@b0", hardware), HasSubstr("hardware receive stamps"));
  const auto first = receiver_in_b("udp:10.9.0.2:7000");
  EXPECT_THAT(receiver_error("udp:10.9.0.2:7000"),
              AllOf(HasSubstr("expected a free UDP port, found 10.9.0.2:7000 taken"), HasSubstr("ss -lunp")));
  EXPECT_THAT(error_of([&] { sender_in_a("udp:192.0.2.1:9"); }), HasSubstr("expected a route to 192.0.2.1:9"));
  in_b([] { shell("ip link set b0 down"); });
  EXPECT_THAT(receiver_error("udp:233.54.12.111:26477@b0"), HasSubstr("ip link set dev b0 up"));
}

}  // namespace
}  // namespace twinpath::testing
