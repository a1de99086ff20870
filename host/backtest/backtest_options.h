// What a back-test assumes of the way to the exchange and of its prices for trading.
#pragma once
#include <cstdint>
#include <vector>

#include "host/core/types.h"

namespace twinpath {

struct BacktestOptions {
  // From an order's or cancel's stamp until it takes effect at the exchange, and from what happens there until the path
  // is told, on the clock of the capture; at least a cycle each. Each has up to `jitter` added, drawn from `seed` for
  // each message by itself, without overtaking the message before it.
  Cycles order_latency{3'222};   // 10 us
  Cycles report_latency{3'222};  // 10 us
  Cycles jitter{};
  std::uint64_t seed = 1;
  // Millionths of a dollar a share; negative: a rebate. Maker: the order was resting; taker: it took what was resting.
  std::int64_t maker_fee = 0;
  std::int64_t taker_fee = 0;
  // How long after a fill the middle of the market is compared with its price; ascending.
  std::vector<Cycles> markouts{Cycles{322'265}, Cycles{3'222'656}, Cycles{32'226'562}, Cycles{322'265'625},
                               Cycles{3'222'656'250}};  // 1 ms to 10 s
};

}  // namespace twinpath
