#include "host/venue/session_writer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "host/wire/capture.h"

namespace twinpath::venue {
namespace {

class SessionWriter : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("twinpath_venue_" + std::to_string(::getpid()) + "_" +
                                                        testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  std::filesystem::path folder_;
};

GeneratorOptions small_session(std::uint64_t seed) {
  GeneratorOptions o;
  o.seed = seed;
  o.messages = 40'000;
  o.symbols = 30;
  o.publisher.line_a.loss = o.publisher.line_b.damage = 0.01;
  return o;
}

TEST_F(SessionWriter, WritesTheSameBytesForASeedAndOthersForAnother) {
  SessionFiles files;
  std::array<std::string, 3> contents;
  const std::array<std::uint64_t, 3> seeds{4, 4, 5};
  for (std::size_t i = 0; i < 3; ++i) {
    files.merged = folder_ / (std::to_string(i) + ".pcap");
    write_session(small_session(seeds[i]), files);
    contents[i] = bytes_of(files.merged);
  }
  EXPECT_FALSE(contents[0].empty());
  EXPECT_TRUE(contents[0] == contents[1]);
  EXPECT_FALSE(contents[0] == contents[2]);
}

TEST_F(SessionWriter, WritesWhatItsSummarySays) {
  SessionFiles files;
  files.merged = folder_ / "both.pcap";
  GeneratorOptions options = small_session(9);
  options.publisher.line_b.damage_kinds = kAllDamage;
  const GenerateSummary s = write_session(options, files);
  std::uint64_t frames = 0, last = 0;
  const auto reader = CaptureReader::open(files.merged);
  CapturedFrame frame;
  while (reader->next(frame)) {
    EXPECT_GE(frame.timestamp_ns, last);
    last = frame.timestamp_ns;
    ++frames;
  }
  EXPECT_EQ(frames, s.frames_written);
  EXPECT_EQ(frames + s.frames_not_written, s.publisher.lines[0].frames + s.publisher.lines[1].frames);
  EXPECT_EQ(s.frames_not_written, s.publisher.lines[1].damage[static_cast<unsigned>(Damage::fcs_error)]);
  EXPECT_EQ(std::filesystem::file_size(files.merged), s.bytes_written);
  std::uint64_t messages = 0;
  for (const std::uint64_t n : s.messages_by_type) messages += n;
  EXPECT_EQ(messages, s.publisher.messages);
  EXPECT_NE(to_string(s).find("line B"), std::string::npos);
}

TEST_F(SessionWriter, WritesOneFileALine) {
  SessionFiles files;
  files.line_a = folder_ / "a.pcap";
  files.line_b = folder_ / "b.pcap";
  const GenerateSummary s = write_session(small_session(2), files);
  for (unsigned i = 0; i < 2; ++i) {
    std::uint64_t frames = 0;
    const auto reader = CaptureReader::open(i == 0 ? files.line_a : files.line_b);
    CapturedFrame frame;
    while (reader->next(frame)) ++frames;
    EXPECT_EQ(frames, s.publisher.lines[i].frames);
  }
}

TEST_F(SessionWriter, NeedsAFileToWriteTo) {
  EXPECT_THROW(write_session(small_session(1), SessionFiles{}), std::invalid_argument);
}

TEST_F(SessionWriter, IsReadByTsharkAsMoldUdp64) {
  if (std::system("command -v tshark > /dev/null 2>&1") != 0) GTEST_SKIP() << "tshark is not installed";
  SessionFiles files;
  files.merged = folder_ / "clean.pcap";
  GeneratorOptions options = small_session(6);
  options.publisher.line_a.loss = options.publisher.line_b.damage = 0;
  const GenerateSummary s = write_session(options, files);
  const std::string command = "tshark -r " + files.merged.string() +
                              " -d udp.port==26477,moldudp64 -o ip.check_checksum:TRUE -T fields -e moldudp64.count"
                              " -e _ws.malformed -e ip.checksum.status 2>/dev/null";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::uint64_t packets = 0, messages = 0, heartbeats = 0, ends = 0;
  char line[256];
  while (std::fgets(line, sizeof line, pipe) != nullptr) {
    const std::string text(line);
    const std::size_t tab = text.find('\t');
    ASSERT_NE(tab, std::string::npos);
    EXPECT_EQ(text.substr(tab), "\t\t1\n") << "packet " << packets;  // nothing malformed, checksum good
    const unsigned long count = std::stoul(text.substr(0, tab), nullptr, 0);
    ++packets;
    if (count == 0) {
      ++heartbeats;
    } else if (count == 0xFFFF) {
      ++ends;
    } else {
      messages += count;
    }
  }
  ::pclose(pipe);
  EXPECT_EQ(packets, s.frames_written);
  EXPECT_EQ(messages, 2 * s.publisher.messages);
  EXPECT_EQ(heartbeats, s.publisher.lines[0].heartbeats + s.publisher.lines[1].heartbeats);
  EXPECT_EQ(ends, 6U);
}

}  // namespace
}  // namespace twinpath::venue
