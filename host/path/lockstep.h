// Lockstep: two paths on the same inputs, compared output by output; the first difference is kept with both sides.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "host/path/path.h"

namespace twinpath {

// One output of a path: an event, with the order frame that it explains, if any.
struct PathOutput {
  static constexpr std::size_t kMaxFrame = 96;
  Event event;
  std::array<std::uint8_t, kMaxFrame> frame;
  std::uint16_t frame_bytes = 0;

  std::span<const std::uint8_t> order_frame() const noexcept { return std::span(frame).first(frame_bytes); }
};

// Collects the outputs of one path. `keep`: they wait in a queue to be compared; `on_output` sees each one first.
class OutputRecorder final : public PathSink {
 public:
  explicit OutputRecorder(bool keep) : keep_(keep) {}

  std::function<void(const PathOutput&)> on_output;

  void on_order_frame(std::span<const std::uint8_t> frame) override;
  void on_event(const Event& event) override;

  std::deque<PathOutput>& queue() noexcept { return queue_; }
  std::uint64_t outputs() const noexcept { return outputs_; }

 private:
  bool keep_;
  PathOutput pending_{};
  std::deque<PathOutput> queue_;
  std::uint64_t outputs_ = 0;
};

struct LockstepDifference {
  std::uint64_t index = 0;          // of the output in which they differ
  std::optional<PathOutput> first;  // empty: that path has no such output
  std::optional<PathOutput> second;
  std::string counter;  // set when the outputs agree and a counter does not

  // The frame during which the difference arose.
  std::uint32_t frame() const noexcept;
  // What differs, in words: one line a field, both values.
  std::string describe(std::string_view first_name, std::string_view second_name) const;
};

class Lockstep {
 public:
  Lockstep(OutputRecorder& first, OutputRecorder& second) : first_(first), second_(second) {}

  // Compares what both have delivered so far. Returns false from the first difference on.
  bool compare();
  // At the end: neither may have outputs that the other lacks, and all counters agree.
  bool finish(const CounterValues& first, const CounterValues& second);

  const std::optional<LockstepDifference>& difference() const noexcept { return difference_; }
  std::uint64_t compared() const noexcept { return compared_; }

 private:
  OutputRecorder& first_;
  OutputRecorder& second_;
  std::uint64_t compared_ = 0;
  std::optional<LockstepDifference> difference_;
};

}  // namespace twinpath
