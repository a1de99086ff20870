// Every deliberate fault of the gateways is seen.
#include "testbench/faults/each_fault.h"
#include "testbench/venue/gateway_trials.h"

namespace twinpath::gateway {
namespace {

std::string try_all() {
  for (std::uint64_t seed = 1; seed <= 40; ++seed)
    if (const std::string wrong = try_gateways(seed); !wrong.empty()) return wrong;
  return try_passwords();
}

const bool kRegistered = fault::EachFault::register_all("EveryGatewayFault", try_all);

}  // namespace
}  // namespace twinpath::gateway
