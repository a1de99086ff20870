// hw/rtl/book/book_refill.sv within the book stage: sides deeper than the best levels, and what happens to them while
// they are short. The rig compares every result; a level missing or left behind in the best levels shows in one of
// them.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "testbench/rtl/book/book_messages.h"
#include "testbench/rtl/book/book_stage_rig.h"

namespace twinpath::rtl {
namespace {

constexpr std::uint32_t kBase = 100'000;

class BookRefill : public testing::Test {
 protected:
  BookRefill() : rig_(BOOK_SETS_LOG2, BOOK_WAYS) {
    for (unsigned symbol = 0; symbol < 40; ++symbol) rig_.configure(symbol, kBase, 100);
  }

  // Level n of a side, best first.
  static std::uint32_t price(unsigned side, unsigned n) { return kBase + 100 * (side ? 2000 + n : 1999 - n); }

  // A side of `count` levels, one order each, `stride` prices apart; waits until all is where it belongs.
  std::vector<std::uint64_t> build(unsigned symbol, unsigned side, unsigned count, unsigned stride = 2) {
    std::vector<std::uint64_t> orders;
    for (unsigned n = 0; n < count; ++n) {
      orders.push_back(next_++);
      rig_.put(add(symbol, orders.back(), side, 10 + n, price(side, stride * n)));
    }
    EXPECT_TRUE(rig_.settle());
    return orders;
  }
  void sweep(unsigned symbol, const std::vector<std::uint64_t>& orders, unsigned distance = 0) {
    for (const auto order : orders) rig_.put(reduce(kDelete, symbol, order), distance);
  }
  // Ends a case: everything that may be live goes, best first, and the side must end empty.
  bool clear(unsigned symbol, const std::vector<std::uint64_t>& orders) {
    sweep(symbol, orders);
    const bool good = rig_.settle();
    const Booked b = rig_.single(trade(symbol, 1, 1));
    EXPECT_EQ(b.after, (BestPrices{}));
    return good && !HasFailure();
  }

  BookStageRig rig_;
  std::uint64_t next_ = 1;
};

TEST_F(BookRefill, ASweepWaitsForDeeperLevelsWhenItIsFasterAndOnlyThen) {
  for (const unsigned stalls : {0u, 30u}) {
    rig_.pace(stalls, 100);
    for (const unsigned side : {0u, 1u}) {
      for (const unsigned count : {1u, 7u, 8u, 9u, 10u, 15u, 16u, 17u, 20u, 60u}) {
        for (const unsigned stride : {1u, 2u, 65u}) {
          if (stride * count > 1999) continue;
          const auto orders = build(3, side, count, stride);
          const std::uint64_t holds = rig_.holds();
          sweep(3, orders, 2);
          ASSERT_TRUE(rig_.settle()) << count << " levels, side " << side;
          if (count <= 8) {
            EXPECT_EQ(rig_.holds(), holds) << count << " levels";
          }
          if (count >= 20) {
            EXPECT_GT(rig_.holds(), holds) << count << " levels";
          }
          ASSERT_TRUE(clear(3, {}));
        }
      }
    }
  }
  std::cout << "  longest hold: " << rig_.longest_hold() << " cycles\n";
}

TEST_F(BookRefill, NeverHoldsWhenThereIsTime) {
  const auto orders = build(3, 0, 60);
  sweep(3, orders, 60);
  ASSERT_TRUE(rig_.settle());
  EXPECT_EQ(rig_.holds(), 0u);
}

TEST_F(BookRefill, PartsAndReplacesOfTheLastLevelHereWaitToo) {
  for (const unsigned what : {kExecute, kCancel, kReplace}) {
    for (const unsigned side : {0u, 1u}) {
      auto orders = build(3, side, 20);
      for (unsigned n = 0; n < 20; ++n) {
        if (what == kReplace) {
          rig_.put(replace(3, orders[n], next_, 5, price(side, 100 + n)));
          orders[n] = next_++;
        } else {
          rig_.put(reduce(what, 3, orders[n], 3));
          rig_.put(reduce(kExecute, 3, orders[n], 7 + n));
        }
      }
      ASSERT_TRUE(rig_.settle());
      ASSERT_TRUE(clear(3, orders));
    }
  }
}

// The best goes, so that a ninth level is fetched; and 2 to 60 cycles later something happens that the answer under way
// may not know of.
TEST_F(BookRefill, AChangeWhileALevelIsFetchedIsNotForgotten) {
  for (const unsigned side : {0u, 1u}) {
    for (unsigned distance = 2; distance <= 60; ++distance) {
      for (unsigned what = 0; what < 9; ++what) {
        SCOPED_TRACE("side " + std::to_string(side) + " distance " + std::to_string(distance) + " case " +
                     std::to_string(what));
        auto orders = build(3, side, what == 8 ? 9 : 14);
        rig_.put(reduce(kDelete, 3, orders[0]));
        const std::uint64_t order = next_++;
        switch (what) {
          case 0:  // the level that is fetched goes
            rig_.put(reduce(kDelete, 3, orders[8]), distance);
            break;
          case 1:  // it changes
            rig_.put(reduce(kExecute, 3, orders[8], 5), std::max(4u, distance));
            break;
          case 2:  // it grows
            rig_.put(add(3, order, side, 77, price(side, 16)), std::max(4u, distance));
            break;
          case 3:  // a better one appears behind the worst here
            rig_.put(add(3, order, side, 77, price(side, 15)), std::max(4u, distance));
            break;
          case 4:  // a level appears behind it
            rig_.put(add(3, order, side, 77, price(side, 17)), std::max(4u, distance));
            break;
          case 5:  // a new best: the place is taken
            rig_.put(add(3, order, side, 77, price(side, 1)), std::max(4u, distance));
            break;
          case 6:  // the worst here goes
            rig_.put(reduce(kDelete, 3, orders[7]), distance);
            break;
          case 7:  // two new levels: one place and one drop
            rig_.put(add(3, order, side, 77, price(side, 3)), std::max(4u, distance));
            rig_.put(add(3, next_, side, 78, price(side, 5)));
            orders.push_back(next_++);
            break;
          default:  // nothing deeper is left
            rig_.put(reduce(kDelete, 3, orders[8]), distance);
            rig_.put(add(3, order, side, 77, price(side, 40)));
        }
        // At once, and again when all is quiet.
        const bool hurry = distance & 1;
        if (!hurry) {
          ASSERT_TRUE(rig_.settle());
        }
        orders.insert(orders.begin() + 1, order);
        ASSERT_TRUE(clear(3, orders));
      }
    }
  }
}

// While a level is fetched, two better ones push the worst here out and one of them goes again: the next is the one
// that was pushed out, not the one that was fetched. Levels 65 apart take the search longest.
TEST_F(BookRefill, ALevelPushedOutWhileTheNextIsFetchedComesBackFirst) {
  for (const unsigned side : {0u, 1u}) {
    for (unsigned distance = 4; distance <= 30; ++distance) {
      for (unsigned later = 2; later <= 12; ++later) {
        SCOPED_TRACE("side " + std::to_string(side) + " distance " + std::to_string(distance) + " then " +
                     std::to_string(later));
        auto orders = build(3, side, 12, 65);
        const std::uint64_t better = next_++;
        const std::uint64_t best = next_++;
        rig_.put(reduce(kDelete, 3, orders[0]));
        rig_.put(add(3, better, side, 77, price(side, 70)), distance);
        rig_.put(add(3, best, side, 78, price(side, 20)));
        rig_.put(reduce(kDelete, 3, best), later);
        rig_.put(trade(3, 1, 1));
        orders[0] = better;
        ASSERT_TRUE(clear(3, orders));
      }
    }
  }
}

// Operations on the other side of the symbol are in B when the answer comes, and write that side only.
TEST_F(BookRefill, OperationsOnTheOtherSideDoNotLoseTheLevel) {
  for (const unsigned side : {0u, 1u}) {
    for (unsigned distance = 2; distance <= 40; ++distance) {
      for (unsigned what = 0; what < 4; ++what) {
        SCOPED_TRACE("side " + std::to_string(side) + " distance " + std::to_string(distance) + " case " +
                     std::to_string(what));
        const auto orders = build(3, side, 12);
        const auto others = build(3, 1 - side, 10);
        std::vector<std::uint64_t> rest{others.begin(), others.end()};
        rig_.put(reduce(kDelete, 3, orders[0]));
        // A row of them, so that whichever cycle the answer comes in, one is near.
        for (unsigned n = 0; n < 3; ++n) {
          const unsigned apart = n ? 4 : std::max(4u, distance);
          if (what == 0) {
            rig_.put(add(3, next_, 1 - side, 5, price(1 - side, 30 + n)), apart);
            rest.push_back(next_++);
          }
          if (what == 1) rig_.put(reduce(kExecute, 3, others[n], 2), apart);
          if (what == 2) rig_.put(trade(3, 9, price(side, 0)), apart);
          if (what == 3) {
            rig_.put(replace(3, others[n], next_, 8, price(1 - side, 50 + n)), apart);
            rest.push_back(next_++);
          }
        }
        sweep(3, orders, 2);
        ASSERT_TRUE(clear(3, rest));
      }
    }
  }
}

// Symbol 4 is being refilled when an operation on symbol 3 must wait.
TEST_F(BookRefill, AWaitingOperationGoesBeforeTheWorkForAnotherSymbol) {
  for (unsigned before = 2; before <= 30; ++before) {
    SCOPED_TRACE(before);
    const auto waited = build(3, before & 1, 20);
    const auto other = build(4, before >> 1 & 1, 20);
    const auto third = build(3, 1 - (before & 1), 20);
    for (unsigned n = 0; n < 7; ++n) rig_.put(reduce(kDelete, 3, waited[n]), 2);
    rig_.put(reduce(kDelete, 3, third[0]), 2);
    rig_.put(reduce(kDelete, 4, other[0]), 2);
    rig_.put(reduce(kDelete, 3, waited[7]), before);
    for (unsigned n = 8; n < 20; ++n) {
      rig_.put(reduce(kDelete, 3, waited[n]), 2);
      rig_.put(reduce(kDelete, 4, other[n - 7]), 2);
    }
    ASSERT_TRUE(rig_.settle());
    ASSERT_TRUE(clear(4, other));
    ASSERT_TRUE(clear(3, third));
  }
  EXPECT_GT(rig_.holds(), 0u);
}

// More sides are short than the queue has room for: those that find none ask again when they change.
TEST_F(BookRefill, AQueueThatIsFullLosesNothing) {
  for (unsigned round = 0; round < 3; ++round) {
    std::vector<std::vector<std::uint64_t>> orders;
    for (unsigned s = 0; s < 72; ++s) orders.push_back(build(s / 2, s & 1, 14));
    for (unsigned n = 0; n < 14; ++n) {
      for (unsigned s = 0; s < 72; ++s) rig_.put(reduce(kDelete, s / 2, orders[s][n]), 2);
      if (round == 1) {
        ASSERT_TRUE(rig_.settle());
      }
      if (round == 2 && n == 0) {
        ASSERT_TRUE(rig_.settle());
      }
    }
    ASSERT_TRUE(rig_.settle());
    for (unsigned s = 0; s < 36; ++s) ASSERT_TRUE(clear(s, {}));
  }
}

// A side that was refused is full again after its next change: seven levels then go without a wait.
TEST_F(BookRefill, ASideThatTheFullQueueRefusedIsFilledAfterItsNextChange) {
  std::vector<std::vector<std::uint64_t>> orders;
  for (unsigned s = 0; s < 72; ++s) orders.push_back(build(s / 2, s & 1, 14));
  for (unsigned s = 0; s < 72; ++s) rig_.put(reduce(kDelete, s / 2, orders[s][0]), 2);
  ASSERT_TRUE(rig_.settle());
  for (unsigned s = 0; s < 72; ++s) {
    rig_.put(reduce(kExecute, s / 2, orders[s][1], 1));
    ASSERT_TRUE(rig_.settle());
    const std::uint64_t holds = rig_.holds();
    for (unsigned n = 1; n <= 7; ++n) rig_.put(reduce(kDelete, s / 2, orders[s][n]), 2);
    ASSERT_TRUE(rig_.settle());
    EXPECT_EQ(rig_.holds(), holds) << "side " << s;
    sweep(s / 2, orders[s]);
    ASSERT_TRUE(rig_.settle());
  }
}

// Books fill and empty in turns, best first or anywhere, over few symbols.
TEST_F(BookRefill, AgreesWithTheReferenceBooksWhileSidesFillAndEmpty) {
  auto& random = rig_.random();
  struct Live {
    std::uint64_t reference;
    unsigned symbol, side, level;
  };
  for (const unsigned stalls : {0u, 25u}) {
    rig_.pace(stalls, stalls ? 70 : 95);
    std::vector<Live> live;
    bool filling = true;
    ASSERT_TRUE(rig_.run(150'000, [&]() -> Message {
      if (live.size() > 250) filling = false;
      if (live.size() < 4) filling = true;
      const unsigned dice = random() % 100;
      const unsigned symbol = random() % 3;
      const unsigned side = random() & 1;
      const unsigned level = random() % (random() % 4 ? 40 : 1900);
      if (live.empty() || dice < (filling ? 60u : 8u)) {
        live.push_back({next_, symbol, side, level});
        return add(symbol, next_++, side, 1 + random() % 20, price(side, level));
      }
      std::size_t at = random() % live.size();
      if (random() % 4) {  // the best of its side
        for (std::size_t i = 0; i < live.size(); ++i) {
          if (live[i].symbol == live[at].symbol && live[i].side == live[at].side && live[i].level < live[at].level)
            at = i;
        }
      }
      Live& order = live[at];
      const std::uint64_t reference = order.reference;
      const unsigned of = order.symbol;
      if (dice > 90) {
        order.level = level;
        order.reference = next_;
        return replace(of, reference, next_++, 1 + random() % 20, price(order.side, level));
      }
      if (dice > 80) return reduce(dice & 1 ? kExecute : kCancel, of, reference, 1 + random() % 3);
      order = live.back();
      live.pop_back();
      return reduce(kDelete, of, reference);
    }));
    for (const auto& order : live) rig_.put(reduce(kDelete, order.symbol, order.reference));
    ASSERT_TRUE(rig_.settle());
  }
  std::cout << "  " << rig_.holds() << " cycles held, the longest time " << rig_.longest_hold() << '\n';
}

}  // namespace
}  // namespace twinpath::rtl
