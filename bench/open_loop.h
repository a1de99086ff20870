// Latency from when a frame should have come to when its order left, at the capture's own pace.
//
// Arrivals are open-loop: each input has its intended time, from the capture's time stamps, whatever the path is doing.
// A path that stalls is given what has come meanwhile late, and that wait is in the latency of every order behind it; a
// closed loop, which gives the next frame when the path is ready for it, would leave it out (coordinated omission).
#pragma once
#include <cstdint>
#include <functional>
#include <memory>

#include "bench/session.h"
#include "host/core/histogram.h"
#include "host/core/types.h"

namespace twinpath::bench {

struct OpenLoopFigures {
  Histogram latency;           // nanoseconds from intended arrival to the order's frame, of each enter and cancel
  Nanoseconds latest;          // most that an input was given after its time
  std::uint64_t inputs = 0;    // given
  std::uint64_t messages = 0;  // delivered
  double seconds = 0;          // from the first input to the last
};

using MakePathTo = std::function<std::unique_ptr<Path>(PathSink&)>;

// Plays the session once, `speed` times as fast as it was captured, but no more of it than fits into `longest`. A
// frame's intended time is the input time of SEM 1 on this scale, so the frames of a burst are as far apart as the wire
// put them. An order that a gap's deadline releases counts from the deadline, though the next input finds it. The
// calling thread spins.
OpenLoopFigures run_open_loop(const Session& session, double speed, Nanoseconds longest, const MakePathTo& make);

}  // namespace twinpath::bench
