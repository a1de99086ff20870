// How the control thread asks the trading thread for something: one request at a time, answered between two bursts. The
// trading thread pays one atomic load a round.
#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "host/live/account_session.h"
#include "host/live/live_engine.h"
#include "host/path/switch_status.h"

namespace twinpath {

enum class LivePhase : std::uint8_t { directory, exchange, snapshot, trading, stopping };

// A copy of what there is to know, made by the trading thread.
struct LiveStatus {
  static constexpr std::size_t kMostInputs = 16;

  LivePhase phase = LivePhase::directory;
  ArmState arm = ArmState::disarmed;
  bool killed = false;
  std::uint32_t blocked_by = 0;  // LiveEngine::blocked_by()
  bool stale = false;
  unsigned open_orders = 0, books_incomplete = 0, books_trading = 0;
  Nanoseconds lag{};
  Cycles time{};
  LiveCounters counters;
  std::array<std::int32_t, kSymbols> positions{};
  std::array<bool, kSymbols> trades{}, complete{};
  std::array<ReceiveCounters, kMostInputs> received{};
  SendCounters sent;
  std::optional<SwitchStatus> switched;    // of a switched path
  std::optional<ExchangeStatus> exchange;  // of a session with an exchange
  std::optional<RecoveryStatus> recovery;
  std::vector<std::string> missing;  // without a locate, while they are waited for
};

struct LiveRequest {
  enum class Kind : std::uint8_t { status, command, swap, cancel, take_over, hand_back, stop };
  Kind kind = Kind::status;
  Command command;  // of a cancel: the order's user_ref
  const Bank* bank = nullptr;
  LiveStatus* status = nullptr;
  std::string refused;  // why it was not done; empty when it was
};

class Mailbox {
 public:
  // The control thread: returns when the request has been answered; false when nobody answers any more.
  bool call(LiveRequest& request) {
    slot_.store(&request, std::memory_order_release);
    while (slot_.load(std::memory_order_acquire) != nullptr) {
      if (closed_.load(std::memory_order_acquire)) return slot_.exchange(nullptr) == nullptr;
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
    return true;
  }

  // The trading thread: the request that waits, or null; done() lets the control thread go on.
  LiveRequest* waiting() const noexcept { return slot_.load(std::memory_order_acquire); }
  void done() noexcept { slot_.store(nullptr, std::memory_order_release); }
  // waiting() is not called again.
  void close() noexcept { closed_.store(true, std::memory_order_release); }

 private:
  std::atomic<LiveRequest*> slot_{nullptr};
  std::atomic<bool> closed_{false};
};

}  // namespace twinpath
