// `sw:` the software path, one thread, all stages fused.
#pragma once
#include <memory>

#include "host/path/path.h"

namespace twinpath {

// With `measure`, events carry stage stamps in nanoseconds from the frame's entry (saturating at 65,535); without,
// zeros.
std::unique_ptr<Path> make_software_path(const CoreConfig& config, PathSink& sink, bool measure);

}  // namespace twinpath
