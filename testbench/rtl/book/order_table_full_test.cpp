// hw/rtl/book/order_table.sv at its full size: the widest set index, all ways.
#include "testbench/rtl/book/order_table_rig.h"

namespace twinpath::rtl {
namespace {

TEST(OrderTableFullSize, FillsTheLowestMiddleAndHighestSet) {
  OrderTableRig rig(16, 8);
  std::mt19937_64 random(1);
  for (const unsigned set : {0u, 0x8000u, 0x5A5Au, 0xFFFFu}) {
    const auto r = rig.references(set, 9, random);
    for (unsigned i = 0; i < 9; ++i) {
      rig.request(kFirst, r[i]);
      ASSERT_TRUE(rig.idle(3));
      ASSERT_EQ(rig.answer(kFirst).full, i == 8);
      const auto price = static_cast<std::uint32_t>(random());
      if (i < 8) rig.commit(kFirst, Commit::insert, {i, i & 1, i >> 2, set + i, price});
      ASSERT_TRUE(rig.idle(2));
    }
    for (const auto reference : r) {
      rig.request(kSecond, reference);
      ASSERT_TRUE(rig.idle(4));
    }
  }
  EXPECT_FALSE(rig.error());
}

TEST(OrderTableFullSize, AgreesWithTheModelInRandomTraffic) {
  OrderTableRig rig(16, 8);
  std::mt19937_64 random(2);
  std::vector<std::uint64_t> pool;
  for (unsigned s = 0; s < 3; ++s) {
    for (const auto r : rig.references(static_cast<unsigned>(random() & 0xFFFF), 10, random)) pool.push_back(r);
  }
  for (unsigned i = 0; i < 20'000; ++i) {
    rig.request(random() & 1 ? kSecond : kFirst, pool[random() % pool.size()]);
    const Kind kind = random() & 1 ? kSecond : kFirst;
    if (rig.answered(kind) && !rig.too_early(kind)) {
      const Answer seen = rig.answer(kind);
      const Entry entry{static_cast<unsigned>(random() & 0xFF), 1, 0, static_cast<std::uint32_t>(random()), i};
      if (seen.hit) rig.commit(kind, random() % 4 ? Commit::rewrite : Commit::remove, entry);
      if (!seen.hit && !seen.full) rig.commit(kind, Commit::insert, entry);
    }
    ASSERT_TRUE(rig.step());
  }
  EXPECT_FALSE(rig.error());
}

}  // namespace
}  // namespace twinpath::rtl
