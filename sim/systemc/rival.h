// A rival trader on the same feed, who sends an order at the same messages as we do: who is at the venue first?
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "host/venue/random.h"
#include "sim/systemc/platform.h"

namespace twinpath::platform {

struct Race {
  std::uint64_t won = 0, lost = 0;  // orders; one at the same picosecond is lost
  std::int64_t margin_p50 = 0;      // ps that ours is earlier, median
  double share() const noexcept {
    return won + lost == 0 ? 0 : static_cast<double>(won) / static_cast<double>(won + lost);
  }
};

// The rival has lines of the same kind, with losses and jitter of his own, and takes from the network to the venue what
// we take in the median, less `advantage` ps (negative: he is slower), and up to `jitter` more, uniform. His orders
// change nothing for ours.
inline Race race(const PlatformOptions& options, const PlatformResult& result, std::int64_t advantage,
                 Picoseconds jitter) {
  Race race;
  const auto network = static_cast<std::size_t>(Hop::network);
  std::vector<std::uint64_t> inside;
  for (const OrderTimes& o : result.orders) inside.push_back(o.total - o.hops[network]);
  if (inside.empty()) return race;
  const auto middle = inside.begin() + static_cast<std::ptrdiff_t>(inside.size() / 2);
  std::nth_element(inside.begin(), middle, inside.end());
  const auto his = static_cast<std::int64_t>(*middle) - advantage;

  venue::Random random(options.seed * 4 + 77);
  const auto uniform = [&random](Picoseconds most) {
    return static_cast<std::int64_t>(static_cast<unsigned __int128>(random.next()) * (most.value + 1) >> 64);
  };
  std::vector<std::int64_t> margins;
  for (const OrderTimes& o : result.orders) {
    std::int64_t heard = INT64_MAX;
    for (const LineModel& line : options.lines) {
      const bool lost = random.chance(venue::Probability(line.loss));
      const std::int64_t at = static_cast<std::int64_t>(line.delay.value) + uniform(line.jitter);
      if (!lost) heard = std::min(heard, at);
    }
    const std::int64_t late = uniform(jitter);
    // What both his lines lost he never answers.
    const std::int64_t margin =
        heard == INT64_MAX ? INT64_MAX : heard + his + late - static_cast<std::int64_t>(o.total);
    ++(margin > 0 ? race.won : race.lost);
    margins.push_back(margin);
  }
  const auto half = margins.begin() + static_cast<std::ptrdiff_t>(margins.size() / 2);
  std::nth_element(margins.begin(), half, margins.end());
  race.margin_p50 = *half;
  return race;
}

}  // namespace twinpath::platform
