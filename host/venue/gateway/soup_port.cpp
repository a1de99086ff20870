#include "host/venue/gateway/soup_port.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace twinpath::gateway {
namespace {

using State = session::SoupServerSession::State;

// Of a connection in a round: nobody's talk keeps the others waiting.
constexpr std::size_t kBytesARound = 1 << 16;

}  // namespace

SoupPort::SoupPort(std::string name, const net::Endpoint& at, SoupService& service, EventLoop& loop,
                   std::size_t most_connections)
    : name_(std::move(name)), service_(service), loop_(loop), most_(most_connections), buffer_(kBytesARound) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const auto fail = [&](const char* what) {
    const int error = errno;
    if (listener_ >= 0) close(listener_);
    throw std::system_error(error, std::generic_category(),
                            name_ + ", port " + std::to_string(at.port) + ": " + what);
  };
  if (listener_ < 0) fail("no socket");
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(at.port);
  a.sin_addr.s_addr = htonl(at.address);
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&a), sizeof a) != 0) fail("cannot be bound");
  if (listen(listener_, 128) != 0) fail("cannot be listened on");
  socklen_t size = sizeof a;
  if (getsockname(listener_, reinterpret_cast<sockaddr*>(&a), &size) != 0) fail("has no name");
  port_ = ntohs(a.sin_port);
  loop_.add(listener_, EPOLLIN, [this](std::uint32_t) { accept(); });
}

SoupPort::~SoupPort() {
  close_door();
  for (const auto& c : connections_) {
    loop_.remove(c->fd);
    close(c->fd);
  }
}

void SoupPort::close_door() {
  if (listener_ < 0) return;
  loop_.remove(listener_);
  close(std::exchange(listener_, -1));
}

void SoupPort::accept() {
  for (;;) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && errno == EINTR) continue;
    if (fd < 0) return;
    if (connections_.size() >= most_) {
      ++turned_away_;
      close(fd);
      continue;
    }
    ++accepted_;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto c = std::make_unique<Connection>(Connection{fd, service_.accept(monotonic_now())});
    Connection* const at = c.get();
    connections_.push_back(std::move(c));
    loop_.add(fd, EPOLLIN, [this, at](std::uint32_t events) {
      if ((events & ~std::uint32_t{EPOLLOUT}) != 0) receive(*at);
    });
  }
}

void SoupPort::receive(Connection& c) {
  session::SoupServerSession& s = c.soup->session();
  if (s.state() == State::ended) return;
  const ssize_t n = read(c.fd, buffer_.data(), buffer_.size());
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  const Nanoseconds now = monotonic_now();
  c.soup->settle(now);
  if (n <= 0)
    s.cut(session::SoupEnd::connection_lost);
  else
    s.receive({buffer_.data(), static_cast<std::size_t>(n)}, now);
  c.soup->settle(now);
}

void SoupPort::send(Connection& c, Nanoseconds now) {
  session::SoupServerSession& s = c.soup->session();
  bool waits = false;
  while (!s.output().empty() && !waits) {
    const ssize_t n = ::send(c.fd, s.output().data(), s.output().size(), MSG_NOSIGNAL);
    if (n > 0) {
      s.sent(static_cast<std::size_t>(n), now);
    } else if (errno == EAGAIN) {
      waits = true;
    } else if (errno != EINTR) {
      s.cut(session::SoupEnd::connection_lost);
    }
  }
  if (waits == c.waits || s.state() == State::ended) return;
  c.waits = waits;
  loop_.change(c.fd, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void SoupPort::advance(Nanoseconds now) {
  bool ended = false;
  for (const auto& c : connections_) {
    session::SoupServerSession& s = c->soup->session();
    s.advance(now);
    c->soup->settle(now);
    if (!s.output().empty()) send(*c, now);
    ended |= s.state() == State::ended;
  }
  if (!ended) return;
  std::vector<std::unique_ptr<Connection>> gone;
  for (auto& c : connections_)
    if (c->soup->session().state() == State::ended) gone.push_back(std::move(c));
  std::erase(connections_, nullptr);
  for (const auto& c : gone) {
    c->soup->closed(now);
    loop_.remove(c->fd);
    close(c->fd);
  }
}

Nanoseconds SoupPort::next_deadline() const noexcept {
  Nanoseconds due = session::kNever;
  for (const auto& c : connections_) due = std::min(due, c->soup->session().next_deadline());
  return due;
}

}  // namespace twinpath::gateway
