// A software path that stops the world at one message: what the book was before and after it, and the rules and limits
// that were active. For `twinpath explain`.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "host/feed/feed.h"
#include "host/path/decision_core.h"

namespace twinpath {

struct BookSnapshot {
  struct Level {
    Price price;
    Quantity quantity;
  };
  Bbo bbo;
  bool trusted = false;
  bool sticky = false;
  std::vector<Level> bids, asks;  // from the best, at most kDepth
  std::uint32_t far_bids = 0, far_asks = 0, beyond_bids = 0, beyond_asks = 0;

  static constexpr unsigned kDepth = 5;
};

struct Moment {
  std::vector<std::uint8_t> message;
  Origin origin;
  SymbolIndex symbol = 0;  // of the message
  BookSnapshot before, after;
  BookSnapshot order_book;  // of the order's symbol, after
  Bank bank;                // active when it happened
};

class ExplainPath final : public Path {
 public:
  // Watches message `msg_index` of frame `frame`, and the book of `order_symbol` after it.
  ExplainPath(const CoreConfig& config, PathSink& sink, std::uint32_t frame, std::uint16_t msg_index,
              SymbolIndex trigger, SymbolIndex order_symbol)
      : core_(config, counters_, sink, stamps_),
        feed_(config.feed, counters_, *this),
        frame_(frame),
        msg_index_(msg_index),
        trigger_(trigger),
        order_symbol_(order_symbol) {}

  std::string_view name() const noexcept override { return "sw:"; }
  void submit(std::span<const TimedInput> inputs) override {
    for (const TimedInput& input : inputs) {
      if (input.is_frame) {
        feed_.frame(input.time, input.frame, input.fcs_error);
      } else {
        feed_.command(input.time);
        core_.command(input.time, input.command);
      }
    }
  }
  void advance(Cycles time) override { feed_.advance(time); }
  void finish() override {}
  CounterValues counters() override { return counters_.values(); }
  void load_inactive_bank(const Bank& bank) override { core_.load_inactive_bank(bank); }

  const std::optional<Moment>& moment() const noexcept { return moment_; }

  // Feed's sink.
  void on_feed_state(StateReason reason, const Origin& origin) noexcept { core_.on_feed_state(reason, origin); }
  void on_message(const std::uint8_t* m, std::uint8_t type, const Origin& origin) {
    const bool watched = origin.frame == frame_ && origin.msg_index == msg_index_ && !moment_;
    if (watched) {
      moment_.emplace();
      moment_->message.assign(m, m + itch::message_length(type));
      moment_->origin = origin;
      moment_->symbol = trigger_;
      moment_->before = snapshot(trigger_);
      moment_->bank = core_.bank();
    }
    core_.on_message(m, type, origin);
    if (watched) {
      moment_->after = snapshot(trigger_);
      moment_->order_book = snapshot(order_symbol_);
    }
  }

 private:
  BookSnapshot snapshot(SymbolIndex s) const {
    const Books& books = core_.books();
    BookSnapshot b;
    b.bbo = books.bbo(s);
    b.trusted = core_.trusted(s);
    b.sticky = books.sticky(s);
    b.far_bids = books.bids(s).far;
    b.far_asks = books.asks(s).far;
    b.beyond_bids = books.bids(s).beyond;
    b.beyond_asks = books.asks(s).beyond;
    for (unsigned i = kLevels; i-- > 0 && b.bids.size() < BookSnapshot::kDepth;)
      take(b.bids, books.bids(s), books.window(s), i);
    for (unsigned i = 0; i < kLevels && b.asks.size() < BookSnapshot::kDepth; ++i)
      take(b.asks, books.asks(s), books.window(s), i);
    return b;
  }

  static void take(std::vector<BookSnapshot::Level>& to, const LevelSide& side, const PriceWindow& window,
                   unsigned level) {
    if (side.quantity(level).value != 0) to.push_back({window.price_of(level), side.quantity(level)});
  }

  Counters counters_;
  NoStamps stamps_;
  DecisionCore<PathSink> core_;
  Feed<ExplainPath> feed_;
  std::uint32_t frame_;
  std::uint16_t msg_index_;
  SymbolIndex trigger_, order_symbol_;
  std::optional<Moment> moment_;
};

}  // namespace twinpath
