#include "host/path/decision_core.h"

#include "host/wire/ouch50.h"
#include "testbench/path/core_fixture.h"

namespace twinpath::testing {
namespace {

constexpr std::uint8_t kBidQuoted = 1;
constexpr std::uint8_t kAskQuoted = 1 << 2;
constexpr std::uint8_t kTrusted = 1 << 4;
constexpr std::uint8_t kBoth = kBidQuoted | kAskQuoted | kTrusted;

std::uint8_t kind(EventKind k) { return static_cast<std::uint8_t>(k); }
std::uint8_t code(Reason r) { return static_cast<std::uint8_t>(r); }
std::uint8_t code(Rule r) { return static_cast<std::uint8_t>(r); }

TEST_F(CoreTest, ExplainsAnOrderFieldByField) {
  take_rule(config_.banks[0]);
  start();
  const auto out = send(100, {add(kA, 5, 'B', 100, kBase), add(kA, 6, 'S', 50, kBase + 200)});
  ASSERT_EQ(kinds(out), "book book order");

  Event book{};
  book.kind = kind(EventKind::book);
  book.time = 100;
  book.sequence = 1;
  book.msg_type = 'A';
  book.reference = 5;
  book.bid_price = kBase;
  book.bid_quantity = 100;
  book.book_flags = kBidQuoted | kTrusted;
  expect_event(out[0].event, book);
  book.sequence = 2;
  book.msg_index = 1;
  book.reference = 6;
  book.ask_price = kBase + 200;
  book.ask_quantity = 50;
  book.book_flags = kBoth;
  expect_event(out[1].event, book);

  Event order = book;
  order.kind = kind(EventKind::order);
  order.rule = code(Rule::take);
  order.user_ref = 1;
  order.quantity = 50;  // of the 80 wanted
  order.price = kBase + 200;
  order.collar_reference = kBase;
  expect_event(out[2].event, order);

  ASSERT_EQ(out[2].frame.size(), kEnterFrameBytes);
  const auto o = ouch::EnterOrder::read(&out[2].frame[42]);
  EXPECT_EQ(o.user_ref_num, 1u);
  EXPECT_EQ(o.side, 'B');
  EXPECT_EQ(o.quantity, 50u);
  EXPECT_EQ(o.price, kBase + 200u);
  EXPECT_EQ(std::string(o.symbol.data(), 8), "AAA     ");
  EXPECT_EQ(count(Counter::orders), 1u);
  EXPECT_EQ(count(Counter::rule_take), 1u);
}

TEST_F(CoreTest, ExplainsARejectionWithTheStateItSaw) {
  take_rule(config_.banks[0]);
  limit().max_position = 130;
  limit().collar = 150;
  start();
  ASSERT_EQ(kinds(send(100, {add(kA, 5, 'B', 100, kBase), add(kA, 6, 'S', 50, kBase + 100)})), "book book order");
  command(110, CommandOp::position, 0, 0, 0, 40);
  const auto out = send(120, {add(kA, 7, 'S', 60, kBase + 100)});
  ASSERT_EQ(kinds(out), "book reject");
  Event want{};
  want.kind = kind(EventKind::reject);
  want.reason = code(Reason::position);  // 40 + 50 open + 80 > 130
  want.rule = code(Rule::take);
  want.time = 120;
  want.sequence = 3;
  want.frame = 1;
  want.msg_type = 'A';
  want.book_flags = kBoth;
  want.quantity = 80;
  want.price = kBase + 100;
  want.check_mask = 1u << 7;
  want.reference = 7;
  want.bid_price = kBase;
  want.bid_quantity = 100;
  want.ask_price = kBase + 100;
  want.ask_quantity = 110;
  want.position = 40;
  want.open_buy = 50;
  want.collar_reference = kBase;
  want.gross_lo = 50ull * (kBase + 100) + 40ull * kBase;
  want.open_count = 1;
  expect_event(out[1].event, want);
  EXPECT_TRUE(out[1].frame.empty());
  EXPECT_EQ(count(Counter::reject_position), 1u);
  EXPECT_EQ(count(Counter::orders), 1u);
}

TEST_F(CoreTest, NamesTheFirstFailingCheckAndAllOfThem) {
  take_rule(config_.banks[0]);
  limit().permit_buy = false;
  limit().max_quantity = 49;
  config_.symbols_start_trading = false;
  start();
  const auto out = send(100, {add(kA, 6, 'S', 50, kBase + 200)});
  ASSERT_EQ(kinds(out), "book reject");
  EXPECT_EQ(out[1].event.reason, code(Reason::permission));
  EXPECT_EQ(out[1].event.check_mask, 1u << 1 | 1u << 3 | 1u << 4);
  EXPECT_EQ(count(Counter::reject_permission), 1u);
  EXPECT_EQ(count(Counter::reject_halt), 0u);
}

TEST_F(CoreTest, CancelsTheWorkingOrderAndExplainsIt) {
  take_rule(config_.banks[0]);
  rule().cancel = {.enabled = true, .cooldown = 0, .distance = 100};
  start();
  send(100, {add(kA, 6, 'S', 50, kBase + 200)});
  const auto out = send(200, {replaced(kA, 6, 7, 50, kBase + 301)});  // off the grid: unknown, nothing is evaluated
  EXPECT_EQ(kinds(out), "book");
  const auto cancel = send(300, {replaced(kA, 7, 8, 50, kBase + 400)});
  ASSERT_EQ(kinds(cancel), "book cancel");
  Event want{};
  want.kind = kind(EventKind::cancel);
  want.rule = code(Rule::cancel);
  want.time = 300;
  want.sequence = 3;
  want.frame = 2;
  want.msg_type = 'U';
  want.book_flags = kAskQuoted | kTrusted;
  want.user_ref = 1;
  want.price = kBase + 200;
  want.reference = 8;  // the replacement's
  want.ask_price = kBase + 400;
  want.ask_quantity = 50;
  want.open_buy = 50;
  want.collar_reference = kBase;
  want.gross_lo = 50ull * (kBase + 200);
  want.open_count = 1;
  expect_event(cancel[1].event, want);
  ASSERT_EQ(cancel[1].frame.size(), kCancelFrameBytes);
  EXPECT_EQ(cancel[1].frame[42], 'X');
  EXPECT_EQ(load_be32(&cancel[1].frame[43]), 1u);
  EXPECT_EQ(kinds(send(400, {add(kA, 9, 'S', 1, kBase + 400)})), "book") << "one cancel is enough";
}

TEST_F(CoreTest, RejectsACancelForTheRateOnlyAndTriesAgain) {
  take_rule(config_.banks[0]);
  rule().cancel = {.enabled = true, .cooldown = 0, .distance = 0};
  config_.banks[0].global.rate_interval = 1000;
  start();
  send(100, {add(kA, 6, 'S', 50, kBase + 200)});
  command(150, CommandOp::kill);
  const auto out = send(200, {replaced(kA, 6, 7, 50, kBase + 400)});
  ASSERT_EQ(kinds(out), "book reject");
  const Event& e = out[1].event;
  EXPECT_EQ(e.reason, code(Reason::rate));
  EXPECT_EQ(e.check_mask, 1u << 10);
  EXPECT_EQ(e.rule, code(Rule::cancel));
  EXPECT_EQ(e.user_ref, 1u);
  EXPECT_EQ(e.quantity, 0u);
  EXPECT_EQ(e.price, kBase + 200u);
  EXPECT_EQ(count(Counter::reject_rate), 1u);
  EXPECT_EQ(kinds(send(1100, {add(kA, 8, 'S', 1, kBase + 400)})), "book cancel") << "also while killed";
}

TEST_F(CoreTest, ShowsTheLaggersBookInALeadLagOrder) {
  rule().lead_lag = {.enabled = true, .sides = 3, .quantity = 10, .cooldown = 0, .threshold = 100, .lagger = 1};
  start();
  send(100, {add(kB, 1, 'B', 30, kBase + 1000), add(kB, 2, 'S', 40, kBase + 1100), add(kA, 3, 'B', 5, kBase)});
  const auto out = send(200, {add(kA, 4, 'B', 5, kBase + 100)});
  ASSERT_EQ(kinds(out), "book order");
  EXPECT_EQ(out[0].event.symbol, 0u);
  const Event& e = out[1].event;
  EXPECT_EQ(e.symbol, 1u);
  EXPECT_EQ(e.trigger, 0u);
  EXPECT_EQ(e.reference, 4u);
  EXPECT_EQ(e.bid_price, kBase + 1000u);
  EXPECT_EQ(e.ask_price, kBase + 1100u);
  EXPECT_EQ(e.bid_quantity, 30u);
  EXPECT_EQ(e.ask_quantity, 40u);
  EXPECT_EQ(e.price, kBase + 1100u);
  EXPECT_EQ(std::string(out[1].frame.begin() + 52, out[1].frame.begin() + 60), "BBB     ");
  // The lagger's trusted flag counts: a duplicate makes it untrusted.
  send(300, {add(kB, 1, 'B', 30, kBase)});
  EXPECT_EQ(kinds(send(400, {add(kA, 5, 'B', 5, kBase + 300)})), "book");
}

TEST_F(CoreTest, NamesSymbolAndTriggerApart) {
  config_.banks[0].rules[1].lead_lag = {
      .enabled = true, .sides = 3, .quantity = 10, .cooldown = 0, .threshold = 100, .lagger = 0};
  start();
  send(100, {add(kA, 2, 'S', 40, kBase + 1100), add(kB, 3, 'B', 5, kBase)});
  const auto out = send(200, {add(kB, 4, 'B', 5, kBase + 100)});
  ASSERT_EQ(kinds(out), "book order");
  EXPECT_EQ(out[0].event.symbol, 1u);
  EXPECT_EQ(out[0].event.trigger, 0u);
  EXPECT_EQ(out[1].event.symbol, 0u);
  EXPECT_EQ(out[1].event.trigger, 1u);
}

TEST_F(CoreTest, CarriesTheTradeThatTriggeredAndTakesItAsTheCollarsReference) {
  rule().momentum = {
      .enabled = true, .sides = 3, .quantity = 10, .cooldown = 0, .min_shares = 20, .large = true, .through = false};
  start();
  send(100, {add(kA, 1, 'S', 100, kBase + 200), add(kA, 2, 'B', 100, kBase)});
  auto out = send(200, {executed(kA, 1, 20)});
  ASSERT_EQ(kinds(out), "book order");
  EXPECT_EQ(out[1].event.trade_price, kBase + 200u);
  EXPECT_EQ(out[1].event.trade_quantity, 20u);
  EXPECT_EQ(out[1].event.collar_reference, kBase + 200u);
  EXPECT_EQ(out[1].event.reference, 1u);
  EXPECT_EQ(out[0].event.trade_price, 0u) << "BOOK has no trade";
  command(250, CommandOp::done, 0, 1);  // or the sell would trade with it
  out = send(300, {executed_at(kA, 2, 30, kBase + 50, 'Y')});
  ASSERT_EQ(kinds(out), "book order");
  EXPECT_EQ(out[1].event.side, 1u);
  EXPECT_EQ(out[1].event.trade_price, kBase + 50u);
  EXPECT_EQ(out[1].event.collar_reference, kBase + 50u);
  EXPECT_EQ(kinds(send(400, {executed_at(kA, 2, 30, kBase + 70, 'N')})), "book") << "not printable: no trade";
  command(450, CommandOp::done, 0, 2);
  out = send(500, {hidden_trade(kA, 25, kBase + 200)});
  ASSERT_EQ(kinds(out), "order") << "the book has not changed";
  EXPECT_EQ(out[0].event.reference, 0u);
  EXPECT_EQ(out[0].event.msg_type, 'P');
  EXPECT_EQ(out[0].event.collar_reference, kBase + 200u);
}

TEST_F(CoreTest, RemembersTheLastTradeAlsoWhenNothingIsEvaluated) {
  take_rule(config_.banks[0]);
  limit().collar = 100;
  start();
  command(1, CommandOp::disarm);
  EXPECT_EQ(kinds(send(2, {hidden_trade(kA, 1, kBase + 5000)})), "");
  command(3, CommandOp::arm);
  const auto out = send(4, {add(kA, 1, 'S', 100, kBase + 200)});
  ASSERT_EQ(kinds(out), "book reject");
  EXPECT_EQ(out[1].event.reason, code(Reason::collar));
  EXPECT_EQ(out[1].event.collar_reference, kBase + 5000u);
}

TEST_F(CoreTest, EvaluatesOnlyWhenArmedTrustedAndNotCrossed) {
  take_rule(config_.banks[0]);
  config_.armed = false;
  start();
  EXPECT_EQ(kinds(send(1, {add(kA, 1, 'S', 1, kBase + 200)})), "book");
  command(2, CommandOp::arm);
  EXPECT_EQ(kinds(send(3, {add(kA, 2, 'S', 1, kBase + 200)})), "book order");
  EXPECT_EQ(kinds(send(4, {add(kA, 3, 'B', 1, kBase + 200)})), "book") << "locked";
  EXPECT_EQ(kinds(send(5, {deleted(kA, 3)})), "book order");
  EXPECT_EQ(kinds(send(6, {add(kA, 2, 'S', 1, kBase + 200)})), "book") << "a duplicate: untrusted from here on";
  EXPECT_EQ(kinds(send(7, {add(kA, 4, 'S', 1, kBase + 200)})), "book");
  command(8, CommandOp::trust, 0);
  EXPECT_EQ(kinds(send(9, {add(kA, 5, 'S', 1, kBase + 200)})), "book order");
  EXPECT_EQ(kinds(send(10, {add(kA, 6, 'S', 1, kBase - 1)})), "book") << "an offer below the window: unknown";
  command(11, CommandOp::trust, 0);
  EXPECT_EQ(kinds(send(12, {cancelled(kA, 5, 0)})), "") << "TRUST does not make an unknown side known";
}

TEST_F(CoreTest, DoesNotEvaluateAMessageWithoutEffect) {
  rule().momentum = {
      .enabled = true, .sides = 3, .quantity = 10, .cooldown = 0, .min_shares = 0, .large = true, .through = true};
  start();
  send(1, {add(kA, 1, 'S', 10, kBase + 200)});
  EXPECT_EQ(kinds(send(2, {executed(kA, 77, 5), executed(kB, 1, 5), add(kA, 9, 'B', 0, kBase)})), "");
  EXPECT_EQ(count(Counter::unknown_reference), 2u);
  EXPECT_EQ(count(Counter::zero_quantity), 1u);
}

TEST_F(CoreTest, SendsNoOrderBetweenKillAndRelease) {
  take_rule(config_.banks[0]);
  start();
  command(1, CommandOp::kill);
  const auto out = send(2, {add(kA, 1, 'S', 1, kBase + 200)});
  ASSERT_EQ(kinds(out), "book reject");
  EXPECT_EQ(out[1].event.reason, code(Reason::kill));
  command(3, CommandOp::kill);
  command(4, CommandOp::release);
  EXPECT_EQ(kinds(send(5, {add(kA, 2, 'S', 1, kBase + 200)})), "book order") << "a kill is a switch, not a count";
}

// ---- BOOK
TEST_F(CoreTest, SendsABookEventForTheTrustedFlagAlone) {
  start();
  send(1, {add(kA, 1, 'S', 10, kBase + 200)});
  const auto out = send(2, {add(kA, 1, 'S', 10, kBase + 300)});
  ASSERT_EQ(kinds(out), "book");
  EXPECT_EQ(out[0].event.book_flags, kAskQuoted);
  EXPECT_EQ(out[0].event.ask_quantity, 10u);
  EXPECT_EQ(kinds(send(3, {add(kA, 1, 'S', 10, kBase + 300)})), "") << "it is untrusted already";
  EXPECT_EQ(kinds(send(4, {add(kA, 2, 'S', 10, kBase + 900)})), "") << "behind the best offer nothing changes";
}

TEST_F(CoreTest, SendsNoBookEventsWhenConfiguredSoAndTheSameOrders) {
  take_rule(config_.banks[0]);
  config_.book_events = false;
  start();
  EXPECT_EQ(kinds(send(1, {add(kA, 1, 'S', 10, kBase + 200), deleted(kA, 1)})), "order");
}

}  // namespace
}  // namespace twinpath::testing
