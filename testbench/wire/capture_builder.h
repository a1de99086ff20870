// Builds pcap and pcapng files in memory, in either byte order: the test's own reading of the formats.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "testbench/wire/support.h"

namespace twinpath::testing {

class CaptureBuilder {
 public:
  explicit CaptureBuilder(bool big_endian) : big_endian_(big_endian) {}

  Bytes bytes;

  void u8(std::uint8_t v) { bytes.push_back(v); }
  void u16(std::uint16_t v) { integer(v, 2); }
  void u32(std::uint32_t v) { integer(v, 4); }
  void u64(std::uint64_t v) { integer(v, 8); }
  void raw(std::span<const std::uint8_t> data) { append(bytes, data); }
  void pad() {
    while (bytes.size() % 4 != 0) u8(0);
  }

  // ---- pcap
  void pcap_header(bool nanoseconds, std::uint32_t link_type) {
    u32(nanoseconds ? 0xA1B23C4D : 0xA1B2C3D4);
    u16(2);
    u16(4);
    u32(0);
    u32(0);
    u32(65535);
    u32(link_type);
  }
  void pcap_record(std::uint32_t seconds, std::uint32_t fraction, std::span<const std::uint8_t> data,
                   std::uint32_t original_length) {
    u32(seconds);
    u32(fraction);
    u32(static_cast<std::uint32_t>(data.size()));
    u32(original_length);
    raw(data);
  }

  // ---- pcapng: blocks are opened, filled and closed
  void open_block(std::uint32_t type) {
    block_ = bytes.size();
    u32(type);
    u32(0);
  }
  void close_block() {
    pad();
    const auto length = static_cast<std::uint32_t>(bytes.size() - block_ + 4);
    u32(length);
    CaptureBuilder field(big_endian_);
    field.u32(length);
    std::copy(field.bytes.begin(), field.bytes.end(), bytes.begin() + static_cast<std::ptrdiff_t>(block_) + 4);
  }
  void option(std::uint16_t code, std::span<const std::uint8_t> value) {
    u16(code);
    u16(static_cast<std::uint16_t>(value.size()));
    raw(value);
    pad();
  }
  void section_header() {
    open_block(0x0A0D0D0A);
    u32(0x1A2B3C4D);
    u16(1);
    u16(0);
    u64(~std::uint64_t{0});
    close_block();
  }
  void interface(std::uint16_t link_type, std::uint32_t snap_length, int tsresol = -1, std::int64_t tsoffset = 0) {
    open_block(1);
    u16(link_type);
    u16(0);
    u32(snap_length);
    option(2, Bytes{'e', 't', 'h'});
    if (tsresol >= 0) option(9, Bytes{static_cast<std::uint8_t>(tsresol)});
    if (tsoffset != 0) {
      CaptureBuilder value(big_endian_);
      value.u64(static_cast<std::uint64_t>(tsoffset));
      option(14, value.bytes);
    }
    option(0, {});
    close_block();
  }
  void enhanced_packet(std::uint32_t interface_id, std::uint64_t ticks, std::span<const std::uint8_t> data,
                       std::uint32_t original_length, std::uint32_t flags = 0) {
    open_block(6);
    u32(interface_id);
    u32(static_cast<std::uint32_t>(ticks >> 32));
    u32(static_cast<std::uint32_t>(ticks));
    u32(static_cast<std::uint32_t>(data.size()));
    u32(original_length);
    raw(data);
    pad();
    if (flags != 0) {
      CaptureBuilder value(big_endian_);
      value.u32(flags);
      option(1, Bytes{'h', 'i'});
      option(2, value.bytes);
      option(0, {});
    }
    close_block();
  }
  void simple_packet(std::span<const std::uint8_t> data, std::uint32_t original_length) {
    open_block(3);
    u32(original_length);
    raw(data);
    close_block();
  }
  void unknown_block() {
    open_block(0x0BAD);
    raw(Bytes{1, 2, 3, 4, 5});
    close_block();
  }

 private:
  void integer(std::uint64_t v, unsigned size) {
    for (unsigned i = 0; i < size; ++i) u8(static_cast<std::uint8_t>(v >> 8 * (big_endian_ ? size - 1 - i : i)));
  }

  bool big_endian_;
  std::size_t block_ = 0;
};

}  // namespace twinpath::testing
