#include "host/path/decision_core.h"

#include <map>

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
std::uint8_t code(StateReason r) { return static_cast<std::uint8_t>(r); }
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

// ---- BOOK
// --------------------------------------------------------------------------------------------------------------
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

// ---- STATE
// -------------------------------------------------------------------------------------------------------------
TEST_F(CoreTest, SendsAStateEventForEachMessageThatTakesEffect) {
  start();
  struct Case {
    Bytes message;
    StateReason reason;
    std::uint16_t symbol;
  };
  const Case cases[] = {
      {system_event('Q'), StateReason::system_event, 0},
      {system_event('M'), StateReason::system_event, 0},
      {trading_action(kB, 'H'), StateReason::trading_action, 1},
      {trading_action(kB, 'T'), StateReason::trading_action, 1},
      {auction_collar(kB), StateReason::luld_collar, 1},
      {operational_halt(kB, 'Q', 'H'), StateReason::operational_halt, 1},
      {operational_halt(kB, 'Q', 'T'), StateReason::operational_halt, 1},
      {circuit_breaker(), StateReason::mwcb_status, 0},
  };
  std::uint64_t time = 10;
  for (const Case& c : cases) {
    const std::uint64_t sequence = sequence_;
    const auto out = send(++time, {c.message});
    ASSERT_EQ(kinds(out), "state") << name(c.reason);
    Event want{};
    want.kind = kind(EventKind::state);
    want.reason = code(c.reason);
    want.symbol = c.symbol;
    want.time = time;
    want.sequence = sequence;
    want.frame = static_cast<std::uint32_t>(sequence - 1);
    want.msg_type = c.message[0];
    expect_event(out[0].event, want);
  }
}

TEST_F(CoreTest, SendsNoStateEventForWhatHasNoEffect) {
  start();
  for (const char c : {'O', 'S', 'E', 'C', 'q'}) EXPECT_EQ(kinds(send(1, {system_event(c)})), "");
  EXPECT_EQ(kinds(send(2, {operational_halt(kA, 'B', 'H'), operational_halt(kA, 'X', 'H')})), "");
  EXPECT_TRUE(core_->risk().tradable(0));
  EXPECT_EQ(kinds(send(3, {trading_action(33, 'H'), auction_collar(33), operational_halt(33, 'Q', 'H')})), "");
  EXPECT_EQ(count(Counter::other_symbol), 3u);
}

TEST_F(CoreTest, FollowsTheTradingStateOfASymbol) {
  start();
  EXPECT_TRUE(core_->risk().tradable(0));
  for (const char c : {'H', 'P', 'Q', 't', ' '}) {
    send(1, {trading_action(kA, c)});
    EXPECT_FALSE(core_->risk().tradable(0)) << c;
    send(1, {trading_action(kA, 'T')});
    EXPECT_TRUE(core_->risk().tradable(0)) << c;
  }
  send(2, {auction_collar(kA)});
  EXPECT_FALSE(core_->risk().tradable(0));
  send(3, {trading_action(kA, 'T')});
  EXPECT_TRUE(core_->risk().tradable(0)) << "H ends the auction";
  send(4, {operational_halt(kA, 'Q', 'H'), trading_action(kA, 'T')});
  EXPECT_FALSE(core_->risk().tradable(0));
  send(5, {operational_halt(kA, 'Q', 'T')});
  EXPECT_TRUE(core_->risk().tradable(0));
  EXPECT_TRUE(core_->risk().tradable(1)) << "all of it was the other symbol's";
}

TEST_F(CoreTest, MakesEveryBookUntrustedWhenTheFeedGoesStale) {
  take_rule(config_.banks[0]);
  start();
  send(1, {add(kA, 1, 'S', 10, kBase + 500)});
  const auto bad = send(2, {add(kB, 2, 'S', 10, kBase)}, true);
  ASSERT_EQ(kinds(bad), "book state");
  Event want{};
  want.kind = kind(EventKind::state);
  want.reason = code(StateReason::fcs_error);
  want.time = 2;
  want.sequence = 3;
  want.frame = 1;
  expect_event(bad[1].event, want);
  const auto out = send(3, {add(kA, 3, 'S', 10, kBase + 200)});
  ASSERT_EQ(kinds(out), "book") << "no rule is evaluated";
  EXPECT_EQ(out[0].event.book_flags, kAskQuoted) << "the book goes on, untrusted";
  command(4, CommandOp::trust, 0);
  EXPECT_EQ(kinds(send(5, {add(kA, 4, 'S', 10, kBase + 200)})), "book")
      << "trusting one symbol does not make the feed fresh";
  command(6, CommandOp::trust, 0xFFFF);
  EXPECT_EQ(kinds(send(7, {add(kA, 5, 'S', 10, kBase + 200)})), "book order");
}

TEST_F(CoreTest, LosesTrustAtADeadlineBeforeTheReplay) {
  take_rule(config_.banks[0]);
  start();
  sequence_ = 3;
  EXPECT_EQ(kinds(send(10, {add(kA, 1, 'S', 10, kBase + 200)})), "");
  const auto out = command(5000, CommandOp::none);
  ASSERT_EQ(kinds(out), "state book command");
  Event want{};
  want.kind = kind(EventKind::state);
  want.reason = code(StateReason::gap_lost);
  want.time = 1010;
  want.sequence = 3;
  expect_event(out[0].event, want);
  EXPECT_EQ(out[1].event.time, 1010u);
  EXPECT_EQ(out[1].event.book_flags, kAskQuoted);
}

TEST_F(CoreTest, RejectsOrdersAfterTheEndOfTheSession) {
  take_rule(config_.banks[0]);
  start();
  Packet end;
  end.count = 0xFFFF;
  end.sequence = sequence_;
  ASSERT_EQ(kinds(frame(1, end.frame())), "state");
  const auto out = send(2, {add(kA, 1, 'S', 10, kBase + 200)});
  ASSERT_EQ(kinds(out), "book reject");
  EXPECT_EQ(out[1].event.reason, code(Reason::session));
}

TEST_F(CoreTest, OpensAndClosesTheMarketBySystemEvents) {
  take_rule(config_.banks[0]);
  config_.any_session = false;
  start();
  EXPECT_EQ(kinds(send(1, {add(kA, 1, 'S', 10, kBase + 200)})), "book reject");
  EXPECT_EQ(kinds(send(2, {system_event('Q'), add(kA, 2, 'S', 10, kBase + 200)})), "state book order");
  EXPECT_EQ(kinds(send(3, {system_event('M'), add(kA, 3, 'S', 10, kBase + 200)})), "state book reject");
  send(4, {system_event('Q'), circuit_breaker()});
  EXPECT_EQ(kinds(send(5, {add(kA, 4, 'S', 10, kBase + 200)})), "book reject");
  command(6, CommandOp::resume);
  EXPECT_EQ(kinds(send(7, {add(kA, 5, 'S', 10, kBase + 200)})), "book order");
}

// ---- COMMAND
// -----------------------------------------------------------------------------------------------------------
TEST_F(CoreTest, AnswersEveryCommandWithItsOperands) {
  start();
  for (unsigned op = 0; op < 256; ++op) {
    const auto out = command(10 + op, Command{static_cast<CommandOp>(op), 0, 1, 1234, 5, 6});
    ASSERT_EQ(kinds(out), "command") << op;
    const Event& e = out[0].event;
    Event want{};
    want.kind = kind(EventKind::command);
    want.reason = static_cast<std::uint8_t>(op);
    want.time = 10 + op;
    want.symbol = 1;
    want.user_ref = 1234;
    want.quantity = 5;
    want.price = 6;
    if (op == 8) {
      want.position = 6;
      want.gross_lo = 6ull * kBase;
    }
    expect_event(e, want);
  }
  EXPECT_EQ(count(Counter::commands), 256u);
  EXPECT_EQ(count(Counter::bad_command), 256u - 11);
  EXPECT_EQ(count(Counter::unknown_order), 3u) << "ACK, FILL and DONE";
}

TEST_F(CoreTest, ShowsTheStateAfterFillDoneAndPosition) {
  take_rule(config_.banks[0], 1);
  start();
  send(1, {add(kB, 1, 'S', 50, kBase + 200)});
  Event want{};
  want.kind = kind(EventKind::command);
  want.reason = static_cast<std::uint8_t>(CommandOp::fill);
  want.time = 2;
  want.user_ref = 1;
  want.quantity = 20;
  want.price = kBase + 100;
  want.position = 20;
  want.open_buy = 30;
  want.gross_lo = 30ull * (kBase + 200) + 20ull * (kBase + 100);
  want.open_count = 1;
  expect_event(command(2, CommandOp::fill, 0, 1, 20, kBase + 100)[0].event, want);
  want = {};
  want.kind = kind(EventKind::command);
  want.reason = static_cast<std::uint8_t>(CommandOp::done);
  want.time = 3;
  want.user_ref = 1;
  want.position = 20;
  want.gross_lo = 20ull * (kBase + 100);
  expect_event(command(3, CommandOp::done, 0, 1)[0].event, want);
  const auto out = command(4, CommandOp::position, 1, 0, 0, static_cast<std::uint32_t>(-7));
  EXPECT_EQ(out[0].event.position, -7);
  EXPECT_EQ(out[0].event.gross_lo, 7ull * kBase);
}

TEST_F(CoreTest, ChecksTheSymbolOfTrustAndPosition) {
  start();
  command(1, CommandOp::position, 256, 0, 0, 5);
  command(2, CommandOp::trust, 256);
  command(3, CommandOp::trust, 0xFFFE);
  command(4, CommandOp::position, 0xFFFF, 0, 0, 5);
  EXPECT_EQ(count(Counter::bad_command), 4u);
  command(5, CommandOp::trust, 0xFFFF);
  command(6, CommandOp::trust, 255);
  command(7, CommandOp::position, 255, 0, 0, 5);
  command(8, CommandOp::kill, 0xFFFF);
  EXPECT_EQ(count(Counter::bad_command), 4u);
}

TEST_F(CoreTest, SwapsRulesAndLimitsBetweenTwoInputs) {
  take_rule(config_.banks[1]);
  config_.banks[1].limits[0].reference_price = kBase + 7;
  start();
  EXPECT_EQ(kinds(send(1, {add(kA, 1, 'S', 10, kBase + 200)})), "book");
  command(2, CommandOp::swap);
  const auto out = send(3, {add(kA, 2, 'S', 10, kBase + 200)});
  ASSERT_EQ(kinds(out), "book order");
  EXPECT_EQ(out[1].event.collar_reference, kBase + 7u);
  EXPECT_EQ(command(4, CommandOp::position, 0, 0, 0, 1)[0].event.gross_lo, (kBase + 7ull) + 20ull * (kBase + 200));
  command(5, CommandOp::swap);
  EXPECT_EQ(kinds(send(6, {add(kA, 3, 'S', 10, kBase + 200)})), "book");
}

TEST_F(CoreTest, LoadsTheBankThatIsNotActive) {
  start();
  Bank bank = config_.banks[0];
  take_rule(bank);
  core_->load_inactive_bank(bank);
  EXPECT_EQ(kinds(send(1, {add(kA, 1, 'S', 10, kBase + 200)})), "book");
  command(2, CommandOp::swap);
  EXPECT_EQ(kinds(send(3, {add(kA, 2, 'S', 10, kBase + 200)})), "book order");
}

// ---- counters
// ----------------------------------------------------------------------------------------------------------
TEST_F(CoreTest, CountsEveryMessageByItsType) {
  start();
  const std::map<char, Counter> types = {{'S', Counter::msg_system_event},
                                         {'R', Counter::msg_stock_directory},
                                         {'H', Counter::msg_trading_action},
                                         {'Y', Counter::msg_reg_sho},
                                         {'L', Counter::msg_participant_position},
                                         {'V', Counter::msg_mwcb_decline},
                                         {'W', Counter::msg_mwcb_status},
                                         {'K', Counter::msg_ipo_quoting},
                                         {'J', Counter::msg_luld_collar},
                                         {'h', Counter::msg_operational_halt},
                                         {'A', Counter::msg_add},
                                         {'F', Counter::msg_add_mpid},
                                         {'E', Counter::msg_executed},
                                         {'C', Counter::msg_executed_price},
                                         {'X', Counter::msg_cancel},
                                         {'D', Counter::msg_delete},
                                         {'U', Counter::msg_replace},
                                         {'P', Counter::msg_trade},
                                         {'Q', Counter::msg_cross_trade},
                                         {'B', Counter::msg_broken_trade},
                                         {'I', Counter::msg_noii},
                                         {'N', Counter::msg_rpii},
                                         {'O', Counter::msg_direct_listing}};
  ASSERT_EQ(types.size(), 23u);
  const std::string looked_up = "HJhAFECXDUP";
  std::uint64_t others = 0;
  for (const auto& [type, counter] : types) {
    Bytes m(itch::message_length(static_cast<std::uint8_t>(type)));
    m[0] = static_cast<std::uint8_t>(type);  // locate 0 is nobody's
    send(1, {m});
    EXPECT_EQ(count(counter), 1u) << type;
    others += looked_up.find(type) != std::string::npos;
    EXPECT_EQ(count(Counter::other_symbol), others) << type;
  }
  EXPECT_EQ(count(Counter::messages), 23u);
}

TEST_F(CoreTest, TakesTheSideOfAnAddFromItsIndicatorAndTreatsFAsA) {
  start();
  itch::AddOrderMpid f;
  f.stock_locate = kA, f.order_reference_number = 1, f.buy_sell_indicator = 'B', f.shares = 3, f.price = kBase;
  auto out = send(1, {encode(f)});
  ASSERT_EQ(kinds(out), "book");
  EXPECT_EQ(out[0].event.bid_quantity, 3u);
  EXPECT_EQ(out[0].event.msg_type, 'F');
  out = send(2, {add(kA, 2, 'b', 3, kBase + 500)});
  EXPECT_EQ(out[0].event.ask_quantity, 3u) << "anything but 'B' sells";
}

}  // namespace
}  // namespace twinpath::testing
