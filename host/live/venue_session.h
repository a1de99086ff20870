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
// Cancel): then nothing is open, the positions are those of the account's executions, and the path may begin. Who has
// kept every order before it was sent goes on with them instead (resume): what the exchange has said since comes as
// answers, by its messages' numbers, and what has no answer is resolved as after a lost connection.
//
// After each login the account's drop copy, read from the day's first message on by nobody who keeps anything, must
// come to the same positions and cash: a difference stays for the operator to resolve, and nothing is decided
// meanwhile.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "host/core/config.h"
#include "host/core/spsc_ring.h"
#include "host/live/account_session.h"
#include "host/order/order_frame.h"
#include "host/session/ouch_client.h"
#include "host/session/ouch_journal.h"
#include "host/session/soup_tcp.h"

namespace twinpath {

// A request as it is in its frame.
struct SentRequest {
  std::uint32_t user_ref = 0;
  std::uint8_t size = 0;
  std::array<std::uint8_t, 47> bytes{};
};

class VenueSession final : public AccountSession, private session::OuchOrdersListener {
 public:
  // Recalls the journal and begins to connect; `resumed`, in resume(). Throws FileError and std::runtime_error on what
  // is wrong with it.
  VenueSession(const ExchangeOptions& options, const CoreConfig& config, Begin begin = Begin::anew);
  // Logs out. What is open stays open.
  ~VenueSession() override { end_thread(); }
  VenueSession(const VenueSession&) = delete;
  VenueSession& operator=(const VenueSession&) = delete;

  // Allocates nothing; calls the kernel only where orders go over the connection, to wake its thread.
  void sent(const Event& event) override;
  // Throws std::runtime_error when it does not fit the account's journal.
  bool resume(const Kept& kept) override;

 private:
  // An order in a frame without an answer, or a cancel of an order that is not over.
  struct Pending {
    SentRequest request;
    Nanoseconds due{};          // to be resolved
    std::uint64_t attempt = 0;  // the connection that this was last tried on; 0: none
  };
  enum Kind : bool { order, cancel };

  void resume(const Kept::Order& order, Nanoseconds now);
  SentRequest request_of(const Event& event) noexcept;
  void changed(const session::OuchOrder& order, const session::OuchChange& change) override;
  void connect() override;
  void round(Nanoseconds now) override;
  void leave() override;
  void describe(ExchangeStatus& s) const override;
  std::uint64_t answered() const noexcept override { return client_.answered(); }
  std::optional<std::int64_t> shares(const Text<8>& symbol) const override;

  void take_sent(Nanoseconds now);
  void take_order(const SentRequest& request, Nanoseconds now);
  void take_cancel(const SentRequest& request, Nanoseconds now);
  void open(Nanoseconds now);
  void settle(std::uint32_t user_ref, Kind kind) { pending_.erase({user_ref, kind}); }
  Nanoseconds resolve(Nanoseconds now);
  bool resolve(const std::pair<std::uint32_t, Kind>& key, const SentRequest& request, Nanoseconds now);
  void reconcile();
  bool settled();

  OrderFrameBuilder frames_;  // the trading thread's
  SpscRing<SentRequest> out_{kRequests};

  // The session's thread.
  session::OuchJournal journal_;
  session::OuchClient client_;
  session::SoupTcpClient link_;
  std::map<std::pair<std::uint32_t, Kind>, Pending> pending_;  // an order in front of its cancel
  std::uint64_t cleared_attempt_ = 0;                          // the connection that the Mass Cancel went on
  std::uint32_t clearing_ = 0;                                 // its number
  std::uint64_t login_ = 0;                                    // the last connection that traded
  std::uint64_t reconciled_attempt_ = 0;                       // the connection on which positions were last compared
  bool resolving_ = false;                                     // what was unanswered on the connection before still is
  bool resumed_ = false;
  std::uint64_t heard_ = 0;  // resumed: the exchange's messages up to this one have been given
};

}  // namespace twinpath
