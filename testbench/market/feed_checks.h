// A reader of the published lines that loses packets, and gets what it lost by re-request.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "host/venue/market/feed_publisher.h"
#include "host/venue/market/rerequest.h"
#include "host/venue/random.h"
#include "host/wire/moldudp64.h"
#include "host/wire/net.h"
#include "testbench/market/market_run.h"
#include "testbench/market/memory_sender.h"

namespace twinpath::market {

inline FeedOptions feed_options() {
  FeedOptions o;
  const net::Endpoint groups[] = {{0xE9360C6F, 26477}, {0xE931C46F, 26478}};
  for (std::size_t n = 0; n < o.lines.size(); ++n) {
    o.lines[n].destination_mac = net::multicast_mac(groups[n].address);
    o.lines[n].destination_ip = groups[n].address;
    o.lines[n].destination_port = groups[n].port;
  }
  return o;
}

inline std::vector<std::uint8_t> rerequest(const mold::Session& session, std::uint64_t sequence, std::uint16_t count) {
  std::vector<std::uint8_t> r(mold::Header::kSize);
  mold::Header{session, sequence, count}.write(r.data());
  return r;
}

// The stream's next request that neither ends nor begins a day.
inline Request within_a_day(RequestStream& stream) {
  for (;;) {
    const Request r = stream.next();
    if (r.kind != RequestKind::start_of_day && r.kind != RequestKind::end_of_day) return r;
  }
}

// Messages of packets, wherever they came from, by sequence number.
class Collector {
 public:
  // What is wrong with the packet (a UDP payload), or nothing.
  std::string take(std::span<const std::uint8_t> payload, std::size_t most) {
    if (payload.size() > most) return "a packet of " + std::to_string(payload.size()) + " bytes";
    if (payload.size() < mold::Header::kSize) return "a packet without a header";
    const mold::Header h = mold::Header::read(payload.data());
    mold::BlockReader blocks(payload.subspan(mold::Header::kSize), h.blocks());
    std::uint64_t sequence = h.sequence;
    std::span<const std::uint8_t> block;
    while (blocks.next(block) == mold::BlockReader::Status::block) {
      std::vector<std::uint8_t> bytes(block.begin(), block.end());
      const auto [it, fresh] = messages.emplace(sequence++, bytes);
      if (it->second != bytes) return "message " + std::to_string(it->first) + " is two";
    }
    if (blocks.left() != 0 || !blocks.rest().empty()) return "a packet that its blocks do not fill";
    if (h.blocks() == 0 && sequence > announced) announced = sequence;
    return "";
  }
  std::map<std::uint64_t, std::vector<std::uint8_t>> messages;
  std::uint64_t announced = 0;  // next sequence, by heartbeats and ends of session
};

// A market's tape through publisher, loss on both lines, and re-requests. Returns what is wrong, or nothing.
inline std::string try_feed(std::uint64_t seed) {
  constexpr std::size_t kMost = 300;
  MemorySender senders[2];
  FeedOptions options = feed_options();
  options.max_payload = kMost;
  FeedPublisher publisher(options, senders[0], senders[1]);
  RerequestServer server({.max_payload = kMost, .requests_a_second = 1'000'000, .burst = 1'000'000});
  venue::Random random(seed);
  Market market(market_options(seed));
  RequestStream stream(seed, market.options());
  std::uint64_t now = 1'000'000'000;
  market.apply(stream.next());
  const std::shared_ptr<const MessageStore> tape = market.tape();
  publisher.begin(tape);
  for (int n = 0; n < 300; ++n) {
    market.apply(within_a_day(stream));
    senders[0].full = random.one_in(10);
    senders[1].no_memory = random.one_in(10);
    if (random.one_in(3)) publisher.poll(now += 10'000);
  }
  Request end;
  end.kind = RequestKind::end_of_day;
  market.apply(end);
  senders[0].full = senders[1].no_memory = false;
  for (int n = 0; n < 3; ++n) publisher.poll(now += 1'000'000'000);

  Collector collector;
  for (MemorySender& sender : senders)
    for (const auto& frame : sender.frames) {
      net::UdpFrame udp;
      if (net::parse_udp(frame, udp) != net::ParseError::none) return "no UDP frame";
      if (random.one_in(3)) continue;
      if (std::string wrong = collector.take(udp.payload, kMost); !wrong.empty()) return wrong;
    }
  for (std::uint64_t sequence = 1; sequence < tape->next_sequence(); ++sequence)
    for (int tries = 0; !collector.messages.contains(sequence); ++tries) {
      if (tries == 2) return "message " + std::to_string(sequence) + " cannot be had";
      const auto answer =
          server.answer(*tape, rerequest(tape->session(), sequence, 1 + random.below(50)), 1, now += 10'000);
      if (std::string wrong = collector.take(answer, kMost); !wrong.empty()) return "re-request: " + wrong;
    }
  if (collector.messages.size() != tape->next_sequence() - 1) return "more messages than the tape has";
  for (const auto& [sequence, bytes] : collector.messages)
    if (!std::ranges::equal(bytes, tape->at(sequence))) return "message " + std::to_string(sequence) + " is another";
  if (collector.announced != tape->next_sequence()) return "the end of session names another sequence number";
  return "";
}

}  // namespace twinpath::market
