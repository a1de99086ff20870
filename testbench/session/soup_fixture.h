// Both ends of SoupBinTCP without sockets: a log, handlers that write down what they are told, and a connection whose
// bytes come in pieces and may be lost at any of them.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "host/session/soup_client.h"
#include "host/session/soup_server.h"
#include "host/wire/soupbintcp.h"

namespace twinpath::session {

using Bytes = std::vector<std::uint8_t>;

inline Bytes bytes_of(std::string_view s) { return {s.begin(), s.end()}; }
inline Bytes bytes_of(std::span<const std::uint8_t> s) { return {s.begin(), s.end()}; }

// Not inlined: GCC 12 takes the copy of an empty payload for one beyond the packet.
[[gnu::noinline]] inline Bytes packet(soup::PacketType type, const Bytes& payload = {}) {
  Bytes b(soup::kHeaderSize + payload.size());
  soup::write_packet(type, payload, b.data());
  return b;
}

inline Bytes login_packet(std::string_view session = "", std::uint64_t sequence = 1,
                          std::string_view password = "secret") {
  Bytes payload(soup::LoginRequest::kSize);
  soup::LoginRequest{make_text<6>("trader"), make_text<10>(password), make_text<10>(session), sequence}.write(
      payload.data());
  return packet(soup::PacketType::login_request, payload);
}

inline Bytes accepted_packet(std::string_view session, std::uint64_t sequence) {
  Bytes payload(soup::LoginAccepted::kSize);
  soup::LoginAccepted{make_text<10>(session), sequence}.write(payload.data());
  return packet(soup::PacketType::login_accepted, payload);
}

class VectorLog final : public MessageLog {
 public:
  std::uint64_t next_sequence() const override { return messages.size() + 1; }
  std::span<const std::uint8_t> message(std::uint64_t sequence) const override { return messages.at(sequence - 1); }
  std::vector<Bytes> messages;
};

class RecordingServer final : public SoupServerHandler {
 public:
  LoginVerdict login(const soup::LoginRequest& request) override {
    if (trimmed(request.username) != "trader" || trimmed(request.password) != "secret") return {};
    return {&log, make_text<10>(session)};
  }
  void logged_in(std::uint64_t sequence) override { logins.push_back(sequence); }
  void unsequenced(std::span<const std::uint8_t> message) override { received.push_back(bytes_of(message)); }

  VectorLog log;
  std::string session = "  DAY1";
  std::vector<std::uint64_t> logins;
  std::vector<Bytes> received;
};

class RecordingClient final : public SoupClientHandler {
 public:
  void sequenced(std::uint64_t sequence, std::span<const std::uint8_t> message) override {
    if (sequence != received.size() + 1) out_of_order = sequence;
    received.push_back(bytes_of(message));
  }
  void lost(SoupLoss why) override { losses.push_back(why); }

  std::vector<Bytes> received;
  std::vector<SoupLoss> losses;
  std::uint64_t out_of_order = 0;
};

template <class... B>
Bytes joined(const B&... parts) {
  Bytes all;
  (all.insert(all.end(), parts.begin(), parts.end()), ...);
  return all;
}

inline SoupClientOptions client_options(std::uint64_t seed = 1) {
  SoupClientOptions o;
  o.username = make_text<6>("trader");
  o.password = make_text<10>("secret");
  o.seed = seed;
  return o;
}

// A connection between a client and a server that is made whenever the client wants one.
class SoupLink {
 public:
  SoupLink(std::uint64_t seed, const SoupServerOptions& options, SoupServerHandler& handler)
      : random_(seed), options_(options), handler_(handler) {}

  // Another client from here on; the one before is gone, and its connection with it.
  void attach(SoupClient& c) {
    drop();
    client = &c;
    attempt_ = 0;
  }
  // Time passes, and some of what is under way arrives, cut anywhere.
  void step() {
    now += Nanoseconds{random_() % 4 == 0 ? random_() % (2 * kSecond.value) : random_() % 1'000'000};
    client->advance(now);
    if (server) server->advance(now);
    if (attempt_ != client->attempt() || !client->wants_connection()) {
      drop();
      attempt_ = client->attempt();
    }
    if (!server && client->state() == SoupClient::State::connecting) {
      if (random_() % 3 == 0) {
        client->disconnected(now);
      } else {
        server = std::make_unique<SoupServerSession>(options_, handler_, counters, now);
        client->connected(now);
      }
    }
    if (!server) return;
    const std::size_t up = piece(client->output().size()), down = piece(server->output().size());
    const Bytes to_server = bytes_of(client->output().first(up)), to_client = bytes_of(server->output().first(down));
    client->sent(up, now);
    server->sent(down, now);
    server->receive(to_server, now);
    client->receive(to_client, now);
    if (server->state() == SoupServerSession::State::ended && server->output().empty()) lose();
  }
  // The connection goes; what is under way goes with it.
  void lose() {
    if (!server) return;
    drop();
    client->disconnected(now);
  }

  std::uint64_t below(std::uint64_t n) { return random_() % n; }

 private:
  void drop() {
    if (server) server->cut(SoupEnd::connection_lost);
    server.reset();
  }
  std::size_t piece(std::size_t size) {
    return size == 0 ? 0 : 1 + random_() % std::min<std::size_t>(size, random_() % 3 ? 40 : 4'000);
  }

  std::mt19937_64 random_;
  SoupServerOptions options_;
  SoupServerHandler& handler_;
  std::uint64_t attempt_ = 0;

 public:
  Nanoseconds now{1};
  SoupServerCounters counters;
  SoupClient* client = nullptr;
  std::unique_ptr<SoupServerSession> server;
};

}  // namespace twinpath::session
