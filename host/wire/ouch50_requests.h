// OUCH 5.0 (April 2023): what a client sends; see ouch50.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "host/wire/fields.h"

namespace twinpath::ouch {

/// OUCH 5.0, 2.1 Enter Order. UserRefNum counts up from 1 within a day; one that is not above the last one processed is
/// ignored.
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

/// OUCH 5.0, 2.2 Replace Order. `quantity` counts what the chain of replaces has executed and had prevented by self
/// match prevention already. The rest (side, symbol, capacity, firm) stays as it was.
struct ReplaceOrder {
  static constexpr std::uint8_t kType = 'U';
  static constexpr std::size_t kLength = 40;
  static constexpr bool kHasAppendageLength = true;
  static constexpr std::string_view kName = "replace_order";

  std::uint32_t orig_user_ref_num = 0;
  std::uint32_t user_ref_num = 0;
  std::uint32_t quantity = 0;
  std::uint64_t price = 0;
  char time_in_force = ' ';
  char display = ' ';
  char intermarket_sweep = ' ';
  Text<14> cl_ord_id{};
  std::uint16_t appendage_length = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("orig_user_ref_num", m.orig_user_ref_num, fields::kNumber);
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("quantity", m.quantity, fields::kNumber);
    f("price", m.price, fields::kPrice4);
    f("time_in_force", m.time_in_force, fields::kCharacter);
    f("display", m.display, fields::kCharacter);
    f("intermarket_sweep", m.intermarket_sweep, fields::kCharacter);
    f("cl_ord_id", m.cl_ord_id, fields::kAlpha);
    f("appendage_length", m.appendage_length, fields::kNumber);
  }
  [[nodiscard]] static ReplaceOrder read(const std::uint8_t* p) noexcept { return fields::read<ReplaceOrder>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(ReplaceOrder::kLength == fields::wire_size<ReplaceOrder>());

/// OUCH 5.0, 2.3 Cancel Order: `quantity` is the most that the order may execute in all, what it has executed included;
/// 0 cancels what is open.
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

/// OUCH 5.0, 2.4 Modify Order: to another kind of sale, or to fewer shares (`quantity` as in a cancel), without loss of
/// priority.
struct ModifyOrder {
  static constexpr std::uint8_t kType = 'M';
  static constexpr std::size_t kLength = 10;
  static constexpr bool kHasAppendageLength = false;
  static constexpr std::string_view kName = "modify_order";

  std::uint32_t user_ref_num = 0;
  char side = ' ';
  std::uint32_t quantity = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("side", m.side, fields::kCharacter);
    f("quantity", m.quantity, fields::kNumber);
  }
  [[nodiscard]] static ModifyOrder read(const std::uint8_t* p) noexcept { return fields::read<ModifyOrder>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(ModifyOrder::kLength == fields::wire_size<ModifyOrder>());

/// OUCH 5.0, 2.5 Mass Cancel: the firm's orders, of one symbol unless it is spaces; tags narrow it to a side and a
/// group. It takes a UserRefNum of its own.
struct MassCancel {
  static constexpr std::uint8_t kType = 'C';
  static constexpr std::size_t kLength = 19;
  static constexpr bool kHasAppendageLength = true;
  static constexpr std::string_view kName = "mass_cancel";

  std::uint32_t user_ref_num = 0;
  Text<4> firm{};
  Text<8> symbol{};
  std::uint16_t appendage_length = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("firm", m.firm, fields::kAlpha);
    f("symbol", m.symbol, fields::kAlpha);
    f("appendage_length", m.appendage_length, fields::kNumber);
  }
  [[nodiscard]] static MassCancel read(const std::uint8_t* p) noexcept { return fields::read<MassCancel>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(MassCancel::kLength == fields::wire_size<MassCancel>());

/// OUCH 5.0, 2.6 Disable Order Entry of the firm. It takes a UserRefNum of its own.
struct DisableOrderEntry {
  static constexpr std::uint8_t kType = 'D';
  static constexpr std::size_t kLength = 11;
  static constexpr bool kHasAppendageLength = true;
  static constexpr std::string_view kName = "disable_order_entry";

  std::uint32_t user_ref_num = 0;
  Text<4> firm{};
  std::uint16_t appendage_length = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("firm", m.firm, fields::kAlpha);
    f("appendage_length", m.appendage_length, fields::kNumber);
  }
  [[nodiscard]] static DisableOrderEntry read(const std::uint8_t* p) noexcept {
    return fields::read<DisableOrderEntry>(p);
  }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(DisableOrderEntry::kLength == fields::wire_size<DisableOrderEntry>());

/// OUCH 5.0, 2.7 Enable Order Entry of the firm. It takes a UserRefNum of its own.
struct EnableOrderEntry {
  static constexpr std::uint8_t kType = 'E';
  static constexpr std::size_t kLength = 11;
  static constexpr bool kHasAppendageLength = true;
  static constexpr std::string_view kName = "enable_order_entry";

  std::uint32_t user_ref_num = 0;
  Text<4> firm{};
  std::uint16_t appendage_length = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("user_ref_num", m.user_ref_num, fields::kNumber);
    f("firm", m.firm, fields::kAlpha);
    f("appendage_length", m.appendage_length, fields::kNumber);
  }
  [[nodiscard]] static EnableOrderEntry read(const std::uint8_t* p) noexcept {
    return fields::read<EnableOrderEntry>(p);
  }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(EnableOrderEntry::kLength == fields::wire_size<EnableOrderEntry>());

/// OUCH 5.0, 2.8 Account Query: which UserRefNum is next?
struct AccountQuery {
  static constexpr std::uint8_t kType = 'Q';
  static constexpr std::size_t kLength = 1;
  static constexpr bool kHasAppendageLength = false;
  static constexpr std::string_view kName = "account_query";

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self&, F&&) {}
  [[nodiscard]] static AccountQuery read(const std::uint8_t* p) noexcept { return fields::read<AccountQuery>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};
static_assert(AccountQuery::kLength == fields::wire_size<AccountQuery>());

}  // namespace twinpath::ouch
