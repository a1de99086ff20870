// Where what both lines lost is had again: the section [recovery] of a configuration (host/apps/CONFIG.md).
#pragma once
#include <cstdint>
#include <string>

#include "host/core/types.h"
#include "host/wire/net.h"

namespace twinpath {

struct RecoveryOptions {
  net::Endpoint rerequest;        // of a MoldUDP64 re-request server; port 0: none
  net::Endpoint glimpse;          // of a GLIMPSE service; port 0: none
  std::string account, password;  // of a login there
  Nanoseconds patience{300'000};  // the other line may bring it
  Nanoseconds retry{3'000'000};   // without any progress; doubles from one to the next
  Nanoseconds snapshot_timeout{30'000'000'000};
  // Messages: more that are missing at once are not asked for, a snapshot takes their place. Where there is `glimpse`.
  std::uint64_t snapshot_beyond = 100'000;
  // A snapshot is of the lines' session, by its name; false: the service names its sessions in its own way.
  bool same_session = true;

  bool operator==(const RecoveryOptions&) const = default;
};

}  // namespace twinpath
