#include "bench/open_loop.h"

#include <x86intrin.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "host/core/tick_clock.h"

namespace twinpath::bench {
namespace {

constexpr std::size_t kBatch = 64;  // inputs, of those that are due

// Takes the time at which each order's frame leaves, and the input time its event names.
class OrderTimes final : public PathSink {
 public:
  struct Order {
    Cycles time;
    std::uint64_t left;
  };

  explicit OrderTimes(std::size_t orders) : orders_(orders) {}

  void on_order_frame(std::span<const std::uint8_t>) override { left_ = TickClock::now(); }
  void on_event(const Event& e) override {
    if (e.event_kind() != EventKind::order && e.event_kind() != EventKind::cancel) return;
    if (count_ < orders_.size()) orders_[count_] = {Cycles{e.time}, left_};
    ++count_;
  }
  std::span<const Order> orders() const {
    if (count_ > orders_.size()) throw std::runtime_error("bench: more orders than the session's replay made");
    return std::span(orders_).first(count_);
  }

 private:
  std::vector<Order> orders_;  // touched before the run
  std::size_t count_ = 0;
  std::uint64_t left_ = 0;
};

}  // namespace

OpenLoopFigures run_open_loop(const Session& session, double speed, Nanoseconds longest, const MakePathTo& make) {
  OpenLoopFigures figures;
  const auto inputs = session.inputs();
  if (inputs.empty()) return figures;
  const double ticks_per_cycle = 512.0 / 165.0 / TickClock::nanoseconds(1'000'000) * 1'000'000 / speed;
  const auto ticks_after = [&](Cycles since_first) {
    return static_cast<std::uint64_t>(static_cast<double>(since_first.value) * ticks_per_cycle);
  };
  const auto in_time = [&](const TimedInput& input) {
    return to_nanoseconds(input.time - inputs.front().time) <= static_cast<double>(longest.value) * speed;
  };
  const auto end = static_cast<std::size_t>(std::ranges::partition_point(inputs, in_time) - inputs.begin());

  OrderTimes sink(session.orders());
  const std::unique_ptr<Path> path = make(sink);
  const std::uint64_t start = TickClock::now();
  std::uint64_t latest = 0;
  std::size_t at = 0;
  const auto due = [&](const TimedInput& input) { return start + ticks_after(input.time - inputs.front().time); };
  session.play(
      kBatch,
      [&](std::span<const TimedInput> some) {
        for (std::size_t from = 0; from < some.size() && at + from < end;) {
          const std::uint64_t first = due(some[from]);
          std::uint64_t now = TickClock::now();
          for (; now < first; now = TickClock::now()) _mm_pause();
          latest = std::max(latest, now - first);
          std::size_t to = from + 1;
          while (to < some.size() && at + to < end && due(some[to]) <= now) ++to;
          path->submit(some.subspan(from, to - from));
          figures.inputs += to - from;
          from = to;
        }
        at += some.size();
      },
      [&](const Bank& bank) {
        if (at < end) path->load_inactive_bank(bank);
      });
  const std::uint64_t stop = TickClock::now();
  path->finish();
  for (const OrderTimes::Order& order : sink.orders()) {
    const std::uint64_t intended = start + ticks_after(order.time - inputs.front().time);
    const std::uint64_t ticks = order.left > intended ? order.left - intended : 0;
    figures.latency.record(static_cast<std::uint64_t>(TickClock::nanoseconds(ticks)));
  }
  figures.messages = path->counters()[static_cast<std::size_t>(Counter::messages)];
  figures.latest = {static_cast<std::uint64_t>(TickClock::nanoseconds(latest))};
  figures.seconds = TickClock::nanoseconds(stop - start) * 1e-9;
  return figures;
}

}  // namespace twinpath::bench
