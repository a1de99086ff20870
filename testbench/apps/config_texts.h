// Configurations that tests change by a line, and what they are read as.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "host/apps/config/config_file.h"

namespace twinpath {

inline constexpr const char* kOrder = R"([order]
destination_mac = "02:00:00:00:00:0A"
source_mac = "02:00:00:00:00:01"
destination = "10.0.0.2:26400"
source = "10.0.0.1:40000"
)";

inline constexpr const char* kMinimal = R"([feed]
line_a = "233.54.12.111:26477"
[risk]
max_gross = "1000000"
max_open_orders = 100
rate_per_second = 1000
[order]
destination_mac = "02:00:00:00:00:0A"
source_mac = "02:00:00:00:00:01"
destination = "10.0.0.2:26400"
source = "10.0.0.1:40000"
[[symbol]]
name = "AAA"
window_center = "100"
[[symbol]]
name = "BBB"
window_center = "50"
)";

inline RunConfig parse(const std::string& text) { return parse_config(text, "run.toml"); }

// The errors of a text that must not load.
inline std::vector<std::string> errors_of(const std::string& text) {
  try {
    parse(text);
  } catch (const ConfigError& e) {
    return e.errors();
  }
  return {};
}

// kMinimal with one line replaced.
inline std::string with(const std::string& line, const std::string& replacement) {
  std::string text = kMinimal;
  const auto at = text.find(line);
  EXPECT_NE(at, std::string::npos) << line;
  return text.replace(at, line.size(), replacement);
}

// kMinimal with text behind the first symbol.
inline std::string with_symbol_text(const std::string& more) {
  return with("window_center = \"100\"\n", "window_center = \"100\"\n" + more);
}

}  // namespace twinpath
