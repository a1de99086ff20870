// CRC-32C (Castagnoli; RFC 3720, B.4), by the processor's instruction.
#pragma once
#include <nmmintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace twinpath {

inline std::uint32_t crc32c(std::span<const std::byte> bytes) noexcept {
  std::uint64_t crc = 0xFFFF'FFFF;
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    crc = _mm_crc32_u64(crc, word);
  }
  auto small = static_cast<std::uint32_t>(crc);
  for (; left > 0; --left, ++at) small = _mm_crc32_u8(small, std::to_integer<std::uint8_t>(*at));
  return ~small;
}

}  // namespace twinpath
