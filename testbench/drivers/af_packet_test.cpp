#include <gmock/gmock.h>
#include <unistd.h>

#include "drivers/endpoint_filter.h"
#include "drivers/wall_clock.h"
#include "testbench/drivers/network.h"

namespace twinpath::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// With the ring of frames and the ring of blocks.
class AfPacket : public NetworkTest, public ::testing::WithParamInterface<const char*> {
 protected:
  std::string from() const { return std::string("af_packet:b0") + GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(Ring, AfPacket, ::testing::Values("", ",blocks"),
                         [](const auto& p) { return std::string(p.param).empty() ? "Frames" : "Blocks"; });

std::vector<Bytes> mixed(std::uint32_t count) {
  std::vector<Bytes> frames;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto tag = i % 4 == 1 ? std::optional<std::uint16_t>(0x2064) : std::nullopt;
    frames.push_back(make_frame(i % 3 == 0 ? kLineB : kLineA, i, 20 + i * 7 % 1400, tag));
  }
  return frames;
}

TEST_P(AfPacket, GivesEveryFrameByteForByteTagsIncluded) {
  const auto receiver = receiver_in_b(from());
  const auto sender = sender_in_a("af_packet:a0");
  const auto frames = mixed(500);
  const Nanoseconds before = drivers::wall_clock();
  send(*sender, frames);
  const auto received = receive(*receiver, frames.size(), 7);
  const Nanoseconds after = drivers::wall_clock();
  EXPECT_EQ(bytes_of(received), frames);
  for (const Received& r : received) {
    EXPECT_GE(r.time, before);
    EXPECT_LE(r.time, after);
  }
  const ReceiveCounters c = receiver->counters();
  EXPECT_EQ(c.frames, frames.size());
  EXPECT_EQ(c.dropped_full + c.dropped_too_long + c.without_stamp, 0u);
  EXPECT_EQ(sender->counters().frames, frames.size());
}

TEST_P(AfPacket, TheRingGoesRoundWithoutLoss) {
  PacketIoOptions small;
  small.buffer_bytes = 2U << 20U;
  const auto receiver = receiver_in_b(from(), small);
  const auto sender = sender_in_a("af_packet:a0");
  for (std::uint32_t round = 0; round < 12; ++round) {
    std::vector<Bytes> frames;
    for (std::uint32_t i = 0; i < 400; ++i) frames.push_back(make_frame(kLineA, round * 400 + i, 1400));
    send(*sender, frames);
    ASSERT_EQ(bytes_of(receive(*receiver, frames.size())), frames) << "round " << round;
  }
  EXPECT_EQ(receiver->counters().dropped_full, 0u);
}

TEST_P(AfPacket, WhatAFullRingDropsIsCounted) {
  PacketIoOptions small;
  small.buffer_bytes = 2U << 20U;
  const auto receiver = receiver_in_b(from(), small);
  const auto sender = sender_in_a("af_packet:a0");
  send(*sender, std::vector<Bytes>(3000, make_frame(kLineA, 1, 1400)));
  const std::size_t got = receive_all(*receiver).size();
  EXPECT_LT(got, 3000u);
  EXPECT_GT(got, 500u);
  EXPECT_EQ(got + receiver->counters().dropped_full, 3000u);
  EXPECT_EQ(got + receiver->counters().dropped_full, 3000u) << "read twice";
}

TEST_P(AfPacket, ALongFrameIsDroppedAndCounted) {
  const auto receiver = receiver_in_b(from());
  PacketIoOptions jumbo;
  jumbo.max_frame = 9018;
  const auto sender = sender_in_a("af_packet:a0", jumbo);
  send(*sender, {make_frame(kLineA, 1, 1476), make_frame(kLineA, 2, 1477), make_frame(kLineA, 3, 8900),
                 make_frame(kLineA, 4, 1473, 5)});
  ASSERT_EQ(receive_all(*receiver).size(), 1u);
  EXPECT_EQ(receiver->counters().dropped_too_long, 3u);
}

TEST_P(AfPacket, GroupsKeepAllElseOutAsTheFilterInSoftwareDoes) {
  PacketIoOptions groups;
  groups.groups = {kLineA, kLineB};
  const auto all = receiver_in_b(from());
  const auto filtered = receiver_in_b(from(), groups);
  const auto sender = sender_in_a("af_packet:a0");
  std::vector<Bytes> frames = mixed(40);
  for (std::uint32_t i = 0; i < 40; ++i) frames.push_back(make_frame(kOther, i));
  // One byte of the headers changed at a time: EtherType, version and length, fragment, protocol, address, port.
  for (std::size_t at = 12; at < 42; ++at) {
    for (const std::uint8_t flip : {1, 0x20, 0x45}) {
      Bytes frame = make_frame(kLineA, 9);
      frame[at] ^= flip;
      frames.push_back(frame);
    }
  }
  send(*sender, frames);
  const drivers::EndpointFilter filter(groups.groups);
  std::vector<Bytes> expected;
  for (const Bytes& f : frames) {
    if (filter.matches(f)) expected.push_back(f);
  }
  EXPECT_EQ(bytes_of(receive(*all, frames.size())), frames);
  EXPECT_EQ(bytes_of(receive_all(*filtered)), expected);
  EXPECT_GT(expected.size(), 60u);
  EXPECT_LT(expected.size(), frames.size() - 40);
}

TEST_P(AfPacket, FramesThatThisEndSendsAreLeftOut) {
  const auto receiver = receiver_in_b(from());
  std::unique_ptr<PacketSender> own;
  in_b([&] { own = registry.open_sender("af_packet:b0", {}); });
  send(*own, {make_frame(kLineA, 1)});
  EXPECT_TRUE(receive_all(*receiver).empty());
}

TEST_P(AfPacket, FramesReachAUdpSocket) {
  const auto receiver = receiver_in_b("udp:233.54.12.111:26477@b0");
  const Bytes frame = make_frame(kLineA, 5);
  send(*sender_in_a("af_packet:a0"), {frame});
  const auto received = receive(*receiver, 1);
  EXPECT_EQ(payload_of(received.at(0).bytes), payload_of(frame));
}

TEST_P(AfPacket, MistakesAreNamed) {
  const auto receiver_error = [&](const std::string& address, PacketIoOptions options = {}) {
    return error_of([&] { receiver_in_b(address, options); });
  };
  EXPECT_THAT(receiver_error("af_packet:b7"), HasSubstr("found none called 'b7'"));
  EXPECT_THAT(receiver_error("af_packet:"), HasSubstr("found none called ''"));
  EXPECT_THAT(receiver_error("af_packet:b0,rows"), HasSubstr("',blocks'"));
  EXPECT_THAT(error_of([&] { sender_in_a("af_packet:a7"); }), HasSubstr("none called 'a7'"));
  PacketIoOptions jumbo;
  jumbo.max_frame = 9100;
  EXPECT_THAT(receiver_error(from(), jumbo), HasSubstr("found 9000"));
  PacketIoOptions hardware;
  hardware.hardware_timestamps = true;
  EXPECT_THAT(receiver_error(from(), hardware), HasSubstr("interface b0 without them"));
  ASSERT_EQ(seteuid(65534), 0);
  const std::string receive_denied = error_of([&] { registry.open_receiver(from(), {}); });
  const std::string send_denied = error_of([&] { registry.open_sender("af_packet:b0", {}); });
  ASSERT_EQ(seteuid(0), 0);
  EXPECT_THAT(receive_denied, AllOf(HasSubstr("the right to do this"), HasSubstr("setcap cap_net_raw")));
  EXPECT_THAT(send_denied, HasSubstr("setcap cap_net_raw"));
}

}  // namespace
}  // namespace twinpath::testing
