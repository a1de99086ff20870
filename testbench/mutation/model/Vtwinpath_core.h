// Takes the place of the core's Verilated header in sim/verilator/core_driver.cpp: the model with all mutants in it.
// Which one is active is read from the environment variable TP_MUTANT when the model is made.
#pragma once
#include <cstdint>
#include <stdexcept>

#include "Vtwinpath_core_mutated.h"

namespace twinpath::mutation {

// Evaluations that a model may still do; a mutant that hangs uses them up.
inline std::uint64_t budget = UINT64_MAX;

}  // namespace twinpath::mutation

class Vtwinpath_core : public Vtwinpath_core_mutated {
 public:
  using Vtwinpath_core_mutated::Vtwinpath_core_mutated;
  void eval() {
    if (twinpath::mutation::budget-- == 0)
      throw std::runtime_error("the core takes far longer than without the mutant");
    Vtwinpath_core_mutated::eval();
  }
};
