// The gates say what the checks say, whatever has happened since the limits were given. SEM 5.1.
#include <random>

#include "testbench/risk/risk_fixture.h"

namespace twinpath::testing {
namespace {

// Limits and state are kept so close together that every check passes and fails, and that few orders fail more than
// one.
class RiskGate : public RiskTest {
 protected:
  static constexpr std::uint32_t kPrice = 1000;

  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  bool one_in(std::uint32_t n) { return below(n) == 0; }
  SymbolIndex symbol() { return one_in(2) ? kSymbol : kOther; }

  // Near a bound as often as not; at times at the ends of what there is.
  std::uint32_t price() {
    const std::uint32_t ends[] = {0, 1, 0xFFFFFFFE, 0xFFFFFFFF};
    return one_in(20) ? ends[below(4)] : kPrice - 8 + below(17);
  }
  std::uint32_t quantity() { return one_in(30) ? 0xFFFFFFFF - below(2) : below(12); }

  void limits(Bank& bank) {
    for (const SymbolIndex s : {kSymbol, kOther}) {
      bank.limits[s] = {.permit_buy = !one_in(8),
                        .permit_sell = !one_in(8),
                        .max_quantity = one_in(10) ? 0xFFFFFFFF : below(14),
                        .max_notional = one_in(10) ? ~std::uint64_t{0} : std::uint64_t{kPrice} * below(14),
                        .collar = one_in(10) ? 0xFFFFFFFF : below(10),
                        .reference_price = price(),
                        .max_position = one_in(10) ? 0x7FFFFFFF : below(60)};
    }
    bank.global = {.max_gross = one_in(4) ? ~std::uint64_t{0} : std::uint64_t{kPrice} * below(200),
                   .max_open_orders = one_in(4) ? 4096 : below(12),
                   .rate_interval = one_in(3) ? 0 : below(20),
                   .rate_tolerance = below(100),
                   .duplicate_window = below(200)};
  }

  Intent any_intent() {
    Intent i = intent(one_in(2) ? Side::buy : Side::sell, quantity(), price());
    i.symbol = symbol();
    // The same again, at times.
    if (one_in(6)) i.side = last_.side, i.price = last_.price, i.quantity = last_.quantity, i.symbol = last_.symbol;
    return i;
  }

  // Whatever can happen to a gate.
  void anything() {
    SymbolIndex s = symbol();
    const std::uint32_t any_ref = first_ref_ + below(risk_->next_user_ref() - first_ref_ + 1);
    switch (below(24)) {
      case 0:
        return risk_->set_kill(one_in(3));
      case 1:
        return risk_->set_market_open(!one_in(3));
      case 2:
        return risk_->set_circuit_breaker(one_in(3));
      case 3:
        return risk_->set_trading(s, !one_in(3));
      case 4:
        return one_in(2) ? risk_->set_auction(s) : risk_->set_trading(s, true);
      case 5:
        return risk_->set_operational_halt(s, one_in(3));
      case 6:
      case 7:
        return risk_->set_last_trade(s, Price{price()}, !one_in(3));
      case 8:
        return one_in(40) ? risk_->forget_market(!one_in(3)) : risk_->set_market_open(true);
      case 9:
        return risk_->set_position(s, static_cast<std::int32_t>(below(100)) - 50, Price{price()});
      case 10:
      case 11:
      case 12:
        fill(any_ref, below(14), price());
        return;
      case 13:
      case 14:
      case 15:
      case 16:
        risk_->done(any_ref, s);
        return;
      case 17:
        return one_in(2) ? risk_->send_cancel(s, now()) : risk_->send_cancel(now());
      case 18:
        return risk_->pass_over_used_slots();
      case 19: {
        Bank& other = other_ ? bank_ : bank2_;
        limits(other);
        other_ = !other_;
        return risk_->use(other);
      }
      case 20:
        risk_->acknowledge(any_ref);
        return;
      default:
        time_ += below(60);
    }
  }
  Cycles now() const { return Cycles{time_}; }

  std::mt19937_64 random_{11};
  Bank bank2_;
  bool other_ = false;
  std::uint64_t time_ = 0;
  std::uint32_t first_ref_ = 1;
  Intent last_;
};

TEST_F(RiskGate, LetsThroughWhatNoCheckFailsAndNothingElse) {
  std::uint64_t passed = 0, failed = 0;
  std::array<std::uint64_t, 13> only{};  // failed by this check alone
  for (unsigned round = 0; round < 60; ++round) {
    // Near the end of the numbers, too, and with few slots that are free.
    config_.order.first_user_ref = first_ref_ = one_in(2) ? 1 : 0xFFFFF000;
    other_ = false;
    limits(bank_);
    start();
    for (unsigned step = 0; step < 4'000; ++step) {
      for (unsigned n = below(4); n-- > 0;) anything();
      const Intent i = any_intent();
      const std::uint32_t failures = risk_->enter_failures(i, now());
      ASSERT_EQ(risk_->may_enter(i, now()), failures == 0)
          << "round " << round << " step " << step << " mask " << failures;
      ASSERT_EQ(risk_->may_cancel(now()), risk_->cancel_failures(now()) == 0) << "round " << round << " step " << step;
      if (failures != 0) {
        ++failed;
        if ((failures & (failures - 1)) == 0) ++only[static_cast<unsigned>(__builtin_ctz(failures))];
        continue;
      }
      ++passed;
      if (one_in(2)) continue;
      risk_->send_enter(i, now());
      last_ = i;
    }
  }
  EXPECT_GT(passed, 1000u);
  EXPECT_GT(failed, 1000u);
  for (unsigned n = 0; n < only.size(); ++n) EXPECT_GT(only[n], 20u) << "check " << n + 1;
}

// An order that rests while all other numbers are used once holds its slot.
TEST_F(RiskGate, IsShutWhileTheNextOrdersSlotIsUsed) {
  const std::uint32_t resting = send(buy(1, 50'000));
  for (unsigned i = 1; i < Risk::kOpenSlots; ++i) ASSERT_TRUE(done(send(buy(1, 50'000))));
  const auto agrees = [this](bool may) {
    const Intent i = buy(1, 50'000);
    EXPECT_EQ(risk_->may_enter(i, Cycles{0}), may);
    EXPECT_EQ(risk_->enter_failures(i, Cycles{0}), may ? 0 : bit(Reason::open_orders));
  };
  agrees(false);
  risk_->pass_over_used_slots();
  agrees(true);
  for (unsigned i = 1; i < Risk::kOpenSlots; ++i) ASSERT_TRUE(done(send(buy(1, 50'000))));
  agrees(false);
  EXPECT_TRUE(done(resting));
  agrees(true);
}

TEST_F(RiskGate, IsShutUntilThereAreLimits) {
  const auto risk = std::make_unique<Risk>(config_, counters_);
  risk->set_market_open(true);
  risk->set_trading(kSymbol, true);
  risk->set_kill(false);
  EXPECT_FALSE(risk->may_enter(buy(1, 50'000), Cycles{1'000}));
  EXPECT_FALSE(risk->may_cancel(Cycles{1'000}));
  risk->use(bank_);
  EXPECT_TRUE(risk->may_enter(buy(1, 50'000), Cycles{1'000}));
  EXPECT_TRUE(risk->may_cancel(Cycles{1'000}));
}

}  // namespace
}  // namespace twinpath::testing
