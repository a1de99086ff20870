// The functional core against the Verilated one at their pins, on sessions that provoke everything at once: every event
// and every order byte by byte, in the same cycles.
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <systemc>

#include "host/path/replay.h"
#include "sim/systemc/rtl_core.h"
#include "testbench/lockstep/hostile_session.h"

namespace twinpath {
namespace {

using namespace platform;

// What left a core, with its cycles.
class Taker final : public sc_core::sc_module, public OrderIf, public EventIf {
 public:
  explicit Taker(sc_core::sc_module_name name) : sc_module(name) {}
  void order(const CoreOrder& order) override { orders.push_back(order); }
  void event(const CoreEvent& event) override { events.push_back({cycle_at(now()), {}, event.event}); }

  std::vector<CoreOrder> orders;
  std::vector<CoreEvent> events;
};

struct Bench {
  Bench(const CoreConfig& config, bool rtl) : taker("taker") {
    if (rtl)
      core = make_rtl_core("core", config);
    else
      core = std::make_unique<CoreModule>("core", config);
    core->orders(taker);
    core->events(taker);
  }
  Taker taker;
  std::unique_ptr<Core> core;
};

// Every input comes in the first cycle in which its pins are free; that is its stamp.
class CorePath final : public Path {
 public:
  CorePath(const CoreConfig& config, bool rtl) {
    const auto inside = simulation_.enter();
    bench_ = std::make_unique<Bench>(config, rtl);
  }
  ~CorePath() override {
    const auto inside = simulation_.enter();
    bench_.reset();
  }
  std::string_view name() const noexcept override { return "core:"; }
  void submit(std::span<const TimedInput> inputs) override {
    const auto inside = simulation_.enter();
    for (const TimedInput& input : inputs) {
      Cycles pins = std::max(input.time + kUp, last_);
      if (input.is_frame) {
        pins = std::max(pins, stream_);
        const Beats beats{.first = pins, .bytes = input.frame.size()};
        run_until(edge(pins));
        bench_->core->frame(pins, input.frame, input.fcs_error, beats);
        stream_ = beats.last() + Cycles{1};
      } else {
        run_until(edge(pins));
        bench_->core->command(pins, pins, input.command);
      }
      last_ = pins + Cycles{1};
    }
  }
  void advance(Cycles) override {}
  void finish() override {
    const auto inside = simulation_.enter();
    run_until(now() + Picoseconds{100'000'000});
  }
  CounterValues counters() override { return bench_->core->counters(); }
  void load_inactive_bank(const Bank&) override { throw std::logic_error("no bank is loaded here"); }

  const Taker& taken() const { return bench_->taker; }

 private:
  static constexpr Cycles kUp{1'000};  // no input at the time at which the core comes up

  Simulation simulation_;
  std::unique_ptr<Bench> bench_;
  Cycles last_{}, stream_{};
};

std::string stages(const CoreEvent& e) {
  std::string text = "cycle " + std::to_string(e.at.value) + ", kind " + std::to_string(e.event.kind) + ", reason " +
                     std::to_string(e.event.reason) + ", frame " + std::to_string(e.event.frame) + ", message " +
                     std::to_string(e.event.msg_index) + ", type " +
                     static_cast<char>(e.event.msg_type == 0 ? '-' : e.event.msg_type) + ", stages";
  for (const std::uint16_t s : e.event.stages) text += " " + std::to_string(s);
  return text;
}

struct Found {
  std::size_t events = 0, orders = 0;
};

void compare(const test::HostileOptions& o, Found& found) {
  const CoreConfig config = test::hostile_config(o);
  std::vector<std::unique_ptr<Path>> paths;
  for (const bool rtl : {true, false}) {
    paths.push_back(std::make_unique<CorePath>(config, rtl));
    test::HostileSession session(o, config);
    ReplayOptions options;
    options.commands = session.commands;
    std::vector<std::unique_ptr<Path>> one;
    one.push_back(std::move(paths.back()));
    std::vector<std::unique_ptr<OutputRecorder>> recorders;
    recorders.push_back(std::make_unique<OutputRecorder>(false));
    replay(session, one, recorders, options);
    paths.back() = std::move(one.back());
  }
  const Taker& rtl = static_cast<const CorePath&>(*paths[0]).taken();
  const Taker& model = static_cast<const CorePath&>(*paths[1]).taken();
  for (std::size_t i = 0; i < std::min(rtl.events.size(), model.events.size()); ++i) {
    ASSERT_TRUE(rtl.events[i].at == model.events[i].at &&
                std::memcmp(&rtl.events[i].event, &model.events[i].event, sizeof(Event)) == 0)
        << "event " << i << "\nthe RTL   " << stages(rtl.events[i]) << "\nthe model " << stages(model.events[i]);
  }
  ASSERT_EQ(rtl.events.size(), model.events.size());
  ASSERT_EQ(rtl.orders.size(), model.orders.size());
  for (std::size_t i = 0; i < rtl.orders.size(); ++i) {
    const CoreOrder &a = rtl.orders[i], &b = model.orders[i];
    ASSERT_EQ(a.first_beat, b.first_beat) << "order " << i;
    ASSERT_TRUE(std::ranges::equal(std::span(a.frame).first(a.bytes), std::span(b.frame).first(b.bytes)))
        << "order " << i;
  }
  EXPECT_EQ(paths[0]->counters(), paths[1]->counters());
  found.events += rtl.events.size();
  found.orders += rtl.orders.size();
}

TEST(CorePins, OfHostileSessionsAreThoseOfTheVerilatedCore) {
  Found found;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    test::HostileOptions o;
    o.seed = seed + 4000;
    o.packets = 1000;
    o.symbols = 2 + static_cast<unsigned>(seed % 5);
    o.tidy = true;
    o.calm = 8;
    o.command_every = 8;
    o.restore_every = 40;
    o.gap_ns = seed % 2 == 0 ? 400 : 200;
    o.fine_window_base = 998'000;
    o.overlap = seed % 4 == 0;
    compare(o, found);
  }
  EXPECT_GT(found.events, 1'000u);
  EXPECT_GT(found.orders, 50u);
}

}  // namespace
}  // namespace twinpath
