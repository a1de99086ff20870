#include "sim/systemc/simulation.h"

#include <stdexcept>

// The library's own main() asks for it; our programs have theirs.
int sc_main(int, char**) { return 1; }

namespace twinpath::platform {

Simulation::Simulation() : context_(std::make_unique<sc_core::sc_simcontext>()) {
  const Entered inside = enter();
  if (sc_core::sc_get_time_resolution() != sc_core::sc_time(1, sc_core::SC_PS))
    throw std::logic_error("platform: expected SystemC's time resolution to be 1 ps, found " +
                           sc_core::sc_get_time_resolution().to_string());
}

void run_until(Picoseconds t) {
  if (t > now()) sc_core::sc_start(as_sc_time(t - now()), sc_core::SC_RUN_TO_TIME);
}

}  // namespace twinpath::platform
