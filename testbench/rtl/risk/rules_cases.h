// The rules in decide_stage, one message at a time. Limits are as wide as they can be, so what a rule wants is what the
// event says, sent or rejected.
#pragma once
#include "testbench/rtl/risk/decide_cases.h"

namespace twinpath::rtl {

inline constexpr std::uint8_t kS = 5;   // the symbol under test
inline constexpr std::uint8_t kG = 77;  // its lagging symbol
inline const Bbo kMarket{kQuoted, 1000, 50, kQuoted, 1010, 40};

struct SeenIntent {
  bool intent = false, cancel = false, side = false, book_changed = false, trusted = false, bbo_trusted = false;
  unsigned rule = 0, symbol = 0;
  std::uint32_t price = 0, quantity = 0;
  Bbo bbo;
};

class DecideRules : public DecideCases {
 protected:
  DecideRules() {
    const LimitRecord wide{true, true, 0xFFFF'FFFF, ~std::uint64_t{0}, 0xFFFF'FFFF, 0, 0x7FFF'FFFF};
    for (unsigned bank = 0; bank < 2; ++bank) {
      for (const unsigned s : {kS, kG}) rules(RuleRecord{}, bank, s), driver_.load(cfg_limits(bank, s, wide));
      driver_.load(cfg_global(bank, {~std::uint64_t{0}, 4096, 0, 0, 0}));
    }
    driver_.load(cfg_control(true, true, true, true, 1));
  }

  void rules(const RuleRecord& r, unsigned bank = 0, unsigned symbol = kS) {
    driver_.load(cfg_rules(bank, symbol, r));
    if (symbol == kS && bank == 0) rules_ = r;
  }
  // An order of ours becomes the working order of the symbol.
  void work(bool sell, std::uint32_t price) {
    const RuleRecord now = rules_;
    rules(taker(sell));
    EXPECT_EQ(driver_.send(quote(sell, price, 1, kS)).orders.size(), 1U);
    rules(now);
  }

  SeenIntent send(const Booked& b) {
    SeenIntent i;
    for (const auto& seen : driver_.send(b).events) {
      const Event& e = seen.event;
      if (e.kind == 4) i.book_changed = true, i.trusted = (e.book_flags & 16) != 0;
      if (e.kind > 3) continue;
      i.intent = true;
      i.rule = e.rule, i.cancel = e.rule == 0, i.side = e.side != 0, i.symbol = e.symbol, i.price = e.price,
      i.quantity = e.quantity, i.bbo_trusted = (e.book_flags & 16) != 0;
      i.bbo = {static_cast<std::uint8_t>(e.book_flags & 3),      e.bid_price, e.bid_quantity,
               static_cast<std::uint8_t>(e.book_flags >> 2 & 3), e.ask_price, e.ask_quantity};
    }
    return i;
  }
  Booked move(const Bbo& before, const Bbo& after, std::uint8_t symbol = kS) const {
    return DecideCases::move(before, after, symbol);
  }
  Booked to(const Bbo& after) { return move(Bbo{}, after); }
  Booked traded(bool resting_sell, std::uint32_t shares, bool through, const Bbo& market = kMarket) {
    Booked b = move(market, market);
    b.msg.op = kExecute;
    b.trade = true, b.trade_side = resting_sell, b.trade_price = 1, b.trade_quantity = shares,
    b.trade_through = through;
    return b;
  }
  Booked print(std::uint32_t price, std::uint32_t shares, const Bbo& market = kMarket) {
    Booked b = traded(false, shares, false, market);
    b.msg.op = kTrade;
    b.trade_price = price;
    return b;
  }
  void command(std::uint8_t op, std::uint16_t symbol = 0) { EXPECT_FALSE(send(command_message(op, symbol)).intent); }
  void state(std::uint8_t reason) { EXPECT_FALSE(send(state_message(reason, 0, 0)).intent); }
  bool fires(const Booked& b) { return send(b).intent; }
  void expect(const SeenIntent& i, unsigned rule, bool sell, std::uint32_t price, std::uint32_t quantity,
              std::uint8_t symbol = kS) {
    EXPECT_TRUE(i.intent);
    EXPECT_EQ(i.rule, rule);
    EXPECT_EQ(i.side, sell);
    EXPECT_EQ(i.price, price);
    EXPECT_EQ(i.quantity, quantity);
    EXPECT_EQ(i.symbol, symbol);
    EXPECT_EQ(i.cancel, rule == 0);
    EXPECT_TRUE(i.bbo_trusted);
  }

  static RuleRecord take(std::uint32_t fair, std::uint32_t edge, std::uint8_t sides = 3) {
    RuleRecord r;
    r.take = {true, sides, 30, 0, fair, edge};
    return r;
  }

  RuleRecord rules_;
};

}  // namespace twinpath::rtl
