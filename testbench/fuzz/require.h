// A check that stays on in every build: what a fuzzer looks for.
#pragma once

#include <cstdlib>

inline void require(bool condition) {
  if (!condition) std::abort();
}
