// OUCH 5.0 (April 2023): what else the exchange says, of an order, the account and the day; see ouch50.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "host/wire/fields.h"

namespace twinpath::ouch {

/// OUCH 5.0, 3.1 System Event: 'S' start of day, 'E' end of day.
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

/// OUCH 5.0, 3.11 Order Priority Update: the order has another place, price or order reference.
struct PriorityUpdate {
  static constexpr std::uint8_t kType = 'T';
  static constexpr std::size_t kLength = 30;
  static constexpr bool kHasAppendageLength = false;
  static constexpr std::string_view kName = "priority_update";

  std::uint64_t timestamp = 0;
  std::uint32_t user_ref_num = 0;
  std::uint64_t price = 0;
  char display = ' ';
  std::uint64_t order_reference_number = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("price", m.price, fields::kPrice4);
    f("display", m.display, fields::kCharacter);
    f("order_reference_number", m.order_reference_number, fields::kNumber);
  }
  [[nodiscard]] static PriorityUpdate read(const std::uint8_t* p) noexcept { return fields::read<PriorityUpdate>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(PriorityUpdate::kLength == fields::wire_size<PriorityUpdate>());

/// OUCH 5.0, 3.12 Order Modified. `quantity` is what is open.
struct Modified {
  static constexpr std::uint8_t kType = 'M';
  static constexpr std::size_t kLength = 18;
  static constexpr bool kHasAppendageLength = false;
  static constexpr std::string_view kName = "modified";

  std::uint64_t timestamp = 0;
  std::uint32_t user_ref_num = 0;
  char side = ' ';
  std::uint32_t quantity = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("side", m.side, fields::kCharacter);
    f("quantity", m.quantity, fields::kNumber);
  }
  [[nodiscard]] static Modified read(const std::uint8_t* p) noexcept { return fields::read<Modified>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(Modified::kLength == fields::wire_size<Modified>());

/// OUCH 5.0, 3.13 Order Restated: 'R' an iceberg shows again, 'P' another displayed price; the tags tell which.
struct Restated {
  static constexpr std::uint8_t kType = 'R';
  static constexpr std::size_t kLength = 16;
  static constexpr bool kHasAppendageLength = true;
  static constexpr std::string_view kName = "restated";

  std::uint64_t timestamp = 0;
  std::uint32_t user_ref_num = 0;
  char reason = ' ';
  std::uint16_t appendage_length = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("reason", m.reason, fields::kCharacter);
    f("appendage_length", m.appendage_length, fields::kNumber);
  }
  [[nodiscard]] static Restated read(const std::uint8_t* p) noexcept { return fields::read<Restated>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(Restated::kLength == fields::wire_size<Restated>());

/// OUCH 5.0, 3.14 Mass Cancel Response: the request, taken.
struct MassCancelResponse {
  static constexpr std::uint8_t kType = 'X';
  static constexpr std::size_t kLength = 27;
  static constexpr bool kHasAppendageLength = true;
  static constexpr std::string_view kName = "mass_cancel_response";

  std::uint64_t timestamp = 0;
  std::uint32_t user_ref_num = 0;
  Text<4> firm{};
  Text<8> symbol{};
  std::uint16_t appendage_length = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("firm", m.firm, fields::kAlpha);
    f("symbol", m.symbol, fields::kAlpha);
    f("appendage_length", m.appendage_length, fields::kNumber);
  }
  [[nodiscard]] static MassCancelResponse read(const std::uint8_t* p) noexcept {
    return fields::read<MassCancelResponse>(p);
  }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(MassCancelResponse::kLength == fields::wire_size<MassCancelResponse>());

/// OUCH 5.0, 3.15 Disable Order Entry Response: the request, taken.
struct DisableOrderEntryResponse {
  static constexpr std::uint8_t kType = 'G';
  static constexpr std::size_t kLength = 19;
  static constexpr bool kHasAppendageLength = true;
  static constexpr std::string_view kName = "disable_order_entry_response";

  std::uint64_t timestamp = 0;
  std::uint32_t user_ref_num = 0;
  Text<4> firm{};
  std::uint16_t appendage_length = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("firm", m.firm, fields::kAlpha);
    f("appendage_length", m.appendage_length, fields::kNumber);
  }
  [[nodiscard]] static DisableOrderEntryResponse read(const std::uint8_t* p) noexcept {
    return fields::read<DisableOrderEntryResponse>(p);
  }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(DisableOrderEntryResponse::kLength == fields::wire_size<DisableOrderEntryResponse>());

/// OUCH 5.0, 3.16 Enable Order Entry Response: the request, taken.
struct EnableOrderEntryResponse {
  static constexpr std::uint8_t kType = 'K';
  static constexpr std::size_t kLength = 19;
  static constexpr bool kHasAppendageLength = true;
  static constexpr std::string_view kName = "enable_order_entry_response";

  std::uint64_t timestamp = 0;
  std::uint32_t user_ref_num = 0;
  Text<4> firm{};
  std::uint16_t appendage_length = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("firm", m.firm, fields::kAlpha);
    f("appendage_length", m.appendage_length, fields::kNumber);
  }
  [[nodiscard]] static EnableOrderEntryResponse read(const std::uint8_t* p) noexcept {
    return fields::read<EnableOrderEntryResponse>(p);
  }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(EnableOrderEntryResponse::kLength == fields::wire_size<EnableOrderEntryResponse>());

/// OUCH 5.0, 3.17 Account Query Response: the next UserRefNum that will be taken.
struct AccountQueryResponse {
  static constexpr std::uint8_t kType = 'Q';
  static constexpr std::size_t kLength = 13;
  static constexpr bool kHasAppendageLength = false;
  static constexpr std::string_view kName = "account_query_response";

  std::uint64_t timestamp = 0;
  std::uint32_t next_user_ref_num = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("next_user_ref_num", m.next_user_ref_num, fields::kNumber);
  }
  [[nodiscard]] static AccountQueryResponse read(const std::uint8_t* p) noexcept {
    return fields::read<AccountQueryResponse>(p);
  }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(AccountQueryResponse::kLength == fields::wire_size<AccountQueryResponse>());

}  // namespace twinpath::ouch
