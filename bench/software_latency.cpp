#include "bench/software_latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "host/core/tick_clock.h"
#include "host/feed/feed.h"
#include "host/path/software_path.h"

namespace twinpath::bench {
namespace {

constexpr std::size_t kBatch = 64;

// How many messages of the same input each message comes behind: those of its frame, and of frames that it let in.
class Positions {
 public:
  Positions(const Session& session, const FeedConfig& config) {
    Counters counters;
    const auto feed = std::make_unique<Feed<Positions>>(config, counters, *this);
    for (const TimedInput& input : session.inputs()) {
      position_ = 0;
      input.is_frame ? feed->frame(input.time, input.frame, input.fcs_error) : feed->command(input.time);
    }
  }
  // 0 for what has no message: a strategy's order may be a command's.
  unsigned of(std::uint64_t sequence) const {
    return sequence - first_ < positions_.size() ? positions_[sequence - first_] : 0;
  }

  void on_message(const std::uint8_t*, std::uint8_t, const Origin& origin) {
    if (positions_.empty()) first_ = origin.sequence;
    positions_.resize(origin.sequence - first_ + 1);  // 0 for what was lost
    positions_.back() = position_++;
  }
  void on_feed_state(StateReason, const Origin&) {}

 private:
  std::uint64_t first_ = 0;
  unsigned position_ = 0;
  std::vector<unsigned> positions_;
};

// Takes the time at which each order's frame leaves.
class OrderClock final : public PathSink {
 public:
  // The message that made an order.
  struct Cause {
    std::uint64_t sequence = 0;
    bool adds = false;
  };

  explicit OrderClock(std::size_t orders) : left_(orders), causes_(orders) {}

  void enter() { entered_ = TickClock::now(); }

  void on_order_frame(std::span<const std::uint8_t>) override {
    const std::uint64_t now = TickClock::now();
    if (count_ < left_.size()) left_[count_] = now - entered_;
    ++count_;
  }
  // Comes behind the order's frame.
  void on_event(const Event& e) override {
    const bool order = e.event_kind() == EventKind::order || e.event_kind() == EventKind::cancel;
    if (order && count_ - 1 < causes_.size())
      causes_[count_ - 1] = {e.sequence, e.msg_type == 'A' || e.msg_type == 'F'};
  }

  std::size_t count() const noexcept { return count_; }
  const std::vector<std::uint64_t>& ticks() const noexcept { return left_; }
  const std::vector<Cause>& causes() const noexcept { return causes_; }

 private:
  std::uint64_t entered_ = 0;
  std::vector<std::uint64_t> left_;
  std::vector<Cause> causes_;
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
  std::vector<std::vector<std::uint64_t>> ticks;
  std::vector<OrderClock::Cause> causes;
  for (unsigned round = 0; round < rounds; ++round) {
    OrderClock clock(session.orders());
    const auto path = make_software_path(config, clock, false);
    session.play(
        1,
        [&](std::span<const TimedInput> input) {
          clock.enter();
          path->submit(input);
        },
        [&](const Bank& bank) { path->load_inactive_bank(bank); });
    must_be(clock.count(), session);
    for (std::size_t i = 0; i < best.size(); ++i) {
      figures.all.record(clock.ticks()[i]);
      best[i] = std::min(best[i], clock.ticks()[i]);
    }
    ticks.push_back(clock.ticks());
    causes = clock.causes();
  }
  const Positions positions(session, config.feed);
  for (std::size_t i = 0; i < best.size(); ++i) {
    figures.quietest.record(best[i]);
    for (const auto& round : ticks) figures.late += TickClock::nanoseconds(round[i] - best[i]) > figures.kLate;
    const unsigned position = positions.of(causes[i].sequence);
    if (position == 0) {
      figures.first.record(best[i]);
      (causes[i].adds ? figures.adds : figures.others).record(best[i]);
      continue;
    }
    std::size_t row = 0;
    while (row + 1 < figures.kBehind.size() && position >= figures.kBehind[row + 1]) ++row;
    figures.behind[row].record(best[i]);
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
