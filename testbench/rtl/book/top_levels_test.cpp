// hw/rtl/book/top_levels.sv against an ordered map of the whole side, of which the block holds the best levels: what it
// says in B, and in D, any number of cycles later, where its moves are carried out here.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "Vtop_levels.h"

namespace twinpath::rtl {
namespace {

constexpr unsigned kLevels = 8;
enum Move : unsigned { kStays, kOwn, kBack, kForth };

struct Level {
  std::uint32_t price = 0;
  std::uint32_t quantity = 0;
  bool operator==(const Level&) const = default;
};

struct Side {
  bool incomplete = false;
  std::vector<Level> levels;
  bool operator==(const Side&) const = default;
};

std::ostream& operator<<(std::ostream& os, const Side& s) {
  os << (s.incomplete ? "incomplete" : "complete");
  for (const auto& l : s.levels) os << ' ' << l.price << 'x' << l.quantity;
  return os;
}

class TopLevels : public testing::Test {
 protected:
  struct Change {
    bool sell, add;
    std::uint32_t price, shares;
    bool gone;  // a removal of all that its order has, which then has `shares`; else it has more
  };
  struct Result {
    Side side;
    bool deep, dropped, emptied, inserts;
  };
  using Words = std::array<Level, kLevels>;

  // Words behind the levels held are arbitrary.
  Words words(const Side& s, std::uint32_t price) {
    Words w;
    for (unsigned i = 0; i < kLevels; ++i) {
      if (i < s.levels.size())
        w[i] = s.levels[i];
      else
        w[i] = {rare_ ? price : static_cast<std::uint32_t>(random_()), static_cast<std::uint32_t>(random_())};
    }
    rare_ = !rare_;  // the price itself, where no level is
    return w;
  }
  static unsigned held(const Side& s) { return (1u << s.levels.size()) - 1; }

  void edge() {
    top_.clk_i = 0;
    top_.eval();
    top_.clk_i = 1;
    top_.eval();
  }

  // What B is asked. An addition must not depend on what a removal would take.
  void ask(const Side& s, const Words& w, const Change& c) {
    top_.held_i = held(s);
    for (unsigned i = 0; i < kLevels; ++i) {
      top_.price_i[i] = w[i].price;
      top_.quantity_i[i] = w[i].quantity;
    }
    top_.sell_i = c.sell;
    top_.own_price_i = c.price;
    top_.order_i = c.add ? (random_() & 1 ? 100 : static_cast<std::uint32_t>(random_())) : c.shares + !c.gone;
  }

  Result change(const Side& before, const Change& c) {
    Result r;
    const Words w = words(before, c.price);
    ask(before, w, c);
    top_.en_i = 1;
    edge();
    // In D something else is asked in B, and without en_i it leaves no trace.
    top_.d_held_i = held(before);
    top_.d_incomplete_i = before.incomplete;
    top_.d_add_i = c.add;
    top_.d_gone_i = c.add ? random_() & 1 : c.gone;
    top_.en_i = 0;
    for (unsigned waits = random_() % 3; waits > 0; --waits) {
      const Side other{.incomplete = (random_() & 1) != 0,
                       .levels = {random_() % (kLevels + 1), Level{c.price, c.shares}}};
      ask(other, words(other, c.price),
          Change{(random_() & 1) != 0, (random_() & 1) != 0, c.price + 5, c.shares, true});
      edge();
    }
    top_.eval();
    r.deep = top_.deep_o;
    r.dropped = top_.dropped_o;
    r.emptied = top_.emptied_o;
    r.inserts = top_.inserts_o;
    r.side = moved(before, w, c, r);
    return r;
  }

  Side moved(const Side& before, const Words& w, const Change& c, const Result& r) {
    Side s;
    s.incomplete = before.incomplete || r.dropped || (r.deep && c.add);
    const std::size_t count = before.levels.size() - r.emptied + (r.inserts && !r.dropped);
    for (unsigned i = 0; i < kLevels && i < count; ++i) {
      const std::uint32_t there = top_.at_o >> i & 1 ? w[i].quantity : 0;
      switch (top_.move_o >> (2 * i) & 3) {
        case kOwn:
          s.levels.push_back({c.price, c.add ? there + c.shares : there - c.shares});
          break;
        case kBack:
          s.levels.push_back(w[(i + kLevels - 1) % kLevels]);
          break;
        case kForth:
          s.levels.push_back(w[(i + 1) % kLevels]);
          break;
        default:
          s.levels.push_back(w[i]);
      }
    }
    s.levels.resize(count);
    return s;
  }

  // A whole side, best first by `better`; `held` of its levels are here.
  struct Whole {
    std::vector<Level> levels;
    unsigned held = 0;
    bool unsure = false;  // incomplete although nothing deeper is left
  };

  Side seen(const Whole& w) const {
    Side s;
    s.incomplete = w.held < w.levels.size() || w.unsure;
    s.levels.assign(w.levels.begin(), w.levels.begin() + w.held);
    return s;
  }

  // Applies the change to the whole and says what must be seen; also where the side does not know that it is complete.
  void check(const Whole& w, bool sell, bool add, std::uint32_t price, std::uint32_t shares) {
    // Part of an order never empties its level.
    std::uint32_t there = 0;
    for (const auto& l : w.levels) there = l.price == price ? l.quantity : there;
    const Change c{sell, add, price, shares, add || there == shares || (random_() & 1) != 0};
    check(w, c);
    if (HasFatalFailure() || w.held != w.levels.size() || w.held == 0) return;
    Whole unsure = w;
    unsure.unsure = true;
    check(unsure, c);
  }

  void check(Whole w, const Change& c) {
    const Side before = seen(w);
    const Result found = change(before, c);
    unsigned at = 0;
    while (at < w.levels.size() && (c.sell ? w.levels[at].price < c.price : w.levels[at].price > c.price)) ++at;
    const bool there = at < w.levels.size() && w.levels[at].price == c.price;
    bool deep = false, dropped = false, emptied = false;
    if (there) {
      deep = at >= w.held;
      w.levels[at].quantity += c.add ? c.shares : 0 - c.shares;
      if (w.levels[at].quantity == 0) {
        emptied = !deep;
        w.levels.erase(w.levels.begin() + at);
        if (!deep) --w.held;
      }
    } else {
      // Worse than all here: in only if nothing deeper exists and there is room.
      deep = at > w.held || (at == w.held && (w.held == kLevels || before.incomplete));
      w.levels.insert(w.levels.begin() + at, {c.price, c.shares});
      if (!deep) {
        dropped = w.held == kLevels;
        if (!dropped) ++w.held;
      }
    }
    Side expected = seen(w);
    // Deeper levels may have gone without the side being told: only a search says that it is complete.
    expected.incomplete = before.incomplete || expected.incomplete;
    ASSERT_EQ(found.side, expected) << (c.sell ? "sell" : "buy") << (c.add ? " add " : " remove ") << c.price << 'x'
                                    << c.shares << " to " << before;
    ASSERT_EQ(found.deep, deep) << before << " price " << c.price;
    ASSERT_EQ(found.dropped, dropped) << before << " price " << c.price;
    ASSERT_EQ(found.emptied, emptied) << before << " price " << c.price;
    ++cases_[c.add][there][deep][dropped][emptied];
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
