#include "host/apps/config/config_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <sstream>

#include "host/apps/config/config_file.h"
#include "host/apps/config/decimal.h"

namespace twinpath {

namespace {
std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const auto& line : lines) {
    if (!all.empty()) all += '\n';
    all += line;
  }
  return all;
}
}  // namespace

ConfigError::ConfigError(std::vector<std::string> errors)
    : std::runtime_error(joined(errors)), errors_(std::move(errors)) {}

namespace config {
namespace {

// A value as the user wrote it, short enough for a line.
std::string shown(const toml::node& node) {
  if (node.is_table()) return "a table";
  if (node.is_array()) return "an array";
  if (const auto* text = node.as_string()) return fmt::format("\"{}\"", text->get().substr(0, 60));
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* whole = node.as_integer()) return fmt::format("{}", whole->get());
  if (const auto* real = node.as_floating_point()) return fmt::format("{}", real->get());
  return "a date or time";
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

// Edits (insert, delete, replace, swap of neighbours) from one name to the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

void Errors::add(std::string_view file, std::uint64_t line, std::string_view key, std::string_view expected,
                 std::string_view found, std::string_view advice) {
  add_text(file, line, fmt::format("key '{}': expected {}, found {}; {}", key, expected, found, advice));
}

void Errors::add_text(std::string_view file, std::uint64_t line, std::string_view text) {
  if (errors_.size() < kMaxErrors) {
    errors_.push_back(fmt::format("{}:{}: {}", file, line, text));
  } else {
    ++more_;
  }
}

void Errors::throw_if_any() const {
  if (errors_.empty()) return;
  auto lines = errors_;
  if (more_ != 0) lines.push_back(fmt::format("and {} more; correct these first", more_));
  throw ConfigError(std::move(lines));
}

std::optional<std::string> file_contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in || std::filesystem::is_directory(file)) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::optional<toml::table> parse_toml(std::string_view text, const std::string& name, Errors& errors) {
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& e) {
    const auto at = e.source().begin;
    errors.add_text(name, at.line,
                    fmt::format("not TOML at column {}: {}; correct the line", at.column, e.description()));
    return std::nullopt;
  }
}

std::optional<std::string> nearest_name(std::string_view name, const std::vector<std::string>& known) {
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const auto& candidate : known) {
    const auto d = distance(name, candidate);
    const bool prefix = name.size() >= 3 && (candidate.starts_with(name) || name.starts_with(candidate));
    if (d < best_distance || (prefix && !best)) {
      best = candidate;
      best_distance = std::min(best_distance, d);
    }
  }
  return best;
}

const toml::node* Reader::find(std::string_view key) {
  known_.emplace(key);
  return table_->get(key);
}

std::string Reader::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

std::uint64_t Reader::line_of(std::string_view key) const {
  const auto* node = table_->get(key);
  return node == nullptr ? line() : node->source().begin.line;
}

void Reader::missing(std::string_view key, std::string_view expected, std::string_view advice) {
  known_.emplace(key);
  errors_->add(file_, line(), path_of(key), expected, "nothing", advice);
}

void Reader::wrong(std::string_view key, std::string_view expected, std::string_view found, std::string_view advice) {
  errors_->mark_unusable(key);
  errors_->add(file_, line_of(key), path_of(key), expected, found, advice);
}

void Reader::wrong(std::string_view key, std::string_view expected, std::string_view advice) {
  const auto* node = table_->get(key);
  wrong(key, expected, node == nullptr ? "nothing" : shown(*node), advice);
}

std::string endpoint_expected(std::string_view example, std::string_view transport) {
  return fmt::format("an IPv4 address and a {} port such as \"{}\"", transport, example);
}

std::optional<net::Endpoint> Reader::endpoint(std::string_view key, std::string_view example,
                                              std::string_view transport) {
  const auto expected = endpoint_expected(example, transport);
  const auto text = this->text(key, expected);
  if (!text) return std::nullopt;
  if (const auto at = net::parse_endpoint(*text)) return at;
  wrong(key, expected, "write four numbers up to 255, a colon and a port from 1 to 65535");
  return std::nullopt;
}

std::optional<bool> Reader::flag(std::string_view key) {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* value = node->as_boolean()) return value->get();
  wrong(key, "true or false", "write it without quotes");
  return std::nullopt;
}

std::optional<std::string> Reader::text(std::string_view key, std::string_view expected, std::size_t max_length) {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_string();
  if (value == nullptr) {
    wrong(key, expected, "write it in double quotes");
    return std::nullopt;
  }
  const auto& string = value->get();
  const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
  if (string.size() > max_length || !std::all_of(string.begin(), string.end(), printable)) {
    wrong(key, expected, fmt::format("use at most {} printable ASCII characters", max_length));
    return std::nullopt;
  }
  return string;
}

std::optional<std::vector<std::string>> Reader::texts(std::string_view key, std::string_view expected) {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (node->is_string()) {
    const auto one = text(key, expected);
    if (!one) return std::nullopt;
    if (!one->empty()) return std::vector<std::string>{*one};
  }
  std::vector<std::string> all;
  const auto* array = node->as_array();
  for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
    const auto* value = array->get(i)->as_string();
    if (value != nullptr && !value->get().empty()) all.push_back(value->get());
  }
  if (array == nullptr || array->empty() || all.size() != array->size()) {
    wrong(key, fmt::format("{}, or an array of such", expected), "write each in double quotes");
    return std::nullopt;
  }
  return all;
}

std::optional<std::string> Reader::choice(std::string_view key, std::initializer_list<std::string_view> choices) {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  const std::vector<std::string> names(choices.begin(), choices.end());
  if (const auto* value = node->as_string()) {
    if (std::find(names.begin(), names.end(), value->get()) != names.end()) return value->get();
    const auto near = nearest_name(value->get(), names);
    wrong(key, "one of " + quoted_list(names),
          near ? fmt::format("did you mean \"{}\"?", *near) : "choose one of them");
  } else {
    wrong(key, "one of " + quoted_list(names), "write it in double quotes");
  }
  return std::nullopt;
}

std::optional<char> Reader::letter(std::string_view key, std::string_view allowed) {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_string();
  if (value != nullptr && value->get().size() == 1 && allowed.find(value->get()[0]) != std::string_view::npos) {
    return value->get()[0];
  }
  wrong(key, fmt::format("one character of \"{}\"", allowed), "OUCH 5.0, Enter Order, lists their meanings");
  return std::nullopt;
}

std::optional<std::int64_t> Reader::signed_integer(std::string_view key, std::int64_t min, std::int64_t max) {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_integer();
  if (value != nullptr && value->get() >= min && value->get() <= max) return value->get();
  wrong(key, fmt::format("an integer from {} to {}", min, max),
        value == nullptr ? "write a whole number without quotes" : "choose a value in this range");
  return std::nullopt;
}

std::optional<std::uint64_t> Reader::integer(std::string_view key, std::uint64_t min, std::uint64_t max) {
  const auto limit = std::min<std::uint64_t>(max, std::numeric_limits<std::int64_t>::max());
  const auto value = signed_integer(key, static_cast<std::int64_t>(min), static_cast<std::int64_t>(limit));
  if (!value) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

std::optional<double> Reader::number(std::string_view key, double min, double max) {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  std::optional<double> value;
  if (const auto* whole = node->as_integer()) value = static_cast<double>(whole->get());
  if (const auto* real = node->as_floating_point()) value = real->get();
  if (value && *value >= min && *value <= max) return value;
  wrong(key, fmt::format("a number from {} to {}", min, max),
        value ? "choose a value in this range" : "write a number without quotes");
  return std::nullopt;
}

std::optional<std::uint64_t> Reader::dollars(std::string_view key, std::uint64_t max) {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  std::optional<std::uint64_t> value;
  const char* advice = "write dollars with at most four decimals, for example \"187.25\"";
  if (const auto* text = node->as_string()) {
    value = parse_dollars(text->get());
  } else if (const auto* whole = node->as_integer()) {
    if (whole->get() >= 0) value = parse_dollars(fmt::format("{}", whole->get()));
  } else if (const auto* real = node->as_floating_point()) {
    value = exact_dollars(real->get());
  }
  if (value && *value <= max) return value;
  if (value) advice = "choose a smaller amount";
  wrong(key, fmt::format("dollars from 0 to {} in steps of 0.0001", dollars_text(max)), advice);
  return std::nullopt;
}

std::optional<std::uint32_t> Reader::price(std::string_view key) {
  const auto value = dollars(key, std::numeric_limits<std::uint32_t>::max());
  if (!value) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

std::optional<Nanoseconds> Reader::microseconds(std::string_view key, double max) {
  const auto value = number(key, 0, max);
  if (!value) return std::nullopt;
  return Nanoseconds{static_cast<std::uint64_t>(std::llround(*value * 1000))};
}

std::optional<std::uint32_t> Reader::cycles32(std::string_view key) {
  const auto time = microseconds(key, 13'000'000);  // 13 seconds fit into 32 bits of cycles
  if (!time) return std::nullopt;
  return static_cast<std::uint32_t>(to_cycles(*time).value);
}

std::optional<std::vector<Nanoseconds>> Reader::times(std::string_view key, double min_ms, double max_ms,
                                                      std::size_t most) {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  std::vector<Nanoseconds> all;
  const auto* array = node->as_array();
  bool good = array != nullptr && array->size() <= most;
  for (std::size_t i = 0; good && i < array->size(); ++i) {
    const auto ms = array->get(i)->value<double>();
    good = ms && *ms >= min_ms && *ms <= max_ms;
    if (good) all.push_back(Nanoseconds{static_cast<std::uint64_t>(std::llround(*ms * 1e6))});
    good = good && (i == 0 || all[i] > all[i - 1]);
  }
  if (good) return all;
  wrong(key, fmt::format("an array of at most {} ascending numbers from {} to {}", most, min_ms, max_ms),
        "write [1, 10, 100], for example");
  return std::nullopt;
}

std::optional<Reader> Reader::table(std::string_view key) {
  const auto* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (const auto* table = node->as_table()) return Reader(*table, path_of(key), file_, *errors_);
  wrong(key, "a table", fmt::format("write a section [{}] or {} = {{ ... }}", path_of(key), key));
  return std::nullopt;
}

std::vector<Reader> Reader::tables(std::string_view key) {
  std::vector<Reader> all;
  const auto* node = find(key);
  if (node == nullptr) return all;
  const auto* array = node->as_array();
  if (array == nullptr || !std::all_of(array->begin(), array->end(), [](const auto& n) { return n.is_table(); })) {
    wrong(key, "an array of tables", fmt::format("write [[{}]] before each of them", path_of(key)));
    return all;
  }
  for (std::size_t i = 0; i < array->size(); ++i) {
    const auto& table = *array->get(i)->as_table();
    const auto* name = table.get_as<std::string>("name");  // the best way to tell a person which of them
    const auto label = name != nullptr ? name->get() : fmt::format("{}", i);
    all.emplace_back(table, fmt::format("{}[{}]", path_of(key), label), file_, *errors_);
  }
  return all;
}

void Reader::finish() {
  const std::vector<std::string> names(known_.begin(), known_.end());
  for (const auto& [key, node] : *table_) {
    const std::string name(key.str());
    if (known_.contains(name)) continue;
    const auto near = nearest_name(name, names);
    errors_->add(file_, key.source().begin.line, path_of(name), "one of " + quoted_list(names), "an unknown key",
                 near ? fmt::format("did you mean '{}'?", *near) : std::string("remove it"));
  }
}

}  // namespace config
}  // namespace twinpath
