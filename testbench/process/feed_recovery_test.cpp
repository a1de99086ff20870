// What a feed engine missed is had again: by re-requests, from the first message on, or from a snapshot.
#include <gtest/gtest.h>

#include <functional>
#include <utility>
#include <vector>

#include "testbench/live/rerequest_server.h"
#include "testbench/live/snapshot_service.h"
#include "testbench/process/feed_fixture.h"

namespace twinpath::testing {
namespace {

// With a server that has all messages, also those that no line brought.
class FeedRecoveryTest : public FeedEngineTest {
 protected:
  FeedRecoveryTest() {
    recovery_.emplace();
    recovery_->rerequest = server_.endpoint;
    recovery_->patience = Nanoseconds{0};
    recovery_->retry = Nanoseconds{1'000'000};
    config_.feed.gap_timeout = to_cycles(Nanoseconds{13'000'000'000}).value;
  }
  void on_packet(std::span<const std::uint8_t> frame) override {
    FeedPacket p;
    ASSERT_EQ(parse_frame(frame, config_.feed, p), Counter::frames);
    server_.keep(p);
  }
  // Of the tape, seen by nobody.
  void lost(std::vector<Bytes> messages) {
    auto feed = std::exchange(feed_, nullptr);
    market(std::move(messages));
    queue_.waiting.clear();
    feed_ = std::move(feed);
  }
  void rounds_until(const std::function<bool()>& done) {
    const std::uint64_t end = wall_ns() + 60'000'000'000;
    while (!done() && wall_ns() < end) {
      server_.turn();
      snapshots_.turn();
      feed_->round();
    }
    ASSERT_TRUE(done());
  }
  bool trusted() const { return !status().untrusted(); }

  RerequestServer server_;
  SnapshotService snapshots_;
};

TEST_F(FeedRecoveryTest, GapIsFilledAndBooksAreNotTrustedMeanwhile) {
  begin();
  quote_a();
  lost({add(kLocateA, 3, 'S', 50, kBasePrice + 100)});
  market({filler()});
  server_.deaf = true;
  rounds_until([&] { return status().filling; });
  EXPECT_FALSE(now(0).trusted);
  EXPECT_FALSE(status().stale);
  server_.deaf = false;
  rounds_until([&] { return trusted(); });
  EXPECT_TRUE(now(0).trusted);
  EXPECT_EQ(now(0).bbo.ask.quantity.value, 50u);
  EXPECT_EQ(feed_->recovery()->paths, 1u);
}

TEST_F(FeedRecoveryTest, LostGapMakesBooksAnewFromTheFirstMessage) {
  config_.feed.gap_timeout = to_cycles(Nanoseconds{300'000'000}).value;
  begin();
  quote_a();
  lost({add(kLocateA, 3, 'S', 50, kBasePrice + 100)});
  market({filler()});
  server_.deaf = true;
  rounds_until([&] { return feed_->recovery()->paths == 2; });
  EXPECT_FALSE(trusted());
  EXPECT_FALSE(now(0).bbo.ask.quoted());
  server_.deaf = false;
  market({filler()});
  rounds_until([&] { return trusted(); });
  EXPECT_EQ(now(0).bbo.ask.quantity.value, 50u);
  EXPECT_EQ(now(0).bbo.bid.quantity.value, 100u);
  // What is kept is of these books.
  kill_feed();
  begin();
  EXPECT_EQ(feed_->rebuilt(), 5u);
  EXPECT_EQ(now(0).bbo.ask.quantity.value, 50u);
}

TEST_F(FeedRecoveryTest, SuccessorAsksForWhatItMissed) {
  begin();
  quote_a();
  kill_feed();
  lost({add(kLocateA, 3, 'S', 50, kBasePrice + 100)});
  begin();
  EXPECT_TRUE(status().rebuilding);
  market({filler()});
  EXPECT_FALSE(trusted()) << "a message is missing";
  rounds_until([&] { return trusted(); });
  EXPECT_EQ(now(0).bbo.ask.quantity.value, 50u);
  EXPECT_EQ(feed_->recovery()->paths, 1u);
  EXPECT_EQ(feed_->rebuilt(), 2u);
}

// Deliberate fault: the message that was missing is another.
TEST_F(FeedRecoveryTest, AnswersAreWhatBooksAreMadeOf) {
  begin();
  quote_a();
  kill_feed();
  lost({add(kLocateA, 3, 'S', 50, kBasePrice + 100)});
  const Bytes other = add(kLocateA, 3, 'S', 51, kBasePrice + 100);
  server_.messages[sequence_ - 1] = {other.begin(), other.end()};
  begin();
  market({filler()});
  rounds_until([&] { return trusted(); });
  EXPECT_EQ(now(0).bbo.ask.quantity.value, 51u);
}

// With snapshots, too: more than ten messages are not asked for.
class FeedSnapshotTest : public FeedRecoveryTest {
 protected:
  FeedSnapshotTest() {
    const RecoveryOptions snapshots = snapshots_.options();
    recovery_->glimpse = snapshots.glimpse;
    recovery_->account = snapshots.account;
    recovery_->password = snapshots.password;
    recovery_->snapshot_beyond = 10;
    snapshots_.session = "SESSION001";
  }
  // Of the books as they are behind what was made so far.
  void holds(std::vector<Bytes> messages) {
    snapshots_.messages.assign(messages.begin(), messages.end());
    snapshots_.next = sequence_;
  }
  // Three orders, and as many messages that only the venue has.
  void late() {
    lost({add(kLocateA, 1, 'B', 100, kBasePrice), add(kLocateA, 2, 'S', 200, kBasePrice + 200)});
    lost(fillers(1, 20));
    lost({add(kLocateA, 3, 'S', 50, kBasePrice + 100)});
    holds({add(kLocateA, 1, 'B', 100, kBasePrice), add(kLocateA, 2, 'S', 200, kBasePrice + 200),
           add(kLocateA, 3, 'S', 50, kBasePrice + 100)});
  }
};

TEST_F(FeedSnapshotTest, ALateOneBeginsWithASnapshotAndAsksForNothing) {
  late();
  begin();
  EXPECT_TRUE(feed_->waits_for_snapshot());
  EXPECT_FALSE(trusted());
  rounds_until([&] { return !feed_->waits_for_snapshot(); });
  market({filler()});
  rounds_until([&] { return trusted(); });
  EXPECT_EQ(now(0).bbo.ask.quantity.value, 50u);
  EXPECT_EQ(now(0).bbo.bid.quantity.value, 100u);
  EXPECT_EQ(feed_->recovery()->snapshot_messages, 3u);
  EXPECT_TRUE(server_.asked.empty());
}

TEST_F(FeedSnapshotTest, ASuccessorThatIsFarBehindDoesSoToo) {
  late();
  begin();
  rounds_until([&] { return !feed_->waits_for_snapshot(); });
  market({filler()});
  rounds_until([&] { return trusted(); });
  kill_feed();
  lost(fillers(100, 30));
  lost({add(kLocateA, 4, 'B', 70, kBasePrice)});
  snapshots_.messages.push_back(add(kLocateA, 4, 'B', 70, kBasePrice));
  snapshots_.next = sequence_;
  begin();
  EXPECT_FALSE(feed_->waits_for_snapshot()) << "what it missed is not known yet";
  market({filler()});
  EXPECT_FALSE(trusted());
  rounds_until([&] { return feed_->waits_for_snapshot(); });
  EXPECT_FALSE(now(0).trusted);
  EXPECT_FALSE(status().stale) << "no gap was lost, or waited for until it was";
  rounds_until([&] { return !feed_->waits_for_snapshot(); });
  market({filler()});
  rounds_until([&] { return trusted(); });
  EXPECT_EQ(now(0).bbo.bid.quantity.value, 170u);
  EXPECT_EQ(feed_->recovery()->paths, 2u);
  for (const mold::Header& h : server_.asked) EXPECT_GE(h.sequence, snapshots_.next);
}

// Deliberate fault: a gap that is short enough is asked for.
TEST_F(FeedSnapshotTest, AShortGapIsAskedFor) {
  late();
  begin();
  rounds_until([&] { return !feed_->waits_for_snapshot(); });
  market({filler()});
  lost({add(kLocateA, 4, 'B', 70, kBasePrice)});
  market({filler()});
  rounds_until([&] { return trusted() && now(0).bbo.bid.quantity.value == 170u; });
  EXPECT_EQ(feed_->recovery()->paths, 1u);
  EXPECT_FALSE(server_.asked.empty());
}

}  // namespace
}  // namespace twinpath::testing
