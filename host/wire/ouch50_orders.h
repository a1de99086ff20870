// OUCH 5.0 (April 2023): what the exchange says of an order's life; see ouch50.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "host/wire/fields.h"

namespace twinpath::ouch {

/// OUCH 5.0, 3.2 Order Accepted: the order as it was taken. Order state 'L' live, 'D' dead: then nothing more comes of
/// it.
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

/// OUCH 5.0, 3.3 Order Replaced. `quantity` is what is open of the replacement, without what the chain has executed.
struct Replaced {
  static constexpr std::uint8_t kType = 'U';
  static constexpr std::size_t kLength = 68;
  static constexpr bool kHasAppendageLength = true;
  static constexpr std::string_view kName = "replaced";

  std::uint64_t timestamp = 0;
  std::uint32_t orig_user_ref_num = 0;
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
    f("orig_user_ref_num", m.orig_user_ref_num, fields::kNumber);
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
  [[nodiscard]] static Replaced read(const std::uint8_t* p) noexcept { return fields::read<Replaced>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(Replaced::kLength == fields::wire_size<Replaced>());

/// OUCH 5.0, 3.4 Order Canceled: `quantity` shares are gone; some may be left.
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

/// OUCH 5.0, 3.5 AIQ Canceled: self match prevention took `quantity` shares; `quantity_prevented` is what would have
/// traded.
struct AiqCanceled {
  static constexpr std::uint8_t kType = 'D';
  static constexpr std::size_t kLength = 32;
  static constexpr bool kHasAppendageLength = false;
  static constexpr std::string_view kName = "aiq_canceled";

  std::uint64_t timestamp = 0;
  std::uint32_t user_ref_num = 0;
  std::uint32_t quantity = 0;
  char reason = ' ';
  std::uint32_t quantity_prevented = 0;
  std::uint64_t execution_price = 0;
  char liquidity_flag = ' ';
  char aiq_strategy = ' ';

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("quantity", m.quantity, fields::kNumber);
    f("reason", m.reason, fields::kCharacter);
    f("quantity_prevented", m.quantity_prevented, fields::kNumber);
    f("execution_price", m.execution_price, fields::kPrice4);
    f("liquidity_flag", m.liquidity_flag, fields::kCharacter);
    f("aiq_strategy", m.aiq_strategy, fields::kCharacter);
  }
  [[nodiscard]] static AiqCanceled read(const std::uint8_t* p) noexcept { return fields::read<AiqCanceled>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(AiqCanceled::kLength == fields::wire_size<AiqCanceled>());

/// OUCH 5.0, 3.6 Order Executed: a fill of `quantity` shares. Both sides of the trade have its match number.
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

/// OUCH 5.0, 3.7 Broken Trade: an execution that was reported before does not count.
struct BrokenTrade {
  static constexpr std::uint8_t kType = 'B';
  static constexpr std::size_t kLength = 36;
  static constexpr bool kHasAppendageLength = false;
  static constexpr std::string_view kName = "broken_trade";

  std::uint64_t timestamp = 0;
  std::uint32_t user_ref_num = 0;
  std::uint64_t match_number = 0;
  char reason = ' ';
  Text<14> cl_ord_id{};

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("match_number", m.match_number, fields::kNumber);
    f("reason", m.reason, fields::kCharacter);
    f("cl_ord_id", m.cl_ord_id, fields::kAlpha);
  }
  [[nodiscard]] static BrokenTrade read(const std::uint8_t* p) noexcept { return fields::read<BrokenTrade>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(BrokenTrade::kLength == fields::wire_size<BrokenTrade>());

/// OUCH 5.0, 3.8 Rejected: an order or a replacement was not taken. Its UserRefNum is spent.
struct Rejected {
  static constexpr std::uint8_t kType = 'J';
  static constexpr std::size_t kLength = 29;
  static constexpr bool kHasAppendageLength = false;
  static constexpr std::string_view kName = "rejected";

  std::uint64_t timestamp = 0;
  std::uint32_t user_ref_num = 0;
  std::uint16_t reason = 0;
  Text<14> cl_ord_id{};

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("reason", m.reason, fields::kNumber);
    f("cl_ord_id", m.cl_ord_id, fields::kAlpha);
  }
  [[nodiscard]] static Rejected read(const std::uint8_t* p) noexcept { return fields::read<Rejected>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(Rejected::kLength == fields::wire_size<Rejected>());

/// OUCH 5.0, 3.9 Cancel Pending: what is left after the cross will be canceled.
struct CancelPending {
  static constexpr std::uint8_t kType = 'P';
  static constexpr std::size_t kLength = 13;
  static constexpr bool kHasAppendageLength = false;
  static constexpr std::string_view kName = "cancel_pending";

  std::uint64_t timestamp = 0;
  std::uint32_t user_ref_num = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("user_ref_num", m.user_ref_num, fields::kNumber);
  }
  [[nodiscard]] static CancelPending read(const std::uint8_t* p) noexcept { return fields::read<CancelPending>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(CancelPending::kLength == fields::wire_size<CancelPending>());

/// OUCH 5.0, 3.10 Cancel Reject: a cross order cannot be reduced now.
struct CancelReject {
  static constexpr std::uint8_t kType = 'I';
  static constexpr std::size_t kLength = 13;
  static constexpr bool kHasAppendageLength = false;
  static constexpr std::string_view kName = "cancel_reject";

  std::uint64_t timestamp = 0;
  std::uint32_t user_ref_num = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("timestamp", m.timestamp, fields::kTimestamp64);
    f("user_ref_num", m.user_ref_num, fields::kNumber);
  }
  [[nodiscard]] static CancelReject read(const std::uint8_t* p) noexcept { return fields::read<CancelReject>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(CancelReject::kLength == fields::wire_size<CancelReject>());

}  // namespace twinpath::ouch
