// The configuration of a venue from TOML: its market, who may trade in it and where, its lines and its day. The keys
// are listed in host/apps/CONFIG.md. `twinpath flow` reads the same file.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "host/venue/fix/fix_gateway.h"
#include "host/venue/gateway/day_schedule.h"
#include "host/venue/gateway/glimpse_service.h"
#include "host/venue/gateway/ouch_gateway.h"
#include "host/venue/gateway/ouch_udp_gateway.h"
#include "host/venue/market/feed_publisher.h"
#include "host/venue/market/rerequest.h"

namespace twinpath {

struct VenueConfig {
  market::MarketOptions market;
  gateway::ScheduleOptions schedule;
  std::filesystem::path journal;  // folder
  std::filesystem::path control;  // socket; empty: none
  std::filesystem::path stats;    // folder, for `twinpath top`; empty: none

  std::vector<gateway::OuchParticipant> participants;  // by number, from 1
  std::vector<std::vector<std::uint32_t>> copies;      // drop copies of executions: of which participants
  gateway::OuchGatewayOptions ouch;
  net::Endpoint ouch_at;
  std::size_t most_connections = 256;  // of each TCP port
  std::vector<gateway::UdpPort> udp;
  std::optional<venue::FixGatewayOptions> fix;
  gateway::GlimpseOptions glimpse;
  std::optional<net::Endpoint> glimpse_at;
  market::RerequestOptions rerequest;
  std::optional<net::Endpoint> rerequest_at;
  market::FeedOptions feed;
  std::string interface;         // of the lines; empty: the route decides
  std::uint64_t repeat = 1'000;  // messages before the end of the tape that a restarted venue publishes again
};

// Reads and checks a file. Throws ConfigError that names everything that is wrong with it.
VenueConfig load_venue_config(const std::filesystem::path& file);

struct VenueSample {
  unsigned symbols = 8;       // 1 to 1,000
  unsigned participants = 8;  // 1 to 500
  std::uint64_t seed = 1;     // names, locates and prices are those of `twinpath generate --seed`
  unsigned port = 26400;      // the first of the TCP and UDP ports
};
// A commented configuration to start from, all of it on this machine's loopback.
std::string sample_venue_config(const VenueSample& sample);

}  // namespace twinpath
