// The receive ring of an AF_PACKET socket, of frames (TPACKET_V2) or of blocks (TPACKET_V3), as the kernel shares it.
#pragma once
#include <linux/if_packet.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "host/path/frame_source.h"
#include "host/path/packet_io.h"

namespace twinpath::drivers {

class PacketRing {
 public:
  // Makes and maps a ring of about `bytes` on the socket. PacketIoError when the kernel will not.
  PacketRing(std::string_view address, int fd, bool blocks, std::size_t bytes, std::size_t max_frame);
  ~PacketRing();
  PacketRing(const PacketRing&) = delete;
  PacketRing& operator=(const PacketRing&) = delete;

  // The frames given last time go back to the kernel; the next ones, at most frames.size(), stay until the next call.
  std::size_t receive(std::span<SourceFrame> frames, bool hardware_stamps, ReceiveCounters& counters) noexcept;
  std::size_t bytes() const noexcept { return size_; }

 private:
  std::size_t receive_frames(std::span<SourceFrame> frames, bool hardware_stamps, ReceiveCounters& counters) noexcept;
  std::size_t receive_blocks(std::span<SourceFrame> frames, bool hardware_stamps, ReceiveCounters& counters) noexcept;
  std::uint8_t* unit(std::size_t i) const noexcept { return memory_ + i * unit_bytes_; }

  bool blocks_;
  std::size_t max_frame_;
  std::uint8_t* memory_ = nullptr;
  std::size_t size_ = 0;
  std::size_t unit_bytes_ = 0;  // a frame or a block
  std::size_t units_ = 0;
  std::size_t next_ = 0;      // unit to look at
  std::size_t borrowed_ = 0;  // units in front of it that the caller still reads
  // Of blocks: what is left of block next_.
  std::uint32_t left_ = 0;
  std::uint8_t* packet_ = nullptr;
};

}  // namespace twinpath::drivers
