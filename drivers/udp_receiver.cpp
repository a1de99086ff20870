#include <fmt/format.h>
#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "drivers/socket.h"
#include "drivers/udp_address.h"
#include "drivers/udp_socket.h"
#include "drivers/wall_clock.h"

namespace twinpath::drivers {
namespace {

constexpr std::size_t kBurst = 64;
constexpr std::size_t kHeaders = net::Ethernet::kSize + net::Ipv4::kSize + net::Udp::kSize;

Socket open_socket(std::string_view address, const net::Endpoint& endpoint, const std::string& interface,
                   int interface_index) {
  Socket s(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (s.fd() < 0) fail_call(address, "opening a UDP socket", errno);
  const int on = 1;
  const int off = 0;
  const bool group = net::is_multicast(endpoint.address);
  if (group) {
    // Other programs of this machine may listen to the group, too.
    setsockopt(s.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(s.fd(), IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof off);
  }
  sockaddr_in local{};
  local.sin_family = AF_INET;
  local.sin_port = htons(endpoint.port);
  local.sin_addr.s_addr = htonl(endpoint.address);
  if (bind(s.fd(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) {
    const int error = errno;
    if (error == EADDRINUSE) {
      throw PacketIoError(address, "a free UDP port", fmt::format("{} taken", to_string(endpoint)),
                          fmt::format("see who has it: ss -lunp 'sport = {}'", endpoint.port));
    }
    if (error == EADDRNOTAVAIL) {
      throw PacketIoError(address, "a multicast group or an address of this machine", to_string(endpoint),
                          "see the addresses with: ip -br address");
    }
    fail_call(address, "binding to " + to_string(endpoint), error);
  }
  if (group) join_group(address, s.fd(), endpoint.address, interface_index);
  if (!group && !interface.empty() &&
      setsockopt(s.fd(), SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(), static_cast<socklen_t>(interface.size())) != 0)
    fail_call(address, "binding to interface " + interface, errno);
  return s;
}

void ask_for_stamps(std::string_view address, int fd, bool hardware) {
  const int what = hardware ? SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE
                            : SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
  if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &what, sizeof what) != 0)
    fail_call(address, "asking for receive stamps", errno);
}

// One endpoint: its socket and the memory that a burst is received into, with room for headers in front of each.
class Line {
 public:
  Line(Socket socket, const net::Endpoint& endpoint, std::size_t max_frame, bool hardware)
      : socket_(std::move(socket)),
        hardware_(hardware),
        slot_(max_frame + 1),  // a datagram that fills it to the last byte is too long
        memory_(std::make_unique<std::uint8_t[]>(slot_ * kBurst)) {
    template_.destination_ip = endpoint.address;
    template_.destination_port = endpoint.port;
    template_.time_to_live = 1;
    if (net::is_multicast(endpoint.address)) template_.destination_mac = net::multicast_mac(endpoint.address);
    for (std::size_t i = 0; i < kBurst; ++i) {
      iov_[i] = {memory_.get() + i * slot_ + kHeaders, slot_ - kHeaders};
      msghdr& m = messages_[i].msg_hdr;
      m.msg_iov = &iov_[i];
      m.msg_iovlen = 1;
      m.msg_name = &from_[i];
      m.msg_control = control_[i].bytes.data();
    }
  }

  // At most kBurst datagrams, as frames, behind `count` in `out`.
  std::size_t receive(std::span<SourceFrame> out, ReceiveCounters& counters) noexcept {
    const std::size_t room = std::min(out.size(), kBurst);
    for (std::size_t i = 0; i < room; ++i) {
      messages_[i].msg_hdr.msg_namelen = sizeof from_[i];
      messages_[i].msg_hdr.msg_controllen = control_[i].bytes.size();
    }
    const int n = recvmmsg(socket_.fd(), messages_.data(), static_cast<unsigned>(room), MSG_DONTWAIT, nullptr);
    std::size_t given = 0;
    for (int i = 0; i < n; ++i) {
      const auto k = static_cast<std::size_t>(i);
      const std::size_t payload = messages_[k].msg_len;
      if ((messages_[k].msg_hdr.msg_flags & MSG_TRUNC) != 0 || payload + kHeaders == slot_) {
        ++counters.dropped_too_long;
        continue;
      }
      template_.source_ip = ntohl(from_[k].sin_addr.s_addr);
      template_.source_port = ntohs(from_[k].sin_port);
      std::uint8_t* frame = memory_.get() + k * slot_;
      net::write_udp_headers(template_, payload, 0, frame);
      out[given++] = {stamp(messages_[k].msg_hdr, counters), {frame, kHeaders + payload}, false};
      ++counters.frames;
      counters.bytes += kHeaders + payload;
    }
    return given;
  }

  // Datagrams that the socket's full buffer has cost so far.
  std::uint64_t drops() const noexcept {
    std::array<std::uint32_t, SK_MEMINFO_VARS> info{};
    socklen_t size = sizeof info;
    return getsockopt(socket_.fd(), SOL_SOCKET, SO_MEMINFO, info.data(), &size) == 0 ? info[SK_MEMINFO_DROPS] : 0;
  }

 private:
  struct Control {
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(3 * sizeof(timespec))> bytes;
  };

  Nanoseconds stamp(msghdr& m, ReceiveCounters& counters) const noexcept {
    for (cmsghdr* c = CMSG_FIRSTHDR(&m); c != nullptr; c = CMSG_NXTHDR(&m, c)) {
      if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_TIMESTAMPING) continue;
      // Three times: the kernel's, one no longer used, the port's.
      std::array<timespec, 3> times{};
      std::memcpy(times.data(), CMSG_DATA(c), sizeof times);
      const timespec& t = times[hardware_ ? 2 : 0];
      if (t.tv_sec != 0 || t.tv_nsec != 0) return to_nanoseconds(t);
    }
    ++counters.without_stamp;
    return wall_clock();
  }

  Socket socket_;
  bool hardware_;
  std::size_t slot_;
  std::unique_ptr<std::uint8_t[]> memory_;
  net::UdpLine template_;
  std::array<iovec, kBurst> iov_{};
  std::array<mmsghdr, kBurst> messages_{};
  std::array<sockaddr_in, kBurst> from_{};
  std::array<Control, kBurst> control_{};
};

class UdpReceiver final : public PacketReceiver {
 public:
  UdpReceiver(std::string_view address, std::string_view rest, const PacketIoOptions& options)
      : hardware_(options.hardware_timestamps) {
    const UdpAddress parsed = parse_udp_address(address, rest);
    int index = 0;
    NetworkInterface interface;
    if (!parsed.interface.empty()) {
      interface = require_interface(address, parsed.interface, options.max_frame);
      index = interface.index;
    }
    if (hardware_ && parsed.interface.empty()) {
      throw PacketIoError(address, "an interface whose port stamps", "none named", "write udp:group:port@interface");
    }
    std::size_t buffer = SIZE_MAX;
    for (const net::Endpoint& endpoint : parsed.endpoints) {
      Socket s = open_socket(address, endpoint, parsed.interface, index);
      buffer = std::min(buffer, grow_receive_buffer(s.fd(), options.buffer_bytes));
      if (hardware_) require_hardware_stamps(address, interface, s.fd());
      ask_for_stamps(address, s.fd(), hardware_);
      lines_.push_back(std::make_unique<Line>(std::move(s), endpoint, options.max_frame, hardware_));
      description_ += (description_.empty() ? "" : ", ") + to_string(endpoint);
    }
    description_ += fmt::format("{}, socket buffer of {} bytes{}, headers rebuilt from the socket's addresses",
                                parsed.interface.empty() ? "" : " on " + parsed.interface, buffer,
                                buffer < options.buffer_bytes ? fmt::format(" ({} wanted)", options.buffer_bytes) : "");
  }

  std::size_t receive(std::span<SourceFrame> frames) override {
    std::size_t n = 0;
    // Another socket is asked first each time, so that one under load does not starve the others.
    const std::size_t lines = lines_.size();
    first_ = first_ + 1 < lines ? first_ + 1 : 0;
    const std::size_t share = std::max<std::size_t>(1, frames.size() / lines);
    bool merge = false;
    for (std::size_t i = 0; i < lines && n < frames.size(); ++i) {
      const std::size_t before = n;
      n += lines_[(first_ + i) % lines]->receive(frames.subspan(n, std::min(share, frames.size() - n)), counters_);
      merge |= before != 0 && n != before;
    }
    if (merge) by_time(frames.first(n));
    return n;
  }
  ReceiveCounters counters() override {
    counters_.dropped_full = 0;
    for (const auto& line : lines_) counters_.dropped_full += line->drops();
    return counters_;
  }
  TimestampSource timestamp_source() const noexcept override {
    return hardware_ ? TimestampSource::hardware : TimestampSource::kernel;
  }
  std::string describe() const override { return description_; }

 private:
  // Insertion: a few runs that are in order already, and std::stable_sort may allocate.
  static void by_time(std::span<SourceFrame> frames) noexcept {
    for (std::size_t i = 1; i < frames.size(); ++i) {
      const SourceFrame frame = frames[i];
      std::size_t at = i;
      for (; at > 0 && frame.timestamp < frames[at - 1].timestamp; --at) frames[at] = frames[at - 1];
      frames[at] = frame;
    }
  }

  bool hardware_;
  std::vector<std::unique_ptr<Line>> lines_;
  std::size_t first_ = 0;
  ReceiveCounters counters_;
  std::string description_;
};

}  // namespace

std::unique_ptr<PacketReceiver> open_udp_receiver(std::string_view address, std::string_view rest,
                                                  const PacketIoOptions& options) {
  return std::make_unique<UdpReceiver>(address, rest, options);
}

}  // namespace twinpath::drivers
