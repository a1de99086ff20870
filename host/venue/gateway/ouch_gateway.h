// OUCH 5.0 over SoupBinTCP: logins, the orders of participants and their streams, drop copies, cancel on disconnect.
//
// Of a participant's trading logins one is connected at a time: a later login takes over, and the connection before is
// cut off before anything it still sends is read. Any number of drop copies may read along.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/session/login_guard.h"
#include "host/venue/gateway/drop_copies.h"
#include "host/venue/gateway/ouch_entry.h"
#include "host/venue/gateway/soup_service.h"

namespace twinpath::gateway {

struct OuchLogin {
  std::string name;      // at most 6 letters and digits, whatever their case
  std::string password;  // at most 10
  std::uint32_t participant = 0;
  bool drop_copy = false;                   // reads the participant's stream, and may send nothing
  std::optional<std::size_t> executions{};  // of a drop copy: which of DropCopies it reads instead
};

struct LoginCheck {
  const OuchLogin* login = nullptr;  // of this name and password; null: there is none
  bool locked_out = false;           // too many wrong ones came from there: it was not looked at
};
// SoupBinTCP 2.2.3: without regard to case. `from`: the client's address.
LoginCheck check_login(const std::vector<OuchLogin>& logins, session::LoginGuard& guard,
                       const soup::LoginRequest& request, std::uint32_t from, Nanoseconds now);

struct OuchGatewayOptions {
  std::vector<OuchLogin> logins;
  session::LoginLimit login_limit{};
  std::vector<bool> cancel_on_disconnect;  // by participant, from 1
  std::uint32_t messages_a_second = 0;     // of a connection; whoever is over it is cut off. 0: any number
  std::uint32_t burst = 1;
  // After a start with orders of an earlier process: how long their owners have to come back before they are cancelled.
  Nanoseconds return_within{10 * session::kSecond.value};
  session::SoupServerOptions soup;
};

class OuchConnection;

class OuchGateway final : public SoupService {
 public:
  // `entry` and `copies` outlive it. A process begins at `now`.
  OuchGateway(OuchGatewayOptions options, OuchEntry& entry, const DropCopies& copies, Nanoseconds now);

  std::unique_ptr<SoupConnection> accept(Nanoseconds now, std::uint32_t from) override;
  const session::SoupServerCounters& counters() const override { return counters_; }

  // Cancels for those who have not come back. Cheap enough for every round.
  void advance(Nanoseconds now);
  // Nothing is cancelled for connections that end from here on: the venue stops, and its market goes on another time.
  void stop() noexcept { stopping_ = true; }
  // Cuts the participant's trading connection off; false when there is none.
  bool kick(std::uint32_t participant);

  bool connected(std::uint32_t participant) const noexcept { return traders_[participant] != nullptr; }
  std::uint64_t taken_over() const noexcept { return taken_over_; }
  std::uint64_t cancelled() const noexcept { return cancelled_; }  // times that a disconnection cancelled orders

 private:
  friend class OuchConnection;

  void logged_in(OuchConnection& c);
  void gone(OuchConnection& c);
  void cancel_for(std::uint32_t participant);

  OuchGatewayOptions options_;
  OuchEntry& entry_;
  const DropCopies& copies_;
  session::LoginGuard guard_;
  session::SoupServerCounters counters_;
  std::vector<OuchConnection*> traders_;  // by participant; [0] is nobody's
  std::vector<bool> came_back_;           // likewise
  std::optional<Nanoseconds> return_by_;
  bool stopping_ = false;
  std::uint64_t taken_over_ = 0, cancelled_ = 0;
};

}  // namespace twinpath::gateway
