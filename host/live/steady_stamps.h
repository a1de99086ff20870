// Receive stamps of a wall clock that may be set while a run goes on, as those of one that never is: time is an input
// (SEM 1), and an hour that a correction adds or takes away has not passed.
//
// A clock that is set shows as stamps of an input that leap. Then, and only then, the wall clock is held against one
// that nobody sets, and the difference is taken out of the stamps from there on. What was stamped before and is read
// later keeps its difference, for an input gives its frames in their order. A leap that the wall clock knows nothing
// of, silence or a port's own clock, changes nothing.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "host/core/types.h"

namespace twinpath {

class SteadyStamps {
 public:
  using Clock = std::function<Nanoseconds()>;
  // `wall` is the clock of the stamps; `steady` never goes back and is never set (CLOCK_MONOTONIC). Without `steady`
  // stamps stay as they are; without `wall`, as of a file, there is no now() either.
  SteadyStamps(Clock wall, Clock steady, std::size_t inputs);

  // What the wall clock would say, had it not been set since the beginning. Only where live().
  Nanoseconds now() const { return steady_ ? Nanoseconds{steady_().value + base_} : wall_(); }
  bool live() const noexcept { return static_cast<bool>(wall_); }
  // A frame's stamp, as of the clock of now().
  Nanoseconds take(std::size_t input, Nanoseconds stamp);
  // Frames of before say nothing about those that come.
  void begin_again() noexcept;

  // Frames that were stamped before an earlier one of the same input.
  std::uint64_t backwards() const noexcept { return backwards_; }
  // How often an input's frames showed that the wall clock had been set.
  std::uint64_t set() const noexcept { return set_; }

  // Stamps nearer to each other than this are no leap: a clock that is set by less makes time wait for it, or passes
  // as so much time.
  static constexpr Nanoseconds kLeap{100'000'000};

 private:
  struct Input {
    Nanoseconds last{};
    std::uint64_t shift = 0;  // to be added, modulo 2^64
  };
  void look(Input& input);
  std::uint64_t behind() const;

  Clock wall_, steady_;
  std::uint64_t base_ = 0;  // what the wall clock was ahead of the steady one at the beginning
  std::vector<Input> inputs_;
  std::uint64_t backwards_ = 0, set_ = 0;
};

}  // namespace twinpath
