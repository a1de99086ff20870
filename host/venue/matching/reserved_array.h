// An array that grows where it stands: address space is reserved for the most elements there may be, memory comes with
// the first touch. An index stays valid, nothing is copied, and growth costs a page at a time.
#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace twinpath::matching {

template <class T>
class ReservedArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  // `most`: elements to reserve room for, or as many as the process may reserve (capacity() says); `soon`: of which
  // this many are touched at once, in huge pages where the kernel has them. Elements are zero bytes before they are
  // written. Throws std::bad_alloc when there is no room for `soon`.
  explicit ReservedArray(std::size_t most, std::size_t soon = 0) : bytes_(most * sizeof(T)) {
    void* at = nullptr;
    for (;;) {
      at = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (at != MAP_FAILED) break;
      bytes_ /= 2;
      if (bytes_ < sizeof(T) || bytes_ < soon * sizeof(T)) throw std::bad_alloc();
    }
    values_ = static_cast<T*>(at);
    constexpr std::size_t kPage = 4096, kWorthwhile = std::size_t{2} << 20;
    const std::size_t touched = soon * sizeof(T);
    if (touched >= kWorthwhile) madvise(at, touched, MADV_HUGEPAGE);
    auto* bytes = static_cast<volatile std::byte*>(at);
    for (std::size_t i = 0; i < touched; i += kPage) bytes[i] = std::byte{0};
  }
  ~ReservedArray() {
    if (values_ != nullptr) munmap(values_, bytes_);
  }
  ReservedArray(ReservedArray&& o) noexcept : bytes_(o.bytes_), values_(std::exchange(o.values_, nullptr)) {}
  ReservedArray& operator=(ReservedArray&& o) noexcept {
    std::swap(bytes_, o.bytes_);
    std::swap(values_, o.values_);
    return *this;
  }

  std::size_t capacity() const noexcept { return bytes_ / sizeof(T); }
  T& operator[](std::size_t i) noexcept { return values_[i]; }
  const T& operator[](std::size_t i) const noexcept { return values_[i]; }

 private:
  std::size_t bytes_;
  T* values_;
};

}  // namespace twinpath::matching
