// QuickFIX's headers, for the files that are compiled as C++14 (fix_engine.cpp says why): dictionary and connection.
#pragma once
#include <quickfix/DataDictionaryProvider.h>
#include <quickfix/FileStore.h>
#include <quickfix/Parser.h>
#include <quickfix/Session.h>
#include <quickfix/SessionFactory.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "host/session/fix/fix_engine.h"

namespace twinpath {
namespace session {

// From the text of fix_dictionary.h and `more` like it. Throws std::runtime_error that quotes what it cannot read.
FIX::DataDictionaryProvider make_fix_dictionary(const std::string& begin_string, const std::string& more);

// Of a clock that never goes back.
inline std::uint64_t milliseconds() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

// One TCP connection: bytes from and to a session, or to nobody before the logon and after the end.
class FixConnection : public FIX::Responder {
 public:
  // `descriptor` is a nonblocking socket, from now on the connection's.
  FixConnection(int descriptor, int epoll, const FixEngineOptions& options, std::uint64_t now, bool connecting);
  ~FixConnection() override;
  FixConnection(const FixConnection&) = delete;
  FixConnection& operator=(const FixConnection&) = delete;

  // Of the session: what it sends, and its wish to end the connection.
  bool send(const std::string& message) override;
  void disconnect() override;

  // Reads what is there. False: the counterparty is gone.
  bool read();
  // The next whole message; false: there is none yet, or it is too long.
  bool next(std::string& message);
  void flush();
  // Ends it now.
  void cut() { dead_ = true; }
  // To be called at times: ends a connection that nobody takes bytes from any more.
  void advance(std::uint64_t now);

  int descriptor() const { return descriptor_; }
  bool connecting() const { return connecting_; }
  void connected() { connecting_ = false; }
  bool dead() const { return dead_; }        // to be deleted
  bool leaving() const { return leaving_; }  // nothing is read any more
  bool slow() const { return slow_; }
  bool too_long() const { return too_long_; }
  std::uint64_t begun() const { return begun_; }
  // One more message. False: more than so many (0: any number) have come within a second.
  bool count(unsigned most_a_second, std::uint64_t now);

  FIX::Session* session = nullptr;
  std::uint32_t from = 0;  // the address of one that was accepted
  std::size_t index = 0;   // of the session
  std::string why;         // it ends, where that is known
  bool more = false;       // messages that have come may wait

 private:
  void watch();

  int descriptor_, epoll_;
  std::size_t most_input_, most_output_;
  std::uint64_t begun_;
  FIX::Parser parser_;
  std::size_t unread_ = 0;  // bytes that are in no message yet
  std::string output_;
  std::size_t at_ = 0;  // of output_, that has been sent
  std::uint32_t watched_ = 0;
  std::uint64_t left_ = 0;  // when leaving began
  std::uint64_t second_ = 0;
  unsigned in_second_ = 0;
  bool connecting_, dead_ = false, leaving_ = false, shut_ = false, slow_ = false, too_long_ = false;
};

}  // namespace session
}  // namespace twinpath
