// All stages of the software path on the thread that submits: the feed and the decision core behind `sw:`.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include "host/core/huge_pages.h"
#include "host/feed/feed.h"
#include "host/path/decision_core.h"
#include "host/path/path.h"

namespace twinpath {

// `parameters`: the strategy's, none for the rules.
template <class Stamper, class S = RuleEngine>
class FusedPath final : public Path, public InHugePages {
 public:
  template <class... Parameters>
  FusedPath(const CoreConfig& config, PathSink& sink, const Parameters&... parameters)
      : core_(config, counters_, sink, stamper_, parameters...), feed_(config.feed, counters_, core_) {}

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
  DecisionCore<PathSink, Stamper, S> core_;
  Feed<DecisionCore<PathSink, Stamper, S>> feed_;
};

}  // namespace twinpath
