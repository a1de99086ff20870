#include "host/session/soup_server.h"

#include <gtest/gtest.h>

#include "testbench/session/soup_fixture.h"

namespace twinpath::session {
namespace {

using soup::PacketType;
using State = SoupServerSession::State;

constexpr Nanoseconds seconds(std::uint64_t n) { return {n * kSecond.value}; }

class SoupServer : public testing::Test {
 public:
  SoupServer() { handler.log.messages = {bytes_of("one"), bytes_of("two"), bytes_of("three")}; }

  SoupServerSession& begin(const SoupServerOptions& options = {}) {
    server = std::make_unique<SoupServerSession>(options, handler, counters, Nanoseconds{0});
    return *server;
  }
  // What is to be sent, taken.
  Bytes taken(Nanoseconds now) {
    const Bytes b = bytes_of(server->output());
    server->sent(b.size(), now);
    return b;
  }
  static SoupServerOptions lag_of_ten() {
    SoupServerOptions o;
    o.max_lag = 10;
    return o;
  }
  static Bytes sequenced(std::string_view text) { return packet(PacketType::sequenced, bytes_of(text)); }
  RecordingServer handler;
  SoupServerCounters counters;
  std::unique_ptr<SoupServerSession> server;
};

TEST_F(SoupServer, ALoginIsAnsweredAndTheMessagesAskedForFollow) {
  begin().receive(login_packet("DAY1", 2), Nanoseconds{5});
  EXPECT_EQ(taken(Nanoseconds{5}), joined(accepted_packet("  DAY1", 2), sequenced("two"), sequenced("three")));
  EXPECT_EQ(server->state(), State::logged_in);
  EXPECT_EQ(handler.logins, std::vector<std::uint64_t>{2});

  handler.log.messages.push_back(bytes_of("four"));
  server->advance(Nanoseconds{6});
  EXPECT_EQ(taken(Nanoseconds{6}), sequenced("four"));
  EXPECT_EQ(counters.logins, 1U);
  EXPECT_EQ(counters.sequenced, 3U);
}

TEST_F(SoupServer, AnySessionAndTheNextMessageMayBeAskedFor) {
  begin().receive(login_packet("", 4), Nanoseconds{0});
  EXPECT_EQ(taken(Nanoseconds{0}), accepted_packet("  DAY1", 4));
}

TEST_F(SoupServer, SequenceZeroBeginsWithTheNewestMessage) {
  begin().receive(login_packet("", 0), Nanoseconds{0});
  EXPECT_EQ(taken(Nanoseconds{0}), joined(accepted_packet("  DAY1", 3), sequenced("three")));
  handler.log.messages.clear();
  begin().receive(login_packet("", 0), Nanoseconds{0});
  EXPECT_EQ(taken(Nanoseconds{0}), accepted_packet("  DAY1", 1));
}

TEST_F(SoupServer, ALoginOfVersionFourIsTaken) {
  Bytes login = login_packet();
  login[1] = static_cast<std::uint8_t>(login[1] + 5);
  login.insert(login.end(), {' ', '1', '0', '0', '0'});
  begin().receive(login, Nanoseconds{0});
  EXPECT_EQ(server->state(), State::logged_in);
}

TEST_F(SoupServer, WhatTheClientSendsReachesTheHandlerAndAnswersGoOutAtOnce) {
  begin().receive(login_packet("", 4), Nanoseconds{0});
  taken(Nanoseconds{0});
  server->receive(joined(packet(PacketType::unsequenced, {7}), packet(PacketType::debug, {'h', 'i'}),
                         packet(PacketType::client_heartbeat), packet(PacketType::unsequenced, {})),
                  Nanoseconds{1});
  EXPECT_EQ(handler.received, (std::vector<Bytes>{{7}, {}}));
  EXPECT_EQ(counters.unsequenced, 2U);
  EXPECT_EQ(counters.debug, 1U);
  EXPECT_EQ(counters.heartbeats_in, 1U);
}

TEST_F(SoupServer, AHeartbeatFollowsASecondWithoutAnythingSent) {
  begin().receive(login_packet("", 4), seconds(1));
  taken(seconds(1));
  EXPECT_EQ(server->next_deadline(), seconds(2));
  server->advance(seconds(2) - Nanoseconds{1});
  EXPECT_TRUE(server->output().empty());
  server->advance(seconds(2));
  EXPECT_EQ(taken(seconds(2)), packet(PacketType::server_heartbeat));
  EXPECT_EQ(server->next_deadline(), seconds(3));
  handler.log.messages.push_back(bytes_of("x"));
  server->advance(seconds(2) + Nanoseconds{5});
  taken(seconds(2) + Nanoseconds{5});
  EXPECT_EQ(server->next_deadline(), seconds(3) + Nanoseconds{5});
  EXPECT_EQ(counters.heartbeats_out, 1U);
}

TEST_F(SoupServer, AClientThatIsSilentForFifteenSecondsIsCutOff) {
  begin().receive(login_packet("", 4), seconds(1));
  for (std::uint64_t t = 1; t < 16; ++t) {
    server->advance(seconds(t));
    taken(seconds(t));
    ASSERT_EQ(server->state(), State::logged_in) << t;
  }
  server->advance(seconds(16));
  EXPECT_EQ(server->end(), SoupEnd::silent);
  EXPECT_EQ(server->state(), State::ended);
  EXPECT_EQ(server->next_deadline(), kNever);
}

TEST_F(SoupServer, ALoginHasThirtySecondsWhateverElseIsSent) {
  begin();
  for (std::uint64_t t = 1; t < 30; ++t) server->receive(packet(PacketType::debug, {'.'}), seconds(t));
  EXPECT_EQ(server->state(), State::awaiting_login);
  EXPECT_EQ(server->next_deadline(), seconds(30));
  server->advance(seconds(30));
  EXPECT_EQ(server->end(), SoupEnd::login_timeout);
}

TEST_F(SoupServer, EndOfSessionComesBehindTheLastMessage) {
  begin().receive(login_packet("", 3), Nanoseconds{0});
  server->end_session(Nanoseconds{1});
  EXPECT_EQ(server->state(), State::flushing);
  EXPECT_EQ(taken(Nanoseconds{1}),
            joined(accepted_packet("  DAY1", 3), sequenced("three"), packet(PacketType::end_of_session)));
  EXPECT_EQ(server->state(), State::ended);
  EXPECT_EQ(server->end(), SoupEnd::end_of_session);
  EXPECT_EQ(counters.ended(SoupEnd::end_of_session), 1U);
}

TEST_F(SoupServer, EndOfSessionThatCameBeforeTheLoginIsSaidAfterTheReplay) {
  begin().end_session(Nanoseconds{0});
  EXPECT_EQ(server->state(), State::awaiting_login);
  server->receive(login_packet("", 3), Nanoseconds{1});
  EXPECT_EQ(taken(Nanoseconds{1}),
            joined(accepted_packet("  DAY1", 3), sequenced("three"), packet(PacketType::end_of_session)));
}

TEST_F(SoupServer, AReplayLongerThanTheQueueGoesOnAsItIsTaken) {
  handler.log.messages.assign(5'000, Bytes(100, 9));
  begin(lag_of_ten()).receive(login_packet(), Nanoseconds{0});
  std::size_t bytes = 0;
  for (std::uint64_t t = 1; !server->output().empty(); ++t) {
    EXPECT_LE(server->output().size(), 65'537U);
    bytes += std::min<std::size_t>(server->output().size(), 1'000);
    server->sent(std::min<std::size_t>(server->output().size(), 1'000), Nanoseconds{t});
  }
  EXPECT_EQ(bytes, accepted_packet("  DAY1", 1).size() + 5'000 * 103);
  EXPECT_EQ(server->state(), State::logged_in);
}

TEST_F(SoupServer, AClientThatHadCaughtUpAndFallsBehindIsCutOffForIt) {
  begin(lag_of_ten()).receive(login_packet("", 4), Nanoseconds{0});
  taken(Nanoseconds{0});
  handler.log.messages.resize(3 + 63'000 / 103 + 5, Bytes(100, 9));
  server->advance(Nanoseconds{1});
  EXPECT_EQ(server->state(), State::logged_in);
  handler.log.messages.resize(handler.log.messages.size() + 50, Bytes(100, 9));
  server->advance(Nanoseconds{2});
  EXPECT_EQ(server->end(), SoupEnd::slow_consumer);
  EXPECT_TRUE(server->output().empty());
}

TEST_F(SoupServer, AClientThatTakesNothingForFiveSecondsIsCutOffForIt) {
  begin().receive(login_packet(), seconds(1));
  server->sent(10, seconds(3));
  server->receive(packet(PacketType::client_heartbeat), seconds(7));
  EXPECT_EQ(server->next_deadline(), seconds(8));
  server->advance(seconds(8));
  EXPECT_EQ(server->end(), SoupEnd::stalled);
}

TEST_F(SoupServer, ARejectionThatIsNotTakenDoesNotKeepTheConnection) {
  begin().receive(login_packet("DAY2"), seconds(1));
  EXPECT_EQ(server->state(), State::flushing);
  EXPECT_EQ(server->next_deadline(), seconds(6));
  server->advance(seconds(6));
  EXPECT_EQ(server->state(), State::ended);
  EXPECT_EQ(server->end(), SoupEnd::session_not_available);
  EXPECT_EQ(counters.ended(SoupEnd::stalled), 0U);
}

TEST_F(SoupServer, TheHandlerMayCutTheConnectionFromWithin) {
  class Throttling final : public SoupServerHandler {
   public:
    LoginVerdict login(const soup::LoginRequest&) override { return {&log, {}}; }
    void unsequenced(std::span<const std::uint8_t>) override {
      if (++count == 2) session->cut(SoupEnd::throttled);
    }
    VectorLog log;
    SoupServerSession* session = nullptr;
    int count = 0;
  } throttling;
  SoupServerSession s({}, throttling, counters, Nanoseconds{0});
  throttling.session = &s;
  const Bytes message = packet(PacketType::unsequenced, {1});
  s.receive(joined(login_packet(), message, message, message), Nanoseconds{1});
  EXPECT_EQ(s.end(), SoupEnd::throttled);
  EXPECT_EQ(throttling.count, 2);
}

TEST_F(SoupServer, EveryEndHasANameOfItsOwn) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < kSoupEnds; ++i) names.push_back(to_string(static_cast<SoupEnd>(i)));
  EXPECT_EQ(names.back(), "locked_out");
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace twinpath::session
