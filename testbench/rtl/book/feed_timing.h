// When the feed hands over what, in cycles with en_i, at a beat of 64 bits a cycle: how close messages can follow each
// other, and how long before a message its order references arrive. From the lengths of the blocks (SEM 2.5, 2.6).
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "testbench/rtl/book/records.h"

namespace twinpath::rtl {

// What the stage sees in one cycle.
struct FeedCycle {
  std::optional<Message> message;
  std::optional<std::uint64_t> reference;
  bool second = false;
};

// The least cycles from a message to `m` behind it.
inline unsigned least_distance(const Message& m, bool behind_command) {
  switch (m.op) {
    case kAdd:
    case kExecute:
    case kReplace:
    case kTrade:
      return behind_command ? 5 : 4;
    case kCancel:
      return behind_command ? 4 : 3;
    case kDelete:
      return behind_command ? 3 : 2;
    case kState:
      return behind_command ? 2 : 1;  // 12 bytes
    default:
      return 2;
  }
}

// How often two messages met at each distance.
struct Hazards {
  static constexpr unsigned kReach = 8;
  using Counts = std::array<std::array<std::array<std::uint64_t, kReach + 1>, 9>, 9>;  // earlier op, later op, distance
  Counts same_symbol{};
  Counts same_order{};  // the later one names a reference of the earlier one
};

class FeedTiming {
 public:
  explicit FeedTiming(std::mt19937_64& random) : random_(random) {}

  // Puts `m` `distance` cycles behind what is last, at the earliest cycle that the feed could with 0. Not `delivered`:
  // a message of another symbol, or a damaged one, of which only the references arrive.
  void put(Message m, unsigned distance, std::uint64_t not_before, bool delivered) {
    const std::uint64_t at = std::max(last_ + (distance ? distance : least(m)), not_before + 5);
    const bool either = random_() & 1;  // where in their beats the bytes are
    if (m.op == kAdd || m.op == kExecute || m.op == kReplace) arrive(at, m.op == kExecute ? 2 + either : 3 + either, m);
    if (m.op == kCancel) arrive(at, 1 + either, m);
    if (m.op == kDelete) arrive(at, 1, m);
    if (m.op == kReplace) {
      cycles_[at - 2].reference = m.new_reference;
      cycles_[at - 2].second = true;
    }
    last_ = at;
    behind_command_ = m.op == kCommand;
    if (!delivered) return;
    note(m, at);
    m.decoded = at & 0xFFFF;
    cycles_[at].message = m;
  }
  unsigned least(const Message& m) const { return least_distance(m, behind_command_); }
  void wait(unsigned cycles) { last_ += cycles; }

  FeedCycle at(std::uint64_t cycle) const {
    const auto found = cycles_.find(cycle);
    return found == cycles_.end() ? FeedCycle{} : found->second;
  }
  void passed(std::uint64_t cycle) { cycles_.erase(cycle); }
  bool empty() const { return cycles_.empty(); }
  std::uint64_t last() const { return last_; }
  const Hazards& hazards() const { return hazards_; }

 private:
  // A replace is 35 bytes, an execution with price and an add 36: its first reference always comes three cycles before.
  void arrive(std::uint64_t at, unsigned before, const Message& m) {
    if (m.op == kReplace || (m.op == kExecute && m.priced)) before = 3;
    const std::uint64_t when = std::max(at - before, last_ + 1);
    cycles_[std::min(when, at - 1)].reference = m.reference;
  }

  void note(const Message& m, std::uint64_t at) {
    for (auto it = recent_.rbegin(); it != recent_.rend() && at - it->at <= Hazards::kReach; ++it) {
      const Message& e = it->message;
      const std::uint64_t distance = at - it->at;
      if (e.symbol == m.symbol) ++hazards_.same_symbol[e.op][m.op][distance];
      const bool named = e.reference == m.reference || (e.op == kReplace && e.new_reference == m.reference) ||
                         (m.op == kReplace && e.reference == m.new_reference);
      if (e.symbol == m.symbol && named) ++hazards_.same_order[e.op][m.op][distance];
    }
    if (recent_.size() > 2 * Hazards::kReach) recent_.erase(recent_.begin());
    recent_.push_back({at, m});
  }

  struct Noted {
    std::uint64_t at;
    Message message;
  };
  std::mt19937_64& random_;
  std::map<std::uint64_t, FeedCycle> cycles_;
  std::vector<Noted> recent_;
  Hazards hazards_;
  std::uint64_t last_ = 10;
  bool behind_command_ = false;
};

}  // namespace twinpath::rtl
