// Whole reads and writes on a stream socket.
#pragma once
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <span>
#include <system_error>

namespace twinpath {

// False when the other end has gone.
inline bool read_all(int fd, std::span<std::uint8_t> to) {
  for (std::size_t at = 0; at < to.size();) {
    const ssize_t n = recv(fd, to.data() + at, to.size() - at, 0);
    if (n == 0 || (n < 0 && errno == ECONNRESET)) return false;
    if (n < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "reading from a socket");
    if (n > 0) at += static_cast<std::size_t>(n);
  }
  return true;
}

// False when the other end has gone; no signal is raised.
inline bool write_all(int fd, std::span<const std::uint8_t> from) {
  for (std::size_t at = 0; at < from.size();) {
    const ssize_t n = send(fd, from.data() + at, from.size() - at, MSG_NOSIGNAL);
    if (n < 0 && (errno == EPIPE || errno == ECONNRESET)) return false;
    if (n < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "writing to a socket");
    if (n > 0) at += static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace twinpath
