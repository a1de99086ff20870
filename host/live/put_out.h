// How an order frame leaves. A send queue that is full drains in microseconds: worth waiting for a little, not for
// ever.
#pragma once
#include <cstdint>
#include <cstring>
#include <span>

#include "host/path/packet_io.h"

namespace twinpath {

// Whether it has left.
inline bool put_out(PacketSender& sender, std::span<const std::uint8_t> frame) {
  constexpr unsigned kTries = 10'000;
  for (unsigned i = 0; i < kTries; ++i) {
    const auto rooms = sender.claim(1);
    if (rooms.empty()) continue;
    std::memcpy(rooms[0].data(), frame.data(), frame.size());
    const std::size_t size = frame.size();
    if (sender.send(std::span(&size, 1)) == 1) return true;
  }
  return false;
}

}  // namespace twinpath
