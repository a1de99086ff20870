// Random requests over every feature: the tape's books are the engine's after every request, a late joiner's those of
// the whole tape, shares and cash are conserved, executions say what happened, and the same requests give the same
// bytes.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "host/book/market_books.h"
#include "testbench/market/market_run.h"

namespace twinpath::market {
namespace {

int streams() {
  const char* wanted = std::getenv("TP_SEEDS");
  return wanted == nullptr ? 300 : std::atoi(wanted);
}

TEST(MarketProperty, TapeExecutionsAndPositionsAreTheEnginesAndEverythingIsConserved) {
  Coverage met;
  for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(streams()); ++seed) {
    MarketRun run(seed);
    for (int n = 0; n < 250; ++n) ASSERT_EQ(run.step(met), "") << "seed " << seed << ", request " << n;
  }
  // So that the comparisons above were ones of everything.
  for (const char type : std::string_view("SRHYAECXDUQIB")) EXPECT_GE(met.types[type], 50u) << "ITCH type " << type;
  for (unsigned kind = 0; kind < met.kinds.size(); ++kind) EXPECT_GE(met.kinds[kind], 50u) << "execution kind " << kind;
  for (const int reason :
       {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 22, 23, 64, 65, 66, 67, 68, 69, 70, 71})
    EXPECT_GE(met.reasons[reason], 3u) << "reason " << reason;
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

// Keeps the product's books of a whole market by the tape.
struct ToMarketBooks {
  MarketBooks& books;

  void operator()(const itch::AddOrder& m) const {
    books.add(m.stock_locate, m.order_reference_number, m.buy_sell_indicator == 'B' ? Side::buy : Side::sell,
              {m.shares}, {m.price});
  }
  void operator()(const itch::OrderExecuted& m) const {
    books.reduce(m.stock_locate, m.order_reference_number, {m.executed_shares});
  }
  void operator()(const itch::OrderExecutedWithPrice& m) const {
    books.reduce(m.stock_locate, m.order_reference_number, {m.executed_shares});
  }
  void operator()(const itch::OrderCancel& m) const {
    books.reduce(m.stock_locate, m.order_reference_number, {m.cancelled_shares});
  }
  void operator()(const itch::OrderDelete& m) const { books.erase(m.stock_locate, m.order_reference_number); }
  void operator()(const itch::OrderReplace& m) const {
    books.replace(m.stock_locate, m.original_order_reference_number, m.new_order_reference_number, {m.shares},
                  {m.price});
  }
  void operator()(const auto&) const {}
};

TEST(MarketProperty, TheProductsMarketBooksFollowTheTapeWithoutTrouble) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Market market(market_options(seed));
    RequestStream stream(seed, market.options());
    Counters counters;
    auto books = std::make_unique<MarketBooks>(12, counters);
    const MessageStore* tape = nullptr;
    std::uint64_t next = 1;
    for (int n = 0; n < 2'000; ++n) {
      market.apply(stream.next());
      if (market.tape().get() != tape) {
        tape = market.tape().get();
        next = 1;
        books = std::make_unique<MarketBooks>(12, counters);
      }
      for (; next < tape->next_sequence(); ++next) ASSERT_TRUE(itch::visit(tape->at(next), ToMarketBooks{*books}));
      if (tape->ended()) continue;
      for (const Instrument& i : market.options().instruments) {
        ASSERT_FALSE(books->sticky(i.locate)) << "seed " << seed << ", request " << n;
        for (const Side side : {Side::buy, Side::sell}) {
          std::uint64_t shown = 0, expected = 0;
          books->for_each_level(i.locate, side, [&](Price price, Quantity quantity) {
            shown += quantity.value;
            ASSERT_EQ(market.engine().depth(market.book_of(i.locate), side, {price.value / i.tick}), quantity.value)
                << "seed " << seed << ", request " << n;
          });
          market.engine().for_each_resting(market.book_of(i.locate), side,
                                           [&](std::uint64_t, matching::Ticks, Quantity q) { expected += q.value; });
          ASSERT_EQ(shown, expected) << "seed " << seed << ", request " << n;
        }
      }
    }
  }
}

}  // namespace
}  // namespace twinpath::market
