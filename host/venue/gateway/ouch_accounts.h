// Every participant's stream of OUCH 5.0 messages of the day, and which UserRefNums are used up.
//
// Both are a function of what the market did, which the request log gives back after the end of the process: nothing
// of it is kept in a file of its own, so no file can contradict the log, and a stream that a client has read half of
// goes on where it was, byte for byte.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/session/message_log.h"
#include "host/venue/gateway/market_hub.h"
#include "host/venue/gateway/ouch_request.h"

namespace twinpath::gateway {

// A store as a server session sends from it.
class StoredMessages final : public session::MessageLog {
 public:
  explicit StoredMessages(std::shared_ptr<const market::MessageStore> store) : store_(std::move(store)) {}
  std::uint64_t next_sequence() const override { return store_->next_sequence(); }
  std::span<const std::uint8_t> message(std::uint64_t sequence) const override { return store_->at(sequence); }
  const market::MessageStore& store() const noexcept { return *store_; }

 private:
  std::shared_ptr<const market::MessageStore> store_;
};

// What a message with a UserRefNum is, by the numbers that were used up before it.
enum class Arrival : std::uint8_t {
  fresh,
  resent,       // the very same message: it has its answer in the stream
  conflicting,  // another message under a number that was used
  late,         // a number that was passed over: higher ones were used
};

class OuchAccounts final : public MarketListener {
 public:
  // `session`: of MarketOptions; the streams of a day are named like its tape. Participants are numbered from 1.
  // `most_messages`: address space of a stream; memory comes with use.
  OuchAccounts(std::string session, std::vector<OuchParticipant> participants,
               std::uint64_t most_messages = std::uint64_t{1} << 27);

  void market_did(const market::Request& r, std::span<const market::Execution> executions) override;

  std::size_t size() const noexcept { return accounts_.size(); }
  const OuchParticipant& terms(std::uint32_t participant) const noexcept { return accounts_[participant - 1].terms; }
  const OrderMemories& orders(std::uint32_t participant) const noexcept { return accounts_[participant - 1].orders; }
  // The highest number that was used up; 0: none.
  std::uint32_t last_number(std::uint32_t participant) const noexcept { return accounts_[participant - 1].last; }
  Arrival arrival(std::uint32_t participant, const market::Request& r) const;

  // Of the day, or of the last one; one before the first day is empty. Whoever holds it may read it for ever.
  const std::shared_ptr<StoredMessages>& stream(std::uint32_t participant) const noexcept {
    return accounts_[participant - 1].stream;
  }
  const Text<10>& session() const noexcept { return session_; }

 private:
  struct Account {
    OuchParticipant terms;
    OrderMemories orders;
    std::uint32_t last = 0;
    std::shared_ptr<market::MessageStore> store;
    std::shared_ptr<StoredMessages> stream;
  };

  void begin_day();
  void remember(Account& a, const market::Request& r);
  void follow(Account& a, const market::Execution& e, const market::Request& cause);

  std::string name_;
  std::uint64_t most_messages_;
  unsigned day_ = 0;
  Text<10> session_{};
  std::vector<Account> accounts_;
};

// Three quarters are used of what the day's tape, or the participant's stream (null: there are none), can hold: cancels
// only are taken from it, as a full one would end the venue.
inline bool day_full(const MarketHub& hub, const OuchAccounts* accounts, std::uint32_t participant) noexcept {
  const auto& tape = hub.market().tape();
  return (accounts != nullptr && accounts->stream(participant)->store().nearly_full()) || (tape && tape->nearly_full());
}

}  // namespace twinpath::gateway
