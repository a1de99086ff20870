// The tape: what the market shows, as TotalView-ITCH 5.0 messages of one day in a MessageStore.
//
// It says what it is told: which quantity is shown is the market's knowledge. Prices are 1/10,000 dollar; every message
// carries the time that was set last.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "host/core/types.h"
#include "host/venue/market/market_options.h"
#include "host/venue/market/message_store.h"
#include "host/venue/matching/messages.h"
#include "host/wire/itch50.h"

namespace twinpath::market {

// An order as the tape shows it.
struct ShownOrder {
  std::uint64_t reference = 0;
  std::uint32_t shares = 0;
  std::uint32_t price = 0;
  Side side = Side::buy;
};

// GLIMPSE 5.0, 4.7 Snapshot Message: the end of a snapshot, and the sequence number to go on with. 20 digits.
inline constexpr std::uint8_t kEndOfSnapshot = 'G';
inline constexpr std::size_t kEndOfSnapshotLength = 21;

class Tape {
 public:
  // `instruments` outlives the tape; books are numbered by their places in it.
  explicit Tape(const std::vector<Instrument>& instruments) : instruments_(instruments) {}

  // Goes on in another store.
  void begin(std::shared_ptr<MessageStore> store) noexcept { store_ = std::move(store); }
  const std::shared_ptr<MessageStore>& store() const noexcept { return store_; }
  void set_time(std::uint64_t ns) noexcept { time_ = ns; }

  void system_event(char code);
  // Stock Directory and Reg SHO.
  void directory(std::uint32_t book);
  void trading_action(std::uint32_t book, matching::BookState state, std::string_view reason);
  void add(std::uint32_t book, const ShownOrder& o);
  void executed(std::uint32_t book, std::uint64_t reference, std::uint32_t shares, std::uint64_t match);
  // In an auction: not printable, as the cross says it all.
  void executed_at(std::uint32_t book, std::uint64_t reference, std::uint32_t shares, std::uint64_t match,
                   std::uint32_t price);
  void cancelled(std::uint32_t book, std::uint64_t reference, std::uint32_t shares);
  void deleted(std::uint32_t book, std::uint64_t reference);
  // The order comes behind the others of its price, under another reference.
  void replaced(std::uint32_t book, std::uint64_t before, const ShownOrder& o);
  void cross(std::uint32_t book, std::uint64_t shares, std::uint32_t price, std::uint64_t match, char type);
  void imbalance(std::uint32_t book, std::uint64_t paired, std::uint64_t surplus, Side surplus_side,
                 std::uint32_t price, std::uint32_t reference, char type);
  void broken(std::uint32_t book, std::uint64_t match);
  void end_of_snapshot(std::uint64_t next_sequence);

 private:
  template <class M>
  void put(std::uint32_t book, M& m);

  const std::vector<Instrument>& instruments_;
  std::shared_ptr<MessageStore> store_;
  std::uint64_t time_ = 0;
};

}  // namespace twinpath::market
