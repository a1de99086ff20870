// TCP for the sessions: one thread that waits for all of its sockets and for the next deadline (epoll). Plumbing only:
// what bytes mean is the state machines' business.
//
// Asio would do, but brings buffers, timers and life times of its own, of which the sessions need none: they have their
// own bounded queues and deadlines.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>

#include "host/core/types.h"
#include "host/wire/net.h"

namespace twinpath::session {

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

class EventLoop {
 public:
  // What a socket is ready for.
  struct Ready {
    bool read;
    bool write;
  };
  using Handler = std::function<void(Ready)>;

  // Throws std::system_error when the kernel has no more descriptors, as all here do.
  EventLoop();

  // Calls `handler` whenever `fd` can be read, or has an error or an end to read; and written, if asked for.
  void watch(int fd, Handler handler);
  void want_write(int fd, bool wanted);
  // Before `fd` is closed. Its handler is not called again, and may call this itself.
  void forget(int fd);

  // Waits until something is ready, or until `deadline`, at most `longest`; calls the handlers of what is ready.
  void wait(Nanoseconds deadline, Nanoseconds longest);

  // Nanoseconds of a clock that never goes back (CLOCK_MONOTONIC): what all deadlines are counted in.
  static Nanoseconds now() noexcept;

 private:
  Descriptor epoll_;
  std::unordered_map<int, std::shared_ptr<Handler>> handlers_;
};

// A connection, or one that is being made.
class TcpConnection {
 public:
  enum class State : std::uint8_t { connecting, open, closed };

  // An accepted socket.
  TcpConnection(EventLoop& loop, Descriptor socket);
  // Begins to connect; whether it worked, state() tells once it is no longer `connecting`.
  TcpConnection(EventLoop& loop, const net::Endpoint& to);
  ~TcpConnection();
  TcpConnection(const TcpConnection&) = delete;
  TcpConnection& operator=(const TcpConnection&) = delete;

  // Called when there may be something to read, when writing is possible again, and when the state has changed. The
  // connection may be destroyed in it.
  void on_ready(std::function<void()> ready) { ready_ = std::move(ready); }

  // Neither waits. Bytes taken off, or put into, the socket; 0: none now, or closed.
  std::size_t read(std::span<std::uint8_t> into);
  std::size_t write(std::span<const std::uint8_t> bytes);
  // ready() is called once the socket can be written.
  void want_write();
  void close();

  State state() const noexcept { return state_; }
  int error() const noexcept { return error_; }  // errno of what closed it; 0: the other end, or close()

 private:
  void handle(EventLoop::Ready ready);
  void fail(int error);

  EventLoop& loop_;
  Descriptor socket_;
  State state_;
  int error_ = 0;
  bool writes_ = false;  // asks to be told when it can be written
  std::function<void()> ready_;
};

// The IPv4 address at the other end of a connected socket; 0: none.
std::uint32_t peer_address(int fd) noexcept;

class TcpListener {
 public:
  // Port 0: any that is free. Throws std::system_error naming the endpoint.
  TcpListener(EventLoop& loop, const net::Endpoint& at, std::function<void(Descriptor)> accepted);
  ~TcpListener();
  TcpListener(const TcpListener&) = delete;
  TcpListener& operator=(const TcpListener&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  std::uint64_t refused() const noexcept { return refused_; }  // for want of descriptors

 private:
  void take();

  EventLoop& loop_;
  Descriptor socket_;
  Descriptor spare_;  // given up for a moment to refuse a connection that there is no descriptor for
  std::function<void(Descriptor)> accepted_;
  std::uint16_t port_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace twinpath::session
