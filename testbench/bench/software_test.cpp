// The sessions that the software path's benches play are whole, and the books of all symbols are right.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

#include "bench/generated_session.h"
#include "bench/market_books.h"
#include "bench/session.h"
#include "bench/software_latency.h"
#include "host/feed/frame_parser.h"
#include "host/path/book_message.h"
#include "host/path/software_path.h"
#include "testbench/book/naive_market.h"

namespace twinpath::bench {
namespace {

class Kept final : public PathSink {
 public:
  void on_order_frame(std::span<const std::uint8_t> frame) override {
    bytes.insert(bytes.end(), frame.begin(), frame.end());
  }
  void on_event(const Event&) override {}
  std::vector<std::uint8_t> bytes;
};

ReplayOptions answered() {
  ReplayOptions options;
  options.responses = {true, Cycles{10'000}, Cycles{20'000}, Cycles{1'000'000}, 50, 25};
  return options;
}

TEST(BenchSession, PlayedInAnyBatchesMakesTheSameOrders) {
  GeneratedSession source(20'000);
  const Session session(source, source.config, answered());
  EXPECT_GT(session.inputs().size(), session.frames()) << "answers of the exchange";
  EXPECT_GT(session.orders(), 50u);
  std::vector<std::uint8_t> first;
  for (const std::size_t batch : {1, 7, 64}) {
    Kept kept;
    const auto path = make_software_path(source.config, kept, false);
    std::size_t inputs = 0;
    session.play(
        batch,
        [&](std::span<const TimedInput> some) {
          EXPECT_LE(some.size(), batch);
          inputs += some.size();
          path->submit(some);
        },
        [](const Bank&) {});
    EXPECT_EQ(inputs, session.inputs().size());
    if (first.empty()) first = kept.bytes;
    EXPECT_EQ(kept.bytes, first) << batch;
  }
}

TEST(BenchSession, HasAFigureForEveryOrder) {
  GeneratedSession source(20'000);
  const Session session(source, source.config, answered());
  const LatencyFigures f = run_latency(session, source.config, 2);
  EXPECT_EQ(f.all.count(), 2 * session.orders());
  EXPECT_EQ(f.quietest.count(), session.orders());
  EXPECT_LE(f.quietest.percentile(50), f.all.percentile(50));
  EXPECT_EQ(f.adds.count() + f.others.count(), f.first.count());
  EXPECT_EQ(f.first.count() + f.behind[0].count() + f.behind[1].count() + f.behind[2].count(), session.orders());
  EXPECT_GT(f.first.count(), 0u);
  EXPECT_GT(f.adds.count(), 0u);
  EXPECT_GT(f.others.count(), 0u);
  EXPECT_GT(f.behind[0].count(), 0u);
  EXPECT_EQ(f.rates.size(), 2u);
}

TEST(BenchSession, IsNoneThatAnotherConfigurationTradesOtherwise) {
  GeneratedSession source(20'000);
  const Session session(source, source.config, answered());
  source.config.armed = false;
  EXPECT_THROW(run_latency(session, source.config, 1), std::runtime_error);
}

TEST(MarketBooker, MakesTheBooksOfAPlainModelAndOfThePathForTheSymbolsThatBothHave) {
  GeneratedSession source(20'000);
  const PackedSession session(source, source.config.feed);
  testing::NaiveMarket model;
  Counters counters;
  auto books = std::make_unique<Books>(source.config, counters);
  std::map<std::uint16_t, SymbolIndex> configured;
  for (std::size_t i = 0; i < source.config.symbols.size(); ++i)
    configured[source.config.symbols[i].locate] = static_cast<SymbolIndex>(i);
  std::set<std::uint16_t> locates;
  std::uint64_t messages = 0;
  session.for_each([&](std::span<const std::uint8_t> frame) {
    for (std::size_t at = kFrameHeaderBytes; at + 2 < frame.size(); at += 2u + load_be16(&frame[at]), ++messages) {
      const std::uint8_t* m = &frame[at + 2];
      const std::uint16_t locate = load_be16(m + 1);
      locates.insert(locate);
      model.message(m);
      BookChange change;
      if (kIsBookMessage[m[0]] && configured.contains(locate))
        book_message(*books, configured[locate], m, m[0], change);
    }
  });
  EXPECT_EQ(session.messages(), messages);
  EXPECT_LT(session.frames(), messages / 20) << "packed frames are full";

  MarketBooker market(session, 17);
  market.run();
  EXPECT_EQ(market.symbols(), 40u);
  EXPECT_EQ(market.books().orders().size(), model.orders.size());
  EXPECT_GT(market.books().orders().size(), 300u);
  EXPECT_EQ(market.refused(), 0u);
  EXPECT_GT(market.quoted(), 60u);
  for (const std::uint16_t locate : locates) ASSERT_EQ(model.differences(market.books(), locate), "");
  unsigned known = 0;
  for (const auto& [locate, symbol] : configured) {
    if (!books->bbo(symbol).known()) continue;  // orders outside the window
    ++known;
    EXPECT_EQ(market.books().bbo(locate), books->bbo(symbol)) << locate;
  }
  EXPECT_GT(known, 10u);
}

TEST(MarketDecoder, ReadsTheSameFieldsEveryTime) {
  GeneratedSession source(5'000);
  const PackedSession session(source, source.config.feed);
  MarketDecoder first(session), second(session);
  first.run();
  second.run();
  EXPECT_NE(first.checksum(), 0u);
  EXPECT_EQ(first.checksum(), second.checksum());
}

}  // namespace
}  // namespace twinpath::bench
