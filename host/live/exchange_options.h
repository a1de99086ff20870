// A session with a real exchange: the section [exchange] of a configuration (host/apps/CONFIG.md).
#pragma once
#include <cstdint>
#include <string>

#include "host/core/types.h"
#include "host/wire/net.h"

namespace twinpath {

struct ExchangeOptions {
  enum class Protocol : std::uint8_t {
    ouch,   // OUCH 5.0, answered in SoupBinTCP
    fix42,  // FIX sessions, which carry the orders
    fix44,
  };

  enum class OnLoss : std::uint8_t {
    disarm,  // and armed again, where the run arms by itself, once the session trades again
    kill,    // until the operator releases it
  };

  enum class Orders : std::uint8_t {
    frames,   // leave through the path's sender, each in a datagram, as a card sends them
    session,  // go over the session's connection
  };

  Protocol protocol = Protocol::ouch;
  net::Endpoint address;             // of the exchange's SoupBinTCP or FIX port
  std::string account, password;     // at most 6 and 10 characters; in FIX, SenderCompID and password, at most 32
  std::string comp_id = "TWINPATH";  // in FIX, the exchange's CompID
  Orders orders = Orders::frames;
  // A login that reads the account's stream: what the exchange says there is compared with what was kept. "": none.
  std::string drop_copy, drop_copy_password;
  net::Endpoint drop_copy_address;  // a SoupBinTCP port, in any case; port 0: as `address`
  std::string session;              // "": the one that is current
  std::string journal;              // folder of the orders' state, of this account and session only
  OnLoss on_loss = OnLoss::disarm;
  Nanoseconds answer_within{100'000'000};  // an order in a frame without an answer is made void
  Nanoseconds start_timeout{30'000'000'000};
  Nanoseconds heartbeat{1'000'000'000}, silence{15'000'000'000}, login_timeout{30'000'000'000};
  Nanoseconds reconnect_first{100'000'000}, reconnect_last{10'000'000'000};

  bool operator==(const ExchangeOptions&) const = default;
};

}  // namespace twinpath
