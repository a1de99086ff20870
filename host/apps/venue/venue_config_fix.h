// The FIX part of a venue's configuration (host/apps/CONFIG.md): [fix], and what a [[participant]] says that trades in
// FIX.
#pragma once
#include "host/apps/config/config_reader.h"
#include "host/venue/fix/fix_gateway.h"

namespace twinpath {

// login_failures and login_lock_s, of [ouch] and [fix].
void read_login_limit(config::Reader& r, session::LoginLimit& to);
// Reads all keys of the section. What is wrong, also that this build has no FIX, is reported to the reader.
void read_fix_section(config::Reader& r, venue::FixGatewayOptions& to);
// Reads fix_comp_id, fix_version and password, and reports keys of OUCH.
void read_fix_participant(config::Reader& r, venue::FixParticipant& to);

}  // namespace twinpath
