// The strategies that configuration can name, besides `rules`. To add one: include its header, add it to the list.
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "host/strategy/arbitrage.h"
#include "host/strategy/market_maker.h"
#include "host/strategy/parameters.h"
#include "host/strategy/strategy.h"
#include "host/strategy/strategy_template.h"

namespace twinpath {

// A strategy that configuration can make: `kFields` are the keys of one of its records, in the order of
// StrategyConfig::records; `check` says what is wrong with records that are right one by one, or nullptr; `kRests` that
// its orders are meant to rest in the book, which immediate-or-cancel orders cannot.
template <class S>
concept ConfiguredStrategy = Strategy<S> && requires(const typename S::Parameters& p) {
  { S::check(p) } -> std::same_as<const char*>;
  { S::kRests } -> std::convertible_to<bool>;
  { S::kFields[0] } -> std::convertible_to<ParameterField<typename S::Parameters::Record>>;
};

template <ConfiguredStrategy... S>
struct StrategyList {
  // Calls `f.operator()<S>()` for the strategy of this name; false when there is none.
  template <class F>
  static bool visit(std::string_view name, F&& f) {
    return ((S::kName == name && (f.template operator()<S>(), true)) || ...);
  }
  // Calls it for each.
  template <class F>
  static void each(F&& f) {
    (f.template operator()<S>(), ...);
  }
};

using Strategies = StrategyList<MarketMaker, Arbitrage, StrategyTemplate>;

inline std::vector<std::string> strategy_names() {
  std::vector<std::string> names{"rules"};
  Strategies::each([&]<class S>() { names.emplace_back(S::kName); });
  return names;
}

inline std::string unknown_strategy(std::string_view name) {
  std::string text = "strategy '" + std::string(name) + "': expected one of";
  for (const std::string& known : strategy_names()) text += (text.back() == 'f' ? " " : ", ") + known;
  return text;
}

// Records as the configuration holds them become the strategy's parameters. Throws std::invalid_argument when they are
// too many, or a record has not a value a field.
template <ConfiguredStrategy S>
typename S::Parameters parameters_of(const std::vector<std::vector<std::int64_t>>& records) {
  typename S::Parameters parameters;
  if (records.size() > parameters.kMost)
    throw std::invalid_argument("strategy '" + std::string(S::kName) + "': expected at most " +
                                std::to_string(parameters.kMost) + " records, found " + std::to_string(records.size()));
  for (const auto& record : records) {
    if (record.size() != S::kFields.size())
      throw std::invalid_argument("strategy '" + std::string(S::kName) + "': expected " +
                                  std::to_string(S::kFields.size()) + " values a record, found " +
                                  std::to_string(record.size()));
    auto& to = parameters.all[parameters.count++];
    for (std::size_t i = 0; i < record.size(); ++i) S::kFields[i].set(to, record[i]);
  }
  return parameters;
}

}  // namespace twinpath
