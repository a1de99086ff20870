#include "host/apps/config/bank_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "host/apps/config/decimal.h"

namespace twinpath {
namespace {

std::string dollars(std::uint64_t units) { return fmt::format("\"{}\"", dollars_text(units)); }

// The shortest time that is `cycles` when rounded down to cycles, in whole nanoseconds.
std::string microseconds(std::uint32_t cycles) {
  const std::uint64_t ns = (std::uint64_t{cycles} * 512 + 164) / 165;
  return fmt::format("{}.{:03}", ns / 1000, ns % 1000);
}

std::string_view sides(unsigned bits) {
  constexpr std::array<std::string_view, 4> kNames{"none", "buy", "sell", "both"};
  return kNames[bits & 3];
}

class Writer {
 public:
  Writer(const CoreConfig& config, const Bank& bank) : config_(config), bank_(bank) {}

  std::string text() {
    for (std::size_t i = 0; i < config_.symbols.size(); ++i) symbol(i);
    const GlobalLimits& g = bank_.global;
    constexpr auto kHz = static_cast<std::uint64_t>(kCoreClockHz);
    out("[risk]");
    out("max_gross = {}", dollars(g.max_gross));
    out("max_open_orders = {}", g.max_open_orders);
    // The interval came from a whole rate, rounded up; this is the least rate that gives it.
    out("rate_per_second = {}", g.rate_interval == 0 ? 0 : (kHz + g.rate_interval - 1) / g.rate_interval);
    out("rate_burst = {}", g.rate_interval == 0 ? 1 : g.rate_tolerance / g.rate_interval + 1);
    out("duplicate_window_us = {}", microseconds(g.duplicate_window));
    return std::move(text_);
  }

 private:
  template <class... Args>
  void out(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_ += '\n';
  }

  std::string name(std::size_t i) const {
    const auto& padded = config_.symbols[i].name;
    return {padded.data(), std::ranges::find(padded, ' ')};
  }

  // Opens the table of a rule; an enabled one gets its common keys.
  template <class Rule>
  bool rule(std::string_view key, const Rule& r) {
    out("[symbol.rules.{}]", key);
    out("enabled = {}", r.enabled);
    if (!r.enabled) return false;
    out("cooldown_us = {}", microseconds(r.cooldown));
    if constexpr (requires { r.quantity; }) {
      out("sides = \"{}\"", sides(r.sides));
      out("quantity = {}", r.quantity);
    }
    return true;
  }

  void symbol(std::size_t i) {
    const RuleRecord& r = bank_.rules[i];
    const LimitRecord& l = bank_.limits[i];
    out("[[symbol]]");
    out("name = \"{}\"", name(i));
    if (rule("cancel", r.cancel)) out("distance = {}", dollars(r.cancel.distance));
    if (rule("take", r.take)) {
      out("fair = {}", dollars(r.take.fair));
      out("edge = {}", dollars(r.take.edge));
    }
    if (rule("imbalance", r.imbalance)) {
      out("ratio = {}.{:08}", r.imbalance.ratio / 256, r.imbalance.ratio % 256 * 390'625);
      out("min_quantity = {}", r.imbalance.min_quantity);
      out("max_spread = {}", dollars(r.imbalance.max_spread));
    }
    if (rule("momentum", r.momentum)) {
      out("min_shares = {}", r.momentum.min_shares);
      out("large = {}", r.momentum.large);
      out("through = {}", r.momentum.through);
    }
    if (rule("lead_lag", r.lead_lag)) {
      out("threshold = {}", dollars(r.lead_lag.threshold));
      out("lagger = \"{}\"", name(r.lead_lag.lagger));
    }
    const unsigned permit = unsigned{l.permit_buy} | unsigned{l.permit_sell} << 1;
    out("[symbol.limits]");
    out("permit = \"{}\"", sides(permit));
    if (permit == 0) return;
    out("max_quantity = {}", l.max_quantity);
    out("max_notional = {}", dollars(l.max_notional));
    out("collar = {}", dollars(l.collar));
    out("reference_price = {}", dollars(l.reference_price));
    out("max_position = {}", l.max_position);
  }

  const CoreConfig& config_;
  const Bank& bank_;
  std::string text_;
};

}  // namespace

std::string bank_text(const CoreConfig& config, const Bank& bank) { return Writer(config, bank).text(); }

}  // namespace twinpath
