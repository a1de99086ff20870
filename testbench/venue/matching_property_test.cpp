// Random streams over every feature: the engine against the naive model, report by report, and what must hold always.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "testbench/venue/matching_streams.h"
#include "testbench/venue/naive_matching.h"

namespace twinpath::matching {
namespace {

StreamOptions stream_options(std::uint64_t seed) {
  StreamOptions o{.seed = seed};
  o.books = 1 + seed % 4;
  o.wide = seed % 5 == 0;
  o.venue = seed % 3 != 0;
  o.exotic = seed % 7 != 0;
  o.spread = seed % 2 ? 5 : 40;
  o.ids = seed % 4 == 0 ? 1000 : 60;
  o.middle = seed % 11 == 0 ? -3 : 100;
  return o;
}

std::unique_ptr<Engine> make_engine(std::uint64_t seed) {
  // A ring that one command can overflow, and an index that grows while it is used.
  return std::make_unique<Engine>(
      EngineOptions{.expected_orders = 1, .ring_reports = 8, .ids_once_a_day = seed % 6 == 1});
}

void expect_equal(Engine& engine, NaiveMatching& naive, const Command& c, std::uint64_t seed) {
  const std::vector<Report> found = reports_of(engine, c), expected = naive.submit(c);
  for (std::size_t i = 0; i < std::max(found.size(), expected.size()); ++i) {
    ASSERT_LT(i, expected.size()) << "seed " << seed << ": too many reports: " << found[i];
    ASSERT_LT(i, found.size()) << "seed " << seed << ": missing: " << expected[i];
    ASSERT_EQ(found[i], expected[i]) << "seed " << seed;
  }
  ASSERT_EQ(engine.open_orders(), naive.open_orders()) << "seed " << seed;
}

int streams() {
  const char* wanted = std::getenv("TP_SEEDS");
  return wanted == nullptr ? 2'000 : std::atoi(wanted);
}

TEST(MatchingProperty, EveryReportIsTheNaiveModels) {
  for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(streams()); ++seed) {
    const auto engine = make_engine(seed);
    NaiveMatching naive(seed % 6 == 1);
    CommandStream stream(stream_options(seed));
    for (int n = 0; n < 250; ++n) {
      const Command c = stream.next();
      ASSERT_NO_FATAL_FAILURE(expect_equal(*engine, naive, c, seed)) << "command " << n;
      if (n % 16 == 0) {
        ASSERT_EQ(engine->check(), "") << "seed " << seed << ", command " << n;
      }
    }
    ASSERT_EQ(engine->check(), "") << "seed " << seed;
  }
}

// So that the comparison above is one of every kind of report, for every reason.
TEST(MatchingProperty, TheStreamsMeetEveryReportAndEveryReason) {
  std::array<std::uint64_t, 16> types{};
  std::array<std::uint64_t, 25> reasons{};
  std::uint64_t auction_trades = 0, most_open = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const auto engine = make_engine(seed);
    CommandStream stream(stream_options(seed));
    for (int n = 0; n < 250; ++n) {
      for (const Report& r : reports_of(*engine, stream.next())) {
        ++types[static_cast<unsigned>(r.type)];
        ++reasons[static_cast<unsigned>(r.reason)];
        auction_trades += r.type == ReportType::trade && r.flags == kAuctionTrade;
      }
      most_open = std::max(most_open, engine->open_orders());
    }
  }
  for (unsigned i = 0; i < types.size(); ++i) EXPECT_GE(types[i], 30u) << "report type " << i;
  for (unsigned i = 0; i < reasons.size(); ++i) EXPECT_GE(reasons[i], 5u) << "reason " << i;
  EXPECT_GE(types[static_cast<unsigned>(ReportType::trade)], 5'000u);
  EXPECT_GE(auction_trades, 500u);
  EXPECT_GE(most_open, 40u);
  if (testing::Test::HasFailure())
    for (unsigned i = 0; i < 25; ++i)
      std::cout << i << ": type " << (i < 16 ? types[i] : 0) << ", reason " << reasons[i] << '\n';
}

TEST(MatchingProperty, BestPricesAndDepthsAreTheNaiveModels) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto engine = make_engine(seed);
    NaiveMatching naive(seed % 6 == 1);
    const StreamOptions o = stream_options(seed);
    CommandStream stream(o);
    for (int n = 0; n < 300; ++n) {
      const Command c = stream.next();
      reports_of(*engine, c);
      naive.submit(c);
      for (std::uint32_t book = 0; book < o.books; ++book)
        for (const Side side : {Side::buy, Side::sell}) {
          const auto best = engine->best(book, side);
          const auto expected = naive.best(book, side);
          ASSERT_EQ(best.has_value(), expected.has_value()) << "seed " << seed << ", command " << n;
          if (best) {
            ASSERT_EQ(best->value, *expected) << "seed " << seed << ", command " << n;
          }
          const std::int64_t price = c.price.value;
          ASSERT_EQ(engine->depth(book, side, {price}), naive.depth(book, side, price)) << "seed " << seed;
        }
    }
  }
}

TEST(MatchingProperty, ALongStreamWithManyOrdersStaysConsistent) {
  Engine engine({.expected_orders = 1, .ring_reports = 64});
  NaiveMatching naive(false);
  CommandStream stream({.seed = 99, .books = 3, .ids = 3'000, .spread = 400, .middle = 10'000, .venue = false});
  for (int n = 0; n < 12'000; ++n) {
    ASSERT_NO_FATAL_FAILURE(expect_equal(engine, naive, stream.next(), 99)) << "command " << n;
    if (n % 500 == 0) {
      ASSERT_EQ(engine.check(), "") << "command " << n;
    }
  }
}

TEST(MatchingProperty, ASnapshotAtAnyPointContinuesAsIfNothingHadHappened) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    auto engine = make_engine(seed);
    const auto uninterrupted = make_engine(seed);
    CommandStream stream(stream_options(seed));
    venue::Random random(seed);
    for (int n = 0; n < 200; ++n) {
      const Command c = stream.next();
      ASSERT_EQ(reports_of(*engine, c), reports_of(*uninterrupted, c)) << "seed " << seed << ", command " << n;
      ASSERT_EQ(engine->state_hash(), uninterrupted->state_hash()) << "seed " << seed << ", command " << n;
      if (!random.one_in(20)) continue;
      const std::vector<std::byte> bytes = engine->snapshot();
      engine = std::make_unique<Engine>(EngineOptions{.expected_orders = 100, .ring_reports = 16});
      engine->restore(bytes);
      ASSERT_EQ(engine->snapshot(), bytes) << "seed " << seed << ", command " << n;
      ASSERT_EQ(engine->check(), "") << "seed " << seed << ", command " << n;
    }
  }
}

TEST(MatchingProperty, TheHashSeesEveryChangeOfState) {
  // A command that caused anything but a refusal or an indication has changed the state, and so the hash.
  Engine engine;
  CommandStream stream({.seed = 5});
  std::uint64_t before = engine.state_hash();
  for (int n = 0; n < 3'000; ++n) {
    const Command c = stream.next();
    const std::vector<Report> reports = reports_of(engine, c);
    const std::uint64_t after = engine.state_hash();
    const bool counted = !(reports.size() == 1 && reports[0].reason == Reason::bad_sequence);
    ASSERT_EQ(after != before, counted) << "command " << n << ": " << reports[0];
    before = after;
  }
}

TEST(MatchingProperty, ADamagedSnapshotIsRefusedAndSaysWhere) {
  Engine engine;
  CommandStream stream({.seed = 8});
  for (int n = 0; n < 400; ++n) reports_of(engine, stream.next());
  const std::vector<std::byte> bytes = engine.snapshot();
  for (std::size_t at = 0; at < bytes.size(); at += 5) {
    std::vector<std::byte> damaged = bytes;
    damaged[at] ^= std::byte{0x10};
    Engine other;
    try {
      other.restore(damaged);
      FAIL() << "accepted with byte " << at << " changed";
    } catch (const std::runtime_error& e) {
      ASSERT_NE(std::string(e.what()).find("byte "), std::string::npos) << e.what();
    }
  }
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    Engine other;
    ASSERT_THROW(other.restore(std::span(bytes).first(size)), std::runtime_error) << size;
  }
}

}  // namespace
}  // namespace twinpath::matching
