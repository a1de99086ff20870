// Properties of the decision core over generated markets and commands.
#include <bit>
#include <map>
#include <random>
#include <set>

#include "host/wire/ouch50.h"
#include "testbench/path/core_fixture.h"

namespace twinpath::testing {
namespace {

constexpr unsigned code_of(Reason r) { return static_cast<unsigned>(r); }

// What the inputs so far say about when orders may leave; kept apart from the core's own idea of it.
struct Permissions {
  bool killed = false, market_open = false, breaker = false, armed = true;
  bool trading[2] = {true, true}, auction[2] = {}, halted[2] = {};
  bool tradable(unsigned s) const { return trading[s] && !auction[s] && !halted[s]; }
};

class CoreProperties : public CoreTest {
 protected:
  std::uint64_t roll(std::uint64_t n) { return random_() % n; }

  void noisy_config() {
    config_.any_session = false;
    config_.order.first_user_ref = 1000;
    for (Bank& bank : config_.banks) {
      for (unsigned s = 0; s < 2; ++s) {
        RuleRecord& r = bank.rules[s];
        const auto sides = static_cast<std::uint8_t>(1 + roll(3));
        r.cancel = {.enabled = roll(4) != 0, .cooldown = 10, .distance = static_cast<std::uint32_t>(100 * roll(2))};
        r.take = {.enabled = roll(4) != 0,
                  .sides = sides,
                  .quantity = 70,
                  .cooldown = 40,
                  .fair = static_cast<std::uint32_t>(kBase + 500 + 100 * roll(11)),
                  .edge = 100};
        r.imbalance = {.enabled = roll(2) != 0,
                       .sides = 3,
                       .quantity = 30,
                       .cooldown = 100,
                       .ratio = 600,
                       .min_quantity = 50,
                       .max_spread = 900};
        r.momentum = {.enabled = roll(2) != 0,
                      .sides = 3,
                      .quantity = 20,
                      .cooldown = 30,
                      .min_shares = 6,
                      .large = true,
                      .through = true};
        r.lead_lag = {.enabled = roll(2) != 0,
                      .sides = 3,
                      .quantity = 10,
                      .cooldown = 20,
                      .threshold = 100,
                      .lagger = static_cast<SymbolIndex>(1 - s)};
        LimitRecord& l = bank.limits[s];
        l.permit_sell = roll(3) != 0;
        l.max_quantity = 58;
        l.max_notional = 45ull * (kBase + 1000);
        l.collar = 800;
        l.reference_price = kBase + 1000;
        l.max_position = 200;
      }
      bank.global = {.max_gross = 350ull * kBase,
                     .max_open_orders = 6,
                     .rate_interval = 170,
                     .rate_tolerance = 510,
                     .duplicate_window = 60};
    }
  }

  static std::uint16_t locate_of(unsigned symbol) { return symbol == 0 ? kA : kB; }
  // Bids 100.40 to 100.90, offers 101.00 to 101.50; seldom one that crosses.
  std::uint32_t price(bool buy) {
    const bool across = roll(400) == 0;
    return kBase + 1000 + static_cast<std::uint32_t>(100 * roll(6)) - (buy != across ? 600 : 0);
  }

  Bytes market_message(Permissions& p) {
    const auto what = roll(100);
    if (what < 4) return state_message(p);
    const unsigned s = static_cast<unsigned>(roll(2));
    if (what < 8) return hidden_trade(locate_of(s), static_cast<std::uint32_t>(1 + roll(90)), price(roll(2) != 0));
    if (live_.size() < 4 || (what < 50 && live_.size() < 24)) {
      const bool buy = roll(2) != 0;
      live_.push_back({++next_, s, buy});
      return add(locate_of(s), next_, buy ? 'B' : 'S', static_cast<std::uint32_t>(30 + roll(90)), price(buy));
    }
    const std::size_t at = roll(live_.size());
    const Live o = live_[at];
    const auto few = static_cast<std::uint32_t>(1 + roll(6));  // seldom more than is left
    if (what < 65) return executed(locate_of(o.symbol), o.reference, few);
    if (what < 70) return executed_at(locate_of(o.symbol), o.reference, few, price(o.buy), roll(2) ? 'Y' : 'N');
    if (what < 75) return cancelled(locate_of(o.symbol), o.reference, few);
    if (what < 80) {
      live_[at].reference = ++next_;
      return replaced(locate_of(o.symbol), o.reference, next_, static_cast<std::uint32_t>(30 + roll(90)), price(o.buy));
    }
    if (what < 81) return deleted(locate_of(o.symbol), 5'000'000);
    live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(at));
    return deleted(locate_of(o.symbol), o.reference);
  }

  Bytes state_message(Permissions& p) {
    const unsigned s = static_cast<unsigned>(roll(2));
    switch (roll(24)) {
      case 0:
        p.market_open = false;
        return system_event('M');
      case 1:
        p.breaker = true;
        return circuit_breaker();
      case 2:
        p.trading[s] = false, p.auction[s] = false;
        return trading_action(locate_of(s), 'H');
      case 3:
        p.auction[s] = true;
        return auction_collar(locate_of(s));
      case 4:
        p.halted[s] = true;
        return operational_halt(locate_of(s), 'Q', 'H');
      case 5:
      case 6:
        p.halted[s] = false;
        return operational_halt(locate_of(s), 'Q', 'T');
      case 7:
      case 8:
      case 9:
      case 10:
        p.trading[s] = true, p.auction[s] = false;
        return trading_action(locate_of(s), 'T');
      default:
        p.market_open = true;
        return system_event('Q');
    }
  }

  Command host_command(Permissions& p) {
    switch (roll(16)) {
      case 0:
        p.killed = true;
        return {CommandOp::kill};
      case 1:
      case 2:
      case 3:
        p.killed = false;
        return {CommandOp::release};
      case 4:
        p.armed = false;
        return {CommandOp::disarm};
      case 5:
      case 6:
        p.armed = true;
        return {CommandOp::arm};
      case 7:
        return {CommandOp::swap};
      case 8:
      case 9:
        p.breaker = false;
        return {CommandOp::resume};
      case 10:
        return {CommandOp::trust, 0, static_cast<std::uint16_t>(roll(2))};
      default:
        return {CommandOp::trust, 0, 0xFFFF};
    }
  }

  std::mt19937_64 random_;
  struct Live {
    std::uint64_t reference;
    unsigned symbol;
    bool buy;
  };
  std::vector<Live> live_;
  std::uint64_t next_ = 0;
};

TEST_F(CoreProperties, NeverSendAnOrderThatIsNotAllowedAndExplainEveryOne) {
  std::map<unsigned, std::uint64_t> reasons;
  std::map<unsigned, std::uint64_t> rules;
  std::uint64_t cancels_while_killed = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    random_.seed(seed);
    next_ = 0;
    live_.clear();
    noisy_config();
    start();
    Permissions allowed;
    std::uint64_t time = 0;
    std::uint32_t next_user_ref = config_.order.first_user_ref;
    std::map<std::uint32_t, std::uint32_t> open;  // user_ref: leaves
    std::set<std::uint32_t> cancelled_refs;
    std::uint64_t seen[8] = {};
    for (unsigned i = 0; i < 4000; ++i) {
      time += roll(30);
      std::vector<Output> out;
      if (roll(30) == 0) {
        out = command(time, host_command(allowed));
      } else if (!open.empty() && roll(12) == 0) {
        const auto it = std::next(open.begin(), static_cast<std::ptrdiff_t>(roll(open.size())));
        if (roll(2) == 0) {
          out = command(time, CommandOp::done, 0, it->first);
          open.erase(it);
        } else {
          const auto f = static_cast<std::uint32_t>(1 + roll(it->second));
          out = command(time, CommandOp::fill, 0, it->first, f, kBase + 1000);
          if ((it->second -= f) == 0) open.erase(it);
        }
      } else {
        out = send(time, {market_message(allowed)}, roll(1000) == 0);
      }
      for (const Output& o : out) {
        const Event& e = o.event;
        SCOPED_TRACE(::testing::Message() << "seed " << seed << " input " << i << ": " << describe(e));
        ++seen[e.kind];
        ASSERT_EQ(e.time, time);
        switch (e.event_kind()) {
          case EventKind::order: {
            ASSERT_FALSE(allowed.killed);
            ASSERT_TRUE(allowed.armed);
            ASSERT_TRUE(allowed.tradable(e.symbol));
            ASSERT_TRUE(allowed.market_open && !allowed.breaker);
            ASSERT_EQ(e.check_mask, 0u);
            ASSERT_EQ(e.reason, 0u);
            ASSERT_TRUE(e.book_flags & 1 << 4) << "the book is trusted";
            ASSERT_EQ(e.user_ref, next_user_ref++);
            ASSERT_EQ(o.frame.size(), kEnterFrameBytes);
            const auto m = ouch::EnterOrder::read(&o.frame[42]);
            ASSERT_EQ(m.user_ref_num, e.user_ref);
            ASSERT_EQ(m.side, e.side == 0 ? 'B' : 'S');
            ASSERT_EQ(m.quantity, e.quantity);
            ASSERT_EQ(m.price, e.price);
            ASSERT_EQ(e.price, e.side == 0 ? e.ask_price : e.bid_price);
            ASSERT_LE(e.quantity, e.side == 0 ? e.ask_quantity : e.bid_quantity);
            ASSERT_EQ(e.open_count, open.size());
            ASSERT_LE(std::abs(e.position) + std::int64_t{e.side == 0 ? e.open_buy : e.open_sell}, 800);
            open[e.user_ref] = e.quantity;
            ++rules[e.rule];
            break;
          }
          case EventKind::reject:
            ASSERT_NE(e.check_mask, 0u);
            ASSERT_EQ(static_cast<unsigned>(std::countr_zero(e.check_mask)) + 1, e.reason);
            ASSERT_TRUE(o.frame.empty());
            ASSERT_EQ(e.reason == code_of(Reason::kill), allowed.killed && e.rule != 0);
            ASSERT_TRUE(e.rule != 0 || e.check_mask == 1u << 10) << "a cancel is held back by the rate only";
            ++reasons[e.reason];
            ++rules[e.rule];
            break;
          case EventKind::cancel:
            ASSERT_EQ(o.frame.size(), kCancelFrameBytes);
            ASSERT_EQ(load_be32(&o.frame[43]), e.user_ref);
            ASSERT_EQ(open.count(e.user_ref), 1u) << "only an open order is cancelled";
            ASSERT_TRUE(cancelled_refs.insert(e.user_ref).second) << "and once";
            cancels_while_killed += allowed.killed;
            ++rules[e.rule];
            break;
          default:
            ASSERT_TRUE(o.frame.empty());
            break;
        }
      }
    }
    ASSERT_EQ(count(Counter::orders), seen[1]);
    ASSERT_EQ(count(Counter::cancels), seen[3]);
    ASSERT_EQ(count(Counter::commands), seen[6]);
    std::uint64_t rejects = 0;
    std::uint64_t intents = 0;
    for (unsigned n = 0; n < 13; ++n) rejects += count(counter_after(Counter::reject_kill, n));
    for (unsigned n = 0; n < 5; ++n) intents += count(counter_after(Counter::rule_cancel, n));
    ASSERT_EQ(rejects, seen[2]);
    ASSERT_EQ(intents, seen[1] + seen[2] + seen[3]) << "every intent became an order, a rejection or a cancel";
    ASSERT_EQ(count(Counter::unknown_order), 0u);
  }
  for (unsigned r = 0; r < 5; ++r) EXPECT_GT(rules[r], 50u) << "rule " << name(static_cast<Rule>(r));
  for (unsigned n = 1; n <= 13; ++n)
    EXPECT_GT(reasons[n], 0u) << name(static_cast<Reason>(n)) << " never was the reason";
  EXPECT_GT(cancels_while_killed, 2u);
}

TEST_F(CoreProperties, GiveTheSameOutputForTheSameInput) {
  const auto run = [this] {
    random_.seed(5);
    next_ = 0;
    live_.clear();
    noisy_config();
    start();
    Permissions allowed;
    for (std::uint64_t i = 0; i < 3000; ++i) {
      if (roll(40) == 0) {
        command(i * 20, host_command(allowed));
      } else {
        send(i * 20, {market_message(allowed)});
      }
    }
    return out_.all;
  };
  const auto first = run();
  const auto second = run();
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    ASSERT_TRUE(same_event(first[i].event, second[i].event)) << describe(first[i].event) << "\n"
                                                             << describe(second[i].event);
    ASSERT_EQ(first[i].frame, second[i].frame);
  }
}

}  // namespace
}  // namespace twinpath::testing
