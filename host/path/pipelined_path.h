// `sw:pipelined`, the software path with its stages on threads of their own, joined by rings.
//
//   submit -> market data -> strategy -> risk -> gateway -> sink
//
// Market data is feed, decoding and books, on the thread that submits: frames are read where they are, and nothing is
// copied before a message is known to matter. Strategy finds the conditions that hold on the market alone. Risk has all
// that orders change: cool-downs, working orders, exposure, limits; it takes the first rule that fires and checks it.
// The gateway writes order frames and gives everything to the sink.
//
// Everything flows one way, so each stage is a function of what came before it and the order of outputs is that of the
// fused path, whatever the threads' speed. The two things in strategy that depend on what was sent, cool-downs (of
// which the cancel rule's firing decides) and the working order (of which risk's verdict decides), live on the risk
// side for that reason: a stage that asked another one back would wait for it at each decision. SWAP and every other
// command go through all stages in their place. A message that moves no best quote, no trust and is no trade ends in
// market data.
#pragma once
#include <memory>

#include "host/path/path.h"
#include "host/path/software_options.h"

namespace twinpath {

// The sink is called from the gateway's thread: while the caller is in submit, advance, finish or load_inactive_bank,
// or, with options.run_ahead, at any time before finish returns. What a sink throws comes out of the next of these
// calls that waits; outputs after it are lost. load_inactive_bank waits until the stages are idle. Throws
// std::system_error when a thread cannot be made or pinned.
std::unique_ptr<Path> make_pipelined_path(const CoreConfig& config, PathSink& sink, const SoftwareOptions& options);

}  // namespace twinpath
