// What a thread does while it has nothing to do, and where it runs.
#pragma once
#include <pthread.h>
#include <sched.h>
#include <x86intrin.h>

#include <cstdint>
#include <string>
#include <system_error>

namespace twinpath {

// spin: never gives up its core, makes no system call; needs a core a thread. yield: lets others run after a while, so
// that threads may share cores.
enum class IdlePolicy : std::uint8_t { spin, yield };

class Idle {
 public:
  explicit Idle(IdlePolicy policy) noexcept : policy_(policy) {}

  void wait() noexcept {
    if (policy_ == IdlePolicy::spin || ++waits_ % kSpins != 0) {
      _mm_pause();
    } else {
      sched_yield();
    }
  }

 private:
  static constexpr std::uint32_t kSpins = 64;  // between two yields
  IdlePolicy policy_;
  std::uint32_t waits_ = 0;
};

// From now on `thread` runs on this core only; throws std::system_error that names the core.
inline void pin_thread(pthread_t thread, unsigned core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (core < CPU_SETSIZE) CPU_SET(core, &set);
  if (const int error = pthread_setaffinity_np(thread, sizeof set, &set); error != 0)
    throw std::system_error(error, std::generic_category(),
                            "a thread cannot be pinned to core " + std::to_string(core));
}

// Pins the thread that makes it, as long as it lives.
class PinnedHere {
 public:
  explicit PinnedHere(unsigned core) {
    pthread_getaffinity_np(pthread_self(), sizeof before_, &before_);
    pin_thread(pthread_self(), core);
  }
  ~PinnedHere() { pthread_setaffinity_np(pthread_self(), sizeof before_, &before_); }
  PinnedHere(const PinnedHere&) = delete;
  PinnedHere& operator=(const PinnedHere&) = delete;

 private:
  cpu_set_t before_;
};

}  // namespace twinpath
