#include "host/wire/bytes.h"

#include <gtest/gtest.h>

#include <array>

#include "testbench/wire/support.h"

namespace twinpath {
namespace {

TEST(Bytes, BigEndianMeansTheMostSignificantByteFirstAtAnyAlignment) {
  const std::array<std::uint8_t, 10> b{0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09};
  EXPECT_EQ(load_be16(b.data() + 1), 0x0102U);
  EXPECT_EQ(load_be32(b.data() + 1), 0x01020304U);
  EXPECT_EQ(load_be48(b.data() + 1), 0x010203040506U);
  EXPECT_EQ(load_be64(b.data() + 1), 0x0102030405060708U);
}

TEST(Bytes, WhatIsStoredIsLoadedAndNothingElseIsTouched) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t v = random();
    std::array<std::uint8_t, 10> b;
    b.fill(0xEE);
    store_be16(b.data() + 1, static_cast<std::uint16_t>(v));
    EXPECT_EQ(load_be16(b.data() + 1), static_cast<std::uint16_t>(v));
    EXPECT_TRUE(b[0] == 0xEE && b[3] == 0xEE);
    store_be32(b.data() + 1, static_cast<std::uint32_t>(v));
    EXPECT_EQ(load_be32(b.data() + 1), static_cast<std::uint32_t>(v));
    EXPECT_TRUE(b[0] == 0xEE && b[5] == 0xEE);
    store_be48(b.data() + 1, v);
    EXPECT_EQ(load_be48(b.data() + 1), v & 0xFFFFFFFFFFFF);
    EXPECT_TRUE(b[0] == 0xEE && b[7] == 0xEE);
    store_be64(b.data() + 1, v);
    EXPECT_EQ(load_be64(b.data() + 1), v);
    EXPECT_TRUE(b[0] == 0xEE && b[9] == 0xEE);
  }
}

}  // namespace
}  // namespace twinpath
