// The last step of the feed: the messages of a packet to the sink.
//
// A sink may look ahead. Then it has `bool look(message, type, SymbolIndex&)`, called for some messages before the
// first of them is delivered: counts what there is to count, and says whether the message is to be delivered and of
// which symbol it is; on_message has that symbol as a fourth argument. `prefetch(message, type, symbol)` and some
// messages later `prefetch_more(...)` fetch what delivery will read; `prefetch(message, type)` does so for a message of
// a frame that is still to come.
#pragma once
#include <array>
#include <cstdint>

#include "host/core/types.h"
#include "host/feed/origin.h"

namespace twinpath {

// Messages on their way to the sink: to one that looks ahead, a batch at a time; to any other, one by one.
template <class Sink>
class Delivery {
 public:
  static constexpr bool kLooksAhead =
      requires(Sink& s, const std::uint8_t* m, SymbolIndex& symbol) { s.look(m, std::uint8_t{}, symbol); };
  // Blocks that are judged, and whose messages are fetched, before the first of them is delivered.
  static constexpr unsigned kBatch = 16;

  Delivery(Sink& sink, Origin first) noexcept : sink_(sink), first_(first) {}

  // At most kBatch between two calls of end_of_batch().
  [[gnu::always_inline]] void take(const std::uint8_t* message, std::uint8_t type, unsigned index) noexcept {
    if constexpr (kLooksAhead) {
      Message& m = messages_[count_];
      m.bytes = message;
      m.index = static_cast<std::uint16_t>(index);
      m.type = type;
      count_ += sink_.look(message, type, m.symbol);
    } else {
      sink_.on_message(message, type, origin(index));
    }
  }
  [[gnu::always_inline]] void end_of_batch() noexcept {
    if constexpr (kLooksAhead) {
      for (unsigned i = 0; i < count_; ++i) sink_.prefetch(messages_[i].bytes, messages_[i].type, messages_[i].symbol);
      for (unsigned i = 0; i < count_; ++i) {
        if (i + kMore < count_) {
          const Message& near = messages_[i + kMore];
          sink_.prefetch_more(near.bytes, near.type, near.symbol);
        }
        const Message& m = messages_[i];
        sink_.on_message(m.bytes, m.type, origin(m.index), m.symbol);
      }
      count_ = 0;
    }
  }

 private:
  static constexpr unsigned kMore = 4;  // messages in front of the one at work: near enough for prefetch_more

  struct Message {
    const std::uint8_t* bytes;
    std::uint16_t index;  // in its packet
    std::uint8_t type;
    SymbolIndex symbol;
  };

  Origin origin(unsigned index) const noexcept {
    Origin o = first_;
    o.sequence += index;
    o.msg_index = static_cast<std::uint16_t>(index);
    return o;
  }

  Sink& sink_;
  const Origin first_;
  unsigned count_ = 0;
  std::array<Message, kLooksAhead ? kBatch : 0> messages_;
};

}  // namespace twinpath
