// The software path on a bench's segments: nanoseconds from a frame's entry to its order's frame.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "bench/trigger_stream.h"
#include "host/path/path.h"

namespace twinpath::bench {

class SoftwareBench final : private PathSink {
 public:
  using OnTrigger = std::function<void(const TriggerMark&, std::uint64_t nanoseconds)>;

  explicit SoftwareBench(OnTrigger on_trigger);

  // Throws std::runtime_error when its orders are not those of the marks.
  void run(const Segment& segment);

 private:
  void on_order_frame(std::span<const std::uint8_t>) override {}
  void on_event(const Event& event) override;

  OnTrigger on_trigger_;
  std::unique_ptr<Path> path_;
  const Segment* segment_ = nullptr;
  std::size_t answered_ = 0;
  std::vector<std::uint32_t> open_;  // user_ref of orders not yet done
  Cycles time_{64};
};

}  // namespace twinpath::bench
