// Random requests over every feature: the tape's books are the engine's after every request, shares and cash are
// conserved, executions say what happened, and the same requests give the same bytes.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "testbench/market/execution_ledger.h"
#include "testbench/market/market_streams.h"

namespace twinpath::market {
namespace {

int streams() {
  const char* wanted = std::getenv("TP_SEEDS");
  return wanted == nullptr ? 1'000 : std::atoi(wanted);
}

TEST(MarketProperty, TheTapesBooksAreTheEnginesAndEverythingIsConserved) {
  std::map<char, std::uint64_t> types;
  std::array<std::uint64_t, 13> kinds{};
  std::map<int, std::uint64_t> reasons;
  for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(streams()); ++seed) {
    Market market(market_options(seed));
    RequestStream stream(seed, market.options());
    TapeReader reader;
    ExecutionLedger ledger(market.options());
    const MessageStore* tape = nullptr;
    std::uint64_t next = 1;
    for (int n = 0; n < 250; ++n) {
      const Request r = stream.next();
      market.apply(r);
      if (market.tape().get() != tape) {
        tape = market.tape().get();
        for (const auto& [type, count] : reader.types()) types[type] += count;
        reader = {};
        next = 1;
      }
      if (tape != nullptr) next = reader.read_all(*tape, next);
      ASSERT_EQ(reader.wrong(), "") << "seed " << seed << ", request " << n;
      // Between two days there is no tape to compare with.
      if (tape != nullptr && !tape->ended()) {
        ASSERT_EQ(compare_books(market, reader), "") << "seed " << seed << ", request " << n;
      }
      for (const Execution& e : market.executions()) {
        ++kinds[static_cast<unsigned>(e.kind)];
        ++reasons[static_cast<int>(e.reason)];
        ASSERT_EQ(ledger.take(r, e), "") << "seed " << seed << ", request " << n;
      }
      ASSERT_EQ(ledger.compare(market), "") << "seed " << seed << ", request " << n;
      if (n % 8 == 0) {
        ASSERT_EQ(market.check(), "") << "seed " << seed << ", request " << n;
      }
    }
    for (const auto& [type, count] : reader.types()) types[type] += count;
  }
  // So that the comparisons above were ones of everything.
  for (const char type : std::string_view("SRHYAECXDUQIB")) EXPECT_GE(types[type], 50u) << "ITCH type " << type;
  for (unsigned kind = 0; kind < kinds.size(); ++kind) EXPECT_GE(kinds[kind], 50u) << "execution kind " << kind;
  for (const int reason :
       {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 22, 23, 64, 65, 66, 67, 68, 69, 70, 71})
    EXPECT_GE(reasons[reason], 5u) << "reason " << reason;
}

TEST(MarketProperty, TheSameRequestsGiveTheSameBytes) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Market one(market_options(seed)), two(market_options(seed));
    RequestStream stream(seed, one.options());
    for (int n = 0; n < 250; ++n) {
      const Request r = stream.next();
      one.apply(r);
      two.apply(r);
      ASSERT_EQ(one.executions().size(), two.executions().size());
      ASSERT_EQ(std::memcmp(one.executions().data(), two.executions().data(), one.executions().size_bytes()), 0)
          << "seed " << seed << ", request " << n;
      if (n % 20 == 0) {
        ASSERT_EQ(one.state_hash(), two.state_hash()) << "seed " << seed << ", request " << n;
      }
    }
  }
}

TEST(MarketProperty, ASnapshotAndTheTapeBehindItGiveTheBooksOfTheWholeTape) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    Market market(market_options(seed));
    RequestStream stream(seed, market.options());
    venue::Random random(seed);
    const MessageStore* tape = nullptr;
    TapeReader whole, joined;
    std::uint64_t next = 1, joined_next = 0;  // 0: not joined
    for (int n = 0; n < 250; ++n) {
      market.apply(stream.next());
      if (market.tape().get() != tape) {
        tape = market.tape().get();
        whole = {};
        next = 1;
        joined_next = 0;
      }
      next = whole.read_all(*tape, next);
      if (joined_next != 0) joined_next = joined.read_all(*tape, joined_next);
      if (random.one_in(25)) {
        joined = {};
        const auto snapshot = market.snapshot();
        joined.read_all(*snapshot, 1);
        joined_next = joined.next_after_snapshot();
        ASSERT_EQ(joined_next, tape->next_sequence());
      }
      ASSERT_EQ(joined.wrong(), "") << "seed " << seed << ", request " << n;
      if (joined_next == 0) continue;
      ASSERT_EQ(joined.orders(), whole.orders()) << "seed " << seed << ", request " << n;
      ASSERT_EQ(joined.symbols(), whole.symbols()) << "seed " << seed << ", request " << n;
    }
  }
}

}  // namespace
}  // namespace twinpath::market
