// A GLIMPSE service on this machine that refuses, breaks off and tells of another session as a test wants.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "host/live/recovery_options.h"
#include "testbench/session/tcp_fixture.h"

namespace twinpath::testing {

class SnapshotService final : private session::SoupServerHandler {
 public:
  SnapshotService() : venue_(loop_, *this) {}

  // What each login from now on is given; without `next` it has no end.
  std::vector<std::vector<std::uint8_t>> messages;
  std::uint64_t next = 0;
  std::string session = "TWINPATH01";
  bool refuses = false, not_now = false;
  // Called in front of each, with its number from 1 on.
  std::function<void(unsigned login)> before;
  unsigned logins = 0;

  RecoveryOptions options() const {
    RecoveryOptions o;
    o.glimpse = venue_.endpoint();
    o.account = "P001";
    o.password = "secret";
    return o;
  }
  void turn() {
    venue_.turn();
    loop_.wait(session::EventLoop::now(), Nanoseconds{});
    venue_.turn();
  }
  // Every connection breaks, where it is.
  void cut() { venue_.cut(); }

 private:
  session::LoginVerdict login(const soup::LoginRequest& request) override {
    ++logins;
    if (before) before(logins);
    if (refuses || trimmed(request.username) != "P001" || trimmed(request.password) != "secret") return {};
    if (not_now) return {.not_now = true};
    logs_.emplace_back().messages = messages;
    if (next != 0) {
      const std::string end = "G" + std::string(20 - std::to_string(next).size(), ' ') + std::to_string(next);
      logs_.back().messages.emplace_back(end.begin(), end.end());
    }
    return {&logs_.back(), make_text<10>(session)};
  }
  void unsequenced(std::span<const std::uint8_t>) override {}

  std::deque<session::VectorLog> logs_;
  session::EventLoop loop_;
  session::TcpVenue venue_;
};

}  // namespace twinpath::testing
