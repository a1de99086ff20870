// The report of a back-test: text for a terminal, JSON, and one HTML page in the style of a replay's report.
#pragma once
#include <filesystem>
#include <string>

#include "host/apps/config/config_file.h"
#include "host/backtest/backtest.h"

namespace twinpath {

// Money as text: millionths of a dollar to dollars, cents when that is exact, else as many decimals as needed.
std::string money_text(Money m);

class BacktestReport {
 public:
  // `result` and `config` are borrowed.
  BacktestReport(const std::string& input, const RunConfig& config, const BacktestResult& result)
      : input_(input), config_(config), result_(result) {}

  std::string text() const;
  // Every figure: money in millionths of a dollar, prices in 1/10,000 dollar, times in nanoseconds since the first
  // frame, all integers. Nothing in it depends on the machine or the time of the run.
  std::string json() const;
  std::string html() const;

  // report.json and report.html in a folder that is there. Throws std::runtime_error that names the file.
  void write(const std::filesystem::path& folder) const;

 private:
  std::string symbol_name(SymbolIndex s) const;

  std::string input_;
  const RunConfig& config_;
  const BacktestResult& result_;
};

}  // namespace twinpath
