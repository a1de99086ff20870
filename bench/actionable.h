// How long from the last bit of a message, and of the field in it that decides, to the first bit of the order: on the
// Verilated core, at its pins, in clock cycles. After the idea of STAC-T0, where the same is measured at a card's
// ports.
//
// End points. In: the s_axis beat, 64 bits, that carries the last byte of the triggering message ("message"), or of its
// deciding field ("field"), counted from the cycle in which the beat is first offered. Out: the first m_axis beat of
// the order frame. The figure is the difference of the two cycle numbers: 0 would be the same cycle.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/trigger_class.h"
#include "host/core/histogram.h"

namespace twinpath::bench {

// How often each number of cycles was seen.
class CycleCounts {
 public:
  void record(std::uint64_t cycles);
  void merge(const CycleCounts& other);

  std::uint64_t count() const { return count_; }
  std::uint64_t min() const;
  std::uint64_t max() const;
  double mean() const;
  // The smallest value that at least `percent` of the values do not exceed.
  std::uint64_t percentile(double percent) const;

 private:
  std::vector<std::uint64_t> counts_;  // by cycles
  std::uint64_t count_ = 0;
};

struct ActionableRow {
  Load load;
  TriggerClass trigger;
  unsigned lane;  // of the message's last byte
  CycleCounts message;
  CycleCounts field;
};

// What the wire was like at a load, while triggers were on it.
struct WireFigures {
  std::uint64_t triggers = 0;
  std::uint64_t messages = 0;
  std::uint64_t frames = 0;
  std::uint64_t cycles = 0;
  std::uint64_t beats = 0;
  std::uint64_t waited = 0;  // cycles in which the core did not take a beat
  double busy() const { return cycles == 0 ? 0 : static_cast<double>(beats) / static_cast<double>(cycles); }
};

// Wall clock, frame in to order out, in nanoseconds: a measurement of this machine, other than all the rest.
struct SoftwareRow {
  Load load;
  TriggerClass trigger;
  Histogram nanoseconds;
};

struct ActionableOptions {
  std::uint64_t triggers = 10'000;  // of each class and lane at each load
  std::vector<TriggerClass> classes;
  std::vector<Load> loads;
  std::uint64_t seed = 1;
  bool software = false;
  bool speculative = false;  // the first beat may leave before the verdict
  std::function<void(Load, std::uint64_t done, std::uint64_t total)> progress;
};

struct ActionableResult {
  std::vector<ActionableRow> rows;  // by load, class, lane, as in the options
  std::array<WireFigures, kLoads> wire;
  std::vector<SoftwareRow> software;
};

// Equal options give equal rows. Throws std::runtime_error, with the trigger, when an order is missing, one too many,
// or refused, when the core's own stamp disagrees with the pins, and when the core lost or misread any message.
ActionableResult run_actionable(const ActionableOptions& options);

}  // namespace twinpath::bench
