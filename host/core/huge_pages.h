// Memory that the kernel is asked to back with 2 MiB pages, and that is there before it is used: a lookup in tables of
// many megabytes otherwise spends more time on page tables than on the table, and the first touch of a page is a fault.
#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace twinpath {

namespace huge_pages {

inline constexpr std::size_t kPageBytes = std::size_t{2} << 20;
inline constexpr std::size_t kSmallPageBytes = 4096;

// Uninitialised, aligned to 2 MiB, every page touched. Where the kernel has no huge pages to give, small ones do.
// Throws std::bad_alloc.
inline void* allocate(std::size_t bytes) {
  bytes = (bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
  void* memory = ::operator new(bytes, std::align_val_t{kPageBytes});
  madvise(memory, bytes, MADV_HUGEPAGE);
  auto* touched = static_cast<volatile std::byte*>(memory);
  for (std::size_t i = 0; i < bytes; i += kSmallPageBytes) touched[i] = std::byte{0};
  return memory;
}

inline void release(void* memory) noexcept { ::operator delete(memory, std::align_val_t{kPageBytes}); }

}  // namespace huge_pages

// A fixed number of default-constructed values; small arrays stay in ordinary memory.
template <class T>
class HugeArray {
  static_assert(std::is_trivially_destructible_v<T>);

 public:
  explicit HugeArray(std::size_t count) : huge_(count * sizeof(T) >= huge_pages::kPageBytes / 2) {
    values_ = static_cast<T*>(huge_ ? huge_pages::allocate(count * sizeof(T))
                                    : ::operator new(count * sizeof(T), std::align_val_t{alignof(T)}));
    std::uninitialized_default_construct_n(values_, count);
  }
  ~HugeArray() {
    if (values_ == nullptr) return;
    huge_ ? huge_pages::release(values_) : ::operator delete(values_, std::align_val_t{alignof(T)});
  }
  HugeArray(HugeArray&& other) noexcept : huge_(other.huge_), values_(std::exchange(other.values_, nullptr)) {}
  HugeArray& operator=(HugeArray&&) = delete;

  T& operator[](std::size_t i) noexcept { return values_[i]; }
  const T& operator[](std::size_t i) const noexcept { return values_[i]; }

 private:
  bool huge_;
  T* values_;
};

// A class that derives from it comes from huge pages when made with `new`: for objects whose members are used together.
struct InHugePages {
  static void* operator new(std::size_t bytes) { return huge_pages::allocate(bytes); }
  static void operator delete(void* memory) noexcept { huge_pages::release(memory); }
};

}  // namespace twinpath
