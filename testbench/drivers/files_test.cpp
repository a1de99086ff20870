// Files, addresses, and what every receiver promises about allocation.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <new>

#include "drivers/wall_clock.h"
#include "host/wire/capture.h"
#include "host/wire/file_error.h"
#include "host/wire/pcap_writer.h"
#include "testbench/drivers/network.h"

namespace {
std::size_t allocations = 0;
}

// Inlined into one another, the replacements look to the compiler like new paired with free.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace twinpath::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Files : public ::testing::Test {
 protected:
  Files() {
    add_packet_io(registry);
    std::string name = (std::filesystem::temp_directory_path() / "twinpath-drivers-XXXXXX").string();
    folder = mkdtemp(name.data());
  }
  ~Files() override { std::filesystem::remove_all(folder); }

  std::string session(std::uint32_t frames) {
    const std::string file = folder / "session.pcap";
    PcapWriter writer(file);
    for (std::uint32_t i = 0; i < frames; ++i)
      writer.write(1'000'000'000 + i, make_frame(i % 2 == 0 ? kLineA : kLineB, i));
    writer.close();
    return file;
  }

  PacketIoRegistry registry;
  std::filesystem::path folder;
};

TEST_F(Files, ACaptureIsGivenWithItsTimesAndThenEnds) {
  const auto receiver = registry.open_receiver("pcap:" + session(50), {});
  const auto frames = receive(*receiver, 50);
  for (std::uint32_t i = 0; i < 50; ++i) {
    EXPECT_EQ(frames[i].time.value, 1'000'000'000 + i);
    EXPECT_EQ(frames[i].bytes, make_frame(i % 2 == 0 ? kLineA : kLineB, i));
  }
  EXPECT_FALSE(receiver->ended());
  EXPECT_TRUE(receive_all(*receiver).empty());
  EXPECT_TRUE(receiver->ended());
  EXPECT_EQ(receiver->timestamp_source(), TimestampSource::file);
}

TEST_F(Files, GroupsAndLongFramesAreLeftOutAndCounted) {
  PacketIoOptions options;
  options.groups = {kLineB};
  const auto receiver = registry.open_receiver("pcap:" + session(50), options);
  EXPECT_EQ(receive_all(*receiver).size(), 25u);
  EXPECT_EQ(receiver->counters().dropped_other, 25u);
  options.max_frame = 100;
  const auto narrow = registry.open_receiver("pcap:" + session(50), options);
  EXPECT_TRUE(receive_all(*narrow).empty());
  EXPECT_EQ(narrow->counters().dropped_too_long, 50u);
}

TEST_F(Files, ADamagedCaptureGivesWhatIsGoodAndThenItsError) {
  const std::string file = session(50);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 10);
  const auto receiver = registry.open_receiver("pcap:" + file, {});
  EXPECT_EQ(receive(*receiver, 49).size(), 49u);
  std::array<SourceFrame, 4> burst;
  EXPECT_THROW(receiver->receive(burst), FileError);
  EXPECT_EQ(receiver->receive(burst), 0u);
  EXPECT_TRUE(receiver->ended());
}

TEST_F(Files, SentFramesAreWrittenWithTheTimeOfSending) {
  const std::string file = folder / "orders.pcap";
  const Nanoseconds before = drivers::wall_clock();
  {
    const auto sender = registry.open_sender("pcap:" + file, {});
    send(*sender, {make_frame(kLineA, 1), make_frame(kLineB, 2)});
    EXPECT_EQ(sender->counters().frames, 2u);
  }
  const auto reader = CaptureReader::open(file);
  CapturedFrame frame;
  for (std::uint32_t i = 1; i <= 2; ++i) {
    ASSERT_TRUE(reader->next(frame));
    EXPECT_EQ(Bytes(frame.data.begin(), frame.data.end()), make_frame(i == 1 ? kLineA : kLineB, i));
    EXPECT_GE(frame.timestamp_ns, before.value);
    EXPECT_LE(frame.timestamp_ns, drivers::wall_clock().value);
  }
  EXPECT_FALSE(reader->next(frame));
}

TEST_F(Files, MistakesAreNamed) {
  EXPECT_THAT(
      error_of([&] { registry.open_receiver("serial:0", {}); }),
      AllOf(HasSubstr("found 'serial:0'"), HasSubstr("pcap:file"), HasSubstr("udp:group:port"), HasSubstr("dpdk:")));
  EXPECT_THAT(error_of([&] { registry.open_receiver("eth0", {}); }), HasSubstr("found 'eth0'"));
  EXPECT_THAT(error_of([&] { registry.open_sender("itch:x", {}); }),
              AllOf(HasSubstr("an address to send to"), Not(HasSubstr("itch:file"))));
  EXPECT_THROW(registry.open_receiver("pcap:" + (folder / "absent.pcap").string(), {}), std::system_error);
  EXPECT_THROW(registry.open_sender("pcap:" + (folder / "absent/orders.pcap").string(), {}), std::system_error);
}

class Allocation : public NetworkTest, public ::testing::WithParamInterface<std::pair<const char*, const char*>> {};

TEST_P(Allocation, NoneToReceiveOrToSend) {
  const auto receiver = receiver_in_b(GetParam().first);
  const auto sender = sender_in_a(GetParam().second);
  const Bytes frame = make_frame(kLineA, 1);
  std::array<SourceFrame, 64> burst;
  const std::array<std::size_t, 8> sizes{frame.size(), frame.size(), frame.size(), frame.size(),
                                         frame.size(), frame.size(), frame.size(), frame.size()};
  std::size_t got = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const std::size_t before = allocations;
  for (std::size_t sent = 0; got < 800 && std::chrono::steady_clock::now() < end;) {
    if (sent < 800) {
      const auto rooms = sender->claim(sizes.size());
      for (std::size_t i = 0; i < sizes.size() && i < rooms.size(); ++i)
        std::copy(frame.begin(), frame.end(), rooms[i].begin());
      sent += sender->send(std::span(sizes).first(std::min(sizes.size(), rooms.size())));
    }
    got += receiver->receive(burst);
  }
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(got, 800u);
}

INSTANTIATE_TEST_SUITE_P(Of, Allocation,
                         ::testing::Values(std::pair("udp:233.54.12.111:26477@b0", "udp:233.54.12.111:26477@a0"),
                                           std::pair("af_packet:b0", "af_packet:a0"),
                                           std::pair("af_packet:b0,blocks", "af_packet:a0")
#ifdef TP_WITH_DPDK
                                               ,
                                           std::pair("dpdk:net_af_packet0,iface=b0", "dpdk:net_af_packet1,iface=a0")
#endif
                                               ));

}  // namespace
}  // namespace twinpath::testing
