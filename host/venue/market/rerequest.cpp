#include "host/venue/market/rerequest.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace twinpath::market {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::size_t kMinPayload = 72;
constexpr std::size_t kDatagramsAPoll = 64;

void check(const char* name, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
  if (value < least || value > most)
    throw std::invalid_argument(std::string(name) + ": expected " + std::to_string(least) + " to " +
                                std::to_string(most) + ", found " + std::to_string(value));
}

}  // namespace

RerequestServer::RerequestServer(const RerequestOptions& options) : options_(options) {
  check("max_payload", options.max_payload, kMinPayload, net::kMaxUdpPayload);
  check("requests_a_second", options.requests_a_second, 1, kSecond);
  check("burst", options.burst, 1, 1'000'000);
  check("most_sources", options.most_sources, 1, 1'000'000);
  interval_ = kSecond / options.requests_a_second;
  slack_ = interval_ * (options.burst - 1);
  next_.reserve(options.most_sources);
}

RerequestOutcome RerequestServer::admit(std::uint32_t source, std::uint64_t now_ns) {
  auto it = next_.find(source);
  if (it == next_.end()) {
    // Whoever is within its rate needs no remembering.
    if (next_.size() >= options_.most_sources) std::erase_if(next_, [&](const auto& s) { return s.second <= now_ns; });
    if (next_.size() >= options_.most_sources) return RerequestOutcome::too_many_sources;
    it = next_.emplace(source, 0).first;
  }
  if (now_ns + slack_ < it->second) return RerequestOutcome::throttled;
  it->second = std::max(it->second, now_ns) + interval_;
  return RerequestOutcome::answered;
}

std::span<const std::uint8_t> RerequestServer::answer(const MessageStore& tape, std::span<const std::uint8_t> request,
                                                      std::uint32_t source, std::uint64_t now_ns) {
  const auto outcome = [&](RerequestOutcome o) { ++counters_[static_cast<std::size_t>(o)]; };
  // Before anything else is looked at: junk counts against its sender as well.
  if (const RerequestOutcome o = admit(source, now_ns); o != RerequestOutcome::answered)
    return outcome(o), std::span<const std::uint8_t>{};
  RerequestOutcome o = RerequestOutcome::answered;
  mold::Header h;
  MessageStore::Run run;
  if (request.size() != mold::Header::kSize) {
    o = RerequestOutcome::bad_length;
  } else {
    h = mold::Header::read(request.data());
    run = tape.run(h.sequence, h.blocks(), options_.max_payload - mold::Header::kSize);
    if (h.session != tape.session())
      o = RerequestOutcome::bad_session;
    else if (h.blocks() == 0)
      o = RerequestOutcome::bad_count;
    else if (run.count == 0)
      o = RerequestOutcome::not_there;
  }
  outcome(o);
  if (o != RerequestOutcome::answered) return {};
  packet_.resize(mold::Header::kSize + run.blocks.size());
  mold::Header{tape.session(), h.sequence, run.count}.write(packet_.data());
  std::copy(run.blocks.begin(), run.blocks.end(), packet_.begin() + mold::Header::kSize);
  messages_ += run.count;
  return packet_;
}

RerequestSocket::RerequestSocket(const net::Endpoint& at, const RerequestOptions& options)
    : server_(options), fd_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  const auto fail = [&](const char* what) {
    const int error = errno;
    if (fd_ >= 0) close(fd_);
    throw std::system_error(error, std::generic_category(),
                            "re-request server, port " + std::to_string(at.port) + ": " + what);
  };
  if (fd_ < 0) fail("no socket");
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(at.port);
  a.sin_addr.s_addr = htonl(at.address);
  if (bind(fd_, reinterpret_cast<const sockaddr*>(&a), sizeof a) != 0) fail("cannot be bound");
  socklen_t size = sizeof a;
  if (getsockname(fd_, reinterpret_cast<sockaddr*>(&a), &size) != 0) fail("has no name");
  port_ = ntohs(a.sin_port);
}

RerequestSocket::~RerequestSocket() { close(fd_); }

std::size_t RerequestSocket::poll(const MessageStore& tape, std::uint64_t now_ns) {
  std::size_t count = 0;
  for (; count < kDatagramsAPoll; ++count) {
    std::uint8_t request[64];
    sockaddr_in from{};
    socklen_t size = sizeof from;
    // MSG_TRUNC: the datagram's own length, however much of it was taken.
    const ssize_t n = recvfrom(fd_, request, sizeof request, MSG_TRUNC, reinterpret_cast<sockaddr*>(&from), &size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) break;
    const std::size_t length = static_cast<std::size_t>(n);
    const auto answer =
        server_.answer(tape, {request, std::min(length, sizeof request)}, ntohl(from.sin_addr.s_addr), now_ns);
    if (answer.empty()) continue;
    if (sendto(fd_, answer.data(), answer.size(), MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&from), size) < 0)
      ++unsent_;
  }
  return count;
}

}  // namespace twinpath::market
