#include "host/session/mold_recovery.h"

#include <gtest/gtest.h>

#include "testbench/session/mold_trials.h"

namespace twinpath::session {
namespace {

using State = MoldRecovery::State;
constexpr Nanoseconds kMs{1'000'000};
constexpr Nanoseconds ms(std::uint64_t n) { return {n * kMs.value}; }

class MoldRecoveryTest : public testing::Test {
 public:
  FeedReader reader;
  MoldRecovery recovery{{}, reader};

  mold::Header last_request() {
    const mold::Header h = mold::Header::read(reader.requests.back().data());
    EXPECT_EQ(reader.requests.back().size(), mold::Header::kSize);
    return h;
  }
};

TEST_F(MoldRecoveryTest, AGapThatTheOtherLineClosesIsNotAskedFor) {
  recovery.packet(mold_packet(1, 2), ms(0));
  recovery.packet(mold_packet(5, 2), ms(1));
  EXPECT_EQ(recovery.state(), State::recovering);
  EXPECT_EQ(recovery.next_deadline(), ms(3));
  recovery.packet(mold_packet(3, 2), ms(2));
  EXPECT_EQ(recovery.state(), State::live);
  EXPECT_EQ(reader.next, 7U);
  recovery.advance(ms(50));
  EXPECT_TRUE(reader.requests.empty());
  EXPECT_EQ(recovery.counters().gaps, 1U);
}

TEST_F(MoldRecoveryTest, AGapIsAskedForAgainAndAgainAtGrowingIntervalsThenASnapshotIsWanted) {
  recovery.packet(mold_packet(1, 2), ms(0));
  recovery.packet(mold_packet(9, 0), ms(0));  // a heartbeat tells of it too
  recovery.advance(ms(2));
  ASSERT_EQ(reader.requests.size(), 1U);
  EXPECT_EQ(last_request().sequence, 3U);
  EXPECT_EQ(last_request().count, 6);
  EXPECT_EQ(last_request().session, kMoldSession);
  Nanoseconds wait = ms(20), now = ms(2);
  for (std::size_t tries = 2; tries <= 6; ++tries) {
    EXPECT_EQ(recovery.next_deadline(), now + wait);
    recovery.advance(now += wait);
    EXPECT_EQ(reader.requests.size(), tries);
    wait += wait;
  }
  recovery.advance(now + wait);
  EXPECT_TRUE(reader.wanted);
  EXPECT_EQ(recovery.state(), State::snapshot);
  EXPECT_EQ(reader.requests.size(), 6U);
}

TEST_F(MoldRecoveryTest, WhatAnAnswerLeavesOutIsAskedForAtOnce) {
  recovery.packet(mold_packet(10, 1), ms(0));
  recovery.advance(ms(2));
  recovery.packet(mold_packet(1, 4), ms(3));
  ASSERT_EQ(reader.requests.size(), 2U);
  EXPECT_EQ(last_request().sequence, 5U);
  EXPECT_EQ(last_request().count, 5);
  recovery.packet(mold_packet(5, 5), ms(4));
  EXPECT_EQ(recovery.state(), State::live);
  EXPECT_EQ(reader.next, 11U);
}

TEST_F(MoldRecoveryTest, MessagesWaitForTheSnapshotAndFollowIt) {
  recovery.packet(mold_packet(1, 2), ms(0));
  recovery.want_snapshot();
  recovery.packet(mold_packet(7, 3), ms(1));
  EXPECT_EQ(reader.next, 3U);
  recovery.snapshot_begins();
  Bytes part(60);
  store_be64(part.data(), 1);
  store_be64(part.data() + 8, 8);
  recovery.snapshot_message(part, ms(2));
  recovery.snapshot_message(end_of_snapshot(8), ms(2));
  EXPECT_EQ(recovery.state(), State::live);
  EXPECT_EQ(reader.next, 10U);
  EXPECT_EQ(reader.wrong, "");
}

TEST_F(MoldRecoveryTest, ASnapshotWhoseEndCannotBeReadIsNone) {
  recovery.want_snapshot();
  recovery.snapshot_begins();
  recovery.snapshot_message(Bytes{'G', '1'}, ms(2));
  EXPECT_EQ(recovery.state(), State::failed);
}

TEST_F(MoldRecoveryTest, StrangePacketsAreCountedAndLeftAlone) {
  recovery.packet(mold_packet(1, 1), ms(0));
  Bytes other = mold_packet(2, 1);
  other[0] = 'X';
  recovery.packet(other, ms(0));
  recovery.packet(Bytes(19), ms(0));
  recovery.packet(mold_packet(0, 0), ms(0));
  Bytes beyond = mold_packet(2, 1);
  store_be64(beyond.data() + 10, ~std::uint64_t{0});
  recovery.packet(beyond, ms(0));
  EXPECT_EQ(recovery.counters().wrong_session, 1U);
  EXPECT_EQ(recovery.counters().damaged, 3U);
  EXPECT_EQ(recovery.state(), State::live);
  EXPECT_EQ(reader.next, 2U);
}

TEST(MoldRecoveryProperty, EveryMessageComesOnceAndInOrderWhateverIsLost) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) ASSERT_EQ(try_recovery(seed), "");
}

}  // namespace
}  // namespace twinpath::session
