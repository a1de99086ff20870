// What a run of one process shows to `twinpath top`: copied into the mapped file ten times a second, by the thread that
// trades, which pays a reading of the clock a round.
#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "host/core/wall_clock.h"
#include "host/ipc/stats.h"
#include "host/live/live_engine.h"

namespace twinpath {

class RunStats {
 public:
  explicit RunStats(const std::string& folder)
      : stats_(folder, "run", wall_ns()), lag_(stats_.histogram("age of the last frame, ns")) {
    for (const char* name : {"frames", "orders", "cancels", "acknowledged", "fills", "ended", "frames not sent",
                             "stamped before an earlier one", "open orders", "books not ready", "armed", "killed"})
      shown_.push_back(&stats_.counter(name));
    for (std::size_t i = 1; i < rejects_.size(); ++i)
      rejects_[i] = &stats_.counter("rejected: " + std::string(name(static_cast<Reason>(i))));
  }

  // `last`: however long ago the look before was.
  void look(const LiveEngine& e, bool last = false) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_ && !last) return;
    next_ = now + std::chrono::milliseconds(100);
    const LiveCounters& c = e.counters();
    const std::array<std::uint64_t, 12> values{c.frames,          c.orders,
                                               c.cancels,         c.acks,
                                               c.fills,           c.dones,
                                               c.unsent,          c.clock_backwards,
                                               e.ledger().open(), e.books().incomplete(),
                                               e.armed(),         e.killed()};
    for (std::size_t i = 0; i < values.size(); ++i) ipc::Stats::set(*shown_[i], values[i]);
    for (std::size_t i = 1; i < rejects_.size(); ++i) ipc::Stats::set(*rejects_[i], c.rejects[i]);
    if (e.lag().value != 0) lag_.record(e.lag().value);
    stats_.heartbeat(wall_ns());
  }

 private:
  ipc::Stats stats_;
  std::vector<std::atomic<std::uint64_t>*> shown_;
  std::array<std::atomic<std::uint64_t>*, 14> rejects_{};
  ipc::SharedHistogram& lag_;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace twinpath
