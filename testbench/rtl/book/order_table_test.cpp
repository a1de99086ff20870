// hw/rtl/book/order_table.sv against SEM 3.1: sets so few and small that lookups and commits meet in every way.
#include "testbench/rtl/book/order_table_rig.h"

namespace twinpath::rtl {
namespace {

constexpr unsigned kSetsLog2 = TABLE_SETS_LOG2;
constexpr unsigned kWays = TABLE_WAYS;
constexpr unsigned kSet = 2;

Entry any_entry(std::mt19937_64& random) {
  return {static_cast<unsigned>(random() & 0xFF), static_cast<unsigned>(random() & 1),
          static_cast<unsigned>(random() & 3), static_cast<std::uint32_t>(random()),
          static_cast<std::uint32_t>(random())};
}

class OrderTable : public testing::Test {
 protected:
  // Looks a reference up through `kind` and commits as soon as the answer is there.
  bool insert(Kind kind, std::uint64_t reference) {
    rig_.request(kind, reference);
    if (!rig_.idle(3)) return false;
    rig_.commit(kind, Commit::insert, any_entry(random_));
    return rig_.idle(2);
  }
  Answer look_up(Kind kind, std::uint64_t reference) {
    rig_.request(kind, reference);
    EXPECT_TRUE(rig_.idle(3));
    return rig_.answer(kind);
  }

  // Random lookups, and random commits that fit the answers; true if every answer was right.
  bool traffic(OrderTableRig& rig, const std::vector<std::uint64_t>& pool, unsigned cycles, unsigned requests,
               unsigned commits, unsigned stalls) {
    for (unsigned i = 0; i < cycles; ++i) {
      if (random_() % 100 < requests) rig.request(any_kind(), pool[random_() % pool.size()]);
      const Kind kind = any_kind();
      if (random_() % 100 < commits && rig.answered(kind) && !rig.too_early(kind)) {
        const Answer seen = rig.answer(kind);
        const Entry entry = any_entry(random_);
        if (seen.hit) rig.commit(kind, random_() & 1 ? Commit::rewrite : Commit::remove, entry);
        if (!seen.hit && !seen.full) rig.commit(kind, Commit::insert, entry);
      }
      while (random_() % 100 < stalls) {
        if (!rig.step(false)) return false;
      }
      if (!rig.step()) return false;
    }
    return !rig.error();
  }
  Kind any_kind() { return random_() & 1 ? kSecond : kFirst; }

  std::mt19937_64 random_{1};
  OrderTableRig rig_{kSetsLog2, kWays};
};

TEST_F(OrderTable, AnswersThreeCyclesLaterAndHoldsTheAnswer) {
  const auto r = rig_.references(kSet, 2, random_);
  ASSERT_TRUE(insert(kFirst, r[0]));
  rig_.request(kFirst, r[1]);
  EXPECT_TRUE(rig_.idle(2));
  EXPECT_TRUE(rig_.answer(kFirst).hit) << "the answer before";
  EXPECT_TRUE(rig_.idle(1));
  EXPECT_FALSE(rig_.answer(kFirst).hit);
  rig_.request(kSecond, r[0]);
  EXPECT_TRUE(rig_.idle(20));
  EXPECT_FALSE(rig_.answer(kFirst).hit);
  EXPECT_TRUE(rig_.answer(kSecond).hit);
}

TEST_F(OrderTable, ForgetsEverythingOnReset) {
  const auto r = rig_.references(kSet, kWays, random_);
  for (const auto reference : r) ASSERT_TRUE(insert(kFirst, reference));
  EXPECT_TRUE(rig_.answer(kFirst).full);
  rig_.reset();
  for (const auto reference : r) {
    EXPECT_EQ(look_up(kFirst, reference), Answer{});
  }
  EXPECT_FALSE(rig_.error());
}

// The original is removed from a full set through the first answer, the new reference inserted through the second two
// cycles later: at every distance of the two lookups that the second answer's arrival allows, and before and after
// lookups that watch.
TEST_F(OrderTable, ReplacesWithinAFullSet) {
  for (const bool same_reference : {false, true}) {
    for (const int apart : {-6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6}) {
      for (int watch = 2; watch <= 12; ++watch) {
        SCOPED_TRACE(testing::Message() << "same reference " << same_reference << ", second lookup " << apart
                                        << " cycles after the first, watched in cycle " << watch);
        rig_.reset();
        const auto r = rig_.references(kSet, kWays + 1, random_);
        for (unsigned i = 0; i < kWays; ++i) ASSERT_TRUE(insert(kFirst, r[i]));
        const std::uint64_t original = r[random_() % kWays];
        const std::uint64_t replacement = same_reference ? original : r[kWays];
        const Entry entry = any_entry(random_);
        const int first = 6, second = first + apart, removal = std::max(first + 3, second + 1);
        for (int cycle = 0; cycle < removal + 8; ++cycle) {
          if (cycle == first) rig_.request(kFirst, original);
          if (cycle == second) rig_.request(kSecond, replacement);
          if (cycle == removal) {
            ASSERT_TRUE(rig_.answer(kFirst).hit && rig_.answer(kFirst).full);
            rig_.commit(kFirst, Commit::remove, {});
          }
          if (cycle == removal + 2) {
            ASSERT_FALSE(rig_.answer(kSecond).hit || rig_.answer(kSecond).full);
            rig_.commit(kSecond, Commit::insert, entry);
          }
          if (cycle == removal + 2 - 6 + watch && cycle != first && cycle != second) rig_.request(kFirst, replacement);
          ASSERT_TRUE(rig_.step());
        }
        const Answer seen = look_up(kSecond, replacement);
        ASSERT_EQ(seen, (Answer{true, true, entry}));
        ASSERT_EQ(look_up(kSecond, original).hit, same_reference);
      }
    }
  }
  EXPECT_FALSE(rig_.error());
}

TEST_F(OrderTable, AgreesWithTheModelAtEveryDistanceOfLookupAndCommit) {
  struct Load {
    unsigned requests, commits, stalls;
  };
  for (const unsigned sets : {1u, 2u, 4u}) {
    for (const unsigned a_set : {1u, kWays, kWays + 1, kWays + 3}) {
      for (const Load load : {Load{100, 100, 0}, Load{100, 50, 30}, Load{30, 60, 0}, Load{15, 30, 20}}) {
        SCOPED_TRACE(testing::Message() << sets << " sets, " << a_set << " references each, " << load.requests
                                        << " % requests, " << load.commits << " % commits, " << load.stalls
                                        << " % stalls");
        std::vector<std::uint64_t> pool;
        for (unsigned s = 0; s < sets; ++s) {
          for (const auto r : rig_.references(s, a_set, random_)) pool.push_back(r);
        }
        rig_.reset();
        ASSERT_TRUE(traffic(rig_, pool, 20'000, load.requests, load.commits, load.stalls));
      }
    }
  }
  EXPECT_GT(rig_.removed_then_inserted(), 100u) << "replaces within a full set";
  for (const Commit what : {Commit::insert, Commit::rewrite, Commit::remove}) {
    for (const bool same : {true, false}) {
      for (const Kind through : {kFirst, kSecond}) {
        for (const Kind kind : {kFirst, kSecond}) {
          for (int distance = -Coverage::kReach; distance <= Coverage::kReach; ++distance) {
            // A commit through the answer looked up is of its reference.
            if (distance <= -3 && through == kind && !same) continue;
            EXPECT_GT(rig_.coverage().at(what, same, through, kind, distance), 20u)
                << "commit " << static_cast<unsigned>(what) << " through " << through << ", lookup " << kind
                << ", same reference " << same << ", distance " << distance;
          }
        }
      }
    }
  }
}

TEST(OrderTableMisuse, ReportsACommitThatDoesNotFitItsAnswer) {
  const auto broken = [](unsigned live, bool looked_up_is_live, Commit what) {
    OrderTableRig rig(kSetsLog2, kWays);
    std::mt19937_64 random(1);
    const auto r = rig.references(kSet, kWays + 1, random);
    for (unsigned i = 0; i < live; ++i) {
      rig.request(kFirst, r[i]);
      rig.idle(3);
      rig.commit(kFirst, Commit::insert, any_entry(random));
      rig.idle(2);
    }
    rig.request(kSecond, r[looked_up_is_live ? 0 : kWays]);
    rig.idle(3);
    EXPECT_FALSE(rig.error());
    rig.commit(kSecond, what, any_entry(random));
    rig.step();
    return rig.error();
  };
  EXPECT_TRUE(broken(1, true, Commit::insert)) << "already live";
  EXPECT_TRUE(broken(kWays, false, Commit::insert)) << "full";
  EXPECT_TRUE(broken(1, false, Commit::rewrite)) << "unknown";
  EXPECT_TRUE(broken(1, false, Commit::remove)) << "unknown";
  EXPECT_FALSE(broken(0, false, Commit::insert));
  EXPECT_FALSE(broken(1, true, Commit::rewrite));
  EXPECT_FALSE(broken(1, true, Commit::remove));
}

TEST(OrderTableMisuse, ReportsTwoCommitsToASetInAdjacentCycles) {
  std::mt19937_64 random(1);
  for (const bool same_set : {true, false}) {
    OrderTableRig rig(kSetsLog2, kWays);
    rig.request(kFirst, rig.references(0, 1, random)[0]);
    rig.step();
    rig.request(kSecond, rig.references(same_set ? 0 : 1, 1, random)[0]);
    rig.idle(3);
    rig.commit(kFirst, Commit::insert, any_entry(random));
    rig.step();
    EXPECT_EQ(rig.too_early(kSecond), same_set);
    rig.commit(kSecond, Commit::insert, any_entry(random));
    rig.step();
    EXPECT_EQ(rig.error(), same_set);
  }
}

}  // namespace
}  // namespace twinpath::rtl
