// What an exchange's answers are to the path: commands (SEM 2.9); and what there is to know of the session.
#include <algorithm>
#include <limits>

#include "host/live/venue_session.h"

namespace twinpath {

using session::OrderChange;
using session::OuchClient;

void VenueSession::publish() {
  const session::OuchOrders& orders = client_.orders();
  const std::lock_guard lock(mutex_);
  ExchangeStatus& s = status_;
  switch (client_.state()) {
    case OuchClient::State::offline:
      s.state = "offline";
      break;
    case OuchClient::State::resolving:
      s.state = "resolving";
      break;
    case OuchClient::State::over:
      s.state = "over";
      break;
    case OuchClient::State::trading:
      s.state = trading_ ? "trading" : "resolving";
      if (copy_ && reconciled_attempt_ != client_.soup().attempt()) s.state = "reconciling";
      break;
  }
  if (wrong_) s.state = difference_.empty() ? "disagrees" : "differs";
  if (failed_) s.state = "failed";
  s.loss = to_string(client_.soup().loss());
  s.session = session::session_name(client_.soup().session());
  s.next_sequence = client_.soup().next_sequence();
  s.attempts = client_.soup().attempt();
  s.unanswered = pending_.size();
  s.open_orders = leaves_.size();
  s.cash = 0;
  for (const auto& [symbol, p] : orders.positions()) s.cash += p.cash;
  s.voided = voided_;
  s.repeated = repeated_;
  s.lost = lost_;
  s.reconciled = reconciled_;
  s.difference = difference_;
  s.disagreements = orders.disagreements();
  if (s.disagreements != 0) s.first_disagreement = orders.first_disagreement();
}

void VenueSession::changed(const session::OuchOrder& o, const session::OuchChange& change) {
  if (!ready_) return;  // the path has yet to begin
  settle(o.user_ref, order);
  const auto slot = leaves_.find(o.user_ref);
  switch (change.what) {
    case OrderChange::accepted:
      // It may be here before sent() has told of it.
      if (slot == leaves_.end() && o.user_ref >= first_user_ref_) leaves_[o.user_ref] = o.quantity;
      give(CommandOp::ack, o.user_ref);
      break;
    case OrderChange::executed:
      if (slot == leaves_.end()) {
        give_position(o.symbol);  // of an order that is over for the path
      } else {
        give(CommandOp::fill, o.user_ref, change.quantity, change.price);
        slot->second -= std::min(slot->second, change.quantity);
        if (slot->second == 0) leaves_.erase(slot);
      }
      break;
    case OrderChange::broken:
      give_position(o.symbol);
      break;
    case OrderChange::cancel_refused:
    case OrderChange::cancel_pending:
      settle(o.user_ref, cancel);
      break;
    default:
      break;
  }
  if (!is_done(o.state)) return;
  settle(o.user_ref, cancel);
  if (leaves_.erase(o.user_ref) != 0) give(CommandOp::done, o.user_ref);
}

void VenueSession::give(CommandOp op, std::uint32_t user_ref, std::uint32_t quantity, std::uint64_t price) {
  Command c;
  c.op = op;
  c.user_ref = user_ref;
  c.quantity = quantity;
  c.price = static_cast<std::uint32_t>(std::min<std::uint64_t>(price, std::numeric_limits<std::uint32_t>::max()));
  answers_.push_back({c, answered_life_});
}

void VenueSession::give_position(const Text<8>& symbol) {
  if (const auto p = position_of(symbol)) answers_.push_back({*p, answered_life_});
}

std::optional<Command> VenueSession::position_of(const Text<8>& symbol) const {
  const auto index = symbols_.find(symbol);
  const auto p = client_.orders().positions().find(symbol);
  if (index == symbols_.end() || p == client_.orders().positions().end()) return std::nullopt;
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  Command c;
  c.op = CommandOp::position;
  c.symbol = index->second;
  c.price = static_cast<std::uint32_t>(static_cast<std::int32_t>(std::clamp(p->second.shares, -kMost, kMost)));
  return c;
}

void VenueSession::hand_over() {
  while (!answers_.empty()) {
    PathAnswer* const slot = in_.claim();
    if (slot == nullptr) return;
    *slot = answers_.front();
    in_.publish();
    answers_.pop_front();
  }
}

}  // namespace twinpath
