#include "host/apps/live/hangup.h"

#include <atomic>
#include <csignal>

namespace twinpath {
namespace {

std::atomic<bool> hangup = false;
static_assert(std::atomic<bool>::is_always_lock_free);

}  // namespace

void watch_hangups() {
  struct sigaction action{};
  action.sa_handler = [](int) { hangup = true; };
  sigaction(SIGHUP, &action, nullptr);
}

bool hung_up() noexcept { return hangup.exchange(false); }

}  // namespace twinpath
