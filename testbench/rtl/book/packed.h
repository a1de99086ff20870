// Packed SystemVerilog structs as Verilator shows them: words, first member in the highest bits.
#pragma once
#include <cstdint>

namespace twinpath::rtl {

// Writes members in declaration order, from the highest bit down, into a vector of 32-bit words.
template <class Words>
class Packer {
 public:
  Packer(Words& words, int width) : words_(words), position_(width) {
    for (int i = 0; i * 32 < width; ++i) words_[i] = 0;
  }
  Packer& put(int width, std::uint64_t value) {
    position_ -= width;
    for (int i = 0; i < width; ++i) {
      const int bit = position_ + i;
      if ((value >> i) & 1u) words_[bit / 32] |= 1u << (bit % 32);
    }
    return *this;
  }
  int left() const { return position_; }

 private:
  Words& words_;
  int position_;
};

// Reads members in the same order.
template <class Words>
class Unpacker {
 public:
  Unpacker(const Words& words, int width) : words_(words), position_(width) {}
  std::uint64_t get(int width) {
    position_ -= width;
    std::uint64_t value = 0;
    for (int done = 0; done < width;) {
      const int bit = position_ + done;
      const int take = width - done < 32 - bit % 32 ? width - done : 32 - bit % 32;
      const std::uint64_t part = (std::uint64_t{words_[bit / 32]} >> (bit % 32)) & ((std::uint64_t{1} << take) - 1);
      value |= part << done;
      done += take;
    }
    return value;
  }
  int left() const { return position_; }

 private:
  const Words& words_;
  int position_;
};

}  // namespace twinpath::rtl
