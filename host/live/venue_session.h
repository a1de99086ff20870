// A session with an exchange that takes orders as OUCH 5.0, and answers in a SoupBinTCP stream.
//
// Orders leave over the session's connection, or as frames through the path's sender, as a card's do. A thread of its
// own keeps each in the account's journal, reads the answers, resolves what stays unanswered and reconnects. What went
// over the connection, and has no answer once a query on the next one is answered, never arrived (ouch_client.h). A
// frame may arrive at any time. So its number is used up by an order over TCP that cannot trade, immediate-or-cancel at
// the worst price: whichever of the two comes first is answered, the other never counts. An order is not sent again as
// it was, for prices have moved. Nothing is concluded from silence.
//
// It begins by passing over every number that an earlier process may have used and cancelling what that left (a Mass
// Cancel): then nothing is open, the positions are those of the account's executions, and the path may begin.
//
// After each login the account's drop copy, read from the day's first message on by nobody who keeps anything, must
// come to the same positions and cash: a difference stays for the operator to resolve, and nothing is decided
// meanwhile.
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
#include "host/live/drop_copy.h"
#include "host/live/exchange_options.h"
#include "host/live/exchange_session.h"
#include "host/order/order_frame.h"
#include "host/session/ouch_client.h"
#include "host/session/ouch_journal.h"
#include "host/session/soup_tcp.h"

namespace twinpath {

// A copy of what there is to know of a session.
struct ExchangeStatus {
  std::string state;  // offline, resolving, reconciling, trading, disagrees, differs, over or failed
  std::string loss;   // why it was last not logged in; "none"
  std::string session;
  std::uint64_t next_sequence = 0, attempts = 0;
  std::uint64_t unanswered = 0;  // orders and cancels
  std::uint64_t open_orders = 0;
  std::int64_t cash = 0;         // sold less bought since the day began, 1/10,000 dollar
  std::uint64_t voided = 0;      // orders without an answer in time
  std::uint64_t repeated = 0;    // cancels sent again
  std::uint64_t lost = 0;        // times that it stopped trading
  std::uint64_t reconciled = 0;  // times that positions were compared
  std::string difference;        // from the exchange's positions; empty: none
  std::uint64_t disagreements = 0;
  std::string first_disagreement;
};

// A request as it is in its frame.
struct SentRequest {
  std::uint32_t user_ref = 0;
  std::uint8_t size = 0;
  std::array<std::uint8_t, 47> bytes{};
};

// An answer for the path that began as the `life`th.
struct PathAnswer {
  Command command;
  std::uint32_t life = 0;
};

class VenueSession final : public ExchangeSession, private session::OuchOrdersListener {
 public:
  // Recalls the journal and begins to connect. Throws FileError and std::runtime_error on what is wrong with it.
  VenueSession(const ExchangeOptions& options, const CoreConfig& config);
  // Logs out. What is open stays open.
  ~VenueSession() override;
  VenueSession(const VenueSession&) = delete;
  VenueSession& operator=(const VenueSession&) = delete;

  // Nothing of an earlier process, or path, is open any more; true from then on. Throws std::runtime_error when the
  // exchange refuses the account, positions differ from its, or the session has failed.
  bool ready();
  // Once ready: the first order's number, and a POSITION of each configured symbol that has one.
  std::uint32_t first_user_ref() const noexcept { return first_user_ref_; }
  const std::vector<Command>& positions() const noexcept { return positions_; }
  // Any thread.
  ExchangeStatus status() const;

  // Allocates nothing; calls the kernel only where orders go over the connection, to wake its thread.
  void sent(const Event& event) override;
  // Throws std::runtime_error when the session has failed: its journal cannot be written.
  std::optional<Answer> poll(Cycles until) override;
  // An answer is stamped when it is taken, so none comes before what has passed.
  Cycles next_due() const noexcept override { return Cycles{UINT64_MAX}; }
  Cycles reaction() const noexcept override { return Cycles{kTimeMask}; }
  bool replayed() const noexcept override { return false; }
  // Ready again when nothing is open, as at the start.
  void begin_again() override;
  bool trading() const noexcept override { return trading_.load(std::memory_order_acquire); }
  bool kills() const noexcept override {
    return options_.on_loss == ExchangeOptions::OnLoss::kill || wrong_.load(std::memory_order_acquire);
  }
  bool carries() const noexcept override { return options_.orders == ExchangeOptions::Orders::session; }

 private:
  // An order in a frame without an answer, or a cancel of an order that is not over.
  struct Pending {
    SentRequest request;
    Nanoseconds due{};          // to be resolved
    std::uint64_t attempt = 0;  // the connection that this was last tried on; 0: none
  };
  enum Kind : bool { order, cancel };

  void changed(const session::OuchOrder& order, const session::OuchChange& change) override;
  void work();
  void round(Nanoseconds now);
  void take_sent(Nanoseconds now);
  void take_order(const SentRequest& request, Nanoseconds now);
  void take_cancel(const SentRequest& request, Nanoseconds now);
  void open(Nanoseconds now);
  void settle(std::uint32_t user_ref, Kind kind) { pending_.erase({user_ref, kind}); }
  Nanoseconds resolve(Nanoseconds now);
  bool resolve(const std::pair<std::uint32_t, Kind>& key, const SentRequest& request, Nanoseconds now);
  void reconcile();
  void watch();
  void publish();
  void give(CommandOp op, std::uint32_t user_ref, std::uint32_t quantity = 0, std::uint64_t price = 0);
  void give_position(const Text<8>& symbol);
  std::optional<Command> position_of(const Text<8>& symbol) const;
  void hand_over();
  void wake() const noexcept;

  const ExchangeOptions options_;
  std::map<Text<8>, std::uint16_t> symbols_;
  OrderFrameBuilder frames_;  // the trading thread's
  std::uint32_t life_ = 0;    // the trading thread's: how often it began again

  // Between the threads.
  SpscRing<SentRequest> out_{8192};
  SpscRing<PathAnswer> in_{8192};
  std::atomic<bool> trading_{false}, ready_{false}, failed_{false}, refused_{false}, stop_{false};
  std::atomic<bool> wrong_{false};            // what the exchange says cannot be
  std::atomic<std::uint32_t> asked_life_{0};  // begin_again(), before ready_ is reset
  std::atomic<bool> overrun_{false};          // sent() found no room
  mutable std::mutex mutex_;
  ExchangeStatus status_;  // under the mutex
  std::string failure_;    // before failed_ is set

  // The session's thread.
  session::OuchJournal journal_;
  session::OuchClient client_;
  session::EventLoop loop_;
  session::SoupTcpClient link_;
  std::optional<DropCopy> copy_;
  session::Descriptor bell_;                                   // an eventfd: an order waits for the connection
  std::deque<PathAnswer> answers_;                             // that have no room in the ring
  std::map<std::pair<std::uint32_t, Kind>, Pending> pending_;  // an order in front of its cancel
  std::map<std::uint32_t, std::uint32_t> leaves_;              // of orders that the path takes for open
  std::uint64_t cleared_attempt_ = 0;                          // the connection that the Mass Cancel went on
  std::uint32_t clearing_ = 0;                                 // its number
  std::uint64_t login_ = 0;                                    // the last connection that traded
  std::uint64_t disagreements_ = 0;                            // when it became ready
  std::uint64_t voided_ = 0, repeated_ = 0, lost_ = 0, reconciled_ = 0;
  std::uint64_t reconciled_attempt_ = 0;  // the connection on which positions were last compared
  std::string difference_;
  bool resolving_ = false;  // what was unanswered on the connection before still is
  std::uint32_t answered_life_ = 0;

  // Before ready_ is set.
  std::uint32_t first_user_ref_ = 1;
  std::vector<Command> positions_;

  std::thread thread_;
};

}  // namespace twinpath
