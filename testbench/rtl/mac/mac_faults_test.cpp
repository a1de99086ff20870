// Each fault of mac.toml is caught by what the other tests do.
#include "testbench/faults/each_fault.h"
#include "testbench/rtl/mac/xgmii.h"

namespace twinpath::test {
namespace {

std::string try_all() {
  const int fault = fault::selected;
  std::string wrong = receiving_with(fault);
  if (wrong.empty()) wrong = sending_with(fault);
  if (wrong.empty()) wrong = both_with(fault);
  return wrong;
}

[[maybe_unused]] const bool kRegistered = fault::EachFault::register_all("MacFaults", try_all);

}  // namespace
}  // namespace twinpath::test
