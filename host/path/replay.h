// Replays a session through one or more paths: capture times become input times, commands and the simulated exchange's
// answers are put between the frames, and two paths may be compared in lockstep.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/path/exchange.h"
#include "host/path/exchange_responder.h"
#include "host/path/frame_source.h"
#include "host/path/input_clock.h"
#include "host/path/lockstep.h"
#include "host/path/path.h"

namespace twinpath {

// A host command at a time since the first frame; a SWAP with a bank first loads that bank into the inactive one.
struct ScheduledCommand {
  Cycles offset;
  Command command;
  std::shared_ptr<const Bank> bank;
};

struct ReplayResult {
  std::uint64_t frames = 0;
  Nanoseconds first_timestamp;  // of the first frame, as the source gave it
  Cycles end;                   // no input was stamped later
  std::uint64_t clock_backwards = 0;
  std::optional<LockstepDifference> difference;
  std::uint64_t compared = 0;           // outputs that agreed
  std::vector<CounterValues> counters;  // a path
  std::vector<double> seconds;          // wall time spent inside each path
};

struct ReplayOptions {
  std::vector<ScheduledCommand> commands;  // by offset
  ResponseModel responses;
  Exchange* exchange = nullptr;  // answers orders instead of `responses`
  bool lockstep = false;         // compare path 0 with path 1
  std::uint64_t stop_after_frame = UINT64_MAX;
  std::function<bool()> stop_when;                                             // asked after every frame
  std::function<void(std::uint64_t frames, std::uint64_t position)> progress;  // every few thousand frames
};

// The first path leads: the simulated exchange answers its orders. Recorders belong to the paths in the same order;
// their `on_output` taps stay usable, the first one's is called before the exchange sees the event.
ReplayResult replay(FrameSource& source, std::span<const std::unique_ptr<Path>> paths,
                    std::span<const std::unique_ptr<OutputRecorder>> recorders, const ReplayOptions& options);

}  // namespace twinpath
