// The venue's FIX gateway: participants' sessions at one end, the market at the other. Of the venue's one thread.
//
//   FixGateway fix(options);
//   MarketHub hub(..., {&fix, ...}, ...);   // what recovery tells is told to it before start()
//   fix.start(hub, &accounts, now);
//   loop: fix.poll(now)
//
// A message counts as received once the market has its request, and a report as given once the session keeps it: when
// the process ends between the two, recovery tells what had not been told, and the counterparty sends again what had
// not been received, which the market then has already and is not asked for twice.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/session/fix/fix_engine.h"
#include "host/venue/fix/fix_orders.h"
#include "host/venue/gateway/market_hub.h"
#include "host/venue/gateway/ouch_accounts.h"

namespace twinpath::venue {

struct FixParticipant {
  std::uint32_t participant = 0;  // the market's number of it; a participant has one session
  std::string comp_id;            // the TargetCompID of what it is sent
  FixVersion version = FixVersion::v42;
  std::string password;  // FixSessionOptions; empty: none is asked for
  market::SelfTrade self_trade = market::SelfTrade::allow;
  bool cancel_on_disconnect = false;  // a session that is gone takes the participant's orders with it
};

struct FixGatewayOptions {
  std::filesystem::path folder;  // made when it is not there; of this gateway alone
  std::string address;           // IPv4; empty: all
  std::uint16_t port = 0;
  std::string comp_id = "TWINPATH";
  std::vector<FixParticipant> participants;
  // After a start with orders of an earlier process: how long their owners have to come back before they are cancelled.
  Nanoseconds return_within{10'000'000'000};
  session::LoginLimit login_limit;  // these five: FixEngineOptions
  unsigned messages_a_second = 0;
  unsigned logon_timeout = 10;
  std::size_t most_message = 1 << 16;
  std::size_t most_connections = 256;
  bool reset_on_logon = false;  // for tests: FixEngineOptions
};

class FixGateway final : public gateway::MarketListener, private session::FixEvents {
 public:
  // Throws std::runtime_error that names the option or file.
  explicit FixGateway(FixGatewayOptions options);
  ~FixGateway() override;

  void market_did(const Request& request, std::span<const Execution> executions) override;
  // Listens, and tells what had not been told. `hub` outlives it, and so does `accounts`: streams that have room for so
  // much of what participants do (null: there are none). Throws std::runtime_error.
  void start(gateway::MarketHub& hub, const gateway::OuchAccounts* accounts, Nanoseconds now);
  // Does all that can be done without waiting. True: there is more to do at once.
  bool poll(Nanoseconds now);
  // Logs everybody out, waiting up to so many milliseconds. Nothing is cancelled for them: the market goes on another
  // time.
  void stop(int wait);
  // Cuts the participant's connection off; false when there is none.
  bool kick(std::uint32_t participant);

  // After start(). Readable when poll() has something to do; it is to be called every 100 ms in any case.
  int descriptor() const { return engine_->descriptor(); }
  std::uint16_t port() const { return engine_->port(); }
  std::size_t connections() const { return engine_->connections(); }
  bool connected(std::uint32_t participant) const noexcept;
  const session::FixCounters& counters() const { return engine_->counters(); }
  std::uint64_t recovered() const noexcept { return recovered_; }  // reports that recovery found untold
  std::uint64_t cancelled() const noexcept { return cancelled_; }  // times that a disconnection cancelled orders
  std::uint64_t day_full() const noexcept { return day_full_; }    // orders and replaces refused for want of room

 private:
  struct Untold {
    FixMessage report;
    std::uint64_t number, time;  // of the execution
  };
  struct Member {
    FixParticipant who;
    FixOrders orders;
    int file = -1;               // of the number of the last execution that was told
    std::uint64_t told = 0;      // that number
    bool tell_all = true;        // false: there was no file, what was before is nobody's concern
    std::uint64_t seen = 0;      // the last execution's
    std::vector<Untold> untold;  // by recovery
    bool came_back = false;      // since the start
  };

  session::FixVerdict message(std::size_t session, const FixMessage& message) override;
  void logged_on(std::size_t session) override { members_[session].came_back = true; }
  void logged_off(std::size_t session) override;

  const Member* member(std::uint32_t participant) const noexcept;
  Member* member(std::uint32_t participant) noexcept {
    return const_cast<Member*>(static_cast<const FixGateway*>(this)->member(participant));
  }
  void cancel_for(Member& m);
  void tell_untold(std::size_t session);
  void open(Member& m);
  void told(Member& m, std::uint64_t number);
  std::string utc(std::uint64_t time) const;

  FixGatewayOptions options_;
  std::vector<Member> members_;              // as the engine's sessions
  std::vector<std::size_t> by_participant_;  // index in members_ and 1; 0: none
  std::unique_ptr<session::FixEngine> engine_;
  gateway::MarketHub* hub_ = nullptr;
  const gateway::OuchAccounts* accounts_ = nullptr;
  std::uint64_t midnight_ = 0;  // from which the hub's times count: nanoseconds since 1970
  std::optional<Nanoseconds> return_by_;
  bool stopping_ = false;
  std::uint64_t recovered_ = 0, cancelled_ = 0, day_full_ = 0;
};

}  // namespace twinpath::venue
