// The broadcast ring and the versioned value: what a reader is told, alone and between threads.
#include "host/ipc/broadcast_ring.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "testbench/ipc/ipc_fixture.h"

namespace twinpath::ipc {
namespace {

using testing::Numbered;
using testing::Zeros;
using Ring = BroadcastRing<Numbered>;
using Got = Ring::Got;
using From = Ring::From;

TEST(BroadcastRing, TakesAPowerOfTwoFrom8) {
  for (const std::size_t wrong : {0, 4, 12}) EXPECT_THROW(Ring::bytes(wrong), std::invalid_argument) << wrong;
  EXPECT_GE(Ring::bytes(8), 8 * sizeof(Numbered));
}

TEST(BroadcastRing, EveryReaderGetsEveryRecordInOrder) {
  const Zeros memory(Ring::bytes(16));
  Ring::Writer writer(memory.get(), 16);
  Ring::Reader first(memory.get(), 16, From::oldest), second(memory.get(), 16, From::newest);
  Numbered r;
  EXPECT_EQ(first.poll(r), Got::nothing);
  for (std::uint64_t n = 0; n < 1'000; ++n) {
    writer.publish(Numbered::of(n));
    ASSERT_EQ(first.poll(r), Got::record);
    ASSERT_EQ(r.words[0], n);
    if (n % 5 != 4) continue;
    for (std::uint64_t k = n - 4; k <= n; ++k) {
      ASSERT_EQ(second.poll(r), Got::record);
      ASSERT_EQ(r.words[0], k);
    }
    ASSERT_EQ(second.poll(r), Got::nothing);
  }
  EXPECT_EQ(first.missed() + second.missed(), 0u);
}

TEST(BroadcastRing, TellsAReaderExactlyWhatItMissed) {
  const Zeros memory(Ring::bytes(16));
  Ring::Writer writer(memory.get(), 16);
  Ring::Reader reader(memory.get(), 16, From::newest);
  Numbered r;
  for (std::uint64_t n = 0; n < 16; ++n) writer.publish(Numbered::of(n));
  EXPECT_EQ(reader.behind(), 16u);
  ASSERT_EQ(reader.poll(r), Got::record) << "a full ring has lost nothing";
  EXPECT_EQ(r.words[0], 0u);
  writer.publish(Numbered::of(16));
  writer.publish(Numbered::of(17));
  ASSERT_EQ(reader.poll(r), Got::missed);
  // Of the 18 the last 14 are safe; 1 was taken.
  EXPECT_EQ(reader.missed(), 3u);
  EXPECT_EQ(reader.overruns(), 1u);
  ASSERT_EQ(reader.poll(r), Got::record);
  EXPECT_EQ(r.words[0], 4u);
}

TEST(BroadcastRing, AJoinerStartsAtTheNewestOrTheOldestThatIsSafe) {
  const Zeros memory(Ring::bytes(16));
  Ring::Writer writer(memory.get(), 16);
  for (std::uint64_t n = 0; n < 100; ++n) writer.publish(Numbered::of(n));
  Ring::Reader oldest(memory.get(), 16, From::oldest), newest(memory.get(), 16, From::newest);
  Numbered r;
  ASSERT_EQ(oldest.poll(r), Got::record);
  EXPECT_EQ(r.words[0], 86u);
  EXPECT_EQ(newest.poll(r), Got::nothing);
  writer.publish(Numbered::of(100));
  ASSERT_EQ(newest.poll(r), Got::record);
  EXPECT_EQ(r.words[0], 100u);
}

TEST(BroadcastRing, ASecondWriterGoesOnBehindTheLastWholeRecord) {
  const Zeros memory(Ring::bytes(8));
  auto writer = std::make_unique<Ring::Writer>(memory.get(), 8);
  for (std::uint64_t n = 0; n < 21; ++n) writer->publish(Numbered::of(n));
  writer = std::make_unique<Ring::Writer>(memory.get(), 8);
  EXPECT_EQ(writer->published(), 21u);
  // As if it had died between the record and its count: the record was there to be read.
  auto* published = reinterpret_cast<std::atomic<std::uint64_t>*>(memory.get());
  published->store(20);
  writer = std::make_unique<Ring::Writer>(memory.get(), 8);
  EXPECT_EQ(writer->published(), 21u);
}

// Readers of all speeds, one of them so slow that it is overrun all the time: whole, in order, and every record either
// read or counted as missed.
TEST(BroadcastRing, BetweenThreadsEveryRecordIsReadWholeOrCountedAsMissed) {
  constexpr std::uint64_t kCount = 300'000;
  constexpr std::size_t kCapacity = 64;
  const Zeros memory(Ring::bytes(kCapacity));
  struct Tally {
    std::uint64_t read = 0, missed = 0, torn = 0, disorder = 0, overruns = 0;
  };
  std::array<Tally, 3> tallies;
  std::atomic<int> joined = 0;
  std::vector<std::thread> readers;
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    readers.emplace_back([&, i] {
      Ring::Reader reader(memory.get(), kCapacity, From::oldest);
      Tally& t = tallies[i];
      ++joined;
      Numbered r;
      while (reader.next() < kCount) {
        const std::uint64_t expected = reader.next();
        switch (reader.poll(r)) {
          case Got::record:
            ++t.read;
            t.torn += r.whole() ? 0 : 1;
            t.disorder += r.words[0] == expected ? 0 : 1;
            if (i == 2 && t.read % 16 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
            break;
          case Got::nothing:
            std::this_thread::yield();
            break;
          case Got::missed:
            break;
        }
      }
      t.missed = reader.missed();
      t.overruns = reader.overruns();
    });
  }
  while (joined != 3) std::this_thread::yield();
  Ring::Writer writer(memory.get(), kCapacity);
  for (std::uint64_t n = 0; n < kCount; ++n) {
    writer.publish(Numbered::of(n));
    if (n % 32 == 0) std::this_thread::yield();
  }
  for (std::thread& t : readers) t.join();
  for (const Tally& t : tallies) {
    EXPECT_EQ(t.torn, 0u);
    EXPECT_EQ(t.disorder, 0u);
    EXPECT_EQ(t.read + t.missed, kCount);
  }
  EXPECT_GT(tallies[2].overruns, 0u) << "nobody was ever overrun: nothing was tried";
}

TEST(Versioned, HasNoValueBeforeTheFirst) {
  const auto value = std::make_unique<Versioned<Numbered>>();
  Numbered r;
  EXPECT_FALSE(value->read(r));
  value->write(Numbered::of(7));
  ASSERT_TRUE(value->read(r));
  EXPECT_EQ(r.words[0], 7u);
  EXPECT_TRUE(r.whole());
}

TEST(Versioned, IsNeverTornBetweenThreads) {
  const auto value = std::make_unique<Versioned<Numbered>>();
  std::atomic<bool> stop = false;
  std::uint64_t reads = 0, torn = 0, backwards = 0;
  std::thread reader([&] {
    std::uint64_t last = 0;
    Numbered r;
    while (!stop) {
      if (!value->read(r)) continue;
      ++reads;
      torn += r.whole() ? 0 : 1;
      backwards += r.words[0] < last ? 1 : 0;
      last = r.words[0];
    }
  });
  for (std::uint64_t n = 1; n <= 300'000; ++n) value->write(Numbered::of(n));
  stop = true;
  reader.join();
  EXPECT_EQ(torn, 0u);
  EXPECT_EQ(backwards, 0u);
  Numbered r;
  ASSERT_TRUE(value->read(r));
  EXPECT_EQ(r.words[0], 300'000u);
}

}  // namespace
}  // namespace twinpath::ipc
