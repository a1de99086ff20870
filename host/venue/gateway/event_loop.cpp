#include "host/venue/gateway/event_loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

namespace twinpath::gateway {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

}  // namespace

Nanoseconds monotonic_now() noexcept {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return {static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec)};
}

EventLoop::EventLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) fail("event loop: no epoll");
}

EventLoop::~EventLoop() { close(epoll_); }

void EventLoop::add(int fd, std::uint32_t events, Ready ready) {
  epoll_event e{};
  e.events = events;
  e.data.fd = fd;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &e) != 0) fail("event loop: a descriptor cannot be added");
  all_[fd] = std::move(ready);
}

void EventLoop::change(int fd, std::uint32_t events) {
  epoll_event e{};
  e.events = events;
  e.data.fd = fd;
  if (epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &e) != 0) fail("event loop: a descriptor cannot be changed");
}

void EventLoop::remove(int fd) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  all_.erase(fd);
}

std::size_t EventLoop::wait(Nanoseconds most) {
  // Rounded up, so that what is due is due when it returns.
  const auto ms = static_cast<int>(std::min<std::uint64_t>((most.value + 999'999) / 1'000'000, 1'000));
  std::array<epoll_event, 64> events;
  const int n = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), ms);
  for (int i = 0; i < n; ++i)
    if (const auto found = all_.find(events[static_cast<std::size_t>(i)].data.fd); found != all_.end())
      found->second(events[static_cast<std::size_t>(i)].events);
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

}  // namespace twinpath::gateway
