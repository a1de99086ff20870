// strategy in the platform model: a strategy between two streams, an update a clock. How many clocks an update takes in
// the circuit, synthesis decides; `kClocks` says what is assumed.
#pragma once
#include <ostream>
#include <systemc>

#include "hw/hls/strategy/strategy_kernel.h"

inline std::ostream& operator<<(std::ostream& out, const kernel_strategy::UpdateBeat& b) {
  return out << b.data.to_string(16);
}
inline std::ostream& operator<<(std::ostream& out, const kernel_strategy::IntentBeat& b) {
  return out << b.data.to_string(16);
}

namespace twinpath::systemc {

template <class S, int kClocks = 1>
class StrategyModule : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_fifo_in<kernel_strategy::UpdateBeat> updates{"updates"};
  sc_core::sc_fifo_out<kernel_strategy::IntentBeat> intents{"intents"};

  StrategyModule(sc_core::sc_module_name name, const typename S::Parameters& parameters)
      : sc_module(name), strategy_(parameters) {
    SC_HAS_PROCESS(StrategyModule);
    SC_THREAD(run);
    sensitive << clock.pos();
    dont_initialize();
  }

 private:
  void run() {
    for (;;) {
      Intents ask;
      const bool more = kernel_strategy::answer(strategy_, updates.read(), ask);
      for (unsigned i = 0; i < ask.size(); ++i) intents.write(kernel_strategy::to_beat(ask[i], false));
      if (more) intents.write(kernel_strategy::to_beat(Intent(), true));
      wait(kClocks);
    }
  }

  S strategy_;
};

}  // namespace twinpath::systemc
