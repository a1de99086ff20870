// The client's end of SoupBinTCP 3.00, over as many connections as it takes. A state machine: bytes and the time in,
// bytes and wishes out; it owns no socket, thread or clock.
//
// Every sequenced message reaches the handler once and in order, whatever happens to connections: each login asks for
// the message after the last that was handed on. The caller keeps session() and next_sequence() where they outlive the
// process, together with what the messages did.
#pragma once
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string_view>

#include "host/core/types.h"
#include "host/session/soup_stream.h"

namespace twinpath::session {

// Why the client is not, or no longer, logged in.
enum class SoupLoss : std::uint8_t {
  none,
  stopped,         // by the caller
  end_of_session,  // the server has sent its last message
  // tries again
  connection_refused,
  connection_lost,
  silent,  // nothing from the server, not even a heartbeat
  login_timeout,
  login_unreadable,
  not_logged_in,    // messages in front of the login's answer
  wrong_direction,  // a packet that only a client sends
  unknown_type,
  bad_length,
  too_long,
  // does not try again: restart() when it is known why
  not_authorized,
  session_not_available,  // the server has another session (a day later), or has not the messages asked for
  other_session,          // the server logged us into a session that we did not ask for
  other_sequence,         // or begins with a message that we did not ask for
};
std::string_view to_string(SoupLoss loss) noexcept;

struct SoupClientOptions {
  SoupTimes times;
  Text<6> username = make_text<6>("");
  Text<10> password = make_text<10>("");
  Text<10> session = make_text<10>("");  // spaces: the one that is current, kept from the first login on
  std::uint64_t next_sequence = 1;       // 0: begin with the newest message
  bool from_the_start = false;           // each login asks for whatever session there is, from its first message
  std::size_t max_packet = 0xFFFF;       // bytes of a server's packet: type and payload
  std::size_t output_bytes = 1 << 16;    // what may wait for the server
  // Between two attempts: half to all of a time that doubles from the first to the last.
  Nanoseconds backoff_first{100'000'000};
  Nanoseconds backoff_last{10 * kSecond.value};
  std::uint64_t seed = 1;
};

class SoupClientHandler {
 public:
  virtual ~SoupClientHandler() = default;
  // A message, borrowed for the call. Sequence numbers go up by one from call to call.
  virtual void sequenced(std::uint64_t sequence, std::span<const std::uint8_t> message) = 0;
  virtual void unsequenced(std::span<const std::uint8_t> message) { static_cast<void>(message); }
  virtual void debug(std::span<const std::uint8_t> text) { static_cast<void>(text); }
  // Messages from `sequence` on will come; replayed ones are not marked.
  virtual void logged_in(const Text<10>& session, std::uint64_t sequence) {
    static_cast<void>(session);
    static_cast<void>(sequence);
  }
  // No longer logged in, or not yet: what was sent may have arrived or not.
  virtual void lost(SoupLoss why) { static_cast<void>(why); }
};

class SoupClient {
 public:
  enum class State : std::uint8_t {
    idle,        // before start(), and after stop()
    waiting,     // for the next attempt
    connecting,  // the caller is to connect
    logging_in,
    logged_in,
    leaving,  // what output() holds, a logout behind it, is the last
    ended,    // end of session
    refused,  // the server must not be asked again without a reason
  };

  SoupClient(const SoupClientOptions& options, SoupClientHandler& handler);

  void start(Nanoseconds now);
  // Another session, or another place in it: after stop(), ended or refused.
  void restart(const Text<10>& session, std::uint64_t next_sequence, Nanoseconds now);
  // Logs out when logged in, and stays away.
  void stop(Nanoseconds now);

  // Whether there is to be a connection, and which: one of another attempt is to be closed, and a fresh one opened.
  bool wants_connection() const noexcept;
  std::uint64_t attempt() const noexcept { return attempt_; }
  void connected(Nanoseconds now);
  // The connection of this attempt could not be made, or has gone.
  void disconnected(Nanoseconds now);

  void receive(std::span<const std::uint8_t> bytes, Nanoseconds now);
  // Does what is due at next_deadline().
  void advance(Nanoseconds now);
  Nanoseconds next_deadline() const noexcept;
  std::span<const std::uint8_t> output() const noexcept { return output_.data(); }
  void sent(std::size_t bytes, Nanoseconds now);

  // A message to the server. False, and nothing done, when not logged in or there is no room. True promises nothing: it
  // may be lost with the connection.
  bool send(std::span<const std::uint8_t> message, Nanoseconds now);
  // Whether send() would take a message of that size.
  bool can_send(std::size_t bytes) const noexcept {
    return state_ == State::logged_in && bytes <= soup::kMaxPayload && soup::kHeaderSize + bytes <= output_.room();
  }

  State state() const noexcept { return state_; }
  SoupLoss loss() const noexcept { return loss_; }  // the last
  const Text<10>& session() const noexcept { return options_.session; }
  std::uint64_t next_sequence() const noexcept { return options_.next_sequence; }
  Nanoseconds received() const noexcept { return received_; }  // when something came last on this connection

 private:
  bool take(const soup::Packet& packet, Nanoseconds now);
  void take_login(const soup::Packet& packet, Nanoseconds now);
  void lose(SoupLoss why, Nanoseconds now);
  void connect();
  bool online() const noexcept { return state_ == State::logging_in || state_ == State::logged_in; }

  SoupClientOptions options_;
  SoupClientHandler& handler_;
  SoupStream stream_;
  ByteQueue output_;
  std::mt19937_64 random_;
  State state_ = State::idle;
  SoupLoss loss_ = SoupLoss::none;
  std::uint64_t attempt_ = 0;
  unsigned failures_ = 0;   // in a row
  Nanoseconds retry_{};     // when waiting ends
  Nanoseconds begun_{};     // the login, or being logged in
  Nanoseconds received_{};  // something, last
  Nanoseconds queued_{};    // something, last
};

}  // namespace twinpath::session
