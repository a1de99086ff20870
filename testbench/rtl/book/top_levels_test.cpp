// hw/rtl/book/top_levels.sv against an ordered map of the whole side, of which the block holds the best levels: what it
// says in B, and in D, any number of cycles later.
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

// What the depth store finds while the operation is in B.
enum class Answer { kNone, kLevel, kNothing };

class TopLevels : public testing::Test {
 protected:
  struct Change {
    bool sell, add;
    std::uint32_t price, shares;
    bool whole;  // a removal of all that its order has, else of the shares asked for
    Answer answer;
    Level found;
  };
  struct Result {
    Side side;
    bool deep, dropped, emptied;
    bool best, front, best_goes, deep_now;  // already in B
  };

  // Words behind the levels held are arbitrary.
  template <class Words>
  void pack(Words& words, const Side& s, std::uint32_t price) {
    Packer p(words, kSideBits);
    p.put(1, s.incomplete).put(4, s.levels.size());
    for (unsigned i = kLevels; i-- > 0;) p.put(32, i < s.levels.size() ? s.levels[i].price : rare_ ? price : random_());
    for (unsigned i = kLevels; i-- > 0;) p.put(32, i < s.levels.size() ? s.levels[i].quantity : random_());
    p.put(32, s.total).put(21, s.far).put(21, s.beyond);
    rare_ = !rare_;  // the price itself, where no level is
  }

  void edge() {
    top_.clk_i = 0;
    top_.eval();
    top_.clk_i = 1;
    top_.eval();
  }

  // What B is asked. An addition must not depend on what a removal would take.
  void ask(const Side& s, const Change& c) {
    pack(top_.side_state_i, s, c.price);
    top_.fill_i = c.answer == Answer::kLevel;
    top_.ends_i = c.answer == Answer::kNothing;
    top_.fill_price_i = c.answer == Answer::kLevel ? c.found.price : static_cast<std::uint32_t>(random_());
    top_.fill_quantity_i = c.answer == Answer::kLevel ? c.found.quantity : static_cast<std::uint32_t>(random_());
    const auto other = [&] { return random_() & 1 ? 100 : static_cast<std::uint32_t>(random_()); };
    top_.sell_i = c.sell;
    top_.add_i = c.add;
    top_.price_i = c.price;
    top_.whole_i = c.add ? random_() & 1 : c.whole;
    top_.asked_i = c.add || c.whole ? other() : c.shares;
    top_.order_i = c.add || !c.whole ? other() : c.shares;
  }

  // `before` in B, `joined` in D: with what the depth store found.
  Result change(const Side& before, const Side& joined, const Change& c) {
    Result r;
    ask(before, c);
    top_.en_i = 1;
    top_.eval();
    r.best = top_.best_o;
    r.front = top_.front_o;
    r.best_goes = top_.best_goes_o;
    r.deep_now = top_.deep_now_o;
    edge();
    // In D something else is asked in B, and without en_i it leaves no trace.
    pack(top_.d_side_state_i, joined, c.price);
    top_.d_add_i = c.add;
    top_.d_price_i = c.price;
    top_.d_shares_i = c.shares;
    top_.en_i = 0;
    for (unsigned waits = random_() % 3; waits > 0; --waits) {
      ask(Side{.incomplete = (random_() & 1) != 0, .levels = {random_() % (kLevels + 1), Level{c.price, c.shares}}},
          Change{(random_() & 1) != 0, (random_() & 1) != 0, c.price + 5, c.shares, true, Answer::kNone, {}});
      edge();
    }
    top_.eval();
    Unpacker u(top_.side_state_o, kSideBits);
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
    r.emptied = top_.emptied_o;
    return r;
  }

  // A whole side, best first by `better`; `held` of its levels are here.
  struct Whole {
    std::vector<Level> levels;
    unsigned held = 0;
    bool unsure = false;  // incomplete, whether something deeper is left or not
  };

  Side seen(const Whole& w) const {
    Side s;
    s.incomplete = w.held < w.levels.size() || w.unsure;
    s.levels.assign(w.levels.begin(), w.levels.begin() + w.held);
    for (const auto& l : w.levels) s.total += l.quantity;
    s.far = 5;
    s.beyond = 1u << 20;
    return s;
  }

  // Applies the change to the whole and says what must be seen; with every answer that can come just then.
  void check(const Whole& w, bool sell, bool add, std::uint32_t price, std::uint32_t shares) {
    Change c{sell, add, price, shares, (random_() & 1) != 0, Answer::kNone, {}};
    check(w, c);
    if (HasFatalFailure()) return;
    if (w.held < w.levels.size()) {
      // A side that has no place left takes nothing in.
      c.answer = Answer::kLevel;
      c.found = w.levels[w.held];
      check(w, c);
    } else if (w.held > 0) {
      Whole unsure = w;
      unsure.unsure = true;
      check(unsure, c);
      if (HasFatalFailure()) return;
      c.answer = Answer::kNothing;
      check(unsure, c);
      if (HasFatalFailure()) return;
      // And so does one that needs none.
      c.answer = Answer::kLevel;
      c.found = {price, shares};
      check(w, c);
    }
  }

  void check(Whole w, const Change& c) {
    const Side before = seen(w);
    const bool place = before.incomplete && w.held < kLevels;
    if (c.answer == Answer::kLevel && place) ++w.held;
    w.unsure = before.incomplete && !(c.answer == Answer::kNothing && place);
    const Side joined = seen(w);
    const Result found = change(before, joined, c);
    unsigned at = 0;
    while (at < w.levels.size() && (c.sell ? w.levels[at].price < c.price : w.levels[at].price > c.price)) ++at;
    const bool there = at < w.levels.size() && w.levels[at].price == c.price;
    bool deep = false, dropped = false, emptied = false;
    const bool best = there && at == 0 && w.held > 0;
    const bool front = w.held == 0 || (!there && at == 0);
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
      deep = at > w.held || (at == w.held && (w.held == kLevels || joined.incomplete));
      w.levels.insert(w.levels.begin() + at, {c.price, c.shares});
      if (!deep) {
        dropped = w.held == kLevels;
        if (!dropped) ++w.held;
      }
    }
    Side expected = seen(w);
    // Deeper levels may have gone without the side being told: only a search says that it is complete.
    expected.incomplete = joined.incomplete || expected.incomplete;
    ASSERT_EQ(found.side, expected) << (c.sell ? "sell" : "buy") << (c.add ? " add " : " remove ") << c.price << 'x'
                                    << c.shares << " to " << before << ", answer " << static_cast<int>(c.answer);
    ASSERT_EQ(found.deep, deep) << before << " price " << c.price;
    ASSERT_EQ(found.deep_now, deep) << before << " price " << c.price << ", answer " << static_cast<int>(c.answer);
    ASSERT_EQ(found.dropped, dropped) << before << " price " << c.price;
    ASSERT_EQ(found.emptied, emptied) << before << " price " << c.price;
    ASSERT_EQ(found.best, best) << before << " price " << c.price;
    ASSERT_EQ(found.front, front) << before << " price " << c.price;
    if (!c.add) {
      ASSERT_EQ(found.best_goes, best && emptied) << before << " price " << c.price;
    }
    ++cases_[c.add][there][deep][dropped][emptied];
    ++answers_[static_cast<int>(c.answer)][place][there && at + 1 == joined.levels.size()];
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
  unsigned answers_[3][2][2] = {};      // answer, there is a place for it, the change is of the worst level here
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
  EXPECT_GT(answers_[1][1][1], 0u) << "the change is of the level found";
  EXPECT_GT(answers_[1][0][0], 0u) << "a level found too late";
  EXPECT_GT(answers_[2][1][0], 0u) << "nothing deeper is left";
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
