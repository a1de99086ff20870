#include "host/path/switch_status.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace twinpath {

std::string_view to_string(SwitchState s) noexcept {
  constexpr std::array<std::string_view, 6> kNames{"primary leads", "held",        "cancelling",
                                                   "shadow leads",  "catching up", "proving"};
  return kNames[static_cast<std::size_t>(s)];
}

std::string_view to_string(SwitchCause c) noexcept {
  constexpr std::array<std::string_view, 7> kNames{"none",         "stall", "drop",   "untrusted book",
                                                   "disagreement", "death", "by hand"};
  return kNames[static_cast<std::size_t>(c)];
}

std::string_view sender(SwitchState s) noexcept {
  if (s == SwitchState::primary_leads) return "primary";
  return s == SwitchState::held || s == SwitchState::cancelling ? "nobody" : "shadow";
}

std::string to_text(const SwitchStatus& s) {
  std::string text = fmt::format("switch: {}; {} faults, {} takeovers, {} cancels, {} of {} attempts handed back\n",
                                 to_string(s.state), s.faults, s.take_overs, s.cancels, s.hand_backs, s.attempts);
  if (s.held_orders != 0) text += fmt::format("switch: {} orders are held and have not left\n", s.held_orders);
  if (s.faults != 0) text += fmt::format("switch: {} at input {}: {}\n", to_string(s.cause), s.fault_input, s.detail);
  return text + s.counter_difference;
}

}  // namespace twinpath
