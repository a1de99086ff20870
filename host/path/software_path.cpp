#include "host/path/software_path.h"

#include <algorithm>

#include "host/core/huge_pages.h"
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
      const std::uint64_t ns = static_cast<std::uint64_t>(static_cast<unsigned __int128>(at_[i]) * scale_ >> 32);
      e.stages[i] = static_cast<std::uint16_t>(std::min<std::uint64_t>(ns, 65535));
    }
  }

 private:
  const std::uint64_t scale_ = static_cast<std::uint64_t>(TickClock::nanoseconds(std::uint64_t{1} << 32));  // ns * 2^32
  std::uint64_t start_ = 0;
  std::array<std::uint64_t, kStages> at_{};
};

struct StartNothing : NoStamps {
  void start() noexcept {}
};

template <class Stamper>
class SoftwarePath final : public Path, public InHugePages {
 public:
  SoftwarePath(const CoreConfig& config, PathSink& sink)
      : core_(config, counters_, sink, stamper_), feed_(config.feed, counters_, core_) {}

  std::string_view name() const noexcept override { return "sw:"; }

  void submit(std::span<const TimedInput> inputs) override {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (i + kAhead < inputs.size()) feed_.prefetch(inputs[i + kAhead].frame);
      const TimedInput& input = inputs[i];
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
  static constexpr std::size_t kAhead = 2;  // inputs

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
