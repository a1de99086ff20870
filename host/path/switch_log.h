// All that a path was given since its configuration, and a hash of each of its outputs: what a primary made afresh is
// given again, and what it must answer (switch_path.h). Bounded: past its limit it drops everything and stays empty.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "host/core/event.h"
#include "host/path/path.h"

namespace twinpath {

// FNV-1a, 64 bits, over words of eight bytes and the rest.
inline std::uint64_t output_hash(std::span<const std::uint8_t> bytes) noexcept {
  std::uint64_t h = 0xCBF2'9CE4'8422'2325;
  while (!bytes.empty()) {
    std::uint64_t word = bytes.size();
    const std::size_t n = bytes.size() < 8 ? bytes.size() : 8;
    std::memcpy(&word, bytes.data(), n);
    h = (h ^ word) * 0x0000'0100'0000'01B3;
    h ^= h >> 29;
    bytes = bytes.subspan(n);
  }
  return h;
}
inline std::uint64_t output_hash(const Event& e) noexcept {
  std::uint8_t bytes[kComparedEventBytes];
  std::memcpy(bytes, &e, sizeof bytes);
  return output_hash(bytes);
}

class SwitchLog {
 public:
  explicit SwitchLog(std::uint64_t limit) : limit_(limit) {}

  void input(const TimedInput& input) {
    if (!room(sizeof(Entry) + input.frame.size())) return;
    Entry e{input, nullptr, false};
    e.input.frame = keep(input.frame);
    entries_.push_back(e);
  }
  // The first `given` entries have been given to a primary that catches up. Calls with no input between them are one: a
  // live run makes thousands a second while nothing arrives, and a deadline expires at its own time (SEM 2.4).
  void advance(Cycles time, std::size_t given) {
    if (entries_.size() > given && entries_.back().advance) {
      entries_.back().input.time = time;
      return;
    }
    if (!room(sizeof(Entry))) return;
    Entry e{{}, nullptr, true};
    e.input.time = time;
    entries_.push_back(e);
  }
  void bank(const Bank& bank) {
    if (!room(sizeof(Entry) + sizeof(Bank))) return;
    banks_.push_back(std::make_unique<const Bank>(bank));
    entries_.push_back({{}, banks_.back().get(), false});
  }
  void frame(std::span<const std::uint8_t> bytes) {
    if (room(sizeof(std::uint64_t))) frames_.push_back(output_hash(bytes));
  }
  void event(const Event& e) {
    if (room(sizeof(std::uint64_t))) events_.push_back(output_hash(e));
  }

  bool full() const noexcept { return full_; }
  std::uint64_t bytes() const noexcept { return used_; }
  std::size_t size() const noexcept { return entries_.size(); }
  // Whether the n-th output of its kind, counted from 0, was this one.
  bool same_frame(std::uint64_t n, std::span<const std::uint8_t> bytes) const noexcept {
    return n < frames_.size() && frames_[n] == output_hash(bytes);
  }
  bool same_event(std::uint64_t n, const Event& e) const noexcept {
    return n < events_.size() && events_[n] == output_hash(e);
  }
  void give(std::size_t n, Path& path) const {
    const Entry& e = entries_[n];
    if (e.bank != nullptr) return path.load_inactive_bank(*e.bank);
    if (e.advance) return path.advance(e.input.time);
    path.submit(std::span(&e.input, 1));
  }

 private:
  struct Entry {
    TimedInput input;
    const Bank* bank;
    bool advance;
  };
  static constexpr std::size_t kBlock = std::size_t{1} << 20;  // far longer than a frame

  bool room(std::uint64_t bytes) {
    if (full_) return false;
    used_ += bytes;
    if (used_ <= limit_) return true;
    full_ = true;
    entries_.clear();
    banks_.clear();
    blocks_.clear();
    frames_.clear();
    events_.clear();
    return false;
  }
  std::span<const std::uint8_t> keep(std::span<const std::uint8_t> bytes) {
    if (bytes.empty()) return {};
    if (blocks_.empty() || at_ + bytes.size() > kBlock) {
      blocks_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(std::max(kBlock, bytes.size())));
      at_ = 0;
    }
    std::uint8_t* to = blocks_.back().get() + at_;
    std::memcpy(to, bytes.data(), bytes.size());
    at_ += bytes.size();
    return {to, bytes.size()};
  }

  std::uint64_t limit_;
  std::uint64_t used_ = 0;
  bool full_ = false;
  std::deque<Entry> entries_;
  std::vector<std::unique_ptr<const Bank>> banks_;
  std::vector<std::unique_ptr<std::uint8_t[]>> blocks_;
  std::size_t at_ = 0;
  std::deque<std::uint64_t> frames_, events_;
};

}  // namespace twinpath
