// Rooms of a sender whose frames leave through a copy in the kernel (PacketSender::claim).
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "host/path/packet_io.h"

namespace twinpath::drivers {

class FrameRooms {
 public:
  explicit FrameRooms(std::size_t max_frame)
      : max_frame_(max_frame), memory_(std::make_unique<std::uint8_t[]>(max_frame * kSendRooms)) {
    for (std::size_t i = 0; i < kSendRooms; ++i) rooms_.emplace_back(memory_.get() + i * max_frame, max_frame);
  }

  std::span<const std::span<std::uint8_t>> all() const noexcept { return rooms_; }
  std::span<const std::uint8_t> frame(std::size_t i, std::size_t size) const noexcept { return rooms_[i].first(size); }
  std::size_t max_frame() const noexcept { return max_frame_; }
  // The first `count` are free again, behind the others.
  void done(std::size_t count) noexcept {
    std::rotate(rooms_.begin(), rooms_.begin() + static_cast<std::ptrdiff_t>(count), rooms_.end());
  }

 private:
  std::size_t max_frame_;
  std::unique_ptr<std::uint8_t[]> memory_;
  std::vector<std::span<std::uint8_t>> rooms_;
};

}  // namespace twinpath::drivers
