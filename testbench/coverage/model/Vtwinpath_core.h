// Takes the place of the core's Verilated header in sim/verilator/core_driver.cpp: the model with coverage, which
// leaves its counts in a file of its own in the folder TP_COVERAGE_OUT when it ends.
#pragma once
#include <verilated_cov.h>

#include <cstdlib>
#include <string>

#include "Vtwinpath_core_covered.h"

class Vtwinpath_core : public Vtwinpath_core_covered {
 public:
  explicit Vtwinpath_core(VerilatedContext* context) : Vtwinpath_core_covered(context) {}
  ~Vtwinpath_core() {
    static int number = 0;
    const char* folder = std::getenv("TP_COVERAGE_OUT");
    if (folder == nullptr) return;
    contextp()->coveragep()->write((std::string(folder) + "/" + std::to_string(number++) + ".dat").c_str());
  }
};
