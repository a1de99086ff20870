// A TCP port behind which a SoupService stands: accepts, reads, writes and closes its connections.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/session/tcp.h"
#include "host/venue/gateway/soup_service.h"

namespace twinpath::gateway {

class SoupPort {
 public:
  // Listens at `at` (port 0: any). Loop and service outlive it. When there are `most_connections`, a further one takes
  // the place of the oldest that has not logged in, so that nobody keeps others out by saying nothing; it is closed as
  // it comes when all have. Throws std::system_error.
  SoupPort(std::string name, const net::Endpoint& at, SoupService& service, session::EventLoop& loop,
           std::size_t most_connections);

  // Sends what logs and times demand, and closes what has ended: after every round of the loop.
  void advance(Nanoseconds now);
  Nanoseconds next_deadline() const noexcept;
  // No further connections.
  void close_door() { listener_.reset(); }

  std::uint16_t port() const noexcept { return port_; }
  const std::string& name() const noexcept { return name_; }
  std::size_t connections() const noexcept { return connections_.size(); }
  std::uint64_t accepted() const noexcept { return accepted_; }
  std::uint64_t turned_away() const noexcept { return turned_away_; }  // for want of room

 private:
  struct Connection {
    std::unique_ptr<SoupConnection> soup;
    std::unique_ptr<session::TcpConnection> tcp;
  };

  void accept(session::Descriptor socket);
  bool make_room();
  void receive(Connection& c);
  void send(Connection& c, Nanoseconds now);

  std::string name_;
  SoupService& service_;
  session::EventLoop& loop_;
  std::size_t most_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::uint8_t> buffer_;
  std::uint64_t accepted_ = 0, turned_away_ = 0;
  std::unique_ptr<session::TcpListener> listener_;
  std::uint16_t port_;
};

}  // namespace twinpath::gateway
