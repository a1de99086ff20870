// Every deliberate fault of the FIX sessions, the gateway and the client is seen.
#include "testbench/faults/each_fault.h"
#include "testbench/venue/fix_room_trial.h"
#include "testbench/venue/fix_trials.h"

namespace twinpath::venue {
namespace {

std::string try_fix() {
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    if (std::string wrong = FixReportTrial().run(seed); !wrong.empty()) return wrong;
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    if (std::string wrong = FixRecoveryTrial().run(seed); !wrong.empty()) return wrong;
  if (std::string wrong = FixRoomTrial().run(); !wrong.empty()) return wrong;
  return FixDoorTrial().run();
}

const bool kRegistered = fault::EachFault::register_all("EveryFixFault", try_fix);

}  // namespace
}  // namespace twinpath::venue
