// The simulated card, started by XRT's hardware-emulation runtime (simulate.sh); README.md says what its environment
// means.
#include <sys/prctl.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "drivers/xrt/wire_protocol.h"
#include "sim/xrt/card.h"

int main() {
  using namespace twinpath;
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  // It has no life of its own: without the program that opened it, it ends.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    sim::CardOptions options;
    options.wire = variable(wire::kWireVariable);
    options.receive = variable("TWINPATH_CARD_RECEIVE");
    options.send = variable("TWINPATH_CARD_SEND");
    options.faults = sim::CardFaults::parse(variable("TWINPATH_CARD_FAULT"));
    sim::EmulationLink link(60);
    sim::Card card(options);
    card.run(link);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "twinpath_card: %s\n", e.what());
    return 2;
  }
  return 0;
}
