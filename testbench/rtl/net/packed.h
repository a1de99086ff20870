// Packed structs at Verilated ports: fields from the least significant bit up, that is, from the last member to the
// first.
#pragma once
#include <cstdint>

namespace twinpath::rtl {

class PackedReader {
 public:
  explicit PackedReader(const std::uint32_t* words) : words_(words) {}
  std::uint64_t take(unsigned width) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < width; ++i, ++at_) {
      value |= static_cast<std::uint64_t>((words_[at_ / 32] >> (at_ % 32)) & 1u) << i;
    }
    return value;
  }

 private:
  const std::uint32_t* words_;
  unsigned at_ = 0;
};

class PackedWriter {
 public:
  explicit PackedWriter(std::uint32_t* words) : words_(words) {}
  void put(std::uint64_t value, unsigned width) {
    for (unsigned i = 0; i < width; ++i, ++at_) {
      const std::uint32_t bit = 1u << (at_ % 32);
      words_[at_ / 32] = (value >> i & 1u) != 0 ? words_[at_ / 32] | bit : words_[at_ / 32] & ~bit;
    }
  }

 private:
  std::uint32_t* words_;
  unsigned at_ = 0;
};

// tp_packet_t (hw/rtl/net/packet_types.svh).
struct PacketFields {
  std::uint64_t stamp = 0;
  std::uint32_t frame = 0;
  std::uint16_t first_beat = 0;
  bool line = false;
  std::uint64_t first_sequence = 0;
  std::uint16_t count = 0;
  std::uint16_t length = 0;
  unsigned lane = 0;
  bool operator==(const PacketFields&) const = default;
};

inline PacketFields unpack_packet(const std::uint32_t* words) {
  PackedReader bits(words);
  PacketFields p;
  p.lane = static_cast<unsigned>(bits.take(3));
  p.length = static_cast<std::uint16_t>(bits.take(16));
  p.count = static_cast<std::uint16_t>(bits.take(16));
  p.first_sequence = bits.take(64);
  p.line = bits.take(1) != 0;
  p.first_beat = static_cast<std::uint16_t>(bits.take(16));
  p.frame = static_cast<std::uint32_t>(bits.take(32));
  p.stamp = bits.take(48);
  return p;
}

inline void pack_packet(const PacketFields& p, std::uint32_t* words) {
  PackedWriter bits(words);
  bits.put(p.lane, 3);
  bits.put(p.length, 16);
  bits.put(p.count, 16);
  bits.put(p.first_sequence, 64);
  bits.put(p.line, 1);
  bits.put(p.first_beat, 16);
  bits.put(p.frame, 32);
  bits.put(p.stamp, 48);
}

// tp_cfg_t: one configuration write.
inline std::uint64_t pack_config(unsigned table, unsigned index, unsigned word, std::uint32_t data) {
  return static_cast<std::uint64_t>(data) | static_cast<std::uint64_t>(word) << 32 |
         static_cast<std::uint64_t>(index) << 37 | static_cast<std::uint64_t>(table) << 53 | 1ull << 57;
}

// One rising edge; inputs set before it are seen by it.
template <class Top>
void clock(Top& top) {
  top.eval();
  top.clk_i = 1;
  top.eval();
  top.clk_i = 0;
  top.eval();
}

template <class Top>
void reset(Top& top) {
  top.rst_i = 1;
  clock(top);
  clock(top);
  top.rst_i = 0;
  top.eval();
}

}  // namespace twinpath::rtl
