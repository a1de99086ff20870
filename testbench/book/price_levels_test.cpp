#include "host/book/price_levels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>

namespace twinpath {
namespace {

constexpr std::uint32_t kTop = 0xFFFFFFFF;

void expect_place(const PriceWindow& w, Side side, std::uint64_t price, PriceClass c, unsigned level = 0) {
  const PricePlace p = w.place(side, Price{static_cast<std::uint32_t>(price)});
  EXPECT_EQ(static_cast<int>(p.price_class), static_cast<int>(c)) << price << (side == Side::buy ? " bid" : " offer");
  if (c == PriceClass::in) {
    EXPECT_EQ(p.level, level) << price;
    EXPECT_EQ(w.price_of(p.level), Price{static_cast<std::uint32_t>(price)});
  }
}

TEST(PriceWindow, ClassifiesEveryEdgeOnBothSidesAndTicks) {
  for (const bool cent : {true, false}) {
    const std::uint32_t tick = cent ? 100 : 1;
    for (const std::uint32_t base : {std::uint32_t{1'000'000}, 1u, 0u}) {
      const PriceWindow w{Price{base}, cent};
      const std::uint32_t end = base + 4096 * tick;
      for (const Side side : {Side::buy, Side::sell}) {
        const bool buy = side == Side::buy;
        const PriceClass below = buy ? PriceClass::far : PriceClass::beyond;
        const PriceClass above = buy ? PriceClass::beyond : PriceClass::far;
        if (base > 0) expect_place(w, side, base - 1, below);
        if (base > 0) expect_place(w, side, 0, below);
        expect_place(w, side, base, PriceClass::in, 0);
        expect_place(w, side, base + tick, PriceClass::in, 1);
        expect_place(w, side, end - tick, PriceClass::in, 4095);
        expect_place(w, side, end, above);
        expect_place(w, side, end + 1, above);
        expect_place(w, side, kTop, above);
        if (cent) {
          for (const std::uint32_t off : {1u, 50u, 99u}) {
            expect_place(w, side, base + off, PriceClass::beyond);
            expect_place(w, side, end - off, PriceClass::beyond);
          }
        } else {
          expect_place(w, side, end - 1, PriceClass::in, 4095);
        }
      }
    }
  }
}

TEST(PriceWindow, ThatReachesPastTheLargestPriceEndsThere) {
  const PriceWindow w{Price{kTop - 1000}, true};
  expect_place(w, Side::buy, kTop - 1000, PriceClass::in, 0);
  expect_place(w, Side::sell, kTop, PriceClass::in, 10);
  expect_place(w, Side::sell, kTop - 50, PriceClass::beyond);
  expect_place(w, Side::sell, 0, PriceClass::beyond);
  expect_place(w, Side::buy, 0, PriceClass::far);
}

template <Side kSide>
struct Levels {
  std::unique_ptr<LevelSide> side = std::make_unique<LevelSide>(kSide);
  LevelSide* operator->() { return side.get(); }
};

TEST(LevelSide, HasNoQuoteWhenEmpty) {
  Levels<Side::buy> bids;
  EXPECT_FALSE(bids->any());
  EXPECT_EQ(bids->quote({}), SideQuote{});
}

TEST(LevelSide, QuotesTheHighestBidAndTheLowestOffer) {
  const PriceWindow w{Price{10'000}, true};
  Levels<Side::buy> bids;
  Levels<Side::sell> asks;
  for (const unsigned level : {64u, 0u, 4095u, 63u, 100u}) {
    EXPECT_TRUE(bids->add(level, Quantity{level + 1}));
    EXPECT_TRUE(asks->add(level, Quantity{level + 1}));
  }
  EXPECT_EQ(bids->quote(w), (SideQuote{SideState::quoted, Price{10'000 + 409'500}, Quantity{4096}}));
  EXPECT_EQ(asks->quote(w), (SideQuote{SideState::quoted, Price{10'000}, Quantity{1}}));
  for (const unsigned level : {4095u, 100u, 64u, 63u, 0u}) {
    EXPECT_EQ(bids->best_level(), level);
    bids->remove(level, Quantity{level + 1});
  }
  for (const unsigned level : {0u, 63u, 64u, 100u, 4095u}) {
    EXPECT_EQ(asks->best_level(), level);
    asks->remove(level, Quantity{level + 1});
  }
  EXPECT_FALSE(bids->any());
  EXPECT_FALSE(asks->any());
}

TEST(LevelSide, IsUnknownBesideABetterOrderAndBehindAFarOne) {
  const PriceWindow w{Price{10'000}, true};
  Levels<Side::sell> asks;
  asks->far = 1;
  EXPECT_EQ(asks->quote(w), (SideQuote{SideState::unknown, {}, {}})) << "only a far order: its price is not known";
  asks->add(5, Quantity{1});
  EXPECT_EQ(asks->quote(w).state, SideState::quoted) << "a far order is behind every level";
  asks->beyond = 1;
  EXPECT_EQ(asks->quote(w), (SideQuote{SideState::unknown, {}, {}}));
  asks->far = asks->beyond = 0;
  asks->remove(5, Quantity{1});
  EXPECT_EQ(asks->quote(w).state, SideState::empty);
}

TEST(LevelSide, RefusesWhatItsTotalHasNoRoomFor) {
  Levels<Side::buy> bids;
  EXPECT_TRUE(bids->add(7, Quantity{kTop - 1}));
  EXPECT_TRUE(bids->add(3, Quantity{1}));
  EXPECT_FALSE(bids->add(7, Quantity{1}));
  EXPECT_FALSE(bids->add(8, Quantity{1}));
  EXPECT_EQ(bids->best_level(), 7u);
  EXPECT_EQ(bids->quantity(7), Quantity{kTop - 1});
  bids->remove(3, Quantity{1});
  EXPECT_TRUE(bids->add(7, Quantity{1}));
  EXPECT_EQ(bids->quantity(7), Quantity{kTop});
}

template <Side kSide>
void compare_with_a_map(std::uint64_t seed, unsigned span) {
  std::mt19937_64 random(seed);
  Levels<kSide> levels;
  std::map<unsigned, std::uint32_t> model;
  std::uint64_t total = 0;
  unsigned overflows = 0;
  const PriceWindow w{Price{500}, true};
  for (unsigned i = 0; i < 100'000; ++i) {
    const unsigned level = static_cast<unsigned>(random() % span * (4096 / span));
    const bool big = random() % 20 == 0;
    const std::uint32_t q = 1 + static_cast<std::uint32_t>(big ? random() % kTop : random() % 100);
    if (random() % 2) {
      const bool fits = total + q <= kTop;
      ASSERT_EQ(levels->add(level, Quantity{q}), fits);
      if (fits) {
        model[level] += q;
        total += q;
      }
      overflows += !fits;
    } else if (model.count(level)) {
      const std::uint32_t taken = std::min(model[level], q);
      levels->remove(level, Quantity{taken});
      total -= taken;
      if ((model[level] -= taken) == 0) model.erase(level);
    }
    ASSERT_EQ(levels->any(), !model.empty());
    ASSERT_EQ(levels->quantity(level).value, model.count(level) ? model[level] : 0);
    if (!model.empty()) {
      const auto best = kSide == Side::buy ? *model.rbegin() : *model.begin();
      ASSERT_EQ(levels->best_level(), best.first);
      ASSERT_EQ(levels->quote(w), (SideQuote{SideState::quoted, w.price_of(best.first), Quantity{best.second}}));
    }
  }
  EXPECT_GT(overflows, 0u);
}

TEST(LevelSide, BehavesAsAMapOfBids) {
  compare_with_a_map<Side::buy>(1, 4);
  compare_with_a_map<Side::buy>(2, 128);
  compare_with_a_map<Side::buy>(3, 4096);
}

TEST(LevelSide, BehavesAsAMapOfOffers) {
  compare_with_a_map<Side::sell>(1, 4);
  compare_with_a_map<Side::sell>(2, 128);
  compare_with_a_map<Side::sell>(3, 4096);
}

}  // namespace
}  // namespace twinpath
