// The contract of SEM 9: what a strategy is told, what becomes of what it asks for, and that nothing gets past risk.
#include <deque>
#include <functional>

#include "bench/generated_session.h"
#include "host/path/core_image.h"
#include "host/path/fused_path.h"
#include "host/path/path_registry.h"
#include "host/path/replay.h"
#include "host/strategy/rule_strategy.h"
#include "testbench/path/core_fixture.h"

namespace twinpath::testing {
namespace {

// Remembers what a strategy was told, and answers as the test says.
struct Script {
  std::vector<BookUpdate> books;
  std::vector<OrderUpdate> orders;
  std::vector<StatusUpdate> statuses;
  std::function<void(const BookUpdate&, Intents&)> on_book;
  std::function<void(const OrderUpdate&, Intents&)> on_order;
  std::function<void(const StatusUpdate&, Intents&)> on_status;
};

class Scripted {
 public:
  static constexpr std::string_view kName = "scripted";
  struct Parameters {
    Script* script = nullptr;
  };
  explicit Scripted(const Parameters& p) noexcept : script_(p.script) {}
  void on_book(const BookUpdate& u, Intents& ask) noexcept {
    script_->books.push_back(u);
    if (script_->on_book) script_->on_book(u, ask);
  }
  void on_order(const OrderUpdate& u, Intents& ask) noexcept {
    script_->orders.push_back(u);
    if (script_->on_order) script_->on_order(u, ask);
  }
  void on_status(const StatusUpdate& u, Intents& ask) noexcept {
    script_->statuses.push_back(u);
    if (script_->on_status) script_->on_status(u, ask);
  }

 private:
  Script* script_;
};

class StrategyCore : public CoreTest {
 protected:
  using Core = DecisionCore<KeepingOut, NoStamps, Scripted>;

  StrategyCore() {
    for (SymbolConfig& symbol : config_.symbols) symbol.window_base = kBase - 10'000;
  }

  void start() {
    feed2_.reset();
    core2_ = std::make_unique<Core>(config_, counters_, out_, stamps_, Scripted::Parameters{&script_});
    feed2_ = std::make_unique<Feed<Core>>(config_.feed, counters_, *core2_);
  }
  std::vector<Output> send(std::uint64_t time, std::vector<Bytes> messages, bool fcs_error = false) {
    Packet p;
    p.sequence = sequence_;
    p.messages = std::move(messages);
    sequence_ += p.messages.size();
    const std::size_t from = out_.all.size();
    feed2_->frame(Cycles{time}, p.frame(config_.feed), fcs_error);
    return {out_.all.begin() + static_cast<std::ptrdiff_t>(from), out_.all.end()};
  }
  std::vector<Output> command(std::uint64_t time, CommandOp op, std::uint16_t symbol = 0, std::uint32_t user_ref = 0,
                              std::uint32_t quantity = 0, std::uint32_t price = 0) {
    const std::size_t from = out_.all.size();
    feed2_->command(Cycles{time});
    core2_->command(Cycles{time}, {op, 0, symbol, user_ref, quantity, price});
    return {out_.all.begin() + static_cast<std::ptrdiff_t>(from), out_.all.end()};
  }
  // At the next book update only.
  void ask_once(std::function<void(Intents&)> what) {
    script_.on_book = [this, what](const BookUpdate&, Intents& ask) {
      const auto now = what;  // this function is gone with the next line
      script_.on_book = nullptr;
      now(ask);
    };
  }
  static void buy(Intents& ask, std::uint32_t price = kBase, SymbolIndex symbol = 0, std::uint32_t tag = 0) {
    ask.enter(symbol, Side::buy, Price{price}, Quantity{10}, tag);
  }
  std::string states() const {
    static constexpr const char* kNames[] = {"sent",     "rejected", "cancel_sent", "cancel_rejected",
                                             "accepted", "filled",   "done",        "position"};
    std::string s;
    for (const OrderUpdate& u : script_.orders)
      s += std::string(s.empty() ? "" : " ") + kNames[static_cast<unsigned>(u.state)];
    return s;
  }
  // Both books with a bid and an offer.
  void quote() {
    send(10, {add(kA, 1, 'B', 100, kBase), add(kA, 2, 'S', 100, kBase + 1000), add(kB, 3, 'B', 100, kBase),
              add(kB, 4, 'S', 100, kBase + 1000)});
    script_.books.clear();
  }

  Script script_;
  std::unique_ptr<Core> core2_;
  std::unique_ptr<Feed<Core>> feed2_;
};

TEST_F(StrategyCore, TellsTheStatusFirst) {
  start();
  ASSERT_EQ(script_.statuses.size(), 1u);
  EXPECT_TRUE(script_.statuses[0].trading());
  EXPECT_EQ(script_.statuses[0].stamp, Cycles{0});
}

TEST_F(StrategyCore, TellsChangesTradesAndTrustAndNothingElse) {
  start();
  quote();
  send(20, {add(kA, 5, 'B', 10, kBase - 300)});
  EXPECT_TRUE(script_.books.empty()) << "the best prices stay";
  send(30, {hidden_trade(kA, 7, kBase + 100)});
  ASSERT_EQ(script_.books.size(), 1u);
  EXPECT_TRUE(script_.books[0].trade.valid);
  EXPECT_FALSE(script_.books[0].changed());
  EXPECT_TRUE(script_.books[0].trusted && script_.books[0].tradable);
  send(40, {executed(kA, 1, 200)});
  ASSERT_EQ(script_.books.size(), 2u);
  EXPECT_FALSE(script_.books[1].trusted) << "more than there was";
  EXPECT_EQ(script_.books[1].before.bid.quantity, Quantity{100});
  EXPECT_EQ(script_.books[1].after.bid.price, Price{kBase - 300});
  EXPECT_EQ(script_.books[1].stamp, Cycles{40});
  send(50, {trading_action(kB, 'H')});
  ASSERT_EQ(script_.books.size(), 3u);
  EXPECT_EQ(script_.books[2].symbol, 1u);
  EXPECT_FALSE(script_.books[2].tradable);
}

TEST_F(StrategyCore, TellsTheStatusWheneverItChanges) {
  config_.any_session = false;
  start();
  EXPECT_FALSE(script_.statuses[0].session_open);
  send(10, {system_event('Q')});
  EXPECT_TRUE(script_.statuses.back().trading());
  send(20, {circuit_breaker()});
  EXPECT_FALSE(script_.statuses.back().session_open);
  command(30, CommandOp::resume);
  command(40, CommandOp::disarm), command(41, CommandOp::disarm);
  EXPECT_FALSE(script_.statuses.back().armed);
  command(50, CommandOp::arm);
  command(60, CommandOp::kill);
  EXPECT_TRUE(script_.statuses.back().killed);
  command(70, CommandOp::release);
  EXPECT_EQ(script_.statuses.size(), 8u) << "each change once";
  send(80, {add(kA, 1, 'B', 1, kBase)}, true);
  EXPECT_TRUE(script_.statuses.back().stale);
  command(90, CommandOp::trust, 0xFFFF);
  EXPECT_TRUE(script_.statuses.back().trading());
}

TEST_F(StrategyCore, SendsSeveralOrdersForOneMessage) {
  start();
  quote();
  ask_once([](Intents& ask) {
    buy(ask, kBase - 100, 0, 70);
    ask.enter(1, Side::sell, Price{kBase + 300}, Quantity{20}, 71);
  });
  const auto out = send(20, {add(kA, 9, 'B', 50, kBase + 100)});
  EXPECT_EQ(kinds(out), "book order order");
  EXPECT_EQ(out[1].event.rule, static_cast<std::uint8_t>(kStrategyRule));
  EXPECT_EQ(out[1].event.trigger, 0u);
  EXPECT_EQ(out[1].event.msg_type, 'A');
  EXPECT_EQ(out[2].event.symbol, 1u);
  EXPECT_EQ(out[2].frame.size(), 89u);
  EXPECT_EQ(states(), "sent sent");
  EXPECT_EQ(script_.orders[0].tag, 70u);
  EXPECT_EQ(script_.orders[1].user_ref, script_.orders[0].user_ref + 1);
  EXPECT_EQ(script_.orders[1].leaves, Quantity{20});
  EXPECT_EQ(count(Counter::orders), 2u);
}

TEST_F(StrategyCore, PutsEveryIntentThroughRiskByItself) {
  limit().max_quantity = 50;
  start();
  quote();
  ask_once([](Intents& ask) {
    ask.enter(0, Side::buy, Price{kBase}, Quantity{51}, 1);
    buy(ask);
  });
  const auto out = send(20, {add(kA, 9, 'B', 50, kBase + 100)});
  EXPECT_EQ(kinds(out), "book reject order");
  EXPECT_EQ(states(), "rejected sent");
  EXPECT_EQ(script_.orders[0].reason, Reason::quantity);
  EXPECT_EQ(script_.orders[0].tag, 1u);
  EXPECT_EQ(count(Counter::reject_quantity), 1u);
}

TEST_F(StrategyCore, LetsNothingPastTheKillSwitchButCancels) {
  start();
  quote();
  ask_once([](Intents& ask) { buy(ask); });
  send(20, {add(kA, 9, 'B', 50, kBase + 100)});
  const std::uint32_t user_ref = script_.orders.back().user_ref;
  script_.on_status = [&](const StatusUpdate& u, Intents& ask) {
    if (u.killed) ask.cancel(0, user_ref), buy(ask);
  };
  EXPECT_EQ(kinds(command(30, CommandOp::kill)), "command cancel reject");
  EXPECT_EQ(states(), "sent cancel_sent rejected");
  EXPECT_EQ(script_.orders.back().reason, Reason::kill);
}

TEST_F(StrategyCore, RefusesWhatTheContractForbids) {
  start();
  quote();
  ask_once([](Intents& ask) { buy(ask, kBase, 7), ask.cancel(0, 12345); });
  EXPECT_EQ(kinds(send(20, {add(kA, 9, 'B', 50, kBase + 100)})), "book") << "no such symbol, no such order";
  EXPECT_EQ(states(), "rejected cancel_rejected");
  EXPECT_EQ(script_.orders[0].reason, Reason::none);
  command(30, CommandOp::disarm);
  ask_once([](Intents& ask) { buy(ask); });
  EXPECT_EQ(kinds(send(40, {add(kA, 10, 'B', 50, kBase + 200)})), "book") << "not armed";
  command(50, CommandOp::arm);
  ask_once([](Intents& ask) { buy(ask, kBase, 1); });
  send(60, {executed(kB, 3, 200)});
  EXPECT_EQ(states(), "rejected cancel_rejected rejected rejected") << "not trusted";
  command(65, CommandOp::trust, 1);
  ask_once([](Intents& ask) { buy(ask); });
  EXPECT_EQ(kinds(send(70, {add(kA, 11, 'B', 50, kBase + 1000)})), "book") << "locked";
  EXPECT_EQ(count(Counter::orders), 0u);
}

TEST_F(StrategyCore, CancelsAnyOfItsOrdersOnce) {
  start();
  quote();
  ask_once([](Intents& ask) { buy(ask, kBase - 100, 0, 1), buy(ask, kBase - 200, 0, 2), buy(ask, kBase - 300, 0, 3); });
  send(20, {add(kA, 9, 'B', 50, kBase + 100)});
  const std::uint32_t middle = script_.orders[1].user_ref;
  ask_once([&](Intents& ask) { ask.cancel(0, middle), ask.cancel(0, middle); });
  const auto out = send(30, {add(kA, 10, 'B', 50, kBase + 100)});
  EXPECT_EQ(kinds(out), "book cancel");
  EXPECT_EQ(out[1].event.user_ref, middle);
  EXPECT_EQ(out[1].event.price, kBase - 200);
  EXPECT_EQ(out[1].frame.size(), 60u);
  EXPECT_EQ(states(), "sent sent sent cancel_sent cancel_rejected");
  EXPECT_EQ(script_.orders[3].tag, 2u);
  command(40, CommandOp::done, 0, middle);
  EXPECT_EQ(script_.orders.back().state, OrderState::done);
  EXPECT_EQ(script_.orders.back().tag, 2u);
}

TEST_F(StrategyCore, TellsTheExchangesAnswersAndTakesIntentsForThem) {
  start();
  quote();
  ask_once([](Intents& ask) { buy(ask, kBase + 200, 0, 5); });
  send(20, {add(kA, 9, 'B', 50, kBase + 100)});
  const std::uint32_t user_ref = script_.orders[0].user_ref;
  EXPECT_EQ(kinds(command(30, CommandOp::ack, 0, user_ref)), "command");
  script_.on_order = [](const OrderUpdate& u, Intents& ask) {
    if (u.state == OrderState::filled) ask.enter(u.symbol, Side::sell, Price{kBase + 500}, u.quantity);
  };
  const auto out = command(40, CommandOp::fill, 0, user_ref, 4, kBase + 190);
  EXPECT_EQ(kinds(out), "command order");
  EXPECT_EQ(out[1].event.msg_type, 0u);
  EXPECT_EQ(out[1].event.time, 40u);
  ASSERT_EQ(states(), "sent accepted filled sent");
  const OrderUpdate& fill = script_.orders[2];
  EXPECT_EQ(fill.price, Price{kBase + 190});
  EXPECT_EQ(fill.quantity, Quantity{4});
  EXPECT_EQ(fill.leaves, Quantity{6});
  EXPECT_EQ(fill.position, 4);
  EXPECT_EQ(fill.tag, 5u);
  command(50, CommandOp::done, 0, user_ref);
  EXPECT_EQ(script_.orders.back().quantity, Quantity{6});
  EXPECT_EQ(script_.orders.back().leaves, Quantity{0});
  command(60, CommandOp::done, 0, user_ref);
  EXPECT_EQ(script_.orders.size(), 5u) << "an order that nobody knows is nobody's news";
  command(70, CommandOp::position, 1, 0, 0, static_cast<std::uint32_t>(-30));
  EXPECT_EQ(script_.orders.back().state, OrderState::position);
  EXPECT_EQ(script_.orders.back().position, -30);
}

TEST_F(StrategyCore, IsNotHeldUpByAnOrderThatRestsForLong) {
  start();
  quote();
  ask_once([](Intents& ask) { buy(ask, kBase - 100); });
  send(20, {add(kA, 9, 'B', 50, kBase + 100)});
  const std::uint32_t resting = script_.orders[0].user_ref;
  for (std::uint32_t i = 1; i <= 4'096; ++i) {
    ask_once([](Intents& ask) { buy(ask); });
    send(20 + i, {hidden_trade(kA, 1, kBase + 500)});
    ASSERT_EQ(script_.orders.back().state, OrderState::sent) << i;
    const std::uint32_t expected = resting + i + (i == 4'096 ? 1 : 0);  // passes over the slot in use
    ASSERT_EQ(script_.orders.back().user_ref, expected);
    command(20 + i, CommandOp::done, 0, expected);
  }
}

TEST_F(StrategyCore, TakesNoIntentsForWhatBecameOfAnIntent) {
  start();
  quote();
  script_.on_order = [](const OrderUpdate&, Intents& ask) {
    EXPECT_EQ(ask.room(), 0u);
    buy(ask);
  };
  ask_once([](Intents& ask) { buy(ask); });
  EXPECT_EQ(kinds(send(20, {add(kA, 9, 'B', 50, kBase + 100)})), "book order");
}

TEST(StrategyPaths, HaveNoTwinInHardwareAndNoPipeline) {
  bench::GeneratedSession session(100);
  CoreConfig config = session.config;
  config.strategy = {"template", {{0, 1, 1, 1}}};
  OutputRecorder recorder(false);
  EXPECT_NO_THROW(PathRegistry().make("sw:", config, recorder));
  EXPECT_THROW(PathRegistry().make("sw:pipelined", config, recorder), std::invalid_argument);
  EXPECT_THROW(core_image(config), std::invalid_argument);
  config.strategy.name = "templat";
  EXPECT_THROW(PathRegistry().make("sw:", config, recorder), std::invalid_argument);
}

// The rules told like any other strategy ask for the same orders as the rules that look themselves.
TEST(RuleStrategy, AsksForTheOrdersOfTheRules) {
  bench::GeneratedSession session(60'000);
  Bank& bank = session.config.banks[0];
  for (unsigned s = 0; s < 16; ++s)
    bank.rules[s].lead_lag = {true, 3, 100, 50'000, 200, static_cast<SymbolIndex>(s ^ 1)};
  struct Sent {
    std::vector<PathOutput> all;
    std::uint64_t cancels = 0;
  };
  const auto play = [&](const std::function<std::unique_ptr<Path>(PathSink&)>& make) {
    Sent sent;
    std::vector<std::unique_ptr<OutputRecorder>> recorders;
    recorders.push_back(std::make_unique<OutputRecorder>(false));
    recorders[0]->on_output = [&](const PathOutput& o) {
      sent.all.push_back(o);
      sent.all.back().event.rule = 0;
      sent.cancels += o.event.event_kind() == EventKind::cancel;
    };
    std::vector<std::unique_ptr<Path>> paths;
    paths.push_back(make(*recorders[0]));
    ReplayOptions options;
    options.responses = {true, Cycles{30'000}, Cycles{300'000}, Cycles{3'000'000}, 50, 30};
    session.rewind();
    replay(session, paths, recorders, options);
    return sent;
  };
  const Sent looked = play([&](PathSink& sink) { return std::make_unique<FusedPath<NoStamps>>(session.config, sink); });
  const Sent told = play([&](PathSink& sink) {
    return std::make_unique<FusedPath<NoStamps, RuleStrategy>>(session.config, sink, bank.rules);
  });
  ASSERT_EQ(looked.all.size(), told.all.size());
  for (std::size_t i = 0; i < looked.all.size(); ++i) {
    ASSERT_TRUE(same_event(looked.all[i].event, told.all[i].event)) << i;
    ASSERT_TRUE(std::ranges::equal(looked.all[i].order_frame(), told.all[i].order_frame())) << i;
  }
  EXPECT_GT(looked.cancels, 10u);
}

}  // namespace
}  // namespace twinpath::testing
