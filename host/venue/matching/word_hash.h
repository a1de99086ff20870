// A 64-bit hash of a sequence of words: state hashes, and checksums of snapshots and command logs. Not against forgery.
#pragma once
#include <cstdint>

namespace twinpath::matching {

class WordHash {
 public:
  void word(std::uint64_t w) noexcept {
    const auto product = static_cast<unsigned __int128>(hash_ ^ w) * 0xD1B5'4A32'D192'ED03;
    hash_ = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64) ^ ++count_;
  }
  std::uint64_t hash() const noexcept { return hash_; }

 private:
  std::uint64_t hash_ = 0x6A09'E667'F3BC'C908;
  std::uint64_t count_ = 0;
};

}  // namespace twinpath::matching
