// SoupBinTCP sessions on TCP: the state machines' bytes to sockets and back.
#pragma once
#include <functional>
#include <memory>

#include "host/session/soup_client.h"
#include "host/session/soup_server.h"
#include "host/session/tcp.h"

namespace twinpath::session {

// A client's connections. Call turn() when next_deadline() is due, and whenever the client was given something to send.
class SoupTcpClient {
 public:
  // All three must outlive it.
  SoupTcpClient(EventLoop& loop, const net::Endpoint& server, SoupClient& client);

  void turn();
  Nanoseconds next_deadline() const noexcept { return client_.next_deadline(); }

 private:
  void exchange();

  EventLoop& loop_;
  net::Endpoint server_;
  SoupClient& client_;
  std::unique_ptr<TcpConnection> connection_;
  std::uint64_t attempt_ = 0;
  bool told_ = false;  // the client knows that it is connected
};

// One client's connection to a server. Call turn() when next_deadline() is due and whenever the log has grown; after
// ended() it is to be destroyed.
class SoupTcpServer {
 public:
  SoupTcpServer(EventLoop& loop, Descriptor socket, const SoupServerOptions& options, SoupServerHandler& handler,
                SoupServerCounters& counters);

  void turn();
  Nanoseconds next_deadline() const noexcept { return session_.next_deadline(); }
  bool ended() const noexcept { return session_.state() == SoupServerSession::State::ended; }
  SoupServerSession& session() noexcept { return session_; }

 private:
  TcpConnection connection_;
  SoupServerSession session_;
};

}  // namespace twinpath::session
