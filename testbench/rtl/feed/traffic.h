// Traffic to try the front end with: ITCH messages, MoldUDP64 packets in frames, and every damage SEM 2 names.
#pragma once
#include <cstdint>
#include <random>
#include <vector>

#include "testbench/rtl/feed/reference_feed.h"

namespace twinpath::rtl {

struct Random {
  explicit Random(std::uint64_t seed) : engine(seed) {}
  // Uniform in [low, high].
  std::uint64_t operator()(std::uint64_t low, std::uint64_t high) {
    return std::uniform_int_distribution<std::uint64_t>(low, high)(engine);
  }
  bool chance(unsigned percent) { return (*this)(1, 100) <= percent; }
  std::mt19937_64 engine;
};

inline void put(Bytes& out, std::uint64_t value, unsigned bytes) {
  for (unsigned i = bytes; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

struct Frame {
  Bytes bytes;
  bool fcs_error = false;
};

// The header fields of a frame; what is not set says what a good frame says.
struct FrameOptions {
  int line = 0;
  bool vlan = false;
  std::uint64_t sequence = 1;
  std::uint16_t count = 1;
  int declared_delta = 0;  // added to the UDP length and the IPv4 total length
  int total_delta = 0;     // added to the IPv4 total length only
};

// IPv4 header checksum of the header at `ip`, made good.
void fix_checksum(Bytes& frame, std::size_t ip);

// A frame around blocks (each with its length).
Bytes make_frame(const ReferenceConfig& config, const FrameOptions& options, const Bytes& blocks);

// `type` with its right length and random contents, locate out of 0..15.
Bytes make_message(Random& random, char type);
// Any of the 23 types, now and then an unknown one.
Bytes random_message(Random& random);

void append_block(Bytes& blocks, const Bytes& message);

// A session of two lines: about `packets` packets a line in arrival order, lost, late, re-cut and damaged now and then.
// `damage` is a percentage. `max_payload` bounds the bytes of blocks in a frame.
std::vector<Frame> random_session(Random& random, const ReferenceConfig& config, unsigned packets, unsigned damage,
                                  unsigned max_payload);

}  // namespace twinpath::rtl
