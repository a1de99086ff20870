// OUCH messages of participants, however they came, into the market: each order exactly once.
//
// A participant that has no answer to a message sends the very same bytes again, over TCP or UDP. One whose UserRefNum
// was used by the same message changes nothing: its answer is in the stream, for whoever asks from there on. One whose
// number was used by another message is not looked at. One whose number was passed over, as higher ones came first, is
// rejected, once: OUCH 5.0 would have it ignored, and its sender wait for ever. So an answer to number N says that no
// unanswered order below N ever was, or will be, in the market.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "host/venue/gateway/market_hub.h"
#include "host/venue/gateway/ouch_accounts.h"

namespace twinpath::gateway {

enum class EntryOutcome : std::uint8_t {
  taken,  // the market has it, and answers
  resent,
  conflicting,
  late,  // rejected in the stream
  // unreadable
  empty,
  unknown_type,
  bad_length,
  bad_appendage,
};
inline constexpr std::size_t kEntryOutcomes = 8;
std::string_view to_string(EntryOutcome o) noexcept;
constexpr bool unreadable(EntryOutcome o) noexcept { return o >= EntryOutcome::empty; }

class OuchEntry {
 public:
  // Both outlive it; the accounts listen to the hub.
  OuchEntry(MarketHub& hub, const OuchAccounts& accounts) : hub_(hub), accounts_(accounts) {}

  EntryOutcome take(std::uint32_t participant, std::span<const std::uint8_t> message, market::Gateway by);
  // The participant's connection is gone: its orders are cancelled.
  void disconnected(std::uint32_t participant, market::Gateway by);

  // By outcome.
  const std::array<std::uint64_t, kEntryOutcomes>& counters() const noexcept { return counters_; }
  // UserRefNums that were passed over.
  std::uint64_t passed_over() const noexcept { return passed_over_; }
  const OuchAccounts& accounts() const noexcept { return accounts_; }
  const MarketHub& hub() const noexcept { return hub_; }

 private:
  EntryOutcome decide(std::uint32_t participant, std::span<const std::uint8_t> message, market::Gateway by);

  MarketHub& hub_;
  const OuchAccounts& accounts_;
  std::array<std::uint64_t, kEntryOutcomes> counters_{};
  std::uint64_t passed_over_ = 0;
};

// How many messages a second someone may send, and how many of them at once; 0: any number.
class MessageRate {
 public:
  MessageRate(std::uint32_t a_second, std::uint32_t burst) noexcept
      : interval_(a_second == 0 ? 0 : 1'000'000'000 / a_second), slack_(interval_ * (burst == 0 ? 0 : burst - 1)) {}
  // Whether one more at `now` is within it. Times do not go back.
  bool take(Nanoseconds now) noexcept {
    if (interval_ == 0) return true;
    if (now.value + slack_ < next_) return false;
    next_ = (now.value > next_ ? now.value : next_) + interval_;
    return true;
  }

 private:
  std::uint64_t interval_, slack_, next_ = 0;
};

}  // namespace twinpath::gateway
