// Descriptors that are waited for together (epoll), each with what is to be done when it is ready. One thread.
#pragma once
#include <cstdint>
#include <functional>
#include <unordered_map>

#include "host/core/types.h"

namespace twinpath::gateway {

// CLOCK_MONOTONIC.
Nanoseconds monotonic_now() noexcept;

class EventLoop {
 public:
  using Ready = std::function<void(std::uint32_t events)>;

  // Throws std::system_error.
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // `events`: EPOLLIN, EPOLLOUT. The descriptor stays its owner's, who removes it before closing it.
  void add(int fd, std::uint32_t events, Ready ready);
  void change(int fd, std::uint32_t events);
  void remove(int fd);

  // Waits until something is ready, at most so long, and does what is to be done. Returns how many were ready.
  std::size_t wait(Nanoseconds most);

 private:
  int epoll_;
  std::unordered_map<int, Ready> all_;
};

}  // namespace twinpath::gateway
