// What a path is configured with: plain integers, the same for every path. Filled from TOML by host/apps/config_file.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "host/core/types.h"

namespace twinpath {

// UDP destination of one line of the feed: IPv4 address (host order) and port.
struct LineConfig {
  std::uint32_t address = 0;
  std::uint16_t port = 0;

  bool operator==(const LineConfig&) const = default;
};

// SEM 2.
struct FeedConfig {
  LineConfig line_a;
  LineConfig line_b;
  std::array<std::uint8_t, 10> session{};  // all zero: adopt the first one seen
  std::uint64_t first_sequence = 1;        // 0: start at the first packet seen
  std::uint32_t gap_timeout = 322'266;     // cycles (1 ms)

  bool operator==(const FeedConfig&) const = default;
};

// SEM 3.3. Index in CoreConfig::symbols is the symbol's index everywhere.
struct SymbolConfig {
  std::array<char, 8> name{};     // space padded
  std::uint16_t locate = 0;       // stock locate; meaningful when has_locate
  bool has_locate = false;        // false: resolved from the session's Stock Directory before start
  std::uint32_t window_base = 0;  // price of level 0
  bool cent_tick = true;          // tick 100 (a cent), else 1

  bool operator==(const SymbolConfig&) const = default;
};

// SEM 4.2, one record a symbol. Cool-downs in cycles, prices in Price(4).
struct RuleRecord {
  struct Cancel {
    bool enabled = false;
    std::uint32_t cooldown = 0, distance = 0;
  } cancel;
  struct Take {
    bool enabled = false;
    std::uint8_t sides = 3;
    std::uint32_t quantity = 0, cooldown = 0, fair = 0, edge = 0;
  } take;
  struct Imbalance {
    bool enabled = false;
    std::uint8_t sides = 3;
    std::uint32_t quantity = 0, cooldown = 0;
    std::uint16_t ratio = 0;  // in 1/256
    std::uint32_t min_quantity = 0, max_spread = 0;
  } imbalance;
  struct Momentum {
    bool enabled = false;
    std::uint8_t sides = 3;
    std::uint32_t quantity = 0, cooldown = 0, min_shares = 0;
    bool large = false, through = false;
  } momentum;
  struct LeadLag {
    bool enabled = false;
    std::uint8_t sides = 3;
    std::uint32_t quantity = 0, cooldown = 0, threshold = 0;
    SymbolIndex lagger = 0;
  } lead_lag;
};

// SEM 5.1, one record a symbol.
struct LimitRecord {
  bool permit_buy = false, permit_sell = false;
  std::uint32_t max_quantity = 0;
  std::uint64_t max_notional = 0;
  std::uint32_t collar = 0;
  std::uint32_t reference_price = 0;
  std::uint32_t max_position = 0;  // below 2^31
};

struct GlobalLimits {
  std::uint64_t max_gross = 0;
  std::uint32_t max_open_orders = 0;   // at most 4,096
  std::uint32_t rate_interval = 0;     // cycles a message; 0: no limit
  std::uint64_t rate_tolerance = 0;    // (burst - 1) * interval, below 2^48
  std::uint32_t duplicate_window = 0;  // cycles
};

// What SWAP exchanges (SEM 4.1).
struct Bank {
  std::array<RuleRecord, kSymbols> rules{};
  std::array<LimitRecord, kSymbols> limits{};
  GlobalLimits global;
};

// The first beat of an order frame leaves a cycle before it is known whether there is an order, and is discarded when
// there is none (hw/rtl/order/order_tx.sv). Changes no order; the software path knows nothing of it.
struct SpeculativeStart {
  bool enabled = false;
  std::uint8_t discards = 0;   // allowed at once
  std::uint16_t interval = 0;  // one more is allowed after this many times 1,024 cycles; 0: never

  bool operator==(const SpeculativeStart&) const = default;
};

// SEM 6.
struct OrderConfig {
  std::array<std::uint8_t, 6> destination_mac{}, source_mac{};
  std::uint32_t destination_address = 0, source_address = 0;
  std::uint16_t destination_port = 0, source_port = 0;
  std::uint8_t ttl = 64;
  // Time in force, display, capacity, intermarket sweep, cross type: OUCH 5.0 Enter Order.
  std::array<std::uint8_t, 5> attributes{'3', 'Y', 'P', 'N', 'N'};
  std::array<std::uint8_t, 6> cl_ord_id_prefix{'T', 'W', 'I', 'N', ' ', ' '};
  std::uint32_t first_user_ref = 1;
  SpeculativeStart speculative;

  bool operator==(const OrderConfig&) const = default;
};

// SEM 9.5: which strategy decides, and its records, each a value a field in the order of the strategy's fields
// (host/strategy/parameters.h). The rules have none: theirs are in the banks.
struct StrategyConfig {
  std::string name = "rules";
  std::vector<std::vector<std::int64_t>> records;

  bool rules() const noexcept { return name == "rules"; }
  bool operator==(const StrategyConfig&) const = default;
};

struct CoreConfig {
  FeedConfig feed;
  std::vector<SymbolConfig> symbols;  // at most 256
  std::array<Bank, 2> banks;          // bank 0 is active at start
  OrderConfig order;
  StrategyConfig strategy;
  bool symbols_start_trading = false;
  bool any_session = false;
  bool armed = true;
  bool book_events = true;
  unsigned sets_log2 = 16;  // order table, 4 to 16
  unsigned ways = 8;        // 1 to 8
};

}  // namespace twinpath
