// SEM 5.2 to 5.5: what sending, filling and ending orders does to the state that the checks read.
#include <cstdlib>
#include <map>
#include <random>
#include <vector>

#include "testbench/risk/risk_fixture.h"

namespace twinpath::testing {
namespace {

using RiskState = RiskTest;

TEST_F(RiskState, TakesASentOrderIntoExposureAndWorkingOrder) {
  config_.order.first_user_ref = 77;
  start();
  EXPECT_EQ(send(buy(10, 50'000)), 77u);
  EXPECT_EQ(send(sell(4, 50'100)), 78u);
  const RiskResult r = state();
  EXPECT_EQ(r.open_buy, 10u);
  EXPECT_EQ(r.open_sell, 4u);
  EXPECT_EQ(r.open_count, 2u);
  EXPECT_EQ(r.gross_lo, 10u * 50'000 + 4 * 50'100);
  EXPECT_EQ(r.position, 0);
  const WorkingOrder& w = risk_->working(kSymbol);
  EXPECT_TRUE(w.open);
  EXPECT_FALSE(w.cancel_sent);
  EXPECT_EQ(w.side, Side::sell);
  EXPECT_EQ(w.price, Price{50'100});
  EXPECT_EQ(w.user_ref, 78u);
  EXPECT_FALSE(risk_->working(kOther).open);
}

TEST_F(RiskState, MovesAFillFromOpenToPosition) {
  const std::uint32_t ref = send(buy(10, 50'000));
  ASSERT_TRUE(fill(ref, 4, 49'900));
  RiskResult r = state();
  EXPECT_EQ(r.position, 4);
  EXPECT_EQ(r.open_buy, 6u);
  EXPECT_EQ(r.open_count, 1u);
  EXPECT_EQ(r.gross_lo, 6u * 50'000 + 4 * 49'900);
  EXPECT_TRUE(risk_->working(kSymbol).open);
  ASSERT_TRUE(fill(ref, 6, 50'000));
  r = state();
  EXPECT_EQ(r.position, 10);
  EXPECT_EQ(r.open_buy, 0u);
  EXPECT_EQ(r.open_count, 0u);
  EXPECT_EQ(r.gross_lo, 10u * 50'000) << "the whole position at the last fill's price";
  EXPECT_FALSE(risk_->working(kSymbol).open);
  EXPECT_FALSE(fill(ref, 1, 50'000));
  EXPECT_EQ(counters_[Counter::unknown_order], 1u);
  EXPECT_EQ(counters_[Counter::overfill], 0u);
}

TEST_F(RiskState, SubtractsAFilledSell) {
  const std::uint32_t ref = send(sell(10, 50'000));
  fill(ref, 10, 50'000);
  EXPECT_EQ(state().position, -10);
  EXPECT_EQ(state().open_sell, 0u);
  EXPECT_EQ(state().gross_lo, 500'000u) << "a short position is exposure too";
}

TEST_F(RiskState, TakesAnOverfillIntoThePositionWhole) {
  const std::uint32_t ref = send(buy(10, 50'000));
  ASSERT_TRUE(fill(ref, 15, 50'000));
  EXPECT_EQ(counters_[Counter::overfill], 1u);
  const RiskResult r = state();
  EXPECT_EQ(r.position, 15);
  EXPECT_EQ(r.open_buy, 0u);
  EXPECT_EQ(r.open_count, 0u);
  EXPECT_EQ(r.gross_lo, 15u * 50'000);
}

TEST_F(RiskState, RevaluesThePositionOnAFillOfNothing) {
  const std::uint32_t ref = send(buy(10, 50'000));
  fill(ref, 4, 50'000);
  ASSERT_TRUE(fill(ref, 0, 60'000));
  EXPECT_EQ(state().position, 4);
  EXPECT_EQ(state().gross_lo, 6u * 50'000 + 4 * 60'000);
}

TEST_F(RiskState, KeepsAnotherOrderWorkingWhenAnOlderOneEnds) {
  const std::uint32_t first = send(buy(10, 50'000));
  const std::uint32_t second = send(buy(10, 49'900));
  done(first);
  EXPECT_TRUE(risk_->working(kSymbol).open);
  EXPECT_EQ(risk_->working(kSymbol).user_ref, second);
  done(second);
  EXPECT_FALSE(risk_->working(kSymbol).open);
}

TEST_F(RiskState, ReleasesWhatIsLeftOfAnOrderThatIsDone) {
  const std::uint32_t ref = send(buy(10, 50'000));
  fill(ref, 3, 50'000);
  ASSERT_TRUE(done(ref));
  const RiskResult r = state();
  EXPECT_EQ(r.open_buy, 0u);
  EXPECT_EQ(r.open_count, 0u);
  EXPECT_EQ(r.position, 3);
  EXPECT_EQ(r.gross_lo, 3u * 50'000);
  EXPECT_FALSE(done(ref));
  EXPECT_EQ(counters_[Counter::unknown_order], 1u);
}

TEST_F(RiskState, DoesNotKnowAnOrderOfTheSameSlot) {
  const std::uint32_t ref = send(buy(10, 50'000));
  EXPECT_FALSE(done(ref + 4096));
  EXPECT_FALSE(fill(ref + 4096, 1, 1));
  EXPECT_FALSE(risk_->acknowledge(ref + 4096));
  EXPECT_EQ(counters_[Counter::unknown_order], 3u);
  EXPECT_TRUE(risk_->acknowledge(ref));
  EXPECT_EQ(state().open_count, 1u);
}

TEST_F(RiskState, WrapsTheUserReferenceWithItsSlots) {
  config_.order.first_user_ref = 0xFFFFFFFF;
  start();
  EXPECT_EQ(send(buy(1, 50'000)), 0xFFFFFFFFu);
  EXPECT_EQ(send(buy(1, 50'000)), 0u);
  EXPECT_TRUE(done(0xFFFFFFFF));
  EXPECT_TRUE(done(0));
}

TEST_F(RiskState, NamesTheSymbolOfTheOrder) {
  Intent i = buy(1, 50'000);
  i.symbol = kOther;
  const std::uint32_t ref = send(i);
  SymbolIndex symbol = 0;
  ASSERT_TRUE(risk_->fill(ref, Quantity{0}, Price{1}, symbol));
  EXPECT_EQ(symbol, kOther);
  symbol = 0;
  ASSERT_TRUE(risk_->done(ref, symbol));
  EXPECT_EQ(symbol, kOther);
}

TEST_F(RiskState, SaturatesThePositionAndSaysSo) {
  risk_->set_position(kSymbol, 0x7FFFFFFE, Price{1});
  const std::uint32_t bought = send(buy(10, 50'000));
  fill(bought, 1, 1);
  EXPECT_EQ(state().position, 0x7FFFFFFF);
  EXPECT_EQ(counters_[Counter::position_saturated], 0u);
  fill(bought, 1, 1);
  EXPECT_EQ(state().position, 0x7FFFFFFF);
  EXPECT_EQ(counters_[Counter::position_saturated], 1u);
  risk_->set_position(kSymbol, -0x7FFFFFFE, Price{1});
  const std::uint32_t sold = send(sell(10, 60'000));
  fill(sold, 1, 1);
  EXPECT_EQ(counters_[Counter::position_saturated], 1u);
  fill(sold, 0xFFFFFFFF, 1);
  EXPECT_EQ(state().position, -0x7FFFFFFF);
  EXPECT_EQ(counters_[Counter::position_saturated], 2u);
  EXPECT_EQ(counters_[Counter::overfill], 1u);
}

TEST_F(RiskState, SetsAPositionWithItsExposure) {
  risk_->set_position(kSymbol, -100, Price{50'000});
  EXPECT_EQ(state().position, -100);
  EXPECT_EQ(state().gross_lo, 5'000'000u);
  risk_->set_position(kOther, 10, Price{1000});
  EXPECT_EQ(state().gross_lo, 5'010'000u) << "gross is over all symbols";
  risk_->set_position(kSymbol, 1, Price{50'000});
  EXPECT_EQ(state().gross_lo, 60'000u) << "the old exposure is gone";
  risk_->set_position(kSymbol, INT32_MIN, Price{3});
  EXPECT_EQ(state().gross_lo, 0x80000000ull * 3 + 10'000);
}

TEST_F(RiskState, SaturatesTheGrossItShowsButNotTheGrossItChecks) {
  bank_.global.max_gross = ~std::uint64_t{0};
  for (unsigned s = 0; s < 3; ++s) risk_->set_position(static_cast<SymbolIndex>(s), INT32_MAX, Price{0xFFFFFFFF});
  EXPECT_EQ(state().gross_lo, ~std::uint64_t{0});
  EXPECT_TRUE(fails(Reason::gross, buy(1, 50'000)));
  for (unsigned s = 0; s < 3; ++s) risk_->set_position(static_cast<SymbolIndex>(s), 0, Price{1});
  EXPECT_EQ(state().gross_lo, 0u);
  EXPECT_FALSE(fails(Reason::gross, buy(1, 50'000)));
}

// ---- cancels
TEST_F(RiskState, LetsACancelPassEverythingButTheRate) {
  send(buy(10, 50'000), 100);
  risk_->set_kill(true);
  risk_->set_feed_ended();
  risk_->set_trading(kSymbol, false);
  limit() = {};
  bank_.global = {};
  EXPECT_EQ(check_cancel(100).check_mask, 0u);
  risk_->send_cancel(kSymbol, Cycles{100});
  EXPECT_TRUE(risk_->working(kSymbol).cancel_sent);
  EXPECT_TRUE(risk_->working(kSymbol).open);
  EXPECT_EQ(state().open_count, 1u) << "the order is open until the exchange says otherwise";
  bank_.global.rate_interval = 10;
  risk_->send_cancel(kSymbol, Cycles{100});
  const RiskResult r = check_cancel(109);
  EXPECT_EQ(r.reason, Reason::rate);
  EXPECT_EQ(r.check_mask, 1u << 10);
  EXPECT_EQ(check_cancel(110).reason, Reason::none);
}

TEST_F(RiskState, StartsAWorkingOrderWithItsCancelUnsent) {
  send(buy(10, 50'000));
  risk_->send_cancel(kSymbol, Cycles{0});
  send(buy(10, 49'000));
  EXPECT_FALSE(risk_->working(kSymbol).cancel_sent);
}

// ---- rate
using RiskRate = RiskTest;

TEST_F(RiskRate, LetsABurstThroughAndThenOneAnInterval) {
  bank_.global.rate_interval = 100;
  bank_.global.rate_tolerance = 2 * 100;  // a burst of three
  for (int i = 0; i < 3; ++i) {
    ASSERT_FALSE(fails(Reason::rate, buy(1, 50'000), 1000)) << i;
    send(buy(1, 50'000), 1000);
  }
  EXPECT_TRUE(fails(Reason::rate, buy(1, 50'000), 1000));
  EXPECT_TRUE(fails(Reason::rate, buy(1, 50'000), 1099));
  EXPECT_FALSE(fails(Reason::rate, buy(1, 50'000), 1100));
  send(buy(1, 50'000), 1100);
  EXPECT_TRUE(fails(Reason::rate, buy(1, 50'000), 1199));
}

TEST_F(RiskRate, CountsOrdersAndCancelsOfAllSymbolsTogether) {
  bank_.global.rate_interval = 100;
  Intent other = buy(1, 50'000);
  other.symbol = kOther;
  send(other, 0);
  EXPECT_TRUE(fails(Reason::rate, buy(1, 50'000), 99));
  EXPECT_EQ(check_cancel(99).reason, Reason::rate);
  risk_->send_cancel(kSymbol, Cycles{100});
  EXPECT_TRUE(fails(Reason::rate, buy(1, 50'000), 199));
  EXPECT_FALSE(fails(Reason::rate, buy(1, 50'000), 200));
}

TEST_F(RiskRate, NeverFailsWithAnIntervalOfZero) {
  bank_.global.rate_interval = 1000;
  send(buy(1, 50'000), 0);
  bank_.global.rate_interval = 0;
  EXPECT_FALSE(fails(Reason::rate, buy(1, 50'000), 0));
}

TEST_F(RiskRate, NeverSendsMoreThanTheBurstAndOneAnIntervalInAnyWindow) {
  std::mt19937_64 random(3);
  for (unsigned round = 0; round < 40; ++round) {
    start();
    const std::uint32_t interval = static_cast<std::uint32_t>(1 + random() % 50);
    const std::uint64_t burst = 1 + random() % 6;
    bank_.global.rate_interval = interval;
    bank_.global.rate_tolerance = (burst - 1) * interval;
    bank_.global.max_open_orders = 5000;
    std::vector<std::uint64_t> sent;
    std::uint64_t now = random() % 1000;
    std::uint64_t refused = 0;
    double credit = static_cast<double>(burst) * interval;  // the token bucket, in cycles
    std::uint64_t last = now;
    while (sent.size() < 400) {
      now += random() % 8 == 0 ? random() % (20 * interval) : random() % (interval / 2 + 1);
      credit = std::min(credit + static_cast<double>(now - last), static_cast<double>(burst) * interval);
      last = now;
      const bool passes = !fails(Reason::rate, buy(1, 50'000), now);
      ASSERT_EQ(passes, credit >= interval) << "round " << round << " at " << now;
      if (!passes) {
        ++refused;
        continue;
      }
      credit -= interval;
      sent.push_back(now);
      if (sent.size() % 2) {
        done(send(buy(1, 50'000), now));
      } else {
        risk_->send_cancel(kSymbol, Cycles{now});
      }
    }
    for (std::size_t i = 0; i < sent.size(); ++i) {
      for (std::size_t j = i; j < sent.size(); ++j) {
        const std::uint64_t window = sent[j] - sent[i];
        ASSERT_LE(j - i + 1, burst + window / interval) << "round " << round << ": " << sent[i] << " to " << sent[j];
      }
    }
    EXPECT_GT(refused, 0u);
  }
}

// ---- books of the gate balance
TEST_F(RiskState, AgreesWithALedgerOverRandomOrdersFillsAndEnds) {
  std::mt19937_64 random(4);
  struct Order {
    SymbolIndex symbol;
    Side side;
    std::uint32_t price;
    std::uint32_t leaves;
  };
  for (unsigned round = 0; round < 5; ++round) {
    start();
    std::map<std::uint32_t, Order> ledger;
    std::int64_t position[2] = {};
    std::uint64_t exposure[2] = {};
    for (unsigned i = 0; i < 20'000; ++i) {
      const auto kind = random() % 10;
      if (kind < 4 || ledger.empty()) {
        Intent in = intent(random() % 2 ? Side::buy : Side::sell, static_cast<std::uint32_t>(1 + random() % 1000),
                           static_cast<std::uint32_t>(40'000 + random() % 20'000));
        in.symbol = random() % 2 ? kSymbol : kOther;
        if (fails(Reason::open_orders, in)) continue;
        const std::uint32_t ref = send(in);
        ASSERT_EQ(ledger.count(ref), 0u);
        ledger[ref] = {in.symbol, in.side, in.price.value, in.quantity.value};
      } else {
        auto it =
            std::next(ledger.begin(), static_cast<std::ptrdiff_t>(random() % std::min<std::size_t>(ledger.size(), 50)));
        Order& o = it->second;
        if (kind < 8) {
          const std::uint32_t q = static_cast<std::uint32_t>(random() % (o.leaves + 20));
          const std::uint32_t price = static_cast<std::uint32_t>(random());
          ASSERT_TRUE(fill(it->first, q, price));
          const unsigned s = o.symbol == kOther;
          position[s] += o.side == Side::buy ? std::int64_t{q} : -std::int64_t{q};
          exposure[s] = static_cast<std::uint64_t>(std::llabs(position[s])) * price;
          o.leaves -= std::min(q, o.leaves);
          if (o.leaves == 0) ledger.erase(it);
        } else {
          ASSERT_TRUE(done(it->first));
          ledger.erase(it);
        }
      }
      std::uint64_t gross = exposure[0] + exposure[1];
      std::uint32_t open[2][2] = {};
      for (const auto& [ref, o] : ledger) {
        gross += std::uint64_t{o.price} * o.leaves;
        open[o.symbol == kOther][o.side == Side::sell] += o.leaves;
      }
      for (const SymbolIndex s : {kSymbol, kOther}) {
        const RiskResult r = state(s);
        const unsigned n = s == kOther;
        ASSERT_EQ(r.position, position[n]) << "round " << round << " step " << i;
        ASSERT_EQ(r.open_buy, open[n][0]);
        ASSERT_EQ(r.open_sell, open[n][1]);
        ASSERT_EQ(r.gross_lo, gross);
        ASSERT_EQ(r.open_count, ledger.size());
      }
    }
  }
}

}  // namespace
}  // namespace twinpath::testing
