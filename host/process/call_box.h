// How the control thread of a process has something done by the thread that works: one call at a time, between two
// rounds.
#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace twinpath {

class CallBox {
 public:
  using Call = std::function<std::string()>;

  // The control thread: the call's result; nothing when nobody works any more.
  std::string call(const Call& call, std::string_view gone) {
    Slot slot{&call, {}};
    slot_.store(&slot, std::memory_order_release);
    while (slot_.load(std::memory_order_acquire) != nullptr) {
      if (closed_.load(std::memory_order_acquire) && slot_.exchange(nullptr) != nullptr) return std::string(gone);
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
    return slot.result;
  }
  // The working thread.
  void serve() {
    Slot* s = slot_.load(std::memory_order_acquire);
    if (s == nullptr) return;
    s->result = (*s->call)();
    slot_.store(nullptr, std::memory_order_release);
  }
  void close() noexcept { closed_.store(true, std::memory_order_release); }

 private:
  struct Slot {
    const Call* call;
    std::string result;
  };
  std::atomic<Slot*> slot_{nullptr};
  std::atomic<bool> closed_{false};
};

}  // namespace twinpath
