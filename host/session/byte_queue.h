// Bytes on their way out, first in first out, with a bound: what does not fit is refused, so one who reads slowly costs
// a fixed amount of memory.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace twinpath::session {

class ByteQueue {
 public:
  // Allocates `bytes`, once.
  explicit ByteQueue(std::size_t bytes) : bytes_(bytes) {}

  std::size_t size() const noexcept { return end_ - begin_; }
  bool empty() const noexcept { return begin_ == end_; }
  std::size_t room() const noexcept { return bytes_.size() - size(); }
  // All of it, oldest first, until the next change.
  std::span<const std::uint8_t> data() const noexcept { return {bytes_.data() + begin_, size()}; }

  // Room for `n` bytes that the caller fills; null, and nothing changed, when there is less.
  std::uint8_t* append(std::size_t n) noexcept {
    if (n > room()) return nullptr;
    if (n > bytes_.size() - end_) {
      std::memmove(bytes_.data(), bytes_.data() + begin_, size());
      end_ -= begin_;
      begin_ = 0;
    }
    end_ += n;
    return bytes_.data() + end_ - n;
  }
  // The oldest `n`, at most size(), are gone.
  void consume(std::size_t n) noexcept {
    begin_ += n;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  void clear() noexcept { begin_ = end_ = 0; }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace twinpath::session
