// The engine through its shared library, as a harness in any language sees it.
#include "host/venue/matching/c_api.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using Handle = std::unique_ptr<tp_matching, void (*)(tp_matching*)>;
Handle make(size_t ring = 0) { return {tp_matching_create(0, ring, 0), tp_matching_destroy}; }

tp_command list_book(uint64_t sequence) {
  tp_command c{};
  c.sequence = sequence;
  c.type = 4;
  return c;
}
tp_command enter(uint64_t sequence, uint64_t id, uint8_t side, int64_t price, uint32_t quantity) {
  tp_command c{};
  c.sequence = sequence;
  c.order_id = id;
  c.side = side;
  c.price = price;
  c.quantity = quantity;
  return c;
}
std::vector<tp_report> drained(tp_matching* engine) {
  std::vector<tp_report> all;
  const tp_report* first = nullptr;
  for (size_t n; (n = tp_matching_peek(engine, &first, 64)) != 0 || tp_matching_publish(engine) != 0;) {
    all.insert(all.end(), first, first + n);
    tp_matching_release(engine, n);
  }
  return all;
}

TEST(MatchingCApi, OneCallAMessageGivesItsReports) {
  const Handle engine = make();
  ASSERT_NE(engine, nullptr);
  for (const tp_command& c : {list_book(0), enter(1, 7, 1, 100, 30), enter(2, 8, 0, 101, 10)})
    ASSERT_EQ(tp_matching_submit(engine.get(), &c), 0);
  const std::vector<tp_report> all = drained(engine.get());
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[3].type, 1);  // trade
  EXPECT_EQ(all[3].order_id, 8u);
  EXPECT_EQ(all[3].other_id, 7u);
  EXPECT_EQ(all[3].price, 100);
  EXPECT_EQ(all[3].quantity, 10u);
  EXPECT_EQ(all[3].leaves, 20u);
  int64_t price = 0;
  EXPECT_EQ(tp_matching_best(engine.get(), 0, 0, &price), 0);
  ASSERT_EQ(tp_matching_best(engine.get(), 0, 1, &price), 1);
  EXPECT_EQ(price, 100);
  EXPECT_EQ(tp_matching_depth(engine.get(), 0, 1, 100), 20u);
  EXPECT_EQ(tp_matching_open_orders(engine.get()), 1u);
}

TEST(MatchingCApi, ASnapshotGoesFromOneEngineToAnother) {
  const Handle engine = make();
  for (const tp_command& c : {list_book(0), enter(1, 7, 1, 100, 30)}) tp_matching_submit(engine.get(), &c);
  std::vector<char> bytes(tp_matching_snapshot(engine.get(), nullptr, 0));
  ASSERT_EQ(tp_matching_snapshot(engine.get(), bytes.data(), bytes.size()), bytes.size());
  const Handle other = make();
  char why[200] = "";
  ASSERT_EQ(tp_matching_restore(other.get(), bytes.data(), bytes.size(), why, sizeof why), 0) << why;
  EXPECT_EQ(tp_matching_state_hash(other.get()), tp_matching_state_hash(engine.get()));
  bytes[20] ^= 1;
  const Handle third = make();
  EXPECT_EQ(tp_matching_restore(third.get(), bytes.data(), bytes.size(), why, sizeof why), 1);
  EXPECT_NE(std::string(why).find("byte "), std::string::npos) << why;
}

TEST(MatchingCApi, AnotherThreadReadsEveryReportInOrder) {
  const Handle engine = make(64);  // smaller than what is under way
  constexpr uint64_t kOrders = 20'000;
  std::atomic<bool> done{false};
  std::vector<uint64_t> read;
  std::thread reader([&] {
    const tp_report* first = nullptr;
    for (;;) {
      const bool last = done.load();
      const size_t n = tp_matching_peek(engine.get(), &first, 16);
      if (n == 0 && last) return;
      for (size_t i = 0; i < n; ++i) read.push_back(first[i].sequence);
      tp_matching_release(engine.get(), n);
    }
  });
  tp_command c = list_book(0);
  tp_matching_submit(engine.get(), &c);
  for (uint64_t n = 1; n <= kOrders; ++n) {
    c = enter(n, n, 0, static_cast<int64_t>(n % 100), 1);
    tp_matching_submit(engine.get(), &c);
  }
  while (tp_matching_publish(engine.get()) != 0) std::this_thread::yield();
  done = true;
  reader.join();
  ASSERT_EQ(read.size(), kOrders + 1);
  for (uint64_t n = 0; n <= kOrders; ++n) ASSERT_EQ(read[n], n);
}

TEST(MatchingCApi, ARingThatIsNoPowerOfTwoIsRefused) { EXPECT_EQ(tp_matching_create(0, 100, 0), nullptr); }

}  // namespace
