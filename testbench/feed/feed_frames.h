// Builds feed frames and ITCH messages for tests of the feed, the decision core and whole paths.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "host/core/config.h"
#include "host/feed/frame_parser.h"
#include "host/wire/bytes.h"
#include "host/wire/itch50.h"
#include "host/wire/moldudp64.h"
#include "host/wire/net.h"
#include "testbench/wire/support.h"

namespace twinpath::testing {

// Two lines of one session, as every test here uses them.
inline FeedConfig two_line_feed() {
  FeedConfig feed;
  feed.line_a = {0xE9360C6F, 26477};
  feed.line_b = {0xE9360CEF, 26478};
  std::copy_n("SESSION001", 10, feed.session.begin());
  feed.first_sequence = 1;
  feed.gap_timeout = 1000;
  return feed;
}

template <class M>
Bytes encode(const M& message) {
  Bytes bytes(M::kLength);
  message.write(bytes.data());
  return bytes;
}

// A System Event whose event code no rule looks at: the smallest message (12 bytes). `tag` tells copies apart.
inline Bytes filler(std::uint64_t tag = 0) {
  itch::SystemEvent m;
  m.timestamp = tag;
  m.event_code = 'O';
  return encode(m);
}

inline std::vector<Bytes> fillers(std::uint64_t first_tag, std::size_t count) {
  std::vector<Bytes> messages;
  for (std::size_t i = 0; i < count; ++i) messages.push_back(filler(first_tag + i));
  return messages;
}

// A MoldUDP64 packet in a frame. Fields that a test does not set are right.
struct Packet {
  FeedLine line = FeedLine::a;
  std::uint64_t sequence = 1;
  std::vector<Bytes> messages;
  std::optional<std::uint16_t> count;  // instead of messages.size()
  std::optional<std::uint16_t> vlan;
  std::string_view session = "SESSION001";
  Bytes tail;  // bytes behind the last block, within the UDP length

  Bytes frame(const FeedConfig& feed = two_line_feed()) const {
    Bytes payload(mold::Header::kSize);
    mold::Header{mold::make_session(session), sequence, count.value_or(static_cast<std::uint16_t>(messages.size()))}
        .write(payload.data());
    for (const Bytes& m : messages) {
      payload.push_back(static_cast<std::uint8_t>(m.size() >> 8));
      payload.push_back(static_cast<std::uint8_t>(m.size()));
      append(payload, m);
    }
    append(payload, tail);
    const LineConfig& to = line == FeedLine::a ? feed.line_a : feed.line_b;
    net::UdpLine udp;
    udp.destination_mac = net::multicast_mac(to.address);
    udp.vlan = vlan;
    udp.source_ip = 0x0A000001;
    udp.source_port = 40000;
    udp.destination_ip = to.address;
    udp.destination_port = to.port;
    Bytes bytes(udp.header_size());
    net::write_udp_headers(udp, payload.size(), 7, bytes.data());
    append(bytes, payload);
    return bytes;
  }
};

// Makes the IPv4 header checksum right again after a test has changed the header at `ip`.
inline void fix_checksum(Bytes& frame, std::size_t ip = 14) {
  store_be16(frame.data() + ip + 10, net::ipv4_checksum(frame.data() + ip));
}

}  // namespace twinpath::testing
