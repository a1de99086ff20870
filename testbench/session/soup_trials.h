// What must hold of both ends of SoupBinTCP, as functions that say what is wrong, or nothing: tests run them, and run
// them against deliberate faults.
#pragma once
#include <string>

#include "testbench/session/soup_fixture.h"

namespace twinpath::session {

// Messages go both ways over a connection that is cut at random bytes: nothing is lost, nothing comes twice.
inline std::string try_stream(std::uint64_t seed) {
  SoupServerOptions options;
  options.max_lag = 1 << 20;
  RecordingServer venue;
  RecordingClient got;
  SoupClient client(client_options(seed), got);
  SoupLink link(seed, options, venue);
  link.attach(client);
  const std::string at = "seed " + std::to_string(seed) + ": ";
  const unsigned messages = 20 + static_cast<unsigned>(link.below(200));
  const bool breaks = seed % 4 != 0, large = seed % 5 == 0;  // large: more than the server's queue takes
  std::uint64_t sent = 0, quiet = 0;
  client.start(link.now);
  for (unsigned step = 0; step < 60'000; ++step) {
    auto& log = venue.log.messages;
    if (log.size() < messages && link.below(3) == 0) {
      log.emplace_back(link.below(large ? 4'000 : 60));
      for (auto& b : log.back()) b = static_cast<std::uint8_t>(link.below(256));
      if (link.server) link.server->advance(link.now);
    }
    if (log.size() < messages && link.below(4) == 0) {
      const Bytes up{static_cast<std::uint8_t>(sent >> 8), static_cast<std::uint8_t>(sent)};
      if (client.send(up, link.now)) ++sent;
    }
    if (breaks && link.below(60) == 0) link.lose();
    // A time of silence, which heartbeats must bridge, before the end.
    if (log.size() == messages && link.server && ++quiet > (large ? 1 : 150)) link.server->end_session(link.now);
    link.step();
    if (got.out_of_order != 0) return at + "message " + std::to_string(got.out_of_order) + " came out of order";
    if (got.received.size() > log.size()) return at + "more messages came than there are";
    if (client.next_sequence() != got.received.size() + 1) return at + "the client counts wrong";
    if (client.state() == SoupClient::State::refused) return at + "refused: " + std::string(to_string(client.loss()));
    if (client.state() == SoupClient::State::ended) break;
  }
  if (link.counters.ended(SoupEnd::silent) != 0 ||
      std::count(got.losses.begin(), got.losses.end(), SoupLoss::silent) != 0)
    return at + "a side was taken for dead";
  if (client.state() != SoupClient::State::ended) return at + "the session does not come to its end";
  if (got.received != venue.log.messages) return at + "other messages came than were sent";
  const auto& up = venue.received;
  for (std::size_t i = 0, before = 0; i < up.size(); ++i) {
    if (up[i].size() != 2) return at + "a client's message came in another size";
    const std::size_t number = up[i][0] * std::size_t{256} + up[i][1];
    if (number >= sent || (i > 0 && number <= before)) return at + "a client's message came twice or out of order";
    if (!breaks && number != i) return at + "a client's message was lost on a connection that held";
    before = number;
  }
  return {};
}

struct Refusal {
  SoupEnd expected;
  Bytes bytes;  // from the client, on a fresh connection
};

inline std::vector<Refusal> refusals() {
  using soup::PacketType;
  const Bytes login = login_packet();
  const auto after_login = [&](const Bytes& more) { return joined(login, more); };
  Bytes unreadable = login;
  unreadable.back() = 'x';
  return {{SoupEnd::not_authorized, login_packet("", 1, "guess")},
          {SoupEnd::session_not_available, login_packet("DAY2")},
          {SoupEnd::sequence_beyond_end, login_packet("DAY1", 5)},
          {SoupEnd::login_unreadable, unreadable},
          {SoupEnd::second_login, after_login(login)},
          {SoupEnd::not_logged_in, packet(PacketType::unsequenced, {1})},
          {SoupEnd::not_logged_in, packet(PacketType::client_heartbeat)},
          {SoupEnd::not_logged_in, packet(PacketType::logout_request)},
          {SoupEnd::logout, after_login(packet(PacketType::logout_request))},
          {SoupEnd::wrong_direction, after_login(packet(PacketType::sequenced, {1}))},
          {SoupEnd::wrong_direction, packet(PacketType::server_heartbeat)},
          {SoupEnd::unknown_type, after_login({0, 1, '?'})},
          {SoupEnd::bad_length, after_login({0, 0})},
          {SoupEnd::bad_length, after_login({0, 2, 'R', 0})},
          {SoupEnd::too_long, after_login({0x04, 0x01})}};  // 1,025; nothing of it need come
}

// Every misdeed is refused with its own cause, whatever the pieces it comes in; a log of three messages stands behind.
inline std::string try_refusals() {
  for (const Refusal& r : refusals())
    for (std::size_t piece : {std::size_t{1}, std::size_t{7}, r.bytes.size()}) {
      RecordingServer handler;
      handler.log.messages.assign(3, Bytes{1, 2});
      SoupServerCounters counters;
      SoupServerSession server({}, handler, counters, Nanoseconds{0});
      for (std::size_t i = 0; i < r.bytes.size(); i += piece)
        server.receive(std::span(r.bytes).subspan(i, std::min(piece, r.bytes.size() - i)), Nanoseconds{5});
      const std::string what = std::string(to_string(r.expected)) + " in pieces of " + std::to_string(piece) + ": ";
      if (server.end() != r.expected) return what + "ended as " + std::string(to_string(server.end()));
      if (counters.ended(r.expected) != 1) return what + "counted " + std::to_string(counters.ended(r.expected));
      if (!handler.received.empty()) return what + "a message got through";
      const bool rejected = r.expected == SoupEnd::not_authorized || r.expected == SoupEnd::session_not_available ||
                            r.expected == SoupEnd::sequence_beyond_end;
      const Bytes answer = rejected
                               ? packet(soup::PacketType::login_rejected,
                                        {r.expected == SoupEnd::not_authorized ? std::uint8_t{'A'} : std::uint8_t{'S'}})
                               : Bytes{};
      if (bytes_of(server.output()) != answer) return what + "another answer";
      server.sent(answer.size(), Nanoseconds{6});
      if (server.state() != SoupServerSession::State::ended) return what + "the connection stays";
      server.receive(login_packet(), Nanoseconds{7});
      if (!server.output().empty()) return what + "it is answered after its end";
    }
  return {};
}

struct Mistake {
  SoupLoss expected;
  Bytes bytes;  // from the server, in answer to a login for message 1 of DAY1
  bool final = false;
};

inline std::vector<Mistake> mistakes() {
  using soup::PacketType;
  const Bytes in = accepted_packet("DAY1", 1);
  Bytes unreadable = in;
  unreadable.back() = 'x';
  return {{SoupLoss::login_unreadable, unreadable},
          {SoupLoss::not_logged_in, packet(PacketType::sequenced, {1})},
          {SoupLoss::not_logged_in, packet(PacketType::unsequenced, {1})},
          {SoupLoss::not_logged_in, packet(PacketType::end_of_session)},
          {SoupLoss::wrong_direction, packet(PacketType::client_heartbeat)},
          {SoupLoss::wrong_direction, joined(in, in)},
          {SoupLoss::unknown_type, joined(in, Bytes{0, 1, '?'})},
          {SoupLoss::bad_length, {0, 0}},
          {SoupLoss::too_long, {0x04, 0x01}},
          {SoupLoss::not_authorized, packet(PacketType::login_rejected, {'A'}), true},
          {SoupLoss::session_not_available, packet(PacketType::login_rejected, {'S'}), true},
          {SoupLoss::other_session, accepted_packet("DAY2", 1), true},
          {SoupLoss::other_sequence, accepted_packet("DAY1", 2), true}};
}

// A server that does what it must not is left, by name, and for good where trying again cannot help.
inline std::string try_mistakes() {
  for (const Mistake& m : mistakes()) {
    RecordingClient handler;
    SoupClientOptions options = client_options();
    options.session = make_text<10>("DAY1");
    options.max_packet = 1'024;
    SoupClient client(options, handler);
    client.start(Nanoseconds{0});
    client.connected(Nanoseconds{1});
    client.receive(m.bytes, Nanoseconds{2});
    const std::string what = std::string(to_string(m.expected)) + ": ";
    if (client.loss() != m.expected) return what + "lost as " + std::string(to_string(client.loss()));
    if (client.state() != (m.final ? SoupClient::State::refused : SoupClient::State::waiting))
      return what + "another state follows";
    if (!handler.received.empty() || client.next_sequence() != 1) return what + "a message got through";
    if (handler.losses != std::vector<SoupLoss>{m.expected}) return what + "the handler was told otherwise";
  }
  return {};
}

}  // namespace twinpath::session
