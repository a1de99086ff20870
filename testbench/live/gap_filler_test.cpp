// What lines lost is had again over real sockets: a path ends with the books of one that lost nothing.
#include "host/live/gap_filler.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <map>
#include <random>
#include <thread>

#include "bench/generated_session.h"
#include "host/core/wall_clock.h"
#include "host/live/snapshot_taker.h"
#include "host/path/input_clock.h"
#include "host/path/software_path.h"
#include "testbench/session/tcp_fixture.h"

namespace twinpath::testing {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

std::int64_t jump = 0;  // of the wall clock
Nanoseconds wall() { return Nanoseconds{wall_ns() + static_cast<std::uint64_t>(jump)}; }

// The best bids and offers that a path ends with.
class Books final : public PathSink {
 public:
  void on_order_frame(std::span<const std::uint8_t>) override {}
  void on_event(const Event& e) override {
    if (e.event_kind() == EventKind::book)
      last[e.symbol] = {e.bid_price, e.bid_quantity, e.ask_price, e.ask_quantity, e.book_flags};
  }
  std::map<std::uint32_t, std::array<std::uint32_t, 5>> last;
};

// A path that is given frames as a run gives them.
struct Rig {
  explicit Rig(CoreConfig c) : config(std::move(c)) {
    config.armed = false;
    path = make_software_path(config, books, false);
  }
  void give(std::span<const std::uint8_t> frame) {
    TimedInput input;
    input.time = clock.frame(wall());
    input.frame = frame;
    path->submit(std::span(&input, 1));
    clock.passed(input.time, frame.size());
  }
  std::uint64_t count(Counter c) {
    path->finish();
    return path->counters()[static_cast<std::size_t>(c)];
  }

  CoreConfig config;
  Books books;
  std::unique_ptr<Path> path;
  InputClock clock;
};

// Answers re-requests from all messages that it is told of.
class Server {
 public:
  Server() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (::bind(socket_.fd(), reinterpret_cast<sockaddr*>(&at), size) != 0 ||
        ::getsockname(socket_.fd(), reinterpret_cast<sockaddr*>(&at), &size) != 0)
      throw std::runtime_error("no socket");
    endpoint = {INADDR_LOOPBACK, ntohs(at.sin_port)};
  }
  void keep(const FeedPacket& p) {
    std::copy_n(p.session, 10, session_.begin());
    mold::BlockReader blocks(p.blocks, p.count);
    std::span<const std::uint8_t> message;
    for (std::uint64_t s = p.sequence; blocks.next(message) == mold::BlockReader::Status::block; ++s)
      messages[s] = {message.begin(), message.end()};
  }
  void turn() {
    std::array<std::uint8_t, 64> request;
    sockaddr_in from{};
    socklen_t size = sizeof from;
    ssize_t n = 0;
    while ((n = ::recvfrom(socket_.fd(), request.data(), request.size(), 0, reinterpret_cast<sockaddr*>(&from),
                           &size)) > 0) {
      if (deaf || random_() % 10 < lost) continue;
      const auto h = mold::Header::read(request.data());
      EXPECT_EQ(n, 20);
      Bytes answer(mold::Header::kSize);
      mold::Header a{h.session, h.sequence, 0};
      for (std::uint64_t s = h.sequence; s < h.sequence + h.count && messages.count(s) != 0; ++s, ++a.count) {
        const Bytes& m = messages[s];
        answer.push_back(static_cast<std::uint8_t>(m.size() >> 8));
        answer.push_back(static_cast<std::uint8_t>(m.size()));
        answer.insert(answer.end(), m.begin(), m.end());
      }
      EXPECT_LE(answer.size(), 1'400U);
      a.write(answer.data());
      ::sendto(socket_.fd(), answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }

  net::Endpoint endpoint;
  std::map<std::uint64_t, Bytes> messages;
  bool deaf = false;
  unsigned lost = 0;  // of ten requests

 private:
  session::Descriptor socket_;
  std::array<std::uint8_t, 10> session_{};
  std::mt19937_64 random_{1};
};

struct Session {
  Session() : generated(6'000) {
    SourceFrame f;
    while (generated.next(f)) frames.emplace_back(f.bytes.begin(), f.bytes.end());
  }
  bench::GeneratedSession generated;
  std::vector<Bytes> frames;
};

// Gives a session whose lines lose together what `lost` says, and what the filler brings. The filler has `patience` ms.
template <class Lost>
void give(Rig& rig, const Session& s, Server& server, GapFiller& filler, Lost&& lost) {
  std::array<SourceFrame, kSendRooms> burst;
  const auto fill = [&] {
    server.turn();
    for (const SourceFrame& f : std::span(burst).first(filler.receive(burst))) {
      filler.seen(f.bytes);
      rig.give(f.bytes);
    }
  };
  for (const Bytes& frame : s.frames) {
    FeedPacket p;
    ASSERT_EQ(parse_frame(frame, rig.config.feed, p), Counter::frames);
    if (p.count != kEndOfSessionCount) server.keep(p);
    if (lost(p)) continue;
    filler.seen(frame);
    rig.give(frame);
    fill();
  }
  const auto until = std::chrono::steady_clock::now() + (server.deaf ? 300ms : 20s);
  while (filler.open() && std::chrono::steady_clock::now() < until) {
    fill();
    rig.path->advance(rig.clock.command(rig.clock.at(wall())));
    std::this_thread::sleep_for(100us);
  }
}

RecoveryOptions quick(const Server& server) {
  RecoveryOptions o;
  o.rerequest = server.endpoint;
  o.patience = Nanoseconds{100'000};
  o.retry = Nanoseconds{1'000'000};
  return o;
}

CoreConfig patient(const bench::GeneratedSession& s) {
  CoreConfig c = s.config;
  c.feed.gap_timeout = 13 * 322'265'625U;
  return c;
}

TEST(GapFillerTest, APathHasTheBooksOfOneThatLostNothing) {
  const Session s;
  Rig whole(patient(s.generated));
  for (const Bytes& f : s.frames) whole.give(f);
  const std::uint64_t messages = whole.count(Counter::messages);
  ASSERT_GT(messages, 5'000U);
  for (const unsigned seed : {1U, 2U, 3U}) {
    Rig rig(patient(s.generated));
    Server server;
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
  for (const Bytes& f : s.frames) whole.give(f);
  const std::uint64_t messages = whole.count(Counter::messages);
  Server server;
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
  Server server;
  server.deaf = true;
  GapFiller filler(quick(server), rig.config.feed, wall);
  give(rig, s, server, filler, [&](const FeedPacket& p) { return p.sequence >= 1'000 && p.sequence < 1'300; });
  EXPECT_GT(filler.gap_counters().requests, 2U);
  EXPECT_GT(rig.count(Counter::gaps_lost), 0U);
}

TEST(GapFillerTest, OneLineAloneIsNotAskedFor) {
  const Session s;
  Rig rig(patient(s.generated));
  Server server;
  GapFiller filler(quick(server), rig.config.feed, wall);
  give(rig, s, server, filler, [&](const FeedPacket& p) { return p.line == FeedLine::a; });
  EXPECT_EQ(filler.gap_counters().requests, 0U);
}

// A service of snapshots, the first of which breaks off.
class Glimpse final : public session::SoupServerHandler {
 public:
  session::LoginVerdict login(const soup::LoginRequest& request) override {
    if (trimmed(request.username) != "P001" || trimmed(request.password) != "secret" || ++logins < 3) return {};
    return {&log, make_text<10>("  ANYDAY")};
  }
  void unsequenced(std::span<const std::uint8_t>) override {}
  session::VectorLog log;
  unsigned logins = 0;
};

TEST(SnapshotTest, APathThatBeginsWithItHasTheBooksOfOneThatSawTheWholeDay) {
  venue::GeneratorOptions options;
  options.messages = 6'000;
  options.symbols = 40;
  options.configured_symbols = 16;
  venue::MarketGenerator market(options);
  const Session s;  // of the same options: the same messages
  venue::GeneratedMessage m;
  while (market.messages() < 4'000 || !market.between_events()) ASSERT_TRUE(market.next(m));
  const std::uint64_t next = market.messages() + 1;
  Glimpse glimpse;
  for (const auto& part : market.snapshot(16, 1))
    glimpse.log.messages.emplace_back(part.bytes.begin(), part.bytes.begin() + part.length);
  const std::size_t parts = glimpse.log.messages.size();
  const std::string end = "G" + std::string(20 - std::to_string(next).size(), ' ') + std::to_string(next);
  glimpse.log.messages.emplace_back(end.begin(), end.end());

  Rig whole(patient(s.generated));
  session::EventLoop loop;
  session::TcpVenue service(loop, glimpse);
  RecoveryOptions o;
  o.glimpse = service.endpoint();
  o.account = "P001";
  o.password = "secret";
  SnapshotTaker taker(o, s.generated.config.feed);
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (!taker.turn() && std::chrono::steady_clock::now() < until) {
    service.turn();
    loop.wait(session::EventLoop::now(), Nanoseconds{});
    service.turn();
  }
  ASSERT_EQ(taker.messages(), parts);
  EXPECT_EQ(glimpse.logins, 3U);  // refused twice
  ASSERT_FALSE(taker.whole_tape());
  EXPECT_EQ(taker.first_sequence(), next - parts);

  CoreConfig late = patient(s.generated);
  late.feed.first_sequence = taker.first_sequence();
  Rig rig(late);
  taker.frames([&](std::span<const std::uint8_t> frame) { rig.give(frame); });
  for (const Bytes& f : s.frames) {
    FeedPacket p;
    ASSERT_EQ(parse_frame(f, late.feed, p), Counter::frames);
    whole.give(f);
    // From somewhat before the snapshot on, as for one who joined the groups before asking.
    if (p.sequence + 100 > next) rig.give(f);
  }
  EXPECT_EQ(rig.count(Counter::gaps_opened), 0U);
  whole.path->finish();
  EXPECT_GT(whole.books.last.size(), 10U);
  EXPECT_EQ(rig.books.last, whole.books.last);
}

}  // namespace
}  // namespace twinpath::testing
