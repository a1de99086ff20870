// The order manager: intents of all strategies through risk (SEM 5), numbers and frames of orders, the exchange's
// answers, and the journal.
//
// An order is journalled before its frame is sent, and that it was sent afterwards. A successor of a process that was
// killed makes the whole state again from the journal before it takes an intent: an intent that the journal has is
// passed over, so no order is opened twice, and an order whose frame may or may not have left (the journal says
// neither) is in doubt: it counts as open, is never sent, and a cancel is sent for it. What strategies had not been
// told yet they are told then. A session with an exchange (ExchangeSession::resume) finds out instead what has become
// of every order, and tells what the journal does not have; while it does not trade, nothing is armed.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/ipc/stats.h"
#include "host/live/exchange_session.h"
#include "host/live/live_options.h"
#include "host/live/order_journal.h"
#include "host/live/order_numbers.h"
#include "host/order/order_frame.h"
#include "host/path/order_ledger.h"
#include "host/path/packet_io.h"
#include "host/path/path.h"
#include "host/process/market_follower.h"
#include "host/process/order_data.h"
#include "host/process/order_recovery.h"
#include "host/process/process_options.h"
#include "host/risk/risk.h"

namespace twinpath {

struct ManagerCounters {
  std::uint64_t intents = 0, orders = 0, cancels = 0, host_cancels = 0, rejects = 0, refused = 0;
  std::uint64_t acks = 0, fills = 0, dones = 0, unsent = 0, in_doubt = 0, repeated = 0;
  std::uint64_t market_missed = 0;
};

class OrderManager {
 public:
  // Everything given outlives it; `sender` may be null when the exchange's session carries orders. Replays the journal.
  // Throws what that throws, what ExchangeSession::resume throws, and ipc::SegmentError.
  OrderManager(const CoreConfig& config, const LiveOptions& live, const ProcessOptions& options, Journal& journal,
               PacketSender* sender, ExchangeSession& exchange);
  ~OrderManager();

  // One look at everything that may have come; whether there was anything.
  bool round();
  // ARM has no effect once numbers_used_up().
  void command(const Command& c) { obey(c, 0, 0); }
  // What an account begins with, as of this message of the exchange.
  void begin_with(std::span<const Command> positions, std::uint64_t number);
  // Sends a cancel for an open order. Returns why it cannot be; empty when it has left.
  std::string cancel(std::uint32_t user_ref);
  void swap(const Bank& bank);
  // Sends cancels for what is open, as the rate allows. Returns how many orders have none yet. While disarmed.
  unsigned cancel_open();
  void end() noexcept { journal_.end(); }

  bool armed() const noexcept { return armed_; }
  bool killed() const noexcept { return killed_; }
  // No order has a number any more: disarmed for good (order_numbers.h).
  bool numbers_used_up() const noexcept { return order_numbers_used_up(next_user_ref_); }
  bool feed_good() const noexcept { return market_.good(); }
  // Why it does not arm by itself; empty when it has, or need not.
  std::string waits_for() const;
  const OrderLedger& ledger() const noexcept { return *ledger_; }
  const ManagerCounters& counters() const noexcept { return counts_; }
  std::span<const std::uint64_t> rejections() const noexcept { return rejects_; }  // by Reason
  const std::vector<std::string>& messages() const noexcept { return messages_; }
  // Whether a process of the strategy is there.
  bool present(std::size_t source) const noexcept { return sources_[source].present; }

 private:
  struct Source {
    std::string name;
    std::optional<ipc::Segment> segment;
    IntentRing* ring = nullptr;
    std::uint64_t generation = 0;   // of the segment when it was last looked at
    std::uint32_t last_intent = 0;  // journalled
    bool present = false;
  };

  void recover();
  bool answers();
  bool intents(std::size_t index);
  void look_after(std::size_t index);
  void take(std::size_t index, const IntentRecord& r);
  Refusal refuses(const IntentRecord& r, std::uint64_t now) const;
  void answer(const Command& c, std::uint64_t of_exchange);
  void obey(const Command& c, std::uint64_t of_exchange, std::uint32_t tag);
  void give(CommandOp op, std::uint32_t tag = 0);
  void exchange_lost();
  void send(const Event& e);
  void host_cancel(const OrderLedger::Order& order);
  void tell(std::uint64_t number, const OrderUpdate& u, std::uint16_t source, std::uint32_t incarnation);
  void publish_status();
  bool may_arm() const;
  Cycles now_cycles() noexcept;
  void stats(std::uint64_t now);
  const Bank& bank() const noexcept { return banks_[active_]; }

  const CoreConfig& config_;
  const LiveOptions& live_;
  const ProcessOptions& options_;
  OrderJournal journal_;
  PacketSender* sender_;
  ExchangeSession& exchange_;
  ipc::Segment segment_;
  SharedOrders& shared_;
  OrderMessages::Writer messages_out_;
  ipc::Stats stats_;

  Counters core_counters_;
  std::array<Bank, 2> banks_;
  unsigned active_ = 0;
  std::unique_ptr<Risk> risk_;
  std::unique_ptr<OrderLedger> ledger_;
  std::vector<KnownOrder> known_;  // by user_ref modulo Risk::kOpenSlots
  OrderFrameBuilder frames_;
  std::vector<Source> sources_;
  std::uint32_t next_user_ref_ = 0;    // after the last order's
  RecoveredOrders::Answers answered_;  // that the exchange will give once more
  MarketFollower market_;

  std::uint64_t epoch_ = 0;
  Cycles last_{};
  bool armed_ = false, killed_ = false, auto_arm_ = false;
  std::uint64_t look_ = 0, next_stats_ = 0;
  Cycles next_cancel_{};
  ManagerCounters counts_;
  std::vector<std::string> messages_;
  std::vector<std::pair<std::atomic<std::uint64_t>*, const std::uint64_t*>> shared_counts_;
  std::array<std::atomic<std::uint64_t>*, 14> shared_rejects_{};
  std::array<std::uint64_t, 14> rejects_{};
  std::atomic<std::uint64_t>& shared_open_;
  std::atomic<std::uint64_t>& shared_armed_;
  std::atomic<std::uint64_t>& shared_killed_;
  ipc::SharedHistogram& intent_age_;
  ipc::SharedHistogram& work_;
};

}  // namespace twinpath
