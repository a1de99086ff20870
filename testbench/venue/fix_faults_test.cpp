// Every deliberate fault of the FIX sessions, the gateway and the client is seen.
#include "testbench/faults/each_fault.h"
#include "testbench/venue/fix_trials.h"

namespace twinpath::venue {
namespace {

const bool kRegistered = fault::EachFault::register_all("EveryFixFault", try_fix);

}  // namespace
}  // namespace twinpath::venue
