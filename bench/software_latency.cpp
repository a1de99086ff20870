#include "bench/software_latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "host/core/tick_clock.h"
#include "host/path/software_path.h"

namespace twinpath::bench {
namespace {

constexpr std::size_t kBatch = 64;

// Takes the time at which each order's frame leaves.
class OrderClock final : public PathSink {
 public:
  explicit OrderClock(std::size_t orders) : left_(orders), first_(orders) {}

  void enter(const TimedInput& input) {
    frame_ += input.is_frame;
    entered_ = TickClock::now();
  }

  void on_order_frame(std::span<const std::uint8_t>) override {
    const std::uint64_t now = TickClock::now();
    if (count_ < left_.size()) left_[count_] = now - entered_;
    ++count_;
  }
  // Comes behind the order's frame.
  void on_event(const Event& e) override {
    const bool order = e.event_kind() == EventKind::order || e.event_kind() == EventKind::cancel;
    if (order && count_ - 1 < first_.size()) first_[count_ - 1] = e.msg_index == 0 && e.frame + 1 == frame_;
  }

  std::size_t count() const noexcept { return count_; }
  const std::vector<std::uint64_t>& ticks() const noexcept { return left_; }
  // Whether the order was made by the first message of the frame that entered.
  const std::vector<bool>& first() const noexcept { return first_; }

 private:
  std::uint64_t entered_ = 0;
  std::uint64_t frame_ = 0;  // frames entered
  std::vector<std::uint64_t> left_;
  std::vector<bool> first_;
  std::size_t count_ = 0;
};

class OrderCount final : public PathSink {
 public:
  void on_order_frame(std::span<const std::uint8_t>) override { ++count; }
  void on_event(const Event&) override {}
  std::size_t count = 0;
};

// Stage stamps of the orders.
class StageStamps final : public PathSink {
 public:
  explicit StageStamps(std::array<Histogram, kStages>& stages) : stages_(stages) {}
  void on_order_frame(std::span<const std::uint8_t>) override { ++count; }
  void on_event(const Event& e) override {
    if (e.event_kind() != EventKind::order) return;
    for (unsigned i = 0; i < kStages; ++i) stages_[i].record(e.stages[i]);
  }
  std::size_t count = 0;

 private:
  std::array<Histogram, kStages>& stages_;
};

void must_be(std::size_t found, const Session& session) {
  if (found != session.orders())
    throw std::runtime_error(
        fmt::format("bench: the session's replay made {} order frames, this round {}", session.orders(), found));
}

}  // namespace

LatencyFigures run_latency(const Session& session, const CoreConfig& config, unsigned rounds) {
  LatencyFigures figures;
  std::vector<std::uint64_t> best(session.orders(), UINT64_MAX);
  std::vector<bool> first;
  for (unsigned round = 0; round < rounds; ++round) {
    OrderClock clock(session.orders());
    const auto path = make_software_path(config, clock, false);
    session.play(
        1,
        [&](std::span<const TimedInput> input) {
          clock.enter(input.front());
          path->submit(input);
        },
        [&](const Bank& bank) { path->load_inactive_bank(bank); });
    must_be(clock.count(), session);
    for (std::size_t i = 0; i < best.size(); ++i) {
      figures.all.record(clock.ticks()[i]);
      best[i] = std::min(best[i], clock.ticks()[i]);
    }
    first = clock.first();
  }
  for (std::size_t i = 0; i < best.size(); ++i) {
    figures.quietest.record(best[i]);
    if (first[i]) figures.first.record(best[i]);
  }
  for (unsigned i = 0; i < 10'000; ++i) {
    const std::uint64_t start = TickClock::now();
    figures.reading.record(TickClock::now() - start);
  }
  {
    StageStamps stamps(figures.stages);
    const auto path = make_software_path(config, stamps, true);
    session.play(
        1, [&](std::span<const TimedInput> input) { path->submit(input); },
        [&](const Bank& bank) { path->load_inactive_bank(bank); });
    must_be(stamps.count, session);
  }
  for (unsigned round = 0; round < rounds; ++round) {
    OrderCount orders;
    const auto path = make_software_path(config, orders, false);
    const Nanoseconds start = ThreadTime::now();
    session.play(
        kBatch, [&](std::span<const TimedInput> inputs) { path->submit(inputs); },
        [&](const Bank& bank) { path->load_inactive_bank(bank); });
    const double seconds = static_cast<double>((ThreadTime::now() - start).value) * 1e-9;
    must_be(orders.count, session);
    figures.rates.push_back(static_cast<double>(session.messages()) / seconds);
  }
  return figures;
}

}  // namespace twinpath::bench
