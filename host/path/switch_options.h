// How a switched path (switch_path.h) tells that its primary has failed, and what it does then. The keys of [switch].
#pragma once
#include <cstddef>
#include <cstdint>

namespace twinpath {

// What follows a fault of the primary. manual: nothing leaves any more until the operator takes over. automatic: the
// shadow's held orders leave at once. cancel_all_first: what is open at the exchange is cancelled, and the held orders
// leave when that has been answered, or after `cancel_inputs`.
enum class SwitchPolicy : std::uint8_t { manual, automatic, cancel_all_first };

// When a primary that failed is made afresh. manual: when the operator asks for it. automatic: by itself.
enum class HandBack : std::uint8_t { never, manual, automatic };

// Inputs are frames, commands and calls of advance.
struct SwitchOptions {
  SwitchPolicy policy = SwitchPolicy::automatic;
  std::uint64_t stall_inputs = 64;     // from 1: how many later inputs an output of the primary may wait for
  std::uint64_t cancel_inputs = 4096;  // from 1: how many inputs the answers to cancel_all_first are waited for
  HandBack hand_back = HandBack::never;
  std::uint64_t retry_inputs = 10'000;               // from a fault to the primary's being made afresh, automatic
  std::uint64_t catch_up = 16;                       // from 2: kept inputs that it is given with each input
  std::uint64_t healthy_inputs = 1'000;              // from 1: how many it has to agree in before it leads again
  std::uint64_t most_attempts = 3;                   // to make it afresh, in a session
  std::uint64_t log_bytes = std::uint64_t{1} << 30;  // of inputs kept for that; past it there is no handing back

  bool operator==(const SwitchOptions&) const = default;
};

}  // namespace twinpath
