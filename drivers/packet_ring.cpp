#include "drivers/packet_ring.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>

#include "drivers/socket.h"
#include "drivers/wall_clock.h"
#include "host/wire/bytes.h"

namespace twinpath::drivers {
namespace {

// Small blocks: one that is retired half empty costs little of the ring.
constexpr std::size_t kBlock = 1U << 16U;
constexpr unsigned kBlockTimeoutMs = 1;  // the kernel's least
constexpr std::size_t kTag = 4;
// Ring headers and the address behind them, in front of each frame (TPACKET2_HDRLEN), and room for a tag.
constexpr std::size_t kFrameOverhead = 128;

std::uint32_t load_status(std::uint32_t& status) noexcept {
  return std::atomic_ref<std::uint32_t>(status).load(std::memory_order_acquire);
}
void give_to_kernel(std::uint32_t& status) noexcept {
  std::atomic_ref<std::uint32_t>(status).store(TP_STATUS_KERNEL, std::memory_order_release);
}

// What both versions of the frame header say.
struct Described {
  std::uint8_t* mac;
  std::uint32_t status, captured, length, seconds, nanoseconds;
  std::uint16_t tag, tag_protocol;
};

// Puts the tag back between addresses and EtherType: PACKET_RESERVE left room in front.
std::span<const std::uint8_t> with_tag(const Described& d) noexcept {
  std::uint8_t* frame = d.mac - kTag;
  std::memmove(frame, d.mac, 12);
  store_be16(frame + 12, (d.status & TP_STATUS_VLAN_TPID_VALID) != 0 ? d.tag_protocol : net::kEtherTypeVlan);
  store_be16(frame + 14, d.tag);
  return {frame, d.captured + kTag};
}

bool take(const Described& d, std::size_t max_frame, bool hardware, SourceFrame& out,
          ReceiveCounters& counters) noexcept {
  const bool tagged = (d.status & TP_STATUS_VLAN_VALID) != 0;
  if (d.captured < d.length || d.length + (tagged ? kTag : 0) > max_frame) {
    ++counters.dropped_too_long;
    return false;
  }
  out.bytes = tagged ? with_tag(d) : std::span<const std::uint8_t>(d.mac, d.captured);
  out.fcs_error = false;
  // The kernel stamps where the port does not; asked for the port's stamps, that is worth a count.
  if ((d.seconds | d.nanoseconds) == 0 || (hardware && (d.status & TP_STATUS_TS_RAW_HARDWARE) == 0))
    ++counters.without_stamp;
  out.timestamp = (d.seconds | d.nanoseconds) == 0
                      ? wall_clock()
                      : Nanoseconds{std::uint64_t{d.seconds} * 1'000'000'000 + d.nanoseconds};
  ++counters.frames;
  counters.bytes += out.bytes.size();
  return true;
}

}  // namespace

PacketRing::PacketRing(std::string_view address, int fd, bool blocks, std::size_t bytes, std::size_t max_frame)
    : blocks_(blocks), max_frame_(max_frame) {
  const int version = blocks ? TPACKET_V3 : TPACKET_V2;
  const unsigned reserve = kTag;
  if (setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0)
    fail_call(address, "choosing the ring's version", errno);
  if (setsockopt(fd, SOL_PACKET, PACKET_RESERVE, &reserve, sizeof reserve) != 0)
    fail_call(address, "reserving room for tags", errno);
  const std::size_t frame = std::bit_ceil(max_frame + kFrameOverhead);
  const std::size_t block = std::max(kBlock, frame);
  const std::size_t count = std::max<std::size_t>(2, bytes / block);
  tpacket_req3 request{};
  request.tp_block_size = static_cast<unsigned>(block);
  request.tp_block_nr = static_cast<unsigned>(count);
  request.tp_frame_size = static_cast<unsigned>(frame);
  request.tp_frame_nr = static_cast<unsigned>(count * (block / frame));
  request.tp_retire_blk_tov = kBlockTimeoutMs;
  const std::size_t request_size = blocks ? sizeof(tpacket_req3) : sizeof(tpacket_req);
  if (setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, static_cast<socklen_t>(request_size)) != 0)
    fail_call(address, fmt::format("making a receive ring of {} bytes", count * block), errno);
  size_ = count * block;
  void* memory = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (memory == MAP_FAILED) fail_call(address, "mapping the receive ring", errno);
  memory_ = static_cast<std::uint8_t*>(memory);
  unit_bytes_ = blocks ? block : frame;
  units_ = size_ / unit_bytes_;
}

PacketRing::~PacketRing() { munmap(memory_, size_); }

std::size_t PacketRing::receive(std::span<SourceFrame> frames, bool hardware_stamps,
                                ReceiveCounters& counters) noexcept {
  return blocks_ ? receive_blocks(frames, hardware_stamps, counters)
                 : receive_frames(frames, hardware_stamps, counters);
}

std::size_t PacketRing::receive_frames(std::span<SourceFrame> frames, bool hardware_stamps,
                                       ReceiveCounters& counters) noexcept {
  for (; borrowed_ != 0; --borrowed_)
    give_to_kernel(reinterpret_cast<tpacket2_hdr*>(unit((next_ + units_ - borrowed_) % units_))->tp_status);
  std::size_t n = 0;
  while (n < frames.size() && borrowed_ < units_) {
    auto* h = reinterpret_cast<tpacket2_hdr*>(unit(next_));
    const std::uint32_t status = load_status(h->tp_status);
    if ((status & TP_STATUS_USER) == 0) break;
    const Described d{reinterpret_cast<std::uint8_t*>(h) + h->tp_mac,
                      status,
                      h->tp_snaplen,
                      h->tp_len,
                      h->tp_sec,
                      h->tp_nsec,
                      h->tp_vlan_tci,
                      h->tp_vlan_tpid};
    if (take(d, max_frame_, hardware_stamps, frames[n], counters)) ++n;
    next_ = next_ + 1 < units_ ? next_ + 1 : 0;
    ++borrowed_;
  }
  return n;
}

std::size_t PacketRing::receive_blocks(std::span<SourceFrame> frames, bool hardware_stamps,
                                       ReceiveCounters& counters) noexcept {
  auto* block = reinterpret_cast<tpacket_block_desc*>(unit(next_));
  if (borrowed_ != 0 && left_ == 0) {
    give_to_kernel(block->hdr.bh1.block_status);
    borrowed_ = 0;
    next_ = next_ + 1 < units_ ? next_ + 1 : 0;
    block = reinterpret_cast<tpacket_block_desc*>(unit(next_));
  }
  if (borrowed_ == 0) {
    if ((load_status(block->hdr.bh1.block_status) & TP_STATUS_USER) == 0) return 0;
    borrowed_ = 1;
    left_ = block->hdr.bh1.num_pkts;
    packet_ = unit(next_) + block->hdr.bh1.offset_to_first_pkt;
  }
  std::size_t n = 0;
  for (; n < frames.size() && left_ != 0; --left_) {
    const auto* h = reinterpret_cast<const tpacket3_hdr*>(packet_);
    const Described d{packet_ + h->tp_mac,
                      h->tp_status,
                      h->tp_snaplen,
                      h->tp_len,
                      h->tp_sec,
                      h->tp_nsec,
                      static_cast<std::uint16_t>(h->hv1.tp_vlan_tci),
                      h->hv1.tp_vlan_tpid};
    // The tag is put into what is read already: the next frame is found first.
    packet_ += h->tp_next_offset;
    if (take(d, max_frame_, hardware_stamps, frames[n], counters)) ++n;
  }
  return n;
}

}  // namespace twinpath::drivers
