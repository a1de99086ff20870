#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "host/session/ouch_journal.h"
#include "testbench/ipc/ipc_fixture.h"
#include "testbench/session/ouch_trials.h"
#include "testbench/session/tcp_fixture.h"

namespace twinpath::session {
namespace {

constexpr Nanoseconds kMillisecond{1'000'000};
constexpr Nanoseconds kLongest{60 * kSecond.value};

// Turns both until `done`, or for a minute.
template <class Turn, class Done>
bool run(EventLoop& loop, const Turn& turn, const Done& done) {
  const Nanoseconds end = EventLoop::now() + kLongest;
  while (!done()) {
    if (EventLoop::now() > end) return false;
    loop.wait(EventLoop::now() + kMillisecond, kMillisecond);
    turn();
  }
  return true;
}

// A client that does as it likes.
class RawClient {
 public:
  explicit RawClient(const net::Endpoint& to) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(to.address);
    a.sin_port = htons(to.port);
    EXPECT_EQ(::connect(socket_.fd(), reinterpret_cast<const sockaddr*>(&a), sizeof a), 0);
  }
  void send(const Bytes& b) { EXPECT_EQ(::send(socket_.fd(), b.data(), b.size(), 0), static_cast<ssize_t>(b.size())); }

 private:
  Descriptor socket_;
};

TEST(SessionTcp, ALongReplayReachesEveryClientAndTheEndBehindIt) {
  EventLoop loop;
  RecordingServer server;
  for (int i = 0; i < 20'000; ++i) server.log.messages.emplace_back(static_cast<std::size_t>(i % 120), std::uint8_t(i));
  TcpVenue venue(loop, server);
  struct Client {
    RecordingClient handler;
    SoupClient soup{client_options(), handler};
  };
  std::array<Client, 3> clients;
  std::list<SoupTcpClient> tcp;
  for (auto& c : clients) {
    c.soup.start(EventLoop::now());
    tcp.emplace_back(loop, venue.endpoint(), c.soup);
  }
  const auto turn = [&] {
    venue.turn();
    for (auto& t : tcp) t.turn();
  };
  const auto all = [&](auto f) { return std::all_of(clients.begin(), clients.end(), f); };
  ASSERT_TRUE(run(loop, turn, [&] { return all([](auto& c) { return c.handler.received.size() == 20'000; }); }));
  venue.end_session();
  ASSERT_TRUE(run(loop, turn, [&] { return all([](auto& c) { return c.soup.state() == SoupClient::State::ended; }); }));
  for (auto& c : clients) EXPECT_EQ(c.handler.received, server.log.messages);
  EXPECT_EQ(venue.counters.ended(SoupEnd::end_of_session), 3U);
}

TEST(SessionTcp, OneThatReadsNothingAndOneThatTalksRubbishAreCutOffAndOthersGoOn) {
  EventLoop loop;
  RecordingServer server;
  SoupServerOptions options;
  options.stall = Nanoseconds{200 * kMillisecond.value};
  TcpVenue venue(loop, server, options);
  RecordingClient handler;
  SoupClient soup(client_options(), handler);
  soup.start(EventLoop::now());
  SoupTcpClient client(loop, venue.endpoint(), soup);
  RawClient deaf(venue.endpoint()), rude(venue.endpoint());
  deaf.send(login_packet());
  rude.send({0xFF, 0xFF, 'U'});
  const auto turn = [&] {
    if (server.log.messages.size() < 40'000)
      for (int i = 0; i < 500; ++i) server.log.messages.emplace_back(400, std::uint8_t(i));
    venue.turn();
    client.turn();
  };
  ASSERT_TRUE(run(loop, turn,
                  [&] { return handler.received.size() == 40'000 && venue.counters.ended(SoupEnd::stalled) == 1; }));
  EXPECT_EQ(venue.counters.ended(SoupEnd::too_long), 1U);
  EXPECT_EQ(venue.connections(), 1U);
  EXPECT_EQ(handler.losses, std::vector<SoupLoss>{});
  EXPECT_EQ(handler.received, server.log.messages);
}

// It is the server that did not run for longer than a client may stall.
TEST(SessionTcp, AClientIsNotCutOffForAServerThatStoodStill) {
  EventLoop loop;
  RecordingServer server;
  SoupServerOptions options;
  options.stall = Nanoseconds{200 * kMillisecond.value};
  TcpVenue venue(loop, server, options);
  RecordingClient handler;
  SoupClient soup(client_options(), handler);
  soup.start(EventLoop::now());
  SoupTcpClient client(loop, venue.endpoint(), soup);
  const auto turn = [&] {
    venue.turn();
    client.turn();
  };
  ASSERT_TRUE(run(loop, turn, [&] { return soup.state() == SoupClient::State::logged_in; }));
  // More than the sockets hold. The client takes what there is, and the server does not see it for a while.
  for (int i = 0; i < 40'000; ++i) server.log.messages.emplace_back(400, std::uint8_t(i));
  venue.turn();
  for (int i = 0; i < 100; ++i) client.turn();
  ASSERT_LT(handler.received.size(), 40'000U);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_TRUE(run(loop, turn, [&] { return handler.received.size() == 40'000 || !handler.losses.empty(); }));
  EXPECT_EQ(handler.losses, std::vector<SoupLoss>{});
  EXPECT_EQ(venue.counters.ended(SoupEnd::stalled), 0U);
}

TEST(SessionTcp, AServerThatIsNotThereYetIsFoundOnceItIs) {
  EventLoop loop;
  RecordingServer server;
  server.log.messages = {bytes_of("one")};
  std::uint16_t port = 0;
  {
    const TcpVenue gone(loop, server);
    port = gone.endpoint().port;
  }
  RecordingClient handler;
  SoupClient soup(client_options(), handler);
  soup.start(EventLoop::now());
  SoupTcpClient client(loop, {kLoopback, port}, soup);
  ASSERT_TRUE(run(loop, [&] { client.turn(); }, [&] { return handler.losses.size() == 2; }));
  EXPECT_EQ(handler.losses[0], SoupLoss::connection_refused);
  TcpVenue venue(loop, server, {}, port);
  ASSERT_TRUE(run(
      loop,
      [&] {
        venue.turn();
        client.turn();
      },
      [&] { return !handler.received.empty(); }));
}

TEST(SessionTcp, APortThatIsTakenIsAnErrorThatNamesIt) {
  EventLoop loop;
  RecordingServer server;
  const TcpVenue venue(loop, server);
  try {
    const TcpVenue again(loop, server, {}, venue.endpoint().port);
    FAIL() << "two listen on one port";
  } catch (const std::system_error& e) {
    EXPECT_NE(std::string(e.what()).find("127.0.0.1:" + std::to_string(venue.endpoint().port)), std::string::npos);
  }
}

JournalOptions journal_in(const testing::SegmentFolder& folder) {
  JournalOptions o;
  o.folder = (folder / "session").string();
  o.sync = JournalOptions::Sync::none;
  return o;
}

// A trader that trades until it is killed.
[[noreturn]] void trade(const JournalOptions& options, const net::Endpoint& venue, std::uint64_t seed) {
  ::alarm(250);
  EventLoop loop;
  OuchJournal journal(options);
  OuchClient client(client_options(seed), journal);
  journal.recall(client);
  client.start(EventLoop::now());
  SoupTcpClient tcp(loop, venue, client.soup());
  DiceVenue nobody(seed);
  SoupLink dice(seed, {}, nobody);
  for (;;) {
    loop.wait(EventLoop::now() + kMillisecond, kMillisecond);
    dice.now = EventLoop::now();
    request_something(client, dice);
    tcp.turn();
  }
}

TEST(SessionTcp, ATraderThatIsKilledAtAnyTimeKnowsItsOrdersWhenItComesBack) {
  const testing::SegmentFolder folder;
  EventLoop loop;
  DiceVenue venue(7);
  TcpVenue tcp(loop, venue);
  tcp.one_at_a_time = true;
  std::mt19937_64 random(7);
  std::uint64_t logins = 0;
  for (int life = 0; life < 12; ++life) {
    const std::size_t before = venue.log.messages.size();
    const pid_t pid = ::fork();
    if (pid == 0) trade(journal_in(folder), tcp.endpoint(), 100 + static_cast<std::uint64_t>(life));
    const std::size_t enough = before + 1 + random() % 200;
    const bool traded = run(
        loop,
        [&] {
          if (random() % 4 == 0) venue.trade();
          tcp.turn();
        },
        // The venue trades by itself too: a life counts once it has logged in.
        [&] { return venue.log.messages.size() >= enough && tcp.counters.logins > logins; });
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    ASSERT_TRUE(traded) << "life " << life << ", status " << status;
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "life " << life << ", status " << status;
    logins = tcp.counters.logins;
  }
  EXPECT_GE(logins, 12U);
  OuchJournal journal(journal_in(folder));
  OuchClient client(client_options(1), journal);
  journal.recall(client);
  EXPECT_GT(client.orders().orders().size(), 12U);
  client.start(EventLoop::now());
  SoupTcpClient last(loop, tcp.endpoint(), client.soup());
  ASSERT_TRUE(run(
      loop,
      [&] {
        tcp.turn();
        last.turn();
      },
      [&] {
        return client.state() == OuchClient::State::trading &&
               client.soup().next_sequence() == venue.log.next_sequence();
      }));
  EXPECT_EQ(compare(client.orders(), venue), "");
}

}  // namespace
}  // namespace twinpath::session
