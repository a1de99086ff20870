// What a participant asks in OUCH 5.0, as a Request to the market.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>

#include "host/venue/gateway/ouch_terms.h"
#include "host/venue/market/market.h"

namespace twinpath::gateway {

// What a gateway must know of an order to word a request about it.
struct OrderMemory {
  std::uint32_t digest = 0;     // of the message that used the number up
  std::uint32_t prevented = 0;  // shares that self match prevention took of it and what it replaces
  char capacity = ' ';
  char cross_type = ' ';
  char side = ' ';
};

// By UserRefNum: those of the participant's day that were used up.
using OrderMemories = std::unordered_map<std::uint32_t, OrderMemory>;

struct OuchContext {
  const market::Market& market;
  const OuchParticipant& participant;
  const OrderMemories& orders;
  std::uint32_t number = 0;  // of the participant
  market::Gateway gateway = market::Gateway::ouch_soup;
};

// The request, or nothing with the reason why the message is unreadable. What can be read but not done becomes a
// request that the market refuses (tag::kReason).
std::optional<market::Request> read_request(std::span<const std::uint8_t> message, const OuchContext& context,
                                            ouch::DecodeError& error);

// Whether the request uses its user_ref_num up.
bool uses_number(const market::Request& r) noexcept;

// An order that is refused for a reason of the gateway's, under the number that the request would have used up.
void refuse(market::Request& r, ouch::RejectReason reason) noexcept;

}  // namespace twinpath::gateway
