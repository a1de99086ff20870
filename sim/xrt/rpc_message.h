// Messages of the emulation protocol: protocol buffers, of which XRT's calls use varints, 32- and 64-bit numbers, and
// bytes. Numbers of calls: xcl_macros.h; of fields: rpc_messages.proto of XRT 2.13.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace twinpath::sim {

// One level of fields; of a repeated field the last.
class MessageReader {
 public:
  explicit MessageReader(std::span<const std::uint8_t> bytes) {
    std::size_t at = 0;
    const auto varint = [&] {
      std::uint64_t value = 0;
      for (unsigned shift = 0; shift < 64; shift += 7) {
        if (at >= bytes.size()) throw std::runtime_error("a message of the emulation protocol is cut off");
        const std::uint8_t b = bytes[at++];
        value |= std::uint64_t{b & 0x7FU} << shift;
        if ((b & 0x80) == 0) return value;
      }
      throw std::runtime_error("a number in a message of the emulation protocol does not end");
    };
    const auto fixed = [&](unsigned size) {
      if (bytes.size() - at < size) throw std::runtime_error("a message of the emulation protocol is cut off");
      std::uint64_t value = 0;
      for (unsigned i = 0; i < size; ++i) value |= std::uint64_t{bytes[at++]} << (8 * i);
      return value;
    };
    while (at < bytes.size()) {
      const std::uint64_t key = varint();
      const auto field = static_cast<std::uint32_t>(key >> 3);
      switch (key & 7) {
        case 0:
          numbers_[field] = varint();
          break;
        case 1:
          numbers_[field] = fixed(8);
          break;
        case 5:
          numbers_[field] = fixed(4);
          break;
        case 2: {
          const std::uint64_t size = varint();
          if (size > bytes.size() - at) throw std::runtime_error("a message of the emulation protocol is cut off");
          bytes_[field] = bytes.subspan(at, size);
          at += size;
          break;
        }
        default:
          throw std::runtime_error("a message of the emulation protocol has a field of an unknown kind");
      }
    }
  }

  std::uint64_t number(std::uint32_t field) const {
    const auto it = numbers_.find(field);
    return it == numbers_.end() ? 0 : it->second;
  }
  std::span<const std::uint8_t> bytes(std::uint32_t field) const {
    const auto it = bytes_.find(field);
    return it == bytes_.end() ? std::span<const std::uint8_t>{} : it->second;
  }

 private:
  std::map<std::uint32_t, std::uint64_t> numbers_;
  std::map<std::uint32_t, std::span<const std::uint8_t>> bytes_;
};

class MessageWriter {
 public:
  MessageWriter& number(std::uint32_t field, std::uint64_t value) {
    varint(std::uint64_t{field} << 3);
    varint(value);
    return *this;
  }
  MessageWriter& fixed64(std::uint32_t field, std::uint64_t value) {
    varint(std::uint64_t{field} << 3 | 1);
    for (unsigned i = 0; i < 8; ++i) out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
  }
  MessageWriter& bytes(std::uint32_t field, std::span<const std::uint8_t> value) {
    varint(std::uint64_t{field} << 3 | 2);
    varint(value.size());
    out_.insert(out_.end(), value.begin(), value.end());
    return *this;
  }
  const std::vector<std::uint8_t>& get() const { return out_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<std::uint8_t>(value | 0x80));
    out_.push_back(static_cast<std::uint8_t>(value));
  }
  std::vector<std::uint8_t> out_;
};

}  // namespace twinpath::sim
