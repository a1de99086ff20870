#include "host/path/software_path.h"

#include "host/core/huge_pages.h"
#include "host/feed/feed.h"
#include "host/path/decision_core.h"
#include "host/path/stage_stamps.h"

namespace twinpath {
namespace {

// Types of this file alone: what is instantiated with them is then local to it and called from one place, which is what
// makes the compiler put the whole call chain into one function (115 instructions a message fewer; scripts/hotpath).
struct LocalTicks : TickStamps {};
struct LocalNothing : NoStamps {};

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
  if (measure) return std::make_unique<SoftwarePath<LocalTicks>>(config, sink);
  return std::make_unique<SoftwarePath<LocalNothing>>(config, sink);
}

}  // namespace twinpath
