// FIX sessions over TCP, either end, on QuickFIX's state machine and message store (Debian's libquickfix): logon,
// heartbeats, sequence numbers, resends, rejects (FIX 4.2 and 4.4, volume 2).
//
// One thread: poll() does all that can be done without waiting, and tells FixEvents of messages as it reads them. What
// is sent is in the folder's files before it is on its way, so that sequence numbers and messages that the counterparty
// may ask for again outlive the process. The sockets are ours, not QuickFIX's: a client that does not log on, does not
// read, or sends without end is cut off, and nobody waits for another.
//
// Compiled as C++14 as well, see fix_engine.cpp. In a build without QuickFIX the constructor throws.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/session/fix/fix_message.h"
#include "host/session/login_guard.h"

namespace twinpath {
namespace session {

struct FixSessionOptions {
  std::string begin_string = "FIX.4.2";  // or FIX.4.4
  std::string sender;                    // SenderCompID of ours
  std::string target;                    // and the counterparty's
  // What the initiator says in its logon, and the acceptor asks for: Password (554) of 4.4, RawData (96) of 4.2. Empty:
  // none.
  std::string password;
};

struct FixEngineOptions {
  std::vector<FixSessionOptions> sessions;
  std::string folder;   // of the message store; must exist, and be used by one engine only
  bool accept = true;   // or connect
  std::string address;  // IPv4: to listen on (empty: all), or to connect to
  std::uint16_t port = 0;
  unsigned heartbeat = 30;      // seconds; the initiator says it
  unsigned max_latency = 120;   // seconds by which a SendingTime may be off
  unsigned logon_timeout = 10;  // seconds a connection has for its first message, and for the answer to it
  // Of the initiator: milliseconds from an attempt to the next one, doubling from the first to the last.
  unsigned retry_first = 100, retry_last = 5'000;
  std::size_t most_output = 1 << 22;   // bytes that may wait for a counterparty that does not read
  std::size_t most_input = 1 << 16;    // bytes of a message; of a longer one, little more is kept
  std::size_t most_connections = 256;  // a further one takes the place of the oldest that has not logged on
  unsigned messages_a_second = 0;      // of a connection, administrative ones too; 0: any number
  LoginLimit login_limit;              // of a SenderCompID from an address
  // Sequence numbers begin with 1 at each logon: nothing can be recovered. For tests.
  bool reset_on_logon = false;
  // Of the initiator: orders that the venue did not receive are not sent again when it asks for them, as nobody wants
  // them by then; it is told that they are missing.
  bool resend_orders = true;
  std::string dictionary;  // added to that of the version (fix_dictionary.h)
};

// What becomes of a message of the counterparty.
struct FixVerdict {
  enum Kind { taken, unsupported_type, wrong_value, missing_field };
  Kind kind = taken;
  int tag = 0;  // wrong_value, missing_field
};

// Sessions are numbered as in FixEngineOptions.
class FixEvents {
 public:
  virtual ~FixEvents() = default;
  // An application message, in sequence. It counts as received once this returns: if the process ends before, the
  // counterparty will be asked for it again.
  virtual FixVerdict message(std::size_t session, const FixMessage& message) = 0;
  virtual void logged_on(std::size_t session) = 0;
  virtual void logged_off(std::size_t session) = 0;
};

struct FixCounters {
  std::uint64_t connections = 0;
  std::uint64_t received = 0, sent = 0;  // application messages; those sent again are left out
  std::uint64_t logons = 0;
  // Connections that were cut off:
  std::uint64_t refused = 0;  // the first message is no logon, or of no session of ours, or of one that is logged on
  std::uint64_t unauthorized = 0;  // the password is another
  std::uint64_t locked_out = 0;    // after too many other passwords: refused unread
  std::uint64_t displaced = 0;     // not logged on, when there were too many
  std::uint64_t silent = 0;        // no first message in time
  std::uint64_t slow = 0;          // does not read
  std::uint64_t too_long = 0;
  std::uint64_t too_fast = 0;
};

class FixEngine {
 public:
  // Throws std::runtime_error that says what is wrong with which option, folder or address. `events` must outlive it.
  FixEngine(FixEngineOptions options, FixEvents& events);
  ~FixEngine();  // as the end of the process does it: nobody is logged out
  FixEngine(const FixEngine&) = delete;
  FixEngine& operator=(const FixEngine&) = delete;

  // Does what is to be done, waiting for at most so many milliseconds. True: there is more to do at once. Throws what
  // an event throws; its message does not count as received.
  bool poll(int wait = 0);
  // Readable when poll() has something to do; timers apart, for which it is to be called every 100 ms.
  int descriptor() const;
  // Keeps the message and sends it; a session that is not logged on will be sent it when it asks for what it lacks.
  // False: it could not be kept.
  bool send(std::size_t session, const FixMessage& message);
  bool logged_on(std::size_t session) const;
  // Of the initiator: why the last connection or attempt ended; empty: none has.
  std::string loss(std::size_t session) const;
  // Ends the session's connection; false: it has none.
  bool cut(std::size_t session);
  std::size_t connections() const;
  // The newest message that was kept; of the type "" when there is none.
  FixMessage last_kept(std::size_t session) const;
  // Logs everybody out, waits for their answers up to so many milliseconds, and closes all.
  void stop(int wait);
  std::uint16_t port() const;  // that it listens on
  const FixCounters& counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// Whether this build has QuickFIX.
bool has_fix();

}  // namespace session
}  // namespace twinpath
