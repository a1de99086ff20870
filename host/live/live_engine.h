// Trades live from packet I/O: bursts in, through a path, order frames out; host commands and the exchange's answers
// between the frames.
//
// One thread calls everything here. round() allocates, locks, throws and logs nothing once warm (the drivers' own
// system calls apart), except where a record is kept or has failed. Every input's time comes from the receivers' stamps
// (SteadyStamps) by the rule of a replay (InputClock); while nothing arrives, time follows the clock, a little behind
// it, so that gaps run out and answers fall due. Nothing given later is stamped before what has passed, so that a
// record of the inputs, replayed, gives the same orders.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/core/config.h"
#include "host/live/book_watch.h"
#include "host/live/exchange_session.h"
#include "host/live/gap_filler.h"
#include "host/live/input_record.h"
#include "host/live/live_options.h"
#include "host/live/order_journal.h"
#include "host/live/order_numbers.h"
#include "host/live/steady_stamps.h"
#include "host/order/order_frame.h"
#include "host/path/input_clock.h"
#include "host/path/order_ledger.h"
#include "host/path/packet_io.h"
#include "host/path/path.h"

namespace twinpath {

// Why orders may or may not be sent, as far as arming goes.
enum class ArmState : std::uint8_t {
  armed,
  disarmed,
  no_frame_yet,
  behind,
  stale,
  books_incomplete,
  by_command,
  numbers_used_up,
  exchange,
  gap
};
std::string_view to_string(ArmState s) noexcept;

struct LiveCounters {
  std::uint64_t frames = 0;
  std::uint64_t orders = 0, cancels = 0;         // sent by the path
  std::array<std::uint64_t, 14> rejects{};       // by Reason
  std::uint64_t acks = 0, fills = 0, dones = 0;  // answers given
  std::uint64_t positions = 0;                   // told by the exchange's session
  std::uint64_t unsent = 0;                      // order frames that the sender had no room for
  std::uint64_t clock_backwards = 0;             // frames stamped before an earlier one of the same input
  std::uint64_t clock_set = 0;                   // times that an input's frames showed that the wall clock was set
  std::uint64_t stop_cancels = 0;                // sent at the end for what was open
  std::uint64_t host_cancels = 0;                // sent as the operator said
};

class LiveEngine final : public PathSink {
 public:
  // What is given outlives the engine. `config` has every locate. `record`, `journal` and `gaps` may be null, and
  // `sender` when the exchange's session carries orders. `wall` is the clock of the receivers' stamps; empty when they
  // come from a file: then only frames move time. `steady` tells when that clock is set (steady_stamps.h).
  LiveEngine(const CoreConfig& config, const LiveOptions& options, std::span<PacketReceiver* const> inputs,
             PacketSender* sender, ExchangeSession& exchange, InputRecord* record, std::function<Nanoseconds()> wall,
             OrderJournal* journal = nullptr, GapFiller* gaps = nullptr, std::function<Nanoseconds()> steady = {});

  // The path's sink is this engine. Gives DISARM or ARM, by the options, as the first input.
  void start(Path& path);
  // DISARM, until restart(): the path is to be made anew.
  void suspend();
  // Another path, as at the start, but for the counters, the kill switch and whether it is to be armed. What `config`
  // says may have changed.
  void restart(Path& path, InputRecord* record);
  // A frame that was received before start().
  void buffered(const SourceFrame& frame);
  // At most a burst of every input. Returns how many frames there were. Arms when the time has come. Throws what the
  // record and files throw.
  std::size_t round();
  // Every input has ended.
  bool ended() const;

  // A host command, stamped as early as it can be. ARM has no effect once order numbers are used up.
  void command(const Command& c);
  // Loads the bank into the inactive one and swaps.
  void swap(const Bank& bank);

  // Sends a cancel frame for every open order that has none yet, as many as the rate limit (SEM 5.3) would let pass at
  // this time, of a clock that never goes back. Returns how many remain to be cancelled. Only while disarmed.
  unsigned cancel_open(Nanoseconds now);
  // Sends a cancel frame for an open order, whatever its rate. Returns why it cannot be; empty when it has left.
  std::string cancel(std::uint32_t user_ref);
  // Answers that are due at any time are given: for inputs from a file, whose time has ended.
  void answer_all();
  // The record takes nothing more.
  void stop_recording() noexcept { record_ = nullptr; }

  bool armed() const noexcept { return armed_; }
  bool killed() const noexcept { return killed_; }
  ArmState arm_state() const noexcept;
  // What the next order may have.
  std::uint32_t next_user_ref() const noexcept { return next_user_ref_; }
  // No order has a number any more: disarmed for good (order_numbers.h).
  bool numbers_used_up() const noexcept { return order_numbers_used_up(next_user_ref_); }
  // The order that keeps the rules from sending any other: it has been open since the number 4,096 before the next one
  // (SEM 5.1, check 10). 0: none does. Strategies pass over its slot (SEM 9.3).
  std::uint32_t blocked_by() const noexcept;
  // Names of the books that keep it from arming, at most `most`.
  std::vector<std::string> incomplete_books(std::size_t most) const;
  const LiveCounters& counters() const noexcept { return counters_; }
  const OrderLedger& ledger() const noexcept { return *ledger_; }
  const BookWatch& books() const noexcept { return books_; }
  const InputClock& clock() const noexcept { return clock_; }
  // How old the last frame was when it was taken, while not armed; 0 when unknown.
  Nanoseconds lag() const noexcept { return lag_; }

  void on_order_frame(std::span<const std::uint8_t> frame) override;
  void on_event(const Event& event) override;

  // How far behind the wall clock time is kept while nothing arrives: longer than a frame takes from its stamp to here.
  static constexpr std::uint64_t kIdleLagNs = 200'000;

 private:
  void take(std::span<const SourceFrame> frames);
  void idle();
  void answers_until(Cycles until);
  void give(Cycles at, const Command& c);
  void maybe_arm(bool caught_up);
  void exchange_lost();
  void pause();
  bool leave(std::span<const std::uint8_t> frame);
  Event cancelled(const OrderLedger::Order& order);

  const CoreConfig& config_;
  const LiveOptions& options_;
  std::vector<PacketReceiver*> inputs_;
  PacketSender* sender_;
  ExchangeSession& exchange_;
  InputRecord* record_;
  OrderJournal* journal_;
  GapFiller* gaps_;
  SteadyStamps stamps_;
  Path* path_ = nullptr;

  InputClock clock_;
  std::unique_ptr<OrderLedger> ledger_ = std::make_unique<OrderLedger>();
  BookWatch books_;
  OrderFrameBuilder frames_;
  GlobalLimits limits_;  // of the active bank
  std::uint32_t next_user_ref_;
  LiveCounters counters_;
  std::array<SourceFrame, kSendRooms> burst_;
  std::array<TimedInput, kSendRooms> timed_;
  bool armed_ = true;
  bool killed_ = false;
  bool auto_arm_ = false;  // ARM is still to be given when everything is ready
  bool suspended_ = false;
  bool kill_due_ = false;  // an order could not leave
  bool left_ = false;      // the last order frame did
  Nanoseconds lag_{};
  Nanoseconds next_cancel_{};
};

}  // namespace twinpath
