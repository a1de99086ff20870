// GLIMPSE 5.0: the state of the market over SoupBinTCP, for whoever comes late or has lost more than re-requests bring
// back. A login gets the messages of a snapshot made for it, the last of which says where the tape goes on, and then
// the end of the session.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "host/venue/gateway/ouch_gateway.h"

namespace twinpath::gateway {

struct GlimpseOptions {
  std::vector<OuchLogin> logins{};  // those of order entry may
  session::LoginLimit login_limit{};
  // Snapshots a second over all connections, and at once: each costs a walk over all books.
  std::uint32_t snapshots_a_second = 10;
  std::uint32_t burst = 20;
  session::SoupServerOptions soup{};
};

class GlimpseService final : public SoupService {
 public:
  // `hub` outlives it.
  GlimpseService(GlimpseOptions options, const MarketHub& hub);

  std::unique_ptr<SoupConnection> accept(Nanoseconds now, std::uint32_t from) override;
  const session::SoupServerCounters& counters() const override { return counters_; }
  std::uint64_t refused() const noexcept { return refused_; }  // for want of a day, or over the rate

 private:
  friend class GlimpseConnection;

  GlimpseOptions options_;
  const MarketHub& hub_;
  session::LoginGuard guard_;
  MessageRate rate_;
  session::SoupServerCounters counters_;
  std::uint64_t refused_ = 0;
};

}  // namespace twinpath::gateway
