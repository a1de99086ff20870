#include "bench/matching_workload.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <random>
#include <stdexcept>
#include <utility>

namespace twinpath::bench {
namespace {

using matching::Command;
using matching::CommandType;

// Draws in the published way: 53 bits of two words of a Mersenne twister, and everything else from those.
class Draws {
 public:
  explicit Draws(std::uint32_t seed) : words_(seed) {}

  // In [0, 1).
  double unit() {
    const std::uint32_t upper = static_cast<std::uint32_t>(words_()) >> 5;
    const std::uint32_t lower = static_cast<std::uint32_t>(words_()) >> 6;
    return (upper * 0x1p26 + lower) * 0x1p-53;
  }
  bool chance(double probability) { return unit() < probability; }
  // 0 to n - 1.
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(unit() * n); }
  double standard_normal() {
    const double radius = std::sqrt(-2.0 * std::log(positive()));
    return radius * std::cos(2.0 * std::numbers::pi * unit());
  }
  double exponential(double rate) { return -std::log(positive()) / rate; }

 private:
  double positive() { return std::max(unit(), 1e-300); }

  std::mt19937 words_;
};

// How many ticks behind the mid price an order is placed, less one.
class Depths {
 public:
  Depths() {
    double sum = 0;
    for (std::size_t depth = 0; depth < cumulative_.size(); ++depth) {
      const double from_hump = static_cast<double>(depth) - 8.0;
      const double decay = 1.0 / std::pow(static_cast<double>(depth) + 1.0, 2.23);
      sum += decay + 5.0 * std::exp(-0.5 * from_hump * from_hump);
      cumulative_[depth] = sum;
    }
  }
  int draw(Draws& draws) const {
    const double wanted = draws.unit() * cumulative_.back();
    const auto found = std::lower_bound(cumulative_.begin(), cumulative_.end(), wanted);
    return static_cast<int>(std::min(found, cumulative_.end() - 1) - cumulative_.begin());
  }

 private:
  std::array<double, 800> cumulative_;
};

struct Placed {
  std::int64_t price;
  std::uint32_t quantity;
  int depth;
  Side side;
};

constexpr double kTick = 0.005, kStart = 167.52;  // dollars
constexpr double kImmediate = 0.15, kReplaced = 0.20, kRepriced = 0.80, kCancelled = 0.95, kAgain = 0.02;
constexpr double kMedianLife = 431.0;  // microseconds

std::vector<Placed> place(const MatchingScenario& s, std::uint32_t orders, Draws& draws) {
  static const Depths depths;
  const double step = s.volatility > 0.0 ? std::pow(s.swing / s.volatility, 2.0) / static_cast<double>(orders) : 0.0;
  const double sigma = s.volatility * std::sqrt(step);
  std::vector<Placed> placed;
  placed.reserve(orders);
  double mid = kStart;
  for (std::uint32_t n = 0; n < orders; ++n) {
    const double shock = draws.standard_normal();
    mid *= std::exp(-0.5 * sigma * sigma + sigma * shock);
    const std::int64_t ticks = std::llround(std::round(mid / kTick) * kTick / kTick);
    const int depth = depths.draw(draws);
    const bool buy = n < orders / 2;
    const std::int64_t price = buy ? ticks - depth - 1 : ticks + depth + 1;
    placed.push_back({std::max<std::int64_t>(price, 1), 1 + draws.below(100), depth, buy ? Side::buy : Side::sell});
  }
  return placed;
}

std::vector<std::uint32_t> shuffled(std::uint32_t count, Draws& draws) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  for (std::uint32_t i = count - 1; i > 0; --i) std::swap(order[i], order[draws.below(i + 1)]);
  return order;
}

struct Timed {
  std::int64_t microsecond;
  Command command;
};

// The messages of one order's life, from `now`; returns when the next order comes.
std::int64_t live(const Placed& p, std::uint64_t id, std::int64_t now, Draws& draws, std::vector<Timed>& timeline) {
  Command c{.order_id = id, .price = {p.price}, .quantity = {p.quantity}, .side = p.side};
  const auto add = [&](std::int64_t at, CommandType type) {
    c.type = type;
    timeline.push_back({at, c});
  };
  const auto soon = [&] { return 1 + static_cast<std::int64_t>(draws.unit() * 20); };
  const bool immediate = draws.chance(kImmediate);
  c.tif = immediate ? matching::TimeInForce::ioc : matching::TimeInForce::day;
  add(now, CommandType::enter);
  if (immediate) return now + 1;

  const bool replaced = draws.chance(kReplaced);
  if (replaced) {
    now += 30 + static_cast<std::int64_t>(draws.unit() * 70);
    if (draws.chance(kRepriced)) c.price.value += p.side == Side::buy ? 1 : -1;
    c.quantity.value = p.quantity + 1;
    add(now, CommandType::replace);
  }
  const bool cancelled = draws.chance(kCancelled);
  if (cancelled) {
    const double rate = std::log(2.0) / kMedianLife / std::sqrt(1.0 + p.depth);
    now += static_cast<std::int64_t>(draws.exponential(rate));
    add(now, CommandType::cancel);
    if (draws.chance(kAgain)) add(now += soon(), CommandType::cancel);
  }
  if (replaced && cancelled && draws.chance(kAgain)) add(now += soon(), CommandType::replace);
  return now + 1;
}

}  // namespace

std::vector<Command> matching_workload(const MatchingScenario& scenario, std::uint32_t orders, std::uint32_t seed,
                                       std::uint64_t first_sequence) {
  if (orders < 2)
    throw std::invalid_argument("matching workload: expected at least 2 orders, found " + std::to_string(orders));
  Draws draws(seed);
  const std::vector<Placed> placed = place(scenario, orders, draws);
  const std::vector<std::uint32_t> arrival = shuffled(orders, draws);
  std::vector<Timed> timeline;
  timeline.reserve(std::size_t{orders} * 2 + orders / 5);
  std::int64_t now = 0;
  for (const std::uint32_t n : arrival) now = live(placed[n], std::uint64_t{n} + 1, now, draws, timeline);
  std::stable_sort(timeline.begin(), timeline.end(),
                   [](const Timed& a, const Timed& b) { return a.microsecond < b.microsecond; });
  std::vector<Command> commands;
  commands.reserve(timeline.size());
  for (const Timed& t : timeline) {
    commands.push_back(t.command);
    commands.back().sequence = first_sequence++;
  }
  return commands;
}

Command list_plain_book(std::uint32_t book, std::uint64_t sequence) {
  return {.sequence = sequence, .book = book, .type = CommandType::list_book};
}

}  // namespace twinpath::bench
