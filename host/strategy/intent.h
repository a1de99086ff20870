// What a strategy asks of risk. SEM 4.2.
#pragma once
#include <cstdint>
#include <string_view>

#include "host/core/registers.h"
#include "host/core/types.h"

namespace twinpath {

// The order of a symbol that the cancel rule watches: the last one sent, while it is open. SEM 5.2.
struct WorkingOrder {
  bool open = false;
  bool cancel_sent = false;
  Side side = Side::buy;
  Price price;
  std::uint32_t user_ref = 0;
};

enum class IntentKind : std::uint8_t { none, enter, cancel };

struct Intent {
  IntentKind kind = IntentKind::none;
  Rule rule = Rule::cancel;
  Side side = Side::buy;
  SymbolIndex symbol = 0;  // the order's
  Price price;
  Quantity quantity;
  std::uint32_t user_ref = 0;  // cancel: of the order to cancel
  std::uint32_t tag = 0;       // enter: a strategy's own, given back with all that is told of the order; not of rules
};

// What events carry as the rule of an order that a strategy other than the rules asked for. SEM 9.4.
inline constexpr auto kStrategyRule = static_cast<Rule>(5);
constexpr std::string_view rule_name(Rule rule) noexcept { return rule == kStrategyRule ? "strategy" : name(rule); }

}  // namespace twinpath
