// The feed engine on frames that the test makes: what it publishes, and what its successor makes of what it kept.
#include "host/process/feed_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testbench/process/feed_fixture.h"

namespace twinpath::testing {
namespace {

using ::testing::SizeIs;

TEST_F(FeedEngineTest, PublishesEveryChangeOfABookAndTheBookAsItIs) {
  begin();
  market({add(kLocateA, 1, 'B', 100, kBasePrice)});
  market({add(kLocateA, 2, 'S', 200, kBasePrice + 200), add(kLocateA, 3, 'B', 50, kBasePrice - 100)});
  market({executed(kLocateA, 2, 80)});
  const auto all = updates();
  ASSERT_THAT(all, SizeIs(3));  // an order behind the best one changes neither side
  EXPECT_EQ(all[0].book.after.bid.price.value, kBasePrice);
  EXPECT_FALSE(all[0].book.before.bid.quoted());
  EXPECT_EQ(all[1].book.after.ask.quantity.value, 200u);
  EXPECT_EQ(all[1].sequence, 2u);
  EXPECT_EQ(all[1].reference, 2u);
  EXPECT_EQ(all[1].msg_type, 'A');
  EXPECT_EQ(all[2].book.after.ask.quantity.value, 120u);
  EXPECT_TRUE(all[2].book.trade.valid);
  EXPECT_EQ(all[2].book.trade.shares.value, 80u);
  for (const MarketUpdate& u : all) {
    EXPECT_EQ(u.kind, MarketUpdate::Kind::book);
    EXPECT_EQ(u.generation, 1u);
    EXPECT_TRUE(u.book.trusted);
    EXPECT_TRUE(u.book.tradable);
  }
  const SymbolNow a = now(0);
  EXPECT_EQ(a.bbo, all[2].book.after);
  EXPECT_EQ(a.sequence, 4u);
  EXPECT_TRUE(a.traded);
  EXPECT_EQ(a.last_trade.value, kBasePrice + 200);
  EXPECT_LE(table().alive, wall_ns());
  EXPECT_FALSE(status().untrusted());
}

TEST_F(FeedEngineTest, PublishesHaltsAndWhatHoldsForAllBooks) {
  begin();
  market({trading_action(kLocateA, 'H')});
  market({system_event('Q')});
  const auto all = updates();
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_FALSE(all[0].book.tradable);
  EXPECT_EQ(all[1].kind, MarketUpdate::Kind::status);
  EXPECT_TRUE(all[1].status.market_open);
  EXPECT_TRUE(status().market_open);
  EXPECT_FALSE(now(0).tradable);
}

TEST_F(FeedEngineTest, LostGapMakesEveryBookStaleUntilTrust) {
  begin();
  quote_a();
  market({filler()}, 2);
  wait_until_stale();
  EXPECT_FALSE(now(0).trusted);
  EXPECT_TRUE(status().stale);
  EXPECT_EQ(feed_->untrusted_books(), 2u);
  feed_->trust(0xFFFF);
  EXPECT_TRUE(now(0).trusted);
  EXPECT_FALSE(status().stale);
  EXPECT_EQ(feed_->untrusted_books(), 0u);
}

TEST_F(FeedEngineTest, SuccessorHasTheBooksAndTrustsThemWithTheFirstMessage) {
  begin();
  quote_a();
  market({executed(kLocateA, 2, 80), filler()});
  const SymbolNow before = now(0);
  kill_feed();
  begin();
  EXPECT_EQ(feed_->rebuilt(), 4u);
  EXPECT_EQ(feed_->expected_sequence(), 5u);
  EXPECT_EQ(status().generation, 2u);
  EXPECT_TRUE(status().rebuilding);
  EXPECT_EQ(now(0).bbo, before.bbo);
  EXPECT_EQ(now(0).last_trade, before.last_trade);
  EXPECT_EQ(now(0).time, before.time);
  EXPECT_FALSE(now(0).trusted);
  market({filler()});
  EXPECT_FALSE(status().untrusted());
  EXPECT_TRUE(now(0).trusted);
}

TEST_F(FeedEngineTest, SuccessorThatMissedMessagesStaysStaleUntilTrust) {
  begin();
  quote_a();
  kill_feed();
  begin();
  market({add(kLocateA, 4, 'S', 10, kBasePrice + 100)}, 3);
  wait_until_stale();
  EXPECT_FALSE(status().rebuilding);
  EXPECT_FALSE(now(0).trusted);
  feed_->trust(0xFFFF);
  EXPECT_TRUE(now(0).trusted);
  // The host's word is kept like a message: so is what it was given about.
  kill_feed();
  begin();
  market({filler()});
  EXPECT_FALSE(status().untrusted());
  EXPECT_EQ(now(0).bbo.ask.quantity.value, 10u);
}

TEST_F(FeedEngineTest, SuccessorOfAFullStoreIsStale) {
  options_.store_bytes = 4096;
  begin();
  for (std::uint64_t i = 1; i <= 200; ++i)
    market({add(kLocateA, i, 'B', 10, kBasePrice + 100 * static_cast<std::uint32_t>(i))});
  EXPECT_TRUE(feed_->store().full());
  EXPECT_TRUE(now(0).trusted) << "it has seen all that it did not keep";
  kill_feed();
  begin();
  EXPECT_LT(feed_->rebuilt(), 200u);
  EXPECT_TRUE(status().stale);
  EXPECT_FALSE(now(0).trusted);
}

TEST_F(FeedEngineTest, SuccessorOnAnotherDayBeginsWithNothing) {
  feed_behind_ = 24 * kHourNs;
  begin();
  quote_a();
  kill_feed();
  feed_behind_ = 0;
  begin();
  EXPECT_EQ(feed_->rebuilt(), 0u);
  EXPECT_FALSE(now(0).bbo.bid.quoted());
  EXPECT_FALSE(status().rebuilding);
}

TEST_F(FeedEngineTest, OwnsItsSegmentAlone) {
  begin();
  EXPECT_THROW(FeedEngine(config_, live_, options_, inputs_, [this] { return wall(); }), ipc::SegmentError);
}

}  // namespace
}  // namespace twinpath::testing
