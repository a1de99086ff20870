#include "sim/systemc/systemc_path.h"

#include <deque>
#include <stdexcept>
#include <string>

#include "sim/systemc/core_module.h"

namespace twinpath {
namespace {

using namespace platform;

// Gives the sink what leaves the core: an order's frame right before the event that explains it.
class Taker final : public sc_core::sc_module, public OrderIf, public EventIf {
 public:
  Taker(sc_core::sc_module_name name, PathSink& sink) : sc_module(name), sink_(sink) {}

  void order(const CoreOrder& order) override { waiting_.push_back(order); }
  void event(const CoreEvent& event) override {
    const EventKind kind = event.event.event_kind();
    if (kind == EventKind::order || kind == EventKind::cancel) {
      const CoreOrder& order = waiting_.front();
      sink_.on_order_frame(std::span(order.frame).first(order.bytes));
      waiting_.pop_front();
    }
    sink_.on_event(event.event);
  }

 private:
  PathSink& sink_;
  std::deque<CoreOrder> waiting_;
};

struct Bench {
  Bench(const CoreConfig& config, PathSink& sink) : taker("taker", sink), core("core", config) {
    core.orders(taker);
    core.events(taker);
  }
  Taker taker;
  CoreModule core;
};

class SystemcPath final : public Path {
 public:
  SystemcPath(const CoreConfig& config, PathSink& sink) {
    const auto inside = simulation_.enter();
    bench_ = std::make_unique<Bench>(config, sink);
    bench_->core.jump_between_inputs();
  }
  ~SystemcPath() override {
    const auto inside = simulation_.enter();
    bench_.reset();
  }

  std::string_view name() const noexcept override { return "systemc:"; }

  void submit(std::span<const TimedInput> inputs) override {
    const auto inside = simulation_.enter();
    for (const TimedInput& input : inputs) {
      run_until(edge(input.time));
      // A command has a cycle of its own in front of the next input, as on the pins of `verilator:`.
      const Cycles pins = input.time + commands_;
      if (input.is_frame) {
        bench_->core.frame(input.time, input.frame, input.fcs_error, {.first = pins, .bytes = input.frame.size()});
      } else {
        bench_->core.command(input.time, pins, input.command);
        commands_ += Cycles{1};
      }
    }
  }
  void advance(Cycles time) override {
    const auto inside = simulation_.enter();
    run_until(edge(time));
    bench_->core.advance(time);
  }
  void finish() override {
    const auto inside = simulation_.enter();
    run_until(bench_->core.drained_at() + Picoseconds{1});
    if (!bench_->core.drained()) throw std::logic_error("systemc: the core has not delivered all that it made");
  }
  CounterValues counters() override { return bench_->core.counters(); }
  void load_inactive_bank(const Bank& bank) override { bench_->core.load_inactive_bank(bank); }
  std::uint64_t simulated_cycles() const noexcept override {
    const auto inside = simulation_.enter();
    return cycle_at(now()).value;
  }

 private:
  Simulation simulation_;
  std::unique_ptr<Bench> bench_;
  Cycles commands_{};
};

}  // namespace

void add_systemc_path(PathRegistry& registry) {
  registry.add("systemc",
               [](std::string_view rest, const CoreConfig& config, PathSink& sink, const PathOptions& options) {
                 if (!rest.empty())
                   throw std::invalid_argument("path 'systemc:" + std::string(rest) + "': expected systemc: alone");
                 if (!options.wave_file.empty())
                   throw std::invalid_argument("path 'systemc:': it records no waveform; give --wave with verilator:");
                 return std::make_unique<SystemcPath>(config, sink);
               });
}

}  // namespace twinpath
