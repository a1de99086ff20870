// A MoldUDP64 stream without holes: packets of any number of lines in, each message once and in order out; what no line
// brought is asked for (MoldUDP64 1.00, request packets), and where that fails, a snapshot takes its place. A state
// machine: packets and the time in, messages and requests out.
//
// host/feed is what trades; it cannot wait, and marks books as stale. This is for whoever must have everything: a
// recorder, a book built anew.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "host/core/types.h"
#include "host/session/soup_stream.h"
#include "host/wire/moldudp64.h"

namespace twinpath::session {

struct MoldRecoveryOptions {
  mold::Session session = mold::make_session("");  // spaces: the first that comes
  std::uint64_t next_sequence = 1;                 // 0: begin with what comes first
  Nanoseconds patience{2'000'000};                 // a gap may close by itself, from the other line
  Nanoseconds retry{20'000'000};                   // without an answer; doubles from one to the next
  unsigned retries = 5;                            // without any progress; then a snapshot is wanted
  std::uint16_t most_requested = 1'000;            // messages in a request
  std::size_t most_buffered = 1 << 16;             // messages that wait behind a gap; more are asked for later
};

struct MoldRecoveryCounters {
  std::uint64_t messages = 0;  // handed on, those of snapshots left out
  std::uint64_t duplicates = 0;
  std::uint64_t gaps = 0;
  std::uint64_t requests = 0;
  std::uint64_t snapshots = 0;      // that came to their end
  std::uint64_t not_buffered = 0;   // no room; they will be asked for
  std::uint64_t wrong_session = 0;  // packets
  std::uint64_t damaged = 0;        // packets that end too early, or count beyond any sequence number
};

class MoldRecoveryHandler {
 public:
  virtual ~MoldRecoveryHandler() = default;
  // Sequence numbers go up by one, but for the first and for the one behind a snapshot. The bytes are borrowed.
  virtual void message(std::uint64_t sequence, std::span<const std::uint8_t> message) = 0;
  // A request for the re-request server: 20 bytes in a datagram.
  virtual void request(std::span<const std::uint8_t> packet) = 0;
  // What was lost cannot be had: a snapshot is to be asked for. Messages wait meanwhile.
  virtual void snapshot_wanted() = 0;
  // A snapshot begins: forget what was. Its messages follow.
  virtual void snapshot_begins() = 0;
  virtual void snapshot_message(std::span<const std::uint8_t> message) = 0;
  virtual void ended() {}
};

class MoldRecovery {
 public:
  enum class State : std::uint8_t {
    live,        // nothing is missing that is known of
    recovering,  // a gap is waited for, or asked for
    snapshot,    // a snapshot is wanted, or coming
    failed,      // no snapshot is to be had either
    ended,       // end of session, after its last message
  };

  MoldRecovery(const MoldRecoveryOptions& options, MoldRecoveryHandler& handler)
      : options_(options), handler_(handler), next_(options.next_sequence), high_(options.next_sequence) {}

  // A downstream packet, from a line or in answer to a request.
  void packet(std::span<const std::uint8_t> payload, Nanoseconds now);
  void advance(Nanoseconds now);
  Nanoseconds next_deadline() const noexcept { return state_ == State::recovering ? due_ : kNever; }

  // A late joiner does not go through the day's messages: wants a snapshot at once.
  void want_snapshot();
  // From a snapshot service, in the state `snapshot`: its beginning, its messages (the last tells where to go on), or
  // that there is none.
  void snapshot_begins();
  void snapshot_message(std::span<const std::uint8_t> message, Nanoseconds now);
  void snapshot_failed() noexcept;

  State state() const noexcept { return state_; }
  std::uint64_t next_sequence() const noexcept { return next_; }
  const MoldRecoveryCounters& counters() const noexcept { return counters_; }

 private:
  void take(std::uint64_t sequence, std::span<const std::uint8_t> message);
  void settle(std::uint64_t before, Nanoseconds now);
  void ask(Nanoseconds now);

  MoldRecoveryOptions options_;
  MoldRecoveryHandler& handler_;
  MoldRecoveryCounters counters_;
  State state_ = State::live;
  std::uint64_t next_;     // to be handed on
  std::uint64_t high_;     // behind the last that is known to exist
  std::uint64_t end_ = 0;  // behind the last of the session; 0: not known
  std::map<std::uint64_t, std::vector<std::uint8_t>> waiting_;
  unsigned tries_ = 0;  // requests since something came of one
  Nanoseconds due_{};
};

}  // namespace twinpath::session
