// decide_stage against the reference model: every order in the very cycle of its message, every field of every event
// with its stage stamps, every counter; at the closest distances and random ones, with random stalls everywhere.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <set>

#include "host/core/registers.h"
#include "testbench/rtl/risk/decide_driver.h"
#include "testbench/rtl/risk/decide_traffic.h"
#include "testbench/rtl/risk/decision_model.h"

namespace twinpath::rtl {
namespace {

std::string describe(const Event& e) {
  return fmt::format(
      "kind {} reason {} rule {} side {} symbol {} trigger {} time {} seq {} frame {} index {} type {} flags {:#x} ref "
      "{} "
      "qty {} price {} mask {:#x} reference {} bid {}x{} ask {}x{} trade {}x{} position {} open {}/{} collar {} gross "
      "{} "
      "count {}",
      e.kind, e.reason, e.rule, e.side, e.symbol, e.trigger, e.time, e.sequence, e.frame, e.msg_index, e.msg_type,
      e.book_flags, e.user_ref, e.quantity, e.price, e.check_mask, e.reference, e.bid_price, e.bid_quantity,
      e.ask_price, e.ask_quantity, e.trade_price, e.trade_quantity, e.position, e.open_buy, e.open_sell,
      e.collar_reference, e.gross_lo, e.open_count);
}

struct Coverage {
  std::set<unsigned> reasons, rules, ops, states;
  std::uint64_t orders = 0, cancels = 0, pairs = 0;
  CounterValues counters{};
  void note(const Event& e) {
    if (e.kind == 2) reasons.insert(e.reason);
    if (e.kind == 5) states.insert(e.reason);
    if (e.kind == 6) ops.insert(e.reason);
    if (e.kind <= 3) rules.insert(e.rule);
    orders += e.kind == 1;
    cancels += e.kind == 3;
  }
};

// The event with the stamps of SEM 7, decided in cycle `now`.
DecideDriver::Seen expect(const DecisionModel::Output& out, const Booked& b, std::uint64_t now) {
  DecideDriver::Seen s{out.event, out.order.has_value(), b.msg.stamps.last_byte};
  const Stamps& t = b.msg.stamps;
  const bool feed = b.msg.op == kState && b.msg.reason >= 6;
  const auto since = [&](std::uint64_t at) { return static_cast<std::uint16_t>(at - t.last_byte); };
  if (b.msg.op != kCommand && !feed) {
    s.event.stages = {since(t.decoded),
                      since(t.looked_up),
                      since(t.booked),
                      since(now),
                      since(now),
                      0,
                      static_cast<std::uint16_t>(t.last_byte - t.first_beat)};
  }
  return s;
}

void configure_all(DecideDriver& driver, const ModelConfig& c) {
  for (unsigned bank = 0; bank < 2; ++bank) {
    for (unsigned s = 0; s < DecideTraffic::kSymbolsUsed; ++s) {
      driver.load(cfg_rules(bank, s, c.banks[bank].rules[s]));
      driver.load(cfg_limits(bank, s, c.banks[bank].limits[s]));
    }
    driver.load(cfg_global(bank, c.banks[bank].global));
  }
  driver.load(cfg_control(c.symbols_start_trading, c.any_session, c.book_events, c.armed, c.first_user_ref));
}

// One session from reset, to its end or the first difference. `spread`: distances go up to the smallest one plus this.
void run(std::uint32_t seed, bool extreme, unsigned spread, const DriverOptions& options, unsigned messages,
         Coverage& coverage) {
  DecideTraffic traffic(seed, extreme);
  const ModelConfig config = traffic.config();
  DecisionModel model(config);
  DecideDriver driver(options);
  configure_all(driver, config);
  std::mt19937 rng(seed);
  std::deque<DecideDriver::Seen> expected;
  std::uint64_t compared = 0;
  unsigned sent = 0, idle = 0;
  bool was_state = false;
  while (idle < 30) {
    if (driver.waiting() == 0 && sent < messages) {
      const Booked b = traffic.next(model.next_user_ref());
      const bool is_state = b.msg.op == kState;
      driver.put(b, (is_state || was_state ? 1 : 2) + (spread == 0 ? 0 : rng() % spread));
      // Two operations that touch records are 2 apart whatever is between them, which a STATE in between ensures.
      was_state = is_state;
      ++sent;
    }
    const auto c = driver.tick();
    std::optional<Order> want;
    if (c.done) {
      const auto outs = model.step(*c.done);
      coverage.pairs += outs.size() == 2;
      for (const auto& out : outs) {
        if (out.order) want = out.order;
        expected.push_back(expect(out, *c.done, c.number));
      }
    }
    ASSERT_EQ(c.order.has_value(), want.has_value())
        << "seed " << seed << " cycle " << c.number << ": an order " << (want ? "is missing" : "must not leave");
    if (want) {
      ASSERT_EQ(*c.order, *want) << "seed " << seed << " cycle " << c.number << " user_ref " << want->user_ref << '/'
                                 << c.order->user_ref << " price " << want->price << '/' << c.order->price;
    }
    if (c.event) {
      const Event& got = c.event->event;
      ASSERT_FALSE(expected.empty()) << "seed " << seed << ": unexpected " << describe(got);
      const auto& e = expected.front();
      ASSERT_TRUE(same_event(e.event, got)) << "seed " << seed << ", event " << compared << "\nexpected "
                                            << describe(e.event) << "\nfound    " << describe(got);
      ASSERT_EQ(e.event.stages, got.stages) << "seed " << seed << ": " << describe(got);
      ASSERT_EQ(e.order, c.event->order) << "seed " << seed << ": " << describe(got);
      ASSERT_EQ(e.last_byte, c.event->last_byte) << "seed " << seed << ": " << describe(got);
      coverage.note(got);
      ++compared;
      expected.pop_front();
    }
    idle = sent == messages && driver.waiting() == 0 && driver.idle() ? idle + 1 : 0;
    ASSERT_LT(c.number, 100ULL * messages + 10'000) << "something is stuck inside";
  }
  ASSERT_TRUE(expected.empty()) << "seed " << seed << ": missing " << describe(expected.front().event);
  for (unsigned n = 0; n < kCounterCount; ++n) {
    ASSERT_EQ(driver.counters()[n], model.counters().values()[n]) << "seed " << seed << ", counter " << n;
    coverage.counters[n] += driver.counters()[n];
  }
}

// Every mix of stalls: none, events, all, and a reader of events that is slow throughout.
DriverOptions stalls(std::uint32_t seed) {
  const DriverOptions none{.seed = seed}, events{seed, 30, 0, 0}, all{seed, 25, 25, 5}, slow{seed, 80, 0, 10};
  return std::array{none, events, all, slow}[seed % 4];
}

TEST(DecideStage, AgreesWithTheReferenceModelOnRandomSessionsAndMeetsEveryRuleReasonAndCommand) {
  Coverage seen;
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    run(seed, false, seed % 3 == 0 ? 6 : 0, stalls(seed), 4000, seen);
    if (HasFatalFailure()) return;
  }
  for (unsigned reason = 1; reason <= 13; ++reason)
    EXPECT_TRUE(seen.reasons.contains(reason)) << "no reject " << reason;
  for (unsigned rule = 0; rule <= 4; ++rule) EXPECT_TRUE(seen.rules.contains(rule)) << "no intent of rule " << rule;
  for (unsigned op = 1; op <= 11; ++op) EXPECT_TRUE(seen.ops.contains(op)) << "no command " << op;
  for (unsigned state = 1; state <= 8; ++state) EXPECT_TRUE(seen.states.contains(state)) << "no state " << state;
  for (const Counter c : {Counter::bad_command, Counter::unknown_order, Counter::overfill}) {
    EXPECT_GT(seen.counters[static_cast<std::size_t>(c)], 0U) << static_cast<unsigned>(c);
  }
  EXPECT_GT(seen.orders, 1000U);
  EXPECT_GT(seen.cancels, 100U);
  EXPECT_GT(seen.pairs, 1000U) << "messages with a BOOK event and a decision";
}

TEST(DecideStage, NeverWrapsOnExtremePricesQuantitiesAndTimes) {
  Coverage seen;
  for (std::uint32_t seed = 101; seed <= 150; ++seed) {
    run(seed, true, seed % 3 == 0 ? 6 : 0, stalls(seed), 3000, seen);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(seen.counters[static_cast<std::size_t>(Counter::position_saturated)], 0U);
  EXPECT_GT(seen.orders, 100U);
}

}  // namespace
}  // namespace twinpath::rtl
