#include "bench/bench_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "host/path/core_image.h"

namespace twinpath::bench {
namespace {

constexpr std::uint32_t kGroup = 0xE9360C6F;
constexpr std::uint16_t kPort = 26477;

RuleRecord rules_of(unsigned symbol) {
  RuleRecord r;
  if (symbol < kLeaders) {
    r.lead_lag = {.enabled = true,
                  .quantity = 100,
                  .threshold = 10 * kTick,
                  .lagger = static_cast<SymbolIndex>(lagger_of(symbol))};
  } else if (symbol < kTriggerSymbols) {
    r.take = {.enabled = true, .quantity = 100, .fair = middle(symbol), .edge = kTick};
    r.imbalance = {
        .enabled = true, .quantity = 100, .ratio = kImbalanceRatio, .min_quantity = 100, .max_spread = UINT32_MAX};
    r.momentum = {.enabled = true, .quantity = 100, .min_shares = kLargeTrade, .large = true};
  }
  return r;
}

}  // namespace

CoreConfig bench_config() {
  CoreConfig c;
  c.feed.line_a = {kGroup, kPort};
  c.feed.line_b = {kGroup + 1, kPort};
  for (unsigned s = 0; s < kBenchSymbols; ++s) {
    SymbolConfig symbol;
    symbol.name.fill(' ');
    std::ranges::copy(fmt::format("B{:03}", s), symbol.name.begin());
    symbol.locate = static_cast<std::uint16_t>(kFirstLocate + s);
    symbol.has_locate = true;
    symbol.window_base = kWindowBase;
    c.symbols.push_back(symbol);
    // Wide limits: a bench measures orders, not rejections.
    const LimitRecord limits{.permit_buy = true,
                             .permit_sell = true,
                             .max_quantity = UINT32_MAX,
                             .max_notional = UINT64_MAX,
                             .collar = UINT32_MAX,
                             .reference_price = middle(s),
                             .max_position = INT32_MAX};
    for (Bank& bank : c.banks) {
      bank.rules[s] = rules_of(s);
      bank.limits[s] = limits;
    }
  }
  for (Bank& bank : c.banks) bank.global = {.max_gross = UINT64_MAX, .max_open_orders = 4096};
  c.order.destination_address = 0x0A000002;
  c.order.source_address = 0x0A000001;
  c.order.destination_port = 20'000;
  c.order.source_port = 20'001;
  c.symbols_start_trading = true;
  c.any_session = true;
  return c;
}

net::UdpLine bench_line() {
  net::UdpLine line;
  line.destination_mac = net::multicast_mac(kGroup);
  line.source_mac = {2, 0, 0, 0, 0, 1};
  line.source_ip = 0xC0000201;
  line.destination_ip = kGroup;
  line.source_port = kPort;
  line.destination_port = kPort;
  return line;
}

}  // namespace twinpath::bench
