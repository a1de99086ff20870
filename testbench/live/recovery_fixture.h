// A generated session, and a path that is given what of it is not lost.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "bench/generated_session.h"
#include "host/core/wall_clock.h"
#include "host/path/input_clock.h"
#include "host/path/software_path.h"

namespace twinpath::testing {

using FrameBytes = std::vector<std::uint8_t>;

inline std::int64_t jump = 0;  // of the wall clock
inline Nanoseconds wall() { return Nanoseconds{wall_ns() + static_cast<std::uint64_t>(jump)}; }

// The best bids and offers that a path ends with.
class Books final : public PathSink {
 public:
  void on_order_frame(std::span<const std::uint8_t>) override {}
  void on_event(const Event& e) override {
    if (e.event_kind() == EventKind::book)
      last[e.symbol] = {e.bid_price, e.bid_quantity, e.ask_price, e.ask_quantity, e.book_flags};
  }
  std::map<std::uint32_t, std::array<std::uint32_t, 5>> last;
};

// A path that is given frames as a run gives them.
struct Rig {
  explicit Rig(CoreConfig c) : config(std::move(c)) {
    config.armed = false;
    path = make_software_path(config, books, false);
  }
  void give(std::span<const std::uint8_t> frame) {
    TimedInput input;
    input.time = clock.frame(wall());
    input.frame = frame;
    path->submit(std::span(&input, 1));
    clock.passed(input.time, frame.size());
  }
  std::uint64_t count(Counter c) {
    path->finish();
    return path->counters()[static_cast<std::size_t>(c)];
  }

  CoreConfig config;
  Books books;
  std::unique_ptr<Path> path;
  InputClock clock;
};

struct Session {
  Session() : generated(6'000) {
    SourceFrame f;
    while (generated.next(f)) frames.emplace_back(f.bytes.begin(), f.bytes.end());
  }
  bench::GeneratedSession generated;
  std::vector<FrameBytes> frames;
};

// No gap is given up.
inline CoreConfig patient(const bench::GeneratedSession& s) {
  CoreConfig c = s.config;
  c.feed.gap_timeout = 13 * 322'265'625U;
  return c;
}

}  // namespace twinpath::testing
