// A SystemC simulation of its own: a process may hold several, one after the other or side by side, each with its own
// time. Threads take turns: the kernel is one for all.
#pragma once
#include <memory>
#include <mutex>
#include <systemc>

#include "sim/systemc/platform_time.h"

namespace twinpath::platform {

// While one of these lives, modules are made in, and sc_core functions mean, this simulation.
class Simulation {
 public:
  class Entered {
   public:
    explicit Entered(sc_core::sc_simcontext* context) : turn_(kernel_), outer_(sc_core::sc_curr_simcontext) {
      sc_core::sc_curr_simcontext = context;
    }
    ~Entered() { sc_core::sc_curr_simcontext = outer_; }
    Entered(const Entered&) = delete;
    Entered& operator=(const Entered&) = delete;

   private:
    std::scoped_lock<std::recursive_mutex> turn_;
    sc_core::sc_simcontext* outer_;
  };

  // Throws std::logic_error when the kernel's resolution is not 1 ps, which it is unless someone changes it.
  Simulation();
  [[nodiscard]] Entered enter() const { return Entered(context_.get()); }

 private:
  static inline std::recursive_mutex kernel_;
  std::unique_ptr<sc_core::sc_simcontext> context_;
};

inline sc_core::sc_time as_sc_time(Picoseconds t) { return sc_core::sc_time::from_value(t.value); }
inline Picoseconds now() { return {sc_core::sc_time_stamp().value()}; }
// Runs the simulation that is entered up to `t`; what happens at `t` itself happens when it goes on.
void run_until(Picoseconds t);
// Notifies `event` at `t`, or in the next delta cycle when that is not in the future; an earlier notification stays.
inline void notify_at(sc_core::sc_event& event, Picoseconds t) {
  event.notify(as_sc_time(t > now() ? t - now() : Picoseconds{}));
}

}  // namespace twinpath::platform
