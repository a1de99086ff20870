// What a switched path (switch_path.h) says of itself: who sends, what has happened, and in which words.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace twinpath {

// held: the primary has failed and the operator has to take over. cancelling: the shadow leads as soon as what was open
// is answered. catching_up, proving: the shadow leads, and a primary made afresh is given what it missed, and then has
// to agree.
enum class SwitchState : std::uint8_t { primary_leads, held, cancelling, shadow_leads, catching_up, proving };
std::string_view to_string(SwitchState s) noexcept;
// "primary", "shadow", or "nobody" while orders are held.
std::string_view sender(SwitchState s) noexcept;

// untrusted: it does not trust a book that the shadow trusts. drop: an output is missing, later ones are there.
enum class SwitchCause : std::uint8_t { none, stall, drop, untrusted, disagreement, death, by_hand };
std::string_view to_string(SwitchCause c) noexcept;

struct SwitchStatus {
  SwitchState state = SwitchState::primary_leads;
  SwitchCause cause = SwitchCause::none;  // of the last fault
  std::string detail;                     // in words
  std::uint64_t fault_input = 0;          // inputs given when it was seen
  std::uint64_t inputs = 0;
  std::uint64_t faults = 0, take_overs = 0, hand_backs = 0, attempts = 0;
  std::uint64_t cancels = 0;       // of cancel_all_first
  std::uint64_t held_orders = 0;   // order frames that wait
  std::uint64_t longest_wait = 0;  // inputs between an order's own and its leaving
  std::uint64_t log_bytes = 0;
  bool log_full = false;           // no handing back any more
  std::string counter_difference;  // after finish(), while the primary led
};

// A line or two for a closing report.
std::string to_text(const SwitchStatus& s);

}  // namespace twinpath
