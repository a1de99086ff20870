// Frames that have arrived before there is anybody to take them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "host/path/frame_source.h"

namespace twinpath {

class WaitingFrames {
 public:
  void add(const SourceFrame& f) {
    frames_.push_back({f.timestamp, bytes_.size(), f.bytes.size(), f.fcs_error});
    bytes_.insert(bytes_.end(), f.bytes.begin(), f.bytes.end());
  }
  std::uint64_t bytes() const noexcept { return bytes_.size(); }
  void clear() noexcept {
    frames_.clear();
    bytes_.clear();
  }
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const Kept& k : frames_) visit(std::span(bytes_).subspan(k.at, k.size));
  }
  // Calls take(const SourceFrame&) for each, and has none of them any more. `now`: their stamps instead of those that
  // they arrived with, as they are given late; empty: these.
  template <class Take>
  void give(Take&& take, const std::function<Nanoseconds()>& now) {
    for (const Kept& k : frames_)
      take(SourceFrame{now ? now() : k.timestamp, std::span(bytes_).subspan(k.at, k.size), k.fcs_error});
    frames_ = {};
    bytes_ = {};
  }

 private:
  struct Kept {
    Nanoseconds timestamp;
    std::size_t at, size;
    bool fcs_error;
  };
  std::vector<Kept> frames_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace twinpath
