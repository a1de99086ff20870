#include "host/venue/burst_clock.h"

#include <algorithm>

namespace twinpath::venue {
namespace {

// Share of time (of 100,000) and rate (in 1/16 of the mean). The mean of the rates over time is about 16.
struct Regime {
  std::uint32_t share;
  std::uint32_t rate;
};
constexpr Regime kRegimes[] = {{70'000, 6}, {25'000, 22}, {4'420, 96}, {550, 340}, {30, 1'450}};

constexpr std::uint64_t kShortestRegime = 500'000;  // ns
constexpr std::uint32_t kCorrectionInterval = 256;  // clusters
constexpr std::uint64_t kLongestGap = std::uint64_t{1} << 36;

}  // namespace

BurstClock::BurstClock(const BurstProfile& profile, std::uint64_t seed)
    : random_(seed),
      at_least_2_(Probability(profile.at_least_2).threshold),
      at_least_3_(Probability(profile.at_least_3).threshold),
      at_least_5_(Probability(profile.at_least_5).threshold),
      at_least_17_(Probability(profile.at_least_17).threshold),
      largest_(std::max(profile.largest, 1U)) {}

void BurstClock::start(std::uint64_t from, std::uint64_t to, std::uint64_t messages) noexcept {
  now_ = from;
  end_ = to;
  const std::uint64_t length = to > from ? to - from : 1;
  planned_gap_ = std::clamp<std::uint64_t>(length * 16 / std::max<std::uint64_t>(messages, 1), 1, kLongestGap);
  gap_ = planned_gap_;
  until_correction_ = kCorrectionInterval;
  enter_regime(from);
}

void BurstClock::enter_regime(std::uint64_t at) noexcept {
  std::uint32_t r = random_.below(100'000);
  const Regime* regime = kRegimes;
  while (r >= regime->share) r -= (regime++)->share;
  rate_ = regime->rate;
  regime_end_ = at + kShortestRegime + random_.exponential(std::max(kShortestRegime, planned_gap_ / 2));
}

std::uint64_t BurstClock::next(std::uint64_t messages_left, std::uint64_t not_before) noexcept {
  now_ = std::max(now_, not_before);
  if (--until_correction_ == 0) {
    until_correction_ = kCorrectionInterval;
    const std::uint64_t left = end_ > now_ ? (end_ - now_) * 16 / std::max<std::uint64_t>(messages_left, 1) : 1;
    gap_ = std::clamp(left, planned_gap_ / 4 + 1, planned_gap_ * 4);
  }
  for (;;) {
    // Exponential gaps have no memory: what is left of one when the regime changes is drawn anew.
    const std::uint64_t candidate = now_ + random_.exponential(gap_ / rate_ + 1);
    if (candidate < regime_end_) return now_ = candidate;
    now_ = std::max(now_, regime_end_);
    enter_regime(now_);
  }
}

std::uint32_t BurstClock::cluster_size() noexcept {
  const std::uint32_t r = random_.next32();
  if (r >= at_least_2_) return 1;
  if (r >= at_least_3_) return std::min(2U, largest_);
  if (r >= at_least_5_) return std::min(3 + random_.below(2), largest_);
  if (r >= at_least_17_) return std::min(5 + std::min(random_.below(12), random_.below(12)), largest_);
  // Pareto with exponent 3: the largest of three uniform numbers is below x with probability x cubed.
  const std::uint32_t u = std::max({random_.next32(), random_.next32(), random_.next32()});
  const std::uint64_t size = (std::uint64_t{17} << 32) / (std::uint64_t{u} + 1);
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(size, largest_));
}

}  // namespace twinpath::venue
