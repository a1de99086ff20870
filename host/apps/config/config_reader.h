// Reads tables of a TOML file key by key: every key asked for is known, every value has a type, a unit and a range, and
// all that is wrong is collected with its line instead of stopping at the first. Used by config_file and venue_config.
#pragma once
#include <toml++/toml.h>

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "host/core/types.h"
#include "host/wire/net.h"

namespace twinpath::config {

class Errors {
 public:
  static constexpr std::size_t kMaxErrors = 20;

  // `file:line: key 'key': expected <expected>, found <found>; <advice>`
  void add(std::string_view file, std::uint64_t line, std::string_view key, std::string_view expected,
           std::string_view found, std::string_view advice);
  // `file:line: <text>` for what is not about one key.
  void add_text(std::string_view file, std::uint64_t line, std::string_view text);
  // The value of a key of this name was reported: that it is missing as well would only confuse.
  void mark_unusable(std::string_view key) { unusable_.emplace(key); }
  bool is_unusable(std::string_view key) const { return unusable_.contains(key); }
  bool empty() const noexcept { return errors_.empty(); }
  void throw_if_any() const;

 private:
  std::vector<std::string> errors_;
  std::set<std::string, std::less<>> unusable_;
  std::size_t more_ = 0;
};

// The name among `known` that `name` was probably meant to be; nothing when none is close.
std::optional<std::string> nearest_name(std::string_view name, const std::vector<std::string>& known);

// Nothing when it cannot be read.
std::optional<std::string> file_contents(const std::filesystem::path& file);
// Nothing, after reporting it, when the text is not TOML; `name` stands for its file.
std::optional<toml::table> parse_toml(std::string_view text, const std::string& name, Errors& errors);

// What a missing endpoint is told.
std::string endpoint_expected(std::string_view example, std::string_view transport = "UDP");

// One table. Getters return nothing when the key is absent or, after reporting it, when its value is unusable.
class Reader {
 public:
  Reader(const toml::table& table, std::string path, std::string file, Errors& errors)
      : table_(&table), path_(std::move(path)), file_(std::move(file)), errors_(&errors) {}

  bool has(std::string_view key) const { return table_->contains(key); }
  std::optional<bool> flag(std::string_view key);
  std::optional<std::string> text(std::string_view key, std::string_view expected, std::size_t max_length = 4096);
  std::optional<std::string> choice(std::string_view key, std::initializer_list<std::string_view> choices);
  // A text, or an array of texts.
  std::optional<std::vector<std::string>> texts(std::string_view key, std::string_view expected);
  // One character out of `allowed`.
  std::optional<char> letter(std::string_view key, std::string_view allowed);
  std::optional<std::uint64_t> integer(std::string_view key, std::uint64_t min, std::uint64_t max);
  std::optional<std::int64_t> signed_integer(std::string_view key, std::int64_t min, std::int64_t max);
  std::optional<double> number(std::string_view key, double min, double max);
  // Dollars as text, integer or float, in units of 1/10,000 dollar, at most `max` units.
  std::optional<std::uint64_t> dollars(std::string_view key, std::uint64_t max);
  std::optional<std::uint32_t> price(std::string_view key);
  // Microseconds, as nanoseconds, or as cycles rounded down.
  std::optional<Nanoseconds> microseconds(std::string_view key, double max);
  std::optional<std::uint32_t> cycles32(std::string_view key);
  // "address:port".
  std::optional<net::Endpoint> endpoint(std::string_view key, std::string_view example,
                                        std::string_view transport = "UDP");
  // An array of at most `most` ascending times in milliseconds.
  std::optional<std::vector<Nanoseconds>> times(std::string_view key, double min_ms, double max_ms, std::size_t most);

  // A sub-table; an absent or unusable one is nothing.
  std::optional<Reader> table(std::string_view key);
  // An array of tables; empty when absent.
  std::vector<Reader> tables(std::string_view key);

  // Reports every key that was not asked for. Call once, after the last getter.
  void finish();

  // `key` is needed and absent.
  void missing(std::string_view key, std::string_view expected, std::string_view advice);
  // The value of `key` is unusable.
  void wrong(std::string_view key, std::string_view expected, std::string_view found, std::string_view advice);
  // The value of `key` is unusable, as it is written in the file.
  void wrong(std::string_view key, std::string_view expected, std::string_view advice);

  std::string path_of(std::string_view key) const;
  std::uint64_t line_of(std::string_view key) const;
  std::uint64_t line() const { return table_->source().begin.line; }
  const std::string& file() const noexcept { return file_; }
  Errors& errors() noexcept { return *errors_; }

 private:
  const toml::node* find(std::string_view key);

  const toml::table* table_;
  std::string path_;
  std::string file_;
  Errors* errors_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace twinpath::config
