// A market session as TotalView-ITCH 5.0 messages, from a seed: the day's events around the order flow.
//
// Start of messages; directory, trading state, short sale restriction of every symbol and some participants' positions;
// pre-open; opening crosses; continuous trading with halts, pauses and operational halts; closing crosses; after hours;
// end of messages. Equal options give equal messages on every machine.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "host/core/types.h"
#include "host/venue/burst_clock.h"
#include "host/venue/generator_options.h"
#include "host/venue/message_buffer.h"
#include "host/venue/order_flow.h"
#include "host/venue/symbol_universe.h"

namespace twinpath::venue {

class MarketGenerator {
 public:
  /// Throws std::invalid_argument, naming the option, when the options make no session.
  explicit MarketGenerator(const GeneratorOptions& options);
  MarketGenerator(const MarketGenerator&) = delete;
  MarketGenerator& operator=(const MarketGenerator&) = delete;

  /// The next message; timestamps never decrease. False at the end of the session.
  bool next(GeneratedMessage& message) {
    while (!buffer_.take(message)) {
      if (stage_ == Stage::done) return false;
      fill();
    }
    return true;
  }

  /// All messages of what has happened so far have been taken.
  bool between_events() const noexcept { return buffer_.empty(); }
  /// Messages taken so far, when between_events().
  std::uint64_t messages() const noexcept { return buffer_.total(); }
  /// What a listener who comes now is told first, between events: market phase, trading states and live orders of the
  /// first `symbols` symbols, oldest first, stamped `step_ns` apart up to the last message.
  std::vector<GeneratedMessage> snapshot(std::uint32_t symbols, std::uint64_t step_ns) const;

  /// Symbols by activity: 0 is the most active, the first `configured_symbols` are those a path is configured with.
  std::uint32_t symbol_count() const noexcept { return universe_.size(); }
  std::string_view symbol_name(std::uint32_t symbol) const noexcept { return trimmed(universe_[symbol].name); }
  std::uint16_t locate(std::uint32_t symbol) const noexcept { return universe_[symbol].locate; }
  /// Where the symbol's price starts and what it stays within $9 of.
  Price reference_price(std::uint32_t symbol) const noexcept {
    return {static_cast<std::uint32_t>(universe_[symbol].reference_tick) * 100};
  }
  /// The symbol that follows this one's moves, or the symbol itself when none does.
  std::uint32_t follower(std::uint32_t symbol) const noexcept {
    return symbol % 2 == 0 && symbol + 1 < symbol_count() ? symbol + 1 : symbol;
  }

  // Of the messages made so far.
  const MessageCounts& counts() const noexcept { return buffer_.counts(); }
  std::uint32_t live_orders() const noexcept { return flow_.live_orders(); }

  // Wall times as they came out, nanoseconds since midnight.
  std::uint64_t session_start_ns() const noexcept { return start_; }
  std::uint64_t market_open_ns() const noexcept { return open_; }
  std::uint64_t market_close_ns() const noexcept { return close_; }
  std::uint64_t session_end_ns() const noexcept { return end_; }

 private:
  enum class Stage : std::uint8_t {
    start,
    directory,
    trading_state,
    reg_sho,
    participants,
    notices,
    pre_open,
    open,
    opening_cross,
    continuous,
    close,
    closing_cross,
    after_hours,
    end,
    done
  };
  enum class EventKind : std::uint8_t {
    halt,
    quote,
    resume,
    pause,
    collar,
    imbalance,
    halt_cross,
    pause_quote,
    pause_resume,
    operational_halt,
    operational_resume,
    breaker,
    breaker_resume,
    cross_near,
    broken_trade,
    retail_interest
  };
  struct Event {
    std::uint64_t time;
    EventKind kind;
    std::uint32_t symbol;
  };

  void plan_times();
  void plan_events();
  void fill();
  void fill_symbols(Stage next);
  void fill_flow(Stage next);
  void handle(const Event& event);
  void system_event(char code, std::uint64_t at);
  void directory(std::uint32_t symbol);
  void trading_action(std::uint32_t symbol, char state, std::string_view reason);
  void operational_halt(std::uint32_t symbol, char action);
  void notices();
  void enter_flow(Stage stage, MarketPhase phase, std::uint64_t from, std::uint64_t to, std::uint64_t messages);

  GeneratorOptions options_;
  Random random_;
  SymbolUniverse universe_;
  MessageBuffer buffer_;
  BurstClock clock_;
  OrderFlow flow_;

  Stage stage_ = Stage::start;
  std::uint64_t start_ = 0, open_ = 0, close_ = 0, end_ = 0;
  std::uint64_t pre_open_messages_ = 0, continuous_messages_ = 0, after_messages_ = 0;
  std::uint32_t place_ = 0;           // within a stage that visits every symbol
  std::uint64_t flow_end_total_ = 0;  // messages at which the flow of a phase is done
  std::uint64_t flow_end_ = 0;        // time at which it is over
  std::uint64_t cross_near_ = 0;      // when imbalance indications start in the pre-open
  bool first_cluster_ = true;
  char phase_ = 0;  // event code of the last of O, S, Q, M, E, C
  struct Announced {
    char state = 0;        // of the last H
    char operational = 0;  // of the last h
  };
  std::vector<Announced> announced_;  // a symbol
  std::vector<Event> events_;         // by time
  std::size_t next_event_ = 0;
};

}  // namespace twinpath::venue
