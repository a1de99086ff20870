// Packet I/O: timed frames from a network or a file, and frames to one. Drivers implement these two interfaces; an
// address such as "udp:233.54.12.111:26477@eth0" names one, `PacketIoRegistry` opens it.
//
// Both are polled by the thread that owns them: no call waits, and none allocates or throws once opened. Files
// are the exception: a damaged one throws FileError, a full disk std::system_error. Frames are Ethernet II without FCS.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "host/path/frame_source.h"
#include "host/wire/net.h"

namespace twinpath {

// What stamped a received frame. All count nanoseconds since 1970.
enum class TimestampSource : std::uint8_t {
  file,      // the time recorded in it
  kernel,    // the kernel's software receive stamp, CLOCK_REALTIME
  hardware,  // the network port's own clock; as true as what disciplines it (PTP)
  host,      // CLOCK_REALTIME read by the driver, once a burst
};
constexpr std::string_view to_string(TimestampSource s) noexcept {
  constexpr std::array<std::string_view, 4> kNames{"file", "kernel", "hardware", "host"};
  return kNames[static_cast<std::size_t>(s)];
}

// Since opening. Every frame that reached the driver's queue is in `frames` or in one of the drops.
struct ReceiveCounters {
  std::uint64_t frames = 0;             // given to the caller
  std::uint64_t bytes = 0;              // in them
  std::uint64_t dropped_full = 0;       // the kernel's buffer or ring, or the port's descriptors, were full
  std::uint64_t dropped_no_buffer = 0;  // the port found no free packet buffer
  std::uint64_t dropped_error = 0;      // damaged on the wire (FCS, length), as the port counts them
  std::uint64_t dropped_too_long = 0;   // longer than PacketIoOptions::max_frame
  std::uint64_t dropped_other = 0;      // addressed to none of PacketIoOptions::groups
  std::uint64_t without_stamp = 0;      // given, but stamped by the host clock for want of the source's stamp
};

struct SendCounters {
  std::uint64_t frames = 0;   // handed to the kernel or the port
  std::uint64_t bytes = 0;    // in them
  std::uint64_t refused = 0;  // dropped: not UDP, too long, or addressed to no named endpoint (udp:)
  std::uint64_t errors = 0;   // dropped: the kernel or the port would not send it
  std::uint64_t full = 0;     // calls that found no room; nothing was lost
};

class PacketReceiver {
 public:
  virtual ~PacketReceiver() = default;
  // Takes frames that have arrived, at most frames.size(), oldest first; 0 when there is none now. A frame's bytes lie
  // where the device or the kernel put them and are borrowed until the next call. Within a call times do not decrease;
  // between calls they may, where frames of several sockets meet.
  virtual std::size_t receive(std::span<SourceFrame> frames) = 0;
  // Nothing will ever come again: the end of a file.
  virtual bool ended() const noexcept { return false; }
  // May ask the kernel or the port: not for every burst.
  virtual ReceiveCounters counters() = 0;
  virtual TimestampSource timestamp_source() const noexcept = 0;
  // One line about how the address was opened, e.g. what steers the frames.
  virtual std::string describe() const = 0;
};

// How many rooms a sender can hold claimed.
inline constexpr std::size_t kSendRooms = 64;

class PacketSender {
 public:
  virtual ~PacketSender() = default;
  // At least `count` (at most kSendRooms) rooms of max_frame() bytes, in the memory that frames are sent from, oldest
  // first; fewer when there is no memory at present. Rooms stay claimed, with their bytes, until sent: an order's room
  // can be claimed and its headers written before there is an order.
  virtual std::span<const std::span<std::uint8_t>> claim(std::size_t count) = 0;
  // Sends what lies in the first sizes.size() claimed rooms, sizes[i] bytes from the i-th. Returns how many rooms were
  // done with, sent or dropped by cause; the others had no room in the queue and stay claimed, to be sent again.
  virtual std::size_t send(std::span<const std::size_t> sizes) = 0;
  virtual std::size_t max_frame() const noexcept = 0;
  virtual SendCounters counters() = 0;
};

struct PacketIoOptions {
  // Only frames to these (multicast) endpoints are received, and the groups are joined; empty: everything. `udp:` has
  // its endpoints in the address. `itch:` addresses its frames to the first.
  std::vector<net::Endpoint> groups;
  std::size_t max_frame = 1518;           // bytes; an interface whose MTU is smaller is an error
  std::size_t buffer_bytes = 16U << 20U;  // udp: socket buffer; af_packet: ring
  bool hardware_timestamps = false;       // an error where the interface has none
  std::uint8_t time_to_live = 1;          // udp: of what is sent to a group
  // dpdk: of `queues` receive queues this receiver polls `queue`.
  std::uint16_t queues = 1;
  std::uint16_t queue = 0;
  std::vector<std::string> dpdk_arguments;  // EAL arguments, from the first port opened on
};

// An address cannot be opened. what() reads "address: expected ..., found ...; advice".
class PacketIoError : public std::runtime_error {
 public:
  PacketIoError(std::string_view address, std::string_view expected, std::string_view found, std::string_view advice)
      : std::runtime_error(std::string(address)
                               .append(": expected ")
                               .append(expected)
                               .append(", found ")
                               .append(found)
                               .append("; ")
                               .append(advice)) {}
};

}  // namespace twinpath
