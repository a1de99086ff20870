// `sw:` with a strategy other than the rules (SEM 9).
#pragma once
#include <memory>

#include "host/path/path.h"

namespace twinpath {

// As make_software_path. Throws std::invalid_argument, naming the strategies there are, when config.strategy names none
// of them, and when its records are not what the strategy takes (the configuration's reader lets none such through).
std::unique_ptr<Path> make_strategy_path(const CoreConfig& config, PathSink& sink, bool measure);

}  // namespace twinpath
