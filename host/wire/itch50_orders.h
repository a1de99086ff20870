// TotalView-ITCH 5.0, 1.3 to 1.5.1: displayed orders, what happens to them, and trades.
//
// Each message: kType (its first byte), kLength (bytes on the wire, type byte included), kName, read(p) from and
// write(p) to kLength bytes, and walk(), its fields in wire order (host/wire/fields.h). Prices are u32 in 1/10,000
// dollar unless said otherwise, timestamps nanoseconds since midnight (48 bits), text is padded with spaces. Values are
// not judged here.
#pragma once

#include <cstdint>
#include <string_view>

#include "host/wire/fields.h"

namespace twinpath::itch {

/// TotalView-ITCH 5.0, 1.3.1 Add Order, no MPID attribution. A new displayed order.
struct AddOrder {
  static constexpr std::uint8_t kType = 'A';
  static constexpr std::uint8_t kLength = 36;
  static constexpr std::string_view kName = "add_order";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  std::uint64_t order_reference_number = 0;
  char buy_sell_indicator = ' ';
  std::uint32_t shares = 0;
  Text<8> stock{};
  std::uint32_t price = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("order_reference_number", m.order_reference_number, fields::kNumber);
    f("buy_sell_indicator", m.buy_sell_indicator, fields::kCharacter);
    f("shares", m.shares, fields::kNumber);
    f("stock", m.stock, fields::kAlpha);
    f("price", m.price, fields::kPrice4);
  }
  [[nodiscard]] static AddOrder read(const std::uint8_t* p) noexcept { return fields::read<AddOrder>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.3.2 Add Order with MPID attribution. A new displayed order of a named participant.
struct AddOrderMpid {
  static constexpr std::uint8_t kType = 'F';
  static constexpr std::uint8_t kLength = 40;
  static constexpr std::string_view kName = "add_order_mpid";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  std::uint64_t order_reference_number = 0;
  char buy_sell_indicator = ' ';
  std::uint32_t shares = 0;
  Text<8> stock{};
  std::uint32_t price = 0;
  Text<4> attribution{};

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("order_reference_number", m.order_reference_number, fields::kNumber);
    f("buy_sell_indicator", m.buy_sell_indicator, fields::kCharacter);
    f("shares", m.shares, fields::kNumber);
    f("stock", m.stock, fields::kAlpha);
    f("price", m.price, fields::kPrice4);
    f("attribution", m.attribution, fields::kAlpha);
  }
  [[nodiscard]] static AddOrderMpid read(const std::uint8_t* p) noexcept { return fields::read<AddOrderMpid>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.4.1 Order Executed. Shares executed at the order's own price.
struct OrderExecuted {
  static constexpr std::uint8_t kType = 'E';
  static constexpr std::uint8_t kLength = 31;
  static constexpr std::string_view kName = "order_executed";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  std::uint64_t order_reference_number = 0;
  std::uint32_t executed_shares = 0;
  std::uint64_t match_number = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("order_reference_number", m.order_reference_number, fields::kNumber);
    f("executed_shares", m.executed_shares, fields::kNumber);
    f("match_number", m.match_number, fields::kNumber);
  }
  [[nodiscard]] static OrderExecuted read(const std::uint8_t* p) noexcept { return fields::read<OrderExecuted>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.4.2 Order Executed with Price. Shares executed at another price than the order's.
struct OrderExecutedWithPrice {
  static constexpr std::uint8_t kType = 'C';
  static constexpr std::uint8_t kLength = 36;
  static constexpr std::string_view kName = "order_executed_with_price";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  std::uint64_t order_reference_number = 0;
  std::uint32_t executed_shares = 0;
  std::uint64_t match_number = 0;
  char printable = ' ';
  std::uint32_t execution_price = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("order_reference_number", m.order_reference_number, fields::kNumber);
    f("executed_shares", m.executed_shares, fields::kNumber);
    f("match_number", m.match_number, fields::kNumber);
    f("printable", m.printable, fields::kCharacter);
    f("execution_price", m.execution_price, fields::kPrice4);
  }
  [[nodiscard]] static OrderExecutedWithPrice read(const std::uint8_t* p) noexcept {
    return fields::read<OrderExecutedWithPrice>(p);
  }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.4.3 Order Cancel. Some shares of the order are gone.
struct OrderCancel {
  static constexpr std::uint8_t kType = 'X';
  static constexpr std::uint8_t kLength = 23;
  static constexpr std::string_view kName = "order_cancel";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  std::uint64_t order_reference_number = 0;
  std::uint32_t cancelled_shares = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("order_reference_number", m.order_reference_number, fields::kNumber);
    f("cancelled_shares", m.cancelled_shares, fields::kNumber);
  }
  [[nodiscard]] static OrderCancel read(const std::uint8_t* p) noexcept { return fields::read<OrderCancel>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.4.4 Order Delete. The whole order is gone.
struct OrderDelete {
  static constexpr std::uint8_t kType = 'D';
  static constexpr std::uint8_t kLength = 19;
  static constexpr std::string_view kName = "order_delete";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  std::uint64_t order_reference_number = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("order_reference_number", m.order_reference_number, fields::kNumber);
  }
  [[nodiscard]] static OrderDelete read(const std::uint8_t* p) noexcept { return fields::read<OrderDelete>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.4.5 Order Replace. The original is gone; the side and symbol carry over to the replacement.
struct OrderReplace {
  static constexpr std::uint8_t kType = 'U';
  static constexpr std::uint8_t kLength = 35;
  static constexpr std::string_view kName = "order_replace";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  std::uint64_t original_order_reference_number = 0;
  std::uint64_t new_order_reference_number = 0;
  std::uint32_t shares = 0;
  std::uint32_t price = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("original_order_reference_number", m.original_order_reference_number, fields::kNumber);
    f("new_order_reference_number", m.new_order_reference_number, fields::kNumber);
    f("shares", m.shares, fields::kNumber);
    f("price", m.price, fields::kPrice4);
  }
  [[nodiscard]] static OrderReplace read(const std::uint8_t* p) noexcept { return fields::read<OrderReplace>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.5.1 Trade, non-cross. An execution against a non-displayed order.
struct Trade {
  static constexpr std::uint8_t kType = 'P';
  static constexpr std::uint8_t kLength = 44;
  static constexpr std::string_view kName = "trade";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  std::uint64_t order_reference_number = 0;
  char buy_sell_indicator = ' ';
  std::uint32_t shares = 0;
  Text<8> stock{};
  std::uint32_t price = 0;
  std::uint64_t match_number = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("order_reference_number", m.order_reference_number, fields::kNumber);
    f("buy_sell_indicator", m.buy_sell_indicator, fields::kCharacter);
    f("shares", m.shares, fields::kNumber);
    f("stock", m.stock, fields::kAlpha);
    f("price", m.price, fields::kPrice4);
    f("match_number", m.match_number, fields::kNumber);
  }
  [[nodiscard]] static Trade read(const std::uint8_t* p) noexcept { return fields::read<Trade>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

}  // namespace twinpath::itch
