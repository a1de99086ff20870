// What strategies and the order manager share: a ring of intents a strategy, and what became of them.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>

#include "host/core/spsc_ring.h"
#include "host/core/types.h"
#include "host/ipc/broadcast_ring.h"
#include "host/ipc/shared_segment.h"
#include "host/ipc/shared_words.h"
#include "host/strategy/strategy.h"

namespace twinpath {

// An intent and what it was made from.
struct IntentRecord {
  std::uint64_t made = 0;         // nanoseconds UTC
  std::uint64_t sequence = 0;     // of the market message that caused it
  std::uint64_t reference = 0;    // its order reference
  std::uint32_t number = 0;       // of the strategy's intents, from 1, through all its processes
  std::uint32_t incarnation = 0;  // which of its processes
  std::uint32_t generation = 0;   // of the feed whose books it has seen
  SymbolIndex trigger = 0;
  std::uint8_t msg_type = 0;
  Intent intent;
};

inline constexpr std::size_t kIntentSlots = 1024;
using IntentRing = SpscRing<IntentRecord, SlotsInside<IntentRecord, kIntentSlots>>;

inline ipc::Segment::Kind intents_kind() {
  return {"intents", ipc::layout_hash("intents", {sizeof(IntentRecord), sizeof(IntentRing)}), sizeof(IntentRing)};
}
inline std::string intents_file(const std::string& strategy) { return "intents." + strategy; }
// The ring of a segment that the caller owns.
inline IntentRing& own_intents(const ipc::Segment& s) {
  if (s.fresh()) return *new (s.memory()) IntentRing(kIntentSlots);
  return s.at<IntentRing>(0);
}

// What became of an intent, or of an order since. Each is told once, in the order of the journal.
struct OrderMessage {
  static constexpr std::uint16_t kAll = 0xFFFF;

  std::uint64_t number = 0;       // of the journal's record: never smaller than one before, nor equal
  std::uint64_t time = 0;         // nanoseconds UTC
  std::uint16_t source = kAll;    // index of the strategy
  std::uint32_t incarnation = 0;  // of the process whose order it is
  OrderUpdate update;
};

struct ManagerStatus {
  std::uint32_t generation = 0;
  bool armed = false;
  bool killed = false;
};

using OrderMessages = ipc::BroadcastRing<OrderMessage>;
inline constexpr std::size_t kOrderMessages = 16'384;

struct SharedOrders {
  std::atomic<std::uint64_t> alive;  // nanoseconds UTC
  std::atomic<std::uint64_t> told;   // number of the last message in the ring
  ipc::Versioned<ManagerStatus> status;
  std::array<std::atomic<std::int32_t>, kSymbols> positions;
};
inline constexpr std::size_t kOrderMessagesAt = (sizeof(SharedOrders) + 127) / 128 * 128;

inline ipc::Segment::Kind orders_kind() {
  return {"orders",
          ipc::layout_hash("orders", {sizeof(SharedOrders), sizeof(OrderMessage), OrderMessages::kRecordBytes}),
          kOrderMessagesAt + OrderMessages::bytes(kOrderMessages)};
}

}  // namespace twinpath
