#include "host/path/software_path.h"

#include "host/path/fused_path.h"
#include "host/path/stage_stamps.h"
#include "host/path/strategy_paths.h"

namespace twinpath {
namespace {

// Types of this file alone: what is instantiated with them is then local to it and called from few places, which is
// what makes the compiler put the whole call chain into two functions, a frame's and a message's (scripts/hotpath
// counts them).
struct LocalTicks : TickStamps {};
struct LocalNothing : NoStamps {};

}  // namespace

std::unique_ptr<Path> make_software_path(const CoreConfig& config, PathSink& sink, bool measure) {
  if (!config.strategy.rules()) return make_strategy_path(config, sink, measure);
  if (measure) return std::make_unique<FusedPath<LocalTicks>>(config, sink);
  return std::make_unique<FusedPath<LocalNothing>>(config, sink);
}

}  // namespace twinpath
