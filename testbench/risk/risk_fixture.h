// A risk gate with one symbol whose limits are wide open, and short names for what tests do to it.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "host/risk/risk.h"

namespace twinpath::testing {

class RiskTest : public ::testing::Test {
 protected:
  static constexpr SymbolIndex kSymbol = 5;
  static constexpr SymbolIndex kOther = 6;

  RiskTest() {
    config_.symbols_start_trading = true;
    for (LimitRecord* l : {&bank_.limits[kSymbol], &bank_.limits[kOther]}) {
      *l = {.permit_buy = true,
            .permit_sell = true,
            .max_quantity = 1000,
            .max_notional = std::uint64_t{1} << 50,
            .collar = 1'000'000,
            .reference_price = 50'000,
            .max_position = 1'000'000};
    }
    bank_.global = {.max_gross = std::uint64_t{1} << 60,
                    .max_open_orders = 4096,
                    .rate_interval = 0,
                    .rate_tolerance = 0,
                    .duplicate_window = 0};
    start();
  }
  // A new gate with config_; the market is open, limits stay.
  void start() {
    counters_ = Counters();
    risk_ = std::make_unique<Risk>(config_, counters_);
    risk_->use(bank_);
    risk_->set_market_open(true);
  }

  LimitRecord& limit() { return bank_.limits[kSymbol]; }
  static Intent intent(Side side, std::uint32_t quantity, std::uint32_t price) {
    return {IntentKind::enter, Rule::take, side, kSymbol, Price{price}, Quantity{quantity}};
  }
  static Intent buy(std::uint32_t quantity, std::uint32_t price) { return intent(Side::buy, quantity, price); }
  static Intent sell(std::uint32_t quantity, std::uint32_t price) { return intent(Side::sell, quantity, price); }
  static Intent cancel() { return {IntentKind::cancel, Rule::cancel, Side::buy, kSymbol, Price{0}, Quantity{0}}; }

  // With the limits as they are now. The gates say what the checks do.
  RiskResult check(const Intent& i, std::uint64_t stamp = 0) const {
    risk_->use(bank_);
    const RiskResult r = risk_->check_enter(i, Cycles{stamp});
    EXPECT_EQ(risk_->may_enter(i, Cycles{stamp}), r.check_mask == 0) << "mask " << r.check_mask;
    return r;
  }
  RiskResult check_cancel(std::uint64_t stamp) const {
    risk_->use(bank_);
    const RiskResult r = risk_->check_cancel(cancel(), Cycles{stamp});
    EXPECT_EQ(risk_->may_cancel(Cycles{stamp}), r.check_mask == 0);
    return r;
  }
  std::uint32_t send(const Intent& i, std::uint64_t stamp = 0) { return risk_->send_enter(i, Cycles{stamp}); }
  bool fill(std::uint32_t user_ref, std::uint32_t quantity, std::uint32_t price) {
    SymbolIndex symbol = 0;
    return risk_->fill(user_ref, Quantity{quantity}, Price{price}, symbol);
  }
  bool done(std::uint32_t user_ref) {
    SymbolIndex symbol = 0;
    return risk_->done(user_ref, symbol);
  }
  RiskResult state(SymbolIndex s = kSymbol) const { return risk_->observe(s); }

  static std::uint32_t bit(Reason r) { return 1u << (static_cast<unsigned>(r) - 1); }
  bool fails(Reason r, const Intent& i, std::uint64_t stamp = 0) const {
    return (check(i, stamp).check_mask & bit(r)) != 0;
  }
  void expect_only(Reason r, const Intent& i, std::uint64_t stamp = 0) const {
    const RiskResult got = check(i, stamp);
    EXPECT_EQ(name(got.reason), name(r));
    EXPECT_EQ(got.check_mask, bit(r)) << name(r);
  }
  void expect_pass(const Intent& i, std::uint64_t stamp = 0) const {
    const RiskResult got = check(i, stamp);
    EXPECT_EQ(name(got.reason), "none");
    EXPECT_EQ(got.check_mask, 0u);
  }

  CoreConfig config_;
  Bank bank_;
  Counters counters_;
  std::unique_ptr<Risk> risk_;
};

}  // namespace twinpath::testing
