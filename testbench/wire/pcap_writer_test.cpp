#include "host/wire/pcap_writer.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "host/wire/capture.h"
#include "host/wire/net.h"
#include "testbench/wire/support.h"

namespace twinpath {
namespace {

using testing::Bytes;

TEST(PcapWriter, WhatIsWrittenIsReadBack) {
  const testing::TemporaryFolder folder;
  std::mt19937_64 random(4);
  std::vector<Bytes> frames;
  {
    PcapWriter writer(folder / "a.pcap");
    // More than one buffer, and frames of every size class.
    for (std::uint64_t i = 0; i < 3000; ++i) {
      frames.push_back(testing::random_bytes(random, random() % 1600));
      writer.write(1'577'700'000'999'999'990 + i, frames.back(), i % 2 == 0 ? 0 : 9000);
    }
    frames.push_back(testing::random_bytes(random, PcapWriter::kMaxFrame));
    writer.write(1, frames.back());
    EXPECT_EQ(writer.frames(), frames.size());
    writer.close();
    EXPECT_EQ(writer.bytes(), std::filesystem::file_size(folder / "a.pcap"));
  }
  const auto reader = CaptureReader::open(folder / "a.pcap");
  CapturedFrame f;
  for (std::uint64_t i = 0; i < frames.size(); ++i) {
    ASSERT_TRUE(reader->next(f));
    EXPECT_EQ(f.timestamp_ns, i < 3000 ? 1'577'700'000'999'999'990 + i : 1);
    EXPECT_EQ(testing::to_bytes(f.data), frames[i]);
    EXPECT_EQ(f.original_length, i < 3000 && i % 2 == 1 ? 9000 : frames[i].size());
  }
  EXPECT_FALSE(reader->next(f));
}

TEST(PcapWriter, TheDestructorWritesWhatIsBuffered) {
  const testing::TemporaryFolder folder;
  {
    PcapWriter(folder / "a.pcap").write(0, Bytes(60));
  }
  EXPECT_EQ(std::filesystem::file_size(folder / "a.pcap"), 24U + 16 + 60);
}

TEST(PcapWriter, AFullDiskIsAnErrorFromWriteOrClose) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "/dev/full is absent";
  PcapWriter small("/dev/full");
  small.write(0, Bytes(60));
  EXPECT_THROW(small.close(), std::system_error);
  EXPECT_THROW(small.write(0, Bytes(60)), std::logic_error);

  PcapWriter large("/dev/full");
  const Bytes frame(60'000);
  EXPECT_THROW(
      {
        for (int i = 0; i < 100; ++i) large.write(0, frame);
      },
      std::system_error);
}

TEST(PcapWriter, WhatTheFormatCannotHoldIsRefused) {
  const testing::TemporaryFolder folder;
  PcapWriter writer(folder / "a.pcap");
  EXPECT_THROW(writer.write(4'294'967'296'000'000'000, Bytes(60)), std::out_of_range);
  EXPECT_THROW(writer.write(0, Bytes(PcapWriter::kMaxFrame + 1)), std::out_of_range);
  EXPECT_THROW(PcapWriter(folder / "no/such/folder.pcap"), std::system_error);
  EXPECT_EQ(writer.frames(), 0U);
}

TEST(PcapWriter, TsharkReadsWhatIsWritten) {
  if (std::system("tshark --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "tshark is absent";
  const testing::TemporaryFolder folder;
  {
    net::UdpLine line;
    line.source_ip = 0x0A000001;
    line.destination_ip = 0xE9360C6F;
    line.destination_port = 26477;
    Bytes frame(line.header_size() + 20);
    net::write_udp_headers(line, 20, 0, frame.data());
    PcapWriter writer(folder / "a.pcap");
    writer.write(1'577'700'000'123'456'789, frame);
    writer.close();
  }
  const std::string command = "tshark -r '" + (folder / "a.pcap").string() +
                              "' -o ip.check_checksum:TRUE -T fields -e frame.time_epoch -e frame.len -e ip.dst "
                              "-e ip.checksum.status -e udp.dstport -e udp.length 2>/dev/null";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::array<char, 256> line{};
  const bool got = std::fgets(line.data(), static_cast<int>(line.size()), pipe) != nullptr;
  ::pclose(pipe);
  ASSERT_TRUE(got);
  EXPECT_STREQ(line.data(), "1577700000.123456789\t62\t233.54.12.111\t1\t26477\t28\n");
}

}  // namespace
}  // namespace twinpath
