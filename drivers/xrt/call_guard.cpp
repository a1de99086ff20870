#include "drivers/xrt/call_guard.h"

#include <fmt/format.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>

namespace twinpath {

struct CallGuard::State {
  std::mutex mutex;
  std::condition_variable posted, finished;
  std::function<void()> call;  // what is to be called; empty: nothing
  bool busy = false;
  bool end = false;
  std::exception_ptr error;
  std::string dead;  // why; empty: alive
  pthread_t thread{};
};

namespace {

// Ends sleep(); other calls of the runtime go on by themselves. Nobody here has another use for it.
constexpr int kWake = SIGURG;

void let_sleep_be_woken() {
  struct sigaction nothing{};
  nothing.sa_handler = [](int) {};
  sigaction(kWake, &nothing, nullptr);
}

// The runtime's own ends of the process would wait for the card as its calls do.
void leave_without_the_runtime() {
  static const bool registered = [] {
    on_exit(
        [](int status, void*) {
          std::fflush(nullptr);
          if (CallGuard::before_leaving != nullptr) CallGuard::before_leaving();
          _exit(status);
        },
        nullptr);
    return true;
  }();
  (void)registered;
}

}  // namespace

CallGuard::CallGuard(Options options) : options_(std::move(options)), state_(std::make_shared<State>()) {
  if (!options_.apart) return;
  let_sleep_be_woken();
  // The shim writes to a socket whose other end may have gone; its threads inherit the mask.
  sigset_t pipe, before;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  std::thread thread([state = state_] { work(state); });
  state_->thread = thread.native_handle();
  thread.detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

CallGuard::~CallGuard() {
  const std::lock_guard lock(state_->mutex);
  state_->end = true;
  state_->posted.notify_one();
}

void CallGuard::work(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  for (;;) {
    state->posted.wait(lock, [&] { return state->end || state->call; });
    if (!state->call) return;
    std::function<void()> call = std::move(state->call);
    state->call = nullptr;
    lock.unlock();
    std::exception_ptr error;
    try {
      call();
    } catch (...) {
      error = std::current_exception();
    }
    call = nullptr;
    lock.lock();
    state->error = error;
    state->busy = false;
    state->finished.notify_one();
  }
}

void CallGuard::run(std::string_view what, std::function<void()> call) {
  if (!options_.apart) {
    call();
    return;
  }
  std::unique_lock lock(state_->mutex);
  if (!state_->dead.empty()) throw DeviceError(state_->dead);
  state_->error = nullptr;
  state_->busy = true;
  state_->call = std::move(call);
  state_->posted.notify_one();
  const auto end = std::chrono::steady_clock::now() + options_.patience;
  while (!state_->finished.wait_for(lock, std::chrono::milliseconds(20), [&] { return !state_->busy; })) {
    const std::string gone = options_.gone();
    const bool late = std::chrono::steady_clock::now() > end;
    // The call is in progress, so its thread is there.
    if (gone.empty() && !late && wake_when_ && wake_when_()) pthread_kill(state_->thread, kWake);
    if (gone.empty() && !late) continue;
    lock.unlock();
    fail(!gone.empty()
             ? gone
             : fmt::format("{}: expected an answer to {} within {} ms, found none; the card is given up. Reset or "
                           "program it again, or give a slow one more time (TWINPATH_CARD_TIMEOUT_MS)",
                           options_.device, what, options_.patience.count()));
  }
  if (state_->error) std::rethrow_exception(state_->error);
}

void CallGuard::give_up(const std::string& why) {
  leave_without_the_runtime();
  const std::lock_guard lock(state_->mutex);
  if (state_->dead.empty()) state_->dead = why;
}

void CallGuard::fail(const std::string& why) {
  give_up(why);
  throw DeviceError(why);
}

bool CallGuard::dead() const {
  const std::lock_guard lock(state_->mutex);
  return !state_->dead.empty();
}

}  // namespace twinpath
