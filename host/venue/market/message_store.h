// Messages by sequence number: append-only, in memory, for everything that is sent once and asked for again.
//
// One thread appends, any number of threads read what is there. A message lies as a MoldUDP64 block (its length, its
// bytes), so that any run of messages is one copy into a packet. Nothing ever moves.
#pragma once
#include <atomic>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>

#include "host/venue/matching/reserved_array.h"
#include "host/wire/moldudp64.h"

namespace twinpath::market {

class MessageStore {
 public:
  // Address space is reserved for `most_messages` of up to 64 bytes each on average; memory comes with use.
  explicit MessageStore(const mold::Session& session, std::uint64_t most_messages = std::uint64_t{1} << 28)
      : session_(session), ends_(most_messages + 1), bytes_(most_messages * kAverage) {}
  MessageStore(const MessageStore&) = delete;
  MessageStore& operator=(const MessageStore&) = delete;

  const mold::Session& session() const noexcept { return session_; }
  // Of the next message; the first is 1.
  std::uint64_t next_sequence() const noexcept { return count_.load(std::memory_order_acquire) + 1; }
  // Three quarters of its room are used: time to begin nothing that makes messages.
  bool nearly_full() const noexcept {
    const std::uint64_t count = count_.load(std::memory_order_acquire);
    return count >= ends_.capacity() / 4 * 3 || ends_[count] >= bytes_.capacity() / 4 * 3;
  }
  // No message will follow.
  bool ended() const noexcept { return ended_.load(std::memory_order_acquire); }

  // ---- the writer's thread ----
  // Room for a message of `size` bytes (at most 65,535); commit() makes it one. Throws std::bad_alloc when full.
  std::uint8_t* claim(std::size_t size) {
    const std::uint64_t count = count_.load(std::memory_order_relaxed);
    const std::uint64_t at = ends_[count];
    if (count + 1 >= ends_.capacity() || at + mold::kBlockHeader + size > bytes_.capacity()) throw std::bad_alloc();
    store_be16(&bytes_[at], static_cast<std::uint16_t>(size));
    ends_[count + 1] = at + mold::kBlockHeader + size;
    return &bytes_[at + mold::kBlockHeader];
  }
  // Returns the message's sequence number.
  std::uint64_t commit() noexcept {
    const std::uint64_t sequence = count_.load(std::memory_order_relaxed) + 1;
    count_.store(sequence, std::memory_order_release);
    return sequence;
  }
  std::uint64_t append(std::span<const std::uint8_t> message) {
    std::uint8_t* const to = claim(message.size());
    if (!message.empty()) std::memcpy(to, message.data(), message.size());
    return commit();
  }
  void end() noexcept { ended_.store(true, std::memory_order_release); }

  // ---- any thread ----
  // `sequence` is from 1 and below next_sequence().
  std::span<const std::uint8_t> at(std::uint64_t sequence) const noexcept {
    const std::uint64_t begin = ends_[sequence - 1] + mold::kBlockHeader;
    return {&bytes_[begin], ends_[sequence] - begin};
  }
  struct Run {
    std::uint16_t count = 0;
    std::span<const std::uint8_t> blocks;
  };
  // The messages from `sequence` on that are there, as blocks: at most `most` (below 0xFFFF) of them in `room` bytes.
  Run run(std::uint64_t sequence, std::uint64_t most, std::size_t room) const noexcept {
    const std::uint64_t next = next_sequence();
    if (sequence == 0 || sequence >= next) return {};
    const std::uint64_t begin = ends_[sequence - 1];
    std::uint64_t end = sequence - 1;
    const std::uint64_t last = most < next - sequence ? sequence - 1 + most : next - 1;
    while (end < last && ends_[end + 1] - begin <= room) ++end;
    return {static_cast<std::uint16_t>(end - (sequence - 1)), {&bytes_[begin], ends_[end] - begin}};
  }

 private:
  static constexpr std::uint64_t kAverage = 64;

  mold::Session session_;
  matching::ReservedArray<std::uint64_t> ends_;  // of the blocks: ends_[n] is where block n + 1 begins
  matching::ReservedArray<std::uint8_t> bytes_;
  std::atomic<std::uint64_t> count_{0};
  std::atomic<bool> ended_{false};
};

}  // namespace twinpath::market
