// A strategy over a recorded session, with the exchange of a back-test: what came of it.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "host/backtest/exchange_model.h"
#include "host/path/path_registry.h"
#include "host/path/replay.h"

namespace twinpath {

struct BacktestResult {
  ReplayResult replay;
  CounterValues counters{};
  std::unique_ptr<ExchangeModel> exchange;  // its ledger and figures are final
};

// Runs config.strategy on the path at `address` over the source. `options.exchange` and `options.responses` are not
// looked at. The same source, configuration and options give the same result.
BacktestResult backtest(FrameSource& source, std::string_view address, const PathRegistry& paths,
                        const CoreConfig& config, const BacktestOptions& assumed, ReplayOptions options);

}  // namespace twinpath
