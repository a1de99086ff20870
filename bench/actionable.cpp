#include "bench/actionable.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "bench/core_bench.h"
#include "bench/software_bench.h"
#include "bench/trigger_stream.h"

namespace twinpath::bench {
namespace {

// Below the 4,096 slots of open orders.
constexpr std::size_t kSegmentTriggers = 2'000;

// Every class and lane `triggers` times, in random order.
std::vector<Target> shuffled_targets(const ActionableOptions& o, Load load) {
  std::vector<Target> targets;
  targets.reserve(o.triggers * o.classes.size() * kLanes);
  for (std::uint64_t n = 0; n < o.triggers; ++n)
    for (const TriggerClass c : o.classes)
      for (unsigned lane = 0; lane < kLanes; ++lane) targets.push_back({c, lane});
  venue::Random random(o.seed + 0x5EED * (1 + static_cast<unsigned>(load)));
  for (std::size_t i = targets.size(); i > 1; --i)
    std::swap(targets[i - 1], targets[random.below(static_cast<std::uint32_t>(i))]);
  return targets;
}

void run_load(const ActionableOptions& o, Load load, ActionableResult& result) {
  // Rows of this load, by class and lane.
  std::array<std::size_t, kTriggerClasses> first_row{};
  std::array<std::size_t, kTriggerClasses> software_row{};
  const bool software = o.software && load != Load::half;  // the same frames as at full load
  for (const TriggerClass c : o.classes) {
    first_row[static_cast<unsigned>(c)] = result.rows.size();
    for (unsigned lane = 0; lane < kLanes; ++lane) result.rows.push_back({load, c, lane, {}, {}});
    software_row[static_cast<unsigned>(c)] = result.software.size();
    if (software) result.software.push_back({load, c, {}});
  }
  const std::vector<Target> targets = shuffled_targets(o, load);
  TriggerStream stream(load, o.seed);
  std::uint64_t done = 0;
  CoreBench core(load, o.seed, o.speculative, [&](const TriggerMark& m, const TriggerTimes& t) {
    ActionableRow& row = result.rows[first_row[static_cast<unsigned>(m.target.trigger)] + m.target.lane];
    row.message.record(t.message);
    row.field.record(t.field);
    if (++done % 256 == 0 && o.progress) o.progress(load, done, targets.size());
  });
  std::optional<SoftwareBench> twin;
  if (software)
    twin.emplace([&](const TriggerMark& m, std::uint64_t ns) {
      result.software[software_row[static_cast<unsigned>(m.target.trigger)]].nanoseconds.record(ns);
    });
  const auto run = [&](const Segment& segment) {
    core.run(segment);
    if (twin) twin->run(segment);
  };
  run(stream.opening());
  for (std::size_t at = 0; at < targets.size(); at += kSegmentTriggers)
    run(stream.next(std::span(targets).subspan(at, std::min(kSegmentTriggers, targets.size() - at))));
  core.check_counters(stream.messages());
  result.wire[static_cast<unsigned>(load)] = core.wire();
  if (o.progress) o.progress(load, targets.size(), targets.size());
}

}  // namespace

void CycleCounts::record(std::uint64_t cycles) {
  if (cycles >= counts_.size()) counts_.resize(cycles + 1);
  ++counts_[cycles];
  ++count_;
}

void CycleCounts::merge(const CycleCounts& other) {
  if (other.counts_.size() > counts_.size()) counts_.resize(other.counts_.size());
  for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
}

std::uint64_t CycleCounts::min() const {
  const auto first = std::ranges::find_if(counts_, [](std::uint64_t n) { return n != 0; });
  return first == counts_.end() ? 0 : static_cast<std::uint64_t>(first - counts_.begin());
}

std::uint64_t CycleCounts::max() const { return counts_.empty() ? 0 : counts_.size() - 1; }

double CycleCounts::mean() const {
  double sum = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) sum += static_cast<double>(i) * static_cast<double>(counts_[i]);
  return count_ == 0 ? 0 : sum / static_cast<double>(count_);
}

std::uint64_t CycleCounts::percentile(double percent) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(percent / 100 * static_cast<double>(count_) - 1e-6));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= wanted && seen > 0) return i;
  }
  return max();
}

ActionableResult run_actionable(const ActionableOptions& options) {
  ActionableResult result;
  for (const Load load : options.loads) run_load(options, load, result);
  return result;
}

}  // namespace twinpath::bench
