// The same strategy in the software path (`sw:`), beside a core whose strategy is a kernel: given the same inputs, it
// must make the same order frames, events and counts.
#pragma once
#include <deque>
#include <memory>
#include <span>
#include <string>

#include "host/path/lockstep.h"
#include "host/path/software_path.h"
#include "sim/systemc/core_model.h"

namespace twinpath::platform {

class KernelTwin {
 public:
  // Throws what make_software_path does.
  explicit KernelTwin(const CoreConfig& config) : path_(make_software_path(config, twin_, false)) {}

  // What the core was given, in its order.
  void submit(const TimedInput& input) { path_->submit({&input, 1}); }
  void advance(Cycles time) { path_->advance(time); }
  // What left the core.
  void left(const CoreOrder& order) { orders_.push_back(order); }
  void left(const CoreEvent& event) {
    const EventKind kind = event.event.event_kind();
    if (kind == EventKind::order || kind == EventKind::cancel) {
      const CoreOrder& order = orders_.front();
      core_.on_order_frame(std::span(order.frame).first(order.bytes));
      orders_.pop_front();
    }
    core_.on_event(event.event);
    lockstep_.compare();
  }
  // The first difference so far, in words; empty when there is none.
  std::string difference() { return lockstep_.compare() ? "" : lockstep_.difference()->describe("hls", "sw:"); }
  // At the end, with the core's counters.
  std::string finish(const CounterValues& counters) {
    path_->finish();
    return lockstep_.finish(counters, path_->counters()) ? "" : lockstep_.difference()->describe("hls", "sw:");
  }

 private:
  OutputRecorder core_{true}, twin_{true};
  Lockstep lockstep_{core_, twin_};
  std::unique_ptr<Path> path_;
  std::deque<CoreOrder> orders_;  // whose event is to come
};

}  // namespace twinpath::platform
