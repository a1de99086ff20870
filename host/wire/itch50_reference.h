// TotalView-ITCH 5.0, 1.1 to 1.2: system events and the state of securities.
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

/// TotalView-ITCH 5.0, 1.1 System Event. Start and end of messages, system hours and market hours.
struct SystemEvent {
  static constexpr std::uint8_t kType = 'S';
  static constexpr std::uint8_t kLength = 12;
  static constexpr std::string_view kName = "system_event";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  char event_code = ' ';

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("event_code", m.event_code, fields::kCharacter);
  }
  [[nodiscard]] static SystemEvent read(const std::uint8_t* p) noexcept { return fields::read<SystemEvent>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.2.1 Stock Directory. One a security at the start of the day: the meaning of its stock locate.
struct StockDirectory {
  static constexpr std::uint8_t kType = 'R';
  static constexpr std::uint8_t kLength = 39;
  static constexpr std::string_view kName = "stock_directory";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  Text<8> stock{};
  char market_category = ' ';
  char financial_status_indicator = ' ';
  std::uint32_t round_lot_size = 0;
  char round_lots_only = ' ';
  char issue_classification = ' ';
  Text<2> issue_sub_type{};
  char authenticity = ' ';
  char short_sale_threshold_indicator = ' ';
  char ipo_flag = ' ';
  char luld_reference_price_tier = ' ';
  char etp_flag = ' ';
  std::uint32_t etp_leverage_factor = 0;
  char inverse_indicator = ' ';

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("stock", m.stock, fields::kAlpha);
    f("market_category", m.market_category, fields::kCharacter);
    f("financial_status_indicator", m.financial_status_indicator, fields::kCharacter);
    f("round_lot_size", m.round_lot_size, fields::kNumber);
    f("round_lots_only", m.round_lots_only, fields::kCharacter);
    f("issue_classification", m.issue_classification, fields::kCharacter);
    f("issue_sub_type", m.issue_sub_type, fields::kAlpha);
    f("authenticity", m.authenticity, fields::kCharacter);
    f("short_sale_threshold_indicator", m.short_sale_threshold_indicator, fields::kCharacter);
    f("ipo_flag", m.ipo_flag, fields::kCharacter);
    f("luld_reference_price_tier", m.luld_reference_price_tier, fields::kCharacter);
    f("etp_flag", m.etp_flag, fields::kCharacter);
    f("etp_leverage_factor", m.etp_leverage_factor, fields::kNumber);
    f("inverse_indicator", m.inverse_indicator, fields::kCharacter);
  }
  [[nodiscard]] static StockDirectory read(const std::uint8_t* p) noexcept { return fields::read<StockDirectory>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.2.2 Stock Trading Action. Halted 'H', paused 'P', quotation only 'Q' or trading 'T'.
struct StockTradingAction {
  static constexpr std::uint8_t kType = 'H';
  static constexpr std::uint8_t kLength = 25;
  static constexpr std::string_view kName = "stock_trading_action";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  Text<8> stock{};
  char trading_state = ' ';
  char reserved = ' ';
  Text<4> reason{};

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("stock", m.stock, fields::kAlpha);
    f("trading_state", m.trading_state, fields::kCharacter);
    f("reserved", m.reserved, fields::kCharacter);
    f("reason", m.reason, fields::kAlpha);
  }
  [[nodiscard]] static StockTradingAction read(const std::uint8_t* p) noexcept {
    return fields::read<StockTradingAction>(p);
  }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.2.3 Reg SHO Short Sale Price Test Restricted Indicator. Whether short sales are
/// price-restricted.
struct RegShoRestriction {
  static constexpr std::uint8_t kType = 'Y';
  static constexpr std::uint8_t kLength = 20;
  static constexpr std::string_view kName = "reg_sho_restriction";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  Text<8> stock{};
  char reg_sho_action = ' ';

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("stock", m.stock, fields::kAlpha);
    f("reg_sho_action", m.reg_sho_action, fields::kCharacter);
  }
  [[nodiscard]] static RegShoRestriction read(const std::uint8_t* p) noexcept {
    return fields::read<RegShoRestriction>(p);
  }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.2.4 Market Participant Position. A market maker's standing in a security.
struct MarketParticipantPosition {
  static constexpr std::uint8_t kType = 'L';
  static constexpr std::uint8_t kLength = 26;
  static constexpr std::string_view kName = "market_participant_position";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  Text<4> mpid{};
  Text<8> stock{};
  char primary_market_maker = ' ';
  char market_maker_mode = ' ';
  char market_participant_state = ' ';

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("mpid", m.mpid, fields::kAlpha);
    f("stock", m.stock, fields::kAlpha);
    f("primary_market_maker", m.primary_market_maker, fields::kCharacter);
    f("market_maker_mode", m.market_maker_mode, fields::kCharacter);
    f("market_participant_state", m.market_participant_state, fields::kCharacter);
  }
  [[nodiscard]] static MarketParticipantPosition read(const std::uint8_t* p) noexcept {
    return fields::read<MarketParticipantPosition>(p);
  }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.2.5.1 MWCB Decline Level. S&P 500 levels of the market-wide circuit breaker, Price(8).
struct MwcbDeclineLevel {
  static constexpr std::uint8_t kType = 'V';
  static constexpr std::uint8_t kLength = 35;
  static constexpr std::string_view kName = "mwcb_decline_level";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  std::uint64_t level_1 = 0;
  std::uint64_t level_2 = 0;
  std::uint64_t level_3 = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("level_1", m.level_1, fields::kPrice8);
    f("level_2", m.level_2, fields::kPrice8);
    f("level_3", m.level_3, fields::kPrice8);
  }
  [[nodiscard]] static MwcbDeclineLevel read(const std::uint8_t* p) noexcept {
    return fields::read<MwcbDeclineLevel>(p);
  }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.2.5.2 MWCB Status. A level of the market-wide circuit breaker was breached.
struct MwcbStatus {
  static constexpr std::uint8_t kType = 'W';
  static constexpr std::uint8_t kLength = 12;
  static constexpr std::string_view kName = "mwcb_status";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  char breached_level = ' ';

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("breached_level", m.breached_level, fields::kCharacter);
  }
  [[nodiscard]] static MwcbStatus read(const std::uint8_t* p) noexcept { return fields::read<MwcbStatus>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.2.6 IPO Quoting Period Update. Release time (seconds since midnight) and price of an IPO.
struct IpoQuotingPeriodUpdate {
  static constexpr std::uint8_t kType = 'K';
  static constexpr std::uint8_t kLength = 28;
  static constexpr std::string_view kName = "ipo_quoting_period_update";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  Text<8> stock{};
  std::uint32_t ipo_quotation_release_time = 0;
  char ipo_quotation_release_qualifier = ' ';
  std::uint32_t ipo_price = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("stock", m.stock, fields::kAlpha);
    f("ipo_quotation_release_time", m.ipo_quotation_release_time, fields::kNumber);
    f("ipo_quotation_release_qualifier", m.ipo_quotation_release_qualifier, fields::kCharacter);
    f("ipo_price", m.ipo_price, fields::kPrice4);
  }
  [[nodiscard]] static IpoQuotingPeriodUpdate read(const std::uint8_t* p) noexcept {
    return fields::read<IpoQuotingPeriodUpdate>(p);
  }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.2.7 LULD Auction Collar. Collar of the auction that ends a limit-up limit-down pause.
struct LuldAuctionCollar {
  static constexpr std::uint8_t kType = 'J';
  static constexpr std::uint8_t kLength = 35;
  static constexpr std::string_view kName = "luld_auction_collar";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  Text<8> stock{};
  std::uint32_t auction_collar_reference_price = 0;
  std::uint32_t upper_auction_collar_price = 0;
  std::uint32_t lower_auction_collar_price = 0;
  std::uint32_t auction_collar_extension = 0;

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("stock", m.stock, fields::kAlpha);
    f("auction_collar_reference_price", m.auction_collar_reference_price, fields::kPrice4);
    f("upper_auction_collar_price", m.upper_auction_collar_price, fields::kPrice4);
    f("lower_auction_collar_price", m.lower_auction_collar_price, fields::kPrice4);
    f("auction_collar_extension", m.auction_collar_extension, fields::kNumber);
  }
  [[nodiscard]] static LuldAuctionCollar read(const std::uint8_t* p) noexcept {
    return fields::read<LuldAuctionCollar>(p);
  }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

/// TotalView-ITCH 5.0, 1.2.8 Operational Halt. A halt of one market only: 'H' halted, 'T' resumed.
struct OperationalHalt {
  static constexpr std::uint8_t kType = 'h';
  static constexpr std::uint8_t kLength = 21;
  static constexpr std::string_view kName = "operational_halt";

  std::uint16_t stock_locate = 0;
  std::uint16_t tracking_number = 0;
  std::uint64_t timestamp = 0;
  Text<8> stock{};
  char market_code = ' ';
  char operational_halt_action = ' ';

  template <class Self, class F>
  [[gnu::always_inline]] static constexpr void walk(Self& m, F&& f) {
    f("stock_locate", m.stock_locate, fields::kNumber);
    f("tracking_number", m.tracking_number, fields::kNumber);
    f("timestamp", m.timestamp, fields::kTimestamp48);
    f("stock", m.stock, fields::kAlpha);
    f("market_code", m.market_code, fields::kCharacter);
    f("operational_halt_action", m.operational_halt_action, fields::kCharacter);
  }
  [[nodiscard]] static OperationalHalt read(const std::uint8_t* p) noexcept { return fields::read<OperationalHalt>(p); }
  void write(std::uint8_t* p) const noexcept { fields::write(*this, p); }
};

}  // namespace twinpath::itch
