// The timed wire of the simulated card: what the network would carry, with the core's time beside it, over a Unix
// stream socket. The peer gives frames with the time of their first beat and takes order frames; both ends are on one
// machine, so numbers are as the machine has them.
#pragma once
#include <cstdint>

namespace twinpath::wire {

enum class Kind : std::uint32_t {
  // to the card
  frame =
      1,  // payload: the frame; flags bit 0: its FCS is wrong. Begins at `time`, or later where the wire is not free
  advance = 2,  // everything runs to its end, then the time becomes `time`, then everything runs to its end again
  settle = 3,   // everything runs to its end; the time stays
  // from the card
  order_frame = 16,  // payload: the frame; `time`: cycles simulated when its first beat left
  settled = 17,  // the answer to `advance` and `settle`, behind all order frames before it; `time`: cycles simulated
  failed = 18,   // payload: why the card ends
};

inline constexpr std::uint32_t kWrongFcs = 1;
inline constexpr std::uint32_t kMaxPayload = 65536;

struct Message {
  Kind kind;
  std::uint32_t flags;
  std::uint32_t bytes;  // of the payload that follows
  std::uint32_t reserved;
  std::uint64_t time;
};
static_assert(sizeof(Message) == 24);

// The environment of the simulated card: where the wire's peer listens.
inline constexpr const char* kWireVariable = "TWINPATH_CARD_WIRE";

}  // namespace twinpath::wire
