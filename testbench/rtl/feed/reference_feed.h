// What SEM 2 asks of the front end, written for clarity and independently of host/feed: every input is taken whole and
// processed to its end; the result is a list of messages and a set of counters.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "host/core/counters.h"
#include "testbench/rtl/feed/message.h"

namespace twinpath::rtl {

using Bytes = std::vector<std::uint8_t>;

struct ReferenceConfig {
  std::uint32_t address[2] = {0xEFC00001, 0xEFC00002};
  std::uint16_t port[2] = {26400, 26401};
  std::array<std::uint8_t, 10> session{};
  std::uint64_t first_sequence = 1;
  std::uint32_t gap_timeout = 1000;
  std::map<std::uint16_t, std::uint8_t> symbols;  // by stock locate
};

class ReferenceFeed {
 public:
  explicit ReferenceFeed(const ReferenceConfig& config) : config_(config), expected_(config.first_sequence) {}

  void advance(std::uint64_t time) {
    while (expected_ < gap_high_ && deadline_ <= time) expire();
  }
  void command(std::uint64_t time, const std::array<std::uint32_t, 4>& words) {
    advance(time);
    Message m;
    m.op = 8;
    m.command = words;
    m.stamp = time;
    messages.push_back(m);
  }
  void frame(std::uint64_t time, std::uint32_t number, const Bytes& bytes, bool fcs_error);

  std::vector<Message> messages;
  CounterValues counters{};

 private:
  struct Packet {
    int line = 0;
    std::uint64_t sequence = 0;
    std::uint32_t count = 0;
    std::uint32_t frame = 0;
    std::uint32_t declared = 0;
    Bytes bytes;
  };

  void count(Counter c, std::uint64_t n = 1) { counters[static_cast<std::size_t>(c)] += n; }
  std::optional<Counter> check(const Bytes& f, Packet& packet);
  void state(StateReason reason, std::uint64_t stamp, std::uint64_t sequence, std::uint32_t frame) {
    Message m;
    m.op = 7;
    m.reason = static_cast<std::uint8_t>(reason);
    m.stamp = stamp;
    m.sequence = sequence;
    m.frame = frame;
    messages.push_back(m);
  }
  void expire();
  void replay(std::uint64_t stamp);
  unsigned deliver(const Packet& packet, std::uint64_t stamp);
  void message(const std::uint8_t* p, std::uint64_t stamp, const Packet& packet, std::uint64_t sequence);

  ReferenceConfig config_;
  std::optional<std::array<std::uint8_t, 10>> adopted_;
  bool seen_packet_ = false;
  std::uint64_t expected_;
  std::uint64_t gap_high_ = 0;
  std::uint64_t deadline_ = 0;
  std::array<std::optional<Packet>, 16> slots_;
};

}  // namespace twinpath::rtl
