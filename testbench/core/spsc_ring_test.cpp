// The ring against a model, alone and between two threads.
#include "host/core/spsc_ring.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <thread>

namespace twinpath {
namespace {

TEST(SpscRing, TakesAPowerOfTwoOnly) {
  for (const std::size_t wrong : {0, 3, 12}) EXPECT_THROW(SpscRing<int>{wrong}, std::invalid_argument) << wrong;
  EXPECT_EQ(SpscRing<int>(1).capacity(), 1u);
  EXPECT_EQ(SpscRing<int>(64).capacity(), 64u);
}

TEST(SpscRing, IsEmptyThenFullThenEmptyAgain) {
  SpscRing<int> ring(4);
  EXPECT_EQ(ring.peek(), nullptr);
  for (int i = 0; i < 4; ++i) {
    int* const slot = ring.claim();
    ASSERT_NE(slot, nullptr);
    *slot = i;
    ring.publish();
  }
  EXPECT_EQ(ring.claim(), nullptr);
  EXPECT_TRUE(ring.claim(2).empty());
  for (int i = 0; i < 4; ++i) {
    const int* const slot = ring.peek();
    ASSERT_NE(slot, nullptr);
    EXPECT_EQ(*slot, i);
    ring.release();
  }
  EXPECT_EQ(ring.peek(), nullptr);
  EXPECT_NE(ring.claim(), nullptr);
}

TEST(SpscRing, ShowsNothingBeforeItIsPublished) {
  SpscRing<int> ring(4);
  *ring.claim() = 7;
  EXPECT_EQ(ring.peek(), nullptr);
  *ring.claim() = 8;  // the same slot
  ring.publish();
  ASSERT_NE(ring.peek(), nullptr);
  EXPECT_EQ(*ring.peek(), 8);
  EXPECT_EQ(ring.peek(4).size(), 1u);
}

TEST(SpscRing, GivesBatchesThatLieSideBySide) {
  SpscRing<int> ring(8);
  ASSERT_EQ(ring.claim(6).size(), 6u);
  ring.publish(6);
  ASSERT_EQ(ring.peek(5).size(), 5u);
  ring.release(5);
  // Seven are free, two of them up to the end.
  std::span<int> batch = ring.claim(7);
  ASSERT_EQ(batch.size(), 2u);
  batch[0] = 60, batch[1] = 70;
  ring.publish(2);
  batch = ring.claim(7);
  ASSERT_EQ(batch.size(), 5u);
  for (int i = 0; i < 5; ++i) batch[static_cast<std::size_t>(i)] = 100 + i;
  ring.publish(5);
  EXPECT_TRUE(ring.claim(1).empty());
  ring.release(1);
  ASSERT_EQ(ring.peek(8).size(), 2u);
  EXPECT_EQ(ring.peek(8)[1], 70);
  ring.release(2);
  ASSERT_EQ(ring.peek(8).size(), 5u);
  EXPECT_EQ(ring.peek(8)[4], 104);
}

TEST(SpscRing, KeepsBothSidesApart) {
  // A slot's own alignment holds too.
  struct alignas(64) Line {
    int value;
  };
  SpscRing<Line> ring(2);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(ring.claim()) % 64, 0u);
  EXPECT_GE(sizeof(SpscRing<int>), 5 * 128u);
}

// Any order of claims, publishes, peeks and releases, of any size: what a queue would hold.
TEST(SpscRing, BehavesLikeAQueue) {
  std::mt19937_64 random(11);
  for (const std::size_t capacity : {1, 2, 8, 64}) {
    SpscRing<std::uint64_t> ring(capacity);
    std::deque<std::uint64_t> model;
    std::uint64_t next = 0;
    std::uint64_t wraps = 0;
    for (int step = 0; step < 50'000; ++step) {
      const std::size_t wanted = 1 + random() % (capacity + 1);
      if (random() % 2 == 0) {
        const std::span<std::uint64_t> slots = ring.claim(wanted);
        const std::size_t free = capacity - model.size();
        const std::size_t to_end = capacity - next % capacity;
        ASSERT_EQ(slots.size(), std::min({wanted, free, to_end})) << "step " << step;
        if (slots.size() < std::min(wanted, free)) ++wraps;
        if (slots.empty()) continue;
        const std::size_t used = random() % (slots.size() + 1);
        for (std::size_t i = 0; i < slots.size(); ++i) slots[i] = i < used ? next + i : ~std::uint64_t{0};
        ring.publish(used);
        for (std::size_t i = 0; i < used; ++i) model.push_back(next++);
      } else {
        const std::span<const std::uint64_t> slots = ring.peek(wanted);
        const std::size_t first = next - model.size();
        ASSERT_EQ(slots.size(), std::min({wanted, model.size(), capacity - first % capacity})) << "step " << step;
        for (std::size_t i = 0; i < slots.size(); ++i) ASSERT_EQ(slots[i], model[i]) << "step " << step;
        if (slots.empty()) continue;
        const std::size_t used = random() % (slots.size() + 1);
        ring.release(used);
        model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(used));
      }
    }
    if (capacity > 1) {
      EXPECT_GT(wraps, 100u) << capacity;
    }
  }
}

// Slots of several words, all made from a sequence number: a torn, lost, repeated or early one shows.
struct Numbered {
  static constexpr std::size_t kWords = 12;
  std::uint64_t words[kWords];

  void set(std::uint64_t n) {
    for (std::size_t i = 0; i < kWords; ++i) words[i] = n * (2 * i + 1);
  }
  bool is(std::uint64_t n) const {
    for (std::size_t i = 0; i < kWords; ++i) {
      if (words[i] != n * (2 * i + 1)) return false;
    }
    return true;
  }
};

class BetweenThreads : public testing::TestWithParam<std::tuple<std::size_t, std::size_t>> {};

TEST_P(BetweenThreads, EverythingArrivesOnceWholeAndInOrder) {
  const auto [capacity, batch] = GetParam();
  // A small ring is handed over at every turn, which takes its time where cores are shared.
  const std::uint64_t count = std::min<std::uint64_t>(1'000 * capacity, 200'000);
  SpscRing<Numbered> ring(capacity);
  std::uint64_t full = 0;
  const auto pause = [](std::uint64_t& waits) {
    if (++waits % 256 == 0) std::this_thread::yield();
  };
  std::thread writer([&, batch = batch] {
    for (std::uint64_t n = 0; n < count;) {
      const std::span<Numbered> slots = ring.claim(std::min<std::size_t>(batch, count - n));
      if (slots.empty()) {
        pause(full);
        continue;
      }
      for (Numbered& slot : slots) slot.set(n++);
      ring.publish(slots.size());
    }
  });
  std::uint64_t wrong = 0;
  std::uint64_t empty = 0;
  for (std::uint64_t n = 0; n < count;) {
    const std::span<const Numbered> slots = ring.peek(batch);
    if (slots.empty()) {
      pause(empty);
      continue;
    }
    for (const Numbered& slot : slots) wrong += slot.is(n++) ? 0 : 1;
    ring.release(slots.size());
  }
  writer.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(ring.peek(), nullptr);
  EXPECT_GT(full + empty, 0u) << "neither side ever had to wait: nothing was tried";
}

INSTANTIATE_TEST_SUITE_P(SpscRing, BetweenThreads,
                         testing::Combine(testing::Values(1, 2, 16, 1024), testing::Values(1, 7, 64)));

}  // namespace
}  // namespace twinpath
