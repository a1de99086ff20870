// The venue's FIX gateway: participants' sessions at one end, the market at the other. Of the venue's one thread.
//
//   FixGateway gateway(options);
//   LoggedMarket market(..., {.on_replayed = [&](r, e) { gateway.replayed(r, e); }});
//   gateway.start(market.market());
//   loop: gateway.poll(market.market(), now, submit), where submit(request) applies it and gives what it caused to
//   every
//         gateway, this one by executed().
//
// A message counts as received once the market has its request, and a report as given once the session keeps it: when
// the process ends between the two, recovery tells what had not been told, and the counterparty sends again what had
// not been received, which the market then has already and is not asked for twice.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/session/fix/fix_engine.h"
#include "host/venue/fix/fix_orders.h"

namespace twinpath::venue {

struct FixParticipant {
  std::uint32_t participant = 0;  // the market's number of it; a participant has one session
  std::string comp_id;            // the TargetCompID of what it is sent
  FixVersion version = FixVersion::v42;
};

struct FixGatewayOptions {
  std::filesystem::path folder;  // made when it is not there; of this gateway alone
  std::string address;           // IPv4; empty: all
  std::uint16_t port = 0;
  std::string comp_id = "TWINPATH";
  std::vector<FixParticipant> participants;
  market::SelfTrade self_trade = market::SelfTrade::allow;
  bool cancel_on_logout = false;  // a session that is gone takes the participant's orders with it
  bool reset_on_logon = false;    // for tests: FixEngineOptions
  // Of the venue's midnight, from which the market's times count: nanoseconds since 1970.
  std::uint64_t midnight = 0;
};

class FixGateway final : private session::FixEvents {
 public:
  using Submit = std::function<void(const Request&)>;

  // Throws std::runtime_error that names the option or file.
  explicit FixGateway(FixGatewayOptions options);
  ~FixGateway() override;

  // What recovery applies again, in its order, before start().
  void replayed(const Request& request, std::span<const Execution> executions);
  // Listens, and tells what had not been told. Throws std::runtime_error.
  void start(const market::Market& market);
  // Does all that can be done without waiting; `now`: nanoseconds since midnight. True: there is more to do at once.
  bool poll(const market::Market& market, std::uint64_t now, const Submit& submit);
  // What the market says, whoever asked.
  void executed(std::span<const Execution> executions);
  void set_midnight(std::uint64_t midnight) noexcept { options_.midnight = midnight; }
  // Logs everybody out, waiting up to so many milliseconds.
  void stop(int wait);

  // After start(). Readable when poll() has something to do; it is to be called every 100 ms in any case.
  int descriptor() const { return engine_->descriptor(); }
  std::uint16_t port() const { return engine_->port(); }
  bool has_client(std::size_t session) const { return engine_->logged_on(session); }
  const session::FixCounters& counters() const { return engine_->counters(); }
  // Reports that recovery found untold.
  std::uint64_t recovered() const noexcept { return recovered_; }

 private:
  struct Member {
    FixParticipant who;
    FixOrders orders;
    int file = -1;                   // of the number of the last execution that was told
    std::uint64_t told = 0;          // that number
    bool tell_all = true;            // false: there was no file, what was before is nobody's concern
    std::uint64_t seen = 0;          // the last execution's
    std::vector<FixMessage> untold;  // by recovery; of the executions below
    std::vector<std::uint64_t> untold_numbers;
  };

  session::FixVerdict message(std::size_t session, const FixMessage& message) override;
  void logged_on(std::size_t) override {}
  void logged_off(std::size_t session) override;

  Member* member(std::uint32_t participant) noexcept;
  void open(Member& m);
  void told(Member& m, std::uint64_t number);
  std::string utc(std::uint64_t time) const;

  FixGatewayOptions options_;
  std::vector<Member> members_;              // as the engine's sessions
  std::vector<std::size_t> by_participant_;  // index in members_ and 1; 0: none
  std::unique_ptr<session::FixEngine> engine_;
  std::uint64_t recovered_ = 0;

  // ---- of the poll at hand ----
  const market::Market* market_ = nullptr;
  const Submit* submit_ = nullptr;
  std::uint64_t now_ = 0;
};

}  // namespace twinpath::venue
