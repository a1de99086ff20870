// SIGHUP tells a live run to read its configuration again.
#pragma once

namespace twinpath {

// From here on the signal ends nothing, and is asked for.
void watch_hangups();
// One has come since this was last asked.
bool hung_up() noexcept;

}  // namespace twinpath
