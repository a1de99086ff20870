// How a session with an exchange finds out what became of what has no answer, and of what an earlier process sent, and
// whether positions agree.
#include <algorithm>
#include <array>

#include "host/live/venue_session.h"

namespace twinpath {
namespace {

using session::OuchClient;

// After so long what could not be sent is tried again.
constexpr Nanoseconds kAgain{1'000'000};
// OUCH 5.0: immediate or cancel, and the lowest and highest prices on a grid of cents.
constexpr char kImmediate = '3';
constexpr std::uint64_t kLowest = 100, kHighest = 1'999'999'900;

}  // namespace

// Sees to what has been without an answer for too long. Returns when the next will have been.
Nanoseconds VenueSession::resolve(Nanoseconds now) {
  Nanoseconds next = session::kNever;
  const std::uint64_t attempt = client_.soup().attempt();
  if (client_.state() != OuchClient::State::trading) return next;
  for (auto& [key, p] : pending_) {
    if (p.attempt == attempt) continue;
    // What was sent before this connection has waited long enough.
    if (now < p.due && attempt == login_) {
      next = std::min(next, p.due);
    } else if (resolve(key, p.request, now)) {
      p.attempt = attempt;
    } else {
      next = now + kAgain;
    }
  }
  if (attempt != login_) {
    login_ = attempt;
    resolving_ = true;
  }
  link_.turn();
  return next;
}

bool VenueSession::resolve(const std::pair<std::uint32_t, Kind>& key, const SentRequest& request, Nanoseconds now) {
  const auto bytes = std::span(request.bytes).first(request.size);
  if (key.second == cancel) {
    // Over the connection it waits for the order's own answer.
    const bool sent = carries() ? client_.send_bytes(bytes, now) : client_.resend(bytes, now);
    repeated_ += sent && (!carries() || now != pending_.at(key).due);
    return sent;
  }
  auto m = ouch::EnterOrder::read(bytes.data());
  m.time_in_force = kImmediate;
  m.price = m.side == 'B' ? kLowest : kHighest;
  std::array<std::uint8_t, ouch::EnterOrder::kLength> without;
  m.write(without.data());
  if (!client_.resend(without, now)) return false;
  ++voided_;
  return true;
}

// ---- a process that goes on with the orders of the one before, whose thread has yet to begin ----

bool VenueSession::resume(const Kept& kept) {
  resumed_ = true;
  heard_ = kept.answered;
  resume_path(kept);
  client_.tell_recalled();
  journal_.recall(client_);
  check_kept(kept, client_.orders().next_user_ref());
  const Nanoseconds now = session::EventLoop::now();
  for (const Kept::Order& o : kept.open) resume(o, now);
  begin_thread();
  return true;
}

void VenueSession::resume(const Kept::Order& o, Nanoseconds now) {
  const std::uint32_t user_ref = o.sent.user_ref;
  const SentRequest request = request_of(o.sent);
  if (client_.orders().find(user_ref) == nullptr && !carries())
    client_.note(std::span(request.bytes).first(request.size));
  const session::OuchOrder* const known = client_.orders().find(user_ref);
  if (known == nullptr || is_done(known->state)) {
    // Over the connection, what was not kept did not leave.
    return tell_done(user_ref);
  }
  if (known->state == session::OrderState::sent && !carries())
    pending_[{user_ref, order}] = {request, now + options_.answer_within};
  if (!o.cancel_sent) return;
  Event e{};
  e.kind = static_cast<std::uint8_t>(EventKind::cancel);
  e.user_ref = user_ref;
  pending_[{user_ref, cancel}] = {request_of(e), now + options_.answer_within};
}

// What the exchange says of the account must come to what we have, at the same message.
void VenueSession::reconcile() {
  const std::uint64_t attempt = client_.soup().attempt();
  if (!copy_ || client_.state() != OuchClient::State::trading || reconciled_attempt_ == attempt) return;
  copy_->check_login();
  if (copy_->next_sequence() != client_.soup().next_sequence()) return;
  difference_ = client_.orders().compare(copy_->orders().positions());
  reconciled_attempt_ = attempt;
  ++reconciled_;
}

}  // namespace twinpath
