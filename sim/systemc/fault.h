// Faults of the platform model.
#pragma once
#include <cstdint>

namespace twinpath::platform {

// What is made wrong on purpose, so that it is seen which check says so.
enum class Fault : std::uint8_t {
  none,
  lose_frames,    // the MAC, now and then one
  lose_orders,    // the way to the venue
  lose_events,    // PCIe
  lose_commands,  // PCIe
  blind_to_gaps,  // the core tells a lost gap and trades on
  deaf_to_kill,   // the core tells a KILL or a DISARM and trades on
  forget_reset,   // the core comes back armed, and takes the first packet for the session's first
  forget_loss,    // a full event ring loses events and does not tell
  late_verdict,   // the core decides a cycle later on messages of a frame that was not kept
  bend_intents,   // of the strategy kernel, now and then one has another price
  endless_line,   // the core never stands still for orders that wait for the line
};

}  // namespace twinpath::platform
