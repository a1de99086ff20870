// Records that show whether they are whole, and a folder for segments.
#pragma once
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "host/ipc/broadcast_ring.h"

namespace twinpath::testing {

// Several words, all made from a number: a torn, lost, repeated or early record shows.
struct Numbered {
  static constexpr std::size_t kWords = 19;
  std::uint64_t words[kWords];

  static Numbered of(std::uint64_t n) {
    Numbered r;
    for (std::size_t i = 0; i < kWords; ++i) r.words[i] = n * (2 * i + 1);
    return r;
  }
  bool whole() const {
    for (std::size_t i = 0; i < kWords; ++i) {
      if (words[i] != words[0] * (2 * i + 1)) return false;
    }
    return true;
  }
};

// Aligned zeros, as a fresh segment has them.
class Zeros {
 public:
  explicit Zeros(std::size_t bytes)
      : memory_(static_cast<std::byte*>(std::aligned_alloc(128, (bytes + 127) / 128 * 128))) {
    for (std::size_t i = 0; i < bytes; ++i) memory_[i] = std::byte{0};
  }
  ~Zeros() { std::free(memory_); }
  Zeros(const Zeros&) = delete;
  std::byte* get() const { return memory_; }

 private:
  std::byte* memory_;
};

class SegmentFolder {
 public:
  SegmentFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "twinpath-ipc-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~SegmentFolder() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace twinpath::testing
