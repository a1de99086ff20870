// A generated session as packet I/O with a wall clock of its own.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "bench/generated_session.h"
#include "host/live/live_engine.h"
#include "host/path/software_path.h"
#include "testbench/live/keeping_sender.h"

namespace twinpath::testing {

// Frames in bursts of random size, empty ones between; `wall` is set as each burst is taken.
class SessionReceiver final : public PacketReceiver {
 public:
  struct Trouble {
    unsigned lost_percent = 0;
    unsigned late_percent = 0;  // stamped up to 30 us earlier than the frame before
    unsigned most = 16;         // frames a burst
  };

  SessionReceiver(bench::GeneratedSession& session, Trouble trouble, std::uint64_t seed)
      : random_(seed), most_(trouble.most) {
    SourceFrame f;
    session.rewind();
    while (session.next(f)) {
      if (random_() % 100 < trouble.lost_percent) continue;
      if (random_() % 100 < trouble.late_percent) f.timestamp -= Nanoseconds{random_() % 30'000};
      all_.push_back(f);
    }
  }

  std::size_t receive(std::span<SourceFrame> frames) override {
    const std::size_t left = all_.size() - at_;
    const std::size_t n = std::min({static_cast<std::size_t>(random_() % (most_ + 1)), left, frames.size()});
    std::copy_n(all_.begin() + static_cast<std::ptrdiff_t>(at_), n, frames.begin());
    for (SourceFrame& f : frames.first(n)) f.timestamp = by_the_clock(f.timestamp);
    at_ += n;
    if (n != 0) {
      // A burst is taken some microseconds after its last frame was stamped.
      wall = std::max(wall, all_[at_ - 1].timestamp) + Nanoseconds{random_() % 20'000};
    } else if (left != 0) {
      // As often as not the clock goes on to the next frame, or beyond: that one was on its way for long.
      wall = std::max(wall, all_[at_].timestamp - Nanoseconds{random_() % 500'000} + Nanoseconds{random_() % 600'000});
    } else {
      wall += Nanoseconds{100'000};
    }
    return n;
  }
  bool ended() const noexcept override { return at_ == all_.size(); }
  ReceiveCounters counters() override { return {}; }
  TimestampSource timestamp_source() const noexcept override { return TimestampSource::kernel; }
  std::string describe() const override { return "generated"; }

  // What stamps frames is set to so much ahead of `wall`.
  void set_clock(std::int64_t ahead) noexcept { ahead_ = static_cast<std::uint64_t>(ahead); }
  Nanoseconds by_the_clock(Nanoseconds t) const noexcept { return Nanoseconds{t.value + ahead_}; }

  Nanoseconds wall{};

 private:
  std::mt19937_64 random_;
  unsigned most_;
  std::vector<SourceFrame> all_;
  std::size_t at_ = 0;
  std::uint64_t ahead_ = 0;
};

inline ResponseModel quick_answers() {
  ResponseModel m;
  m.enabled = true;
  m.ack_delay = to_cycles(Nanoseconds{30'000});
  m.fill_delay = to_cycles(Nanoseconds{60'000});
  m.done_delay = to_cycles(Nanoseconds{900'000});
  m.fill_percent = 60;
  m.partial_percent = 20;
  return m;
}

// Everything that a live run has but its process.
struct LiveRig {
  LiveRig(bench::GeneratedSession& session, const LiveOptions& options, const ResponseModel& model,
          SessionReceiver::Trouble trouble, InputRecord* record = nullptr, std::uint64_t seed = 1,
          OrderJournal* journal = nullptr)
      : receiver(session, trouble, seed),
        exchange(model),
        engine(
            session.config, options, inputs, &sender, exchange, record,
            [this] { return receiver.by_the_clock(receiver.wall); }, journal, nullptr,
            [this] { return receiver.wall; }),
        path(make_software_path(session.config, engine, false)) {
    engine.start(*path);
  }

  SessionReceiver receiver;
  std::array<PacketReceiver*, 1> inputs{&receiver};
  KeepingSender sender;
  SimulatedExchange exchange;
  LiveEngine engine;
  std::unique_ptr<Path> path;
};

}  // namespace twinpath::testing
