// What the directed cases of strategy and of risk share: one decide_stage, messages one at a time, wide limits.
#pragma once
#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <vector>

#include "testbench/rtl/risk/decide_driver.h"

namespace twinpath::rtl {

enum CommandOp : std::uint8_t {
  kCmdKill = 1,
  kCmdRelease,
  kCmdAck,
  kCmdFill,
  kCmdDone,
  kCmdSwap,
  kCmdTrust,
  kCmdPosition,
  kCmdArm,
  kCmdDisarm,
  kCmdResume
};

class DecideCases : public testing::Test {
 protected:
  static Booked command_message(std::uint8_t op, std::uint16_t symbol = 0, std::uint32_t user_ref = 0,
                                std::uint32_t quantity = 0, std::uint32_t price = 0) {
    Booked b;
    b.msg.op = kCommand;
    b.msg.command = {op, 0, symbol, user_ref, quantity, price};
    return b;
  }
  static Booked state_message(std::uint8_t reason, char argument, std::uint8_t symbol) {
    Booked b;
    b.msg.op = kState;
    b.msg.reason = reason, b.msg.argument = static_cast<std::uint8_t>(argument), b.msg.symbol = symbol;
    return b;
  }
  // The book of `symbol` moves from `before` to `after`.
  Booked move(const Bbo& before, const Bbo& after, std::uint8_t symbol) const {
    Booked b;
    b.msg.op = kAdd;
    b.msg.symbol = symbol;
    b.msg.stamp = stamp_;
    b.effect = true;
    b.before = before, b.after = after;
    return b;
  }
  // With the rule of taker(): an order at that price for that many.
  Booked quote(bool sell, std::uint32_t price, std::uint32_t quantity, std::uint8_t symbol) const {
    return move({}, sell ? Bbo{kQuoted, price, quantity, kEmpty, 0, 0} : Bbo{kEmpty, 0, 0, kQuoted, price, quantity},
                symbol);
  }
  // Buys any offer or sells to any bid, whole.
  static RuleRecord taker(bool sell) {
    RuleRecord r;
    r.take = {true, static_cast<std::uint8_t>(sell ? 2 : 1), 0xFFFF'FFFF, 0, sell ? 0 : 0xFFFF'FFFF, 0};
    return r;
  }
  std::uint64_t counter(Counter c) const { return driver_.counter(c); }

  DecideDriver driver_;
  std::uint64_t stamp_ = 1'000'000;
};

}  // namespace twinpath::rtl
