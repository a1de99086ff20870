// Where generated messages wait to be taken, with their timestamps in order and a count by type.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "host/wire/itch50.h"

namespace twinpath::venue {

/// One ITCH 5.0 message, or one of a type that ITCH does not have.
struct GeneratedMessage {
  std::uint64_t timestamp_ns = 0;  // since midnight, as in the message
  std::uint8_t length = 0;         // bytes, at most 50
  std::array<std::uint8_t, 55> bytes{};

  std::uint8_t type() const noexcept { return bytes[0]; }
  std::span<const std::uint8_t> span() const noexcept { return {bytes.data(), length}; }
};
static_assert(sizeof(GeneratedMessage) == 64);

using MessageCounts = std::array<std::uint64_t, 256>;  // by type

class MessageBuffer {
 public:
  /// The next message is stamped `at` (or the last stamp, if that is later), those after it `step` ns apart.
  void begin(std::uint64_t at, std::uint64_t step) noexcept {
    stamp_ = std::max(at, last_);
    step_ = step;
  }

  /// Stamps and stores a message; timestamp and tracking number are the buffer's business.
  template <class M>
  void emit(M& message) {
    GeneratedMessage& slot = claim(M::kType, M::kLength);
    message.timestamp = slot.timestamp_ns;
    message.tracking_number = static_cast<std::uint16_t>(total_ & 0xFE);
    message.write(slot.bytes.data());
  }

  /// Stores `length` (12 to 50) bytes of a type that ITCH 5.0 does not have, timestamped like any message.
  void emit_unknown(std::uint8_t type, std::uint8_t length) {
    GeneratedMessage& slot = claim(type, length);
    slot.bytes.fill(type);
    store_be16(&slot.bytes[1], 0);
    store_be16(&slot.bytes[3], static_cast<std::uint16_t>(total_ & 0xFE));
    store_be48(&slot.bytes[5], slot.timestamp_ns);
  }

  bool take(GeneratedMessage& message) noexcept {
    if (taken_ == filled_) return false;
    message = slots_[taken_++];
    if (taken_ == filled_) taken_ = filled_ = 0;
    return true;
  }

  bool empty() const noexcept { return taken_ == filled_; }
  std::uint64_t last() const noexcept { return last_; }
  std::uint64_t total() const noexcept { return total_; }
  const MessageCounts& counts() const noexcept { return counts_; }

 private:
  GeneratedMessage& claim(std::uint8_t type, std::uint8_t length) {
    if (filled_ == slots_.size()) slots_.resize(slots_.size() * 2);
    GeneratedMessage& slot = slots_[filled_++];
    slot.timestamp_ns = last_ = stamp_;
    slot.length = length;
    stamp_ += step_;
    ++counts_[type];
    ++total_;
    return slot;
  }

  std::vector<GeneratedMessage> slots_ = std::vector<GeneratedMessage>(1024);
  std::size_t taken_ = 0;
  std::size_t filled_ = 0;
  std::uint64_t stamp_ = 0;
  std::uint64_t step_ = 0;
  std::uint64_t last_ = 0;
  std::uint64_t total_ = 0;
  MessageCounts counts_{};
};

}  // namespace twinpath::venue
