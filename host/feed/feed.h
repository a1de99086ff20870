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
#include "host/feed/delivery.h"
#include "host/feed/frame_parser.h"
#include "host/feed/origin.h"
#include "host/wire/bytes.h"
#include "host/wire/itch50.h"

namespace twinpath {

// What becomes of a packet, before its messages: for a sink that has on_packet(PacketFate, frame number), which counts
// cycles. sought: a gap is lost, and the lowest of what is kept is looked for.
enum class PacketFate : std::uint8_t { in_order, replayed, old, sought };

// Sink: `void on_message(const std::uint8_t* message, std::uint8_t type, const Origin&)` for every delivered message of
// a known type and its exact length, `void on_feed_state(StateReason, const Origin&)` for end_of_session, gap_lost and
// fcs_error. Allocation-free after construction; no errors: damage is counted by cause in `counters`.
// A sink may look ahead: host/feed/delivery.h.
template <class Sink>
class Feed {
 public:
  static constexpr std::size_t kSlots = 16;
  static constexpr std::size_t kSlotBytes = 1472;

  Feed(const FeedConfig& config, Counters& counters, Sink& sink)
      : config_(config),
        lines_(config),
        counters_(counters),
        sink_(sink),
        session_(config.session),
        expected_(config.first_sequence) {
    session_known_ = std::any_of(session_.begin(), session_.end(), [](auto b) { return b != 0; });
    if (session_known_) lines_.follow(session_.data());
    joined_ = config.first_sequence != 0;
    settled_ = session_known_ && joined_;
  }

  // Deadlines at or before `time` expire (SEM 2.4).
  void advance(Cycles time) noexcept {
    if (gap_open() && deadline_ <= time) expire();
  }

  // One frame; call advance(time) is part of it.
  [[gnu::always_inline]] void frame(Cycles time, std::span<const std::uint8_t> bytes, bool fcs_error) noexcept {
    advance(time);
    const std::uint32_t number = next_frame_++;
    counters_.add(Counter::frames);
    FrameHeaders headers;
    if (!is_ours(bytes, lines_, headers)) [[unlikely]] {
      counters_.add(drop_cause(bytes, lines_));
      return;
    }
    counters_.add(counter_after(Counter::packets_a, static_cast<unsigned>(headers.line)));
    // Every other packet is an old copy, and ends here.
    if (settled_ & is_old(headers.sequence(), headers.count())) return old_packet(headers.count(), fcs_error);
    accept(time, packet_of(bytes, headers), number, fcs_error);
  }

  // A frame that is coming: fetches what its first messages need. Nothing is known of it yet, and if it is no frame of
  // ours, or an old copy, nothing comes of it.
  [[gnu::noinline]] void prefetch([[maybe_unused]] std::span<const std::uint8_t> bytes) const noexcept {
    if constexpr (kLooksAhead) {
      if (bytes.size() < kFrameHeaderBytes + 10) return;
      const std::size_t at = kFrameHeaderBytes + (bytes[12] == 0x81 ? 4 : 0);
      if (load_be64(&bytes[at - 10]) < expected_) return;
      prefetch_blocks(bytes.subspan(at));
    }
  }

  // A host command is an input too: deadlines first.
  void command(Cycles time) noexcept { advance(time); }

  // The session that is followed; zeros while none has been seen.
  const std::array<std::uint8_t, 10>& session() const noexcept { return session_; }
  std::uint64_t expected_sequence() const noexcept { return expected_; }
  bool gap_open() const noexcept { return expected_ < gap_high_; }
  // While a gap is open: when what is missing counts as lost.
  Cycles deadline() const noexcept { return deadline_; }

 private:
  static constexpr bool kLooksAhead = Delivery<Sink>::kLooksAhead;
  static constexpr bool kFollowed = requires(Sink& s) { s.on_packet(PacketFate{}, std::uint32_t{}); };
  static constexpr unsigned kBatch = Delivery<Sink>::kBatch;

  // A packet that is kept until its turn, its bytes apart: all slots are looked through for whose turn it is.
  struct Slot {
    bool used = false;
    std::uint64_t sequence = 0;
    std::uint16_t count = 0;
    std::uint32_t frame = 0;
    std::uint32_t declared = 0;
    std::uint32_t have = 0;
  };
  std::uint8_t* bytes_of(const Slot& slot) noexcept {
    return kept_[static_cast<std::size_t>(&slot - slots_.data())].data();
  }

  void prefetch_blocks([[maybe_unused]] std::span<const std::uint8_t> blocks) const noexcept {
    if constexpr (kLooksAhead) {
      std::size_t at = 0;
      for (unsigned i = 0; i < kBatch && at + 3 <= blocks.size(); ++i) {
        const std::size_t length = load_be16(&blocks[at]);
        const std::uint8_t* message = &blocks[at + 2];
        if (length == 0 || length != itch::message_length(message[0]) || length > blocks.size() - at - 2) return;
        sink_.prefetch(message, message[0]);
        at += 2 + length;
      }
    }
  }

  void tell([[maybe_unused]] PacketFate fate, [[maybe_unused]] std::uint32_t frame) noexcept {
    if constexpr (kFollowed) sink_.on_packet(fate, frame);
  }

  // Nothing in it that has not come; heartbeats and the end of a session are none.
  bool is_old(std::uint64_t sequence, std::uint64_t count) const noexcept {
    return (sequence <= expected_) & (expected_ - sequence >= count) & (count - 1 < kEndOfSessionCount - 1u);
  }
  void old_packet(std::uint64_t count, bool fcs_error) noexcept {
    counters_.add(Counter::duplicate_messages, count);
    counters_.add(Counter::drop_fcs_error, fcs_error);
  }

  // A packet that is no old copy.
  [[gnu::always_inline]] void accept(Cycles time, const FeedPacket& packet, std::uint32_t number,
                                     bool fcs_error) noexcept {
    if (!settled_) [[unlikely]] {
      settle(packet);
      if (is_old(packet.sequence, packet.count)) return old_packet(packet.count, fcs_error);
    }
    // Nearly every packet has one message that is next.
    const bool next =
        (packet.sequence == expected_) & (packet.count == 1) & !gap_open() & (used_slots_ == 0) & !fcs_error;
    if (next && only_message(time, packet, number)) return;
    other_packet(time, packet, number, fcs_error);
  }

  // The first packet: whose session is followed, and where the sequence begins, when nobody has said so.
  [[gnu::cold]] void settle(const FeedPacket& packet) noexcept {
    if (!session_known_) {
      std::memcpy(session_.data(), packet.session, session_.size());
      lines_.follow(packet.session);
      session_known_ = true;
    }
    if (!joined_) {
      expected_ = packet.sequence;
      joined_ = true;
    }
    settled_ = true;
  }

  // The message of a packet that has no other, when it is whole and of a known type; else nothing has been done.
  [[gnu::always_inline]] bool only_message(Cycles time, const FeedPacket& packet, std::uint32_t number) noexcept {
    const std::size_t have = packet.blocks.size();
    if (have < 3) [[unlikely]]
      return false;
    const std::size_t length = load_be16(packet.blocks.data());
    const std::uint8_t* message = packet.blocks.data() + 2;
    const std::uint8_t type = message[0];
    if ((length != itch::message_length(type)) | (length - 1 >= have - 2)) [[unlikely]]
      return false;
    tell(PacketFate::in_order, number);
    expected_ = packet.sequence + 1;
    counters_.add(Counter::messages);
    counters_.add(Counter::trailing_bytes, 2 + length < packet.declared);
    const Origin origin{time, packet.sequence, number, 0};
    if constexpr (kLooksAhead) {
      SymbolIndex symbol = 0;
      if (sink_.look(message, type, symbol)) {
        sink_.prefetch(message, type, symbol);
        sink_.on_message(message, type, origin, symbol);
      }
    } else {
      sink_.on_message(message, type, origin);
    }
    return true;
  }

  [[gnu::noinline]] void other_packet(Cycles time, const FeedPacket& packet, std::uint32_t number,
                                      bool fcs_error) noexcept {
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
    } else if (count != 0) {
      tell(PacketFate::in_order, number);
      walk(time, packet.sequence, packet.count, packet.blocks.data(), static_cast<std::uint32_t>(packet.blocks.size()),
           packet.declared, number);
      const bool delivered = expected_ != before;
      if (fcs_error && delivered) sink_.on_feed_state(StateReason::fcs_error, Origin{time, expected_, number, 0});
      if (used_slots_ != 0) release(time);
      if (gap_open() && expected_ != before) deadline_ = time + Cycles{config_.gap_timeout};
    }
    if (fcs_error) counters_.add(Counter::drop_fcs_error);
  }

  [[gnu::noinline]] void ahead(Cycles time, const FeedPacket& packet, std::uint64_t count, std::uint32_t number,
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
    std::memcpy(bytes_of(*free_slot), packet.blocks.data(), packet.blocks.size());
    // When its turn comes, what is behind it waits for it; now nothing does.
    prefetch_blocks(packet.blocks);
  }

  // Replays every stored packet whose turn has come.
  [[gnu::noinline]] void release(Cycles time) noexcept {
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
        walk(time, slot->sequence, slot->count, bytes_of(*slot), slot->have, slot->declared, slot->frame);
      }
    }
  }

  [[gnu::noinline]] void expire() noexcept {
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

  // What stops the walk at a block that is not whole or not of a known type and its length (SEM 2.5): unknown_type when
  // nothing does. What has not arrived (`have`) is never more than what was declared.
  [[gnu::cold]] static Counter block_fault(const std::uint8_t* p, std::uint32_t have, std::uint32_t at) noexcept {
    if (at + 2 > have) return Counter::truncated_block;
    const std::uint32_t length = load_be16(p + at);
    if (length < 12) return Counter::bad_block_length;
    if (at + 2 + length > have) return Counter::truncated_block;
    return itch::message_length(p[at + 2]) != 0 ? Counter::bad_message_length : Counter::unknown_type;
  }

  // SEM 2.3, 2.5; sequence <= expected.
  [[gnu::always_inline]] void walk(Cycles time, std::uint64_t sequence, std::uint16_t count, const std::uint8_t* p,
                                   std::uint32_t have, std::uint32_t declared, std::uint32_t number) noexcept {
    const std::uint64_t skipped = expected_ - sequence;
    counters_.add(Counter::duplicate_messages, skipped);
    Delivery<Sink> delivery(sink_, Origin{time, sequence, number, 0});
    std::uint32_t at = 0;
    unsigned i = 0;
    bool whole = true;
    do {
      for (const unsigned end = std::min<unsigned>(count, i + kBatch); i < end; ++i) {
        if (at + 3 > have) [[unlikely]] {
          counters_.add(block_fault(p, have, at));
          whole = false;
          break;
        }
        const std::uint32_t length = load_be16(p + at);
        const std::uint8_t* message = p + at + 2;
        const std::uint8_t type = message[0];
        const std::uint8_t known = itch::message_length(type);
        // Nearly every block is there and of a known type: one branch. The second says that there is no length, or
        // more than there is.
        if ((length != known) | (length - 1 >= have - at - 2)) [[unlikely]] {
          if (const Counter fault = block_fault(p, have, at); fault != Counter::unknown_type) {
            counters_.add(fault);
            whole = false;
            break;
          }
        }
        at += 2 + length;
        if (i < skipped) continue;
        expected_ = sequence + i + 1;
        counters_.add(Counter::messages);
        if (known == 0) [[unlikely]] {
          counters_.add(Counter::unknown_type);
          continue;
        }
        delivery.take(message, type, i);
      }
      delivery.end_of_batch();
    } while (whole && i < count);
    if (whole && at < declared) counters_.add(Counter::trailing_bytes);
  }

  FeedConfig config_;
  FeedLines lines_;
  Counters& counters_;
  Sink& sink_;
  std::array<std::uint8_t, 10> session_;
  bool session_known_ = false;
  bool joined_ = false;
  bool settled_ = false;  // both
  std::uint64_t expected_;
  std::uint64_t gap_high_ = 0;
  Cycles deadline_{};
  std::uint32_t next_frame_ = 0;
  unsigned used_slots_ = 0;
  std::array<Slot, kSlots> slots_;
  std::array<std::array<std::uint8_t, kSlotBytes>, kSlots> kept_;
};

}  // namespace twinpath
