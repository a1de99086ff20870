// What the market says to a participant, in OUCH 5.0.
#pragma once
#include <cstdint>

#include "host/venue/gateway/ouch_terms.h"
#include "host/venue/market/message_store.h"
#include "host/venue/market/request.h"

namespace twinpath::gateway {

// Whether `e` answers a Modify Order that was obeyed: of an order that is still open.
bool is_modified(const market::Execution& e, const market::Request& cause) noexcept;

// Appends the message that tells `e`, of which `cause` was the request, to the participant's stream; nothing when OUCH
// has no word for it: a superfluous cancel, a stop order of another gateway that was triggered, the end of a
// connection. `next_user_ref_num`: what an account query is told.
void write_answer(const market::Execution& e, const market::Request& cause, const OuchParticipant& participant,
                  std::uint32_t next_user_ref_num, market::MessageStore& to);

}  // namespace twinpath::gateway
