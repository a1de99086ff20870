#include "host/session/soup_tcp.h"

#include <array>
#include <utility>

namespace twinpath::session {
namespace {

constexpr std::size_t kRead = 1 << 16;
// Of one connection before others have their turn.
constexpr int kReads = 4, kWrites = 4;

}  // namespace

SoupTcpClient::SoupTcpClient(EventLoop& loop, const net::Endpoint& server, SoupClient& client)
    : loop_(loop), server_(server), client_(client) {}

void SoupTcpClient::turn() {
  const Nanoseconds now = EventLoop::now();
  client_.advance(now);
  if (connection_ && (!client_.wants_connection() || attempt_ != client_.attempt())) connection_.reset();
  if (!connection_ && client_.state() == SoupClient::State::connecting) {
    attempt_ = client_.attempt();
    told_ = false;
    connection_ = std::make_unique<TcpConnection>(loop_, server_);
    connection_->on_ready([this] { turn(); });
  }
  if (connection_) exchange();
}

void SoupTcpClient::exchange() {
  const Nanoseconds now = EventLoop::now();
  if (connection_->state() == TcpConnection::State::open && !told_) {
    told_ = true;
    client_.connected(now);
  }
  std::array<std::uint8_t, kRead> bytes;
  for (int i = 0; i < kReads; ++i) {
    const std::size_t n = connection_->read(bytes);
    if (n == 0) break;
    client_.receive(std::span(bytes).first(n), now);
  }
  if (client_.wants_connection() && attempt_ == client_.attempt()) {
    const std::size_t n = connection_->write(client_.output());
    if (n != 0) client_.sent(n, now);
    if (connection_->state() == TcpConnection::State::closed) client_.disconnected(now);
  }
  if (!client_.wants_connection() || attempt_ != client_.attempt()) connection_.reset();
}

SoupTcpServer::SoupTcpServer(EventLoop& loop, Descriptor socket, const SoupServerOptions& options,
                             SoupServerHandler& handler, SoupServerCounters& counters)
    : connection_(loop, std::move(socket)), session_(options, handler, counters, EventLoop::now()) {
  connection_.on_ready([this] { turn(); });
}

void SoupTcpServer::turn() {
  const Nanoseconds now = EventLoop::now();
  std::array<std::uint8_t, kRead> bytes;
  for (int i = 0; i < kReads; ++i) {
    const std::size_t n = connection_.read(bytes);
    if (n == 0) break;
    session_.receive(std::span(bytes).first(n), now);
  }
  // What the client's socket takes now is not held against the client: it may be us who did not run for a while.
  if (const std::size_t n = session_.output().empty() ? 0 : connection_.write(session_.output()); n != 0)
    session_.sent(n, now);
  session_.advance(now);
  // A replay goes on behind what the socket took; after some of it, others have their turn.
  for (int i = 0; !session_.output().empty(); ++i) {
    if (i == kWrites) {
      connection_.want_write();
      break;
    }
    const std::size_t n = connection_.write(session_.output());
    if (n == 0) break;
    session_.sent(n, now);
  }
  if (connection_.state() == TcpConnection::State::closed) session_.cut(SoupEnd::connection_lost);
  if (ended()) connection_.close();
}

}  // namespace twinpath::session
