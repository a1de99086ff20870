// A configuration that stops nothing: two symbols whose limits are wide, no rule.
#pragma once
#include <cstdint>

#include "host/core/config.h"
#include "testbench/feed/feed_frames.h"

namespace twinpath::testing {

inline constexpr std::uint16_t kLocateA = 11;  // symbol 0
inline constexpr std::uint16_t kLocateB = 22;  // symbol 1
inline constexpr std::uint32_t kBasePrice = 1'000'000;

inline CoreConfig wide_config() {
  CoreConfig config;
  config.feed = two_line_feed();
  config.symbols.resize(2);
  config.symbols[0] = {{'A', 'A', 'A', ' ', ' ', ' ', ' ', ' '}, kLocateA, true, kBasePrice, true};
  config.symbols[1] = {{'B', 'B', 'B', ' ', ' ', ' ', ' ', ' '}, kLocateB, true, kBasePrice, true};
  config.sets_log2 = 10;
  config.symbols_start_trading = true;
  config.any_session = true;
  for (Bank& bank : config.banks) {
    for (unsigned s = 0; s < 2; ++s) {
      bank.limits[s] = {.permit_buy = true,
                        .permit_sell = true,
                        .max_quantity = 10'000,
                        .max_notional = std::uint64_t{1} << 50,
                        .collar = 1'000'000,
                        .reference_price = kBasePrice,
                        .max_position = 1'000'000};
    }
    bank.global.max_gross = std::uint64_t{1} << 60;
    bank.global.max_open_orders = 4096;
  }
  return config;
}

}  // namespace twinpath::testing
