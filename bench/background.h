// Messages that no rule looks at: books of other symbols that live on, messages of symbols that nobody configured, and
// a few of no known type. They keep the core busy around the triggers, and shift triggers to the lane wanted.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "bench/bench_config.h"
#include "bench/message.h"
#include "host/core/types.h"
#include "host/venue/random.h"

namespace twinpath::bench {

class Background {
 public:
  Background(venue::Random& random, std::uint64_t first_reference)
      : random_(random), next_reference_(first_reference) {}

  Message next();
  // Messages whose blocks take `residue` bytes modulo 8; none or some for 0. At most 120 bytes.
  void filler(unsigned residue, std::vector<Message>& out);

 private:
  struct Order {
    std::uint64_t reference;
    std::uint32_t shares;
    std::uint16_t symbol;
    Side side;
  };

  Message book();
  Message add(std::uint16_t symbol, Side side);
  Message change(Order& order, bool& gone);
  Message unlisted(std::uint8_t type);
  Message unknown_type();
  std::uint32_t price(std::uint16_t symbol, Side side);

  venue::Random& random_;
  std::uint64_t next_reference_;
  std::vector<Order> live_;
};

}  // namespace twinpath::bench
