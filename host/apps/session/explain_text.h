// The text of an explanation.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "host/apps/session/explain_path.h"
#include "host/core/config.h"
#include "host/core/event.h"

namespace twinpath {

struct PathStages {
  std::string path;
  Event event;
};

std::string explain_text(const Event& event, const Moment& moment, const CoreConfig& config,
                         std::span<const std::uint8_t> frame, Nanoseconds frame_time,
                         const std::vector<PathStages>& stages);

}  // namespace twinpath
