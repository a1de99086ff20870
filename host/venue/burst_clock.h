// When messages come: clusters at exponential gaps, at a rate that jumps between regimes (see BurstProfile).
#pragma once

#include <cstdint>

#include "host/venue/generator_options.h"
#include "host/venue/random.h"

namespace twinpath::venue {

class BurstClock {
 public:
  BurstClock(const BurstProfile& profile, std::uint64_t seed);

  /// From `from` to `to` about `messages` are due.
  void start(std::uint64_t from, std::uint64_t to, std::uint64_t messages) noexcept;

  /// Time of the next cluster; `messages_left` of those announced are still to come, and nothing is due before
  /// `not_before`.
  std::uint64_t next(std::uint64_t messages_left, std::uint64_t not_before) noexcept;

  /// Messages in a cluster, 1 to the profile's largest.
  std::uint32_t cluster_size() noexcept;

 private:
  void enter_regime(std::uint64_t at) noexcept;

  Random random_;
  std::uint64_t at_least_2_, at_least_3_, at_least_5_, at_least_17_;
  std::uint32_t largest_;
  std::uint64_t now_ = 0;
  std::uint64_t end_ = 0;
  std::uint64_t planned_gap_ = 1;  // mean between messages, in 1/16 ns
  std::uint64_t gap_ = 1;          // the same, corrected for what has happened so far
  std::uint64_t regime_end_ = 0;
  std::uint64_t rate_ = 16;  // of the regime, in 1/16
  std::uint32_t until_correction_ = 0;
};

}  // namespace twinpath::venue
