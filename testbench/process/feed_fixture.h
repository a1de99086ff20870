// A feed engine on frames that the test makes, and who follows it.
#pragma once
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "testbench/process/process_fixture.h"

namespace twinpath::testing {

class FeedEngineTest : public ProcessTest {
 protected:
  void begin() {
    begin_feed();
    attach();
  }
  void attach() {
    segment_ = ipc::Segment::attach(folder_ / "shared/market", market_kind(options_.market_records));
    reader_.emplace(segment_->memory() + kMarketRingAt, options_.market_records, MarketRing::From::newest);
  }
  const MarketTable& table() const { return segment_->at<MarketTable>(0); }
  SymbolNow now(SymbolIndex s) const {
    SymbolNow now;
    EXPECT_TRUE(table().symbols[s].read(now));
    return now;
  }
  FeedStatus status() const {
    FeedStatus s;
    EXPECT_TRUE(table().status.read(s));
    return s;
  }
  std::vector<MarketUpdate> updates() {
    std::vector<MarketUpdate> all;
    MarketUpdate u;
    while (reader_->poll(u) == MarketRing::Got::record) all.push_back(u);
    return all;
  }
  // Until the gap has run out: time follows the clock while nothing comes.
  void wait_until_stale() {
    const std::uint64_t end = wall_ns() + 60'000'000'000;
    while (!feed_->status().stale && wall_ns() < end) feed_->round();
    ASSERT_TRUE(feed_->status().stale);
  }
  void kill_feed() { feed_.reset(); }

  std::optional<ipc::Segment> segment_;
  std::optional<MarketRing::Reader> reader_;
};

}  // namespace twinpath::testing
