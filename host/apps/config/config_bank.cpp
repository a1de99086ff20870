#include "host/apps/config/config_bank.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "host/apps/config/decimal.h"
#include "host/risk/risk.h"

namespace twinpath::config {
namespace {

constexpr std::uint32_t kMaxU32 = 0xFFFF'FFFF;
constexpr std::uint32_t kMaxPosition = 0x7FFF'FFFF;

std::size_t index_of(Rule rule) { return static_cast<std::size_t>(rule); }

// What is given lies over what was there.
template <class T, class U>
void lay(std::optional<T>& target, const std::optional<U>& value) {
  if (value) target = static_cast<T>(*value);
}

std::optional<std::uint8_t> read_sides(Reader& reader, std::string_view key, bool none_too) {
  const auto word =
      none_too ? reader.choice(key, {"both", "buy", "sell", "none"}) : reader.choice(key, {"both", "buy", "sell"});
  if (!word) return std::nullopt;
  if (*word == "both") return 3;
  if (*word == "buy") return 1;
  return *word == "sell" ? 2 : 0;
}

}  // namespace

std::optional<SymbolIndex> SymbolNames::find(std::string_view name) const {
  const auto it = std::find(names_.begin(), names_.end(), name);
  if (it == names_.end()) return std::nullopt;
  return static_cast<SymbolIndex>(it - names_.begin());
}

std::optional<SymbolIndex> SymbolNames::read(Reader& reader, std::string_view key) const {
  const auto name = reader.text(key, "the name of a [[symbol]]", 8);
  if (!name) return std::nullopt;
  if (const auto index = find(*name)) return index;
  const auto near = nearest_name(*name, names_);
  reader.wrong(key, "the name of a [[symbol]]",
               near ? fmt::format("did you mean \"{}\"?", *near) : "add a [[symbol]] of this name");
  return std::nullopt;
}

void BankDraft::read_rule(RuleDraft& draft, Rule rule, Reader& reader) {
  draft.present = true;
  lay(draft.enabled, reader.flag("enabled"));
  lay(draft.cooldown, reader.cycles32("cooldown_us"));
  if (rule == Rule::cancel) {
    lay(draft.distance, reader.price("distance"));
    reader.finish();
    return;
  }
  lay(draft.sides, read_sides(reader, "sides", false));
  lay(draft.quantity, reader.integer("quantity", 1, kMaxU32));
  switch (rule) {
    case Rule::take:
      lay(draft.fair, reader.price("fair"));
      lay(draft.edge, reader.price("edge"));
      break;
    case Rule::imbalance:
      if (const auto ratio = reader.number("ratio", 1.0 / 256, 65535.0 / 256)) {
        draft.ratio = static_cast<std::uint16_t>(std::lround(*ratio * 256));
      }
      lay(draft.min_quantity, reader.integer("min_quantity", 0, kMaxU32));
      lay(draft.max_spread, reader.price("max_spread"));
      break;
    case Rule::momentum:
      lay(draft.min_shares, reader.integer("min_shares", 0, kMaxU32));
      lay(draft.large, reader.flag("large"));
      lay(draft.through, reader.flag("through"));
      break;
    default:
      lay(draft.threshold, reader.price("threshold"));
      lay(draft.lagger, names_->read(reader, "lagger"));
      break;
  }
  reader.finish();
}

void BankDraft::lay_rules(std::array<RuleDraft, kRules>& rules, Reader reader) {
  for (std::size_t i = 0; i < kRules; ++i) {
    const auto rule = static_cast<Rule>(i);
    if (auto table = reader.table(name(rule))) read_rule(rules[i], rule, *table);
  }
  reader.finish();
}

void BankDraft::lay_limits(LimitDraft& limits, Reader reader) {
  lay(limits.permit, read_sides(reader, "permit", true));
  lay(limits.max_quantity, reader.integer("max_quantity", 1, kMaxU32));
  lay(limits.max_notional, reader.dollars("max_notional", ~std::uint64_t{0}));
  lay(limits.collar, reader.price("collar"));
  lay(limits.reference_price, reader.price("reference_price"));
  lay(limits.max_position, reader.integer("max_position", 0, kMaxPosition));
  reader.finish();
}

void BankDraft::read_defaults(Reader reader) {
  // Read once for the errors, then laid over each symbol: a copy of the drafts is cheap, an error repeated 256 times is
  // not.
  SymbolDraft all;
  if (auto rules = reader.table("rules")) lay_rules(all.rules, *rules);
  if (auto limits = reader.table("limits")) lay_limits(all.limits, *limits);
  reader.finish();
  for (auto& symbol : symbols_) {
    for (std::size_t i = 0; i < kRules; ++i) {
      RuleDraft& to = symbol.rules[i];
      const RuleDraft& from = all.rules[i];
      to.present = to.present || from.present;
      lay(to.enabled, from.enabled), lay(to.large, from.large), lay(to.through, from.through),
          lay(to.sides, from.sides);
      lay(to.ratio, from.ratio), lay(to.quantity, from.quantity), lay(to.cooldown, from.cooldown);
      lay(to.distance, from.distance), lay(to.fair, from.fair), lay(to.edge, from.edge);
      lay(to.min_quantity, from.min_quantity), lay(to.max_spread, from.max_spread);
      lay(to.min_shares, from.min_shares), lay(to.threshold, from.threshold), lay(to.lagger, from.lagger);
    }
    LimitDraft& to = symbol.limits;
    const LimitDraft& from = all.limits;
    lay(to.permit, from.permit), lay(to.max_quantity, from.max_quantity), lay(to.max_notional, from.max_notional);
    lay(to.collar, from.collar), lay(to.reference_price, from.reference_price), lay(to.max_position, from.max_position);
  }
}

void BankDraft::read_symbol(SymbolIndex index, Reader& reader) {
  SymbolDraft& symbol = symbols_[index];
  symbol.file = reader.file();
  symbol.line = reader.line();
  if (auto rules = reader.table("rules")) lay_rules(symbol.rules, *rules);
  if (auto limits = reader.table("limits")) lay_limits(symbol.limits, *limits);
}

void BankDraft::read_risk(Reader reader) {
  risk_line_ = reader.line();
  lay(risk_.max_gross, reader.dollars("max_gross", ~std::uint64_t{0}));
  lay(risk_.max_open_orders, reader.integer("max_open_orders", 0, Risk::kOpenSlots));
  lay(risk_.rate, reader.integer("rate_per_second", 0, 100'000'000));
  lay(risk_.burst, reader.integer("rate_burst", 1, 1'000'000));
  lay(risk_.duplicate_window, reader.cycles32("duplicate_window_us"));
  reader.finish();
}

void BankDraft::read_overrides(Reader reader) {
  if (auto defaults = reader.table("defaults")) read_defaults(*defaults);
  for (auto& symbol : reader.tables("symbol")) {
    if (!symbol.has("name"))
      symbol.missing("name", "the name of a [[symbol]]", "name the symbol whose rules these are");
    if (const auto index = names_->read(symbol, "name")) {
      read_symbol(*index, symbol);
      symbol.finish();
    }
  }
  if (auto risk = reader.table("risk")) read_risk(*risk);
  reader.finish();
}

Bank BankDraft::finish(const std::string& file, Errors& errors) const {
  Bank bank;
  for (std::size_t i = 0; i < symbols_.size(); ++i) finish_symbol(i, bank, errors);
  finish_risk(bank.global, file, errors);
  return bank;
}

void BankDraft::finish_symbol(std::size_t index, Bank& bank, Errors& errors) const {
  const SymbolDraft& symbol = symbols_[index];
  const auto missing = [&](std::string_view section, std::string_view key, std::string_view expected,
                           std::string_view otherwise) {
    if (errors.is_unusable(key)) return;
    errors.add(symbol.file, symbol.line, fmt::format("symbol[{}].{}.{}", (*names_)[index], section, key), expected,
               "nothing", fmt::format("give it for this symbol or in [defaults.{}], or {}", section, otherwise));
  };
  // The value of a key that an enabled rule cannot do without.
  const auto need = [&](Rule rule, const auto& value, std::string_view key, std::string_view expected) {
    if (!value && symbol.rules[index_of(rule)].on()) {
      missing(fmt::format("rules.{}", name(rule)), key, expected, "switch the rule off with enabled = false");
    }
    using Value = typename std::decay_t<decltype(value)>::value_type;
    return value.value_or(Value{});
  };
  const auto common = [&](auto& record, Rule rule) {
    const RuleDraft& draft = symbol.rules[index_of(rule)];
    record.enabled = draft.on();
    record.cooldown = draft.cooldown.value_or(0);
    if constexpr (requires { record.quantity; }) {
      record.sides = draft.sides.value_or(3);
      record.quantity = need(rule, draft.quantity, "quantity", "a number of shares");
    }
    return draft;
  };

  RuleRecord& rules = bank.rules[index];
  rules.cancel.distance = common(rules.cancel, Rule::cancel).distance.value_or(0);

  const auto take = common(rules.take, Rule::take);
  rules.take.fair = need(Rule::take, take.fair, "fair", "a price in dollars");
  rules.take.edge = take.edge.value_or(0);

  const auto imbalance = common(rules.imbalance, Rule::imbalance);
  rules.imbalance.ratio = need(Rule::imbalance, imbalance.ratio, "ratio", "how many times larger one side must be");
  rules.imbalance.max_spread = need(Rule::imbalance, imbalance.max_spread, "max_spread", "dollars");
  rules.imbalance.min_quantity = imbalance.min_quantity.value_or(0);

  const auto momentum = common(rules.momentum, Rule::momentum);
  rules.momentum.min_shares = momentum.min_shares.value_or(0);
  rules.momentum.large = momentum.large.value_or(momentum.min_shares.has_value());
  rules.momentum.through = momentum.through.value_or(false);
  if (momentum.on() && !rules.momentum.large && !rules.momentum.through) {
    missing("rules.momentum", "min_shares", "min_shares, or through = true",
            "switch the rule off with enabled = false");
  }

  const auto lead_lag = common(rules.lead_lag, Rule::lead_lag);
  rules.lead_lag.threshold = need(Rule::lead_lag, lead_lag.threshold, "threshold", "dollars the leader must move");
  rules.lead_lag.lagger = need(Rule::lead_lag, lead_lag.lagger, "lagger", "the name of the symbol that follows");
  if (lead_lag.on() && lead_lag.lagger && *lead_lag.lagger == index) {
    errors.add(symbol.file, symbol.line, fmt::format("symbol[{}].rules.lead_lag.lagger", (*names_)[index]),
               "another symbol", fmt::format("\"{}\" itself", (*names_)[index]),
               "name the symbol that follows this one");
  }

  const LimitDraft& draft = symbol.limits;
  LimitRecord& limits = bank.limits[index];
  const std::uint8_t permit = draft.permit.value_or(0);
  const auto limit = [&](const auto& value, std::string_view key, std::string_view expected) {
    if (!value && permit != 0) missing("limits", key, expected, "write permit = \"none\"");
    using Value = typename std::decay_t<decltype(value)>::value_type;
    return value.value_or(Value{});
  };
  limits.permit_buy = (permit & 1) != 0;
  limits.permit_sell = (permit & 2) != 0;
  limits.max_quantity = limit(draft.max_quantity, "max_quantity", "shares an order");
  limits.max_notional = limit(draft.max_notional, "max_notional", "dollars an order");
  limits.collar = limit(draft.collar, "collar", "dollars from the last trade");
  limits.reference_price = limit(draft.reference_price, "reference_price", "a price in dollars");
  limits.max_position = limit(draft.max_position, "max_position", "shares, at most 2147483647");
}

void BankDraft::finish_risk(GlobalLimits& limits, const std::string& file, Errors& errors) const {
  const auto need = [&](const auto& value, std::string_view key, std::string_view expected) {
    if (!value && !errors.is_unusable(key))
      errors.add(file, risk_line_, fmt::format("risk.{}", key), expected, "nothing", "add it to the section [risk]");
    using Value = typename std::decay_t<decltype(value)>::value_type;
    return value.value_or(Value{});
  };
  limits.max_gross = need(risk_.max_gross, "max_gross", "dollars of positions and open orders together");
  limits.max_open_orders = need(risk_.max_open_orders, "max_open_orders", "a number of orders from 0 to 4096");
  const std::uint64_t rate = need(risk_.rate, "rate_per_second", "orders and cancels a second, 0 for no limit");
  // Rounded up: never more than the rate asked for.
  const auto hz = static_cast<std::uint64_t>(kCoreClockHz);
  limits.rate_interval = rate == 0 ? 0 : static_cast<std::uint32_t>((hz + rate - 1) / rate);
  limits.rate_tolerance = std::uint64_t{risk_.burst.value_or(1) - 1} * limits.rate_interval;
  limits.duplicate_window = risk_.duplicate_window.value_or(0);
  if (limits.rate_tolerance > kTimeMask) {
    errors.add(file, risk_line_, "risk.rate_burst", "a burst that takes less than 10 days at rate_per_second",
               fmt::format("{}", risk_.burst.value_or(1)), "lower the burst or raise the rate");
  }
}

}  // namespace twinpath::config
