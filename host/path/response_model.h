// What a simulated exchange answers to orders when recorded market data is replayed: no exchange is there to fill them.
// Every answer is an ACK, FILL or DONE command (SEM 2.9) stamped a fixed time after the order, so that it is the same
// for every path and every run.
#pragma once
#include <cstdint>

#include "host/core/types.h"

namespace twinpath {

// Delays count from the time stamp of the order's event. Which orders fill is decided by a hash of user_ref alone.
struct ResponseModel {
  bool enabled = false;
  Cycles ack_delay;                  // order sent to ACK
  Cycles fill_delay;                 // order sent to FILL; at least ack_delay
  Cycles done_delay;                 // order sent to DONE for what has not filled by then; at least fill_delay
  std::uint8_t fill_percent = 0;     // 0 to 100: share of the orders that fill
  std::uint8_t partial_percent = 0;  // 0 to 100: share of the filling orders that fill for half of their quantity only

  bool operator==(const ResponseModel&) const = default;
};

}  // namespace twinpath
