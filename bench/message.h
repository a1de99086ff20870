// One ITCH message as bytes, by value: what scenarios and streams are made of.
#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "host/wire/itch50.h"
#include "host/wire/moldudp64.h"

namespace twinpath::bench {

struct Message {
  std::array<std::uint8_t, 50> bytes{};  // the longest that ITCH has
  std::uint8_t size = 0;

  std::span<const std::uint8_t> view() const noexcept { return std::span(bytes).first(size); }
  // With its length in front, as a MoldUDP64 block.
  std::uint32_t block() const noexcept { return static_cast<std::uint32_t>(mold::kBlockHeader) + size; }
};

template <class M>
Message encode(const M& m) {
  static_assert(M::kLength <= sizeof(Message::bytes));
  Message out;
  out.size = M::kLength;
  m.write(out.bytes.data());
  return out;
}

}  // namespace twinpath::bench
