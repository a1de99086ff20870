// A session with an exchange that takes order frames from UDP and answers them in a SoupBinTCP stream (OUCH 5.0).
//
// Orders leave through the path's sender, as a card's do. A thread of its own keeps each in the account's journal, reads
// the answers, sends again over TCP what stays unanswered, the same bytes, and reconnects. The exchange obeys equal
// requests once and rejects a number that was passed over, so whatever was sent is answered in the end, and nothing is
// concluded from silence.
//
// It begins by passing over every number that an earlier process may have used and cancelling what that left (a Mass
// Cancel): then nothing is open, the positions are those of the account's executions, and the path may begin.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "host/core/config.h"
#include "host/core/spsc_ring.h"
#include "host/live/exchange_options.h"
#include "host/live/exchange_session.h"
#include "host/order/order_frame.h"
#include "host/session/ouch_client.h"
#include "host/session/ouch_journal.h"
#include "host/session/soup_tcp.h"

namespace twinpath {

// A copy of what there is to know of a session.
struct ExchangeStatus {
  std::string state;  // offline, resolving, trading, disagrees, over or failed
  std::string loss;   // why it was last not logged in; "none"
  std::string session;
  std::uint64_t next_sequence = 0, attempts = 0;
  std::uint64_t unanswered = 0;  // orders and cancels
  std::uint64_t resent = 0;
  std::uint64_t lost = 0;  // times that it stopped trading
  std::uint64_t disagreements = 0;
  std::string first_disagreement;
};

// A request that left through the path's sender, as it is in its frame.
struct SentRequest {
  std::uint32_t user_ref = 0;
  std::uint8_t size = 0;
  std::array<std::uint8_t, 47> bytes{};
};

class VenueSession final : public ExchangeSession, private session::OuchOrdersListener {
 public:
  // Recalls the journal and begins to connect. Throws FileError and std::runtime_error on what is wrong with it.
  VenueSession(const ExchangeOptions& options, const CoreConfig& config);
  // Logs out. What is open stays open.
  ~VenueSession() override;
  VenueSession(const VenueSession&) = delete;
  VenueSession& operator=(const VenueSession&) = delete;

  // Nothing of an earlier process is open any more; true from then on. Throws std::runtime_error when the exchange
  // refuses the account, or the session has failed.
  bool ready();
  // Once ready: the first order's number, and a POSITION of each configured symbol that has one.
  std::uint32_t first_user_ref() const noexcept { return first_user_ref_; }
  const std::vector<Command>& positions() const noexcept { return positions_; }
  // Any thread.
  ExchangeStatus status() const;

  // Allocates nothing and calls no kernel.
  void sent(const Event& event) override;
  // Throws std::runtime_error when the session has failed: its journal cannot be written.
  std::optional<Answer> poll(Cycles until) override;
  // An answer is stamped when it is taken, so none comes before what has passed.
  Cycles next_due() const noexcept override { return Cycles{UINT64_MAX}; }
  Cycles reaction() const noexcept override { return Cycles{kTimeMask}; }
  bool replayed() const noexcept override { return false; }
  bool trading() const noexcept override { return trading_.load(std::memory_order_acquire); }
  bool kills() const noexcept override { return options_.on_loss == ExchangeOptions::OnLoss::kill; }

 private:
  // One without an answer.
  struct Pending {
    SentRequest request;
    Nanoseconds due{};          // to be sent again
    std::uint64_t attempt = 0;  // the connection that it was last sent on; 0: none
  };
  enum Kind : bool { order, cancel };

  void changed(const session::OuchOrder& order, const session::OuchChange& change) override;
  void work();
  void round(Nanoseconds now);
  void take_sent(Nanoseconds now);
  void note(const SentRequest& request, Nanoseconds now);
  void open(Nanoseconds now);
  void settle(std::uint32_t user_ref, Kind kind) { pending_.erase({user_ref, kind}); }
  Nanoseconds resend(Nanoseconds now);
  void watch();
  void publish();
  void give(CommandOp op, std::uint32_t user_ref, std::uint32_t quantity = 0, std::uint64_t price = 0);
  void give_position(const Text<8>& symbol);
  std::optional<Command> position_of(const Text<8>& symbol) const;
  void hand_over();

  const ExchangeOptions options_;
  std::map<Text<8>, std::uint16_t> symbols_;
  OrderFrameBuilder frames_;  // the trading thread's

  // Between the threads.
  SpscRing<SentRequest> out_{8192};
  SpscRing<Command> in_{8192};
  std::atomic<bool> trading_{false}, ready_{false}, failed_{false}, refused_{false}, stop_{false};
  std::atomic<bool> overrun_{false};  // sent() found no room
  mutable std::mutex mutex_;
  ExchangeStatus status_;  // under the mutex
  std::string failure_;    // before failed_ is set

  // The session's thread.
  session::OuchJournal journal_;
  session::OuchClient client_;
  session::EventLoop loop_;
  session::SoupTcpClient link_;
  std::deque<Command> answers_;                                // that have no room in the ring
  std::map<std::pair<std::uint32_t, Kind>, Pending> pending_;  // an order in front of its cancel
  std::map<std::uint32_t, std::uint32_t> leaves_;              // of orders that the path takes for open
  std::uint64_t cleared_attempt_ = 0;                          // the connection that the Mass Cancel went on
  std::uint32_t clearing_ = 0;                                 // its number
  std::uint64_t login_ = 0;                                    // the last connection that traded
  std::uint64_t disagreements_ = 0;                            // when it became ready
  std::uint64_t resent_ = 0, lost_ = 0;
  bool resolving_ = false;  // what was unanswered on the connection before still is

  // Before ready_ is set.
  std::uint32_t first_user_ref_ = 1;
  std::vector<Command> positions_;

  std::thread thread_;
};

}  // namespace twinpath
