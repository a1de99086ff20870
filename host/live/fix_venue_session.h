// A session with an exchange that takes orders in FIX 4.2 or 4.4 (host/session/fix/fix_client.h).
//
// Orders leave over the session's connection. An order's ClOrdID is that of its OUCH frame, without spaces: the
// configured prefix and its number in hexadecimal; those of cancels have an X behind the prefix. A thread of its own
// keeps each in the account's journal, reads the reports and reconnects. What has no answer when a connection is lost
// is not sent again: it is gap-filled when the exchange asks for it, and its status asked for. Nothing is decided until
// all of that is answered.
//
// It begins by cancelling what an earlier process left open, order by order: then the path may begin. Who has kept
// every order before it was sent goes on with them instead (resume): what the exchange has said since, by the account's
// journal, comes as answers, and what has no answer is asked for as after a lost connection.
//
// FIX tells no positions. After each logon the exchange's CumQty of every order must be what it told of its executions,
// one by one: with a drop copy, of those that may yet trade, and the drop copy, read from the day's first message on,
// must come to the same positions and cash; without one, of all orders that ever traded.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/core/config.h"
#include "host/core/spsc_ring.h"
#include "host/live/account_session.h"
#include "host/session/fix/fix_client.h"

namespace twinpath {

// An order, or a cancel of one, that is to leave.
struct LeavingRequest {
  std::uint32_t user_ref = 0, quantity = 0, price = 0;
  std::uint16_t symbol = 0;
  Side side = Side::buy;
  bool cancel = false;
};

class FixVenueSession final : public AccountSession, private session::FixClientListener {
 public:
  // Recalls the journal and begins to connect; `resumed`, in resume(). Throws what FixClient does; in a build without
  // QuickFIX, std::runtime_error that says how to get it.
  FixVenueSession(const ExchangeOptions& options, const CoreConfig& config, Begin begin = Begin::anew);
  // Logs out. What is open stays open.
  ~FixVenueSession() override { end_thread(); }
  FixVenueSession(const FixVenueSession&) = delete;
  FixVenueSession& operator=(const FixVenueSession&) = delete;

  // Allocates nothing; calls the kernel to wake the session's thread.
  void sent(const Event& event) override;
  // Throws std::runtime_error when it does not fit the account's journal.
  bool resume(const Kept& kept) override;

 private:
  void start();
  void resume(const Kept::Order& order);
  void check_open(const Kept& kept) const;
  void changed(const session::FixOrder& order, const session::FixChange& change) override;
  void connect() override {}
  void round(Nanoseconds now) override;
  void leave() override;
  void describe(ExchangeStatus& s) const override;
  std::uint64_t answered() const noexcept override { return client_.answered(); }
  std::optional<std::int64_t> shares(const Text<8>& symbol) const override;

  void take_sent();
  void take_order(const LeavingRequest& request);
  void open(Nanoseconds now);
  void send_cancels();
  void reconcile(Nanoseconds now);
  bool reconciled() const { return compared_logon_ == client_.logons(); }
  std::string name_of(std::uint32_t user_ref) const;
  // Of an order of ours, by its name; 0: none.
  std::uint32_t user_ref_of(std::string_view name) const;

  SpscRing<LeavingRequest> out_{kRequests};

  // The session's thread.
  const std::vector<std::string> symbols_;
  const std::string prefix_;  // of ClOrdIDs
  const char time_in_force_;
  session::FixClient client_;
  std::set<std::uint32_t> unanswered_;              // orders
  std::map<std::uint32_t, std::uint64_t> cancels_;  // without an answer: the logon each was last sent on; 0: none
  std::uint32_t highest_ = 0;                       // number of any order that was to leave
  bool resumed_ = false;
  std::uint64_t recalled_ = 0;        // disagreements of the journal, before anything came
  Nanoseconds clear_at_{};            // when orders of an earlier process are cancelled again
  std::uint64_t compared_logon_ = 0;  // on which positions were last compared
  // Of the comparison that goes on: since when, since when nothing has come, and what had come by then.
  std::optional<Nanoseconds> begun_;
  Nanoseconds quiet_since_{};
  std::pair<std::uint64_t, std::uint64_t> told_;
};

}  // namespace twinpath
