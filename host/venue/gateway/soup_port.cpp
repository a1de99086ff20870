#include "host/venue/gateway/soup_port.h"

#include <algorithm>
#include <utility>

namespace twinpath::gateway {
namespace {

using session::EventLoop;
using session::TcpConnection;
using State = session::SoupServerSession::State;

// Of a connection in a round: nobody's talk keeps the others waiting.
constexpr std::size_t kBytesARound = 1 << 16;

}  // namespace

SoupPort::SoupPort(std::string name, const net::Endpoint& at, SoupService& service, EventLoop& loop,
                   std::size_t most_connections)
    : name_(std::move(name)),
      service_(service),
      loop_(loop),
      most_(most_connections),
      buffer_(kBytesARound),
      listener_(std::make_unique<session::TcpListener>(
          loop, at, [this](session::Descriptor socket) { accept(std::move(socket)); })),
      port_(listener_->port()) {}

void SoupPort::accept(session::Descriptor socket) {
  if (connections_.size() >= most_ && !make_room()) {
    ++turned_away_;
    return;
  }
  ++accepted_;
  auto c = std::make_unique<Connection>();
  c->soup = service_.accept(EventLoop::now(), session::peer_address(socket.fd()));
  c->tcp = std::make_unique<TcpConnection>(loop_, std::move(socket));
  c->tcp->on_ready([this, at = c.get()] { receive(*at); });
  connections_.push_back(std::move(c));
}

bool SoupPort::make_room() {
  const auto silent = std::ranges::find_if(
      connections_, [](const auto& c) { return c->soup->session().state() == State::awaiting_login; });
  if (silent == connections_.end()) return false;
  (*silent)->soup->session().cut(session::SoupEnd::displaced);
  (*silent)->soup->closed(EventLoop::now());
  connections_.erase(silent);
  return true;
}

void SoupPort::receive(Connection& c) {
  session::SoupServerSession& s = c.soup->session();
  if (s.state() == State::ended) return;
  const std::size_t n = c.tcp->read(buffer_);
  const Nanoseconds now = EventLoop::now();
  c.soup->settle(now);
  if (n != 0) s.receive({buffer_.data(), n}, now);
  if (c.tcp->state() == TcpConnection::State::closed) s.cut(session::SoupEnd::connection_lost);
  c.soup->settle(now);
}

void SoupPort::send(Connection& c, Nanoseconds now) {
  session::SoupServerSession& s = c.soup->session();
  while (!s.output().empty()) {
    const std::size_t n = c.tcp->write(s.output());
    if (n == 0) break;
    s.sent(n, now);
  }
  if (c.tcp->state() == TcpConnection::State::closed) s.cut(session::SoupEnd::connection_lost);
}

void SoupPort::advance(Nanoseconds now) {
  bool ended = false;
  for (const auto& c : connections_) {
    session::SoupServerSession& s = c->soup->session();
    // What the client's socket takes now is not held against the client: it may be us who did not run for a while.
    if (!s.output().empty()) send(*c, now);
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
  for (const auto& c : gone) c->soup->closed(now);
}

Nanoseconds SoupPort::next_deadline() const noexcept {
  Nanoseconds due = session::kNever;
  for (const auto& c : connections_) due = std::min(due, c->soup->session().next_deadline());
  return due;
}

}  // namespace twinpath::gateway
