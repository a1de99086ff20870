// What is on an XGMII, byte by byte: written for a receiver, and read from a sender (IEEE 802.3, clauses 3 and 46).
#pragma once
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace twinpath::test {

using Bytes = std::vector<std::uint8_t>;

inline constexpr std::uint8_t kIdle = 0x07, kStart = 0xFB, kTerminate = 0xFD, kErrorChar = 0xFE, kSequence = 0x9C,
                              kSfd = 0xD5;
inline constexpr std::size_t kMinFrame = 64, kFcsBytes = 4;

inline std::uint32_t crc_of(std::span<const std::uint8_t> bytes) {
  return static_cast<std::uint32_t>(crc32(0, bytes.data(), static_cast<uInt>(bytes.size())));
}

// With its FCS; `inverted`: with a wrong one.
inline Bytes with_fcs(Bytes frame, bool inverted = false) {
  const std::uint32_t fcs = inverted ? ~crc_of(frame) : crc_of(frame);
  for (int i = 0; i < 4; ++i) frame.push_back(static_cast<std::uint8_t>(fcs >> (8 * i)));
  return frame;
}

inline Bytes padded(Bytes frame) {
  frame.resize(std::max(frame.size(), kMinFrame - kFcsBytes));
  return frame;
}

struct Word {
  std::uint64_t data;
  std::uint8_t control;
};

struct Character {
  std::uint8_t value;
  bool control;
};

// A line, from lane 0 of its first word on.
class Line {
 public:
  std::vector<Character> characters;

  void data(std::uint8_t value) { characters.push_back({value, false}); }
  void control(std::uint8_t value) { characters.push_back({value, true}); }
  void data(std::span<const std::uint8_t> bytes) {
    for (const std::uint8_t b : bytes) data(b);
  }
  // At least `least` bytes, up to where a frame may start: lane 0 or 4, or the one asked for.
  void idle(std::size_t least, std::size_t modulo = 4, std::size_t at = 0) {
    for (; least > 0 || characters.size() % modulo != at; least -= least > 0) control(kIdle);
  }
  void preamble() {
    control(kStart);
    for (int i = 0; i < 6; ++i) data(0x55);
    data(kSfd);
  }
  void ordered_set(std::uint8_t kind) {
    control(kSequence);
    data(0);
    data(0);
    data(kind);
  }
  // The last ones filled up with idle.
  std::vector<Word> words() const {
    std::vector<Word> out((characters.size() + 7) / 8, {0x0707070707070707, 0xFF});
    for (std::size_t i = 0; i < characters.size(); ++i) {
      Word& w = out[i / 8];
      const unsigned lane = i % 8;
      w.data = (w.data & ~(0xFFULL << (8 * lane))) | static_cast<std::uint64_t>(characters[i].value) << (8 * lane);
      if (!characters[i].control) w.control &= static_cast<std::uint8_t>(~(1U << lane));
    }
    return out;
  }
  void add(std::uint64_t d, std::uint8_t c) {
    for (unsigned lane = 0; lane < 8; ++lane)
      characters.push_back({static_cast<std::uint8_t>(d >> (8 * lane)), (c >> lane & 1U) != 0});
  }
};

inline Bytes random_frame(std::mt19937& random, std::size_t length) {
  Bytes frame(length);
  for (std::uint8_t& b : frame) b = static_cast<std::uint8_t>(random());
  return frame;
}

// What the tests of the three models say is wrong with a fault selected; empty when nothing is.
std::string receiving_with(int fault);
std::string sending_with(int fault);
std::string both_with(int fault);

}  // namespace twinpath::test
