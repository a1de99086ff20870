// STATE and COMMAND events, what they say of the state they change, and message counters.
#include <map>

#include "testbench/path/core_fixture.h"

namespace twinpath::testing {
namespace {

constexpr std::uint8_t kAskQuoted = 1 << 2;

std::uint8_t kind(EventKind k) { return static_cast<std::uint8_t>(k); }
std::uint8_t code(Reason r) { return static_cast<std::uint8_t>(r); }
std::uint8_t code(StateReason r) { return static_cast<std::uint8_t>(r); }

// ---- STATE
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
