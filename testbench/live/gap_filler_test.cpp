// What lines lost is had again over real sockets: a path ends with the books of one that lost nothing.
#include "host/live/gap_filler.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <random>
#include <thread>

#include "testbench/live/recovery_fixture.h"
#include "testbench/live/rerequest_server.h"

namespace twinpath::testing {
namespace {

using namespace std::chrono_literals;

// Gives a session whose lines lose together what `lost` says, and what the filler brings. The filler has `patience` ms.
template <class Lost>
void give(Rig& rig, const Session& s, RerequestServer& server, GapFiller& filler, Lost&& lost) {
  std::array<SourceFrame, kSendRooms> burst;
  const auto fill = [&] {
    server.turn();
    for (const SourceFrame& f : std::span(burst).first(filler.receive(burst))) {
      filler.seen(f.bytes);
      rig.give(f.bytes);
    }
  };
  for (const FrameBytes& frame : s.frames) {
    FeedPacket p;
    ASSERT_EQ(parse_frame(frame, rig.config.feed, p), Counter::frames);
    if (p.count != kEndOfSessionCount) server.keep(p);
    if (lost(p)) continue;
    filler.seen(frame);
    rig.give(frame);
    fill();
  }
  // Where nobody answers: until it has asked again, and the path has given the gap up.
  const auto done = [&] {
    return server.deaf ? filler.gap_counters().requests > 2 &&
                             rig.path->counters()[static_cast<std::size_t>(Counter::gaps_lost)] > 0
                       : !filler.open();
  };
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (!done() && std::chrono::steady_clock::now() < until) {
    fill();
    rig.path->advance(rig.clock.command(rig.clock.at(wall())));
    std::this_thread::sleep_for(100us);
  }
}

RecoveryOptions quick(const RerequestServer& server) {
  RecoveryOptions o;
  o.rerequest = server.endpoint;
  o.patience = Nanoseconds{100'000};
  o.retry = Nanoseconds{1'000'000};
  return o;
}

TEST(GapFillerTest, APathHasTheBooksOfOneThatLostNothing) {
  const Session s;
  Rig whole(patient(s.generated));
  for (const FrameBytes& f : s.frames) whole.give(f);
  const std::uint64_t messages = whole.count(Counter::messages);
  ASSERT_GT(messages, 5'000U);
  for (const unsigned seed : {1U, 2U, 3U}) {
    Rig rig(patient(s.generated));
    RerequestServer server;
    server.lost = seed;
    GapFiller filler(quick(server), rig.config.feed, wall);
    std::mt19937_64 random(seed);
    std::uint64_t hole = 0;  // up to this message nothing comes
    std::map<std::uint64_t, bool> fate;
    give(rig, s, server, filler, [&](const FeedPacket& p) {
      // Both copies of a packet share its fate; now and then more are lost at once than a path has slots for.
      if (p.count == kEndOfSessionCount) return false;
      const auto [at, fresh] = fate.try_emplace(p.sequence, false);
      if (!fresh) return at->second;
      if (random() % 400 == 0) hole = p.sequence + 200;
      return at->second = p.sequence < hole || random() % 20 == 0;
    });
    EXPECT_FALSE(filler.open());
    EXPECT_GT(filler.gap_counters().answers, 20U);
    EXPECT_EQ(rig.count(Counter::gaps_lost), 0U) << "seed " << seed;
    EXPECT_EQ(rig.count(Counter::messages), messages) << "seed " << seed;
    EXPECT_EQ(rig.books.last, whole.books.last) << "seed " << seed;
  }
}

TEST(GapFillerTest, AClockThatGoesBackAnHourHoldsUpNothing) {
  const Session s;
  Rig whole(patient(s.generated)), rig(patient(s.generated));
  for (const FrameBytes& f : s.frames) whole.give(f);
  const std::uint64_t messages = whole.count(Counter::messages);
  RerequestServer server;
  GapFiller filler(quick(server), rig.config.feed, wall);
  give(rig, s, server, filler, [&](const FeedPacket& p) {
    if (p.sequence > 2'000) jump = -3'600'000'000'000;
    return p.sequence >= 1'990 && p.sequence < 2'400;
  });
  jump = 0;
  EXPECT_GT(filler.gap_counters().answers, 0U);
  EXPECT_EQ(rig.count(Counter::messages), messages);
  EXPECT_EQ(rig.books.last, whole.books.last);
}

// Deliberate fault: nobody answers.
TEST(GapFillerTest, WithoutAnswersThePathGivesTheGapUp) {
  const Session s;
  CoreConfig config = patient(s.generated);
  config.feed.gap_timeout = 1'000'000;
  Rig rig(config);
  RerequestServer server;
  server.deaf = true;
  GapFiller filler(quick(server), rig.config.feed, wall);
  give(rig, s, server, filler, [&](const FeedPacket& p) { return p.sequence >= 1'000 && p.sequence < 1'300; });
  EXPECT_GT(filler.gap_counters().requests, 2U);
  EXPECT_GT(rig.count(Counter::gaps_lost), 0U);
}

TEST(GapFillerTest, OneLineAloneIsNotAskedFor) {
  const Session s;
  Rig rig(patient(s.generated));
  RerequestServer server;
  GapFiller filler(quick(server), rig.config.feed, wall);
  give(rig, s, server, filler, [&](const FeedPacket& p) { return p.line == FeedLine::a; });
  EXPECT_EQ(filler.gap_counters().requests, 0U);
}

// Up to `first` everything, then from `then` on: what becomes of the gap between.
void jumps(const RecoveryOptions& options, RerequestServer& server, bool behind) {
  const Session s;
  GapFiller filler(options, s.generated.config.feed, wall);
  filler.begin(1);
  for (const FrameBytes& frame : s.frames) {
    FeedPacket p;
    ASSERT_EQ(parse_frame(frame, s.generated.config.feed, p), Counter::frames);
    if (p.sequence < 100 || p.sequence >= 2'000) filler.seen(frame);
  }
  std::array<SourceFrame, kSendRooms> burst;
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (!filler.asking() && std::chrono::steady_clock::now() < until) filler.receive(burst);
  ASSERT_TRUE(filler.asking());
  EXPECT_EQ(filler.behind(), behind);
  EXPECT_EQ(filler.gap_counters().requests != 0, !behind);
  server.turn();
  EXPECT_EQ(!server.asked.empty(), !behind);
}

TEST(GapFillerTest, WhatIsBeyondASnapshotIsNotAskedFor) {
  RerequestServer server;
  server.deaf = true;
  RecoveryOptions o = quick(server);
  o.glimpse = {INADDR_LOOPBACK, 1};
  o.snapshot_beyond = 1'000;
  jumps(o, server, true);
}

// Nothing else could help, or it is not so much.
TEST(GapFillerTest, WhatNoSnapshotReplacesIsAskedForHoweverMuchItIs) {
  for (const bool glimpse : {false, true}) {
    RerequestServer server;
    server.deaf = true;
    RecoveryOptions o = quick(server);
    if (glimpse) o.glimpse = {INADDR_LOOPBACK, 1};
    o.snapshot_beyond = glimpse ? 100'000 : 1'000;
    jumps(o, server, false);
  }
}

}  // namespace
}  // namespace twinpath::testing
