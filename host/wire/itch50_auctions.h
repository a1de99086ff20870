// TotalView-ITCH 5.0, 1.5.2 to 1.8: crosses, broken trades, imbalances and price discovery.
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

/// TotalView-ITCH 5.0, 1.5.2 Cross Trade. The bulk print of an opening, closing, IPO or halt cross.
struct CrossTrade {
  static constexpr std::uint8_t kType = 'Q';
  static constexpr std::uint8_t kLength = 40;
  static constexpr std::string_view kName = "cross_trade";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  std::uint64_t shares = 0;
  Text<8> stock{};
  std::uint32_t cross_price = 0;
  std::uint64_t match_number = 0;
  char cross_type = ' ';

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("shares", m.shares, fields::kNumber);
    f("stock", m.stock, fields::kAlpha);
    f("cross_price", m.cross_price, fields::kPrice4);
    f("match_number", m.match_number, fields::kNumber);
    f("cross_type", m.cross_type, fields::kCharacter);
  }
  [[nodiscard]] static CrossTrade read(const std::uint8_t* p) noexcept { return fields::read<CrossTrade>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.5.3 Broken Trade. An execution was broken; books are not affected.
struct BrokenTrade {
  static constexpr std::uint8_t kType = 'B';
  static constexpr std::uint8_t kLength = 19;
  static constexpr std::string_view kName = "broken_trade";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  std::uint64_t match_number = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("match_number", m.match_number, fields::kNumber);
  }
  [[nodiscard]] static BrokenTrade read(const std::uint8_t* p) noexcept { return fields::read<BrokenTrade>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.6 Net Order Imbalance Indicator. Interest that would and would not match in the coming cross.
struct NetOrderImbalance {
  static constexpr std::uint8_t kType = 'I';
  static constexpr std::uint8_t kLength = 50;
  static constexpr std::string_view kName = "net_order_imbalance_indicator";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  std::uint64_t paired_shares = 0;
  std::uint64_t imbalance_shares = 0;
  char imbalance_direction = ' ';
  Text<8> stock{};
  std::uint32_t far_price = 0;
  std::uint32_t near_price = 0;
  std::uint32_t current_reference_price = 0;
  char cross_type = ' ';
  char price_variation_indicator = ' ';

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("paired_shares", m.paired_shares, fields::kNumber);
    f("imbalance_shares", m.imbalance_shares, fields::kNumber);
    f("imbalance_direction", m.imbalance_direction, fields::kCharacter);
    f("stock", m.stock, fields::kAlpha);
    f("far_price", m.far_price, fields::kPrice4);
    f("near_price", m.near_price, fields::kPrice4);
    f("current_reference_price", m.current_reference_price, fields::kPrice4);
    f("cross_type", m.cross_type, fields::kCharacter);
    f("price_variation_indicator", m.price_variation_indicator, fields::kCharacter);
  }
  [[nodiscard]] static NetOrderImbalance read(const std::uint8_t* p) noexcept {
    return fields::read<NetOrderImbalance>(p);
  }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.7 Retail Price Improvement Indicator. Sides on which retail price improving interest exists.
struct RetailPriceImprovement {
  static constexpr std::uint8_t kType = 'N';
  static constexpr std::uint8_t kLength = 20;
  static constexpr std::string_view kName = "retail_price_improvement_indicator";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  Text<8> stock{};
  char interest_flag = ' ';

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("stock", m.stock, fields::kAlpha);
    f("interest_flag", m.interest_flag, fields::kCharacter);
  }
  [[nodiscard]] static RetailPriceImprovement read(const std::uint8_t* p) noexcept {
    return fields::read<RetailPriceImprovement>(p);
  }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.8 Direct Listing with Capital Raise Price Discovery. Eligibility and price range of a direct
/// listing; the execution time is in nanoseconds since midnight.
struct DirectListingCapitalRaise {
  static constexpr std::uint8_t kType = 'O';
  static constexpr std::uint8_t kLength = 48;
  static constexpr std::string_view kName = "direct_listing_with_capital_raise";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  Text<8> stock{};
  char open_eligibility_status = ' ';
  std::uint32_t minimum_allowable_price = 0;
  std::uint32_t maximum_allowable_price = 0;
  std::uint32_t near_execution_price = 0;
  std::uint64_t near_execution_time = 0;
  std::uint32_t lower_price_range_collar = 0;
  std::uint32_t upper_price_range_collar = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("stock", m.stock, fields::kAlpha);
    f("open_eligibility_status", m.open_eligibility_status, fields::kCharacter);
    f("minimum_allowable_price", m.minimum_allowable_price, fields::kPrice4);
    f("maximum_allowable_price", m.maximum_allowable_price, fields::kPrice4);
    f("near_execution_price", m.near_execution_price, fields::kPrice4);
    f("near_execution_time", m.near_execution_time, fields::kNumber);
    f("lower_price_range_collar", m.lower_price_range_collar, fields::kPrice4);
    f("upper_price_range_collar", m.upper_price_range_collar, fields::kPrice4);
  }
  [[nodiscard]] static DirectListingCapitalRaise read(const std::uint8_t* p) noexcept {
    return fields::read<DirectListingCapitalRaise>(p);
  }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

}  // namespace twinpath::itch
