// When the market of a day begins, opens and closes: what of it is due is asked of the market as requests.
//
// Which phase the day is in is what the log says, so that a venue that was killed goes on in it, and a step that was
// half done is done again.
#pragma once
#include <cstdint>
#include <string_view>

#include "host/venue/gateway/market_hub.h"

namespace twinpath::gateway {

struct PhaseTime {
  enum class Kind : std::uint8_t { never, time_of_day, after_begin };
  Kind kind = Kind::never;
  std::uint64_t ns = 0;  // since midnight, or since the day began
};

struct ScheduleOptions {
  // Before it, orders are collected for an auction. After 0 ns: trading begins at once, without one.
  PhaseTime opening{PhaseTime::Kind::after_begin, 0};
  PhaseTime closing;
  std::uint64_t closing_call_ns = 0;          // so long before it, orders are collected for an auction; 0: none
  std::uint64_t indicate_ns = 5'000'000'000;  // how often an auction's indicative price is published
};

enum class DayPhase : std::uint8_t { none, begun, opening_call, continuous, closing_call, closed, over };
std::string_view to_string(DayPhase p) noexcept;

class DaySchedule final : public MarketListener {
 public:
  explicit DaySchedule(const ScheduleOptions& options) : options_(options) {}

  void market_did(const market::Request& r, std::span<const market::Execution> executions) override;

  // Does what is due at the hub's time.
  void advance(MarketHub& hub);
  // Now, whatever the schedule says: the next phase's beginning. False when there is none to begin: the day is open, or
  // over.
  bool open(MarketHub& hub);
  bool close(MarketHub& hub);

  DayPhase phase() const noexcept { return phase_; }

 private:
  bool due(const PhaseTime& when, std::uint64_t time, std::uint64_t ahead = 0) const noexcept;
  void begin(MarketHub& hub);
  void end_opening(MarketHub& hub);
  void end(MarketHub& hub);

  ScheduleOptions options_;
  DayPhase phase_ = DayPhase::none;
  std::uint64_t begun_ = 0, indicated_ = 0;
  // The events of the tape that were sent.
  bool started_ = false, opened_ = false, closed_ = false, ended_ = false;
};

}  // namespace twinpath::gateway
