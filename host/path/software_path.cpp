#include "host/path/software_path.h"

#include <algorithm>

#include "host/core/tick_clock.h"
#include "host/feed/feed.h"
#include "host/path/decision_core.h"

namespace twinpath {
namespace {

// Stage stamps from the processor's time stamp counter.
class TickStamps {
 public:
  void start() noexcept {
    start_ = TickClock::now();
    at_.fill(0);
  }
  void mark(Stage s) noexcept { at_[static_cast<std::size_t>(s)] = TickClock::now() - start_; }
  void fill(Event& e) const noexcept {
    for (unsigned i = 0; i < kStages; ++i) {
      e.stages[i] = static_cast<std::uint16_t>(std::min(TickClock::nanoseconds(at_[i]), 65535.0));
    }
  }

 private:
  std::uint64_t start_ = 0;
  std::array<std::uint64_t, kStages> at_{};
};

struct StartNothing : NoStamps {
  void start() noexcept {}
};

template <class Stamper>
class SoftwarePath final : public Path {
 public:
  SoftwarePath(const CoreConfig& config, PathSink& sink)
      : core_(config, counters_, sink, stamper_), feed_(config.feed, counters_, core_) {
    TickClock::nanoseconds(0);  // calibrates before the first frame
  }

  std::string_view name() const noexcept override { return "sw:"; }

  void submit(std::span<const TimedInput> inputs) override {
    for (const TimedInput& input : inputs) {
      if (input.is_frame) {
        stamper_.start();
        feed_.frame(input.time, input.frame, input.fcs_error);
      } else {
        feed_.command(input.time);
        core_.command(input.time, input.command);
      }
    }
  }

  void advance(Cycles time) override { feed_.advance(time); }
  void finish() override {}
  CounterValues counters() override { return counters_.values(); }
  void load_inactive_bank(const Bank& bank) override { core_.load_inactive_bank(bank); }

 private:
  Counters counters_;
  Stamper stamper_;
  DecisionCore<PathSink, Stamper> core_;
  Feed<DecisionCore<PathSink, Stamper>> feed_;
};

}  // namespace

std::unique_ptr<Path> make_software_path(const CoreConfig& config, PathSink& sink, bool measure) {
  if (measure) return std::make_unique<SoftwarePath<TickStamps>>(config, sink);
  return std::make_unique<SoftwarePath<StartNothing>>(config, sink);
}

}  // namespace twinpath
