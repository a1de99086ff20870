// A run's configuration from TOML: what the paths are configured with (SEM 1 to 6), the simulated exchange, timed host
// commands and what the report shows. The keys, their units and ranges are listed in host/apps/CONFIG.md.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "host/backtest/backtest_options.h"
#include "host/core/config.h"
#include "host/journal/journal_options.h"
#include "host/live/exchange_options.h"
#include "host/live/live_options.h"
#include "host/live/recovery_options.h"
#include "host/path/device_options.h"
#include "host/path/path.h"
#include "host/path/response_model.h"
#include "host/path/software_options.h"
#include "host/path/switch_options.h"
#include "host/process/process_options.h"

namespace twinpath {

// Everything that is wrong with a configuration file (up to 20 errors, then their number). what() has a line an error:
// `file:line: key 'feed.line_a': expected ..., found ...; <what to do>`.
class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(std::vector<std::string> errors);
  const std::vector<std::string>& errors() const noexcept { return errors_; }

 private:
  std::vector<std::string> errors_;
};

// [[command]]: a host command and when it is given.
struct RunCommand {
  std::optional<Nanoseconds> time_of_day;  // `at`: since midnight, by the input's clock
  Cycles offset;                           // `offset_us` or `offset_cycles`: since the first frame, otherwise
  Command command;
  // A SWAP with `rules_file`: the host loads this into the inactive bank right before the command.
  std::shared_ptr<const Bank> bank;
};

// [report]
struct ReportOptions {
  std::string title;       // "": the input's name
  std::string symbol;      // whose mid price and orders are drawn; "": the one with most orders
  unsigned buckets = 240;  // of the time series, 10 to 2,000
  unsigned top_symbols = 16;
  unsigned max_markers = 400;  // orders drawn over the mid price
};

struct RunConfig {
  CoreConfig core;
  ResponseModel responses;
  std::vector<RunCommand> commands;  // in the order of the file
  ReportOptions report;
  SoftwareOptions software;                 // [software]
  SwitchOptions switching;                  // [switch]
  DeviceOptions card;                       // [card]
  std::optional<LiveOptions> live;          // when there is a section [live]
  std::vector<StrategyConfig> strategies;   // those with a [[strategy.NAME]]; core.strategy is the selected one
  BacktestOptions backtest;                 // [backtest]
  std::optional<JournalOptions> journal;    // when there is a section [journal]
  std::optional<ExchangeOptions> exchange;  // when there is a section [exchange]
  std::optional<RecoveryOptions> recovery;  // when there is a section [recovery]
  std::optional<ProcessOptions> processes;  // when there is a section [processes]
  // Bank 1 was given by `alternate` or [bank1]; otherwise it is a copy of bank 0.
  bool has_alternate = false;
};

// Reads and checks a file. Throws ConfigError that names all errors of the file (and of the files it refers to).
RunConfig load_config(const std::filesystem::path& file);

// The same for text that is not in a file; `name` stands for it in errors, other files are looked for beside `base`.
RunConfig parse_config(std::string_view text, const std::string& name, const std::filesystem::path& base = ".");

// Makes `name` the strategy of core.strategy, with the records that the configuration gives for it. Throws
// std::invalid_argument when there is no such strategy, no record of it, or its orders could not rest.
void select_strategy(RunConfig& run, std::string_view name);

}  // namespace twinpath
