// A PacketSender into memory, which can be made to have no room.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "host/path/packet_io.h"

namespace twinpath::market {

class MemorySender final : public PacketSender {
 public:
  MemorySender() : room_(1'518), rooms_{std::span(room_)} {}

  std::span<const std::span<std::uint8_t>> claim(std::size_t) override {
    if (no_memory) return {};
    return rooms_;
  }
  std::size_t send(std::span<const std::size_t> sizes) override {
    if (full) return 0;
    frames.emplace_back(room_.begin(), room_.begin() + static_cast<std::ptrdiff_t>(sizes[0]));
    return 1;
  }
  std::size_t max_frame() const noexcept override { return room_.size(); }
  SendCounters counters() override { return {}; }

  std::vector<std::vector<std::uint8_t>> frames;
  bool full = false;
  bool no_memory = false;

 private:
  std::vector<std::uint8_t> room_;
  std::array<std::span<std::uint8_t>, 1> rooms_;
};

}  // namespace twinpath::market
