// Risk in decide_stage, one order at a time: orders come from a rule that takes whatever is quoted.
#pragma once
#include <optional>

#include "testbench/rtl/risk/decide_cases.h"

namespace twinpath::rtl {

inline constexpr std::uint8_t kG = 9;  // the order's symbol
inline constexpr std::uint8_t kOther = 200;
enum Check : unsigned {
  kKill = 1,
  kPermission,
  kSession,
  kHalt,
  kQuantity,
  kNotional,
  kCollar,
  kPosition,
  kGross,
  kOpenOrders,
  kRate,
  kDuplicate,
  kSelfTrade
};

class DecideRisk : public DecideCases {
 protected:
  DecideRisk() {
    limits_ = {true, true, 1000, 10'000'000, 500, 1000, 100'000};
    global_ = {1'000'000'000, 100, 0, 0, 0};
    load(), load(1);
    control(true, true, 500);
  }

  void load(unsigned bank = 0) {
    driver_.load(cfg_limits(bank, kG, limits_));
    driver_.load(cfg_limits(bank, kOther, limits_));
    driver_.load(cfg_global(bank, global_));
  }
  void control(bool trading, bool any_session, std::uint32_t user_ref, bool book_events = false) {
    driver_.load(cfg_control(trading, any_session, book_events, true, user_ref));
  }
  void rules(const RuleRecord& r, std::uint8_t symbol = kG) {
    for (unsigned bank = 0; bank < 2; ++bank) driver_.load(cfg_rules(bank, symbol, r));
  }

  struct Out {
    Event event;
    std::optional<Order> order;
  };
  Out judge(const Booked& b) {
    const auto r = driver_.send(b);
    EXPECT_EQ(r.events.size(), 1U);
    if (r.events.empty()) return {};
    EXPECT_EQ(r.events[0].order, !r.orders.empty());
    return {r.events[0].event, r.orders.empty() ? std::nullopt : std::optional{r.orders[0]}};
  }
  Out enter(bool sell, std::uint32_t price, std::uint32_t quantity, std::uint8_t symbol = kG) {
    rules(taker(sell), symbol);
    return judge(quote(sell, price, quantity, symbol));
  }
  Out buy(std::uint32_t price, std::uint32_t quantity) { return enter(false, price, quantity); }
  Out sell(std::uint32_t price, std::uint32_t quantity) { return enter(true, price, quantity); }

  // A book that makes the cancel rule give up the working order, were it open.
  DecideDriver::Result away(bool sell) {
    RuleRecord r;
    r.cancel = {true, 0, 0};
    rules(r);
    return driver_.send(quote(!sell ? false : true, sell ? 0 : 0xFFFF'FFFF, 1, kG));
  }
  Out cancel(bool sell) {
    const auto r = away(sell);
    EXPECT_EQ(r.events.size(), 1U) << "nothing to cancel";
    if (r.events.empty()) return {};
    return {r.events[0].event, r.orders.empty() ? std::nullopt : std::optional{r.orders[0]}};
  }
  bool nothing_to_cancel(bool sell) { return away(sell).events.empty(); }

  Event command(CommandOp op, std::uint16_t symbol = 0, std::uint32_t user_ref = 0, std::uint32_t quantity = 0,
                std::uint32_t price = 0) {
    return judge(command_message(op, symbol, user_ref, quantity, price)).event;
  }
  Event fill(std::uint32_t user_ref, std::uint32_t quantity, std::uint32_t price) {
    return command(kCmdFill, 0, user_ref, quantity, price);
  }
  void state(std::uint8_t reason, char argument = 0, std::uint8_t symbol = kG) {
    EXPECT_EQ(judge(state_message(reason, argument, symbol)).event.reason, reason);
  }
  void trade(std::uint32_t price, std::uint8_t symbol = kG) {
    Booked b = move({}, {}, symbol);
    b.msg.op = kTrade, b.trade = true, b.trade_price = price;
    EXPECT_TRUE(driver_.send(b).events.empty());
  }

  static testing::AssertionResult sent(const Out& o) {
    if (o.event.kind == 1 && o.order && o.event.check_mask == 0 && o.event.reason == 0)
      return testing::AssertionSuccess();
    return testing::AssertionFailure() << "kind " << unsigned{o.event.kind} << " reason " << unsigned{o.event.reason};
  }
  // Rejected by exactly these checks.
  static testing::AssertionResult rejected(const Out& o, std::initializer_list<unsigned> checks) {
    std::uint32_t mask = 0;
    for (const unsigned c : checks) mask |= 1U << (c - 1);
    if (o.event.kind == 2 && !o.order && o.event.check_mask == mask && o.event.reason == *checks.begin() &&
        (o.event.rule == 0 || o.event.user_ref == 0)) {
      return testing::AssertionSuccess();
    }
    return testing::AssertionFailure() << "kind " << unsigned{o.event.kind} << " reason " << unsigned{o.event.reason}
                                       << " mask " << o.event.check_mask << " user_ref " << o.event.user_ref;
  }

  LimitRecord limits_;
  GlobalLimits global_;
};

}  // namespace twinpath::rtl
