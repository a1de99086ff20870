// Every message that the books are made of, so that a feed process that is killed can make them again: what is written
// is there for the next process, whenever this one ends.
#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string_view>

#include "host/core/types.h"
#include "host/ipc/shared_segment.h"

namespace twinpath {

// One thread. A full store takes no more and says so; then books can be made again by the host's TRUST only.
class MessageStore {
 public:
  enum class Kind : std::uint8_t { message, feed_state, trust };
  struct Record {
    Kind kind;
    std::uint8_t reason;   // feed_state: StateReason
    std::uint16_t bytes;   // message
    std::uint16_t symbol;  // trust
    std::uint16_t reserved;
    std::uint64_t stamp;  // cycles
    std::uint64_t sequence;
  };
  static_assert(sizeof(Record) == 24);

  // Throws ipc::SegmentError. Of another day than `epoch`, or of another session than `session` where that is known,
  // what is there is forgotten.
  MessageStore(const std::filesystem::path& file, std::size_t bytes, std::uint64_t epoch)
      : segment_(ipc::Segment::own(file, kind(bytes))), bytes_(bytes) {
    if (head().epoch != epoch) forget(epoch);
  }

  static constexpr std::uint64_t kNoDay = 0;

  // What is kept from now on is of this day.
  void belongs_to(std::uint64_t epoch) noexcept { head().epoch = epoch; }
  void forget(std::uint64_t epoch) noexcept {
    Head& h = head();
    h.end = 0;
    h.next_sequence = 0;
    h.full = 0;
    h.session = {};
    h.epoch = epoch;
  }
  void message(Cycles stamp, std::uint64_t sequence, const std::uint8_t* m, std::size_t size) noexcept {
    put({Kind::message, 0, static_cast<std::uint16_t>(size), 0, 0, stamp.value, sequence}, m);
  }
  void feed_state(Cycles stamp, std::uint64_t sequence, std::uint8_t reason) noexcept {
    put({Kind::feed_state, reason, 0, 0, 0, stamp.value, sequence}, nullptr);
  }
  void trust(Cycles stamp, std::uint16_t symbol) noexcept {
    put({Kind::trust, 0, 0, symbol, 0, stamp.value, 0}, nullptr);
  }
  // The message after `sequence` is the next one: called for every message, kept or not, after it was kept.
  void passed(std::uint64_t sequence) noexcept { head().next_sequence.store(sequence + 1, std::memory_order_release); }
  void session(const std::array<std::uint8_t, 10>& session) noexcept { head().session = session; }

  // What is expected next; 0 when nothing has been kept. A message may have been kept and not passed, when the process
  // was killed in between. Goes through all of it.
  std::uint64_t resume_at() const noexcept {
    std::uint64_t next = head().next_sequence;
    for_each([&next](const Record& r, const std::uint8_t*) {
      if (r.kind == Kind::message) next = std::max(next, r.sequence + 1);
    });
    return next;
  }
  const std::array<std::uint8_t, 10>& session() const noexcept { return head().session; }
  bool full() const noexcept { return head().full != 0; }
  std::uint64_t bytes() const noexcept { return head().end; }

  // Calls take(const Record&, const std::uint8_t* message) for each, in their order.
  template <class Take>
  void for_each(Take&& take) const {
    const std::uint64_t end = head().end.load(std::memory_order_acquire);
    for (std::uint64_t at = 0; at < end;) {
      Record r;
      const std::byte* const from = data() + at;
      std::memcpy(&r, from, sizeof r);
      take(r, reinterpret_cast<const std::uint8_t*>(from + sizeof r));
      at += size_of(r);
    }
  }

 private:
  struct Head {
    std::atomic<std::uint64_t> end;
    std::atomic<std::uint64_t> next_sequence;
    std::uint64_t epoch;
    std::atomic<std::uint64_t> full;
    std::array<std::uint8_t, 10> session;
  };
  static constexpr std::size_t kHead = 128;
  static_assert(sizeof(Head) <= kHead);

  static ipc::Segment::Kind kind(std::size_t bytes) noexcept {
    return {"messages", ipc::layout_hash("messages", {sizeof(Record), bytes}), bytes + kHead};
  }
  static std::size_t size_of(const Record& r) noexcept { return sizeof r + (r.bytes + 7u) / 8u * 8u; }
  Head& head() const noexcept { return segment_.at<Head>(0); }
  std::byte* data() const noexcept { return segment_.memory() + kHead; }

  void put(const Record& r, const std::uint8_t* message) noexcept {
    Head& h = head();
    const std::uint64_t at = h.end.load(std::memory_order_relaxed);
    if (at + size_of(r) > bytes_ || full()) {
      h.full = 1;
      return;
    }
    std::memcpy(data() + at, &r, sizeof r);
    if (message != nullptr) std::memcpy(data() + at + sizeof r, message, r.bytes);
    h.end.store(at + size_of(r), std::memory_order_release);
  }

  ipc::Segment segment_;
  std::size_t bytes_;
};

}  // namespace twinpath
