// Whether a participant's positions are those that the venue has of it.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "host/apps/venue/flow_participant.h"
#include "host/apps/venue/venue_config.h"

namespace twinpath {

// What the venue says of a participant.
struct VenueWord {
  std::uint64_t sequence = 0;  // of the newest message in its stream
  std::map<Text<8>, session::OuchPosition> positions;
};

// Asks at the control socket. Throws std::runtime_error when nobody answers there, std::invalid_argument when the venue
// refuses: it has no such participant, say.
VenueWord ask_venue(const VenueConfig& config, const std::string& participant);
// Which day of the venue's it is, from 1. Throws the same.
unsigned ask_day(const VenueConfig& config);

// `before`: what the participant had when its stream of the day began. A line for each difference; empty: there is
// none.
std::string differences(const FlowParticipant& p, VenueWord word, const VenueWord& before);

}  // namespace twinpath
