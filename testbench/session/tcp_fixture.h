// A server of SoupBinTCP on a port of this machine.
#pragma once
#include <list>
#include <memory>

#include "host/session/soup_tcp.h"
#include "testbench/session/soup_fixture.h"

namespace twinpath::session {

inline constexpr std::uint32_t kLoopback = 0x7F00'0001;

class TcpVenue {
 public:
  // One account: a login cuts off the connection before.
  TcpVenue(EventLoop& loop, SoupServerHandler& handler, const SoupServerOptions& options = {}, std::uint16_t port = 0)
      : loop_(loop), handler_(handler), options_(options), listener_(loop, {kLoopback, port}, [this](Descriptor d) {
          if (one_at_a_time)
            for (auto& c : connections_) c->session().cut(SoupEnd::connection_lost);
          connections_.push_back(std::make_unique<SoupTcpServer>(loop_, std::move(d), options_, handler_, counters));
        }) {}

  net::Endpoint endpoint() const { return {kLoopback, listener_.port()}; }
  // Every connection has its turn.
  void turn() {
    for (auto& c : connections_) c->turn();
    std::erase_if(connections_, [](const auto& c) { return c->ended(); });
  }
  // All connections end, where they are.
  void cut() {
    for (auto& c : connections_) c->session().cut(SoupEnd::connection_lost);
  }
  std::size_t connections() const { return connections_.size(); }
  void end_session() {
    for (auto& c : connections_) c->session().end_session(EventLoop::now());
  }

  SoupServerCounters counters;
  bool one_at_a_time = false;

 private:
  EventLoop& loop_;
  SoupServerHandler& handler_;
  SoupServerOptions options_;
  std::list<std::unique_ptr<SoupTcpServer>> connections_;
  TcpListener listener_;
};

}  // namespace twinpath::session
