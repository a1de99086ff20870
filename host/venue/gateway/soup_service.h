// What stands behind a listening port: services that make a SoupBinTCP session of every connection.
#pragma once
#include <memory>

#include "host/session/soup_server.h"

namespace twinpath::gateway {

// A connection as its service sees it.
class SoupConnection {
 public:
  virtual ~SoupConnection() = default;
  virtual session::SoupServerSession& session() = 0;
  // To be called after every change of the session: what the service has to do outside of its callbacks.
  virtual void settle(Nanoseconds now) { static_cast<void>(now); }
  // The connection is gone, whoever ended it. The last call.
  virtual void closed(Nanoseconds now) { static_cast<void>(now); }
};

class SoupService {
 public:
  virtual ~SoupService() = default;
  // Of a connection that was accepted at `now`, from this IPv4 address. The service outlives it.
  virtual std::unique_ptr<SoupConnection> accept(Nanoseconds now, std::uint32_t from) = 0;
  virtual const session::SoupServerCounters& counters() const = 0;
};

}  // namespace twinpath::gateway
