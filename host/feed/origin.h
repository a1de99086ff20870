// Where a message came from. SEM 1.
#pragma once
#include <cstdint>

#include "host/core/types.h"

namespace twinpath {

// The packet and the place in it, and the time it counts for.
struct Origin {
  Cycles stamp;
  std::uint64_t sequence = 0;
  std::uint32_t frame = 0;
  std::uint16_t msg_index = 0;
};

}  // namespace twinpath
