// A venue as one thread runs it: its market, its gateways, its lines and its day, around one event loop.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "host/apps/venue/venue_config.h"
#include "host/path/packet_io.h"
#include "host/venue/fix/fix_gateway.h"
#include "host/venue/gateway/soup_port.h"

namespace twinpath {

// Since the start, and what recovery found.
struct VenueTotals {
  std::uint64_t requests = 0;    // to the market
  std::uint64_t executions = 0;  // told to participants
  std::uint64_t trades = 0;      // of which the market told two executions each
  std::uint64_t shares = 0;
};

class VenueServer {
 public:
  // Recovers what the journal holds, opens everything, and goes on with the day that is open, or begins one. The
  // senders outlive it. `wall`: nanoseconds since midnight. Throws what its parts throw:
  // FileError, std::system_error, std::invalid_argument, std::runtime_error.
  VenueServer(const VenueConfig& config, PacketSender& line_a, PacketSender& line_b,
              std::function<std::uint64_t()> wall);

  // One round: waits for something to do, at most 20 ms, and does it.
  void round();
  // Says to the clients that stay what there is to say, and takes no more. The market's day goes on another time.
  void stop();

  gateway::MarketHub& hub() noexcept { return *hub_; }
  const gateway::MarketHub& hub() const noexcept { return *hub_; }
  gateway::DaySchedule& schedule() noexcept { return schedule_; }
  const gateway::DaySchedule& schedule() const noexcept { return schedule_; }
  gateway::OuchGateway& ouch() noexcept { return *ouch_; }
  const gateway::OuchGateway& ouch() const noexcept { return *ouch_; }
  const gateway::OuchEntry& entry() const noexcept { return *entry_; }
  const gateway::OuchAccounts& accounts() const noexcept { return accounts_; }
  // Null: the venue speaks no FIX.
  venue::FixGateway* fix() noexcept { return fix_.get(); }
  const venue::FixGateway* fix() const noexcept { return fix_.get(); }
  const gateway::GlimpseService* glimpse() const noexcept { return glimpse_ ? &*glimpse_ : nullptr; }
  const market::RerequestSocket* rerequest() const noexcept { return rerequest_ ? &*rerequest_ : nullptr; }
  const market::FeedPublisher& feed() const noexcept { return feed_; }
  const std::vector<std::unique_ptr<gateway::OuchUdpSocket>>& udp() const noexcept { return udp_; }
  const std::vector<std::unique_ptr<gateway::SoupPort>>& ports() const noexcept { return ports_; }
  const VenueTotals& totals() const noexcept { return count_.totals; }

 private:
  class Count final : public gateway::MarketListener {
   public:
    void market_did(const market::Request& r, std::span<const market::Execution> executions) override;
    VenueTotals totals;
  };

  // Of requests: since the midnight before the day began.
  std::uint64_t time() const;
  void follow_tape();

  const VenueConfig& config_;
  std::function<std::uint64_t()> wall_;
  gateway::OuchAccounts accounts_;
  gateway::DropCopies copies_;
  gateway::DaySchedule schedule_;
  Count count_;
  std::unique_ptr<venue::FixGateway> fix_;
  bool fix_waits_ = false;  // it has more to do than it did
  std::unique_ptr<gateway::MarketHub> hub_;
  std::unique_ptr<gateway::OuchEntry> entry_;
  std::unique_ptr<gateway::OuchGateway> ouch_;
  std::optional<gateway::GlimpseService> glimpse_;
  std::optional<market::RerequestSocket> rerequest_;
  market::FeedPublisher feed_;
  std::shared_ptr<market::MessageStore> published_;  // the tape that the lines carry
  session::EventLoop loop_;
  std::vector<std::unique_ptr<gateway::OuchUdpSocket>> udp_;
  std::vector<std::unique_ptr<gateway::SoupPort>> ports_;
};

}  // namespace twinpath
