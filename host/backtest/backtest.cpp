#include "host/backtest/backtest.h"

#include <utility>
#include <vector>

namespace twinpath {

BacktestResult backtest(FrameSource& source, std::string_view address, const PathRegistry& registry,
                        const CoreConfig& config, const BacktestOptions& assumed, ReplayOptions options) {
  BacktestResult result;
  result.exchange = std::make_unique<ExchangeModel>(config, assumed);
  options.exchange = result.exchange.get();
  options.responses = {};
  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  recorders.push_back(std::make_unique<OutputRecorder>(false));
  std::vector<std::unique_ptr<Path>> paths;
  paths.push_back(registry.make(address, config, *recorders[0]));
  result.replay = replay(source, paths, recorders, options);
  result.counters = result.replay.counters[0];
  result.exchange->finish(result.replay.end);
  return result;
}

}  // namespace twinpath
