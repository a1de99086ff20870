#include "host/wire/binaryfile.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "testbench/wire/support.h"

namespace twinpath {
namespace {

using testing::Bytes;

Bytes framed(const std::vector<Bytes>& messages) {
  Bytes out;
  for (const Bytes& m : messages) {
    out.push_back(static_cast<std::uint8_t>(m.size() >> 8));
    out.push_back(static_cast<std::uint8_t>(m.size()));
    testing::append(out, m);
  }
  return out;
}

Bytes gzipped(const Bytes& in) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  Bytes out(deflateBound(&z, in.size()) + 32);
  z.next_in = const_cast<Bytef*>(in.data());
  z.avail_in = static_cast<uInt>(in.size());
  z.next_out = out.data();
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::vector<Bytes> read_all(BinaryFileReader& reader) {
  std::vector<Bytes> messages;
  std::span<const std::uint8_t> m;
  while (reader.next(m)) messages.push_back(testing::to_bytes(m));
  return messages;
}

std::vector<Bytes> some_messages(std::size_t count) {
  std::mt19937_64 random(6);
  std::vector<Bytes> messages;
  for (std::size_t i = 0; i < count; ++i) messages.push_back(testing::random_bytes(random, 1 + random() % 60));
  return messages;
}

TEST(BinaryFile, PlainGzipAndSeveralMembersReadAlike) {
  std::vector<Bytes> messages = some_messages(20'000);  // several windows of decompressed data
  messages.push_back(Bytes(65'535, 7));
  const Bytes plain = framed(messages);
  const Bytes gzip = gzipped(plain);
  // The members' border is within a message.
  Bytes members = gzipped(Bytes(plain.begin(), plain.begin() + 1001));
  testing::append(members, gzipped(Bytes(plain.begin() + 1001, plain.end())));
  for (const Bytes& file : {plain, gzip, members}) {
    const auto reader = BinaryFileReader::from_memory(file);
    EXPECT_EQ(reader->compressed(), file.data()[0] == 0x1F);
    EXPECT_EQ(read_all(*reader), messages);
    EXPECT_FALSE(reader->end_of_session());
    EXPECT_EQ(reader->position(), reader->size());
  }
}

TEST(BinaryFile, ALengthOfZeroEndsTheSession) {
  const std::vector<Bytes> messages = some_messages(3);
  Bytes file = framed(messages);
  testing::append(file, Bytes{0, 0});
  for (const Bytes& bytes : {file, gzipped(file)}) {
    const auto reader = BinaryFileReader::from_memory(bytes);
    EXPECT_EQ(read_all(*reader), messages);
    EXPECT_TRUE(reader->end_of_session());
  }
}

TEST(BinaryFile, AnEmptyFileHasNoMessages) {
  const auto reader = BinaryFileReader::from_memory({});
  EXPECT_TRUE(read_all(*reader).empty());
}

std::string error_of(const Bytes& bytes, const std::vector<Bytes>& before) {
  const auto reader = BinaryFileReader::from_memory(bytes, "x.itch");
  std::vector<Bytes> messages;
  std::span<const std::uint8_t> m;
  try {
    while (reader->next(m)) messages.push_back(testing::to_bytes(m));
  } catch (const BinaryFileError& e) {
    EXPECT_EQ(messages, before);
    EXPECT_FALSE(reader->next(m)) << "an error is reported once";
    return e.what();
  }
  return "";
}

TEST(BinaryFile, TruncationAtEveryByteGivesTheMessagesBeforeItAndAnErrorWithItsPlace) {
  const std::vector<Bytes> messages = some_messages(5);
  const Bytes file = framed(messages);
  std::size_t whole = 0;
  std::size_t start = 0;
  for (std::size_t n = 0; n < file.size(); ++n) {
    if (whole < messages.size() && n == start + 2 + messages[whole].size()) start = n, ++whole;
    const std::vector<Bytes> before(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(whole));
    const std::string error = error_of(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(n)), before);
    if (n == start) {
      EXPECT_EQ(error, "");
    } else {
      EXPECT_EQ(error.find("x.itch: byte " + std::to_string(start) + ":"), 0U) << error;
    }
  }
}

TEST(BinaryFile, ATruncatedOrDamagedGzipIsAnErrorAfterTheMessagesBeforeIt) {
  const std::vector<Bytes> messages = some_messages(2000);
  const Bytes gzip = gzipped(framed(messages));
  for (std::size_t n = 2; n < gzip.size(); n += 997) {
    const auto reader = BinaryFileReader::from_memory(std::span(gzip).first(n));
    std::vector<Bytes> read;
    std::span<const std::uint8_t> m;
    EXPECT_THROW(
        {
          while (reader->next(m)) read.push_back(testing::to_bytes(m));
        },
        BinaryFileError)
        << n;
    ASSERT_LE(read.size(), messages.size());
    EXPECT_TRUE(std::equal(read.begin(), read.end(), messages.begin())) << n;
  }
  Bytes damaged = gzip;
  damaged[damaged.size() - 5] ^= 0xFF;  // the trailer's CRC
  EXPECT_NE(error_of(damaged, messages).find("gzip data"), std::string::npos);
  Bytes trailing = gzip;
  trailing.push_back('x');
  EXPECT_NE(error_of(trailing, messages).find("another gzip member"), std::string::npos);
}

TEST(BinaryFile, DataBehindTheEndOfSessionIsAnError) {
  const std::vector<Bytes> messages = some_messages(1);
  Bytes file = framed(messages);
  testing::append(file, Bytes{0, 0, 0});
  EXPECT_NE(error_of(file, messages).find("end of session"), std::string::npos);
}

TEST(BinaryFile, AFileIsReadAndAMissingOneIsNamed) {
  const testing::TemporaryFolder folder;
  const std::vector<Bytes> messages = some_messages(10);
  testing::write_file(folder / "a.itch", framed(messages));
  EXPECT_EQ(read_all(*BinaryFileReader::open(folder / "a.itch")), messages);
  EXPECT_THROW(BinaryFileReader::open(folder / "absent.itch"), std::system_error);
}

}  // namespace
}  // namespace twinpath
