#include "host/session/tcp.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>

namespace twinpath::session {
namespace {

[[noreturn]] void fail_call(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

sockaddr_in address_of(const net::Endpoint& e) {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_addr.s_addr = htonl(e.address);
  a.sin_port = htons(e.port);
  return a;
}

Descriptor tcp_socket() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) fail_call("a TCP socket");
  return Descriptor(fd);
}

// An order is not to wait for the acknowledgement of the one before it.
void without_delay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

// ---- EventLoop ----

EventLoop::EventLoop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_.fd() < 0) fail_call("epoll_create1");
}

void EventLoop::watch(int fd, Handler handler) {
  epoll_event e{.events = EPOLLIN, .data = {.fd = fd}};
  if (::epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, fd, &e) != 0) fail_call("epoll_ctl");
  handlers_[fd] = std::make_shared<Handler>(std::move(handler));
}

void EventLoop::want_write(int fd, bool wanted) {
  epoll_event e{.events = wanted ? EPOLLIN | EPOLLOUT : EPOLLIN, .data = {.fd = fd}};
  if (::epoll_ctl(epoll_.fd(), EPOLL_CTL_MOD, fd, &e) != 0) fail_call("epoll_ctl");
}

void EventLoop::forget(int fd) {
  ::epoll_ctl(epoll_.fd(), EPOLL_CTL_DEL, fd, nullptr);
  handlers_.erase(fd);
}

void EventLoop::wait(Nanoseconds deadline, Nanoseconds longest) {
  const Nanoseconds t = now();
  const std::uint64_t wait = deadline > t ? std::min(deadline - t, longest).value : 0;
  // Rounded up: a wait that ends before its deadline would only be begun again.
  const int milliseconds = static_cast<int>(std::min<std::uint64_t>((wait + 999'999) / 1'000'000, 3'600'000));
  std::array<epoll_event, 64> events;
  const int n = ::epoll_wait(epoll_.fd(), events.data(), static_cast<int>(events.size()), milliseconds);
  if (n < 0 && errno != EINTR) fail_call("epoll_wait");
  for (int i = 0; i < n; ++i) {
    // One that was forgotten by a handler before it has nothing more to say.
    const auto h = handlers_.find(events[static_cast<std::size_t>(i)].data.fd);
    if (h == handlers_.end()) continue;
    const std::shared_ptr<Handler> handler = h->second;  // which may forget itself
    const std::uint32_t e = events[static_cast<std::size_t>(i)].events;
    (*handler)({.read = (e & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0, .write = (e & (EPOLLOUT | EPOLLERR)) != 0});
  }
}

Nanoseconds EventLoop::now() noexcept {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return {static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec)};
}

// ---- TcpConnection ----

TcpConnection::TcpConnection(EventLoop& loop, Descriptor socket)
    : loop_(loop), socket_(std::move(socket)), state_(State::open) {
  without_delay(socket_.fd());
  loop_.watch(socket_.fd(), [this](EventLoop::Ready r) { handle(r); });
}

TcpConnection::TcpConnection(EventLoop& loop, const net::Endpoint& to)
    : loop_(loop), socket_(tcp_socket()), state_(State::connecting) {
  without_delay(socket_.fd());
  const sockaddr_in a = address_of(to);
  loop_.watch(socket_.fd(), [this](EventLoop::Ready r) { handle(r); });
  if (::connect(socket_.fd(), reinterpret_cast<const sockaddr*>(&a), sizeof a) == 0) {
    state_ = State::open;
  } else if (errno != EINPROGRESS) {
    fail(errno);
    return;
  }
  // Made or failed, it can be written; ready() is called then.
  writes_ = true;
  loop_.want_write(socket_.fd(), true);
}

TcpConnection::~TcpConnection() { close(); }

void TcpConnection::handle(EventLoop::Ready ready) {
  if (state_ == State::connecting) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
      fail(error);
    } else if (ready.write) {
      state_ = State::open;
    }
  }
  if (state_ == State::open && ready.write && writes_) {
    writes_ = false;
    loop_.want_write(socket_.fd(), false);
  }
  const std::function<void()> call = ready_;  // it may destroy this
  if (call) call();
}

std::size_t TcpConnection::read(std::span<std::uint8_t> into) {
  if (state_ != State::open) return 0;
  for (;;) {
    const ssize_t n = ::recv(socket_.fd(), into.data(), into.size(), 0);
    if (n > 0) return static_cast<std::size_t>(n);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) fail(n == 0 ? 0 : errno);
    return 0;
  }
}

std::size_t TcpConnection::write(std::span<const std::uint8_t> bytes) {
  std::size_t done = 0;
  while (state_ == State::open && done < bytes.size()) {
    const ssize_t n = ::send(socket_.fd(), bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (n >= 0) {
      done += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      want_write();
      break;
    } else if (errno != EINTR) {
      fail(errno);
    }
  }
  return done;
}

void TcpConnection::want_write() {
  if (state_ != State::closed && !writes_) loop_.want_write(socket_.fd(), writes_ = true);
}

void TcpConnection::fail(int error) {
  close();
  error_ = error;
}

void TcpConnection::close() {
  if (socket_.fd() < 0) return;
  loop_.forget(socket_.fd());
  socket_ = Descriptor();
  state_ = State::closed;
}

// ---- TcpListener ----

std::uint32_t peer_address(int fd) noexcept {
  sockaddr_in peer{};
  socklen_t length = sizeof peer;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) != 0 || peer.sin_family != AF_INET) return 0;
  return ntohl(peer.sin_addr.s_addr);
}

TcpListener::TcpListener(EventLoop& loop, const net::Endpoint& at, std::function<void(Descriptor)> accepted)
    : loop_(loop),
      socket_(tcp_socket()),
      spare_(::open("/dev/null", O_RDONLY | O_CLOEXEC)),
      accepted_(std::move(accepted)) {
  const int on = 1;
  ::setsockopt(socket_.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in a = address_of(at);
  socklen_t size = sizeof a;
  if (::bind(socket_.fd(), reinterpret_cast<const sockaddr*>(&a), sizeof a) != 0 || ::listen(socket_.fd(), 128) != 0) {
    std::array<char, INET_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET, &a.sin_addr, text.data(), text.size());
    fail_call("cannot listen on " + std::string(text.data()) + ":" + std::to_string(at.port));
  }
  ::getsockname(socket_.fd(), reinterpret_cast<sockaddr*>(&a), &size);
  port_ = ntohs(a.sin_port);
  loop_.watch(socket_.fd(), [this](EventLoop::Ready) { take(); });
}

TcpListener::~TcpListener() { loop_.forget(socket_.fd()); }

void TcpListener::take() {
  for (;;) {
    const int fd = ::accept4(socket_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      accepted_(Descriptor(fd));
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno != EMFILE && errno != ENFILE) return;
    // Left in the queue it would wake us for ever.
    spare_ = Descriptor();
    const Descriptor refused(::accept4(socket_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    if (refused.fd() < 0) return;
    ++refused_;
    spare_ = Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  }
}

}  // namespace twinpath::session
