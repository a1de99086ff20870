#include "host/live/steady_stamps.h"

#include <algorithm>
#include <utility>

namespace twinpath {

SteadyStamps::SteadyStamps(Clock wall, Clock steady, std::size_t inputs)
    : wall_(std::move(wall)), steady_(std::move(steady)), inputs_(inputs) {
  if (!wall_) steady_ = nullptr;
  if (steady_) base_ = 0 - behind();
}

// What now() is ahead of the wall clock, modulo 2^64. Both are read at as nearly the same moment as several tries give.
std::uint64_t SteadyStamps::behind() const {
  constexpr unsigned kTries = 16;
  constexpr std::uint64_t kNear = 1'000;
  std::uint64_t nearest = ~std::uint64_t{0}, difference = 0;
  for (unsigned i = 0; i < kTries && nearest > kNear; ++i) {
    const Nanoseconds before = now();
    const Nanoseconds wall = wall_();
    const std::uint64_t took = now().value - before.value;
    if (took >= nearest) continue;
    nearest = took;
    difference = before.value + took / 2 - wall.value;
  }
  return difference;
}

void SteadyStamps::look(Input& input) {
  const std::uint64_t shift = behind();
  const auto change = static_cast<std::int64_t>(shift - input.shift);
  const auto leap = static_cast<std::int64_t>(kLeap.value);
  if (change < leap && change > -leap) return;
  input.shift = shift;
  ++set_;
}

Nanoseconds SteadyStamps::take(std::size_t input, Nanoseconds stamp) {
  Input& in = inputs_[input];
  backwards_ += stamp < in.last;
  const bool leap = stamp > in.last + kLeap || stamp + kLeap < in.last;
  in.last = stamp;
  if (!steady_) return stamp;
  if (leap) look(in);
  const Nanoseconds steady{stamp.value + in.shift};
  // No frame comes from the future.
  return leap ? std::min(steady, now()) : steady;
}

void SteadyStamps::begin_again() noexcept {
  for (Input& in : inputs_) in.last = {};
}

}  // namespace twinpath
