// Runs one workload of the software side for a counter of instructions to watch (scripts/hotpath): what is to be
// counted happens inside hot_path_counted(), or between two callgrind requests, and the number of messages or orders is
// printed.
#include <cstdio>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

#include "bench/generated_session.h"
#include "bench/market_books.h"
#include "bench/matching_workload.h"
#include "bench/session.h"
#include "host/path/software_path.h"
#include "host/venue/matching/engine.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else  // nobody to count
#define CALLGRIND_TOGGLE_COLLECT
#endif

// Named without parameters, for callgrind's --toggle-collect.
[[gnu::noinline]] void hot_path_counted(const std::function<void()>& work) {
  work();
  asm volatile("" ::: "memory");
}

namespace twinpath::bench {
namespace {

constexpr std::uint64_t kMessages = 50'000;

class Silent final : public PathSink {
 public:
  void on_order_frame(std::span<const std::uint8_t>) override {}
  void on_event(const Event&) override {}
};

// From the call that gives a frame to the call that takes its first order's: a first pass says which frames those are,
// a second counts in them alone.
class FirstOrders final : public PathSink {
 public:
  void on_order_frame(std::span<const std::uint8_t>) override {
    end();
    first_pass_.insert(input_);
  }
  void on_event(const Event&) override {}

  void play(const Session& session, const CoreConfig& config, bool count) {
    const auto path = make_software_path(config, *this, false);
    input_ = 0;
    session.play(
        1,
        [&](std::span<const TimedInput> inputs) {
          ++input_;
          if (count && first_pass_.contains(input_)) begin();
          path->submit(inputs);
          end();
        },
        [](const Bank&) {});
  }
  std::size_t size() const noexcept { return first_pass_.size(); }

 private:
  void begin() noexcept {
    counting_ = true;
    CALLGRIND_TOGGLE_COLLECT;
  }
  void end() noexcept {
    if (!counting_) return;
    CALLGRIND_TOGGLE_COLLECT;
    counting_ = false;
  }

  std::uint64_t input_ = 0;
  std::set<std::uint64_t> first_pass_;
  bool counting_ = false;
};

// The published scenario with the most resting orders, reports read inline.
std::uint64_t run_matching() {
  const auto commands = matching_workload(kMatchingScenarios[0], kMessages / 2, kPublishedSeed, 1);
  matching::Engine engine;
  engine.submit(list_plain_book(0, 0));
  hot_path_counted([&] {
    for (const matching::Command& c : commands) {
      engine.submit(c);
      engine.reports().release(engine.reports().peek(64).size());
    }
  });
  return commands.size();
}

std::uint64_t run(std::string_view workload) {
  if (workload == "matching") return run_matching();
  GeneratedSession source(kMessages);
  if (workload == "path") {
    const Session session(source, source.config, {});
    Silent sink;
    const auto path = make_software_path(source.config, sink, false);
    hot_path_counted([&] {
      session.play(1, [&](std::span<const TimedInput> inputs) { path->submit(inputs); }, [](const Bank&) {});
    });
    return session.messages();
  }
  if (workload == "order") {
    const Session session(source, source.config, {});
    FirstOrders orders;
    orders.play(session, source.config, false);
    orders.play(session, source.config, true);
    return orders.size();
  }
  const PackedSession session(source, source.config.feed);
  if (workload == "decode") {
    MarketDecoder decoder(session);
    hot_path_counted([&] { decoder.run(); });
  } else if (workload == "books") {
    MarketBooker books(session, 17);
    hot_path_counted([&] { books.run(); });
  } else {
    throw std::invalid_argument("expected path, order, decode, books or matching, found '" + std::string(workload) +
                                "'");
  }
  return session.messages();
}

}  // namespace
}  // namespace twinpath::bench

int main(int argc, char** argv) {
  try {
    std::printf("%llu\n", static_cast<unsigned long long>(twinpath::bench::run(argc == 2 ? argv[1] : "")));
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "twinpath_hot_path_counts: %s\n", e.what());
    return 2;
  }
}
