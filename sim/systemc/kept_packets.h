// What the feed's sixteen slots hold, as far as it takes to say when a packet is replayed: the feed itself
// (host/feed/feed.h) keeps the bytes. Slots are taken and freed in the same order.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "host/core/types.h"
#include "host/feed/frame_parser.h"
#include "host/wire/bytes.h"

namespace twinpath::platform {

struct KeptPacket {
  bool used = false;
  std::uint64_t sequence = 0;
  std::uint16_t count = 0;
  std::uint32_t frame = 0;
  Cycles frame_began;      // its first beat
  std::size_t lane = 0;    // of a beat, in which its blocks begin
  std::size_t blocks = 0;  // bytes
  // Where each block ends; of the packet's longest there can be, with the shortest blocks.
  std::array<std::uint16_t, 1472 / 14 + 1> ends{};

  std::size_t end_of(std::size_t message) const noexcept { return ends[std::min(message, ends.size() - 1)]; }
};

class KeptPackets {
 public:
  void keep(const FeedPacket& packet, std::uint32_t frame, Cycles frame_began, std::size_t header) noexcept {
    const auto slot = std::find_if(slots_.begin(), slots_.end(), [](const KeptPacket& s) { return !s.used; });
    if (slot == slots_.end()) return;
    ++used_;
    *slot = {true, packet.sequence, packet.count, frame, frame_began, header % 8, packet.blocks.size(), {}};
    std::size_t at = 0;
    for (std::size_t i = 0; i < slot->ends.size() && at + 2 <= packet.blocks.size(); ++i) {
      at += 2 + std::size_t{load_be16(packet.blocks.data() + at)};
      slot->ends[i] = static_cast<std::uint16_t>(std::min<std::size_t>(at, UINT16_MAX));
    }
  }
  bool any() const noexcept { return used_ != 0; }
  // Null when none is kept.
  KeptPacket* of_frame(std::uint32_t frame) noexcept {
    const auto slot =
        std::find_if(slots_.begin(), slots_.end(), [frame](const KeptPacket& s) { return s.used && s.frame == frame; });
    return slot == slots_.end() ? nullptr : &*slot;
  }
  void free(KeptPacket& slot) noexcept {
    slot.used = false;
    --used_;
  }

 private:
  std::array<KeptPacket, 16> slots_;
  unsigned used_ = 0;
};

}  // namespace twinpath::platform
