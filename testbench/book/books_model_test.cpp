// Random messages against a naive model, and properties that hold for every stream.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

#include "testbench/book/naive_books.h"

namespace twinpath::testing {
namespace {

void expect_same(const BookChange& model, const BookChange& book) {
  ASSERT_EQ(model.effect, book.effect);
  ASSERT_EQ(model.changed, book.changed);
  ASSERT_EQ(model.before, book.before);
  ASSERT_EQ(model.after, book.after);
  ASSERT_EQ(model.sticky_before, book.sticky_before);
  ASSERT_EQ(model.sticky_after, book.sticky_after);
  ASSERT_EQ(model.trade.valid, book.trade.valid);
  if (!model.trade.valid) return;
  ASSERT_EQ(model.trade.execution, book.trade.execution);
  ASSERT_EQ(model.trade.resting, book.trade.resting);
  ASSERT_EQ(model.trade.price, book.trade.price);
  ASSERT_EQ(model.trade.shares, book.trade.shares);
  ASSERT_EQ(model.trade.through, book.trade.through);
}

// Some symbols with a cent tick, some with 1; prices gather at the window's edges.
struct Noise {
  CoreConfig config;
  std::mt19937_64 random;

  explicit Noise(std::uint64_t seed) : random(seed) {
    config.symbols.resize(3);
    config.symbols[0] = {.window_base = 100'000, .cent_tick = true};
    config.symbols[1] = {.window_base = 100'000, .cent_tick = false};
    config.symbols[2] = {.window_base = 0, .cent_tick = true};
    config.sets_log2 = 4;
    config.ways = 4;
  }
  std::uint64_t roll(std::uint64_t n) { return random() % n; }
  SymbolIndex symbol() { return static_cast<SymbolIndex>(roll(3)); }
  Side side() { return roll(2) ? Side::sell : Side::buy; }
  std::uint64_t reference() { return roll(90) * 0x3'0001; }
  std::uint32_t shares() {
    const auto kind = roll(40);
    if (kind == 0) return 0;
    if (kind < 4) return ~static_cast<std::uint32_t>(random() >> roll(64));
    return static_cast<std::uint32_t>(1 + roll(300));
  }
  std::uint32_t price(SymbolIndex s) {
    const std::uint32_t tick = config.symbols[s].cent_tick ? 100 : 1;
    const std::uint32_t base = config.symbols[s].window_base;
    switch (roll(12)) {
      case 0:
        return base - static_cast<std::uint32_t>(roll(3));
      case 1:
        return base + 4096 * tick + static_cast<std::uint32_t>(roll(3)) - 1;
      case 2:
        return base + 4095 * tick;
      case 3:
        return base + static_cast<std::uint32_t>(roll(4096 * tick));
      default:
        return base + (2000 + static_cast<std::uint32_t>(roll(8))) * tick;
    }
  }
};

TEST(BooksModel, AgreesOnEveryMessageOfARandomStream) {
  std::uint64_t seen[kCounterCount] = {};
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Noise n(seed);
    Counters counters;
    Books books(n.config, counters);
    NaiveBooks model(n.config);
    for (unsigned i = 0; i < 15'000; ++i) {
      const SymbolIndex s = n.symbol();
      const std::uint64_t r = n.reference();
      const std::uint32_t q = n.shares();
      const std::uint32_t p = n.price(s);
      BookChange change;
      SCOPED_TRACE(::testing::Message() << "seed " << seed << " message " << i);
      switch (n.roll(10)) {
        case 0:
        case 1:
        case 2:
        case 3: {
          const Side side = n.side();
          books.add(s, r, side, Quantity{q}, Price{p}, change);
          expect_same(model.add(s, r, side, q, p), change);
          break;
        }
        case 4:
          books.execute(s, r, Quantity{q}, nullptr, true, change);
          expect_same(model.execute(s, r, q, nullptr, true), change);
          break;
        case 5: {
          const Price print{p};
          const bool printable = n.roll(3) != 0;
          books.execute(s, r, Quantity{q}, &print, printable, change);
          expect_same(model.execute(s, r, q, &print, printable), change);
          break;
        }
        case 6:
          books.cancel(s, r, Quantity{q}, change);
          expect_same(model.cancel(s, r, q), change);
          break;
        case 7:
          books.erase(s, r, change);
          expect_same(model.erase(s, r), change);
          break;
        case 8: {
          const std::uint64_t fresh = n.reference();
          books.replace(s, r, fresh, Quantity{q}, Price{p}, change);
          expect_same(model.replace(s, r, fresh, q, p), change);
          break;
        }
        default:
          if (n.roll(4) == 0) {
            books.trust(s);
            model.trust(s);
          }
          break;
      }
      if (HasFatalFailure()) return;
      ASSERT_EQ(books.orders().size(), model.orders.size());
      for (SymbolIndex k = 0; k < 3; ++k) {
        ASSERT_EQ(books.bbo(k), model.bbo(k));
        ASSERT_EQ(books.sticky(k), model.sticky(k));
      }
    }
    for (unsigned c = 0; c < kCounterCount; ++c) {
      ASSERT_EQ(counters.values()[c], model.counters.values()[c]) << kCounterNames[c];
      seen[c] += counters.values()[c];
    }
  }
  for (unsigned c = static_cast<unsigned>(Counter::unknown_reference);
       c <= static_cast<unsigned>(Counter::level_overflow); ++c)
    EXPECT_GT(seen[c], 20u) << kCounterNames[c] << ": the stream provokes it too rarely";
}

// A market that never crosses: bids below the middle, offers above it, both inside the window.
TEST(BooksProperties, ConserveQuantityAndNeverCrossOnAStreamThatDoesNot) {
  CoreConfig config;
  config.symbols.resize(2);
  for (auto& s : config.symbols) s.window_base = 100'000;
  config.sets_log2 = 10;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    std::mt19937_64 random(seed);
    Counters counters;
    Books books(config, counters);
    struct Live {
      std::uint64_t reference;
      SymbolIndex symbol;
      std::uint32_t left;
    };
    std::vector<Live> live;
    std::uint64_t added = 0;
    std::uint64_t taken = 0;
    std::uint64_t next = 1;
    const auto price = [&](Side side) {
      return Price{
          static_cast<std::uint32_t>(100'000 + 100 * (side == Side::buy ? random() % 2000 : 2001 + random() % 2000))};
    };
    for (unsigned i = 0; i < 20'000; ++i) {
      BookChange change;
      const auto kind = random() % 10;
      if (live.empty() || (kind < 4 && live.size() < 3000)) {
        const auto s = static_cast<SymbolIndex>(random() % 2);
        const auto q = static_cast<std::uint32_t>(1 + random() % 500);
        const Side side = random() % 2 ? Side::buy : Side::sell;
        books.add(s, next, side, Quantity{q}, price(side), change);
        ASSERT_TRUE(change.effect);
        live.push_back({next++, s, q});
        added += q;
      } else {
        const std::size_t at = random() % live.size();
        Live& o = live[at];
        const auto q = static_cast<std::uint32_t>(1 + random() % o.left);
        if (kind < 6) {
          books.execute(o.symbol, o.reference, Quantity{q}, nullptr, true, change);
          ASSERT_EQ(change.trade.shares, Quantity{q});
          o.left -= q;
          taken += q;
        } else if (kind < 8) {
          books.cancel(o.symbol, o.reference, Quantity{q}, change);
          o.left -= q;
          taken += q;
        } else {
          books.erase(o.symbol, o.reference, change);
          taken += o.left;
          o.left = 0;
        }
        ASSERT_TRUE(change.effect);
        if (o.left == 0) {
          live[at] = live.back();
          live.pop_back();
        }
      }
      ASSERT_FALSE(books.bbo(0).crossed() || books.bbo(1).crossed()) << "seed " << seed << " message " << i;
      ASSERT_EQ(books.orders().size(), live.size());
    }
    std::uint64_t in_levels = 0;
    std::uint64_t in_orders = 0;
    for (SymbolIndex s = 0; s < 2; ++s) {
      for (unsigned l = 0; l < kLevels; ++l)
        in_levels += books.bids(s).quantity(l).value + books.asks(s).quantity(l).value;
      EXPECT_FALSE(books.sticky(s));
    }
    for (const Live& o : live) in_orders += books.orders().at(books.orders().find(o.reference)).shares.value;
    EXPECT_EQ(added - taken, in_levels);
    EXPECT_EQ(added - taken, in_orders);
    for (unsigned c = 0; c < kCounterCount; ++c) EXPECT_EQ(counters.values()[c], 0u) << kCounterNames[c];
  }
}

}  // namespace
}  // namespace twinpath::testing
