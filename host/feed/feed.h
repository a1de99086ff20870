// The feed: frames of two redundant lines in, each message once and in sequence out. SEM 2.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/core/types.h"
#include "host/feed/frame_parser.h"
#include "host/wire/bytes.h"
#include "host/wire/itch50.h"

namespace twinpath {

// Where a message came from, and the time it counts for (SEM 1).
struct Origin {
  Cycles stamp;
  std::uint64_t sequence = 0;
  std::uint32_t frame = 0;
  std::uint16_t msg_index = 0;
};

// What becomes of a packet, before its messages: for a sink that has on_packet(PacketFate, frame number), which counts
// cycles. sought: a gap is lost, and the lowest of what is kept is looked for.
enum class PacketFate : std::uint8_t { in_order, replayed, old, sought };

// Sink: `void on_message(const std::uint8_t* message, std::uint8_t type, const Origin&)` for every delivered message of
// a known type and its exact length, `void on_feed_state(StateReason, const Origin&)` for end_of_session, gap_lost and
// fcs_error. A sink may also have `void prefetch(const std::uint8_t* message, std::size_t bytes)`, called for a message
// that may be delivered soon, with nothing checked yet but that `bytes` (3 or more) are there, and `prefetch_more`, the
// same some messages later. Allocation-free after construction; no errors: damage is counted by cause in `counters`.
template <class Sink>
class Feed {
 public:
  static constexpr std::size_t kSlots = 16;
  static constexpr std::size_t kSlotBytes = 1472;

  Feed(const FeedConfig& config, Counters& counters, Sink& sink)
      : config_(config), counters_(counters), sink_(sink), session_(config.session), expected_(config.first_sequence) {
    session_known_ = std::any_of(session_.begin(), session_.end(), [](auto b) { return b != 0; });
    joined_ = config.first_sequence != 0;
  }

  // Deadlines at or before `time` expire (SEM 2.4).
  void advance(Cycles time) noexcept {
    if (gap_open() && deadline_ <= time) expire();
  }

  // One frame; call advance(time) is part of it.
  void frame(Cycles time, std::span<const std::uint8_t> bytes, bool fcs_error) noexcept {
    advance(time);
    prefetch(bytes, 1);
    const std::uint32_t number = next_frame_++;
    counters_.add(Counter::frames);
    FeedPacket packet;
    Counter verdict = parse_frame(bytes, config_, packet);
    if (verdict == Counter::frames && session_known_ &&
        std::memcmp(packet.session, session_.data(), session_.size()) != 0) {
      verdict = Counter::drop_wrong_session;
    }
    if (verdict != Counter::frames) {
      counters_.add(verdict);
      return;
    }
    if (!session_known_) {
      std::memcpy(session_.data(), packet.session, session_.size());
      session_known_ = true;
    }
    accept(time, packet, number, fcs_error);
  }

  // A frame that is coming: fetches what its first messages need. Nothing is known of it yet, and if it is no frame of
  // ours, or an old copy, nothing comes of it.
  void prefetch(std::span<const std::uint8_t> bytes) const noexcept { prefetch(bytes, kAhead); }

  // A host command is an input too: deadlines first.
  void command(Cycles time) noexcept { advance(time); }

  // The session that is followed; zeros while none has been seen.
  const std::array<std::uint8_t, 10>& session() const noexcept { return session_; }
  std::uint64_t expected_sequence() const noexcept { return expected_; }
  bool gap_open() const noexcept { return expected_ < gap_high_; }
  // While a gap is open: when what is missing counts as lost.
  Cycles deadline() const noexcept { return deadline_; }

 private:
  static constexpr bool kFetches = requires(const Sink& s, const std::uint8_t* m) { s.prefetch(m, std::size_t{}); };
  static constexpr bool kFollowed = requires(Sink& s) { s.on_packet(PacketFate{}, std::uint32_t{}); };
  static constexpr unsigned kAhead = 12;  // messages in front of the one at work that are fetched
  static constexpr unsigned kMore = 6;    // of them, those near enough for prefetch_more

  // Goes through the blocks of a packet in front of the walk.
  class Scout {
   public:
    Scout(const Sink& sink, const std::uint8_t* blocks, std::size_t have) noexcept
        : sink_(sink), blocks_(blocks), have_(have) {}

    void next() noexcept {
      if (at_ + 2 + 3 > have_) return;
      messages_[found_++ % kRing] = static_cast<std::uint32_t>(at_ + 2);
      sink_.prefetch(blocks_ + at_ + 2, have_ - at_ - 2);
      at_ += 2u + load_be16(blocks_ + at_);
    }
    // The walk is at block `i`. Twice a block, so that the distance grows to kAhead from wherever it is.
    void follow(unsigned i) noexcept {
      for (unsigned n = 0; n < 2 && found_ <= i + kAhead; ++n) next();
      if (const unsigned near = i + kMore; near < found_) {
        const std::uint32_t at = messages_[near % kRing];
        sink_.prefetch_more(blocks_ + at, have_ - at);
      }
    }

   private:
    static constexpr unsigned kRing = 16;
    static_assert(kAhead < kRing);
    const Sink& sink_;
    const std::uint8_t* blocks_;
    std::size_t have_;
    std::size_t at_ = 0;
    unsigned found_ = 0;
    std::array<std::uint32_t, kRing> messages_;
  };

  void prefetch(std::span<const std::uint8_t> bytes, unsigned messages) const noexcept {
    if constexpr (kFetches) {
      if (bytes.size() < kFrameHeaderBytes + 10) return;
      const std::size_t blocks = kFrameHeaderBytes + (bytes[12] == 0x81 ? 4 : 0);
      if (load_be64(&bytes[blocks - 10]) < expected_) return;
      Scout scout(sink_, &bytes[blocks], bytes.size() - blocks);
      for (unsigned i = 0; i < messages; ++i) scout.next();
    }
  }

  struct Slot {
    bool used = false;
    std::uint64_t sequence = 0;
    std::uint16_t count = 0;
    std::uint32_t frame = 0;
    std::uint32_t declared = 0;
    std::uint32_t have = 0;
    std::array<std::uint8_t, kSlotBytes> bytes;
  };

  void tell([[maybe_unused]] PacketFate fate, [[maybe_unused]] std::uint32_t frame) noexcept {
    if constexpr (kFollowed) sink_.on_packet(fate, frame);
  }

  void accept(Cycles time, const FeedPacket& packet, std::uint32_t number, bool fcs_error) noexcept {
    counters_.add(packet.line == FeedLine::a ? Counter::packets_a : Counter::packets_b);
    if (!joined_) {
      expected_ = packet.sequence;
      joined_ = true;
    }
    const bool end = packet.count == kEndOfSessionCount;
    if (packet.count == 0) counters_.add(Counter::heartbeats);
    if (end) {
      counters_.add(Counter::end_of_session);
      sink_.on_feed_state(StateReason::end_of_session, Origin{time, packet.sequence, number, 0});
    }
    const std::uint64_t count = end ? 0 : packet.count;
    const std::uint64_t before = expected_;
    if (packet.sequence > expected_) {
      ahead(time, packet, count, number, fcs_error);
    } else if (count != 0 && packet.sequence + count <= expected_) {
      counters_.add(Counter::duplicate_messages, count);
    } else if (count != 0) {
      tell(PacketFate::in_order, number);
      const bool delivered = walk(time, packet.sequence, packet.count, packet.blocks.data(),
                                  static_cast<std::uint32_t>(packet.blocks.size()), packet.declared, number);
      if (fcs_error && delivered) sink_.on_feed_state(StateReason::fcs_error, Origin{time, expected_, number, 0});
      release(time);
      if (gap_open() && expected_ != before) deadline_ = time + Cycles{config_.gap_timeout};
    }
    if (fcs_error) counters_.add(Counter::drop_fcs_error);
  }

  void ahead(Cycles time, const FeedPacket& packet, std::uint64_t count, std::uint32_t number,
             bool fcs_error) noexcept {
    if (!gap_open()) {
      counters_.add(Counter::gaps_opened);
      deadline_ = time + Cycles{config_.gap_timeout};
    }
    gap_high_ = std::max(gap_high_, packet.sequence + count);
    if (count == 0) return;
    Slot* free_slot = nullptr;
    for (Slot& s : slots_) {
      if (s.used && s.sequence == packet.sequence) {
        counters_.add(Counter::duplicate_messages, count);
        return;
      }
      if (!s.used && free_slot == nullptr) free_slot = &s;
    }
    if (free_slot == nullptr || packet.declared > kSlotBytes) {
      counters_.add(Counter::reorder_overflow);
      return;
    }
    if (fcs_error) return;
    counters_.add(Counter::reorder_stored);
    free_slot->used = true;
    ++used_slots_;
    free_slot->sequence = packet.sequence;
    free_slot->count = packet.count;
    free_slot->frame = number;
    free_slot->declared = packet.declared;
    free_slot->have = static_cast<std::uint32_t>(packet.blocks.size());
    std::memcpy(free_slot->bytes.data(), packet.blocks.data(), packet.blocks.size());
  }

  // Replays every stored packet whose turn has come.
  void release(Cycles time) noexcept {
    while (used_slots_ != 0) {
      const auto slot =
          std::find_if(slots_.begin(), slots_.end(), [&](const Slot& s) { return s.used && s.sequence <= expected_; });
      if (slot == slots_.end()) return;
      slot->used = false;
      --used_slots_;
      if (slot->sequence + slot->count <= expected_) {
        tell(PacketFate::old, slot->frame);
        counters_.add(Counter::duplicate_messages, slot->count);
      } else {
        tell(PacketFate::replayed, slot->frame);
        counters_.add(Counter::reorder_replayed);
        walk(time, slot->sequence, slot->count, slot->bytes.data(), slot->have, slot->declared, slot->frame);
      }
    }
  }

  void expire() noexcept {
    const Cycles at = deadline_;
    counters_.add(Counter::gaps_lost);
    for (bool told = false; gap_open(); told = true) {
      tell(PacketFate::sought, 0);
      std::uint64_t next = gap_high_;
      for (const Slot& s : slots_) {
        if (s.used) next = std::min(next, s.sequence);
      }
      counters_.add(Counter::lost_messages, next - expected_);
      expected_ = next;
      if (!told) sink_.on_feed_state(StateReason::gap_lost, Origin{at, expected_, 0, 0});
      release(at);
    }
  }

  // SEM 2.3, 2.5; sequence <= expected. Returns whether at least one message was delivered.
  bool walk(Cycles time, std::uint64_t sequence, std::uint16_t count, const std::uint8_t* p, std::uint32_t have,
            std::uint32_t declared, std::uint32_t number) noexcept {
    std::uint32_t at = 0;
    [[maybe_unused]] Scout scout(sink_, p, have);
    bool delivered = false;
    const std::uint64_t first = sequence;
    counters_.add(Counter::duplicate_messages, expected_ - sequence);
    for (std::uint16_t i = 0; i < count; ++i, ++sequence) {
      if (at + 2 > declared || at + 2 > have) {
        counters_.add(Counter::truncated_block);
        return delivered;
      }
      const std::uint32_t length = load_be16(p + at);
      if (length < 12) {
        counters_.add(Counter::bad_block_length);
        return delivered;
      }
      if (at + 2 + length > declared || at + 2 + length > have) {
        counters_.add(Counter::truncated_block);
        return delivered;
      }
      const std::uint8_t* message = p + at + 2;
      const std::uint8_t type = message[0];
      const std::uint8_t known = itch::message_length(type);
      if (known != 0 && known != length) {
        counters_.add(Counter::bad_message_length);
        return delivered;
      }
      at += 2 + length;
      if constexpr (kFetches) {
        if (count > 1) scout.follow(i);
      }
      if (sequence < expected_) continue;
      expected_ = sequence + 1;
      delivered = true;
      counters_.add(Counter::messages);
      if (known == 0) {
        counters_.add(Counter::unknown_type);
        continue;
      }
      sink_.on_message(message, type, Origin{time, sequence, number, static_cast<std::uint16_t>(sequence - first)});
    }
    if (at < declared) counters_.add(Counter::trailing_bytes);
    return delivered;
  }

  FeedConfig config_;
  Counters& counters_;
  Sink& sink_;
  std::array<std::uint8_t, 10> session_;
  bool session_known_ = false;
  bool joined_ = false;
  std::uint64_t expected_;
  std::uint64_t gap_high_ = 0;
  Cycles deadline_{};
  std::uint32_t next_frame_ = 0;
  unsigned used_slots_ = 0;
  std::array<Slot, kSlots> slots_;
};

}  // namespace twinpath
