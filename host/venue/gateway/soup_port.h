// A TCP port behind which a SoupService stands: accepts, reads, writes and closes its connections.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/venue/gateway/event_loop.h"
#include "host/venue/gateway/soup_service.h"
#include "host/wire/net.h"

namespace twinpath::gateway {

class SoupPort {
 public:
  // Listens at `at` (port 0: any). Loop and service outlive it. More than `most_connections` at once are closed as they
  // come. Throws std::system_error that names the port.
  SoupPort(std::string name, const net::Endpoint& at, SoupService& service, EventLoop& loop,
           std::size_t most_connections);
  ~SoupPort();
  SoupPort(const SoupPort&) = delete;
  SoupPort& operator=(const SoupPort&) = delete;

  // Sends what logs and times demand, and closes what has ended: after every round of the loop.
  void advance(Nanoseconds now);
  Nanoseconds next_deadline() const noexcept;
  // No further connections.
  void close_door();

  std::uint16_t port() const noexcept { return port_; }
  const std::string& name() const noexcept { return name_; }
  std::size_t connections() const noexcept { return connections_.size(); }
  std::uint64_t accepted() const noexcept { return accepted_; }
  std::uint64_t turned_away() const noexcept { return turned_away_; }  // for want of room

 private:
  struct Connection {
    int fd;
    std::unique_ptr<SoupConnection> soup;
    bool waits = false;  // for room to write
  };

  void accept();
  void receive(Connection& c);
  void send(Connection& c, Nanoseconds now);

  std::string name_;
  SoupService& service_;
  EventLoop& loop_;
  std::size_t most_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::uint8_t> buffer_;
  std::uint64_t accepted_ = 0, turned_away_ = 0;
};

}  // namespace twinpath::gateway
