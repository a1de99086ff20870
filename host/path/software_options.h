// How the software path's stages are put onto threads. SEM knows nothing of it: outputs are the same.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "host/core/idle.h"

namespace twinpath {

// fused: all stages one after the other on the thread that submits. pipelined: market data there; strategy, risk and
// gateway on threads of their own.
enum class Arrangement : std::uint8_t { fused, pipelined };

enum class StageThread : std::uint8_t { market_data, strategy, risk, gateway };
inline constexpr std::size_t kStageThreads = 4;

struct SoftwareOptions {
  Arrangement arrangement = Arrangement::fused;
  // Core of each stage's thread, nothing: wherever the kernel puts it. That of market_data is for whoever owns the
  // thread that submits (PinnedHere); the path pins its own.
  std::array<std::optional<unsigned>, kStageThreads> cores{};
  IdlePolicy idle = IdlePolicy::yield;
  std::size_t ring_slots = 1024;  // between two stages; a power of two
  bool measure = false;           // stage stamps in events, nanoseconds from the frame's entry
  // submit and advance return as soon as market data is through with the inputs; outputs come from the gateway's thread
  // whenever they are ready. Otherwise they return when all outputs have been delivered.
  bool run_ahead = false;
};

}  // namespace twinpath
