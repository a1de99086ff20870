// Answers MoldUDP64 1.00 request packets from a tape: a header that names session, first sequence number and count; the
// answer is one packet of as many of these messages as fit. Whoever wants more asks again.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/venue/market/message_store.h"
#include "host/wire/net.h"

namespace twinpath::market {

struct RerequestOptions {
  std::size_t max_payload = 1'400;  // UDP payload bytes of an answer: 72 (any ITCH message fits) to 65,507
  // Of one source address, whatever its port.
  std::uint32_t requests_a_second = 1'000;
  std::uint32_t burst = 100;
  std::size_t most_sources = 1'024;  // that are remembered for their rate; more at once are refused
};

// What became of a request.
enum class RerequestOutcome : std::uint8_t {
  answered = 0,
  bad_length = 1,   // not 20 bytes
  bad_session = 2,  // of another session
  bad_count = 3,    // no messages asked for, or the end of session
  not_there = 4,    // sequence 0, or one that has not been published
  throttled = 5,
  too_many_sources = 6,
};
inline constexpr std::size_t kRerequestOutcomes = 7;
constexpr std::string_view to_string(RerequestOutcome o) noexcept {
  constexpr std::array<std::string_view, kRerequestOutcomes> kNames{
      "answered", "bad_length", "bad_session", "bad_count", "not_there", "throttled", "too_many_sources"};
  return kNames[static_cast<std::size_t>(o)];
}

class RerequestServer {
 public:
  // Throws std::invalid_argument, naming the option.
  explicit RerequestServer(const RerequestOptions& options);

  // The answer to a datagram of `source` (IPv4 address), or nothing; good until the next call. `now_ns`: any clock that
  // does not go back.
  std::span<const std::uint8_t> answer(const MessageStore& tape, std::span<const std::uint8_t> request,
                                       std::uint32_t source, std::uint64_t now_ns);

  // By outcome.
  const std::array<std::uint64_t, kRerequestOutcomes>& counters() const noexcept { return counters_; }
  std::uint64_t messages() const noexcept { return messages_; }

 private:
  RerequestOutcome admit(std::uint32_t source, std::uint64_t now_ns);

  RerequestOptions options_;
  std::uint64_t interval_, slack_;                         // nanoseconds
  std::unordered_map<std::uint32_t, std::uint64_t> next_;  // by source: when its next request would be in time
  std::vector<std::uint8_t> packet_;
  std::array<std::uint64_t, kRerequestOutcomes> counters_{};
  std::uint64_t messages_ = 0;
};

// The server on a UDP socket.
class RerequestSocket {
 public:
  // `at`: address and port to listen on; address 0: all, port 0: any. Throws std::system_error.
  RerequestSocket(const net::Endpoint& at, const RerequestOptions& options);
  ~RerequestSocket();
  RerequestSocket(const RerequestSocket&) = delete;
  RerequestSocket& operator=(const RerequestSocket&) = delete;

  // Answers what has arrived, at most 64 datagrams; never waits. Returns how many there were.
  std::size_t poll(const MessageStore& tape, std::uint64_t now_ns);

  int fd() const noexcept { return fd_; }
  std::uint16_t port() const noexcept { return port_; }
  const RerequestServer& server() const noexcept { return server_; }
  // Answers that the kernel would not take.
  std::uint64_t unsent() const noexcept { return unsent_; }

 private:
  RerequestServer server_;
  int fd_;
  std::uint16_t port_ = 0;
  std::uint64_t unsent_ = 0;
};

}  // namespace twinpath::market
