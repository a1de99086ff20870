// OUCH 5.0: the messages a client sends that Twinpath uses, and the exchange's answers to them.
//
// A message is its fixed fields, then optionally a 2-byte length and appendages (tag and value) of that many bytes in
// all. kLength counts the fixed fields, with the appendage length where the type always has one. write() stores kLength
// bytes; `appendage_length` is 0 in what we send. decode() takes messages with, without and with empty appendages.
// Prices are u64 in 1/10,000 dollar, timestamps nanoseconds since midnight. Nothing here allocates or throws.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "host/wire/bytes.h"
#include "host/wire/fields.h"

namespace twinpath::ouch {

/// OUCH 5.0, Enter Order, from the client. The client's UserRefNum counts up by one from 1.
struct EnterOrder {
  static constexpr std::uint8_t kType = 'O';
  static constexpr std::size_t kLength = 47;
  static constexpr bool kHasAppendageLength = true;
  static constexpr std::string_view kName = "enter_order";

  std::uint32_t user_ref_num = 0;
  char side = ' ';
  std::uint32_t quantity = 0;
  Text<8> symbol{};
  std::uint64_t price = 0;
  char time_in_force = ' ';
  char display = ' ';
  char capacity = ' ';
  char intermarket_sweep = ' ';
  char cross_type = ' ';
  Text<14> cl_ord_id{};
  std::uint16_t appendage_length = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("side", m.side, fields::kCharacter);
    f("quantity", m.quantity, fields::kNumber);
    f("symbol", m.symbol, fields::kAlpha);
    f("price", m.price, fields::kPrice4);
    f("time_in_force", m.time_in_force, fields::kCharacter);
    f("display", m.display, fields::kCharacter);
    f("capacity", m.capacity, fields::kCharacter);
    f("intermarket_sweep", m.intermarket_sweep, fields::kCharacter);
    f("cross_type", m.cross_type, fields::kCharacter);
    f("cl_ord_id", m.cl_ord_id, fields::kAlpha);
    f("appendage_length", m.appendage_length, fields::kNumber);
  }
  [[nodiscard]] static EnterOrder read(const std::uint8_t* p) noexcept { return fields::read<EnterOrder>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(EnterOrder::kLength == fields::wire_size<EnterOrder>());

/// OUCH 5.0, Cancel Order, from the client: `quantity` is what shall remain, 0 cancels all.
struct CancelOrder {
  static constexpr std::uint8_t kType = 'X';
  static constexpr std::size_t kLength = 9;
  static constexpr bool kHasAppendageLength = false;
  static constexpr std::string_view kName = "cancel_order";

  std::uint32_t user_ref_num = 0;
  std::uint32_t quantity = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("quantity", m.quantity, fields::kNumber);
  }
  [[nodiscard]] static CancelOrder read(const std::uint8_t* p) noexcept { return fields::read<CancelOrder>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(CancelOrder::kLength == fields::wire_size<CancelOrder>());

/// OUCH 5.0, System Event, from the exchange: 'S' start of day, 'E' end of day.
struct SystemEvent {
  static constexpr std::uint8_t kType = 'S';
  static constexpr std::size_t kLength = 10;
  static constexpr bool kHasAppendageLength = false;
  static constexpr std::string_view kName = "system_event";

  std::uint64_t timestamp = 0;
  char event_code = ' ';

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("event_code", m.event_code, fields::kCharacter);
  }
  [[nodiscard]] static SystemEvent read(const std::uint8_t* p) noexcept { return fields::read<SystemEvent>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(SystemEvent::kLength == fields::wire_size<SystemEvent>());

/// OUCH 5.0, Order Accepted, from the exchange: the order as it was entered.
struct Accepted {
  static constexpr std::uint8_t kType = 'A';
  static constexpr std::size_t kLength = 64;
  static constexpr bool kHasAppendageLength = true;
  static constexpr std::string_view kName = "accepted";

  std::uint64_t timestamp = 0;
  std::uint32_t user_ref_num = 0;
  char side = ' ';
  std::uint32_t quantity = 0;
  Text<8> symbol{};
  std::uint64_t price = 0;
  char time_in_force = ' ';
  char display = ' ';
  std::uint64_t order_reference_number = 0;
  char capacity = ' ';
  char intermarket_sweep = ' ';
  char cross_type = ' ';
  char order_state = ' ';
  Text<14> cl_ord_id{};
  std::uint16_t appendage_length = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("side", m.side, fields::kCharacter);
    f("quantity", m.quantity, fields::kNumber);
    f("symbol", m.symbol, fields::kAlpha);
    f("price", m.price, fields::kPrice4);
    f("time_in_force", m.time_in_force, fields::kCharacter);
    f("display", m.display, fields::kCharacter);
    f("order_reference_number", m.order_reference_number, fields::kNumber);
    f("capacity", m.capacity, fields::kCharacter);
    f("intermarket_sweep", m.intermarket_sweep, fields::kCharacter);
    f("cross_type", m.cross_type, fields::kCharacter);
    f("order_state", m.order_state, fields::kCharacter);
    f("cl_ord_id", m.cl_ord_id, fields::kAlpha);
    f("appendage_length", m.appendage_length, fields::kNumber);
  }
  [[nodiscard]] static Accepted read(const std::uint8_t* p) noexcept { return fields::read<Accepted>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(Accepted::kLength == fields::wire_size<Accepted>());

/// OUCH 5.0, Order Executed, from the exchange: a fill.
struct Executed {
  static constexpr std::uint8_t kType = 'E';
  static constexpr std::size_t kLength = 36;
  static constexpr bool kHasAppendageLength = true;
  static constexpr std::string_view kName = "executed";

  std::uint64_t timestamp = 0;
  std::uint32_t user_ref_num = 0;
  std::uint32_t quantity = 0;
  std::uint64_t price = 0;
  char liquidity_flag = ' ';
  std::uint64_t match_number = 0;
  std::uint16_t appendage_length = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("quantity", m.quantity, fields::kNumber);
    f("price", m.price, fields::kPrice4);
    f("liquidity_flag", m.liquidity_flag, fields::kCharacter);
    f("match_number", m.match_number, fields::kNumber);
    f("appendage_length", m.appendage_length, fields::kNumber);
  }
  [[nodiscard]] static Executed read(const std::uint8_t* p) noexcept { return fields::read<Executed>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(Executed::kLength == fields::wire_size<Executed>());

/// OUCH 5.0, Order Canceled, from the exchange: `quantity` shares are gone.
struct Canceled {
  static constexpr std::uint8_t kType = 'C';
  static constexpr std::size_t kLength = 18;
  static constexpr bool kHasAppendageLength = false;
  static constexpr std::string_view kName = "canceled";

  std::uint64_t timestamp = 0;
  std::uint32_t user_ref_num = 0;
  std::uint32_t quantity = 0;
  char reason = ' ';

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("quantity", m.quantity, fields::kNumber);
    f("reason", m.reason, fields::kCharacter);
  }
  [[nodiscard]] static Canceled read(const std::uint8_t* p) noexcept { return fields::read<Canceled>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(Canceled::kLength == fields::wire_size<Canceled>());

/// OUCH 5.0, Order Rejected, from the exchange. The reason is a number.
struct Rejected {
  static constexpr std::uint8_t kType = 'J';
  static constexpr std::size_t kLength = 31;
  static constexpr bool kHasAppendageLength = true;
  static constexpr std::string_view kName = "rejected";

  std::uint64_t timestamp = 0;
  std::uint32_t user_ref_num = 0;
  std::uint16_t reason = 0;
  Text<14> cl_ord_id{};
  std::uint16_t appendage_length = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("reason", m.reason, fields::kNumber);
    f("cl_ord_id", m.cl_ord_id, fields::kAlpha);
    f("appendage_length", m.appendage_length, fields::kNumber);
  }
  [[nodiscard]] static Rejected read(const std::uint8_t* p) noexcept { return fields::read<Rejected>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(Rejected::kLength == fields::wire_size<Rejected>());

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
};

/// Takes the first appendage off `rest`. False when `rest` is empty or malformed (then it is left as it is).
inline bool next_appendage(std::span<const std::uint8_t>& rest, Appendage& out) noexcept {
  if (rest.size() < 2 || rest[0] < 1 || rest.size() - 1 < rest[0]) return false;
  out = {rest[1], rest.subspan(2, rest[0] - 1U)};
  rest = rest.subspan(1U + rest[0]);
  return true;
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
}  // namespace detail

/// Calls visitor(const M&, std::span<const std::uint8_t> appendages) with the decoded message. False, without a call,
/// on an error, which goes to `error` if given.
template <class V>
bool visit(std::span<const std::uint8_t> message, V&& visitor, DecodeError* error = nullptr) {
  DecodeError e = message.empty() ? DecodeError::empty : DecodeError::unknown_type;
  bool ok = false;
  switch (message.empty() ? 0 : message[0]) {
    case EnterOrder::kType:
      ok = detail::visit_as<EnterOrder>(message, visitor, e);
      break;
    case CancelOrder::kType:
      ok = detail::visit_as<CancelOrder>(message, visitor, e);
      break;
    case SystemEvent::kType:
      ok = detail::visit_as<SystemEvent>(message, visitor, e);
      break;
    case Accepted::kType:
      ok = detail::visit_as<Accepted>(message, visitor, e);
      break;
    case Executed::kType:
      ok = detail::visit_as<Executed>(message, visitor, e);
      break;
    case Canceled::kType:
      ok = detail::visit_as<Canceled>(message, visitor, e);
      break;
    case Rejected::kType:
      ok = detail::visit_as<Rejected>(message, visitor, e);
      break;
    default:
      break;
  }
  if (error != nullptr) *error = e;
  return ok;
}

}  // namespace twinpath::ouch
