// For `twinpath_faulty`, the command with the faulty core: the fault that the environment variable TP_FAULT names is
// active.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "twinpath_fault.h"

namespace twinpath::fault {
namespace {

[[maybe_unused]] const int kChosen = [] {
  const char* wanted = std::getenv("TP_FAULT");
  if (wanted == nullptr) return 0;
  for (const Fault& f : kFaults) {
    if (std::string_view(f.name) == wanted) return selected = f.number;
  }
  std::fprintf(stderr, "twinpath_faulty: TP_FAULT: no fault is called '%s'; testbench/faults/rtl.toml lists them\n",
               wanted);
  std::exit(2);
}();

}  // namespace
}  // namespace twinpath::fault
