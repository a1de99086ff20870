// From one thread to another: our rings, boost's, and the line of memory under all.
//
// transfer: one word bounced between two threads, the least that any hand-over costs: a round trip moves its line
// twice. round_trip: a record there and one back, over two queues. Time is the median round trip, which rounds in which
// one of the threads had no core do not move; two readings of the clock are in it. throughput: records one way, as many
// as go, by the wall clock. The counter `of_a_transfer` is the median by that of the bare line, measured right before.
//
// Every thread spins, so each needs a core of its own: where there are fewer, or others use them, throughput is the
// scheduler's. Two virtual cores may be two threads of one physical core, whose line never leaves its cache: they
// show what the code adds, and not what a hand-over between cores costs.
#include <benchmark/benchmark.h>
#include <x86intrin.h>

#include <array>
#include <atomic>
#include <boost/lockfree/policies.hpp>
#include <boost/lockfree/spsc_queue.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>

#include "host/core/histogram.h"
#include "host/core/spsc_ring.h"
#include "host/core/tick_clock.h"
#include "host/ipc/broadcast_ring.h"

namespace twinpath::bench {
namespace {

constexpr std::size_t kSlots = 1024;
constexpr std::uint64_t kRounds = 20'000;
constexpr std::uint64_t kRecords = 1'000'000;

// What stages hand each other, about: three lines.
struct alignas(64) Record {
  std::array<std::uint64_t, 24> words;
};

class Ours {
 public:
  void push(std::uint64_t n) {
    Record* slot = ring_.claim();
    for (; slot == nullptr; slot = ring_.claim()) _mm_pause();
    slot->words.fill(n);
    ring_.publish();
  }
  std::uint64_t pop() {
    const Record* slot = ring_.peek();
    for (; slot == nullptr; slot = ring_.peek()) _mm_pause();
    const std::uint64_t sum = slot->words.front() + slot->words.back();
    ring_.release();
    return sum;
  }

 private:
  SpscRing<Record> ring_{kSlots};
};

class Boosts {
 public:
  void push(std::uint64_t n) {
    Record record;
    record.words.fill(n);
    while (!queue_.push(record)) _mm_pause();
  }
  std::uint64_t pop() {
    std::uint64_t sum = 0;
    while (!queue_.consume_one([&](const Record& r) { sum = r.words.front() + r.words.back(); })) _mm_pause();
    return sum;
  }

 private:
  boost::lockfree::spsc_queue<Record, boost::lockfree::capacity<kSlots>> queue_;
};

// The ring of intents between two processes: the same, with its slots inside, so that it can be made in shared memory.
class Inside {
 public:
  void push(std::uint64_t n) {
    Record* slot = ring_->claim();
    for (; slot == nullptr; slot = ring_->claim()) _mm_pause();
    slot->words.fill(n);
    ring_->publish();
  }
  std::uint64_t pop() {
    const Record* slot = ring_->peek();
    for (; slot == nullptr; slot = ring_->peek()) _mm_pause();
    const std::uint64_t sum = slot->words.front() + slot->words.back();
    ring_->release();
    return sum;
  }

 private:
  using Ring = SpscRing<Record, SlotsInside<Record, kSlots>>;
  std::unique_ptr<Ring> ring_ = std::make_unique<Ring>(kSlots);
};

// The ring that many processes follow: a record is copied in and out word by word, with a stamp before and after.
class Broadcast {
 public:
  void push(std::uint64_t n) {
    Record record;
    record.words.fill(n);
    writer_.publish(record);
  }
  // Records that the writer was too fast for are passed over.
  std::uint64_t pop() {
    Record record;
    for (;;) {
      const auto got = reader_.poll(record);
      if (got == Ring::Got::record) return record.words.front() + record.words.back();
      if (got == Ring::Got::nothing) _mm_pause();
    }
  }
  std::uint64_t seen() const noexcept { return reader_.next(); }
  std::uint64_t missed() const noexcept { return reader_.missed(); }

 private:
  using Ring = ipc::BroadcastRing<Record>;
  struct alignas(128) Memory {
    std::byte bytes[Ring::bytes(kSlots)];
  };
  std::unique_ptr<Memory> memory_ = std::make_unique<Memory>();
  Ring::Writer writer_{memory_->bytes, kSlots};
  Ring::Reader reader_{memory_->bytes, kSlots, Ring::From::newest};
};

double seconds(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
}

// Ticks of kRounds round trips of one word.
void bounce(Histogram& ticks) {
  alignas(128) std::atomic<std::uint64_t> word{0};
  std::thread other([&] {
    for (std::uint64_t n = 0; n < kRounds; ++n) {
      while (word.load(std::memory_order_acquire) != 2 * n + 1) _mm_pause();
      word.store(2 * n + 2, std::memory_order_release);
    }
  });
  for (std::uint64_t n = 0; n < kRounds; ++n) {
    const std::uint64_t start = TickClock::now();
    word.store(2 * n + 1, std::memory_order_release);
    while (word.load(std::memory_order_acquire) != 2 * n + 2) _mm_pause();
    ticks.record(TickClock::now() - start);
  }
  other.join();
}

template <class Queue>
void there_and_back(Histogram& ticks) {
  const auto there = std::make_unique<Queue>();
  const auto back = std::make_unique<Queue>();
  std::thread other([&] {
    for (std::uint64_t n = 0; n < kRounds; ++n) back->push(there->pop());
  });
  for (std::uint64_t n = 0; n < kRounds; ++n) {
    const std::uint64_t start = TickClock::now();
    there->push(n);
    benchmark::DoNotOptimize(back->pop());
    ticks.record(TickClock::now() - start);
  }
  other.join();
}

double median_seconds(const Histogram& ticks) { return TickClock::nanoseconds(ticks.percentile(50)) * 1e-9; }

template <class Queue>
double one_way() {
  const auto queue = std::make_unique<Queue>();
  const auto start = std::chrono::steady_clock::now();
  std::thread other([&] {
    for (std::uint64_t n = 0; n < kRecords; ++n) queue->push(n);
  });
  std::uint64_t sum = 0;
  for (std::uint64_t n = 0; n < kRecords; ++n) sum += queue->pop();
  const double took = seconds(start);
  benchmark::DoNotOptimize(sum);
  other.join();
  return took;
}

void transfer(benchmark::State& state) {
  for (auto _ : state) {
    Histogram bare;
    bounce(bare);
    state.SetIterationTime(median_seconds(bare));
  }
}

template <class Queue>
void round_trip(benchmark::State& state) {
  Histogram bare, queues;
  for (auto _ : state) {
    bounce(bare);
    Histogram ticks;
    there_and_back<Queue>(ticks);
    state.SetIterationTime(median_seconds(ticks));
    queues.merge(ticks);
  }
  state.counters["of_a_transfer"] = median_seconds(queues) / median_seconds(bare);
}

template <class Queue>
void throughput(benchmark::State& state) {
  for (auto _ : state) state.SetIterationTime(one_way<Queue>());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRecords));
}

// The writer waits for nobody: what a reader that shares its core misses is counted.
void broadcast_throughput(benchmark::State& state) {
  std::uint64_t missed = 0;
  for (auto _ : state) {
    const auto ring = std::make_unique<Broadcast>();
    const auto start = std::chrono::steady_clock::now();
    std::thread other([&] {
      for (std::uint64_t n = 0; n < kRecords; ++n) ring->push(n);
    });
    std::uint64_t sum = 0;
    while (ring->seen() < kRecords) sum += ring->pop();
    state.SetIterationTime(seconds(start));
    benchmark::DoNotOptimize(sum);
    other.join();
    missed += ring->missed();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRecords));
  state.counters["missed_share"] =
      static_cast<double>(missed) / static_cast<double>(state.iterations()) / static_cast<double>(kRecords);
}

BENCHMARK(transfer)->Name("ring/transfer")->UseManualTime()->Iterations(3);
BENCHMARK(round_trip<Ours>)->Name("ring/round_trip/ours")->UseManualTime()->Iterations(3);
BENCHMARK(round_trip<Inside>)->Name("ring/round_trip/order_ring")->UseManualTime()->Iterations(3);
BENCHMARK(round_trip<Broadcast>)->Name("ring/round_trip/broadcast")->UseManualTime()->Iterations(3);
BENCHMARK(round_trip<Boosts>)->Name("ring/round_trip/boost")->UseManualTime()->Iterations(3);
BENCHMARK(throughput<Ours>)->Name("ring/throughput/ours")->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(throughput<Inside>)->Name("ring/throughput/order_ring")->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(broadcast_throughput)->Name("ring/throughput/broadcast")->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(throughput<Boosts>)->Name("ring/throughput/boost")->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace twinpath::bench
