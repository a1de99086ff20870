// hw/rtl/book/first_set.sv.
#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <random>

#include "Vfirst_set.h"

namespace twinpath {
namespace {

TEST(FirstSet, NamesTheLowestBitOfEveryPattern) {
  Vfirst_set top;
  const auto check = [&](std::uint64_t bits) {
    top.bits_i = bits;
    top.eval();
    ASSERT_EQ(top.index_o, bits ? std::countr_zero(bits) : 0) << std::hex << bits;
  };
  check(0);
  std::mt19937_64 random(1);
  for (unsigned low = 0; low < 64; ++low) {
    check(std::uint64_t{1} << low);
    check(~std::uint64_t{0} << low);
    for (unsigned high = low; high < 64; ++high) check(std::uint64_t{1} << low | std::uint64_t{1} << high);
    for (int i = 0; i < 1000; ++i) check((random() | 1) << low);
  }
}

}  // namespace
}  // namespace twinpath
