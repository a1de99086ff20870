// Asking for a cache line that will be needed soon.
#pragma once

namespace twinpath {

// Never a fault, whatever the address. Not the compiler's builtin: GCC 12 takes a function that does nothing but
// prefetch for one without effect, and leaves its calls out.
[[gnu::always_inline]] inline void prefetch_line(const void* p) noexcept {
  asm volatile("prefetcht0 %0" : : "m"(*static_cast<const char*>(p)));
}

}  // namespace twinpath
