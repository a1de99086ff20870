// hw/rtl/book/price_window.sv against SEM 3.3.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "Vprice_window.h"

namespace twinpath {
namespace {

struct Placed {
  unsigned price_class;  // 0 in, 1 far, 2 beyond
  unsigned level;
  bool operator==(const Placed&) const = default;
};

std::ostream& operator<<(std::ostream& os, const Placed& p) {
  return os << "class " << p.price_class << " level " << p.level;
}

Placed expected(unsigned side, std::uint64_t price, std::uint64_t base, unsigned tick) {
  if (price < base) return {side ? 2u : 1u, 0};
  if (price >= base + 4096ull * tick) return {side ? 1u : 2u, 0};
  if ((price - base) % tick) return {2, 0};
  return {0, static_cast<unsigned>((price - base) / tick)};
}

class PriceWindow : public testing::Test {
 protected:
  void check(unsigned side, std::uint32_t price, std::uint32_t base, unsigned tick) {
    top_.side_i = side;
    top_.price_i = price;
    top_.base_i = base;
    top_.tick100_i = tick == 100;
    top_.en_i = 1;
    clock();
    // Outside, the level means nothing.
    const Placed found{top_.class_o, top_.in_o ? top_.level_o : 0u};
    ASSERT_EQ(found, expected(side, price, base, tick))
        << "side " << side << " price " << price << " base " << base << " tick " << tick;
    ASSERT_EQ(top_.in_o, found.price_class == 0) << found;
    ASSERT_EQ(top_.far_o, found.price_class == 1) << found;
  }
  void clock() {
    top_.clk_i = 0;
    top_.eval();
    top_.clk_i = 1;
    top_.eval();
  }
  Vprice_window top_;
};

TEST_F(PriceWindow, DividesEveryDistanceInTheWindowExactly) {
  for (unsigned side : {0u, 1u}) {
    for (std::uint32_t distance = 0; distance < 4096 * 100 + 300; ++distance)
      check(side, 1'000'000 + distance, 1'000'000, 100);
    for (std::uint32_t distance = 0; distance < 4096 + 300; ++distance) check(side, 1'000'000 + distance, 1'000'000, 1);
  }
}

TEST_F(PriceWindow, TellsFarFromBeyondAtEveryEdge) {
  for (unsigned side : {0u, 1u}) {
    for (unsigned tick : {1u, 100u}) {
      for (std::uint32_t base : {0u, 1u, 99u, 100'000u, 0x7FFFFFFFu, 0xFFFFFFFFu - 4096 * 100, 0xFFFFFFFFu - 4095,
                                 0xFFFFFF00u, 0xFFFFFFFFu}) {
        for (std::int64_t near :
             {std::int64_t{0}, std::int64_t{base}, std::int64_t{base} + 4096 * tick, std::int64_t{0xFFFFFFFF}}) {
          for (std::int64_t p = near - 250; p <= near + 250; ++p) {
            if (p >= 0 && p <= 0xFFFFFFFF) check(side, static_cast<std::uint32_t>(p), base, tick);
          }
        }
      }
    }
  }
}

TEST_F(PriceWindow, AgreesOnRandomPricesAndBases) {
  std::mt19937 random(1);
  for (int i = 0; i < 500'000; ++i) {
    const std::uint32_t base = static_cast<std::uint32_t>(random());
    const std::uint32_t price =
        i % 2 ? static_cast<std::uint32_t>(random()) : base + static_cast<std::uint32_t>(random()) % 500'000;
    check(i / 2 % 2, price, base, i / 4 % 2 ? 1 : 100);
  }
}

TEST_F(PriceWindow, HoldsItsAnswerWhileNotEnabled) {
  check(0, 1500, 1000, 1);
  top_.en_i = 0;
  top_.price_i = 7;
  top_.tick100_i = 1;
  for (int i = 0; i < 3; ++i) clock();
  EXPECT_EQ(top_.class_o, 0);
  EXPECT_EQ(top_.level_o, 500);
}

}  // namespace
}  // namespace twinpath
