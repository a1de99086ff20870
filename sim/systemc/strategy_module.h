// strategy in the platform model: a strategy between two streams, one update at a time. It takes an update with an edge
// of its clock; the first beat of its packet of intents leaves so many clocks later, the others one a clock; with the
// clock behind the last it takes the next update. How many clocks an update takes in the circuit, synthesis decides
// (UG1399's report of C synthesis: Latency): whoever makes the module says what is assumed.
#pragma once
#include <memory>
#include <ostream>
#include <stdexcept>
#include <systemc>

#include "hw/hls/strategy/strategy_kernel.h"

inline std::ostream& operator<<(std::ostream& out, const kernel_strategy::UpdateBeat& b) {
  return out << b.data.to_string(16);
}
inline std::ostream& operator<<(std::ostream& out, const kernel_strategy::IntentBeat& b) {
  return out << b.data.to_string(16);
}

namespace twinpath::systemc {

template <class S>
class StrategyModule : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_fifo_in<kernel_strategy::UpdateBeat> updates{"updates"};
  sc_core::sc_fifo_out<kernel_strategy::IntentBeat> intents{"intents"};

  // Throws std::invalid_argument without a clock between an update and its answer.
  StrategyModule(sc_core::sc_module_name name, const typename S::Parameters& parameters, unsigned clocks)
      : sc_module(name), parameters_(parameters), clocks_(static_cast<int>(clocks)) {
    if (clocks == 0) throw std::invalid_argument("StrategyModule: an update takes at least one clock");
    SC_HAS_PROCESS(StrategyModule);
    SC_THREAD(run);
    sensitive << clock.pos();
    dont_initialize();
    process_ = sc_core::sc_get_last_created_process_handle();
  }

  // As reset does: what is at work is forgotten, and the strategy begins anew.
  void reset() { process_.reset(); }

 private:
  // The kernel is started again when it has ended.
  void run() {
    for (;;) {
      const auto strategy = std::make_unique<S>(parameters_);
      for (bool more = true; more;) {
        while (updates.num_available() == 0) wait();
        Intents ask;
        more = kernel_strategy::answer(*strategy, updates.read(), ask);
        wait(clocks_);
        for (unsigned i = 0; i < ask.size(); ++i) {
          intents.write(kernel_strategy::to_beat(ask[i], false));
          wait();
        }
        if (!more) break;
        intents.write(kernel_strategy::to_beat(Intent(), true));
        wait();
      }
    }
  }

  typename S::Parameters parameters_;
  int clocks_;
  sc_core::sc_process_handle process_;
};

}  // namespace twinpath::systemc
