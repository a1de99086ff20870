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
  // A snapshot's messages say which they are, and what comes behind all of them.
  void snapshot_part(std::uint64_t number, std::uint64_t next) {
    Bytes part(60);
    store_be64(part.data(), number);
    store_be64(part.data() + 8, next);
    recovery.snapshot_message(part, ms(2));
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
  snapshot_part(1, 8);
  recovery.snapshot_message(end_of_snapshot(8), ms(2));
  EXPECT_EQ(recovery.state(), State::live);
  EXPECT_EQ(reader.next, 10U);
  EXPECT_EQ(reader.wrong, "");
}

TEST_F(MoldRecoveryTest, ASnapshotThatBreaksOffIsForgottenWhenAnotherBegins) {
  recovery.want_snapshot();
  recovery.packet(mold_packet(7, 3), ms(1));
  for (int tries = 0; tries < 3; ++tries) {
    recovery.snapshot_begins();
    snapshot_part(1, 8);
    EXPECT_EQ(recovery.state(), State::snapshot);
  }
  snapshot_part(2, 8);
  recovery.snapshot_message(end_of_snapshot(8), ms(2));
  EXPECT_EQ(reader.parts, 2U);
  EXPECT_EQ(reader.next, 10U);
  EXPECT_EQ(recovery.counters().snapshots, 1U);
  EXPECT_EQ(reader.wrong, "");
}

TEST_F(MoldRecoveryTest, WhatLiesBetweenASnapshotAndWhatWaitsIsAllThatIsAskedFor) {
  recovery.want_snapshot();
  recovery.packet(mold_packet(20, 3), ms(1));
  recovery.snapshot_begins();
  snapshot_part(1, 15);
  recovery.snapshot_message(end_of_snapshot(15), ms(2));
  EXPECT_EQ(recovery.state(), State::recovering);
  recovery.advance(recovery.next_deadline());
  ASSERT_EQ(reader.requests.size(), 1U);
  EXPECT_EQ(last_request().sequence, 15U);
  EXPECT_EQ(last_request().count, 5);
  recovery.packet(mold_packet(15, 5), ms(9));
  EXPECT_EQ(recovery.state(), State::live);
  EXPECT_EQ(reader.next, 23U);
  EXPECT_EQ(reader.wrong, "");
}

TEST_F(MoldRecoveryTest, ASnapshotBehindWhatWasHandedOnIsGoneOnFromAllTheSame) {
  recovery.packet(mold_packet(1, 9), ms(0));
  recovery.want_snapshot();
  recovery.snapshot_begins();
  snapshot_part(1, 6);
  recovery.snapshot_message(end_of_snapshot(6), ms(1));
  EXPECT_EQ(recovery.next_sequence(), 6U);
  EXPECT_EQ(recovery.state(), State::recovering) << "messages 6 to 9 are known to be there";
  recovery.packet(mold_packet(6, 4), ms(2));
  EXPECT_EQ(recovery.state(), State::live);
  EXPECT_EQ(reader.next, 10U);
  EXPECT_EQ(reader.wrong, "");
}

TEST_F(MoldRecoveryTest, ALoginThatIsRefusedIsNoSnapshot) {
  class Refuses final : public SoupServerHandler {
   public:
    explicit Refuses(bool not_now) : not_now_(not_now) {}
    LoginVerdict login(const soup::LoginRequest&) override { return {.not_now = not_now_}; }
    void unsequenced(std::span<const std::uint8_t>) override {}

   private:
    bool not_now_;
  };
  for (const auto& [not_now, why] :
       {std::pair{false, SoupLoss::not_authorized}, std::pair{true, SoupLoss::session_not_available}}) {
    FeedReader told;
    MoldRecovery wants({}, told);
    wants.want_snapshot();
    GlimpseClient glimpse(client_options(), wants);
    Refuses server(not_now);
    SoupLink link(1, {}, server);
    link.attach(glimpse.soup());
    glimpse.fetch(link.now);
    for (int step = 0; step < 1'000 && wants.state() == State::snapshot; ++step) link.step();
    EXPECT_EQ(wants.state(), State::failed);
    EXPECT_EQ(glimpse.soup().loss(), why);
    EXPECT_FALSE(told.begun);
  }
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
