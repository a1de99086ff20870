#include "host/wire/moldudp64.h"

#include <gtest/gtest.h>

#include "testbench/wire/support.h"

namespace twinpath::mold {
namespace {

using twinpath::testing::Bytes;

TEST(MoldUdp64, AHeaderRoundTripsAndStandsAtItsOffsets) {
  const Header header{make_session("S1"), 0x0102030405060708, 0x0A0B};
  Bytes bytes(Header::kSize);
  header.write(bytes.data());
  EXPECT_EQ(bytes, testing::from_hex("53312020202020202020 0102030405060708 0a0b"));
  const Header back = Header::read(bytes.data());
  EXPECT_EQ(back.session, header.session);
  EXPECT_EQ(back.sequence, header.sequence);
  EXPECT_EQ(back.count, header.count);
}

TEST(MoldUdp64, HeartbeatsAndEndOfSessionHaveNoBlocks) {
  EXPECT_EQ((Header{{}, 1, kHeartbeat}.blocks()), 0);
  EXPECT_EQ((Header{{}, 1, kEndOfSession}.blocks()), 0);
  EXPECT_EQ((Header{{}, 1, 3}.blocks()), 3);
}

TEST(MoldUdp64, BlocksComeBackInOrderAndTrailingBytesStay) {
  Bytes bytes(100);
  const Bytes first{1, 2, 3};
  const Bytes second{};
  const Bytes third{9};
  std::size_t n = write_block(first, bytes.data());
  n += write_block(second, bytes.data() + n);
  n += write_block(third, bytes.data() + n);
  EXPECT_EQ(n, 10U);
  bytes.resize(n + 2);
  BlockReader reader(bytes, 3);
  std::span<const std::uint8_t> block;
  for (const Bytes& expected : {first, second, third}) {
    ASSERT_EQ(reader.next(block), BlockReader::Status::block);
    EXPECT_EQ(testing::to_bytes(block), expected);
  }
  EXPECT_EQ(reader.next(block), BlockReader::Status::end);
  EXPECT_EQ(reader.rest().size(), 2U);
}

TEST(MoldUdp64, ABlockThatIsNotAllThereStopsTheWalkForGood) {
  Bytes bytes(7);
  write_block(Bytes{1, 2, 3, 4, 5}, bytes.data());
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const auto cut = std::span<const std::uint8_t>(bytes).first(n);
    BlockReader reader(cut, 1);
    std::span<const std::uint8_t> block;
    EXPECT_EQ(reader.next(block), BlockReader::Status::truncated) << n;
    EXPECT_EQ(reader.next(block), BlockReader::Status::truncated) << n;
    EXPECT_EQ(reader.left(), 1);
  }
}

}  // namespace
}  // namespace twinpath::mold
