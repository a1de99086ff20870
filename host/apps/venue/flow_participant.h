// A simulated participant of a venue: what it does next, and its OUCH client.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/apps/venue/venue_config.h"
#include "host/session/ouch_client.h"
#include "host/session/soup_tcp.h"
#include "host/venue/random.h"

namespace twinpath {

// What all simulated participants believe a symbol is worth: what it last traded at. 1/10,000 dollar.
struct FlowSymbol {
  Text<8> name{};
  std::uint32_t tick = 100;
  std::uint32_t lot = 1;
  std::int64_t low = 0, high = 0;  // orders are within, both included
  std::int64_t last = 0;
  std::int64_t slow = 0;  // follows `last`, an eighth of the way whenever somebody looks
  std::uint64_t match =
      0;  // of the trade that made `last`: the sellers' and the buyers' word of it may come in any order
  std::int64_t held = 0;  // shares of all participants together; once all have heard of a trade, it is as before
};

enum class FlowRole : std::uint8_t {
  noise,     // orders about the last price, some that trade at once, cancels
  momentum,  // takes what is there in the direction of the last trades
  maker,     // quotes both sides, lower when it is long and higher when it is short
};
std::string_view to_string(FlowRole role) noexcept;

struct FlowCounters {
  std::uint64_t sent = 0;  // requests
  std::uint64_t fills = 0;
  std::uint64_t accepted = 0;
  std::uint64_t rejected = 0;
  std::uint64_t logins = 0;
};

class FlowParticipant final : private session::OuchOrdersListener {
 public:
  // `symbols` outlives it, and is shared.
  FlowParticipant(const gateway::OuchLogin& login, std::string name, FlowRole role, std::uint64_t seed,
                  std::vector<FlowSymbol>& symbols, session::EventLoop& loop, const net::Endpoint& venue);

  void start();
  // Moves what there is to move: whenever something was sent, and at next_deadline().
  void turn();
  Nanoseconds next_deadline() const noexcept { return tcp_.next_deadline(); }
  // One request, or nothing when none makes sense. False when not trading.
  bool act();
  // Trading, and all that it asked for is answered.
  bool quiet() const noexcept { return waiting_.empty() && client_.state() == session::OuchClient::State::trading; }
  // A cancel for each open order, as far as there is room; true when there is none left and none unanswered.
  bool wind_down();

  const std::string& name() const noexcept { return name_; }
  FlowRole role() const noexcept { return role_; }
  const session::OuchClient& client() const noexcept { return client_; }
  const FlowCounters& counters() const noexcept { return counters_; }

 private:
  // Its process is its memory: after its end, the venue's replay tells everything again.
  struct NoStore final : session::OuchStore {
    void keep(session::OuchRecord, std::uint64_t, std::span<const std::uint8_t>) override {}
  };
  struct Open {
    std::uint32_t user_ref;
    std::size_t symbol;
    char side;
  };

  void changed(const session::OuchOrder& order, const session::OuchChange& change) override;
  bool enter(std::size_t symbol, char side, std::int64_t price, char time_in_force);
  bool cancel(std::uint32_t user_ref);
  bool cancel_oldest(std::size_t symbol);
  bool quote(std::size_t symbol);
  bool follow(std::size_t symbol);
  bool wander(std::size_t symbol);

  std::string name_;
  FlowRole role_;
  venue::Random random_;
  std::vector<FlowSymbol>& symbols_;
  NoStore store_;
  session::OuchClient client_;
  session::SoupTcpClient tcp_;
  std::map<Text<8>, std::size_t> places_;
  std::deque<Open> open_;                            // oldest first
  std::unordered_map<std::uint32_t, bool> waiting_;  // orders whose request is unanswered; true: until they are done
  FlowCounters counters_;
  session::OuchClient::State state_ = session::OuchClient::State::offline;
};

}  // namespace twinpath
