#include "host/apps/venue/flow_participant.h"

#include <algorithm>
#include <array>
#include <utility>

namespace twinpath {
namespace {

using session::OrderChange;
using session::OrderState;

// Of a participant, in all symbols.
constexpr std::size_t kMostOpen = 64;

session::SoupClientOptions options_of(const gateway::OuchLogin& login, std::uint64_t seed) {
  session::SoupClientOptions o;
  o.username = make_text<6>(login.name);
  o.password = make_text<10>(login.password);
  o.backoff_last = session::kSecond;
  o.seed = seed;
  return o;
}

}  // namespace

std::string_view to_string(FlowRole role) noexcept {
  constexpr std::array<std::string_view, 3> kNames{"noise", "momentum", "maker"};
  return kNames[static_cast<std::size_t>(role)];
}

FlowParticipant::FlowParticipant(const gateway::OuchLogin& login, std::string name, FlowRole role, std::uint64_t seed,
                                 std::vector<FlowSymbol>& symbols, session::EventLoop& loop, const net::Endpoint& venue)
    : name_(std::move(name)),
      role_(role),
      random_(seed),
      symbols_(symbols),
      client_(options_of(login, seed), store_, this),
      tcp_(loop, venue, client_.soup()) {
  for (std::size_t i = 0; i < symbols_.size(); ++i) places_[symbols_[i].name] = i;
}

void FlowParticipant::start() { client_.start(session::EventLoop::now()); }

void FlowParticipant::turn() {
  tcp_.turn();
  const auto state = client_.state();
  if (state == session::OuchClient::State::trading && state_ != state) ++counters_.logins;
  state_ = state;
}

void FlowParticipant::changed(const session::OuchOrder& order, const session::OuchChange& change) {
  const auto place = places_.find(order.symbol);
  if (place == places_.end()) return;
  FlowSymbol& s = symbols_[place->second];
  const std::int64_t shares = order.side == 'B' ? std::int64_t{change.quantity} : -std::int64_t{change.quantity};
  if (change.what == OrderChange::executed) {
    ++counters_.fills;
    s.held += shares;
    if (change.match_number > s.match) {
      s.match = change.match_number;
      s.last = static_cast<std::int64_t>(change.price);
    }
  }
  if (change.what == OrderChange::broken) s.held -= shares;
  counters_.rejected += change.what == OrderChange::rejected;
  if (change.what == OrderChange::accepted) {
    ++counters_.accepted;
    open_.push_back({order.user_ref, place->second, order.side});
  }
  if (is_done(order.state)) std::erase_if(open_, [&](const Open& o) { return o.user_ref == order.user_ref; });
  if (const auto w = waiting_.find(order.user_ref); w != waiting_.end()) {
    const bool refused = change.what == OrderChange::cancel_refused || change.what == OrderChange::cancel_unseen;
    if (is_done(order.state) || refused || !w->second) waiting_.erase(w);
  }
}

bool FlowParticipant::enter(std::size_t symbol, char side, std::int64_t price, char time_in_force) {
  const FlowSymbol& s = symbols_[symbol];
  ouch::EnterOrder m;
  m.user_ref_num = client_.orders().next_user_ref();
  m.side = side;
  const std::uint32_t lots = (100 + s.lot - 1) / s.lot;  // about a hundred shares
  m.quantity = s.lot * lots * (1 + random_.below(5));
  m.symbol = s.name;
  m.price = static_cast<std::uint64_t>(std::clamp(price, s.low, s.high));
  m.time_in_force = time_in_force;
  m.display = 'Y';
  m.capacity = 'P';
  m.intermarket_sweep = 'N';
  m.cross_type = 'N';
  m.cl_ord_id = make_text<14>(name_);
  if (!client_.send(m, session::EventLoop::now())) return false;
  ++counters_.sent;
  waiting_[m.user_ref_num] = time_in_force == '3';
  return true;
}

bool FlowParticipant::cancel(std::uint32_t user_ref) {
  if (!client_.send(ouch::CancelOrder{user_ref, 0}, session::EventLoop::now())) return false;
  ++counters_.sent;
  waiting_[user_ref] = true;
  return true;
}

bool FlowParticipant::cancel_oldest(std::size_t symbol) {
  for (const Open& o : open_) {
    if (o.symbol != symbol) continue;
    const session::OuchOrder* const order = client_.orders().find(o.user_ref);
    if (order == nullptr || order->state != OrderState::live) continue;
    return cancel(o.user_ref);
  }
  return false;
}

bool FlowParticipant::act() {
  if (client_.state() != session::OuchClient::State::trading) return false;
  const std::size_t symbol = random_.below(static_cast<std::uint32_t>(symbols_.size()));
  if (open_.size() >= kMostOpen && cancel_oldest(open_.front().symbol)) return true;
  switch (role_) {
    case FlowRole::noise:
      return wander(symbol);
    case FlowRole::momentum:
      return follow(symbol);
    case FlowRole::maker:
      break;
  }
  return quote(symbol);
}

bool FlowParticipant::wander(std::size_t symbol) {
  const FlowSymbol& s = symbols_[symbol];
  const char side = random_.one_in(2) ? 'B' : 'S';
  const std::int64_t away = std::int64_t{s.tick} * random_.below(10), worse = side == 'B' ? -away : away;
  const std::uint32_t what = random_.below(10);
  if (what < 2 && cancel_oldest(symbol)) return true;
  if (what < 5) return enter(symbol, side, s.last - worse, '3');
  return enter(symbol, side, s.last + worse, '0');
}

bool FlowParticipant::follow(std::size_t symbol) {
  FlowSymbol& s = symbols_[symbol];
  const std::int64_t move = s.last - s.slow;
  s.slow += move / 8;
  const bool buy = move == 0 ? random_.one_in(2) : move > 0;
  return enter(symbol, buy ? 'B' : 'S', s.last + (buy ? 3 : -3) * std::int64_t{s.tick}, '3');
}

bool FlowParticipant::quote(std::size_t symbol) {
  const FlowSymbol& s = symbols_[symbol];
  std::size_t buys = 0, sells = 0;
  for (const Open& o : open_) (o.side == 'B' ? buys : sells) += o.symbol == symbol;
  if (buys + sells >= 6 && cancel_oldest(symbol)) return true;
  const auto position = client_.orders().positions().find(s.name);
  const std::int64_t shares = position == client_.orders().positions().end() ? 0 : position->second.shares;
  const std::int64_t skew = std::clamp<std::int64_t>(shares / 1'000, -5, 5) * s.tick;
  const bool buy = buys == sells ? random_.one_in(2) : buys < sells;
  const std::int64_t half = std::int64_t{s.tick} * (1 + random_.below(3));
  return enter(symbol, buy ? 'B' : 'S', s.last - skew + (buy ? -half : half), '0');
}

bool FlowParticipant::wind_down() {
  const auto state = client_.state();
  if (state == session::OuchClient::State::over) return true;
  if (state != session::OuchClient::State::trading) return false;
  for (const Open& o : open_) {
    const session::OuchOrder* const order = client_.orders().find(o.user_ref);
    if (order == nullptr || order->state != OrderState::live) continue;
    if (!cancel(o.user_ref)) break;
  }
  // What is unanswered counts as open.
  return open_.empty() && std::ranges::all_of(client_.orders().positions(), [](const auto& p) {
           return p.second.open_buy == 0 && p.second.open_sell == 0;
         });
}

}  // namespace twinpath
