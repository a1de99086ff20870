// Rings between processes, and processes that are killed at any point.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <new>
#include <random>
#include <thread>

#include "host/core/spsc_ring.h"
#include "host/ipc/broadcast_ring.h"
#include "host/ipc/shared_segment.h"
#include "testbench/ipc/ipc_fixture.h"

namespace twinpath::ipc {
namespace {

using testing::Numbered;
using testing::SegmentFolder;
using Ring = BroadcastRing<Numbered>;
constexpr std::size_t kCapacity = 64;
constexpr Segment::Kind kRing{"ring", layout_hash("numbered", {sizeof(Numbered), kCapacity}), Ring::bytes(kCapacity)};

// A process of its own, killed in the end if it has not gone by itself.
class Process {
 public:
  explicit Process(const std::function<void()>& run) : pid_(::fork()) {
    if (pid_ != 0) return;
    ::alarm(250);
    run();
    ::_exit(0);
  }
  ~Process() { kill(); }
  Process(const Process&) = delete;
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return status;
  }

 private:
  pid_t pid_;
};

void sleep_us(std::uint64_t us) { std::this_thread::sleep_for(std::chrono::microseconds(us)); }

// The writer is killed at random points, again and again; its successors go on. A reader in another process gets whole
// records in an order without a hole that it was not told of.
TEST(Processes, AWriterKilledAnywhereLeavesARingThatItsSuccessorGoesOnWith) {
  const SegmentFolder folder;
  const auto file = folder / "ring";
  {
    const Segment made = Segment::own(file, kRing);
  }
  const auto segment = Segment::attach(file, kRing);
  ASSERT_TRUE(segment);
  Ring::Reader reader(segment->memory(), kCapacity, Ring::From::oldest);
  std::mt19937_64 random(7);
  std::uint64_t read = 0, torn = 0, disorder = 0;
  const auto drain = [&](std::chrono::microseconds time) {
    const auto until = std::chrono::steady_clock::now() + time;
    Numbered r;
    do {
      const std::uint64_t expected = reader.next();
      if (reader.poll(r) != Ring::Got::record) continue;
      ++read;
      torn += r.whole() ? 0 : 1;
      disorder += r.words[0] == expected ? 0 : 1;
    } while (std::chrono::steady_clock::now() < until);
  };
  constexpr int kKills = 60;
  for (int i = 0; i < kKills; ++i) {
    Process writer([&] {
      const Segment own = Segment::own(file, kRing);
      Ring::Writer w(own.memory(), kCapacity);
      for (;;) w.publish(Numbered::of(w.published()));
    });
    // Every other one is left to begin; the rest may be killed while it takes the segment over.
    if (i % 2 == 0) {
      for (const std::uint64_t was = reader.published(); reader.published() == was;) sleep_us(50);
    }
    drain(std::chrono::microseconds(500 + random() % 8000));
    writer.kill();
    EXPECT_FALSE(segment->owned());
    drain(std::chrono::microseconds(200));
  }
  EXPECT_GE(segment->generation(), 1u + kKills / 2);
  EXPECT_LE(segment->generation(), 1u + kKills);
  EXPECT_EQ(torn, 0u);
  EXPECT_EQ(disorder, 0u);
  EXPECT_GT(read, 1'000u);
  EXPECT_EQ(read + reader.missed() + reader.behind(), reader.published());
}

// Readers come and are killed at random points: the writer and a reader that stays notice nothing.
TEST(Processes, AReaderKilledAnywhereDisturbsNobody) {
  const SegmentFolder folder;
  const auto file = folder / "ring";
  const Segment owner = Segment::own(file, kRing);
  Ring::Writer writer(owner.memory(), kCapacity);
  const Process stays([&] {
    const auto s = Segment::attach(file, kRing);
    Ring::Reader reader(s->memory(), kCapacity, Ring::From::oldest);
    Numbered r;
    for (;;) {
      if (reader.poll(r) == Ring::Got::record && !r.whole()) ::abort();
    }
  });
  std::mt19937_64 random(8);
  std::uint64_t longest = 0;
  for (int i = 0; i < 30; ++i) {
    const Process reader([&] {
      const auto s = Segment::attach(file, kRing);
      Ring::Reader mine(s->memory(), kCapacity, Ring::From::newest);
      Numbered r;
      for (;;) {
        if (mine.poll(r) == Ring::Got::record && !r.whole()) ::abort();
      }
    });
    const std::uint64_t from = writer.published();
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(500 + random() % 5000);
    while (std::chrono::steady_clock::now() < until) writer.publish(Numbered::of(writer.published()));
    longest = std::max(longest, writer.published() - from);
  }
  EXPECT_GT(longest, 1'000u);
}

// A ring with its slots inside, in shared memory: one order ring of a strategy.
using Orders = SpscRing<Numbered, SlotsInside<Numbered, kCapacity>>;
constexpr Segment::Kind kOrders{"orders", layout_hash("orders", {sizeof(Orders)}), sizeof(Orders)};

Orders& orders_in(const Segment& s) {
  if (s.fresh()) return *new (s.memory()) Orders(kCapacity);
  return s.at<Orders>(0);
}

// Both sides are killed at random points. Nothing is lost or torn; what was read and not released comes again to the
// reader's successor, once, and it can tell by the numbers.
TEST(Processes, AnOrderRingKilledAtEitherEndLosesNothing) {
  const SegmentFolder folder;
  const auto file = folder / "orders";
  struct Tally {
    std::atomic<std::uint64_t> next, repeated, torn, lost;
  };
  constexpr Segment::Kind kTally{"tally", 0, sizeof(Tally)};
  const Segment shared = Segment::own(folder / "tally", kTally);
  auto& tally = shared.at<Tally>(0);
  const Segment keeper = Segment::own(file, kOrders);
  orders_in(keeper);
  const auto write = [&] {
    // The count of what was published is the ring's own; the writer numbers by what it finds there.
    const auto s = Segment::attach(file, kOrders, true);
    auto& ring = s->at<Orders>(0);
    std::uint64_t n = ring.published();
    for (;;) {
      if (Numbered* slot = ring.claim()) {
        *slot = Numbered::of(n++);
        ring.publish();
      }
    }
  };
  const auto read = [&] {
    const auto s = Segment::attach(file, kOrders, true);
    auto& ring = s->at<Orders>(0);
    for (;;) {
      const Numbered* slot = ring.peek();
      if (slot == nullptr) continue;
      const std::uint64_t expected = tally.next;
      if (!slot->whole()) ++tally.torn;
      if (slot->words[0] == expected) {
        ++tally.next;
      } else if (slot->words[0] + 1 == expected) {
        ++tally.repeated;
      } else {
        ++tally.lost;
      }
      ring.release();
    }
  };
  std::mt19937_64 random(9);
  for (int i = 0; i < 60; ++i) {
    Process writer(write), reader(read);
    sleep_us(500 + random() % 6000);
    (i % 2 == 0 ? writer : reader).kill();
    sleep_us(random() % 500);
  }
  EXPECT_GT(tally.next.load(), 1'000u);
  EXPECT_EQ(tally.torn.load(), 0u);
  EXPECT_EQ(tally.lost.load(), 0u);
  EXPECT_LE(tally.repeated.load(), 60u);
}

TEST(Processes, TheOwnersLockEndsWithTheProcess) {
  const SegmentFolder folder;
  const auto file = folder / "ring";
  Process owner([&] {
    const Segment own = Segment::own(file, kRing);
    for (;;) ::pause();
  });
  std::optional<Segment> seen;
  while (!seen) seen = Segment::attach(file, kRing);
  EXPECT_TRUE(seen->owned());
  EXPECT_THROW(Segment::own(file, kRing), SegmentError);
  owner.kill();
  EXPECT_FALSE(seen->owned());
  EXPECT_EQ(Segment::own(file, kRing).generation(), 2u);
}

}  // namespace
}  // namespace twinpath::ipc
