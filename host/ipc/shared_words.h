// Values in memory that one process writes while others read: copied word by word, so that a torn copy is noticed and
// never a data race.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>

namespace twinpath::ipc {

// A trivially copyable value as words that are stored and loaded one by one. A store is a release and a load an
// acquire: what was stored before is seen before, what is loaded after is loaded after. On x86 both are plain moves.
template <class T>
class SharedWords {
  static_assert(std::is_trivially_copyable_v<T>);
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

 public:
  static constexpr std::size_t kWords = (sizeof(T) + 7) / 8;

  void store(const T& value) noexcept {
    const auto* from = reinterpret_cast<const std::byte*>(&value);
    for (std::size_t i = 0; i < kWords; ++i) {
      std::uint64_t word = 0;
      std::memcpy(&word, from + 8 * i, i + 1 < kWords ? 8 : sizeof(T) - 8 * (kWords - 1));
      words_[i].store(word, std::memory_order_release);
    }
  }
  void load(T& value) const noexcept {
    auto* to = reinterpret_cast<std::byte*>(&value);
    for (std::size_t i = 0; i < kWords; ++i) {
      const std::uint64_t word = words_[i].load(std::memory_order_acquire);
      std::memcpy(to + 8 * i, &word, i + 1 < kWords ? 8 : sizeof(T) - 8 * (kWords - 1));
    }
  }

 private:
  std::array<std::atomic<std::uint64_t>, kWords> words_;
};

// One value that one process writes and any number read (a seqlock). A reader never holds up the writer.
template <class T>
class Versioned {
 public:
  // The writer only. A writer that died in the middle of it leaves a value that nobody can read until the next write.
  void write(const T& value) noexcept {
    // Odd while it is being written, also after one that was not finished.
    const std::uint64_t before = version_.load(std::memory_order_relaxed) & ~std::uint64_t{1};
    version_.store(before + 1, std::memory_order_relaxed);
    words_.store(value);
    version_.store(before + 2, std::memory_order_release);
  }

  // False when there is no whole value: never written, or being written at each of some tries.
  bool read(T& value) const noexcept {
    for (int tries = 0; tries < kTries; ++tries) {
      const std::uint64_t before = version_.load(std::memory_order_acquire);
      if (before == 0) return false;
      if (before % 2 != 0) continue;
      words_.load(value);
      if (version_.load(std::memory_order_relaxed) == before) return true;
    }
    return false;
  }
  // Even, and another one after every write; 0 before the first.
  std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }

 private:
  static constexpr int kTries = 1000;
  std::atomic<std::uint64_t> version_;
  SharedWords<T> words_;
};

}  // namespace twinpath::ipc
