// Takes the place of the core's Verilated header in sim/verilator/core_driver.cpp: the model with all faults in it, of
// which the one that is selected when the model is made stays active.
#pragma once
#include "Vtwinpath_core_faulty.h"
#include "Vtwinpath_core_faulty___024root.h"
#include "Vtwinpath_core_faulty_tp_fault_pkg.h"
#include "twinpath_fault.h"

class Vtwinpath_core : public Vtwinpath_core_faulty {
 public:
  explicit Vtwinpath_core(VerilatedContext* context) : Vtwinpath_core_faulty(context) {
    __PVT__tp_fault_pkg->selected = twinpath::fault::selected;
  }
};
