// OUCH 5.0 (Nasdaq's specification as of April 2023): every message of both directions, and dispatch by type.
//
// A message is its fixed fields, then a 2-byte length and appendages (tag and value) of that many bytes in all; where
// the specification lets the length be absent, kHasAppendageLength is false and kLength counts the fixed fields alone,
// else it counts the appendage length too. write() stores kLength bytes. decode() takes messages with, without and with
// empty appendages, whatever the type. Prices are u64 in 1/10,000 dollar, timestamps nanoseconds since midnight. A type
// byte means one thing from the client and another from the exchange, hence two lists. Nothing here allocates or
// throws.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "host/wire/bytes.h"
#include "host/wire/ouch50_notices.h"
#include "host/wire/ouch50_orders.h"
#include "host/wire/ouch50_requests.h"

namespace twinpath::ouch {

template <class... M>
struct MessageList {
  static constexpr std::size_t kCount = sizeof...(M);
  static constexpr std::size_t kLongest = std::max({M::kLength...});  // without appendages
};

/// From the client, in the order of the specification.
using Requests = MessageList<EnterOrder, ReplaceOrder, CancelOrder, ModifyOrder, MassCancel, DisableOrderEntry,
                             EnableOrderEntry, AccountQuery>;
/// From the exchange, likewise.
using Answers = MessageList<SystemEvent, Accepted, Replaced, Canceled, AiqCanceled, Executed, BrokenTrade, Rejected,
                            CancelPending, CancelReject, PriorityUpdate, Modified, Restated, MassCancelResponse,
                            DisableOrderEntryResponse, EnableOrderEntryResponse, AccountQueryResponse>;

/// Appendix A: what an appendage tells. Numbers are big-endian, of 8, 4, 2 or 1 bytes.
enum class Tag : std::uint8_t {
  secondary_order_reference = 1,
  firm = 2,
  minimum_quantity = 3,
  customer_type = 4,
  max_floor = 5,
  price_type = 6,
  peg_offset = 7,
  discretion_price = 9,
  discretion_price_type = 10,
  discretion_peg_offset = 11,
  post_only = 12,
  random_reserves = 13,
  route = 14,
  expire_time = 15,  // seconds
  trade_now = 16,
  handling_instruction = 17,
  bbo_weight = 18,
  display_quantity = 22,
  display_price = 23,
  group_id = 24,
  shares_located = 25,
  locate_broker = 26,
  side = 27,
  user_ref_index = 28,
};

/// Appendix B: why shares were canceled.
enum class CancelReason : char {
  regulatory = 'D',
  closed = 'E',
  post_only = 'F',
  post_only_contra_displayed = 'G',
  halted = 'H',
  immediate_or_cancel = 'I',
  collar = 'K',
  self_match = 'Q',
  supervisory = 'S',
  timeout = 'T',
  user = 'U',
  open_protection = 'X',
  system = 'Z',
  direct_listing = 'e',
};

/// Appendix C, in part: why an order was refused.
enum class RejectReason : std::uint16_t {
  destination_closed = 0x0002,
  invalid_display = 0x0003,
  invalid_max_floor = 0x0004,
  halted = 0x0007,
  invalid_side = 0x0009,
  processing_error = 0x000A,
  firm_not_authorized = 0x000C,
  invalid_minimum_quantity = 0x000D,
  other = 0x000F,
  cancel_not_allowed = 0x0010,
  invalid_quantity = 0x0013,
  invalid_cross_order = 0x0014,
  replace_not_allowed = 0x0015,
  invalid_symbol = 0x0017,
  invalid_price = 0x001D,
  shares_exceed_threshold = 0x001E,
  exceeds_notional = 0x001F,
  port_message_rate = 0x0029,
};

enum class DecodeError : std::uint8_t { none, empty, unknown_type, bad_length, bad_appendage };

constexpr std::string_view to_string(DecodeError e) noexcept {
  switch (e) {
    case DecodeError::none:
      return "none";
    case DecodeError::empty:
      return "empty message";
    case DecodeError::unknown_type:
      return "unknown message type";
    case DecodeError::bad_length:
      return "length is neither that of the message type nor that of its appendages";
    case DecodeError::bad_appendage:
      return "an appendage reaches beyond the appendage length";
  }
  return "?";
}

/// An appendage: a tag and its value. On the wire a length byte that counts both stands in front of them.
struct Appendage {
  std::uint8_t tag = 0;
  std::span<const std::uint8_t> value;

  [[nodiscard]] bool is(Tag t) const noexcept { return tag == static_cast<std::uint8_t>(t); }
};

/// Takes the first appendage off `rest`. False when `rest` is empty or malformed (then it is left as it is).
inline bool next_appendage(std::span<const std::uint8_t>& rest, Appendage& out) noexcept {
  if (rest.size() < 2 || rest[0] < 1 || rest.size() - 1 < rest[0]) return false;
  out = {rest[1], rest.subspan(2, rest[0] - 1U)};
  rest = rest.subspan(1U + rest[0]);
  return true;
}

/// Stores an appendage of at most 254 bytes of value and returns its size.
inline std::size_t write_appendage(Tag tag, std::span<const std::uint8_t> value, std::uint8_t* p) noexcept {
  p[0] = static_cast<std::uint8_t>(value.size() + 1);
  p[1] = static_cast<std::uint8_t>(tag);
  if (!value.empty()) std::memcpy(p + 2, value.data(), value.size());
  return 2 + value.size();
}

/// Decodes a message known to be of type M. `appendages` are its appendage bytes, whole ones only.
template <class M>
DecodeError decode(std::span<const std::uint8_t> message, M& out, std::span<const std::uint8_t>& appendages) noexcept {
  constexpr std::size_t kFixed = M::kLength - (M::kHasAppendageLength ? 2 : 0);
  appendages = {};
  if (message.empty()) return DecodeError::empty;
  if (message[0] != M::kType) return DecodeError::unknown_type;
  if (message.size() != kFixed) {
    if (message.size() < kFixed + 2) return DecodeError::bad_length;
    if (message.size() - kFixed - 2 != load_be16(message.data() + kFixed)) return DecodeError::bad_length;
    appendages = message.subspan(kFixed + 2);
    std::span<const std::uint8_t> rest = appendages;
    Appendage a;
    while (next_appendage(rest, a)) {
    }
    if (!rest.empty()) return DecodeError::bad_appendage;
  }
  // The appendage length may be absent: it reads as 0.
  std::array<std::uint8_t, M::kLength> bytes{};
  std::memcpy(bytes.data(), message.data(), message.size() < M::kLength ? message.size() : M::kLength);
  out = M::read(bytes.data());
  return DecodeError::none;
}

namespace detail {

template <class M, class V>
bool visit_as(std::span<const std::uint8_t> message, V& visitor, DecodeError& error) {
  M m;
  std::span<const std::uint8_t> appendages;
  error = decode(message, m, appendages);
  if (error != DecodeError::none) return false;
  visitor(m, appendages);
  return true;
}

template <class V, class... M>
bool visit_any(std::span<const std::uint8_t> message, V& visitor, DecodeError* error, MessageList<M...>) {
  DecodeError e = message.empty() ? DecodeError::empty : DecodeError::unknown_type;
  bool ok = false;
  if (!message.empty())
    static_cast<void>(((message[0] == M::kType && ((ok = visit_as<M>(message, visitor, e)), true)) || ...));
  if (error != nullptr) *error = e;
  return ok;
}

}  // namespace detail

/// Calls visitor(const M&, std::span<const std::uint8_t> appendages) with the decoded message of a client. False,
/// without a call, on an error, which goes to `error` if given.
template <class V>
bool visit_request(std::span<const std::uint8_t> message, V&& visitor, DecodeError* error = nullptr) {
  return detail::visit_any(message, visitor, error, Requests{});
}

/// The same for a message of the exchange.
template <class V>
bool visit_answer(std::span<const std::uint8_t> message, V&& visitor, DecodeError* error = nullptr) {
  return detail::visit_any(message, visitor, error, Answers{});
}

}  // namespace twinpath::ouch
