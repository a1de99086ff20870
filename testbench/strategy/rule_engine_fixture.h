// A rule engine with one symbol, a change of its book and a lagging symbol, all at hand.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>

#include "host/strategy/rule_engine.h"

namespace twinpath::testing {

inline constexpr std::uint32_t kMost = 0xFFFFFFFF;

struct LaggerView {
  const Bbo& bbo;
  bool trusted;
};

inline SideQuote at(std::uint32_t price, std::uint32_t quantity = 100) {
  return {SideState::quoted, Price{price}, Quantity{quantity}};
}
inline SideQuote unknown() { return {SideState::unknown, {}, {}}; }

// Symbol 3 with every rule off; a message that has changed its book from nothing to 10.00 / 10.02.
class RuleEngineTest : public ::testing::Test {
 protected:
  static constexpr SymbolIndex kSymbol = 3;
  static constexpr SymbolIndex kLagger = 200;

  RuleEngineTest() {
    change_.effect = true;
    change_.after = {at(100'000, 300), at(100'200, 500)};
  }
  RuleRecord& rule() { return (*rules_)[kSymbol]; }
  Intent evaluate(std::uint64_t stamp = 0) {
    change_.changed = !(change_.before == change_.after);
    engine_.use(*rules_);
    return engine_.evaluate(kSymbol, Cycles{stamp}, change_, working_, [this](SymbolIndex g) {
      asked_ = g;
      return LaggerView{lagger_, lagger_trusted_};
    });
  }
  bool fires(std::uint64_t stamp = 0) { return evaluate(stamp).kind != IntentKind::none; }
  // Expects an enter intent of this rule.
  void expect_enter(Rule rule, Side side, std::uint32_t price, std::uint32_t quantity, SymbolIndex symbol = kSymbol) {
    const Intent i = evaluate();
    ASSERT_EQ(i.kind, IntentKind::enter);
    EXPECT_EQ(i.rule, rule);
    EXPECT_EQ(i.side, side);
    EXPECT_EQ(i.price, Price{price});
    EXPECT_EQ(i.quantity, Quantity{quantity});
    EXPECT_EQ(i.symbol, symbol);
  }
  void trade(bool execution, Side resting, std::uint32_t price, std::uint32_t shares, bool through = false) {
    change_.trade = {true, execution, resting, Price{price}, Quantity{shares}, through};
  }
  std::uint64_t fired(Rule r) const { return counters_[counter_after(Counter::rule_cancel, static_cast<unsigned>(r))]; }

  Counters counters_;
  RuleEngine engine_{counters_};
  std::unique_ptr<std::array<RuleRecord, kSymbols>> rules_ = std::make_unique<std::array<RuleRecord, kSymbols>>();
  BookChange change_;
  WorkingOrder working_;
  Bbo lagger_{at(50'000, 70), at(50'100, 80)};
  bool lagger_trusted_ = true;
  std::optional<SymbolIndex> asked_;
};

}  // namespace twinpath::testing
