// The core as a SystemC module: frames and commands in at their times, order frames and events out at theirs; here the
// functional one.
#pragma once
#include <algorithm>
#include <memory>
#include <span>
#include <systemc>

#include "sim/systemc/core_model.h"
#include "sim/systemc/simulation.h"

namespace twinpath::platform {

class OrderIf : virtual public sc_core::sc_interface {
 public:
  // Called not before the edge of the cycle in which the first beat leaves, which the order names, and not behind the
  // one with which the last beat is taken.
  virtual void order(const CoreOrder& order) = 0;
};
class EventIf : virtual public sc_core::sc_interface {
 public:
  // Called at the edge with which the event is taken.
  virtual void event(const CoreEvent& event) = 0;
};

// What the card needs of its core.
class Core : public sc_core::sc_module {
 public:
  sc_core::sc_port<OrderIf> orders{"orders"};
  sc_core::sc_port<EventIf> events{"events"};

  using sc_module::sc_module;
  // Now is the edge of the cycle of the stamp, or before it (runs_ahead). Of one cycle a command comes before a frame,
  // and there is one.
  virtual void frame(Cycles stamp, std::span<const std::uint8_t> bytes, bool fcs_error, const Beats& beats) = 0;
  virtual void command(Cycles stamp, Cycles pins, const Command& command) = 0;
  // It takes frames before their time, when no other input can come between: it has no clock.
  virtual bool runs_ahead() const noexcept { return false; }
  // One that will come soon, should that be of use.
  virtual void expect(std::span<const std::uint8_t>) const {}
  // Begins anew; what had not left yet never does.
  virtual void reset(const CoreConfig& config) = 0;
  virtual CounterValues counters() const = 0;
  virtual std::int32_t position(SymbolIndex s) const = 0;
  virtual std::uint32_t open_orders() const = 0;
  virtual std::uint64_t expected_sequence() const = 0;
};

// A functional model's outputs at their times.
template <class Model>
class ModelCore : public Core {
 public:
  CounterValues counters() const override { return model_->counters(); }
  std::int32_t position(SymbolIndex s) const override { return model_->position(s); }
  std::uint32_t open_orders() const override { return model_->open_orders(); }
  std::uint64_t expected_sequence() const override { return model_->expected_sequence(); }

 protected:
  SC_HAS_PROCESS(ModelCore);
  explicit ModelCore(sc_core::sc_module_name name) : Core(name) {
    SC_METHOD(emit_orders);
    sensitive << order_due_;
    dont_initialize();
    SC_METHOD(emit_events);
    sensitive << event_due_;
    dont_initialize();
  }

  // Whenever the model has made outputs.
  void schedule_outputs() {
    if (!model_->orders().empty()) notify_at(order_due_, edge(model_->orders().front().first_beat));
    if (!model_->events().empty()) notify_at(event_due_, edge(model_->events().front().at));
  }
  void forget_outputs() {
    order_due_.cancel();
    event_due_.cancel();
  }
  // Before it leaves.
  virtual void see(const CoreOrder&) {}
  virtual void see(const CoreEvent&) {}

  std::unique_ptr<Model> model_;

 private:
  void emit_orders() {
    auto& waiting = model_->orders();
    for (; !waiting.empty() && edge(waiting.front().first_beat) <= now(); waiting.pop_front()) {
      see(waiting.front());
      orders->order(waiting.front());
    }
    if (!waiting.empty()) notify_at(order_due_, edge(waiting.front().first_beat));
  }
  void emit_events() {
    auto& waiting = model_->events();
    for (; !waiting.empty() && edge(waiting.front().at) <= now(); waiting.pop_front()) {
      see(waiting.front());
      events->event(waiting.front());
    }
    if (!waiting.empty()) notify_at(event_due_, edge(waiting.front().at));
  }

  sc_core::sc_event order_due_, event_due_;
};

class CoreModule final : public ModelCore<CoreModel> {
 public:
  SC_HAS_PROCESS(CoreModule);
  CoreModule(sc_core::sc_module_name name, const CoreConfig& config, Fault fault = Fault::none)
      : ModelCore(name), fault_(fault) {
    model_ = std::make_unique<CoreModel>(config, fault);
    SC_METHOD(expire);
    sensitive << deadline_;
    dont_initialize();
  }

  void frame(Cycles stamp, std::span<const std::uint8_t> bytes, bool fcs_error, const Beats& beats) override {
    model_->frame(stamp, bytes, fcs_error, beats);
    schedule();
  }
  void command(Cycles stamp, Cycles pins, const Command& command) override {
    model_->command(stamp, pins, command);
    schedule();
  }
  bool runs_ahead() const noexcept override { return true; }
  void expect(std::span<const std::uint8_t> bytes) const override { model_->prefetch(bytes); }
  void advance(Cycles time) {
    model_->advance(time);
    schedule();
  }
  void jump_between_inputs() noexcept { model_->jump_between_inputs(); }
  void reset(const CoreConfig& config) override {
    model_ = std::make_unique<CoreModel>(config, fault_);
    forget_outputs();
    deadline_.cancel();
  }
  void load_inactive_bank(const Bank& bank) { model_->load_inactive_bank(bank); }
  bool drained() noexcept { return model_->orders().empty() && model_->events().empty(); }
  // When the last of what is known to leave will have left; now when there is nothing.
  Picoseconds drained_at() noexcept {
    Picoseconds t = now();
    if (!model_->orders().empty()) t = std::max(t, edge(model_->orders().back().first_beat));
    if (!model_->events().empty()) t = std::max(t, edge(model_->events().back().at));
    return t;
  }

 private:
  void schedule() {
    schedule_outputs();
    deadline_.cancel();
    if (const auto due = model_->deadline()) notify_at(deadline_, edge(*due));
  }
  void expire() { advance(cycle_at(now())); }

  Fault fault_;
  sc_core::sc_event deadline_;
};

}  // namespace twinpath::platform
