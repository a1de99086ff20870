#include "host/venue/market_generator.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "testbench/venue/feed_checker.h"

namespace twinpath::venue {
namespace {

GeneratorOptions options_of(std::uint64_t messages, std::uint32_t symbols, std::uint64_t seed = 1) {
  GeneratorOptions o;
  o.messages = messages;
  o.symbols = symbols;
  o.seed = seed;
  return o;
}

void run(MarketGenerator& generator, FeedChecker& checker) {
  GeneratedMessage m;
  while (generator.next(m)) checker.take(m);
}

std::uint64_t hash_of(const GeneratorOptions& options) {
  MarketGenerator generator(options);
  GeneratedMessage m;
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325;  // FNV-1a
  while (generator.next(m)) {
    for (const std::uint8_t byte : m.span()) hash = (hash ^ byte) * 0x100'0000'01B3;
  }
  return hash;
}

TEST(MarketGenerator, KeepsEveryBookInPriceTimeOrderAndNeverCrossed) {
  for (const std::uint32_t symbols : {1U, 7U, 300U}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      SCOPED_TRACE("symbols " + std::to_string(symbols) + ", seed " + std::to_string(seed));
      MarketGenerator generator(options_of(200'000, symbols, seed));
      FeedChecker checker;
      run(generator, checker);
      ASSERT_EQ(checker.problems(), 0U);
      EXPECT_EQ(checker.live_orders(), generator.live_orders());
      EXPECT_EQ(checker.system_events(), "OSQMEC");
      EXPECT_EQ(checker.directory().size(), symbols);
    }
  }
}

TEST(MarketGenerator, KeepsItsRulesOverManySymbolsWithFewMessagesEach) {
  MarketGenerator generator(options_of(500'000, 8'000));
  FeedChecker checker;
  run(generator, checker);
  EXPECT_EQ(checker.problems(), 0U);
  EXPECT_EQ(checker.directory().size(), 8'000U);
  EXPECT_NEAR(static_cast<double>(checker.messages()), 500'000, 5'000);
}

TEST(MarketGenerator, LetsOrdersCrossBeforeTheOpenAndTradesThemInTheCross) {
  MarketGenerator generator(options_of(400'000, 100));
  FeedChecker checker;
  run(generator, checker);
  EXPECT_EQ(checker.problems(), 0U);
  EXPECT_GT(checker.crossed_at_open(), 20U);
  EXPECT_GT(checker.executions_of_several(), 100U);
}

TEST(MarketGenerator, MixesMessagesAsAsked) {
  MarketGenerator generator(options_of(2'000'000, 500));
  std::array<std::uint64_t, 256> counts{};
  std::uint64_t messages = 0;
  GeneratedMessage m;
  while (generator.next(m)) {
    ++counts[m.type()];
    ++messages;
  }
  EXPECT_EQ(counts, generator.counts());
  const auto share = [&](char type) {
    return 100.0 * static_cast<double>(counts[static_cast<unsigned>(type)]) / static_cast<double>(messages);
  };
  EXPECT_NEAR(static_cast<double>(messages), 2e6, 1e4);
  EXPECT_NEAR(share('A'), 43.59, 0.6);
  EXPECT_NEAR(share('D'), 42.55, 0.6);
  EXPECT_NEAR(share('U'), 8.05, 0.2);
  EXPECT_NEAR(share('E'), 2.13, 0.2);
  EXPECT_NEAR(share('X'), 1.04, 0.1);
  EXPECT_NEAR(share('F'), 1.05, 0.1);
  EXPECT_NEAR(share('P'), 0.9, 0.15);
}

TEST(MarketGenerator, FollowsAnotherMix) {
  GeneratorOptions o = options_of(500'000, 100);
  o.mix = {.add = 0.5,
           .add_mpid = 0,
           .remove = 0.3,
           .replace = 0,
           .execute = 0.2,
           .execute_with_price = 0,
           .cancel = 0,
           .trade = 0,
           .imbalance = 0,
           .rare = 0};
  MarketGenerator generator(o);
  FeedChecker checker;
  run(generator, checker);
  EXPECT_EQ(checker.problems(), 0U);
  EXPECT_EQ(checker.count('U') + checker.count('F') + checker.count('X') + checker.count('P'), 0U);
  EXPECT_NEAR(static_cast<double>(checker.count('E')) / 500'000, 0.19, 0.03);
}

TEST(MarketGenerator, SendsEveryMessageTypeOfItch) {
  GeneratorOptions o = options_of(50'000, 50);
  o.circuit_breaker_level = 2;
  MarketGenerator generator(o);
  FeedChecker checker;
  run(generator, checker);
  EXPECT_EQ(checker.problems(), 0U);
  for (const char type : std::string("SRHYLVWKJhAFECXDUPQBINO")) EXPECT_GT(checker.count(type), 0U) << type;
  EXPECT_EQ(checker.unknown(), 0U);
}

TEST(MarketGenerator, BreaksTheMarketOnlyWhenAsked) {
  MarketGenerator generator(options_of(50'000, 50));
  FeedChecker checker;
  run(generator, checker);
  EXPECT_EQ(checker.count('W'), 0U);
}

TEST(MarketGenerator, AddsUnknownTypesAtTheirProbability) {
  GeneratorOptions o = options_of(400'000, 50);
  o.unknown_types = 0.01;
  MarketGenerator generator(o);
  FeedChecker checker;
  run(generator, checker);
  EXPECT_EQ(checker.problems(), 0U);
  EXPECT_NEAR(static_cast<double>(checker.unknown()), 4'000, 300);
}

// The value at rank p of a histogram.
std::uint64_t percentile(const std::map<std::uint64_t, std::uint64_t>& histogram, double p) {
  std::uint64_t total = 0;
  for (const auto& [value, count] : histogram) total += count;
  std::uint64_t seen = 0;
  for (const auto& [value, count] : histogram) {
    seen += count;
    if (static_cast<double>(seen) >= p * static_cast<double>(total)) return value;
  }
  return 0;
}

TEST(MarketGenerator, BurstsLikeTheMeasuredDay) {
  MarketGenerator generator(options_of(4'000'000, 500));
  std::map<std::uint64_t, std::uint64_t> in_microsecond;
  std::map<std::uint64_t, std::uint64_t> in_millisecond;
  GeneratedMessage m;
  std::uint64_t us = 0, us_count = 0, ms = 0, ms_count = 0;
  while (generator.next(m)) {
    if (m.timestamp_ns < generator.market_open_ns() || m.timestamp_ns >= generator.market_close_ns()) continue;
    if (m.timestamp_ns / 1'000 != us) {
      if (us_count != 0) ++in_microsecond[us_count];
      us = m.timestamp_ns / 1'000;
      us_count = 0;
    }
    if (m.timestamp_ns / 1'000'000 != ms) {
      if (ms_count != 0) ++in_millisecond[ms_count];
      ms = m.timestamp_ns / 1'000'000;
      ms_count = 0;
    }
    ++us_count;
    ++ms_count;
  }
  EXPECT_EQ(percentile(in_microsecond, 0.5), 1U);
  EXPECT_EQ(percentile(in_microsecond, 0.99), 2U);
  EXPECT_GE(percentile(in_microsecond, 0.999), 3U);
  EXPECT_LE(percentile(in_microsecond, 0.999), 5U);
  EXPECT_GE(percentile(in_microsecond, 0.9999), 10U);
  EXPECT_LE(percentile(in_microsecond, 0.9999), 24U);
  EXPECT_GE(in_microsecond.rbegin()->first, 200U);
  EXPECT_LE(in_microsecond.rbegin()->first, 510U);
  EXPECT_NEAR(static_cast<double>(percentile(in_millisecond, 0.99)), 90, 25);
  EXPECT_LE(in_millisecond.rbegin()->first, 2'500U);
}

TEST(MarketGenerator, RepeatsItselfForASeedAndDiffersForAnother) {
  const std::uint64_t first = hash_of(options_of(100'000, 60, 5));
  EXPECT_EQ(first, hash_of(options_of(100'000, 60, 5)));
  EXPECT_NE(first, hash_of(options_of(100'000, 60, 6)));
}

TEST(MarketGenerator, NamesSymbolsAsItsDirectoryDoes) {
  MarketGenerator generator(options_of(60'000, 400));
  FeedChecker checker;
  run(generator, checker);
  std::set<std::string> names;
  std::set<std::uint16_t> locates;
  for (std::uint32_t i = 0; i < generator.symbol_count(); ++i) {
    const std::string name(generator.symbol_name(i));
    EXPECT_EQ(checker.directory().at(generator.locate(i)), name);
    EXPECT_GE(name.size(), 1U);
    EXPECT_LE(name.size(), 5U);
    EXPECT_GE(generator.reference_price(i).value, 50'000U);
    EXPECT_EQ(generator.reference_price(i).value % 100, 0U);
    names.insert(name);
    locates.insert(generator.locate(i));
  }
  EXPECT_EQ(names.size(), 400U);
  EXPECT_EQ(*locates.begin(), 1U);
  EXPECT_EQ(*locates.rbegin(), 400U);
}

TEST(MarketGenerator, GivesTheConfiguredSymbolsTheirShareOfTheTraffic) {
  GeneratorOptions o = options_of(1'000'000, 1'000);
  o.configured_symbols = 16;
  o.configured_share = 0.7;
  MarketGenerator generator(o);
  std::map<std::uint16_t, std::uint64_t> traffic;
  GeneratedMessage m;
  std::uint64_t total = 0;
  while (generator.next(m)) {
    if (m.type() != 'A' || m.timestamp_ns < generator.market_open_ns()) continue;
    ++traffic[load_be16(&m.bytes[1])];
    ++total;
  }
  std::uint64_t configured = 0;
  for (std::uint32_t i = 0; i < 16; ++i) configured += traffic[generator.locate(i)];
  EXPECT_NEAR(static_cast<double>(configured) / static_cast<double>(total), 0.7, 0.05);
  EXPECT_GT(traffic[generator.locate(0)], 2 * traffic[generator.locate(15)]);
}

TEST(MarketGenerator, KeepsPricesNearTheirReferenceButForStubQuotes) {
  MarketGenerator generator(options_of(1'000'000, 40));
  std::map<std::uint16_t, std::int64_t> reference;
  for (std::uint32_t i = 0; i < generator.symbol_count(); ++i)
    reference[generator.locate(i)] = generator.reference_price(i).value;
  GeneratedMessage m;
  std::uint64_t adds = 0, near = 0, stubs = 0;
  while (generator.next(m)) {
    if (m.type() != 'A') continue;
    const itch::AddOrder add = itch::AddOrder::read(m.bytes.data());
    const std::int64_t distance = std::abs(static_cast<std::int64_t>(add.price) - reference[add.stock_locate]);
    ++adds;
    if (distance <= 120'000) ++near;
    if (add.price == 1'999'999'900) ++stubs;
  }
  EXPECT_GT(static_cast<double>(near) / static_cast<double>(adds), 0.99);
  EXPECT_GT(stubs, 0U);
}

// Correlation of the moves of `a` with those of `b` that come `lag` samples later; a move spans `step` samples.
double correlation(const std::vector<double>& a, const std::vector<double>& b, std::size_t lag, std::size_t step) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = step; i + lag < a.size(); ++i) {
    const double da = a[i] - a[i - step];
    const double db = b[i + lag] - b[i + lag - step];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return ab / std::sqrt(aa * bb);
}

TEST(MarketGenerator, MovesThePriceOfTheFollowerBehindTheLeader) {
  constexpr std::uint32_t kSymbols = 16;
  GeneratorOptions o = options_of(1'000'000, kSymbols);
  o.halts = o.luld_pauses = o.operational_halts = 0;
  MarketGenerator generator(o);
  EXPECT_EQ(generator.follower(0), 1U);
  EXPECT_EQ(generator.follower(1), 1U);
  FeedChecker checker;
  std::array<std::vector<double>, kSymbols> prices;  // sampled every 50 messages
  GeneratedMessage m;
  while (generator.next(m) && m.timestamp_ns < generator.market_close_ns()) {
    checker.take(m);
    if (m.timestamp_ns <= generator.market_open_ns() || checker.messages() % 50 != 0) continue;
    for (std::uint32_t i = 0; i < kSymbols; ++i) prices[i].push_back(checker.middle(generator.locate(i)));
  }
  double leader_first = 0, follower_first = 0, together = 0, strangers = 0;
  for (std::uint32_t i = 0; i < kSymbols; i += 2) {
    leader_first += correlation(prices[i], prices[i + 1], 16, 8) / (kSymbols / 2);
    follower_first += correlation(prices[i + 1], prices[i], 16, 8) / (kSymbols / 2);
    together += correlation(prices[i], prices[i + 1], 0, 8) / (kSymbols / 2);
    strangers += correlation(prices[i], prices[(i + 3) % kSymbols], 0, 8) / (kSymbols / 2);
  }
  EXPECT_GT(together, 0.3);
  EXPECT_LT(std::abs(strangers), 0.15);
  EXPECT_GT(leader_first, follower_first + 0.03);
}

TEST(MarketGenerator, SendsHaltsPausesAndOperationalHaltsInTheirOrder) {
  GeneratorOptions o = options_of(200'000, 50);
  o.halts = 3;
  o.luld_pauses = 2;
  o.operational_halts = 1;
  MarketGenerator generator(o);
  std::map<std::uint16_t, std::string> states;
  GeneratedMessage m;
  while (generator.next(m)) {
    const std::uint16_t locate = load_be16(&m.bytes[1]);
    if (m.type() == 'H') states[locate] += itch::StockTradingAction::read(m.bytes.data()).trading_state;
    if (m.type() == 'J') states[locate] += 'j';
    if (m.type() == 'h')
      states[locate] += itch::OperationalHalt::read(m.bytes.data()).operational_halt_action == 'H' ? '(' : ')';
  }
  std::map<std::string, unsigned> histories;
  for (const auto& [locate, history] : states) ++histories[history];
  EXPECT_EQ(histories["THQT"], 3U);
  EXPECT_EQ(histories["TPjQT"], 2U);
  EXPECT_EQ(histories["T()"], 1U);
  EXPECT_EQ(histories["T"], 44U);
}

TEST(MarketGenerator, KeepsTheOpeningTimeAndShrinksTheRest) {
  GeneratorOptions o = options_of(20'000, 10);
  o.duration_ns = 1'000'000'000;
  MarketGenerator generator(o);
  EXPECT_EQ(generator.market_open_ns(), o.market_open_ns);
  EXPECT_NEAR(static_cast<double>(generator.session_end_ns() - generator.session_start_ns()), 1e9, 1e7);
  GeneratedMessage m;
  ASSERT_TRUE(generator.next(m));
  EXPECT_EQ(m.timestamp_ns, generator.session_start_ns());
  while (generator.next(m)) {
  }
  EXPECT_EQ(m.timestamp_ns, generator.session_end_ns());
}

TEST(MarketGenerator, RefusesOptionsThatMakeNoSession) {
  EXPECT_THROW(MarketGenerator(options_of(1000, 0)), std::invalid_argument);
  EXPECT_THROW(MarketGenerator(options_of(1000, 65'001)), std::invalid_argument);
  GeneratorOptions o;
  o.market_close_ns = o.market_open_ns;
  EXPECT_THROW(MarketGenerator{o}, std::invalid_argument);
  o = {};
  o.circuit_breaker_level = 4;
  EXPECT_THROW(MarketGenerator{o}, std::invalid_argument);
  o = {};
  o.mix.remove = -1;
  EXPECT_THROW(MarketGenerator{o}, std::invalid_argument);
}

}  // namespace
}  // namespace twinpath::venue
