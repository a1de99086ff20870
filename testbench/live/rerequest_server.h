// A MoldUDP64 re-request server on this machine.
#pragma once
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <stdexcept>
#include <vector>

#include "host/feed/frame_parser.h"
#include "host/session/tcp.h"
#include "host/wire/moldudp64.h"
#include "host/wire/net.h"

namespace twinpath::testing {

// Answers re-requests from all messages that it is told of.
class RerequestServer {
 public:
  RerequestServer() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
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
      const auto h = mold::Header::read(request.data());
      EXPECT_EQ(n, 20);
      asked.push_back(h);
      if (deaf || random_() % 10 < lost) continue;
      std::vector<std::uint8_t> answer(mold::Header::kSize);
      mold::Header a{h.session, h.sequence, 0};
      for (std::uint64_t s = h.sequence; s < h.sequence + h.count && messages.count(s) != 0; ++s, ++a.count) {
        const auto& m = messages[s];
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
  std::map<std::uint64_t, std::vector<std::uint8_t>> messages;
  std::vector<mold::Header> asked;
  bool deaf = false;
  unsigned lost = 0;  // of ten requests

 private:
  session::Descriptor socket_;
  std::array<std::uint8_t, 10> session_{};
  std::mt19937_64 random_{1};
};

}  // namespace twinpath::testing
