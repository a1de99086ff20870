// How the live engine arms.
#pragma once
#include <cstdint>

#include "host/core/types.h"

namespace twinpath {

enum class ArmWhen : std::uint8_t {
  when_trusted,  // once every book that trades can be relied on and the inputs have caught up
  manual,        // by a host command only
  at_start,      // before the first frame
};

struct LiveOptions {
  ArmWhen arm = ArmWhen::when_trusted;
  Nanoseconds arm_lag{10'000'000};  // how old a frame may be on arrival for its input to have caught up
};

}  // namespace twinpath
