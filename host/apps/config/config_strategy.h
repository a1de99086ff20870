// [strategy] and [backtest] of a configuration file. Used by config_file only, but for select_strategy.
#pragma once
#include <string_view>

#include "host/apps/config/config_bank.h"
#include "host/apps/config/config_file.h"
#include "host/apps/config/config_reader.h"

namespace twinpath::config {

void read_strategy(Reader reader, const SymbolNames& names, RunConfig& run);
void read_backtest(Reader reader, BacktestOptions& backtest);

}  // namespace twinpath::config
