#include "bench/platform_speed.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <span>

#include "host/core/tick_clock.h"
#include "host/path/replay.h"

namespace twinpath::bench {
namespace {

// Processor time and time by the clock since it was made.
class Stopwatch {
 public:
  double processor() const { return static_cast<double>((ThreadTime::now() - processor_).value) * 1e-9; }
  double wall() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - wall_).count(); }

 private:
  Nanoseconds processor_ = ThreadTime::now();
  std::chrono::steady_clock::time_point wall_ = std::chrono::steady_clock::now();
};

// Another source's frames, fetched many at a time, so that the time this takes can be told from the time of what is
// done with them.
class TimedSource final : public FrameSource {
 public:
  explicit TimedSource(FrameSource& source) : source_(source) {}

  bool next(SourceFrame& frame) override {
    if (at_ == frames_.size()) fetch();
    if (at_ == frames_.size()) return false;
    const Frame& f = frames_[at_++];
    frame = {f.timestamp, std::span(bytes_).subspan(f.begin, f.bytes), f.fcs_error};
    return true;
  }
  std::uint64_t position() const override { return source_.position(); }
  std::uint64_t size() const override { return source_.size(); }

  // Seconds spent in fetching.
  double processor() const noexcept { return processor_; }
  double wall() const noexcept { return wall_; }

 private:
  struct Frame {
    Nanoseconds timestamp;
    std::size_t begin, bytes;
    bool fcs_error;
  };
  static constexpr std::size_t kAtATime = 1024;

  void fetch() {
    const Stopwatch watch;
    frames_.clear();
    bytes_.clear();
    at_ = 0;
    SourceFrame frame;
    while (frames_.size() < kAtATime && source_.next(frame)) {
      frames_.push_back({frame.timestamp, bytes_.size(), frame.bytes.size(), frame.fcs_error});
      bytes_.insert(bytes_.end(), frame.bytes.begin(), frame.bytes.end());
    }
    processor_ += watch.processor();
    wall_ += watch.wall();
  }

  FrameSource& source_;
  std::vector<Frame> frames_;
  std::vector<std::uint8_t> bytes_;  // of frames_
  std::size_t at_ = 0;
  double processor_ = 0, wall_ = 0;
};

std::uint64_t count(const CounterValues& counters, Counter c) { return counters[static_cast<std::size_t>(c)]; }

// Runs `simulate(config, source)`, which fills in the counts.
template <class Simulate>
SimulationTime timed(const PlatformScenario& scenario, Simulate&& simulate) {
  ScenarioSession session(scenario);
  TimedSource source(session.source());
  const Stopwatch watch;
  SimulationTime t = simulate(session.config(), source);
  t.processor = watch.processor() - source.processor();
  t.wall = watch.wall() - source.wall();
  t.session = source.processor();
  return t;
}

template <class Of>
double median(const std::vector<SimulationTime>& rounds, Of&& of) {
  std::vector<double> all;
  for (const SimulationTime& t : rounds) all.push_back(of(t));
  std::ranges::sort(all);
  return all[all.size() / 2];
}

}  // namespace

SimulationTime time_platform(const PlatformScenario& scenario) {
  return timed(scenario, [&](const CoreConfig& config, FrameSource& source) {
    const platform::PlatformResult r = platform::run_platform(scenario.platform, config, source);
    SimulationTime t;
    t.messages = r.published_messages;
    t.frames = r.frames_in;
    t.digest = r.digest;
    return t;
  });
}

SimulationTime time_path(const PlatformScenario& scenario, const PathRegistry& registry, const std::string& address) {
  return timed(scenario, [&](const CoreConfig& config, FrameSource& source) {
    std::vector<std::unique_ptr<OutputRecorder>> recorders;
    recorders.push_back(std::make_unique<OutputRecorder>(false));
    std::vector<std::unique_ptr<Path>> paths;
    paths.push_back(registry.make(address, config, *recorders.back()));
    ReplayOptions options;
    options.responses = scenario.platform.venue;
    const ReplayResult r = replay(source, paths, recorders, options);
    SimulationTime t;
    t.messages = count(r.counters.at(0), Counter::messages) + count(r.counters.at(0), Counter::lost_messages);
    t.frames = r.frames;
    return t;
  });
}

double SimulationTimes::processor() const {
  return median(rounds, [](const SimulationTime& t) { return t.processor; });
}
double SimulationTimes::quickest() const {
  return std::ranges::min_element(rounds, {}, &SimulationTime::processor)->processor;
}
double SimulationTimes::wall() const {
  return median(rounds, [](const SimulationTime& t) { return t.wall; });
}
double SimulationTimes::session() const {
  return median(rounds, [](const SimulationTime& t) { return t.session; });
}

}  // namespace twinpath::bench
