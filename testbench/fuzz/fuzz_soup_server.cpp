// Any bytes from a client, in any pieces, at any times: the server holds what it promises. An input is a list of
// commands: a byte that says what happens, then the bytes that it needs.
#include <vector>

#include "host/session/soup_server.h"
#include "testbench/fuzz/require.h"

namespace {

using namespace twinpath;
using namespace twinpath::session;

class Log final : public MessageLog {
 public:
  std::uint64_t next_sequence() const override { return messages.size() + 1; }
  std::span<const std::uint8_t> message(std::uint64_t sequence) const override {
    require(sequence >= 1 && sequence <= messages.size());
    return messages[sequence - 1];
  }
  std::vector<std::vector<std::uint8_t>> messages;
};

class Handler final : public SoupServerHandler {
 public:
  LoginVerdict login(const soup::LoginRequest& request) override {
    require(!in);
    if (request.password[0] == 'x') return {};
    return {&log, make_text<10>("DAY1")};
  }
  void logged_in(std::uint64_t sequence) override {
    in = true;
    next = sequence;
  }
  void unsequenced(std::span<const std::uint8_t> message) override {
    require(in && message.size() < SoupServerOptions{}.max_packet);
    if (log.messages.size() < 1'000) log.messages.emplace_back(message.begin(), message.end());
  }
  Log log;
  bool in = false;
  std::uint64_t next = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Handler handler;
  handler.log.messages.assign(2, {1, 2, 3});
  SoupServerCounters counters;
  Nanoseconds now{1};
  SoupServerSession server({}, handler, counters, now);
  std::vector<std::uint8_t> out;
  const auto flush = [&](std::size_t n) {
    n = n < server.output().size() ? n : server.output().size();
    out.insert(out.end(), server.output().begin(), server.output().begin() + static_cast<std::ptrdiff_t>(n));
    server.sent(n, now);
  };
  std::span<const std::uint8_t> rest(data, size);
  while (!rest.empty()) {
    const std::uint8_t what = rest[0];
    rest = rest.subspan(1);
    if (what < 0xF0) {
      const auto piece = rest.first(what < rest.size() ? what : rest.size());
      rest = rest.subspan(piece.size());
      server.receive(piece, now);
    } else if (what < 0xF8) {
      now += Nanoseconds{1'000'000ULL << (what & 7) * 2};
      server.advance(now);
    } else if (what < 0xFE) {
      flush(std::size_t{1} << (what & 7) * 2);
    } else if (what == 0xFE) {
      handler.log.messages.push_back({9});
      server.advance(now);
    } else {
      server.end_session(now);
    }
    require((server.end() == SoupEnd::none) == (server.state() == SoupServerSession::State::awaiting_login ||
                                                server.state() == SoupServerSession::State::logged_in));
    require(server.state() != SoupServerSession::State::ended || server.output().empty());
    require(server.next_deadline() > now || server.next_deadline() == kNever || !server.output().empty());
    std::uint64_t ends = 0;
    for (const std::uint64_t n : counters.ends) ends += n;
    require(ends == (server.end() != SoupEnd::none));
  }
  flush(out.max_size());
  // What was sent is whole packets as far as it goes, sequenced messages in their order from the one asked for.
  std::span<const std::uint8_t> sent = out;
  std::uint64_t next = handler.next;
  bool first = true;
  for (;;) {
    soup::Packet packet;
    std::size_t used = 0;
    const soup::ParseStatus status = soup::parse(sent, packet, used);
    if (status == soup::ParseStatus::need_more) break;
    require(status == soup::ParseStatus::packet);
    if (first) require(packet.is(handler.in ? soup::PacketType::login_accepted : soup::PacketType::login_rejected));
    first = false;
    if (packet.is(soup::PacketType::sequenced)) {
      const auto expected = handler.log.message(next++);
      require(std::equal(expected.begin(), expected.end(), packet.payload.begin(), packet.payload.end()));
    }
    sent = sent.subspan(used);
  }
  return 0;
}
