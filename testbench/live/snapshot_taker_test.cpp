// A path that begins with a snapshot has the books of one that saw the whole day; and what a service may do wrong.
#include "host/live/snapshot_taker.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "host/live/gap_filler.h"
#include "testbench/live/recovery_fixture.h"
#include "testbench/live/rerequest_server.h"
#include "testbench/live/snapshot_service.h"

namespace twinpath::testing {
namespace {

using namespace std::chrono_literals;

class SnapshotTest : public ::testing::Test {
 protected:
  SnapshotTest() : whole(patient(day.generated)) {
    for (const FrameBytes& f : day.frames) whole.give(f);
    whole.path->finish();
    service.before = [](unsigned) {};
  }
  // What the service gives is of this day, as it is between two events behind so many messages.
  void holds(std::uint64_t count) {
    venue::GeneratorOptions options;
    options.messages = 6'000;
    options.symbols = 40;
    options.configured_symbols = 16;
    venue::MarketGenerator market(options);  // of the same options: the same messages
    venue::GeneratedMessage m;
    while (market.messages() < count || !market.between_events()) ASSERT_TRUE(market.next(m));
    service.next = market.messages() + 1;
    service.messages.clear();
    for (const auto& part : market.snapshot(16, 1))
      service.messages.emplace_back(part.bytes.begin(), part.bytes.begin() + part.length);
    ASSERT_FALSE(service.messages.empty());
  }
  // The packets of the day that begin at `sequence` or later, as they arrive while the snapshot is taken.
  void arrives(SnapshotTaker& taker, std::uint64_t sequence) {
    first_arrived = 0;
    for (const FrameBytes& f : day.frames) {
      FeedPacket p;
      ASSERT_EQ(parse_frame(f, day.generated.config.feed, p), Counter::frames);
      if (p.sequence < sequence) continue;
      if (first_arrived == 0) first_arrived = p.sequence;
      taker.kept(f);
    }
  }
  bool taken(SnapshotTaker& taker, const std::function<bool()>& or_until = [] { return false; }) {
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (std::chrono::steady_clock::now() < until) {
      if (taker.turn()) return true;
      service.turn();
      if (or_until()) return false;
      std::this_thread::sleep_for(100us);
    }
    ADD_FAILURE() << "neither taken nor refused: " << taker.found();
    return false;
  }
  // Begins with the snapshot, goes on with the packets from `sequence` on and with what is re-requested.
  void expect_books(const SnapshotTaker& taker, std::uint64_t sequence, RerequestServer* server = nullptr) {
    CoreConfig late = patient(day.generated);
    late.feed.first_sequence = taker.first_sequence();
    Rig rig(late);
    RecoveryOptions o;
    o.patience = Nanoseconds{0};
    o.retry = Nanoseconds{1'000'000};
    if (server != nullptr) o.rerequest = server->endpoint;
    std::optional<GapFiller> gaps;
    if (server != nullptr) gaps.emplace(o, late.feed, wall);
    const auto give = [&](std::span<const std::uint8_t> f) {
      if (gaps) gaps->seen(f);
      rig.give(f);
    };
    taker.frames(give);
    for (const FrameBytes& f : day.frames) {
      FeedPacket p;
      ASSERT_EQ(parse_frame(f, late.feed, p), Counter::frames);
      if (server != nullptr && p.count != kEndOfSessionCount) server->keep(p);
      if (p.sequence >= sequence) give(f);
    }
    std::array<SourceFrame, kSendRooms> burst;
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (gaps && gaps->open() && std::chrono::steady_clock::now() < until) {
      server->turn();
      for (const SourceFrame& f : std::span(burst).first(gaps->receive(burst))) give(f.bytes);
    }
    EXPECT_EQ(rig.count(Counter::gaps_opened) != 0, server != nullptr);
    EXPECT_GT(whole.books.last.size(), 10U);
    EXPECT_EQ(rig.books.last, whole.books.last);
  }

  const Session day;
  Rig whole;
  SnapshotService service;
  std::uint64_t first_arrived = 0;
};

TEST_F(SnapshotTest, APathThatBeginsWithItHasTheBooksOfOneThatSawTheWholeDay) {
  holds(4'000);
  service.before = [&](unsigned login) { service.not_now = login < 3; };
  SnapshotTaker taker(service.options(), day.generated.config.feed);
  ASSERT_TRUE(taken(taker));
  EXPECT_EQ(service.logins, 3U);
  EXPECT_EQ(taker.messages(), service.messages.size());
  EXPECT_EQ(taker.first_sequence(), service.next - service.messages.size());
  // From somewhat before the snapshot on, as for one who joined the groups before asking.
  expect_books(taker, service.next - 100);
}

TEST_F(SnapshotTest, ThatBreaksOffIsBegunAnew) {
  holds(4'000);
  const std::uint64_t next = std::exchange(service.next, 0);
  SnapshotTaker taker(service.options(), day.generated.config.feed);
  EXPECT_FALSE(taken(taker, [&] { return taker.messages() == service.messages.size(); }));
  EXPECT_NE(taker.found().find("has no end after"), std::string::npos) << taker.found();
  service.next = next;
  service.cut();
  ASSERT_TRUE(taken(taker));
  EXPECT_EQ(service.logins, 2U);
  EXPECT_EQ(taker.messages(), service.messages.size());
  expect_books(taker, service.next - 100);
}

TEST_F(SnapshotTest, OfAnotherSessionThanTheLinesIsNotTaken) {
  holds(4'000);
  FeedConfig feed = day.generated.config.feed;
  feed.session = {};
  service.before = [&](unsigned login) { service.session = login < 3 ? "TWINPATH02" : "TWINPATH01"; };
  for (const bool known : {true, false}) {
    service.logins = 0;
    SnapshotTaker taker(service.options(), known ? day.generated.config.feed : feed);
    if (!known) arrives(taker, 3'900);
    EXPECT_FALSE(taken(taker, [&] { return taker.found().starts_with("one of session"); }));
    EXPECT_EQ(taker.found().substr(0, taker.found().find(';')),
              "one of session 'TWINPATH02', while the lines are in 'TWINPATH01'");
    ASSERT_TRUE(taken(taker));
    EXPECT_EQ(service.logins, 3U);
    expect_books(taker, service.next - 100);
  }
}

// Deliberate fault: a service whose names are not the lines' must be said to be one.
TEST_F(SnapshotTest, OfAServiceThatNamesItsSessionsInItsOwnWayIsOfTheLinesSession) {
  holds(4'000);
  service.session = "  ANYDAY";
  FeedConfig feed = day.generated.config.feed;
  feed.session = {};
  RecoveryOptions o = service.options();
  o.same_session = false;
  SnapshotTaker taker(o, feed);
  arrives(taker, 3'900);
  ASSERT_TRUE(taken(taker));
  EXPECT_EQ(service.logins, 1U);
  expect_books(taker, service.next - 100);
}

TEST_F(SnapshotTest, ThatEndsBeforeTheLinesBeginIsNotTakenWhereNothingIsAskedFor) {
  service.before = [&](unsigned login) { holds(login < 2 ? 3'000 : 4'500); };
  SnapshotTaker taker(service.options(), day.generated.config.feed);
  arrives(taker, 4'000);
  EXPECT_FALSE(taken(taker, [&] { return !taker.found().starts_with("no answer"); }));
  EXPECT_NE(taker.found().find("the first of the lines' that is kept is " + std::to_string(first_arrived)),
            std::string::npos)
      << taker.found();
  ASSERT_TRUE(taken(taker));
  EXPECT_EQ(service.logins, 2U);
  expect_books(taker, first_arrived);
}

TEST_F(SnapshotTest, ThatEndsBeforeWhatIsKeptIsTakenWhenNothingIsKeptAnyMore) {
  holds(3'000);
  SnapshotTaker taker(service.options(), day.generated.config.feed);
  arrives(taker, 4'000);
  taker.dropped();
  ASSERT_TRUE(taken(taker));
  EXPECT_EQ(service.logins, 1U);
}

TEST_F(SnapshotTest, OnlyWhatComesBehindItIsAskedFor) {
  holds(3'000);
  RerequestServer server;
  RecoveryOptions o = service.options();
  o.rerequest = server.endpoint;
  SnapshotTaker taker(o, day.generated.config.feed);
  arrives(taker, 4'000);
  ASSERT_TRUE(taken(taker));
  EXPECT_EQ(service.logins, 1U);
  expect_books(taker, first_arrived, &server);
  ASSERT_FALSE(server.asked.empty());
  EXPECT_EQ(server.asked[0].sequence, service.next);
  for (const mold::Header& h : server.asked) EXPECT_GE(h.sequence, service.next);
}

TEST_F(SnapshotTest, OfATapeThatIsNoLongerIsLeftForTheTapeItself) {
  holds(4'000);
  service.next = 3;
  SnapshotTaker waits(service.options(), day.generated.config.feed);
  EXPECT_FALSE(taken(waits, [&] { return !waits.found().starts_with("no answer"); }));
  EXPECT_NE(waits.found().find("the tape is no longer than"), std::string::npos) << waits.found();
  RecoveryOptions o = service.options();
  o.rerequest = {INADDR_LOOPBACK, 1};
  SnapshotTaker taker(o, day.generated.config.feed);
  ASSERT_TRUE(taken(taker));
  EXPECT_EQ(taker.first_sequence(), 1U);
  EXPECT_EQ(taker.messages(), 0U);
}

TEST_F(SnapshotTest, ALoginThatIsNotAuthorizedIsTriedSeldomAndToldApart) {
  holds(4'000);
  RecoveryOptions o = service.options();
  o.password = "wrong";
  SnapshotTaker taker(o, day.generated.config.feed);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_FALSE(taken(taker, [&] { return service.logins == 4 && taker.found().starts_with("not_authorized"); }));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 200ms + 400ms + 800ms);
  EXPECT_EQ(taker.found(), "not_authorized; are account and password of [recovery] right?");
  service.not_now = true;
  SnapshotTaker early(service.options(), day.generated.config.feed);
  EXPECT_FALSE(taken(early, [&] { return early.found().starts_with("session_not_available"); }));
  EXPECT_NE(early.found().find("is the service running"), std::string::npos);
}

TEST_F(SnapshotTest, WhoseEndCannotBeReadIsNone) {
  holds(4'000);
  service.next = 0;
  service.messages.push_back({'G', '1'});
  SnapshotTaker taker(service.options(), day.generated.config.feed);
  EXPECT_FALSE(taken(taker, [&] { return taker.found().starts_with("one whose end cannot be read"); }));
}

TEST_F(SnapshotTest, ThatDoesNotComeInItsTimeIsAnErrorThatSaysWhatCame) {
  RecoveryOptions o = service.options();
  o.snapshot_timeout = Nanoseconds{0};
  SnapshotTaker taker(o, day.generated.config.feed);
  try {
    taker.turn();
    FAIL() << "no error";
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(),
                 "recovery: expected a snapshot within 0 s, found: no answer; is the service running at glimpse of "
                 "[recovery]?");
  }
}

}  // namespace
}  // namespace twinpath::testing
