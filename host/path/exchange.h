// An exchange that a replay trades against: it sees the market and the orders, and answers with timed commands.
#pragma once
#include <optional>

#include "host/core/event.h"
#include "host/core/types.h"
#include "host/path/frame_source.h"
#include "host/path/path.h"

namespace twinpath {

struct TimedCommand {
  Cycles time;
  Command command;
};

class Exchange {
 public:
  virtual ~Exchange() = default;
  // A frame of the market, right before the path gets it, at its time.
  virtual void on_frame(Cycles at, const SourceFrame& frame) = 0;
  // Every event of the path.
  virtual void on_event(const Event& event) = 0;
  // The next answer stamped at or before `until`, in time order. Nothing later than `until` has happened yet.
  virtual std::optional<TimedCommand> next(Cycles until) = 0;
  // No frame comes any more; orders sent from now on are not answered.
  virtual void close() = 0;
};

}  // namespace twinpath
