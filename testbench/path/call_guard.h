// Watches a stretch of code for what a hot path must not do: allocate, free, lock, throw, call the kernel.
//
// Allocations and locks are counted by functions in call_guard.cpp that take the place of the C library's in the whole
// program; an exception allocates, and is counted by itself too. System calls are forbidden by a seccomp filter, for
// good: guard code in a process of its own.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

namespace twinpath::testing {

struct GuardReport {
  std::uint64_t allocations = 0;  // and releases
  std::uint64_t locks = 0;
  std::uint64_t exceptions = 0;
  int system_call = -1;   // number of the first one, which ended the run; -1: none
  bool finished = false;  // the code ran to its end
  std::string error;      // why it could not be watched; empty when it was

  bool clean() const { return finished && allocations == 0 && locks == 0 && exceptions == 0 && system_call == -1; }
};

// In a child process: calls `warm_up`, then `guarded` under watch, with all threads that the first one has made.
GuardReport guard_calls(const std::function<void()>& warm_up, const std::function<void()>& guarded);

}  // namespace twinpath::testing
