// A print on the tape. SEM 4.3.
#pragma once
#include "host/core/types.h"

namespace twinpath {

struct Trade {
  bool valid = false;
  bool execution = false;    // E or C, whose resting side is known; else P
  Side resting = Side::buy;  // executions only
  Price price;
  Quantity shares;
  bool through = false;
};

}  // namespace twinpath
