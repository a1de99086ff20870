// Calls into the XRT runtime that may never return: its hardware-emulation shim waits for ever for a simulator that has
// gone or does not answer. Such calls are made by a thread that can be left behind.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "host/path/device.h"

namespace twinpath {

class CallGuard {
 public:
  struct Options {
    bool apart = true;                      // false: call directly, for cards whose driver answers every call
    std::chrono::milliseconds patience{0};  // for one call
    std::string device;                     // for messages
    std::function<std::string()> gone = [] {
      return std::string{};
    };  // why the card cannot answer any more; empty: it can
  };

  // The next call to sleep() of a call in progress ends at once whenever `when` says so: the runtime's shim sleeps 10 s
  // while it programs a simulated card, for a command that has long ended. Empty: never.
  void wake_when(std::function<bool()> when) { wake_when_ = std::move(when); }

  explicit CallGuard(Options options);
  ~CallGuard();
  CallGuard(const CallGuard&) = delete;
  CallGuard& operator=(const CallGuard&) = delete;

  // Throws what `call` throws, or DeviceError when it has not returned in time, or the card has gone: then the card is
  // dead, and the thread stays where it is. `call` must own what it uses.
  void run(std::string_view what, std::function<void()> call);
  // From now on every call throws; the objects of the runtime are to be left alone.
  void give_up(const std::string& why);
  bool dead() const;

  // A process that leaves a call behind ends without the runtime's own ends; this is called then, if set.
  static inline void (*before_leaving)() = nullptr;

  // For the calls from now on.
  void patience(std::chrono::milliseconds patience) { options_.patience = patience; }

 private:
  struct State;
  static void work(const std::shared_ptr<State>& state);
  [[noreturn]] void fail(const std::string& why);

  Options options_;
  std::function<bool()> wake_when_;
  std::shared_ptr<State> state_;
};

}  // namespace twinpath
