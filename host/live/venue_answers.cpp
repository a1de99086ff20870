// What an exchange's OUCH answers are to the path, and what there is to know of the session.
#include "host/live/venue_session.h"

namespace twinpath {

using session::OrderChange;
using session::OuchClient;

void VenueSession::describe(ExchangeStatus& s) const {
  const session::OuchOrders& orders = client_.orders();
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
      s.state = trading() ? "trading" : "resolving";
      if (copy_ && reconciled_attempt_ != client_.soup().attempt()) s.state = "reconciling";
      break;
  }
  s.loss = to_string(client_.soup().loss());
  s.session = session::session_name(client_.soup().session());
  s.next_sequence = client_.soup().next_sequence();
  s.attempts = client_.soup().attempt();
  s.unanswered = pending_.size();
  s.cash = 0;
  for (const auto& [symbol, p] : orders.positions()) s.cash += p.cash;
  s.told_again = orders.duplicates();
  s.disagreements = orders.disagreements();
  if (s.disagreements != 0) s.first_disagreement = orders.first_disagreement();
}

void VenueSession::changed(const session::OuchOrder& o, const session::OuchChange& change) {
  if (resumed_ ? client_.answered() <= heard_ : !is_ready()) return;  // known, or the path has yet to begin
  settle(o.user_ref, order);
  switch (change.what) {
    case OrderChange::accepted:
      tell_accepted(o.user_ref, o.quantity);
      break;
    case OrderChange::executed:
      tell_executed(o.user_ref, o.symbol, change.quantity, change.price);
      break;
    case OrderChange::broken:
      tell_position(o.symbol);
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
  tell_done(o.user_ref);
}

std::optional<std::int64_t> VenueSession::shares(const Text<8>& symbol) const {
  const auto p = client_.orders().positions().find(symbol);
  if (p == client_.orders().positions().end()) return std::nullopt;
  return p->second.shares;
}

}  // namespace twinpath
