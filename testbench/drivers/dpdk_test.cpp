#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "drivers/wall_clock.h"
#include "host/wire/capture.h"
#include "host/wire/pcap_writer.h"
#include "testbench/drivers/network.h"

namespace twinpath::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Virtual devices run without root; only what crosses the veth pair needs it.
class Dpdk : public ::testing::Test {
 protected:
  Dpdk() {
    add_packet_io(registry);
    std::string name = (std::filesystem::temp_directory_path() / "twinpath-dpdk-XXXXXX").string();
    folder = mkdtemp(name.data());
  }
  ~Dpdk() override { std::filesystem::remove_all(folder); }

  std::string capture(const std::string& name, const net::Endpoint& to, std::uint32_t first, std::uint32_t count) {
    const std::string file = folder / name;
    PcapWriter writer(file);
    for (std::uint32_t i = first; i < first + count; ++i) writer.write(i, make_frame(to, i));
    writer.close();
    return file;
  }
  std::string error(const std::string& address, const PacketIoOptions& options = {}) {
    return error_of([&] { registry.open_receiver(address, options); });
  }

  PacketIoRegistry registry;
  std::filesystem::path folder;
};

std::vector<Bytes> numbered(const net::Endpoint& to, std::uint32_t first, std::uint32_t count) {
  std::vector<Bytes> frames;
  for (std::uint32_t i = first; i < first + count; ++i) frames.push_back(make_frame(to, i));
  return frames;
}

TEST_F(Dpdk, AFrameIsReadInThePacketBufferItWasWrittenInto) {
  // Both ends of a ring device are the same port: the buffer that is sent is the one that is received.
  const auto receiver = registry.open_receiver("dpdk:net_ring0", {});
  const auto sender = registry.open_sender("dpdk:net_ring0", {});
  const auto rooms = sender->claim(3);
  ASSERT_EQ(rooms.size(), 3u);
  const std::array<const std::uint8_t*, 3> written{rooms[0].data(), rooms[1].data(), rooms[2].data()};
  std::array<std::size_t, 3> sizes{};
  for (std::uint32_t i = 0; i < 3; ++i) {
    const Bytes frame = make_frame(kLineA, i, 100 + i);
    std::copy(frame.begin(), frame.end(), rooms[i].begin());
    sizes[i] = frame.size();
  }
  ASSERT_EQ(sender->send(sizes), 3u);
  std::array<SourceFrame, 8> burst;
  const Nanoseconds before = drivers::wall_clock();
  ASSERT_EQ(receiver->receive(burst), 3u);
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(burst[i].bytes.data(), written[i]) << "frame " << i << " was copied";
    EXPECT_EQ(Bytes(burst[i].bytes.begin(), burst[i].bytes.end()), make_frame(kLineA, i, 100 + i));
    EXPECT_GE(burst[i].timestamp, before);
  }
  EXPECT_EQ(receiver->timestamp_source(), TimestampSource::host);
}

TEST_F(Dpdk, AFullQueueKeepsFramesClaimedAndLosesNone) {
  const auto receiver = registry.open_receiver("dpdk:net_ring0", {});
  const auto sender = registry.open_sender("dpdk:net_ring0", {});
  const std::vector<Bytes> frames = numbered(kLineA, 0, 3000);
  std::size_t sent = 0;
  std::vector<Bytes> got;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (got.size() < frames.size() && std::chrono::steady_clock::now() < end) {
    // Until the queue is full, then all of it is read.
    bool room = true;
    while (room && sent < frames.size()) {
      const auto rooms = sender->claim(5);
      ASSERT_FALSE(rooms.empty());
      std::vector<std::size_t> sizes;
      for (std::size_t i = 0; i < rooms.size() && sent + i < frames.size(); ++i) {
        std::copy(frames[sent + i].begin(), frames[sent + i].end(), rooms[i].begin());
        sizes.push_back(frames[sent + i].size());
      }
      const std::size_t n = sender->send(sizes);
      sent += n;
      room = n == sizes.size();
    }
    for (const Received& r : receive_all(*receiver)) got.push_back(r.bytes);
  }
  EXPECT_EQ(got, frames);
  EXPECT_GT(sender->counters().full, 0u);
  EXPECT_EQ(sender->counters().frames, 3000u);
  EXPECT_EQ(receiver->counters().frames, 3000u);
}

TEST_F(Dpdk, CapturesAreReadAndWritten) {
  const std::string in = capture("in.pcap", kLineA, 0, 200);
  const std::string out = folder / "out.pcap";
  const std::string device = "dpdk:net_pcap0,rx_pcap=" + in + ",tx_pcap=" + out;
  {
    const auto receiver = registry.open_receiver(device, {});
    EXPECT_EQ(bytes_of(receive(*receiver, 200)), numbered(kLineA, 0, 200));
    const auto sender = registry.open_sender(device, {});
    send(*sender, numbered(kLineB, 500, 70));
    EXPECT_EQ(sender->counters().frames, 70u);
  }
  const auto reader = CaptureReader::open(out);
  CapturedFrame frame;
  std::vector<Bytes> written;
  while (reader->next(frame)) written.emplace_back(frame.data.begin(), frame.data.end());
  EXPECT_EQ(written, numbered(kLineB, 500, 70));
}

TEST_F(Dpdk, EachQueueHasAReceiver) {
  const std::string device =
      "dpdk:net_pcap0,rx_pcap=" + capture("a.pcap", kLineA, 0, 90) + ",rx_pcap=" + capture("b.pcap", kLineB, 1000, 60);
  PacketIoOptions first;
  first.queues = 2;
  PacketIoOptions second = first;
  second.queue = 1;
  const auto a = registry.open_receiver(device, first);
  const auto b = registry.open_receiver(device, second);
  EXPECT_EQ(bytes_of(receive(*b, 60)), numbered(kLineB, 1000, 60));
  EXPECT_EQ(bytes_of(receive(*a, 90)), numbered(kLineA, 0, 90));
  EXPECT_THAT(error(device, second), AllOf(HasSubstr("receive queue 1 free"), HasSubstr("taken")));
  second.queue = 2;
  EXPECT_THAT(error(device, second), HasSubstr("a receive queue from 0 to 1, found 2"));
}

TEST_F(Dpdk, WithoutFlowRulesTheDriverSortsTheGroups) {
  PacketIoOptions options;
  options.groups = {kLineB};
  const auto receiver = registry.open_receiver("dpdk:net_ring0", options);
  const auto sender = registry.open_sender("dpdk:net_ring0", {});
  EXPECT_THAT(receiver->describe(), HasSubstr("groups sorted by the driver"));
  send(*sender, numbered(kLineA, 0, 10));
  send(*sender, numbered(kLineB, 10, 5));
  EXPECT_EQ(bytes_of(receive_all(*receiver)), numbered(kLineB, 10, 5));
  EXPECT_EQ(receiver->counters().dropped_other, 10u);
}

TEST_F(Dpdk, ALongFrameIsDroppedAndCounted) {
  PacketIoOptions wide;
  wide.max_frame = 1600;
  PacketIoOptions narrow;
  const auto sender = registry.open_sender("dpdk:net_ring0", wide);
  const auto receiver = registry.open_receiver("dpdk:net_ring0", narrow);
  send(*sender, {make_frame(kLineA, 1, 1476), make_frame(kLineA, 2, 1477)});
  EXPECT_EQ(receive_all(*receiver).size(), 1u);
  EXPECT_EQ(receiver->counters().dropped_too_long, 1u);
}

TEST_F(Dpdk, APortCanBeOpenedAgainAfterItWasClosed) {
  for (int i = 0; i < 3; ++i) {
    const auto receiver = registry.open_receiver("dpdk:net_ring0", {});
    const auto sender = registry.open_sender("dpdk:net_ring0", {});
    send(*sender, numbered(kLineA, 0, 3));
    EXPECT_EQ(receive(*receiver, 3).size(), 3u);
  }
}

TEST_F(Dpdk, MistakesAreNamed) {
  EXPECT_THAT(error("dpdk:"), HasSubstr("a PCI address or a virtual device, found nothing"));
  EXPECT_THAT(error("dpdk:net_bogus0"),
              AllOf(HasSubstr("dpdk:net_bogus0: expected a device that DPDK knows"), HasSubstr("net_ring0")));
  EXPECT_THAT(error("dpdk:net_af_packet0,iface=nowhere7"), HasSubstr("expected a device that DPDK knows and can open"));
  EXPECT_THAT(error("dpdk:net_pcap0,rx_pcap=" + (folder / "absent.pcap").string()), HasSubstr("absent.pcap"));
  EXPECT_THAT(error("dpdk:0000:7f:1f.7"), AllOf(HasSubstr("expected a PCI device, found none at 0000:7f:1f.7")));
  PacketIoOptions many;
  many.queues = 99;
  EXPECT_THAT(error("dpdk:net_ring0", many), HasSubstr("1 to 16 receive queues, found 99"));
  PacketIoOptions stamps;
  stamps.hardware_timestamps = true;
  EXPECT_THAT(error("dpdk:net_ring0", stamps), HasSubstr("host"));
  const auto sender = registry.open_sender("dpdk:net_ring0", {});
  EXPECT_THAT(error_of([&] { registry.open_sender("dpdk:net_ring0", {}); }), HasSubstr("the send queue free"));
}

using DpdkNetwork = NetworkTest;

TEST_F(DpdkNetwork, FramesCrossTheWireFromKernelAndBackTagsIncluded) {
  const auto port = receiver_in_b("dpdk:net_af_packet0,iface=b0,framecnt=2048");
  const auto kernel_sender = sender_in_a("af_packet:a0");
  std::vector<Bytes> frames;
  for (std::uint32_t i = 0; i < 400; ++i) {
    const auto tag = i % 4 == 1 ? std::optional<std::uint16_t>(0x2064) : std::nullopt;
    frames.push_back(make_frame(kLineA, i, 20 + i * 3, tag));
  }
  send(*kernel_sender, frames);
  EXPECT_EQ(bytes_of(receive(*port, frames.size())), frames);

  std::unique_ptr<PacketReceiver> kernel;
  in_a([&] { kernel = registry.open_receiver("af_packet:a0", {}); });
  const auto sender = registry.open_sender("dpdk:net_af_packet0,iface=b0,framecnt=2048", {});
  send(*sender, frames);
  EXPECT_EQ(bytes_of(receive(*kernel, frames.size())), frames);
}

TEST_F(DpdkNetwork, TwoQueuesOfATapDeviceShareTheFlows) {
  PacketIoOptions first;
  first.queues = 2;
  PacketIoOptions second = first;
  second.queue = 1;
  const auto a = receiver_in_b("dpdk:net_tap0,iface=tap0", first);
  const auto b = registry.open_receiver("dpdk:net_tap0,iface=tap0", second);
  EXPECT_THAT(a->describe(), HasSubstr("RSS"));
  std::vector<Bytes> frames;
  for (std::uint16_t flow = 0; flow < 64; ++flow) frames.push_back(make_frame({kLineA.address, flow}, flow));
  const auto sender = registry.open_sender("af_packet:tap0", {});
  send(*sender, frames);
  std::vector<Bytes> got = bytes_of(receive_all(*a));
  const std::size_t of_first = got.size();
  for (Bytes& f : bytes_of(receive_all(*b))) got.push_back(std::move(f));
  EXPECT_GT(of_first, 0u);
  EXPECT_LT(of_first, frames.size());
  std::ranges::sort(got);
  std::ranges::sort(frames);
  EXPECT_EQ(got, frames);
}

TEST_F(DpdkNetwork, TwoPortsTalkAcrossTheWire) {
  const auto receiver = receiver_in_b("dpdk:net_pcap0,iface=b0");
  const auto sender = sender_in_a("dpdk:net_pcap1,iface=a0");
  send(*sender, numbered(kLineA, 0, 100));
  EXPECT_EQ(bytes_of(receive(*receiver, 100)), numbered(kLineA, 0, 100));
}

}  // namespace
}  // namespace twinpath::testing
