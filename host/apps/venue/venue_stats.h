// What a venue shows to `twinpath top`, ten times a second.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "host/apps/venue/venue_server.h"
#include "host/apps/venue/venue_text.h"
#include "host/core/wall_clock.h"
#include "host/ipc/stats.h"

namespace twinpath {

class VenueStats {
 public:
  explicit VenueStats(const std::filesystem::path& folder) : stats_(folder, "venue", wall_ns()) {}

  // `last`: however long ago the look before was.
  void look(const VenueServer& v, bool last = false) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_ && !last) return;
    next_ = now + std::chrono::milliseconds(100);
    at_ = 0;
    const VenueTotals& t = v.totals();
    show("requests", t.requests);
    show("executions", t.executions);
    show("trades", t.trades);
    show("shares", t.shares);
    show("tape messages", v.hub().market().tape()->next_sequence() - 1);
    show("packets on the lines", v.feed().counters().packets);
    show("logins", v.ouch().counters().logins);
    for (const auto& p : v.ports()) show("connections: " + p->name(), p->connections());
    for (std::size_t i = 0; i < gateway::kEntryOutcomes; ++i)
      show("orders: " + std::string(to_string(static_cast<gateway::EntryOutcome>(i))), v.entry().counters()[i]);
    for (std::size_t i = 1; i < session::kSoupEnds; ++i)
      show("ended: " + std::string(to_string(static_cast<session::SoupEnd>(i))), v.ouch().counters().ends[i]);
    if (const auto* f = v.fix())
      for (const auto& [name, value] : fix_counters(*f)) show("FIX: " + std::string(name), value);
    for (std::size_t i = 0; i < gateway::kUdpOutcomes; ++i) {
      std::uint64_t sum = 0;
      for (const auto& u : v.udp()) sum += u->gateway().counters()[i];
      show("datagrams: " + std::string(to_string(static_cast<gateway::UdpOutcome>(i))), sum);
    }
    stats_.heartbeat(wall_ns());
  }

 private:
  // The same names in the same order every time.
  void show(const std::string& name, std::uint64_t value) {
    if (at_ == shown_.size()) shown_.push_back(&stats_.counter(name));
    ipc::Stats::set(*shown_[at_++], value);
  }

  ipc::Stats stats_;
  std::vector<std::atomic<std::uint64_t>*> shown_;
  std::size_t at_ = 0;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace twinpath
