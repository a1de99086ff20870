// A feed on two lines that lose, delay and repeat packets, a re-request server that answers when it likes, snapshots
// over connections that break: what comes out is every message once and in order.
#pragma once
#include <deque>
#include <string>
#include <vector>

#include "host/session/glimpse_client.h"
#include "testbench/session/soup_fixture.h"

namespace twinpath::session {

inline const mold::Session kMoldSession = mold::make_session("DAY1");

// Message `sequence` of the feed: its number, and some more.
inline Bytes feed_message(std::uint64_t sequence) {
  Bytes b(8 + sequence % 23, static_cast<std::uint8_t>(sequence));
  store_be64(b.data(), sequence);
  return b;
}

inline Bytes mold_packet(std::uint64_t sequence, std::uint16_t count) {
  Bytes b(mold::Header::kSize);
  mold::Header{kMoldSession, sequence, count}.write(b.data());
  for (std::uint16_t i = 0; count != mold::kEndOfSession && i < count; ++i) {
    const Bytes m = feed_message(sequence + i);
    b.resize(b.size() + mold::kBlockHeader + m.size());
    mold::write_block(m, b.data() + b.size() - mold::kBlockHeader - m.size());
  }
  return b;
}

inline Bytes end_of_snapshot(std::uint64_t next) {
  Bytes b(21, 'G');
  const Text<20> digits = soup::format_number(next);
  std::copy(digits.begin(), digits.end(), b.begin() + 1);
  return b;
}

// What comes out, checked as it comes.
class FeedReader final : public MoldRecoveryHandler {
 public:
  void message(std::uint64_t sequence, std::span<const std::uint8_t> m) override {
    if (next != 0 && sequence != next)
      fail("message " + std::to_string(sequence) + " came instead of " + std::to_string(next));
    if (bytes_of(m) != feed_message(sequence)) fail("message " + std::to_string(sequence) + " came as another");
    next = sequence + 1;
  }
  void request(std::span<const std::uint8_t> packet) override { requests.push_back(bytes_of(packet)); }
  void snapshot_wanted() override { wanted = true; }
  void snapshot_begins() override {
    begun = true;
    parts = 0;
  }
  void snapshot_message(std::span<const std::uint8_t> m) override {
    if (!begun) fail("a snapshot's message came before its beginning");
    // Each part says which part it is, and what comes behind the snapshot.
    if (load_be64(m.data()) != ++parts) fail("a snapshot came in pieces of several");
    next = load_be64(m.data() + 8);
  }
  void ended() override { end = true; }
  void fail(const std::string& what) {
    if (wrong.empty()) wrong = what;
  }

  std::deque<Bytes> requests;
  std::uint64_t next = 0, parts = 0;
  bool wanted = false, begun = false, end = false;
  std::string wrong;
};

// A snapshot for each login.
class SnapshotServer final : public SoupServerHandler {
 public:
  LoginVerdict login(const soup::LoginRequest& request) override {
    if (request.sequence != 1) return {};
    logs.emplace_back();
    for (std::uint64_t part = 1; part <= 5; ++part) {
      Bytes b(60);
      store_be64(b.data(), part);
      store_be64(b.data() + 8, next);
      logs.back().messages.push_back(b);
    }
    logs.back().messages.push_back(end_of_snapshot(next));
    return {&logs.back(), make_text<10>("S" + std::to_string(logs.size()))};
  }
  void unsequenced(std::span<const std::uint8_t>) override {}

  std::deque<VectorLog> logs;
  std::uint64_t next = 1;  // of the feed
};

inline std::string try_recovery(std::uint64_t seed) {
  const std::string at = "seed " + std::to_string(seed) + ": ";
  FeedReader reader;
  MoldRecoveryOptions options;
  options.retries = 3;
  options.most_requested = 40;
  options.most_buffered = seed % 3 == 0 ? 20 : 1'000;
  options.next_sequence = seed % 5 == 0 ? 0 : 1;
  MoldRecovery recovery(options, reader);
  SnapshotServer server;
  GlimpseClient glimpse(client_options(seed), recovery);
  SoupLink link(seed, {}, server);
  link.attach(glimpse.soup());
  std::deque<Bytes> under_way;
  const std::uint64_t messages = 300 + link.below(700);
  const std::uint64_t outage_begins = seed % 2 ? link.below(messages) : messages, outage = 100 + link.below(100);
  bool end = false;
  std::uint64_t made = 1;  // next message of the feed
  if (seed % 7 == 0) recovery.want_snapshot();
  for (unsigned step = 0; step < 60'000 && !end; ++step) {
    const bool out = made >= outage_begins && made < outage_begins + outage;
    if (made <= messages) {
      const auto count = static_cast<std::uint16_t>(link.below(6));
      const std::uint64_t n = std::min<std::uint64_t>(count, messages + 1 - made);
      for (int line = 0; line < 2; ++line)
        if (!out && link.below(3) != 0) under_way.push_back(mold_packet(made, static_cast<std::uint16_t>(n)));
      made += n;
      server.next = made;
    } else if (link.below(3) == 0) {
      under_way.push_back(mold_packet(made, mold::kEndOfSession));
    }
    // The re-request server gives at most what a packet takes.
    while (!reader.requests.empty()) {
      const mold::Header h = mold::Header::read(reader.requests.front().data());
      reader.requests.pop_front();
      if (h.sequence == 0 || h.count == 0 || h.count > options.most_requested || h.sequence + h.count > made)
        return at + "it asks for what there is not";
      const bool old = outage_begins < messages && h.sequence < outage_begins + outage && h.sequence >= outage_begins;
      if (!old && link.below(3) != 0)
        under_way.push_back(mold_packet(h.sequence, static_cast<std::uint16_t>(std::min<int>(h.count, 15))));
    }
    for (std::size_t n = link.below(4); n > 0 && !under_way.empty(); --n) {
      const std::size_t which = link.below(std::min<std::uint64_t>(under_way.size(), 4));
      Bytes packet = under_way[which];
      if (link.below(8) != 0) under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(which));
      if (link.below(40) == 0) packet.resize(link.below(packet.size()));
      recovery.packet(packet, link.now);
    }
    recovery.advance(link.now);
    if (reader.wanted) {
      reader.wanted = false;
      glimpse.fetch(link.now);
    }
    if (link.below(20) == 0) link.lose();
    link.step();
    if (!reader.wrong.empty()) return at + reader.wrong;
    if (recovery.state() == MoldRecovery::State::failed) return at + "no snapshot could be had";
    end = recovery.state() == MoldRecovery::State::ended;
  }
  if (!end || !reader.end)
    return at + "it does not come to the end, but to " + std::to_string(recovery.next_sequence());
  if (reader.next != messages + 1 || recovery.next_sequence() != messages + 1) return at + "it ends before the end";
  return {};
}

}  // namespace twinpath::session
