// What the OUCH gateways agree on among themselves: how an order's OUCH characters travel in OrderTerms::codes, and
// what Request::tag says to whoever writes the answer.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "host/core/types.h"
#include "host/venue/market/execution.h"
#include "host/venue/matching/word_hash.h"
#include "host/wire/ouch50.h"

namespace twinpath::gateway {

// The price of a market order.
inline constexpr std::uint64_t kMarketPrice = 0x7FFF'FFFF;

// What a participant is to its OUCH gateways.
struct OuchParticipant {
  Text<4> firm = make_text<4>("");
  market::SelfTrade self_trade = market::SelfTrade::allow;
};

// Places in OrderTerms::codes.
enum class Code : std::size_t { time_in_force, display, capacity, intermarket_sweep, cross_type, side };
inline char& code(market::OrderTerms& t, Code c) noexcept { return t.codes[static_cast<std::size_t>(c)]; }
inline char code(const market::OrderTerms& t, Code c) noexcept { return t.codes[static_cast<std::size_t>(c)]; }

inline bool from_ouch(const market::OrderTerms& t) noexcept {
  return t.gateway == market::Gateway::ouch_soup || t.gateway == market::Gateway::ouch_udp;
}

// The order's side in OUCH's words, and how it came to a trade.
inline char side_letter(const market::OrderTerms& t) noexcept {
  if (from_ouch(t) && code(t, Code::side) != ' ') return code(t, Code::side);
  return t.side == Side::buy ? 'B' : 'S';
}
inline char liquidity_letter(const market::Execution& e) noexcept {
  switch (e.liquidity) {
    case market::Liquidity::added:
      return 'A';
    case market::Liquidity::removed:
      return 'R';
    case market::Liquidity::auction:
      break;
  }
  return e.event;
}

// Request::tag. The market takes the request as it stands; these say what the participant had meant by it.
namespace tag {
// Bits 15:0: the reason (ouch::RejectReason) for which the gateway will not have an order. It goes to the market as one
// of no symbol, which refuses it, so that the refusal is logged like everything that is ever answered.
inline constexpr std::uint64_t kReason = 0xFFFF;
// A cancel of order 0, which nobody has: an account query.
inline constexpr std::uint64_t kQuery = 1u << 16;
// A cancel that was a Modify Order.
inline constexpr std::uint64_t kModify = 1u << 17;
// Bits 63:32: of the message as it came.
inline std::uint64_t digest(std::span<const std::uint8_t> message) noexcept {
  matching::WordHash h;
  for (const std::uint8_t b : message) h.word(b);
  return h.hash() >> 32 << 32;
}
constexpr std::uint32_t digest_of(std::uint64_t tag) noexcept { return static_cast<std::uint32_t>(tag >> 32); }
}  // namespace tag

}  // namespace twinpath::gateway
