// The decision half against the reference model: every field of every event and every byte of every order frame, with
// random stalls on both outputs and random pauses at the input.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <random>
#include <set>

#include "Vdecide_bench.h"
#include "host/core/registers.h"
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

class Bench {
 public:
  explicit Bench(const ModelConfig& c, std::uint32_t seed, unsigned stall_percent) : rng_(seed), stall_(stall_percent) {
    reset(*dut_);
    for (int i = 0; i < 5000 && !dut_->ready_o; ++i) settle(*dut_), rise(*dut_);
    for (unsigned bank = 0; bank < 2; ++bank) {
      for (unsigned s = 0; s < DecideTraffic::kSymbolsUsed; ++s) {
        configure(*dut_, cfg_rules(bank, s, c.banks[bank].rules[s]));
        configure(*dut_, cfg_limits(bank, s, c.banks[bank].limits[s]));
      }
      configure(*dut_, cfg_global(bank, c.banks[bank].global));
    }
    for (unsigned s = 0; s < DecideTraffic::kSymbolsUsed; ++s) configure(*dut_, cfg_name(s, c.names[s]));
    configure(*dut_, cfg_template(c.frames));
    configure(*dut_, cfg_control(c.symbols_start_trading, c.any_session, c.book_events, c.armed, c.first_user_ref));
  }

  bool ready() const { return dut_->ready_o; }
  std::uint64_t cycles() const { return cycle_; }
  const CounterValues& counters() const { return counters_; }

  // Offers the message until taken, collecting what leaves meanwhile.
  void offer(const Booked& b) {
    while (rng_() % 100 < stall_) tick();
    to_port(b, dut_->booked_i);
    dut_->booked_valid_i = 1;
    for (int i = 0; i < 10'000; ++i) {
      if (tick()) break;
    }
    dut_->booked_valid_i = 0;
  }
  void drain() {
    for (int i = 0; i < 200; ++i) tick();
    EXPECT_TRUE(dut_->idle_o) << "something is stuck inside";
  }

  std::deque<Event> events;
  std::deque<std::vector<std::uint8_t>> frames;

 private:
  bool tick() {
    dut_->cycle_i = static_cast<std::uint16_t>(cycle_);
    dut_->event_ready_i = rng_() % 100 >= stall_;
    dut_->m_axis_tready_i = rng_() % 100 >= stall_;
    settle(*dut_);
    const bool taken = dut_->booked_valid_i && dut_->booked_ready_o;
    if (dut_->event_valid_o && dut_->event_ready_i) events.push_back(event_of(dut_->event_o));
    if (dut_->m_axis_tvalid_o && dut_->m_axis_tready_i) {
      for (unsigned i = 0; i < 8; ++i) {
        if (dut_->m_axis_tkeep_o >> i & 1) frame_.push_back(static_cast<std::uint8_t>(dut_->m_axis_tdata_o >> 8 * i));
      }
      if (dut_->m_axis_tlast_o) frames.push_back(std::move(frame_)), frame_.clear();
    }
    for (unsigned n = 0; n < kCounterCount; ++n) counters_[n] += dut_->cnt_o.at(n / 32) >> n % 32 & 1;
    rise(*dut_);
    ++cycle_;
    return taken;
  }

  std::unique_ptr<Vdecide_bench> dut_ = std::make_unique<Vdecide_bench>();
  std::mt19937 rng_;
  unsigned stall_;
  std::uint64_t cycle_ = 0;
  std::vector<std::uint8_t> frame_;
  CounterValues counters_{};
};

struct Seen {
  std::set<unsigned> reasons, rules, ops, states;
  std::uint64_t orders = 0, cancels = 0;
  CounterValues counters{};
};

// One session from reset, to its end or the first difference.
void run(std::uint32_t seed, bool extreme, unsigned stall, unsigned messages, Seen& seen) {
  DecideTraffic traffic(seed, extreme);
  const ModelConfig config = traffic.config();
  DecisionModel model(config);
  Bench bench(config, seed ^ 0x5EED, stall);
  ASSERT_TRUE(bench.ready());
  std::deque<DecisionModel::Output> expected;
  std::uint64_t compared = 0;
  const auto compare = [&] {
    while (!bench.events.empty()) {
      ASSERT_FALSE(expected.empty()) << "seed " << seed << ": unexpected " << describe(bench.events.front());
      const Event& want = expected.front().event;
      const Event& got = bench.events.front();
      ASSERT_TRUE(same_event(want, got)) << "seed " << seed << ", event " << compared << "\nexpected " << describe(want)
                                         << "\nfound    " << describe(got);
      ++compared;
      if (want.kind == 2) seen.reasons.insert(want.reason);
      if (want.kind == 5) seen.states.insert(want.reason);
      if (want.kind == 6) seen.ops.insert(want.reason);
      if (want.kind <= 3) seen.rules.insert(want.rule);
      seen.orders += want.kind == 1;
      seen.cancels += want.kind == 3;
      bench.events.pop_front();
      expected.pop_front();
    }
  };
  std::deque<std::vector<std::uint8_t>> frames;
  for (unsigned n = 0; n < messages; ++n) {
    const Booked b = traffic.next(model.next_user_ref());
    for (auto& out : model.step(b)) {
      if (!out.frame.empty()) frames.push_back(out.frame);
      expected.push_back(std::move(out));
    }
    bench.offer(b);
    compare();
    if (testing::Test::HasFatalFailure()) return;
  }
  bench.drain();
  compare();
  EXPECT_TRUE(expected.empty()) << "seed " << seed << ": missing " << describe(expected.front().event);
  ASSERT_EQ(bench.frames.size(), frames.size()) << "seed " << seed;
  for (std::size_t i = 0; i < frames.size(); ++i)
    ASSERT_EQ(bench.frames[i], frames[i]) << "seed " << seed << " frame " << i;
  for (unsigned n = 0; n < kCounterCount; ++n) {
    ASSERT_EQ(bench.counters()[n], model.counters().values()[n]) << "seed " << seed << ", counter " << n;
    seen.counters[n] += bench.counters()[n];
  }
}

TEST(DecideStage, AgreesWithTheReferenceModelOnRandomSessionsAndMeetsEveryRuleReasonAndCommand) {
  Seen seen;
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    run(seed, false, seed % 2 == 0 ? 0 : 25, 4000, seen);
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
}

TEST(DecideStage, NeverWrapsOnExtremePricesQuantitiesAndTimes) {
  Seen seen;
  for (std::uint32_t seed = 101; seed <= 150; ++seed) {
    run(seed, true, seed % 2 == 0 ? 0 : 25, 3000, seen);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(seen.counters[static_cast<std::size_t>(Counter::position_saturated)], 0U);
  EXPECT_GT(seen.orders, 100U);
}

TEST(DecideStage, TakesAMessageWithoutIntentInAtMostTwoCycles) {
  DecideTraffic traffic(7, false);
  ModelConfig config = traffic.config();
  for (Bank& bank : config.banks) {
    for (RuleRecord& r : bank.rules) r = {};  // nothing enabled
  }
  config.armed = true;
  Bench bench(config, 1, 0);
  Booked b;
  b.msg.op = kAdd;
  b.effect = true;
  b.after = {kQuoted, 1000, 1, kQuoted, 1001, 1};
  const std::uint64_t start = bench.cycles();
  for (int i = 0; i < 1000; ++i) bench.offer(b), std::swap(b.before, b.after);
  EXPECT_LE(bench.cycles() - start, 2'000U + 4U);
}

}  // namespace
}  // namespace twinpath::rtl
