// The published lines and the re-request server: what a reader gets, and what a misbehaving client gets.
#include "testbench/market/feed_checks.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "host/wire/pcap_writer.h"
#include "testbench/market/market_cases.h"
#include "testbench/wire/support.h"

namespace twinpath::market {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

class Feed : public ::testing::Test {
 protected:
  Feed() : publisher(feed_options(), a, b) { publisher.begin(m.market.tape()); }

  mold::Header header(const MemorySender& line, std::size_t n) const {
    net::UdpFrame udp;
    EXPECT_EQ(net::parse_udp(line.frames.at(n), udp), net::ParseError::none);
    return mold::Header::read(udp.payload.data());
  }

  SmallMarket m;
  MemorySender a, b;
  FeedPublisher publisher;
};

TEST_F(Feed, ReadersThatLosePacketsGetEveryMessageOfTheTape) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) ASSERT_EQ(try_feed(seed), "") << "seed " << seed;
}

TEST_F(Feed, WhatIsThereGoesOutAtOnceAndAlikeOnBothLines) {
  EXPECT_TRUE(publisher.poll(kSecond));
  ASSERT_EQ(a.frames.size(), 1u);
  EXPECT_EQ(header(a, 0).count, m.next() - 1);
  m.apply(enter_request(1, 1, Side::buy, 100, 900'000));
  publisher.poll(kSecond + 1);
  ASSERT_EQ(a.frames.size(), 2u) << "one message does not wait for others";
  EXPECT_EQ(header(a, 1).count, 1u);
  ASSERT_EQ(b.frames.size(), 2u);
  net::UdpFrame one, two;
  net::parse_udp(a.frames[1], one);
  net::parse_udp(b.frames[1], two);
  EXPECT_TRUE(std::ranges::equal(one.payload, two.payload));
  EXPECT_EQ(one.ip.destination, 0xE9360C6Fu);
  EXPECT_EQ(two.ip.destination, 0xE931C46Fu);
  EXPECT_EQ(two.udp.destination_port, 26478);
}

TEST_F(Feed, SilenceIsFilledBySecondlyHeartbeatsAndEndsOfSession) {
  publisher.poll(kSecond);
  for (std::uint64_t now = kSecond; now <= 4 * kSecond; now += kSecond / 10) publisher.poll(now);
  ASSERT_EQ(a.frames.size(), 4u);
  EXPECT_EQ(header(a, 3).count, mold::kHeartbeat);
  EXPECT_EQ(header(a, 3).sequence, m.next());
  m.apply(venue_request(RequestKind::end_of_day));
  publisher.poll(4 * kSecond + 1);
  ASSERT_EQ(a.frames.size(), 6u) << "the last messages, and the end at once";
  EXPECT_EQ(header(a, 5).count, mold::kEndOfSession);
  for (std::uint64_t now = 4 * kSecond; now <= 6 * kSecond; now += kSecond / 10) publisher.poll(now + 2);
  EXPECT_EQ(publisher.counters().ends, 3u);
  m.apply(venue_request(RequestKind::start_of_day));
  publisher.begin(m.market.tape());
  publisher.poll(6 * kSecond + 3);
  EXPECT_EQ(header(a, a.frames.size() - 1).session, mold::make_session("TWINPATH02"));
  EXPECT_EQ(header(a, a.frames.size() - 1).sequence, 1u);
}

TEST_F(Feed, ALineWithoutRoomHoldsTheOtherBackForAMomentOnly) {
  b.full = true;
  EXPECT_FALSE(publisher.poll(kSecond));
  EXPECT_EQ(a.frames.size(), 1u);
  m.apply(enter_request(1, 1, Side::buy, 100, 900'000));
  EXPECT_FALSE(publisher.poll(kSecond + 999'999)) << "line B may still take it";
  EXPECT_EQ(a.frames.size(), 1u);
  b.full = false;
  EXPECT_TRUE(publisher.poll(kSecond + 999'999));
  EXPECT_EQ(a.frames, (std::vector{a.frames[0], a.frames[1]}));
  EXPECT_EQ(b.frames.size(), 2u);
  b.full = true;
  m.apply(enter_request(1, 2, Side::buy, 100, 900'000));
  publisher.poll(kSecond + 2'000'000);
  m.apply(enter_request(1, 3, Side::buy, 100, 900'000));
  publisher.poll(kSecond + 3'000'000);
  EXPECT_EQ(a.frames.size(), 4u);
  EXPECT_EQ(publisher.counters().skipped[1], 1u);
  EXPECT_EQ(publisher.counters().skipped[0], 0u);
}

TEST_F(Feed, APayloadThatDoesNotFitTheSendersIsAnError) {
  FeedOptions o = feed_options();
  o.max_payload = 1'480;
  EXPECT_THROW(FeedPublisher(o, a, b), std::invalid_argument);
  o.max_payload = 71;
  EXPECT_THROW(FeedPublisher(o, a, b), std::invalid_argument);
}

TEST_F(Feed, RequestsThatCannotBeAnsweredAreCountedByCause) {
  RerequestServer server({.requests_a_second = 1'000'000, .burst = 1'000'000});
  const MessageStore& tape = *m.market.tape();
  const auto count = [&](RerequestOutcome o) { return server.counters()[static_cast<std::size_t>(o)]; };
  const auto ask = [&](std::span<const std::uint8_t> r) { return server.answer(tape, r, 1, kSecond).size(); };
  auto good = rerequest(tape.session(), 2, 3);
  ASSERT_NE(ask(good), 0u);
  EXPECT_EQ(mold::Header::read(server.answer(tape, good, 1, kSecond).data()).count, 3u);
  EXPECT_EQ(mold::Header::read(server.answer(tape, rerequest(tape.session(), 1, 60'000), 1, kSecond).data()).count,
            tape.next_sequence() - 1)
      << "no more than there are";
  good.push_back(0);
  EXPECT_EQ(ask(good), 0u);
  EXPECT_EQ(ask(std::span(good).first(19)), 0u);
  EXPECT_EQ(ask({}), 0u);
  EXPECT_EQ(count(RerequestOutcome::bad_length), 3u);
  EXPECT_EQ(ask(rerequest(mold::make_session("OTHER"), 1, 1)), 0u);
  EXPECT_EQ(count(RerequestOutcome::bad_session), 1u);
  EXPECT_EQ(ask(rerequest(tape.session(), 1, 0)), 0u);
  EXPECT_EQ(ask(rerequest(tape.session(), 1, 0xFFFF)), 0u);
  EXPECT_EQ(count(RerequestOutcome::bad_count), 2u);
  EXPECT_EQ(ask(rerequest(tape.session(), 0, 1)), 0u);
  EXPECT_EQ(ask(rerequest(tape.session(), tape.next_sequence(), 1)), 0u);
  EXPECT_EQ(ask(rerequest(tape.session(), ~std::uint64_t{0}, 0xFFFE)), 0u);
  EXPECT_EQ(count(RerequestOutcome::not_there), 3u);
  EXPECT_EQ(count(RerequestOutcome::answered), 3u);
}

TEST_F(Feed, OneSourceOverItsRateDoesNotHarmAnother) {
  RerequestServer server({.requests_a_second = 1'000, .burst = 5, .most_sources = 3});
  const MessageStore& tape = *m.market.tape();
  const auto ask = [&](std::uint32_t source, std::uint64_t now) {
    return server.answer(tape, rerequest(tape.session(), 1, 1), source, now).empty() ? 'x' : '.';
  };
  std::string outcome;
  for (int n = 0; n < 8; ++n) outcome += ask(1, kSecond);
  EXPECT_EQ(outcome, ".....xxx");
  EXPECT_EQ(ask(2, kSecond), '.');
  EXPECT_EQ(ask(1, kSecond + 1'000'000), '.') << "a millisecond later it has one again";
  EXPECT_EQ(ask(3, kSecond + 1'000'000), '.');
  EXPECT_EQ(ask(4, kSecond + 1'000'000), '.') << "2 is forgotten, as it is within its rate";
  EXPECT_EQ(ask(5, kSecond + 1'000'000), 'x');
  EXPECT_EQ(server.counters()[static_cast<std::size_t>(RerequestOutcome::too_many_sources)], 1u);
}

TEST_F(Feed, TheServerAnswersOverASocketAndOutlivesJunk) {
  RerequestSocket server({.address = 0x7F000001, .port = 0}, {});
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ASSERT_GE(fd, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(server.port());
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  const MessageStore& tape = *m.market.tape();
  std::mt19937_64 random(1);
  for (int n = 0; n < 50; ++n) {
    const auto junk = testing::random_bytes(random, random() % 1'400);
    send(fd, junk.data(), junk.size(), 0);
  }
  const auto request = rerequest(tape.session(), 1, 100);
  send(fd, request.data(), request.size(), 0);
  std::size_t served = 0;
  for (int tries = 0; served < 51 && tries < 30'000; ++tries) {
    served += server.poll(tape, kSecond);
    usleep(1'000);
  }
  EXPECT_EQ(served, 51u);
  std::uint8_t answer[2'000];
  pollfd wait{fd, POLLIN, 0};
  ASSERT_EQ(poll(&wait, 1, 60'000), 1);
  const ssize_t size = recv(fd, answer, sizeof answer, 0);
  ASSERT_GT(size, 0);
  Collector collector;
  EXPECT_EQ(collector.take({answer, static_cast<std::size_t>(size)}, 1'400), "");
  EXPECT_EQ(collector.messages.size(), tape.next_sequence() - 1);
  close(fd);
}

TEST_F(Feed, IsReadByTsharkAsMoldUdp64) {
  if (std::system("command -v tshark > /dev/null 2>&1") != 0) GTEST_SKIP() << "tshark is not installed";
  RequestStream stream(4, m.market.options());
  Market market(m.market.options());
  market.apply(stream.next());
  const std::shared_ptr<const MessageStore> tape = market.tape();
  publisher.begin(tape);
  std::uint64_t now = kSecond;
  for (int n = 0; n < 2'000; ++n) {
    market.apply(within_a_day(stream));
    if (n % 7 == 0) publisher.poll(now += 100'000);
  }
  market.apply(venue_request(RequestKind::end_of_day));
  for (int n = 0; n < 3; ++n) publisher.poll(now += kSecond);
  const testing::TemporaryFolder folder;
  {
    PcapWriter pcap(folder / "feed.pcap");
    for (const MemorySender* line : {&a, &b})
      for (const auto& frame : line->frames) pcap.write(kSecond, frame);
    pcap.close();
  }
  const std::string command = "tshark -r " + (folder / "feed.pcap").string() +
                              " -d udp.port==26477,moldudp64 -d udp.port==26478,moldudp64 -o ip.check_checksum:TRUE"
                              " -T fields -e moldudp64.count -e _ws.malformed -e ip.checksum.status 2>/dev/null";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::uint64_t packets = 0, messages = 0, ends = 0;
  char line[256];
  while (std::fgets(line, sizeof line, pipe) != nullptr) {
    const std::string text(line);
    const std::size_t tab = text.find('\t');
    ASSERT_NE(tab, std::string::npos);
    EXPECT_EQ(text.substr(tab), "\t\t1\n") << "packet " << packets;
    const unsigned long count = std::stoul(text.substr(0, tab), nullptr, 0);
    ++packets;
    ends += count == mold::kEndOfSession;
    if (count != mold::kEndOfSession) messages += count;
  }
  ::pclose(pipe);
  EXPECT_EQ(packets, a.frames.size() + b.frames.size());
  EXPECT_EQ(messages, 2 * (tape->next_sequence() - 1));
  EXPECT_EQ(ends, 2 * publisher.counters().ends);
  EXPECT_GT(packets, 200u);
}

}  // namespace
}  // namespace twinpath::market
