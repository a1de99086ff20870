// A sender that keeps what it is given.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "host/path/packet_io.h"

namespace twinpath::testing {

using Frame = std::vector<std::uint8_t>;

class KeepingSender final : public PacketSender {
 public:
  std::vector<Frame> sent;
  bool keep = true;
  bool full = false;    // takes nothing
  bool broken = false;  // throws: what comes behind is not done any more, as when the process is killed there

  std::span<const std::span<std::uint8_t>> claim(std::size_t) override { return rooms_; }
  std::size_t send(std::span<const std::size_t> sizes) override {
    if (full) return 0;
    if (broken) throw std::runtime_error("the sender is broken");
    ++count_;
    if (keep) sent.emplace_back(room_.begin(), room_.begin() + static_cast<std::ptrdiff_t>(sizes[0]));
    return 1;
  }
  std::size_t max_frame() const noexcept override { return room_.size(); }
  SendCounters counters() override { return {.frames = count_}; }

 private:
  std::array<std::uint8_t, 256> room_{};
  std::array<std::span<std::uint8_t>, 1> rooms_{std::span(room_)};
  std::uint64_t count_ = 0;
};

}  // namespace twinpath::testing
