// TotalView-ITCH 5.0: all 23 message types, their lengths, and dispatch by type.
//
// A message is its bytes without any framing. Decoding checks the type and the exact length and nothing else; values
// are passed on as they came. Nothing here allocates or throws.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "host/wire/itch50_auctions.h"
#include "host/wire/itch50_orders.h"
#include "host/wire/itch50_reference.h"

namespace twinpath::itch {

template <class... M>
struct MessageList {
  static constexpr std::size_t kCount = sizeof...(M);
};

/// Every message type, in the order of the specification.
using Messages =
    MessageList<SystemEvent, StockDirectory, StockTradingAction, RegShoRestriction, MarketParticipantPosition,
                MwcbDeclineLevel, MwcbStatus, IpoQuotingPeriodUpdate, LuldAuctionCollar, OperationalHalt, AddOrder,
                AddOrderMpid, OrderExecuted, OrderExecutedWithPrice, OrderCancel, OrderDelete, OrderReplace, Trade,
                CrossTrade, BrokenTrade, NetOrderImbalance, RetailPriceImprovement, DirectListingCapitalRaise>;

enum class DecodeError : std::uint8_t { none, empty, unknown_type, bad_length };

constexpr std::string_view to_string(DecodeError e) noexcept {
  switch (e) {
    case DecodeError::none:
      return "none";
    case DecodeError::empty:
      return "empty message";
    case DecodeError::unknown_type:
      return "unknown message type";
    case DecodeError::bad_length:
      return "length is not that of the message type";
  }
  return "?";
}

namespace detail {

template <class... M>
constexpr std::array<std::uint8_t, 256> length_table(MessageList<M...>) noexcept {
  static_assert(((M::kLength == fields::wire_size<M>()) && ...),
                "a field list does not add up to its message's length");
  std::array<std::uint8_t, 256> t{};
  ((t[M::kType] = M::kLength), ...);
  return t;
}
inline constexpr std::array<std::uint8_t, 256> kLengths = length_table(Messages{});

template <class... M>
constexpr std::string_view name_of(std::uint8_t type, MessageList<M...>) noexcept {
  std::string_view name = "unknown";
  ((type == M::kType ? void(name = M::kName) : void()), ...);
  return name;
}

}  // namespace detail

/// Bytes of a message of this type, 0 when the type is unknown.
constexpr std::uint8_t message_length(std::uint8_t type) noexcept { return detail::kLengths[type]; }

/// The message's name ("add_order"), "unknown" when the type is unknown.
constexpr std::string_view type_name(std::uint8_t type) noexcept { return detail::name_of(type, Messages{}); }

/// Whether `message` is a known type of the right length.
inline DecodeError check(std::span<const std::uint8_t> message) noexcept {
  if (message.empty()) return DecodeError::empty;
  const std::uint8_t length = message_length(message[0]);
  if (length == 0) return DecodeError::unknown_type;
  return message.size() == length ? DecodeError::none : DecodeError::bad_length;
}

/// Calls visitor(const T&) with the decoded message. False, without a call, when check() finds an error, which goes to
/// `error` if given.
template <class V>
bool visit(std::span<const std::uint8_t> message, V&& visitor, DecodeError* error = nullptr) {
  const DecodeError e = check(message);
  if (error != nullptr) *error = e;
  if (e != DecodeError::none) return false;
  const std::uint8_t* p = message.data();
  switch (*p) {
    case SystemEvent::kType:
      visitor(SystemEvent::read(p));
      break;
    case StockDirectory::kType:
      visitor(StockDirectory::read(p));
      break;
    case StockTradingAction::kType:
      visitor(StockTradingAction::read(p));
      break;
    case RegShoRestriction::kType:
      visitor(RegShoRestriction::read(p));
      break;
    case MarketParticipantPosition::kType:
      visitor(MarketParticipantPosition::read(p));
      break;
    case MwcbDeclineLevel::kType:
      visitor(MwcbDeclineLevel::read(p));
      break;
    case MwcbStatus::kType:
      visitor(MwcbStatus::read(p));
      break;
    case IpoQuotingPeriodUpdate::kType:
      visitor(IpoQuotingPeriodUpdate::read(p));
      break;
    case LuldAuctionCollar::kType:
      visitor(LuldAuctionCollar::read(p));
      break;
    case OperationalHalt::kType:
      visitor(OperationalHalt::read(p));
      break;
    case AddOrder::kType:
      visitor(AddOrder::read(p));
      break;
    case AddOrderMpid::kType:
      visitor(AddOrderMpid::read(p));
      break;
    case OrderExecuted::kType:
      visitor(OrderExecuted::read(p));
      break;
    case OrderExecutedWithPrice::kType:
      visitor(OrderExecutedWithPrice::read(p));
      break;
    case OrderCancel::kType:
      visitor(OrderCancel::read(p));
      break;
    case OrderDelete::kType:
      visitor(OrderDelete::read(p));
      break;
    case OrderReplace::kType:
      visitor(OrderReplace::read(p));
      break;
    case Trade::kType:
      visitor(Trade::read(p));
      break;
    case CrossTrade::kType:
      visitor(CrossTrade::read(p));
      break;
    case BrokenTrade::kType:
      visitor(BrokenTrade::read(p));
      break;
    case NetOrderImbalance::kType:
      visitor(NetOrderImbalance::read(p));
      break;
    case RetailPriceImprovement::kType:
      visitor(RetailPriceImprovement::read(p));
      break;
    case DirectListingCapitalRaise::kType:
      visitor(DirectListingCapitalRaise::read(p));
      break;
    default:
      break;
  }
  return true;
}

}  // namespace twinpath::itch
