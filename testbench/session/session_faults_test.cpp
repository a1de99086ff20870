// Every deliberate fault of the sessions is seen.
#include "testbench/faults/each_fault.h"
#include "testbench/session/mold_trials.h"
#include "testbench/session/ouch_trials.h"
#include "testbench/session/soup_trials.h"

namespace twinpath::session {
namespace {

std::string try_all() {
  if (const std::string wrong = try_refusals(); !wrong.empty()) return wrong;
  if (const std::string wrong = try_mistakes(); !wrong.empty()) return wrong;
  for (std::uint64_t seed = 1; seed <= 300; ++seed)
    if (const std::string wrong = try_stream(seed); !wrong.empty()) return wrong;
  for (std::uint64_t seed = 1; seed <= 60; ++seed)
    if (const std::string wrong = try_orders(seed); !wrong.empty()) return wrong;
  for (std::uint64_t seed = 1; seed <= 60; ++seed)
    if (const std::string wrong = try_recovery(seed); !wrong.empty()) return wrong;
  return {};
}

const bool kRegistered = fault::EachFault::register_all("EverySessionFault", try_all);

}  // namespace
}  // namespace twinpath::session
