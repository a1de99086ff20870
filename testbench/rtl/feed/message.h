// A decoded message as the testbench sees it: the fields of tp_msg_t (hw/rtl/twinpath_types.svh) without the latency
// stamps.
#pragma once
#include <array>
#include <cstdint>
#include <ostream>

#include "testbench/rtl/net/packed.h"

namespace twinpath::rtl {

struct Message {
  std::uint8_t op = 0;
  std::uint8_t symbol = 0;
  std::uint64_t order_ref = 0;
  std::uint64_t new_order_ref = 0;
  bool side = false;
  std::uint32_t shares = 0;
  std::uint32_t price = 0;
  bool priced = false;
  bool printable = false;
  std::uint8_t reason = 0;
  std::uint8_t argument = 0;
  std::array<std::uint32_t, 4> command{};  // least significant word first
  std::uint64_t stamp = 0;
  std::uint64_t sequence = 0;
  std::uint32_t frame = 0;
  std::uint16_t msg_index = 0;
  std::uint8_t msg_type = 0;
  bool operator==(const Message&) const = default;
};

// Latency stamps, in cycles modulo 2^16.
struct Stamps {
  std::uint16_t first_beat = 0;
  std::uint16_t last_byte = 0;
  std::uint16_t decoded = 0;
};

inline std::ostream& operator<<(std::ostream& out, const Message& m) {
  return out << "{op " << +m.op << " type '" << (m.msg_type ? static_cast<char>(m.msg_type) : '-') << "' symbol "
             << +m.symbol << " ref " << m.order_ref << " new " << m.new_order_ref << " side " << m.side << " shares "
             << m.shares << " price " << m.price << " priced " << m.priced << " printable " << m.printable << " reason "
             << +m.reason << " argument " << +m.argument << " command " << m.command[3] << ',' << m.command[2] << ','
             << m.command[1] << ',' << m.command[0] << " stamp " << m.stamp << " sequence " << m.sequence << " frame "
             << m.frame << " index " << m.msg_index << '}';
}

// Reads a tp_msg_t.
inline Message unpack_message(const std::uint32_t* words, Stamps* stamps = nullptr) {
  PackedReader bits(words);
  Message m;
  Stamps s;
  bits.take(16 * 4);  // of later stages
  s.decoded = static_cast<std::uint16_t>(bits.take(16));
  s.last_byte = static_cast<std::uint16_t>(bits.take(16));
  s.first_beat = static_cast<std::uint16_t>(bits.take(16));
  if (stamps != nullptr) *stamps = s;
  m.msg_type = static_cast<std::uint8_t>(bits.take(8));
  m.msg_index = static_cast<std::uint16_t>(bits.take(16));
  m.frame = static_cast<std::uint32_t>(bits.take(32));
  m.sequence = bits.take(64);
  m.stamp = bits.take(48);
  for (auto& word : m.command) word = static_cast<std::uint32_t>(bits.take(32));
  m.argument = static_cast<std::uint8_t>(bits.take(8));
  m.reason = static_cast<std::uint8_t>(bits.take(8));
  m.printable = bits.take(1) != 0;
  m.priced = bits.take(1) != 0;
  m.price = static_cast<std::uint32_t>(bits.take(32));
  m.shares = static_cast<std::uint32_t>(bits.take(32));
  m.side = bits.take(1) != 0;
  m.new_order_ref = bits.take(64);
  m.order_ref = bits.take(64);
  m.symbol = static_cast<std::uint8_t>(bits.take(8));
  m.op = static_cast<std::uint8_t>(bits.take(4));
  return m;
}

}  // namespace twinpath::rtl
