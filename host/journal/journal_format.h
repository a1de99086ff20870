// What a journal is made of: files of records, each with a checksum, numbered without a hole.
//
// A journal is a folder of segments, `00000001.journal` and so on. A segment has a header, then records; a record has a
// header, a payload and zeros to a multiple of 8 bytes. All little endian. A record's checksum covers all of it but the
// checksum itself.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "host/core/config.h"
#include "host/core/event.h"
#include "host/strategy/intent.h"

namespace twinpath {

enum class JournalKind : std::uint16_t {
  start = 1,        // a process begins to write: JournalStart, names of symbols, names of sources
  bank = 2,         // rules and limits that are active from here on: Bank
  event = 3,        // ORDER, REJECT, CANCEL, STATE or COMMAND: Event
  sent = 4,         // the frame of the ORDER or CANCEL has left, or could not: JournalSent
  refused = 5,      // an intent that did not come to the checks: JournalRefused
  doubt = 6,        // found at a start: nobody knows whether the order's frame has left: JournalSent
  stop = 7,         // the process ends orderly: nothing
  host_cancel = 8,  // a CANCEL that no intent asked for and no check saw: Event
  session = 9,      // of a session with a venue, in a journal of its own: host/session/ouch_journal.h
};
constexpr std::string_view to_string(JournalKind k) noexcept {
  constexpr std::array<std::string_view, 10> kNames{"?",       "start", "bank", "event",       "sent",
                                                    "refused", "doubt", "stop", "host_cancel", "session"};
  return kNames[static_cast<std::size_t>(k) < kNames.size() ? static_cast<std::size_t>(k) : 0];
}

struct JournalSegmentHeader {
  static constexpr std::uint64_t kMagic = 0x314C'4E52'4A4E'5754;  // "TWNJRNL1"
  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t header_bytes;
  std::uint64_t segment;       // from 1
  std::uint64_t first_record;  // number
  std::uint64_t layout;        // of the payloads
  std::uint64_t id;            // the journal's, the same in all its segments
  std::uint64_t made;          // nanoseconds UTC
  std::uint32_t reserved;
  std::uint32_t crc;  // of the bytes before
};
static_assert(sizeof(JournalSegmentHeader) == 64 && std::is_trivially_copyable_v<JournalSegmentHeader>);

struct JournalRecordHeader {
  std::uint32_t crc;
  std::uint32_t bytes;   // of the payload
  std::uint64_t number;  // from 1
  std::uint64_t time;    // nanoseconds UTC
  JournalKind kind;
  std::uint16_t source;       // index of the name in the last start: which strategy's
  std::uint32_t intent;       // number of the strategy's intent, where there is one
  std::uint32_t tag;          // the strategy's own, of an order
  std::uint32_t incarnation;  // the strategy's, of an order
};
static_assert(sizeof(JournalRecordHeader) == 40 && std::is_trivially_copyable_v<JournalRecordHeader>);

inline constexpr std::size_t kMaxJournalPayload = std::size_t{1} << 20U;
constexpr std::size_t journal_record_bytes(std::size_t payload) noexcept {
  return sizeof(JournalRecordHeader) + (payload + 7) / 8 * 8;
}

struct JournalStart {
  std::uint64_t epoch;  // nanoseconds UTC that events' times count from; 0: from the first frame
  std::uint32_t pid;
  std::uint32_t first_user_ref;
  std::uint16_t symbols;  // so many names of 8 characters follow, then
  std::uint16_t sources;  // so many of 16
  std::uint8_t any_session;
  std::uint8_t continues;  // the orders of the session before are this one's too
  std::uint8_t reserved[2];
};
static_assert(sizeof(JournalStart) == 24 && std::is_trivially_copyable_v<JournalStart>);
inline constexpr std::size_t kJournalSourceChars = 16;

struct JournalSent {
  std::uint32_t user_ref;
  std::uint8_t cancel;  // the frame is a cancel's
  std::uint8_t left;    // 0: there was no room to send it
  std::uint8_t reserved[2];
};
static_assert(sizeof(JournalSent) == 8);

// Why an intent did not come to the checks (SEM 9.3, and what only several processes have).
enum class Refusal : std::uint8_t { none, disarmed, untrusted, crossed, too_late, unknown_order, full, bad_intent };
constexpr std::string_view to_string(Refusal r) noexcept {
  constexpr std::array<std::string_view, 8> kNames{"none",     "disarmed",      "untrusted", "crossed",
                                                   "too_late", "unknown_order", "full",      "bad_intent"};
  return kNames[static_cast<std::size_t>(r) < kNames.size() ? static_cast<std::size_t>(r) : 0];
}
struct JournalRefused {
  Refusal why;
  std::uint8_t kind;  // IntentKind
  std::uint8_t side;
  std::uint8_t symbol;
  std::uint32_t price;
  std::uint32_t quantity;
  std::uint32_t user_ref;
  std::uint32_t tag;
};
static_assert(sizeof(JournalRefused) == 20);

// The payloads as this build has them: a journal with others cannot be read.
std::uint64_t journal_layout() noexcept;

}  // namespace twinpath
