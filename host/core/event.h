// The event record: every order, rejection, cancel, book change, state change and command explains itself in 128 bytes.
// SEM 7; the RTL holds the same layout as tp_event_t in hw/rtl/twinpath_types.svh.
#pragma once
#include <emmintrin.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace twinpath {

enum class EventKind : std::uint8_t { none = 0, order = 1, reject = 2, cancel = 3, book = 4, state = 5, command = 6 };

// Index into Event::stages.
// line_wait: how much later than at once the first beat left, because the line was busy (FPGA only).
enum class Stage : std::uint8_t {
  decoded,
  looked_up,
  booked,
  decided,
  checked,
  first_beat,
  frame_to_last_byte,
  line_wait
};
inline constexpr unsigned kStages = 10;

// Little endian as a whole; fields not used by a kind are 0.
struct Event {
  std::uint8_t kind;
  std::uint8_t reason;
  std::uint8_t rule;
  std::uint8_t side;
  std::uint16_t symbol;
  std::uint16_t trigger;
  std::uint64_t time;
  std::uint64_t sequence;
  std::uint32_t frame;
  std::uint16_t msg_index;
  std::uint8_t msg_type;
  std::uint8_t book_flags;
  std::uint32_t user_ref;
  std::uint32_t quantity;
  std::uint32_t price;
  std::uint32_t check_mask;
  std::uint64_t reference;
  std::uint32_t bid_price;
  std::uint32_t bid_quantity;
  std::uint32_t ask_price;
  std::uint32_t ask_quantity;
  std::uint32_t trade_price;
  std::uint32_t trade_quantity;
  std::int32_t position;
  std::uint32_t open_buy;
  std::uint32_t open_sell;
  std::uint32_t collar_reference;
  std::uint64_t gross_lo;
  std::uint16_t open_count;
  std::uint16_t reserved;
  // To each stage: cycles since the message's last byte on the FPGA path, nanoseconds since the frame came in in
  // software. Not compared.
  std::array<std::uint16_t, kStages> stages;

  EventKind event_kind() const noexcept { return static_cast<EventKind>(kind); }
  std::uint16_t stage(Stage s) const noexcept { return stages[static_cast<std::size_t>(s)]; }
};
static_assert(sizeof(Event) == 128 && std::is_trivially_copyable_v<Event>);
static_assert(offsetof(Event, sequence) == 16 && offsetof(Event, reference) == 48 && offsetof(Event, gross_lo) == 96);
static_assert(offsetof(Event, stages) == 108);
static_assert(std::endian::native == std::endian::little, "event records are copied from and to the card as they are");

// An event of zeros. By hand: the compiler's own way is a string instruction, which takes longer than all the rest of
// an event.
inline Event blank_event() noexcept {
  Event e;
  [&e]<std::size_t... i>(std::index_sequence<i...>) {
    (_mm_storeu_si128(reinterpret_cast<__m128i*>(&e) + i, _mm_setzero_si128()), ...);
  }(std::make_index_sequence<sizeof(Event) / sizeof(__m128i)>{});
  return e;
}

// Bytes that twins must agree on: all but the stage stamps.
inline constexpr std::size_t kComparedEventBytes = offsetof(Event, stages);
inline bool same_event(const Event& a, const Event& b) noexcept {
  return std::memcmp(&a, &b, kComparedEventBytes) == 0;
}

}  // namespace twinpath
