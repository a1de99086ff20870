#include "drivers/af_packet.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "drivers/endpoint_filter.h"
#include "drivers/frame_rooms.h"
#include "drivers/packet_ring.h"
#include "drivers/socket.h"

namespace twinpath::drivers {
namespace {

struct AfPacketAddress {
  std::string_view interface;
  bool blocks = false;
};

AfPacketAddress parse(std::string_view address, std::string_view rest) {
  const std::size_t comma = rest.find(',');
  AfPacketAddress parsed{rest.substr(0, comma)};
  if (comma == std::string_view::npos) return parsed;
  if (rest.substr(comma + 1) != "blocks") {
    throw PacketIoError(address, "nothing or ',blocks' behind the interface", fmt::format("'{}'", rest.substr(comma)),
                        "write af_packet:interface or af_packet:interface,blocks");
  }
  parsed.blocks = true;
  return parsed;
}

// Protocol 0 receives nothing until the socket is bound to all protocols of the interface.
Socket open_socket(std::string_view address) {
  Socket s(socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (s.fd() < 0) fail_call(address, "opening a packet socket", errno);
  return s;
}

void bind_socket(std::string_view address, const Socket& s, const NetworkInterface& interface, unsigned protocol) {
  sockaddr_ll local{};
  local.sll_family = AF_PACKET;
  local.sll_protocol = htons(static_cast<std::uint16_t>(protocol));
  local.sll_ifindex = interface.index;
  if (bind(s.fd(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0)
    fail_call(address, "binding to interface " + interface.name, errno);
}

class AfPacketReceiver final : public PacketReceiver {
 public:
  AfPacketReceiver(std::string_view address, const AfPacketAddress& parsed, const PacketIoOptions& options)
      : interface_(require_interface(address, parsed.interface, options.max_frame)),
        socket_(open_socket(address)),
        membership_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
        hardware_(options.hardware_timestamps) {
    if (hardware_) {
      require_hardware_stamps(address, interface_, socket_.fd());
      const int source = SOF_TIMESTAMPING_RAW_HARDWARE;
      if (setsockopt(socket_.fd(), SOL_PACKET, PACKET_TIMESTAMP, &source, sizeof source) != 0)
        fail_call(address, "asking for hardware receive stamps", errno);
    }
    ring_.emplace(address, socket_.fd(), parsed.blocks, options.buffer_bytes, options.max_frame);
    const int on = 1;
    setsockopt(socket_.fd(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
    EndpointFilter(options.groups).attach(socket_.fd());
    if (options.groups.empty()) {
      packet_mreq all{};
      all.mr_ifindex = interface_.index;
      all.mr_type = PACKET_MR_PROMISC;
      if (setsockopt(socket_.fd(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) != 0)
        fail_call(address, "setting the interface promiscuous", errno);
    }
    // A socket of its own holds the memberships; it is bound to no port, so nothing is queued on it.
    for (const net::Endpoint& e : options.groups) {
      if (net::is_multicast(e.address)) join_group(address, membership_.fd(), e.address, interface_.index);
    }
    bind_socket(address, socket_, interface_, ETH_P_ALL);
    description_ =
        fmt::format("{}, ring of {} bytes in {}, {}", interface_.name, ring_->bytes(),
                    parsed.blocks ? "blocks" : "frames", options.groups.empty() ? "promiscuous" : "filtered by group");
    version3_ = parsed.blocks;
  }

  std::size_t receive(std::span<SourceFrame> frames) override { return ring_->receive(frames, hardware_, counters_); }
  ReceiveCounters counters() override {
    // The kernel sets its counters to zero when they are read.
    tpacket_stats_v3 s{};
    socklen_t size = version3_ ? sizeof s : sizeof(tpacket_stats);
    if (getsockopt(socket_.fd(), SOL_PACKET, PACKET_STATISTICS, &s, &size) == 0) counters_.dropped_full += s.tp_drops;
    return counters_;
  }
  TimestampSource timestamp_source() const noexcept override {
    return hardware_ ? TimestampSource::hardware : TimestampSource::kernel;
  }
  std::string describe() const override { return description_; }

 private:
  NetworkInterface interface_;
  Socket socket_;
  Socket membership_;
  bool hardware_;
  bool version3_ = false;
  std::optional<PacketRing> ring_;
  ReceiveCounters counters_;
  std::string description_;
};

class AfPacketSender final : public PacketSender {
 public:
  AfPacketSender(std::string_view address, const AfPacketAddress& parsed, const PacketIoOptions& options)
      : socket_(open_socket(address)),
        interface_(require_interface(address, parsed.interface, options.max_frame)),
        rooms_(options.max_frame) {
    const int on = 1;
    setsockopt(socket_.fd(), SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on);
    bind_socket(address, socket_, interface_, 0);
  }

  std::span<const std::span<std::uint8_t>> claim(std::size_t) override { return rooms_.all(); }

  std::size_t send(std::span<const std::size_t> sizes) override {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const std::span<const std::uint8_t> frame = rooms_.frame(i, sizes[i]);
      iov_[i] = {const_cast<std::uint8_t*>(frame.data()), frame.size()};
      messages_[i].msg_hdr.msg_iov = &iov_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
    }
    std::size_t done = 0;
    while (done < sizes.size()) {
      const int n =
          sendmmsg(socket_.fd(), messages_.data() + done, static_cast<unsigned>(sizes.size() - done), MSG_DONTWAIT);
      if (n > 0) {
        for (int i = 0; i < n; ++i) counters_.bytes += sizes[done++];
        counters_.frames += static_cast<std::uint64_t>(n);
      } else if (errno == EAGAIN || errno == ENOBUFS) {
        ++counters_.full;
        break;
      } else if (errno != EINTR) {
        ++(errno == EMSGSIZE ? counters_.refused : counters_.errors);
        ++done;
      }
    }
    rooms_.done(done);
    return done;
  }
  std::size_t max_frame() const noexcept override { return rooms_.max_frame(); }
  SendCounters counters() override { return counters_; }

 private:
  Socket socket_;
  NetworkInterface interface_;
  FrameRooms rooms_;
  std::array<iovec, kSendRooms> iov_{};
  std::array<mmsghdr, kSendRooms> messages_{};
  SendCounters counters_;
};

}  // namespace

std::unique_ptr<PacketReceiver> open_af_packet_receiver(std::string_view address, std::string_view rest,
                                                        const PacketIoOptions& options) {
  return std::make_unique<AfPacketReceiver>(address, parse(address, rest), options);
}

std::unique_ptr<PacketSender> open_af_packet_sender(std::string_view address, std::string_view rest,
                                                    const PacketIoOptions& options) {
  return std::make_unique<AfPacketSender>(address, parse(address, rest), options);
}

}  // namespace twinpath::drivers
