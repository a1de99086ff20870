#include "host/path/strategy_paths.h"

#include <stdexcept>
#include <string>

#include "host/path/fused_path.h"
#include "host/path/stage_stamps.h"
#include "host/strategy/strategies.h"

namespace twinpath {
namespace {

// As in software_path.cpp.
struct LocalTicks : TickStamps {};
struct LocalNothing : NoStamps {};

}  // namespace

std::unique_ptr<Path> make_strategy_path(const CoreConfig& config, PathSink& sink, bool measure) {
  std::unique_ptr<Path> path;
  const bool known = Strategies::visit(config.strategy.name, [&]<class S>() {
    const auto parameters = std::make_unique<typename S::Parameters>(parameters_of<S>(config.strategy.records));
    if (const char* wrong = S::check(*parameters))
      throw std::invalid_argument("strategy '" + config.strategy.name + "': " + wrong);
    if (measure) {
      path = std::make_unique<FusedPath<LocalTicks, S>>(config, sink, *parameters);
    } else {
      path = std::make_unique<FusedPath<LocalNothing, S>>(config, sink, *parameters);
    }
  });
  if (!known) throw std::invalid_argument(unknown_strategy(config.strategy.name));
  return path;
}

}  // namespace twinpath
