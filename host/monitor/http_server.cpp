#include "host/monitor/http_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace twinpath {
namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 421:
      return "Misdirected Request";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Error";
  }
}

struct Endpoint {
  sockaddr_storage address{};
  socklen_t size = 0;
  bool loopback = false;
};

std::optional<Endpoint> endpoint_of(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string::npos) return {};
  std::string host = listen.substr(0, colon);
  unsigned port = 0;
  const char* const end = listen.data() + listen.size();
  const auto [next, error] = std::from_chars(listen.data() + colon + 1, end, port);
  if (error != std::errc{} || next != end || port > 65'535) return {};
  if (host == "localhost") host = "127.0.0.1";
  Endpoint e;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    sockaddr_in6 a{};
    a.sin6_family = AF_INET6;
    a.sin6_port = htons(static_cast<std::uint16_t>(port));
    if (::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &a.sin6_addr) != 1) return {};
    e.loopback = IN6_IS_ADDR_LOOPBACK(&a.sin6_addr);
    std::memcpy(&e.address, &a, e.size = sizeof a);
    return e;
  }
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::inet_pton(AF_INET, host.c_str(), &a.sin_addr) != 1) return {};
  e.loopback = ntohl(a.sin_addr.s_addr) >> 24U == 127;
  std::memcpy(&e.address, &a, e.size = sizeof a);
  return e;
}

}  // namespace

HttpServer::HttpServer(const std::string& listen, Handler handler) : handler_(std::move(handler)) {
  const auto e = endpoint_of(listen);
  if (!e)
    throw std::runtime_error(
        fmt::format("--listen: expected an address and a port, like 127.0.0.1:9464 or [::1]:9464, found '{}'", listen));
  loopback_ = e->loopback;
  listener_ = ::socket(e->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  Endpoint has;
  has.size = sizeof has.address;
  if (listener_ < 0 || ::bind(listener_, reinterpret_cast<const sockaddr*>(&e->address), e->size) != 0 ||
      ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&has.address), &has.size) != 0) {
    const int error = errno;
    ::close(listener_);
    throw std::runtime_error(
        fmt::format("--listen: expected to listen at {}, found '{}'; give a free port of this "
                    "machine",
                    listen, std::strerror(error)));
  }
  // The port is at the same place in both kinds of address.
  const auto* in = reinterpret_cast<const sockaddr_in*>(&has.address);
  address_ = fmt::format("{}:{}", listen.substr(0, listen.rfind(':')), ntohs(in->sin_port));
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) == 0) name_ = name.data();
}

HttpServer::~HttpServer() {
  for (const Connection& c : connections_) ::close(c.fd);
  ::close(listener_);
}

std::size_t HttpServer::streams() const noexcept {
  return static_cast<std::size_t>(std::ranges::count(connections_, State::streaming, &Connection::state));
}

void HttpServer::take() {
  const auto ending = [this] {
    return static_cast<std::size_t>(std::ranges::count(connections_, State::ending, &Connection::state));
  };
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    if (connections_.size() == kMostConnections + kMostEnding) {
      // Of those that have their answer, of whom there are enough, the one that came first gives way.
      const auto first = std::ranges::find(connections_, State::ending, &Connection::state);
      ::close(first->fd);
      connections_.erase(first);
    }
    const bool full = connections_.size() - ending() >= kMostConnections;
    connections_.push_back({fd, State::reading, {}, {}, Clock::now() + kRequestWithin});
    if (!full) continue;
    // It may have asked already: closed at once, it could lose its answer to the reset.
    Connection& c = connections_.back();
    refuse(c, 503, fmt::format("at most {} connections", kMostConnections));
    if (c.state == State::ending) continue;
    ::close(fd);
    connections_.pop_back();
  }
}

void HttpServer::answer(Connection& c, const HttpAnswer& a, bool head) {
  c.out = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n", a.status,
      reason_of(a.status), a.type);
  for (const auto& [name, value] : a.headers) c.out += fmt::format("{}: {}\r\n", name, value);
  if (!a.stream) c.out += fmt::format("Content-Length: {}\r\n", a.body.size());
  c.out += "Connection: close\r\n\r\n";
  if (!head) c.out += a.body;
  c.in.clear();
  c.state = a.stream && !head ? State::streaming : State::answering;
  c.until = Clock::now() + kTakenWithin;
  write(c);
}

void HttpServer::refuse(Connection& c, int status, std::string_view expected) {
  HttpAnswer a;
  a.status = status;
  a.body = fmt::format("{} {}: expected {}\n", status, reason_of(status), expected);
  answer(c, a, false);
}

void HttpServer::read(Connection& c) {
  std::array<char, 4096> bytes;
  for (int i = 0; i < 4; ++i) {  // no more of one connection in one round
    const auto n = ::recv(c.fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
      c.state = State::closed;
      return;
    }
    if (c.state != State::reading) continue;  // nothing more is listened to
    c.in.append(bytes.data(), static_cast<std::size_t>(n));
    HttpRequest request;
    const HttpParsed parsed = parse_http(c.in, request);
    if (parsed.status == 0) continue;
    if (parsed.status != 200) return refuse(c, parsed.status, parsed.what);
    if (!host_is_here(request.header("host"), name_))
      return refuse(c, 421, "a 'host' that is a number, localhost or this machine's name");
    HttpAnswer a = handler_(request);
    if (a.stream && streams() >= kMostStreams)
      return refuse(c, 503, fmt::format("at most {} streams of events", kMostStreams));
    return answer(c, a, request.method == "HEAD");
  }
}

void HttpServer::write(Connection& c) {
  while (!c.out.empty()) {
    const auto n = ::send(c.fd, c.out.data(), c.out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
      c.state = State::closed;
      return;
    }
    c.out.erase(0, static_cast<std::size_t>(n));
    c.until = Clock::now() + kTakenWithin;
  }
  if (c.state != State::answering) return;
  // Closed with bytes unread, the answer could be lost to the client: what it still sends is taken for a second.
  ::shutdown(c.fd, SHUT_WR);
  c.state = State::ending;
  c.until = Clock::now() + std::chrono::seconds(1);
}

void HttpServer::round(std::chrono::milliseconds wait) {
  std::vector<pollfd> fds{{listener_, POLLIN, 0}};
  for (const Connection& c : connections_)
    fds.push_back(
        {c.fd, static_cast<short>((c.state == State::answering ? 0 : POLLIN) | (c.out.empty() ? 0 : POLLOUT)), 0});
  if (::poll(fds.data(), fds.size(), static_cast<int>(wait.count())) < 0) return;
  for (std::size_t i = 0; i + 1 < fds.size(); ++i) {
    Connection& c = connections_[i];
    const short ready = fds[i + 1].revents;
    if ((ready & POLLOUT) != 0) write(c);
    if ((ready & (POLLIN | POLLHUP | POLLERR)) != 0 && c.state != State::closed) read(c);
  }
  const auto now = Clock::now();
  for (Connection& c : connections_) {
    if (now < c.until) continue;
    if (c.state == State::reading) {
      refuse(c, 408, fmt::format("a whole request within {} seconds", kRequestWithin.count()));
    } else if (c.state != State::streaming || !c.out.empty()) {
      c.state = State::closed;
    }
  }
  std::erase_if(connections_, [](const Connection& c) {
    if (c.state == State::closed) ::close(c.fd);
    return c.state == State::closed;
  });
  if (fds[0].revents != 0) take();
}

void HttpServer::publish(std::string_view event) {
  for (Connection& c : connections_) {
    if (c.state != State::streaming || !c.out.empty()) continue;
    c.out = event;
    c.until = Clock::now() + kTakenWithin;
    write(c);
  }
}

}  // namespace twinpath
