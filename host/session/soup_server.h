// The server's end of a SoupBinTCP connection (SoupBinTCP 3.00; logins of 4.00 are taken, their heartbeat timeout is
// not used). A state machine: bytes and the time in, bytes out; it owns no socket, thread or clock.
//
// The log is asked for messages as the connection takes them, so a replay of any length and a slow client cost one
// queue of fixed size each, and no client waits for another.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "host/core/types.h"
#include "host/session/message_log.h"
#include "host/session/soup_stream.h"

namespace twinpath::session {

// Why a connection ended, or will once what is queued has gone.
enum class SoupEnd : std::uint8_t {
  none,
  logout,           // the client asked for it
  end_of_session,   // we said so, after the last message
  connection_lost,  // the caller said so
  // refused, with a login rejection
  not_authorized,
  session_not_available,  // another session than the log's is asked for
  sequence_beyond_end,    // a message is asked for that comes after the next one: one of the two sides has lost some
  // cut off
  login_timeout,
  login_unreadable,  // its sequence number is no number
  second_login,
  not_logged_in,    // anything but a login and debug packets in front of the login
  wrong_direction,  // a packet that only a server sends
  unknown_type,
  bad_length,
  too_long,       // a packet above SoupServerOptions::max_packet
  silent,         // nothing, not even a heartbeat, in SoupTimes::silence
  slow_consumer,  // SoupServerOptions::max_lag
  stalled,        // SoupServerOptions::stall
  throttled,      // by the caller: it sends more than it may
  misbehaved,     // by the caller: what it sends makes no sense
  displaced,      // by the caller: it had not logged in, and another needed its place
  locked_out,     // it tried too many wrong passwords: refused unread, without an answer
};
inline constexpr std::size_t kSoupEnds = static_cast<std::size_t>(SoupEnd::locked_out) + 1;

std::string_view to_string(SoupEnd end) noexcept;

struct SoupServerOptions {
  SoupTimes times;
  std::size_t max_packet = 1'024;        // bytes of a client's packet: type and payload
  std::size_t output_bytes = 1 << 16;    // what may wait for the client; room for the longest message there always is
  std::uint64_t max_lag = 1 << 16;       // messages a client that had caught up once may be behind
  Nanoseconds stall{5 * kSecond.value};  // bytes wait and the client takes none
};

// Summed over the connections that are given the same.
struct SoupServerCounters {
  std::uint64_t logins = 0;
  std::uint64_t sequenced = 0;       // messages sent, those sent again included
  std::uint64_t unsequenced = 0;     // messages received
  std::uint64_t debug = 0;           // packets received
  std::uint64_t heartbeats_out = 0;  // sent
  std::uint64_t heartbeats_in = 0;   // received
  std::array<std::uint64_t, kSoupEnds> ends{};

  std::uint64_t ended(SoupEnd end) const noexcept { return ends[static_cast<std::size_t>(end)]; }
};

struct LoginVerdict {
  const MessageLog* log = nullptr;  // null: not authorized. It must outlive the connection.
  Text<10> session{};               // the log's name
  bool locked_out = false;          // not looked at
  bool not_now = false;             // without a log: name and password are right, but there is nothing to be had yet
};

class SoupServerHandler {
 public:
  virtual ~SoupServerHandler() = default;
  // Are name and password right? Both are padded with spaces and count without regard to case (2.2.3).
  virtual LoginVerdict login(const soup::LoginRequest& request) = 0;
  // The login was taken; messages from `sequence` on will be sent.
  virtual void logged_in(std::uint64_t sequence) { static_cast<void>(sequence); }
  // A message of the client, borrowed for the call.
  virtual void unsequenced(std::span<const std::uint8_t> message) = 0;
  virtual void debug(std::span<const std::uint8_t> text) { static_cast<void>(text); }
};

class SoupServerSession {
 public:
  enum class State : std::uint8_t {
    awaiting_login,
    logged_in,
    flushing,  // what output() holds is the last; nothing is read any more
    ended,     // close the connection
  };

  // A connection that was accepted at `now`. `handler` and `counters` must outlive it.
  SoupServerSession(const SoupServerOptions& options, SoupServerHandler& handler, SoupServerCounters& counters,
                    Nanoseconds now);

  // Times never go back from call to call, here and below.
  void receive(std::span<const std::uint8_t> bytes, Nanoseconds now);
  // Does what is due: to be called at next_deadline(), and whenever the log has grown.
  void advance(Nanoseconds now);
  Nanoseconds next_deadline() const noexcept;

  // What is to be written to the connection, and that the first `bytes` of it have been.
  std::span<const std::uint8_t> output() const noexcept { return output_.data(); }
  void sent(std::size_t bytes, Nanoseconds now);

  // No message will follow those in the log: end of session behind the last.
  void end_session(Nanoseconds now);
  // The client is not to go on. Nothing more is sent.
  void cut(SoupEnd why);

  State state() const noexcept { return state_; }
  SoupEnd end() const noexcept { return end_; }
  // Of the next message to be queued; 0 before the login.
  std::uint64_t next_sequence() const noexcept { return next_; }

 private:
  bool take(const soup::Packet& packet, Nanoseconds now);
  bool login(const soup::Packet& packet, Nanoseconds now);
  void reject(soup::RejectReason reason, SoupEnd why, Nanoseconds now);
  void flush(SoupEnd why);
  void pump(Nanoseconds now);
  bool put(soup::PacketType type, std::span<const std::uint8_t> payload, Nanoseconds now);

  SoupServerOptions options_;
  SoupServerHandler& handler_;
  SoupServerCounters& counters_;
  SoupStream stream_;
  ByteQueue output_;
  const MessageLog* log_ = nullptr;
  std::uint64_t next_ = 0;
  State state_ = State::awaiting_login;
  SoupEnd end_ = SoupEnd::none;
  bool caught_up_ = false;
  bool last_ = false;     // end_session()
  Nanoseconds begun_;     // the connection
  Nanoseconds received_;  // something, last
  Nanoseconds queued_;    // something, last
  Nanoseconds progress_;  // the client took bytes, or bytes began to wait for it
};

}  // namespace twinpath::session
