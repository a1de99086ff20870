#include "host/apps/config/config_strategy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "host/apps/config/decimal.h"
#include "host/strategy/strategies.h"

namespace twinpath {
namespace config {
namespace {

constexpr double kMillion = 1e6;

// The value of a field; nothing when it is absent, or unusable and reported.
template <class Field>
std::optional<std::int64_t> read_field(Reader& reader, const Field& f, const SymbolNames& names) {
  const auto least = static_cast<std::uint64_t>(f.least), most = static_cast<std::uint64_t>(f.most);
  switch (f.kind) {
    case ParameterKind::symbol:
      return names.read(reader, f.key);
    case ParameterKind::price: {
      const auto price = reader.dollars(f.key, most);
      if (!price || *price >= least) return price;
      reader.wrong(f.key, fmt::format("at least {} dollars", dollars_text(least)), "choose a larger amount");
      return std::nullopt;
    }
    case ParameterKind::shares:
      return reader.integer(f.key, least, most);
    case ParameterKind::time:
      return reader.cycles32(f.key);
    case ParameterKind::number: {
      const auto number =
          reader.number(f.key, static_cast<double>(f.least) / kMillion, static_cast<double>(f.most) / kMillion);
      if (!number) return std::nullopt;
      return std::llround(*number * kMillion);
    }
    case ParameterKind::flag:
      return reader.flag(f.key);
  }
  return std::nullopt;
}

std::string_view expected_of(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::symbol:
      return "the name of a [[symbol]]";
    case ParameterKind::price:
      return "dollars";
    case ParameterKind::shares:
      return "a number of shares";
    case ParameterKind::time:
      return "microseconds";
    case ParameterKind::number:
      return "a number";
    case ParameterKind::flag:
      return "true or false";
  }
  return "a value";
}

// The [[strategy.NAME]] of one strategy.
template <class S>
void read_records(Reader& reader, const SymbolNames& names, RunConfig& run) {
  StrategyConfig config;
  config.name = S::kName;
  auto tables = reader.tables(S::kName);
  if (tables.empty()) return;
  bool complete = true;
  if (tables.size() > S::Parameters::kMost) {
    reader.wrong(S::kName, fmt::format("at most {} of them", S::Parameters::kMost), fmt::format("{}", tables.size()),
                 "remove the others");
    return;
  }
  for (Reader& table : tables) {
    auto& record = config.records.emplace_back();
    for (const auto& field : S::kFields) {
      const bool given = table.has(field.key);
      const auto value = read_field(table, field, names);
      if (!given && !field.otherwise) table.missing(field.key, expected_of(field.kind), "add it");
      complete = complete && (value || (!given && field.otherwise));
      record.push_back(value.value_or(field.otherwise.value_or(0)));
    }
    table.finish();
  }
  if (complete) {
    if (const char* wrong = S::check(parameters_of<S>(config.records)))
      reader.errors().add_text(reader.file(), reader.line_of(S::kName),
                               fmt::format("key '{}': {}", reader.path_of(S::kName), wrong));
  }
  run.strategies.push_back(std::move(config));
}

}  // namespace

void read_strategy(Reader reader, const SymbolNames& names, RunConfig& run) {
  Strategies::each([&]<class S>() { read_records<S>(reader, names, run); });
  if (const auto name = reader.text("name", "the name of a strategy")) {
    const auto known = strategy_names();
    if (std::ranges::find(known, *name) == known.end()) {
      const auto near = nearest_name(*name, known);
      reader.wrong("name", unknown_strategy(*name).substr(name->size() + 13 + 9),
                   near ? fmt::format("did you mean \"{}\"?", *near) : "choose one of them");
    } else {
      try {
        select_strategy(run, *name);
      } catch (const std::invalid_argument& e) {
        if (!reader.errors().is_unusable(*name))
          reader.errors().add_text(reader.file(), reader.line_of("name"), e.what());
      }
    }
  }
  reader.finish();
}

void read_backtest(Reader reader, BacktestOptions& backtest) {
  const auto time = [&](std::string_view key, Cycles& value, bool some) {
    if (const auto cycles = reader.cycles32(key)) {
      value = Cycles{*cycles};
      if (some && *cycles == 0) reader.wrong(key, "more than 0, at least 0.0032", "nothing is told before it happens");
    }
  };
  time("order_latency_us", backtest.order_latency, true);
  time("report_latency_us", backtest.report_latency, true);
  time("jitter_us", backtest.jitter, false);
  if (const auto seed = reader.integer("seed", 0, ~std::uint64_t{0})) backtest.seed = *seed;
  const auto fee = [&](std::string_view key, std::int64_t& value) {
    const auto dollars = reader.number(key, -1, 1);
    if (!dollars) return;
    value = std::llround(*dollars * kMillion);
    if (std::abs(*dollars * kMillion - static_cast<double>(value)) > 1e-3)
      reader.wrong(key, "dollars a share with at most six decimals", "round it");
  };
  fee("maker_fee", backtest.maker_fee);
  fee("taker_fee", backtest.taker_fee);
  if (const auto times = reader.times("markouts_ms", 1, 3'600'000, 12)) {
    backtest.markouts.clear();
    for (const Nanoseconds t : *times) backtest.markouts.push_back(to_cycles(t));
  }
  reader.finish();
}

}  // namespace config

void select_strategy(RunConfig& run, std::string_view name) {
  if (name == "rules") {
    run.core.strategy = {};
    return;
  }
  bool rests = false;
  if (!Strategies::visit(name, [&]<class S>() { rests = S::kRests; }))
    throw std::invalid_argument(unknown_strategy(name));
  const auto given = std::ranges::find(run.strategies, name, &StrategyConfig::name);
  if (given == run.strategies.end())
    throw std::invalid_argument(fmt::format(
        "strategy '{0}': expected at least one [[strategy.{0}]], found none; host/strategy/README.md lists its keys",
        name));
  constexpr std::uint8_t kImmediateOrCancel = '3';
  if (rests && run.core.order.attributes[0] == kImmediateOrCancel)
    throw std::invalid_argument(fmt::format(
        "strategy '{}': expected orders that rest, found order.time_in_force = \"3\", immediate or cancel; write \"0\"",
        name));
  run.core.strategy = *given;
}

}  // namespace twinpath
