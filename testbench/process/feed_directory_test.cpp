// A feed process that is not told its symbols' locates: it waits for their Stock Directory messages, keeps what comes
// meanwhile, and its successor does not wait again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/process/feed_engine.h"
#include "testbench/process/process_fixture.h"

namespace twinpath::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FeedDirectoryTest : public ProcessTest {
 protected:
  FeedDirectoryTest() {
    for (SymbolConfig& s : config_.symbols) s.has_locate = false;
    for (SymbolConfig& s : config_.symbols) s.locate = 0;
  }
  static Bytes directory(std::uint16_t locate, const char* name) {
    itch::StockDirectory m;
    m.stock_locate = locate;
    m.stock = make_text<8>(name);
    return encode(m);
  }
  template <class T>
  static T read(const ipc::Versioned<T>& from) {
    T value;
    EXPECT_TRUE(from.read(value));
    return value;
  }
  // As others see it.
  FeedStatus status() const { return read(table().status); }
  SymbolNow now(SymbolIndex s) const { return read(table().symbols[s]); }
  std::string refused() {
    try {
      feed_->round();
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "";
  }

 private:
  const MarketTable& table() const {
    segment_ = ipc::Segment::attach(folder_ / "shared/market", market_kind(options_.market_records));
    return segment_->at<MarketTable>(0);
  }
  mutable std::optional<ipc::Segment> segment_;
};

TEST_F(FeedDirectoryTest, WhatComesBeforeTheLastLocateIsKeptAndGivenFirst) {
  begin_feed();
  EXPECT_TRUE(status().waits_for_directory);
  EXPECT_TRUE(status().untrusted());
  market({directory(kLocateA, "AAA"), directory(7, "ZZZ")});
  quote_a();
  market({trading_action(kLocateB, 'H')});
  EXPECT_THAT(feed_->symbols_missing(), ElementsAre("BBB"));
  EXPECT_TRUE(status().waits_for_directory);
  EXPECT_FALSE(now(0).bbo.bid.quoted());
  market({directory(kLocateB, "BBB"), add(kLocateB, 3, 'B', 10, kBasePrice + 500)});
  feed_->round();
  EXPECT_FALSE(feed_->waits_for_directory());
  EXPECT_FALSE(status().untrusted());
  EXPECT_EQ(now(0).bbo.bid.price.value, kBasePrice);
  EXPECT_TRUE(now(0).trusted);
  EXPECT_TRUE(now(0).tradable);
  EXPECT_EQ(now(1).bbo.bid.price.value, kBasePrice + 500);
  EXPECT_FALSE(now(1).tradable) << "the halt that came meanwhile is forgotten";
  EXPECT_EQ(feed_->counters()[Counter::msg_stock_directory], 3u);
}

TEST_F(FeedDirectoryTest, ASuccessorHasTheLocatesOfTheStore) {
  begin_feed();
  market({directory(kLocateA, "AAA"), directory(kLocateB, "BBB")});
  quote_a();
  feed_.reset();
  begin_feed();
  EXPECT_FALSE(feed_->waits_for_directory());
  EXPECT_GE(feed_->rebuilt(), 4u);
  market({add(kLocateA, 3, 'B', 5, kBasePrice - 100)});
  feed_->round();
  EXPECT_FALSE(status().untrusted());
  EXPECT_EQ(now(0).bbo.bid.price.value, kBasePrice);
  EXPECT_EQ(now(0).bbo.ask.quantity.value, 200u);
  // What was kept is of no use to a run that has a symbol more.
  feed_.reset();
  config_.symbols.resize(3);
  config_.symbols[2] = {{'C', 'C', 'C', ' ', ' ', ' ', ' ', ' '}, 0, false, kBasePrice, true};
  begin_feed();
  EXPECT_THAT(feed_->symbols_missing(), ElementsAre("CCC"));
  EXPECT_EQ(feed_->rebuilt(), 0u);
}

TEST_F(FeedDirectoryTest, TooLongOrTooMuchIsAnErrorThatNamesTheSymbols) {
  live_.directory_timeout_s = 0;
  begin_feed();
  EXPECT_THAT(refused(), HasSubstr("within 0 s, found none of AAA, BBB; give directory in [live]"));
  feed_.reset();
  live_.directory_timeout_s = 1'000;
  live_.directory_buffer_bytes = 50;
  begin_feed();
  EXPECT_EQ(refused(), "");
  EXPECT_THROW(quote_a(), std::runtime_error);
}

}  // namespace
}  // namespace twinpath::testing
