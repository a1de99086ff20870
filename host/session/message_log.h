// A stream of messages that is kept: what a session sends, and sends again.
#pragma once
#include <cstdint>
#include <span>

namespace twinpath::session {

class MessageLog {
 public:
  virtual ~MessageLog() = default;
  // The number that the next message will get; the first message of all is 1.
  virtual std::uint64_t next_sequence() const = 0;
  // Message `sequence`, 1 to next_sequence() - 1, at most 65,534 bytes; valid until the log's next change.
  virtual std::span<const std::uint8_t> message(std::uint64_t sequence) const = 0;
};

}  // namespace twinpath::session
