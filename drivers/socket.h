// What the drivers on kernel sockets share: the descriptor, network interfaces, receive stamps, errors.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "host/path/packet_io.h"
#include "host/wire/net.h"

namespace twinpath::drivers {

class Socket {
 public:
  explicit Socket(int fd) noexcept : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Socket& operator=(Socket&&) = delete;
  ~Socket();

  int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

struct NetworkInterface {
  std::string name;
  int index = 0;
  std::size_t mtu = 0;  // bytes of an IPv4 packet
  bool up = false;
  net::MacAddress mac{};
};

// Throws PacketIoError: no such interface (names those there are), it is down, or its MTU does not take max_frame.
NetworkInterface require_interface(std::string_view address, std::string_view name, std::size_t max_frame);

// Asks the port to stamp every frame it receives, and the socket to deliver those stamps. PacketIoError where it has
// no hardware receive stamps or they may not be switched on.
void require_hardware_stamps(std::string_view address, const NetworkInterface& interface, int fd);

// The membership lasts as long as the socket. PacketIoError names the group.
void join_group(std::string_view address, int fd, std::uint32_t group, int interface_index);

// Asks for `bytes` of receive buffer, by force where that is allowed, and returns what the kernel gave.
std::size_t grow_receive_buffer(int fd, std::size_t bytes);

// A bridge between errno of a socket call that opens something, and words: "<call>: <reason>".
[[noreturn]] void fail_call(std::string_view address, std::string_view call, int error);

std::string to_string(const net::Endpoint& endpoint);

}  // namespace twinpath::drivers
