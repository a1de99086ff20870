#include "bench/expectation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <toml++/toml.h>
#include <charconv>
#include <stdexcept>

namespace twinpath::bench {
namespace {

std::vector<std::string_view> class_names() {
  std::vector<std::string_view> names;
  for (const TriggerClassInfo& c : kTriggerClassInfo) names.push_back(c.name);
  return names;
}

bool number(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

[[noreturn]] void wrong(const std::string& file, const toml::source_region& where, const std::string& what) {
  throw std::runtime_error(fmt::format("{}:{}: {}", file, where.begin.line, what));
}

ExpectedCycles cycles_of(const std::string& file, std::string_view key, const toml::node& node) {
  const auto count = [](const toml::node* n) -> std::optional<std::uint64_t> {
    const auto value = n == nullptr ? std::nullopt : n->value_exact<std::int64_t>();
    if (!value || *value < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*value);
  };
  if (const auto constant = count(&node)) return {*constant, *constant};
  if (const toml::array* range = node.as_array(); range != nullptr && range->size() == 2) {
    const auto low = count(range->get(0));
    const auto high = count(range->get(1));
    if (low && high && *low <= *high) return {*low, *high};
  }
  wrong(file, node.source(), fmt::format("{}: expected cycles, as 14 or [14, 16]", key));
}

}  // namespace

TriggerClass trigger_class_named(std::string_view name) {
  for (unsigned i = 0; i < kTriggerClasses; ++i)
    if (kTriggerClassInfo[i].name == name) return static_cast<TriggerClass>(i);
  throw std::invalid_argument(fmt::format("class '{}': expected one of {}", name, fmt::join(class_names(), ", ")));
}

Load load_named(std::string_view name) {
  for (unsigned i = 0; i < kLoads; ++i)
    if (kLoadNames[i] == name) return static_cast<Load>(i);
  throw std::invalid_argument(fmt::format("load '{}': expected one of {}", name, fmt::join(kLoadNames, ", ")));
}

Expectation Expectation::of_text(std::string_view text) {
  Expectation e;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const std::size_t equals = part.find('=');
    const std::string_view value = equals == part.npos ? std::string_view{} : part.substr(equals + 1);
    const std::size_t dash = value.find('-');
    ExpectedCycles cycles{};
    const bool good = number(value.substr(0, dash), cycles.lowest) &&
                      number(dash == value.npos ? value : value.substr(dash + 1), cycles.highest) &&
                      cycles.lowest <= cycles.highest;
    if (!good) throw std::invalid_argument(fmt::format("'{}': expected class=cycles or class=from-to", part));
    const TriggerClass c = trigger_class_named(part.substr(0, equals));
    for (unsigned load = 0; load < kLoads; ++load) e.expect(static_cast<Load>(load), c, cycles);
  }
  return e;
}

Expectation Expectation::of_file(const std::string& file) {
  toml::table root;
  try {
    root = toml::parse_file(file);
  } catch (const toml::parse_error& error) {
    wrong(file, error.source(), std::string(error.description()));
  }
  Expectation e;
  for (const auto& [load_key, node] : root) {
    const toml::table* table = node.as_table();
    try {
      const Load load = load_named(load_key.str());
      if (table == nullptr) wrong(file, node.source(), fmt::format("{}: expected a table of classes", load_key.str()));
      for (const auto& [class_key, cycles] : *table)
        e.expect(load, trigger_class_named(class_key.str()), cycles_of(file, class_key.str(), cycles));
    } catch (const std::invalid_argument& error) {
      wrong(file, node.source(), error.what());
    }
  }
  return e;
}

std::vector<std::string> Expectation::differences(const std::vector<ActionableRow>& rows) const {
  std::vector<std::string> out;
  for (const ActionableRow& row : rows) {
    const auto& expected = at_[static_cast<unsigned>(row.load)][static_cast<unsigned>(row.trigger)];
    const std::string where = fmt::format("load {}, {}, lane {}: ", name(row.load), info(row.trigger).name, row.lane);
    const std::uint64_t min = row.message.min();
    const std::uint64_t max = row.message.max();
    const std::string found =
        min == max ? fmt::format("found {} cycles", min) : fmt::format("found {} to {} cycles", min, max);
    if (!expected) {
      out.push_back(where + "nothing expected, " + found);
    } else if (row.message.count() == 0) {
      out.push_back(where + "nothing measured");
    } else if (min < expected->lowest || max > expected->highest) {
      out.push_back(where +
                    (expected->lowest == expected->highest
                         ? fmt::format("expected {} cycles, ", expected->lowest)
                         : fmt::format("expected {} to {} cycles, ", expected->lowest, expected->highest)) +
                    found);
    }
  }
  return out;
}

}  // namespace twinpath::bench
