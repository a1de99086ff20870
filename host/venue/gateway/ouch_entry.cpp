#include "host/venue/gateway/ouch_entry.h"

#include <optional>

namespace twinpath::gateway {

std::string_view to_string(EntryOutcome o) noexcept {
  constexpr std::array<std::string_view, kEntryOutcomes> kNames{
      "taken", "resent", "conflicting", "late", "day full", "empty", "unknown type", "bad length", "bad appendage"};
  return kNames[static_cast<std::size_t>(o)];
}

EntryOutcome OuchEntry::take(std::uint32_t participant, std::span<const std::uint8_t> message, market::Gateway by) {
  const EntryOutcome o = decide(participant, message, by);
  ++counters_[static_cast<std::size_t>(o)];
  return o;
}

EntryOutcome OuchEntry::decide(std::uint32_t participant, std::span<const std::uint8_t> message, market::Gateway by) {
  ouch::DecodeError error = ouch::DecodeError::none;
  std::optional<market::Request> r = read_request(
      message, {hub_.market(), accounts_.terms(participant), accounts_.orders(participant), participant, by}, error);
  if (!r) {
    switch (error) {
      case ouch::DecodeError::empty:
        return EntryOutcome::empty;
      case ouch::DecodeError::bad_length:
        return EntryOutcome::bad_length;
      case ouch::DecodeError::bad_appendage:
        return EntryOutcome::bad_appendage;
      default:
        return EntryOutcome::unknown_type;
    }
  }
  const bool cancel = r->kind == market::RequestKind::cancel && (r->tag & tag::kQuery) == 0;
  if (!cancel && day_full(hub_, &accounts_, participant)) return EntryOutcome::day_full;
  EntryOutcome outcome = EntryOutcome::taken;
  if (uses_number(*r)) {
    switch (accounts_.arrival(participant, *r)) {
      case Arrival::fresh:
        passed_over_ += r->user_ref_num - accounts_.last_number(participant) - 1;
        break;
      case Arrival::resent:
        return EntryOutcome::resent;
      case Arrival::conflicting:
        return EntryOutcome::conflicting;
      case Arrival::late:
        refuse(*r, ouch::RejectReason::other);
        outcome = EntryOutcome::late;
    }
  }
  hub_.apply(*r);
  return outcome;
}

void OuchEntry::disconnected(std::uint32_t participant, market::Gateway by) {
  market::Request r;
  r.kind = market::RequestKind::disconnect;
  r.participant = participant;
  r.terms.gateway = by;
  hub_.apply(r);
}

}  // namespace twinpath::gateway
