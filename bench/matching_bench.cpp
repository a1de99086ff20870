#include "bench/matching_bench.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <thread>

#include "bench/matching_workload.h"
#include "host/core/tick_clock.h"
#include "host/venue/matching/engine.h"

namespace twinpath::bench {
namespace {

using matching::Command;
using matching::Engine;
using matching::Report;

constexpr std::size_t kPiece = 2'000;
constexpr std::size_t kAtOnce = 64;

std::unique_ptr<Engine> engine_with(std::uint32_t books) {
  auto engine = std::make_unique<Engine>();
  for (std::uint32_t n = 0; n < books; ++n) {
    engine->submit(list_plain_book(n, n));
    engine->reports().release(engine->reports().peek(kAtOnce).size());
  }
  return engine;
}

// Reads every line of some reports, as whoever sends them on would.
struct Reader {
  std::uint64_t reports = 0;
  std::uint64_t sum = 0;

  std::size_t read(matching::ReportRing& ring) {
    const std::span<const Report> some = ring.peek(kAtOnce);
    for (const Report& r : some) sum += r.order_id + r.quantity.value;
    ring.release(some.size());
    reports += some.size();
    return some.size();
  }
};

double since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

MatchingRates run_matching(std::span<const Command> commands, std::uint32_t books, unsigned repeats,
                           Draining draining) {
  MatchingRates rates;
  rates.messages = commands.size();
  const auto count = static_cast<double>(commands.size());
  std::vector<double> shortest((commands.size() + kPiece - 1) / kPiece, std::numeric_limits<double>::max());
  for (unsigned repeat = 0; repeat < repeats; ++repeat) {
    const std::unique_ptr<Engine> engine = engine_with(books);
    matching::ReportRing& ring = engine->reports();
    Reader reader;
    std::atomic<bool> done{false};
    std::thread thread;
    if (draining == Draining::thread)
      thread = std::thread([&] {
        for (;;) {
          const bool last = done.load(std::memory_order_acquire);
          if (reader.read(ring) != 0) continue;
          if (last) return;
          // Not every moment: each look takes the line of the writer's index away.
          for (int n = 0; n < 16; ++n) __builtin_ia32_pause();
        }
      });
    const auto start = std::chrono::steady_clock::now();
    const Nanoseconds processor = ThreadTime::now();
    for (std::size_t piece = 0; piece < shortest.size(); ++piece) {
      const std::span<const Command> some =
          commands.subspan(piece * kPiece, std::min(kPiece, commands.size() - piece * kPiece));
      const auto begin = std::chrono::steady_clock::now();
      if (draining == Draining::inline_) {
        for (const Command& c : some) {
          engine->submit(c);
          reader.read(ring);
        }
      } else {
        for (const Command& c : some) engine->submit(c);
      }
      shortest[piece] = std::min(shortest[piece], since(begin));
    }
    while (ring.waiting() != 0) {
      if (draining == Draining::inline_) reader.read(ring);
      ring.publish();
    }
    rates.processor.push_back(static_cast<double>((ThreadTime::now() - processor).value) / count);
    rates.wall.push_back(since(start) / count);
    done.store(true, std::memory_order_release);
    if (thread.joinable()) thread.join();
    while (reader.read(ring) != 0) {
    }
    rates.reports = reader.reports;
  }
  for (const double s : shortest) rates.quiet += s / count;
  return rates;
}

MatchingLatency run_matching_latency(std::span<const Command> commands, unsigned repeats) {
  MatchingLatency latency;
  std::vector<std::uint32_t> shortest(commands.size(), std::numeric_limits<std::uint32_t>::max());
  for (unsigned repeat = 0; repeat < repeats; ++repeat) {
    const std::unique_ptr<Engine> engine = engine_with(1);
    Reader reader;
    for (std::size_t i = 0; i < commands.size(); ++i) {
      const std::uint64_t start = TickClock::now();
      engine->submit(commands[i]);
      const std::uint64_t ticks = TickClock::now() - start;
      latency.all.record(ticks);
      shortest[i] = static_cast<std::uint32_t>(std::min<std::uint64_t>(shortest[i], ticks));
      reader.read(engine->reports());
    }
    for (int n = 0; n < 1000; ++n) {
      const std::uint64_t start = TickClock::now();
      latency.reading.record(TickClock::now() - start);
    }
  }
  for (const std::uint32_t s : shortest) latency.quietest.record(s);
  return latency;
}

std::vector<Command> deal_out(std::span<const Command> commands, std::uint32_t books) {
  std::vector<Command> dealt(commands.begin(), commands.end());
  std::uint64_t sequence = books;
  for (Command& c : dealt) {
    c.sequence = sequence++;
    c.book = static_cast<std::uint32_t>(c.order_id % books);
  }
  return dealt;
}

}  // namespace twinpath::bench
