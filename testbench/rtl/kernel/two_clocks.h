// A block with two clocks whose edges fall in every order: periods and phases are drawn.
#pragma once
#include <cstdint>
#include <functional>
#include <random>

namespace twinpath::test {

// Dut is driven through `core_clock` and `host_clock`, which set its two clock inputs.
template <class Dut>
class TwoClocks {
 public:
  std::function<void(Dut&, bool)> core_clock, host_clock;
  // Inputs settled, right before an edge; and right behind it, where new inputs are set.
  std::function<void()> before_core = [] {}, after_core = [] {}, before_host = [] {}, after_host = [] {};

  TwoClocks(Dut& dut, unsigned seed) : dut_(dut), random_(seed) {
    core_period_ = 20 + below(20);
    host_period_ = 20 + below(20);
    next_host_ = below(20);
  }

  // The next edge of either clock, or of both.
  void step() {
    const bool core = next_core_ <= next_host_;
    const bool host = next_host_ <= next_core_;
    dut_.eval();
    if (core) before_core();
    if (host) before_host();
    if (core && !core_stopped) core_clock(dut_, true);
    if (host) host_clock(dut_, true);
    dut_.eval();
    core_clock(dut_, false);
    host_clock(dut_, false);
    dut_.eval();
    if (core) {
      if (!core_stopped) after_core();
      next_core_ += core_period_;
    }
    if (host) {
      after_host();
      next_host_ += host_period_;
    }
  }
  void steps(unsigned n) {
    for (; n > 0; --n) step();
  }
  template <class Done>
  bool until(Done&& done, unsigned most = 200'000) {
    for (; most > 0; --most) {
      if (done()) return true;
      step();
    }
    return done();
  }

  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
  bool chance(unsigned percent) { return below(100) < percent; }

  bool core_stopped = false;

 private:
  Dut& dut_;
  std::mt19937 random_;
  std::uint64_t core_period_, host_period_, next_core_ = 0, next_host_;
};

}  // namespace twinpath::test
