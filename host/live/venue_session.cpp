#include "host/live/venue_session.h"

#include <algorithm>

namespace twinpath {
namespace {

using session::EventLoop;
using session::OuchClient;

JournalOptions journal_options(const ExchangeOptions& o) {
  JournalOptions j;
  j.folder = o.journal;
  return j;
}

}  // namespace

session::SoupClientOptions soup_options(const ExchangeOptions& o) {
  session::SoupClientOptions s;
  s.times = {.heartbeat = o.heartbeat, .silence = o.silence, .login = o.login_timeout};
  s.username = make_text<6>(o.account);
  s.password = make_text<10>(o.password);
  s.session = make_text<10>(o.session);
  s.backoff_first = o.reconnect_first;
  s.backoff_last = o.reconnect_last;
  return s;
}

VenueSession::VenueSession(const ExchangeOptions& options, const CoreConfig& config, Begin begin)
    : AccountSession(options, config),
      frames_(config),
      journal_(journal_options(options)),
      client_(soup_options(options), journal_, this),
      link_(loop_, options_.address, client_.soup()) {
  if (begin == Begin::resumed) return;
  journal_.recall(client_);
  begin_thread();
}

// ---- the trading thread ----

void VenueSession::sent(const Event& e) {
  SentRequest* const slot = out_.claim();
  if (slot == nullptr) return overrun();
  *slot = request_of(e);
  out_.publish();
  if (carries()) wake();
}

SentRequest VenueSession::request_of(const Event& e) noexcept {
  SentRequest r;
  r.user_ref = e.user_ref;
  std::span<const std::uint8_t> message;
  if (e.event_kind() == EventKind::order) {
    message = frames_
                  .enter(e.user_ref, static_cast<Side>(e.side), Quantity{e.quantity},
                         static_cast<SymbolIndex>(e.symbol), Price{e.price})
                  .subspan(kOrderHeaderBytes, ouch::EnterOrder::kLength);
  } else {
    message = frames_.cancel(e.user_ref).subspan(kOrderHeaderBytes, ouch::CancelOrder::kLength);
  }
  r.size = static_cast<std::uint8_t>(message.size());
  std::ranges::copy(message, r.bytes.begin());
  return r;
}

// ---- the session's thread ----

void VenueSession::connect() { client_.start(EventLoop::now()); }

void VenueSession::leave() {
  take_sent(EventLoop::now());
  client_.soup().stop(EventLoop::now());
  if (copy_) copy_->stop(EventLoop::now());
  const Nanoseconds until = EventLoop::now() + kLeave;
  while (client_.soup().wants_connection() && EventLoop::now() < until) {
    link_.turn();
    if (copy_) copy_->turn();
    loop_.wait(until, kLook);
  }
}

void VenueSession::round(Nanoseconds now) {
  take_sent(now);
  link_.turn();
  if (copy_) copy_->turn();
  reconcile();
  if (!is_ready()) {
    take_sent(now);  // all of the path before
    if (begins_again()) {
      resumed_ = false;
      clearing_ = 0;
      cleared_attempt_ = 0;
      pending_.clear();
    }
    if (client_.state() == OuchClient::State::trading) open(now);
  }
  const Nanoseconds due = resolve(now);
  hand_over();
  watch(settled(), client_.orders().disagreements());
  publish();
  Nanoseconds deadline = std::min(link_.next_deadline(), due);
  if (copy_) deadline = std::min(deadline, copy_->next_deadline());
  loop_.wait(deadline, kLook);
}

void VenueSession::take_sent(Nanoseconds now) {
  check_overrun();
  while (const SentRequest* s = out_.peek()) {
    if (s->bytes[0] == ouch::EnterOrder::kType) {
      take_order(*s, now);
    } else {
      take_cancel(*s, now);
    }
    out_.release();
  }
}

void VenueSession::take_order(const SentRequest& s, Nanoseconds now) {
  const auto bytes = std::span(s.bytes).first(s.size);
  const bool kept = carries() ? client_.send_bytes(bytes, now) : client_.note(bytes);
  const session::OuchOrder* const known = client_.orders().find(s.user_ref);
  if (kept) {
    leaves_[s.user_ref] = known->quantity;
    if (!carries()) pending_[{s.user_ref, order}] = {s, now + options_.answer_within};
  } else if (known == nullptr) {
    // In a frame, its answer was quicker than its sender: rejected, or passed over, for one that was accepted is known.
    // Over the connection, it did not leave.
    give(CommandOp::done, s.user_ref);
  }
}

void VenueSession::take_cancel(const SentRequest& s, Nanoseconds now) {
  const session::OuchOrder* const known = client_.orders().find(s.user_ref);
  if (known == nullptr || is_done(known->state)) return;
  if (!carries()) client_.note(std::span(s.bytes).first(s.size));
  pending_[{s.user_ref, cancel}] = {s, carries() ? now : now + options_.answer_within};
}

// Passes over what an earlier process may have sent, and cancels what it left. Then the path may begin.
void VenueSession::open(Nanoseconds now) {
  const session::OuchOrders& orders = client_.orders();
  if (resumed_) {
    if (copy_ && reconciled_attempt_ != client_.soup().attempt()) return;
    // What was unanswered before this connection is resolved next, which login_ is left for.
    return reopen_path(orders.disagreements());
  }
  const bool first = orders.orders().empty() && orders.next_user_ref() == 1;
  if (!first && (clearing_ == 0 || orders.highest_answered() < clearing_)) {
    if (cleared_attempt_ == client_.soup().attempt()) return;
    ouch::MassCancel all;
    all.user_ref_num = orders.next_user_ref() + kPassedOver;
    all.firm = make_text<4>("");
    all.symbol = make_text<8>("");
    if (!client_.send(all, now)) return;
    clearing_ = all.user_ref_num;
    cleared_attempt_ = client_.soup().attempt();
    return;
  }
  if (std::ranges::any_of(orders.orders(), [](const auto& o) { return !is_done(o.second.state); })) return;
  if (copy_ && reconciled_attempt_ != client_.soup().attempt()) return;
  for (const auto& [symbol, unused] : orders.positions()) add_position(symbol);
  login_ = client_.soup().attempt();
  resolving_ = false;
  open_path(orders.next_user_ref(), orders.disagreements());
}

// Logged in, positions as the exchange has them, and all that was unanswered when a connection was lost has its answer.
bool VenueSession::settled() {
  const std::uint64_t attempt = client_.soup().attempt();
  const bool logged_in = client_.state() == OuchClient::State::trading && login_ == attempt;
  if (resolving_ && logged_in)
    resolving_ = std::ranges::any_of(pending_, [&](const auto& p) { return p.second.attempt == attempt; });
  if (client_.state() == OuchClient::State::over) refuse();
  return logged_in && !resolving_ && (!copy_ || reconciled_attempt_ == attempt);
}

}  // namespace twinpath
