// hw/rtl/book/top_levels.sv against an ordered map of the whole side, of which the block holds the best levels.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "Vtop_levels.h"
#include "testbench/rtl/book/packed.h"

namespace twinpath::rtl {
namespace {

constexpr unsigned kLevels = 8;
constexpr int kSideBits = 1 + 4 + 2 * 32 * kLevels + 32 + 2 * 21;

struct Level {
  std::uint32_t price = 0;
  std::uint32_t quantity = 0;
  bool operator==(const Level&) const = default;
};

struct Side {
  bool incomplete = false;
  std::vector<Level> levels;
  std::uint32_t total = 0;
  unsigned far = 0;
  unsigned beyond = 0;
  bool operator==(const Side&) const = default;
};

std::ostream& operator<<(std::ostream& os, const Side& s) {
  os << (s.incomplete ? "incomplete" : "complete") << " total " << s.total << " far " << s.far << " beyond "
     << s.beyond;
  for (const auto& l : s.levels) os << ' ' << l.price << 'x' << l.quantity;
  return os;
}

class TopLevels : public testing::Test {
 protected:
  struct Result {
    Side side;
    bool deep, dropped, best, emptied;
  };

  // Words behind the levels held are arbitrary.
  Result change(const Side& s, bool sell, bool add, std::uint32_t price, std::uint32_t shares) {
    Packer p(top_.side_state_i, kSideBits);
    p.put(1, s.incomplete).put(4, s.levels.size());
    for (unsigned i = kLevels; i-- > 0;) p.put(32, i < s.levels.size() ? s.levels[i].price : rare_ ? price : random_());
    for (unsigned i = kLevels; i-- > 0;) p.put(32, i < s.levels.size() ? s.levels[i].quantity : random_());
    p.put(32, s.total).put(21, s.far).put(21, s.beyond);
    rare_ = !rare_;  // the price itself, where no level is
    top_.sell_i = sell;
    top_.add_i = add;
    top_.price_i = price;
    top_.shares_i = shares;
    top_.eval();
    Unpacker u(top_.side_state_o, kSideBits);
    Result r;
    r.side.incomplete = u.get(1) != 0;
    r.side.levels.resize(u.get(4));
    std::array<std::uint32_t, kLevels> prices;
    std::array<std::uint32_t, kLevels> quantities;
    for (unsigned i = kLevels; i-- > 0;) prices[i] = static_cast<std::uint32_t>(u.get(32));
    for (unsigned i = kLevels; i-- > 0;) quantities[i] = static_cast<std::uint32_t>(u.get(32));
    EXPECT_LE(r.side.levels.size(), kLevels);
    for (unsigned i = 0; i < std::min<std::size_t>(kLevels, r.side.levels.size()); ++i)
      r.side.levels[i] = {prices[i], quantities[i]};
    r.side.total = static_cast<std::uint32_t>(u.get(32));
    r.side.far = static_cast<unsigned>(u.get(21));
    r.side.beyond = static_cast<unsigned>(u.get(21));
    r.deep = top_.deep_o;
    r.dropped = top_.dropped_o;
    r.best = top_.best_o;
    r.emptied = top_.emptied_o;
    return r;
  }

  // A whole side, best first by `better`; `held` of its levels are here.
  struct Whole {
    std::vector<Level> levels;
    unsigned held = 0;
  };

  Side seen(const Whole& w) const {
    Side s;
    s.incomplete = w.held < w.levels.size();
    s.levels.assign(w.levels.begin(), w.levels.begin() + w.held);
    for (const auto& l : w.levels) s.total += l.quantity;
    s.far = 5;
    s.beyond = 1u << 20;
    return s;
  }

  // Applies the change to the whole and says what must be seen.
  void check(Whole w, bool sell, bool add, std::uint32_t price, std::uint32_t shares) {
    const Side before = seen(w);
    const Result found = change(before, sell, add, price, shares);
    unsigned at = 0;
    while (at < w.levels.size() && (sell ? w.levels[at].price < price : w.levels[at].price > price)) ++at;
    const bool there = at < w.levels.size() && w.levels[at].price == price;
    bool deep = false, dropped = false, emptied = false;
    const bool best = there && at == 0 && w.held > 0;
    if (there) {
      deep = at >= w.held;
      w.levels[at].quantity += add ? shares : 0 - shares;
      if (w.levels[at].quantity == 0) {
        emptied = !deep;
        w.levels.erase(w.levels.begin() + at);
        if (!deep) --w.held;
      }
    } else {
      // Worse than all here: in only if nothing deeper exists and there is room.
      deep = at > w.held || (at == w.held && (w.held == kLevels || before.incomplete));
      w.levels.insert(w.levels.begin() + at, {price, shares});
      if (!deep) {
        dropped = w.held == kLevels;
        if (!dropped) ++w.held;
      }
    }
    Side expected = seen(w);
    // Deeper levels may have gone without the side being told: only a search says that it is complete.
    expected.incomplete = before.incomplete || expected.incomplete;
    ASSERT_EQ(found.side, expected) << (sell ? "sell" : "buy") << (add ? " add " : " remove ") << price << 'x' << shares
                                    << " to " << before;
    ASSERT_EQ(found.deep, deep) << before << " price " << price;
    ASSERT_EQ(found.dropped, dropped) << before << " price " << price;
    ASSERT_EQ(found.emptied, emptied) << before << " price " << price;
    ASSERT_EQ(found.best, best) << before << " price " << price;
    ++cases_[add][there][deep][dropped][emptied];
  }

  static Whole side(bool sell, unsigned held, unsigned deeper, std::uint32_t quantity) {
    Whole w;
    w.held = held;
    for (unsigned i = 0; i < held + deeper; ++i) {
      w.levels.push_back({sell ? 1000 + 20 * i : 1000'000 - 20 * i, quantity + i});
    }
    return w;
  }

  std::mt19937_64 random_{3};
  Vtop_levels top_;
  bool rare_ = false;
  unsigned cases_[2][2][2][2][2] = {};  // add, level there, deep, dropped, emptied
};

// Every number of levels held, with and without deeper ones; the price at each level, between any two, and outside.
TEST_F(TopLevels, ChangesEveryPositionOfEverySide) {
  for (const bool sell : {false, true}) {
    for (unsigned held = 0; held <= kLevels; ++held) {
      for (unsigned deeper : {0u, 1u, 3u}) {
        if (held == 0 && deeper != 0) continue;  // never
        const Whole w = side(sell, held, deeper, 100);
        for (unsigned i = 0; i < w.levels.size(); ++i) {
          check(w, sell, true, w.levels[i].price, 7);
          check(w, sell, false, w.levels[i].price, 7);
          check(w, sell, false, w.levels[i].price, w.levels[i].quantity);
          check(w, sell, true, w.levels[i].price - 10, 7);
          check(w, sell, true, w.levels[i].price + 10, 7);
        }
        for (std::uint32_t price : {0u, 1u, 500'000u, 0xFFFFFFFFu}) check(w, sell, true, price, 0xFFFFFFFFu - 3000);
        if (HasFatalFailure()) return;
      }
    }
  }
  EXPECT_GT(cases_[1][0][0][0][0], 0u) << "taken in";
  EXPECT_GT(cases_[1][0][0][1][0], 0u) << "another dropped";
  EXPECT_GT(cases_[1][0][1][0][0], 0u) << "added deeper";
  EXPECT_GT(cases_[1][1][1][0][0], 0u) << "added to a deeper level";
  EXPECT_GT(cases_[0][1][1][0][0], 0u) << "removed deeper";
  EXPECT_GT(cases_[0][1][0][0][0], 0u) << "reduced";
  EXPECT_GT(cases_[0][1][0][0][1], 0u) << "emptied";
}

TEST_F(TopLevels, AgreesOnRandomSides) {
  for (unsigned round = 0; round < 200'000; ++round) {
    const bool sell = random_() & 1;
    std::map<std::uint32_t, std::uint32_t> levels;
    const unsigned count = random_() % 12;
    const std::uint32_t base = random_() & 1 ? 0 : static_cast<std::uint32_t>(random_());
    while (levels.size() < count) levels[base + random_() % 20] = 1 + random_() % 3;
    Whole w;
    for (const auto& [price, quantity] : levels)
      w.levels.insert(sell ? w.levels.end() : w.levels.begin(), {price, quantity});
    w.held = count == 0 ? 0 : 1 + random_() % std::min(count, kLevels);
    const bool add = count == 0 || (random_() & 1);
    const Level& some = add ? Level{static_cast<std::uint32_t>(base + random_() % 20), 0} : w.levels[random_() % count];
    check(w, sell, add, some.price, add ? 1 + random_() % 3 : 1 + random_() % some.quantity);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace twinpath::rtl
