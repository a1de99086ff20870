// One symbol's position and open orders as a path books them from a session's answers (SEM 5.4, 5.5).
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>

#include "host/live/account_session.h"

namespace twinpath::testing {

class PathBooks {
 public:
  struct Open {
    int sign;
    std::uint32_t leaves;
    bool acknowledged = false;
  };

  // The session is ready: the path begins with its positions.
  void begin(const AccountSession& session) {
    for (const Command& c : session.positions()) position_ = static_cast<std::int32_t>(c.price);
    answered_ = session.positions_at();
  }
  void begin_again() {
    open_.clear();
    position_ = 0;
  }
  void entered(const Event& e) { open_[e.user_ref] = {static_cast<Side>(e.side) == Side::buy ? 1 : -1, e.quantity}; }
  void poll(AccountSession& session) {
    while (const auto a = session.poll(Cycles{kTimeMask})) {
      answered_ = std::max(answered_, a->number);
      book(a->command);
    }
  }

  std::int64_t position() const { return position_; }
  const std::map<std::uint32_t, Open>& open() const { return open_; }
  // Number of the last answer.
  std::uint64_t answered() const { return answered_; }
  std::uint64_t overfills = 0;

 private:
  void book(const Command& c) {
    if (c.op == CommandOp::position) {
      position_ = static_cast<std::int32_t>(c.price);
      return;
    }
    const auto o = open_.find(c.user_ref);
    if (o == open_.end()) return;
    if (c.op == CommandOp::ack) {
      o->second.acknowledged = true;
      return;
    }
    if (c.op == CommandOp::fill) {
      if (c.quantity > o->second.leaves) ++overfills;
      position_ += o->second.sign * static_cast<std::int64_t>(c.quantity);
      o->second.leaves -= std::min(o->second.leaves, c.quantity);
      if (o->second.leaves != 0) return;
    }
    open_.erase(o);
  }

  std::map<std::uint32_t, Open> open_;
  std::int64_t position_ = 0;
  std::uint64_t answered_ = 0;
};

}  // namespace twinpath::testing
