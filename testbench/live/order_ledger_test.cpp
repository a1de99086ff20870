// The ledger of open orders and the watch on the books, event by event.
#include "host/path/order_ledger.h"

#include <gtest/gtest.h>

#include <memory>

#include "host/live/book_watch.h"

namespace twinpath {
namespace {

Event order(std::uint32_t user_ref, std::uint16_t symbol, std::uint32_t quantity) {
  Event e{};
  e.kind = static_cast<std::uint8_t>(EventKind::order);
  e.user_ref = user_ref, e.symbol = symbol, e.quantity = quantity, e.price = 10'000;
  return e;
}

Event command(CommandOp op, std::uint32_t user_ref, std::uint32_t quantity = 0, std::int32_t position = 0) {
  Event e{};
  e.kind = static_cast<std::uint8_t>(EventKind::command);
  e.reason = static_cast<std::uint8_t>(op);
  e.user_ref = user_ref, e.quantity = quantity, e.position = position;
  return e;
}

TEST(OrderLedger, FollowsAnOrderToItsEnd) {
  OrderLedger ledger;
  ledger.on_event(order(7, 3, 100));
  ledger.on_event(order(8, 3, 50));
  EXPECT_EQ(ledger.open(), 2u);
  ledger.on_event(command(CommandOp::ack, 7));
  ASSERT_NE(ledger.order(7), nullptr);
  EXPECT_TRUE(ledger.order(7)->acknowledged);
  EXPECT_FALSE(ledger.order(8)->acknowledged);
  ledger.on_event(command(CommandOp::fill, 7, 30, 30));
  EXPECT_EQ(ledger.order(7)->leaves, 70u);
  EXPECT_EQ(ledger.position(3), 30);
  Event cancel = order(7, 3, 0);
  cancel.kind = static_cast<std::uint8_t>(EventKind::cancel);
  ledger.on_event(cancel);
  EXPECT_TRUE(ledger.order(7)->cancel_sent);
  ledger.on_event(command(CommandOp::done, 7, 0, 30));
  EXPECT_EQ(ledger.order(7), nullptr);
  ledger.on_event(command(CommandOp::fill, 8, 50, 80));
  EXPECT_EQ(ledger.open(), 0u);
  EXPECT_EQ(ledger.position(3), 80);
}

TEST(OrderLedger, AnswersToUnknownOrdersChangeNothing) {
  OrderLedger ledger;
  ledger.on_event(order(7, 3, 100));
  ledger.on_event(command(CommandOp::done, 7 + 4096));
  ledger.on_event(command(CommandOp::fill, 9, 10, 0));
  EXPECT_EQ(ledger.open(), 1u);
  ledger.on_event(command(CommandOp::fill, 7, 500, 500));  // more than was ordered
  EXPECT_EQ(ledger.open(), 0u);
  EXPECT_EQ(ledger.position(3), 500);
}

constexpr std::uint8_t kBoth = 16 | 1 << 2 | 1, kOneSide = 16 | 1, kUntrusted = 1 << 2 | 1, kUnknownSide = 2 << 2 | 1;

Event book(std::uint16_t symbol, std::uint8_t flags) {
  Event e{};
  e.kind = static_cast<std::uint8_t>(EventKind::book);
  e.symbol = symbol, e.book_flags = flags;
  return e;
}

Event state(StateReason reason) {
  Event e{};
  e.kind = static_cast<std::uint8_t>(EventKind::state);
  e.reason = static_cast<std::uint8_t>(reason);
  return e;
}

Event trust(std::uint16_t symbol) {
  Event e = command(CommandOp::trust, 0);
  e.symbol = symbol;
  return e;
}

BookWatch two_symbols() {
  Bank bank;
  bank.rules[0].take.enabled = true;
  bank.rules[5].lead_lag.enabled = true;
  bank.rules[5].lead_lag.lagger = 2;
  bank.rules[9].take.enabled = true;  // may not trade
  for (const unsigned s : {0u, 2u, 5u}) bank.limits[s].permit_buy = true;
  BookWatch watch;
  watch.use(bank);
  return watch;
}

TEST(BookWatch, IsReadyWhenTheBooksThatTradeHaveBothSides) {
  BookWatch watch = two_symbols();
  EXPECT_EQ(watch.trading(), 2u);
  EXPECT_FALSE(watch.ready());
  watch.on_event(book(0, kBoth));
  watch.on_event(book(5, kBoth));  // only leads
  EXPECT_EQ(watch.incomplete(), 1u);
  watch.on_event(book(2, kOneSide));
  EXPECT_FALSE(watch.ready());
  watch.on_event(book(2, kBoth));
  EXPECT_TRUE(watch.ready());
  watch.on_event(book(0, kUntrusted));
  EXPECT_FALSE(watch.ready());
  EXPECT_FALSE(watch.complete(0));
  watch.on_event(trust(0));
  EXPECT_TRUE(watch.ready());
}

TEST(BookWatch, WaitsForAllThatMayBeTradedWithAnotherStrategyThanTheRules) {
  auto bank = std::make_unique<Bank>();
  bank->limits[4].permit_sell = true;
  BookWatch watch;
  watch.use(*bank);
  EXPECT_FALSE(watch.trades(4));
  watch.use(*bank, false);
  EXPECT_TRUE(watch.trades(4));
  EXPECT_FALSE(watch.trades(5));
}

TEST(BookWatch, AnUnknownSideIsNotMadeGoodByTrust) {
  BookWatch watch = two_symbols();
  watch.on_event(book(0, kUnknownSide));
  watch.on_event(book(2, kBoth));
  watch.on_event(trust(0xFFFF));
  EXPECT_FALSE(watch.ready());
  watch.on_event(book(0, kBoth));
  EXPECT_TRUE(watch.ready());
}

TEST(BookWatch, ALostGapLastsUntilAllAreTrusted) {
  for (const StateReason reason : {StateReason::gap_lost, StateReason::fcs_error}) {
    BookWatch watch = two_symbols();
    watch.on_event(book(0, kBoth));
    watch.on_event(book(2, kBoth));
    watch.on_event(state(StateReason::trading_action));
    EXPECT_TRUE(watch.ready());
    watch.on_event(state(reason));
    EXPECT_TRUE(watch.stale());
    EXPECT_FALSE(watch.ready());
    watch.on_event(book(0, kUntrusted));
    watch.on_event(trust(0));
    EXPECT_FALSE(watch.ready());
    watch.on_event(trust(0xFFFF));
    EXPECT_TRUE(watch.ready());
  }
}

TEST(BookWatch, OtherRulesMakeOtherBooksTrade) {
  BookWatch watch = two_symbols();
  watch.on_event(book(0, kBoth));
  Bank bank;
  bank.rules[0].momentum.enabled = true;
  bank.limits[0].permit_sell = true;
  watch.use(bank);
  EXPECT_TRUE(watch.ready());
}

}  // namespace
}  // namespace twinpath
