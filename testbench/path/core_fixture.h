// A decision core behind a feed, fed with frames, whose outputs are kept.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/path/decision_core.h"
#include "testbench/feed/itch_messages.h"
#include "testbench/path/wide_config.h"

namespace twinpath::testing {

struct Output {
  Event event;
  Bytes frame;  // of an order or cancel event
};

class KeepingOut {
 public:
  std::vector<Output> all;

  void on_order_frame(std::span<const std::uint8_t> frame) {
    EXPECT_TRUE(frame_.empty()) << "two frames without an event between them";
    frame_ = to_bytes(frame);
  }
  void on_event(const Event& e) {
    const bool explains = e.event_kind() == EventKind::order || e.event_kind() == EventKind::cancel;
    all.push_back({e, explains ? std::exchange(frame_, {}) : Bytes{}});
  }

 private:
  Bytes frame_;
};

inline std::string describe(const Event& e) {
  std::string s;
  const auto put = [&s](const char* n, std::uint64_t v) {
    if (v != 0) s += std::string(n) + "=" + std::to_string(v) + " ";
  };
  put("kind", e.kind), put("reason", e.reason), put("rule", e.rule), put("side", e.side), put("symbol", e.symbol);
  put("trigger", e.trigger), put("time", e.time), put("sequence", e.sequence), put("frame", e.frame);
  put("msg_index", e.msg_index);
  if (e.msg_type != 0) s += std::string("msg_type=") + static_cast<char>(e.msg_type) + " ";
  put("book_flags", e.book_flags), put("user_ref", e.user_ref), put("quantity", e.quantity), put("price", e.price);
  put("check_mask", e.check_mask), put("reference", e.reference), put("bid_price", e.bid_price);
  put("bid_quantity", e.bid_quantity), put("ask_price", e.ask_price), put("ask_quantity", e.ask_quantity);
  put("trade_price", e.trade_price), put("trade_quantity", e.trade_quantity);
  put("position", static_cast<std::uint32_t>(e.position)), put("open_buy", e.open_buy), put("open_sell", e.open_sell);
  put("collar_reference", e.collar_reference), put("gross_lo", e.gross_lo), put("open_count", e.open_count);
  put("reserved", e.reserved);
  return s;
}

// With wide_config().
class CoreTest : public ::testing::Test {
 protected:
  static constexpr std::uint16_t kA = kLocateA;
  static constexpr std::uint16_t kB = kLocateB;
  static constexpr std::uint32_t kBase = kBasePrice;

  CoreTest() : config_(wide_config()) {}

  // Buys up to 80 at or below 100.02 on A.
  void take_rule(Bank& bank, SymbolIndex s = 0) {
    bank.rules[s].take = {.enabled = true, .sides = 1, .quantity = 80, .cooldown = 0, .fair = kBase + 300, .edge = 100};
  }
  RuleRecord& rule(SymbolIndex s = 0) { return config_.banks[0].rules[s]; }
  LimitRecord& limit(SymbolIndex s = 0) { return config_.banks[0].limits[s]; }

  void start() {
    feed_.reset();
    counters_ = Counters();
    out_ = KeepingOut();
    sequence_ = 1;
    core_ = std::make_unique<DecisionCore<KeepingOut>>(config_, counters_, out_, stamps_);
    feed_ = std::make_unique<Feed<DecisionCore<KeepingOut>>>(config_.feed, counters_, *core_);
  }
  // One packet, next in sequence. Returns what came out.
  std::vector<Output> send(std::uint64_t time, std::vector<Bytes> messages, bool fcs_error = false) {
    Packet p;
    p.sequence = sequence_;
    p.messages = std::move(messages);
    sequence_ += p.messages.size();
    return frame(time, p.frame(config_.feed), fcs_error);
  }
  std::vector<Output> frame(std::uint64_t time, const Bytes& bytes, bool fcs_error = false) {
    const std::size_t from = begin();
    feed_->frame(Cycles{time}, bytes, fcs_error);
    return since(from);
  }
  std::vector<Output> command(std::uint64_t time, const Command& c) {
    const std::size_t from = begin();
    feed_->command(Cycles{time});
    core_->command(Cycles{time}, c);
    return since(from);
  }
  std::vector<Output> command(std::uint64_t time, CommandOp op, std::uint16_t symbol = 0, std::uint32_t user_ref = 0,
                              std::uint32_t quantity = 0, std::uint32_t price = 0) {
    return command(time, Command{op, 0, symbol, user_ref, quantity, price});
  }
  std::uint64_t count(Counter c) const { return counters_[c]; }

  static void expect_event(const Event& got, const Event& want) { EXPECT_EQ(describe(got), describe(want)); }
  static std::string kinds(const std::vector<Output>& outputs) {
    static constexpr const char* kNames[] = {"none", "order", "reject", "cancel", "book", "state", "command"};
    std::string s;
    for (const Output& o : outputs) s += std::string(s.empty() ? "" : " ") + kNames[o.event.kind];
    return s;
  }

  CoreConfig config_;
  Counters counters_;
  KeepingOut out_;
  NoStamps stamps_;
  std::unique_ptr<DecisionCore<KeepingOut>> core_;
  std::unique_ptr<Feed<DecisionCore<KeepingOut>>> feed_;
  std::uint64_t sequence_ = 1;

 private:
  std::size_t begin() const { return out_.all.size(); }
  std::vector<Output> since(std::size_t from) const {
    return {out_.all.begin() + static_cast<std::ptrdiff_t>(from), out_.all.end()};
  }
};

}  // namespace twinpath::testing
