#include "host/apps/config/sample_config.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testbench/apps/config_texts.h"

namespace twinpath {
namespace {

TEST(SampleConfig, LoadsAndEnablesEveryRule) {
  const std::vector<SampleSymbol> symbols{{"ALPHA", 3, {1'872'500}},
                                          {"BETA", 4, {421'000}},
                                          {"GAMMA", std::nullopt, {9'500}},
                                          {"D", 9, {25'000'000}},
                                          {"EPS", 10, {10'000}}};
  const auto text = sample_config(symbols);
  const auto run = parse(text);
  ASSERT_EQ(run.core.symbols.size(), 5u);
  EXPECT_EQ(run.core.symbols[0].locate, 3);
  EXPECT_FALSE(run.core.symbols[2].has_locate);
  EXPECT_FALSE(run.core.symbols[2].cent_tick);
  EXPECT_TRUE(run.responses.enabled);
  bool take = false, imbalance = false, momentum = false, lead_lag = false, cancel = false;
  for (const auto& rules : run.core.banks[0].rules) {
    take |= rules.take.enabled;
    imbalance |= rules.imbalance.enabled;
    momentum |= rules.momentum.enabled;
    lead_lag |= rules.lead_lag.enabled;
    cancel |= rules.cancel.enabled;
  }
  EXPECT_TRUE(take && imbalance && momentum && lead_lag && cancel);
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    EXPECT_EQ(run.core.banks[0].limits[i].reference_price, symbols[i].reference_price.value);
    EXPECT_TRUE(run.core.banks[0].limits[i].permit_buy);
  }
}

TEST(SampleConfig, LoadsForOneSymbolAndFor256) {
  EXPECT_NO_THROW(parse(sample_config(std::vector<SampleSymbol>{{"ONE", 1, {1}}})));
  std::vector<SampleSymbol> all;
  for (unsigned i = 0; i < 256; ++i)
    all.push_back({fmt::format("S{}", i), static_cast<std::uint16_t>(i + 1), {10'000 + i * 7'301}});
  EXPECT_NO_THROW(parse(sample_config(all)));
  all.push_back({"MORE", 300, {5}});
  EXPECT_THROW(sample_config(all), std::invalid_argument);
  EXPECT_THROW(sample_config({}), std::invalid_argument);
}

}  // namespace
}  // namespace twinpath
