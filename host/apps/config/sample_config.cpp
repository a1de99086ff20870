#include "host/apps/config/sample_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "host/apps/config/decimal.h"

namespace twinpath {
namespace {

// Sections that do not depend on the symbols.
constexpr const char* kHead =
    R"(# Twinpath configuration. Dollars are exact decimals, best written as text; times are in microseconds.

[clock]
frequency_mhz = 322.265625          # the core clock; fixed, written here because delays below become whole cycles of it

[feed]                              # TotalView-ITCH 5.0 over MoldUDP64
line_a = "233.54.12.111:26477"      # multicast group and port of line A
line_b = "233.49.196.111:26477"     # line B carries the same packets; the first copy wins
session = "TWINPATH01"              # MoldUDP64 session of up to 10 characters; empty adopts the first one seen
first_sequence = 1                  # sequence number to start at; 0 starts at the first packet seen
gap_timeout_us = 1000               # a gap that neither line fills within this time makes all books stale

[session]
any_session = false                 # true also trades outside market hours (before 'Q', after 'M')
symbols_start_trading = false       # false waits for each symbol's Trading Action message
armed = true                        # false starts without evaluating rules, until an arm command

[events]
book = true                         # record every change of a best bid or offer as an event

[order_table]                       # 2^sets_log2 sets of `ways` live orders
sets_log2 = 16                      # 4 to 16
ways = 8                            # 1 to 8

[order]                             # frames that leave: Ethernet, IPv4, UDP, OUCH 5.0
destination_mac = "02:00:00:00:00:02"
source_mac = "02:00:00:00:00:01"
destination = "10.0.0.2:26400"      # where orders go
source = "10.0.0.1:40000"           # where they come from
ttl = 64                            # IPv4 time to live
time_in_force = "0"                 # '0' day, '3' immediate or cancel, '5' good till crossing, 'E' extended hours
display = "Y"                       # 'Y' visible, 'N' hidden, 'A' attributed
capacity = "P"                      # 'A' agency, 'P' principal, 'R' riskless, 'O' other
intermarket_sweep = "N"             # 'Y' marks an intermarket sweep order
cross_type = "N"                    # 'N' continuous market
cl_ord_id_prefix = "TWIN"           # first 6 characters of each client order identifier
first_user_ref = 1                  # UserRefNum of the first order

[responses]                         # a simulated exchange answers the orders of a replay
enabled = true                      # false: no acknowledgement, no fill
ack_delay_us = 30                   # order sent to accepted
fill_delay_us = 500                 # order sent to filled
done_delay_us = 100000              # order sent to cancelled by the exchange, for what did not fill
fill_percent = 50                   # share of the orders that fill
partial_percent = 25                # share of those that fill for half of their quantity only

[report]
buckets = 240                       # columns of the charts over time
top_symbols = 16                    # rows of the table of symbols
max_markers = 400                   # orders drawn over the mid price
)";

constexpr const char* kDefaults = R"(
[defaults.rules.take]               # buy an offer far enough below fair value, sell to a bid far enough above
quantity = 100                      # shares at most; never more than there are at the best price
cooldown_us = 100000                # after it fired, silent for this long on this symbol
sides = "both"                      # both, buy or sell

[defaults.rules.imbalance]          # join the side that is much larger than the other
quantity = 200
cooldown_us = 20000
ratio = 4.0                         # how many times larger, in steps of 1/256
min_quantity = 300                  # shares the larger side must show
sides = "both"

[defaults.rules.momentum]           # follow a large trade, or one that emptied a price
quantity = 500
cooldown_us = 5000
min_shares = 400                    # a trade of this many shares is large
through = true                      # follow trades that emptied the best price, too
sides = "both"

[defaults.rules.lead_lag]           # trade the lagger when this symbol's best price moves
quantity = 100
cooldown_us = 10000
sides = "both"                      # sides in the lagger

[defaults.rules.cancel]             # take a working order back when the market left it
cooldown_us = 500

[defaults.limits]
permit = "both"                     # both, buy, sell or none
max_quantity = 400                  # shares an order; momentum asks for more where the book shows more: rejected
max_position = 4000                 # shares long or short, open orders included
)";

std::string padded(std::string line, std::string_view comment) { return fmt::format("{:<35} # {}\n", line, comment); }

std::string symbol_section(std::span<const SampleSymbol> symbols, std::size_t i) {
  const SampleSymbol& s = symbols[i];
  const std::uint64_t price = s.reference_price.value;
  const bool cents = price >= kUnitsPerDollar;
  const std::uint64_t tick = cents ? 100 : 1;
  // A share of the price in whole ticks, at least `least` of them.
  const auto share = [&](std::uint64_t per_ten_thousand, std::uint64_t least) {
    return dollars_text(std::max(price * per_ten_thousand / 10'000 / tick, least) * tick);
  };
  std::string out = "\n[[symbol]]\n";
  out += padded(fmt::format("name = \"{}\"", s.name), "as in the Stock Directory, without padding");
  if (s.locate)
    out += padded(fmt::format("locate = {}", *s.locate), "stock locate; without it the Stock Directory says");
  out += padded(fmt::format("tick = \"{}\"", cents ? "0.01" : "0.0001"), "step of the book's 4,096 prices");
  out += padded(fmt::format("window_center = \"{}\"", dollars_text(price)), "the middle of them");
  out += padded(fmt::format("rules.take.fair = \"{}\"", dollars_text(price)), "what a share is worth");
  out += padded(fmt::format("rules.take.edge = \"{}\"", share(15, 3)), "and how much better the market must be");
  out += padded(fmt::format("rules.imbalance.max_spread = \"{}\"", share(3, 3)), "not when the spread is wider");
  out += padded(fmt::format("rules.cancel.distance = \"{}\"", share(1, 1)),
                "how far the market may move away from an order");
  if (symbols.size() > 1 && i % 2 == 0) {
    const auto& lagger = symbols[i + 1 < symbols.size() ? i + 1 : 0].name;
    out += padded(fmt::format("rules.lead_lag.lagger = \"{}\"", lagger), "the symbol that follows this one");
    out += padded(fmt::format("rules.lead_lag.threshold = \"{}\"", share(1, 1)), "when this one moves so far at once");
  } else {
    out += padded("rules.lead_lag.enabled = false", "this symbol leads none");
  }
  if (i % 4 == 3) out += padded("rules.momentum.sides = \"buy\"", "follows rising prices only");
  out += padded(fmt::format("limits.reference_price = \"{}\"", dollars_text(price)),
                "for the collar before the first trade");
  out += padded(fmt::format("limits.collar = \"{}\"", share(15, 5)), "an order's distance from the last trade");
  out += padded(fmt::format("limits.max_notional = \"{}\"", dollars_text(price * (i % 3 == 1 ? 250 : 390))),
                "dollars an order");
  if (i % 16 == 15) out += padded("limits.permit = \"buy\"", "no sales: rejected for want of permission");
  return out;
}

}  // namespace

std::string sample_config(std::span<const SampleSymbol> symbols) {
  if (symbols.empty() || symbols.size() > kSymbols) {
    throw std::invalid_argument(
        fmt::format("a sample configuration has 1 to {} symbols, not {}", kSymbols, symbols.size()));
  }
  std::set<std::string> names;
  std::uint64_t sum = 0;
  for (const auto& s : symbols) {
    const bool printable =
        std::all_of(s.name.begin(), s.name.end(), [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; });
    if (s.name.empty() || s.name.size() > 8 || !printable || !names.insert(s.name).second) {
      throw std::invalid_argument(fmt::format("symbol '{}': expected a name of 1 to 8 characters, each once", s.name));
    }
    if (s.reference_price.value == 0)
      throw std::invalid_argument(fmt::format("symbol '{}' needs a reference price", s.name));
    sum += s.reference_price.value;
  }
  std::string out = kHead;
  out += "\n[risk]                              # of all symbols together\n";
  // Enough for a third of the symbols at their position limit: a trending session meets it.
  out += padded(fmt::format("max_gross = \"{}\"", dollars_text(sum * 1000)), "dollars of positions and open orders");
  out += padded(fmt::format("max_open_orders = {}", std::min<std::size_t>(4096, 4 + 2 * symbols.size())),
                "at the exchange at one time");
  out += padded("rate_per_second = 2000", "orders and cancels, on average");
  out += padded("rate_burst = 10", "and at once");
  out += padded("duplicate_window_us = 5000", "the same side, price and quantity again within this time");
  out += kDefaults;
  for (std::size_t i = 0; i < symbols.size(); ++i) out += symbol_section(symbols, i);
  out +=
      "\n# Host commands at a time of day (at) or after the first frame (offset_us): kill, release, swap, trust, arm, "
      "disarm, ...\n"
      "# [[command]]\n# at = \"09:35:00.000000\"\n# op = \"kill\"\n"
      "\n# What a swap command switches to: only what differs from the above.\n"
      "# [bank1.defaults.rules.take]\n# quantity = 50\n";
  return out;
}

}  // namespace twinpath
