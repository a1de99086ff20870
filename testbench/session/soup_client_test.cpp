#include "host/session/soup_client.h"

#include <gtest/gtest.h>

#include "testbench/session/soup_fixture.h"

namespace twinpath::session {
namespace {

using soup::PacketType;
using State = SoupClient::State;

constexpr Nanoseconds seconds(std::uint64_t n) { return {n * kSecond.value}; }

class SoupClientTest : public testing::Test {
 public:
  // Connects; the login's bytes are taken.
  Bytes connect(Nanoseconds now) {
    client.connected(now);
    return taken(now);
  }
  Bytes taken(Nanoseconds now) {
    const Bytes b = bytes_of(client.output());
    client.sent(b.size(), now);
    return b;
  }
  void log_in(Nanoseconds now, std::uint64_t sequence = 1) {
    client.start(now);
    connect(now);
    client.receive(accepted_packet("DAY1", sequence), now);
    ASSERT_EQ(client.state(), State::logged_in);
  }

  RecordingClient handler;
  SoupClient client{client_options(), handler};
};

TEST_F(SoupClientTest, LogsInOnceConnectedAndTakesMessagesFromTheFirst) {
  EXPECT_FALSE(client.wants_connection());
  client.start(Nanoseconds{0});
  EXPECT_EQ(client.state(), State::connecting);
  EXPECT_TRUE(client.wants_connection());
  EXPECT_EQ(connect(Nanoseconds{1}), login_packet());
  client.receive(accepted_packet("DAY1", 1), Nanoseconds{2});
  client.receive(packet(PacketType::sequenced, {5}), Nanoseconds{3});
  EXPECT_EQ(handler.received, std::vector<Bytes>{{5}});
  EXPECT_EQ(client.next_sequence(), 2U);
  EXPECT_EQ(trimmed(client.session()), "DAY1");
}

TEST_F(SoupClientTest, AsksForTheSessionItKnowsAndTheMessageAfterTheLast) {
  log_in(seconds(1));
  client.receive(packet(PacketType::sequenced, {5}), seconds(1));
  client.disconnected(seconds(2));
  EXPECT_EQ(handler.losses, std::vector<SoupLoss>{SoupLoss::connection_lost});
  client.advance(client.next_deadline());
  EXPECT_EQ(client.attempt(), 2U);
  EXPECT_EQ(connect(seconds(3)), login_packet("DAY1", 2));
  client.receive(accepted_packet("      DAY1", 2), seconds(3));
  EXPECT_EQ(client.state(), State::logged_in);
}

TEST_F(SoupClientTest, APartOfAMessageThatALostConnectionLeftIsForgotten) {
  log_in(seconds(1));
  client.receive(Bytes{0, 9, 'S', 1}, seconds(1));
  client.disconnected(seconds(2));
  client.advance(client.next_deadline());
  connect(seconds(3));
  client.receive(accepted_packet("DAY1", 1), seconds(3));
  client.receive(packet(PacketType::sequenced, {5}), seconds(3));
  EXPECT_EQ(handler.received, std::vector<Bytes>{{5}});
}

TEST_F(SoupClientTest, WaitsTwiceAsLongAfterEveryFailureWithJitterUpToALimit) {
  client.start(Nanoseconds{0});
  Nanoseconds now{0};
  std::uint64_t wait = 100'000'000;
  bool jitter = false;
  for (int i = 0; i < 12; ++i) {
    client.disconnected(now);
    EXPECT_EQ(client.loss(), SoupLoss::connection_refused);
    const Nanoseconds waits = client.next_deadline() - now;
    EXPECT_GE(waits.value, wait / 2);
    EXPECT_LE(waits.value, wait);
    jitter |= waits.value != wait / 2 && waits.value != wait;
    wait = std::min<std::uint64_t>(2 * wait, 10 * kSecond.value);
    now += waits;
    client.advance(now - Nanoseconds{1});
    EXPECT_EQ(client.state(), State::waiting);
    client.advance(now);
    EXPECT_EQ(client.state(), State::connecting);
  }
  EXPECT_TRUE(jitter);
  // A login that holds long enough begins the waits anew.
  connect(now);
  client.receive(accepted_packet("DAY1", 1), now);
  for (int i = 0; i < 20; ++i) client.receive(packet(PacketType::server_heartbeat), now += kSecond);
  client.disconnected(now);
  EXPECT_LE(client.next_deadline() - now, Nanoseconds{100'000'000});
}

TEST_F(SoupClientTest, SendsHeartbeatsAndGivesUpAServerThatIsSilent) {
  log_in(seconds(1));
  EXPECT_EQ(client.next_deadline(), seconds(2));
  client.advance(seconds(2));
  EXPECT_EQ(taken(seconds(2)), packet(PacketType::client_heartbeat));
  EXPECT_TRUE(client.send(bytes_of("order"), seconds(2) + Nanoseconds{7}));
  EXPECT_EQ(taken(seconds(2) + Nanoseconds{7}), packet(PacketType::unsequenced, bytes_of("order")));
  EXPECT_EQ(client.next_deadline(), seconds(3) + Nanoseconds{7});
  client.receive(packet(PacketType::server_heartbeat), seconds(5));
  for (std::uint64_t t = 6; t < 20; ++t) {
    client.advance(seconds(t));
    taken(seconds(t));
  }
  EXPECT_EQ(client.state(), State::logged_in);
  client.advance(seconds(20));
  EXPECT_EQ(client.loss(), SoupLoss::silent);
  EXPECT_EQ(client.state(), State::waiting);
  EXPECT_FALSE(client.wants_connection());
}

TEST_F(SoupClientTest, ALoginThatIsNotAnsweredIsGivenUp) {
  client.start(seconds(1));
  connect(seconds(1));
  client.advance(seconds(31));
  EXPECT_EQ(client.loss(), SoupLoss::login_timeout);
  EXPECT_EQ(client.state(), State::waiting);
}

TEST_F(SoupClientTest, NothingIsSentUnlessLoggedInAndBeyondTheRoom) {
  EXPECT_FALSE(client.send(bytes_of("order"), Nanoseconds{0}));
  log_in(Nanoseconds{1});
  int sent = 0;
  while (client.send(Bytes(1'000, 1), Nanoseconds{2})) ++sent;
  EXPECT_EQ(sent, 65'537 / 1'003);
  client.disconnected(Nanoseconds{3});
  EXPECT_TRUE(client.output().empty());
}

TEST_F(SoupClientTest, EndOfSessionIsForGoodUntilTheNextSessionIsAskedFor) {
  log_in(Nanoseconds{1});
  client.receive(packet(PacketType::end_of_session), Nanoseconds{2});
  EXPECT_EQ(client.state(), State::ended);
  EXPECT_FALSE(client.wants_connection());
  EXPECT_EQ(client.next_deadline(), kNever);
  client.restart(make_text<10>(""), 1, Nanoseconds{3});
  EXPECT_EQ(connect(Nanoseconds{4}), login_packet());
}

TEST_F(SoupClientTest, StopLogsOutAndStaysAway) {
  log_in(Nanoseconds{1});
  client.stop(Nanoseconds{2});
  EXPECT_EQ(client.state(), State::leaving);
  EXPECT_TRUE(client.wants_connection());
  EXPECT_EQ(taken(Nanoseconds{3}), packet(PacketType::logout_request));
  EXPECT_EQ(client.state(), State::idle);
  EXPECT_FALSE(client.wants_connection());
  EXPECT_EQ(handler.losses, std::vector<SoupLoss>{SoupLoss::stopped});
}

}  // namespace
}  // namespace twinpath::session
