#include "host/live/venue_session.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace twinpath {
namespace {

using session::EventLoop;
using session::OrderChange;
using session::OuchClient;

// How long the session's thread sleeps at most: what was sent is kept that much later.
constexpr Nanoseconds kLook{1'000'000};
constexpr Nanoseconds kLeave{200'000'000};
// As many orders as can be open (SEM 5.2): an earlier process may have sent that many that nobody has kept.
constexpr std::uint32_t kPassedOver = 4096;

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

JournalOptions journal_options(const ExchangeOptions& o) {
  JournalOptions j;
  j.folder = o.journal;
  return j;
}

}  // namespace

VenueSession::VenueSession(const ExchangeOptions& options, const CoreConfig& config)
    : options_(options),
      frames_(config),
      journal_(journal_options(options)),
      client_(soup_options(options), journal_, this),
      link_(loop_, options_.address, client_.soup()) {
  for (std::size_t i = 0; i < config.symbols.size(); ++i) {
    Text<8> name;
    std::ranges::copy(config.symbols[i].name, name.begin());
    symbols_[name] = static_cast<std::uint16_t>(i);
  }
  journal_.recall(client_);
  publish();
  thread_ = std::thread([this] { work(); });
}

VenueSession::~VenueSession() {
  stop_ = true;
  thread_.join();
}

// ---- the trading thread ----

bool VenueSession::ready() {
  if (failed_) throw std::runtime_error(failure_);
  if (refused_)
    throw std::runtime_error("exchange: expected a login of account '" + options_.account + "', found: " +
                             status().loss + "; correct account, password or session in [exchange], or name a journal "
                             "of this session");
  return ready_.load(std::memory_order_acquire);
}

ExchangeStatus VenueSession::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void VenueSession::sent(const Event& e) {
  SentRequest* const slot = out_.claim();
  if (slot == nullptr) {
    overrun_ = true;
    return;
  }
  slot->user_ref = e.user_ref;
  std::span<const std::uint8_t> message;
  if (e.event_kind() == EventKind::order) {
    message = frames_
                  .enter(e.user_ref, static_cast<Side>(e.side), Quantity{e.quantity}, static_cast<SymbolIndex>(e.symbol),
                         Price{e.price})
                  .subspan(kOrderHeaderBytes, 47);
  } else {
    message = frames_.cancel(e.user_ref).subspan(kOrderHeaderBytes, 9);
  }
  slot->size = static_cast<std::uint8_t>(message.size());
  std::ranges::copy(message, slot->bytes.begin());
  out_.publish();
}

std::optional<ExchangeSession::Answer> VenueSession::poll(Cycles) {
  if (failed_.load(std::memory_order_acquire)) throw std::runtime_error(failure_);
  const Command* const c = in_.peek();
  if (c == nullptr) return std::nullopt;
  const Answer answer{Cycles{}, *c};
  in_.release();
  return answer;
}

// ---- the session's thread ----

void VenueSession::work() {
  try {
    client_.start(EventLoop::now());
    while (!stop_) round(EventLoop::now());
    take_sent(EventLoop::now());
    client_.soup().stop(EventLoop::now());
    const Nanoseconds until = EventLoop::now() + kLeave;
    while (client_.soup().wants_connection() && EventLoop::now() < until) {
      link_.turn();
      loop_.wait(until, kLook);
    }
  } catch (const std::exception& e) {
    failure_ = std::string("exchange: ") + e.what();
    trading_ = false;
    failed_ = true;
    publish();
  }
}

void VenueSession::round(Nanoseconds now) {
  take_sent(now);
  link_.turn();
  if (!ready_ && client_.state() == OuchClient::State::trading) open(now);
  const Nanoseconds due = resend(now);
  hand_over();
  watch();
  publish();
  loop_.wait(std::min(link_.next_deadline(), due), kLook);
}

void VenueSession::take_sent(Nanoseconds now) {
  if (overrun_) throw std::runtime_error("8,192 requests were sent and none could be kept; the machine is too slow");
  while (const SentRequest* s = out_.peek()) {
    note(*s, now);
    out_.release();
  }
}

void VenueSession::note(const SentRequest& s, Nanoseconds now) {
  const bool kept = client_.note(std::span(s.bytes).first(s.size));
  const session::OuchOrder* const known = client_.orders().find(s.user_ref);
  if (s.bytes[0] == ouch::EnterOrder::kType) {
    if (kept) {
      leaves_[s.user_ref] = known->quantity;
      pending_[{s.user_ref, order}] = {s, now + options_.resend_after};
    } else if (known == nullptr) {
      // Its answer was quicker than its sender: rejected, or passed over. One that was accepted is known.
      give(CommandOp::done, s.user_ref);
    }
  } else if (known != nullptr && !is_done(known->state)) {
    pending_[{s.user_ref, cancel}] = {s, now + options_.resend_after};
  }
}

// Passes over what an earlier process may have sent, and cancels what it left. Then the path may begin.
void VenueSession::open(Nanoseconds now) {
  const session::OuchOrders& orders = client_.orders();
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
  first_user_ref_ = orders.next_user_ref();
  for (const auto& [symbol, unused] : orders.positions())
    if (const auto p = position_of(symbol); p && p->price != 0) positions_.push_back(*p);
  disagreements_ = orders.disagreements();
  login_ = client_.soup().attempt();
  ready_.store(true, std::memory_order_release);
}

// Returns when the next is due.
Nanoseconds VenueSession::resend(Nanoseconds now) {
  Nanoseconds next = session::kNever;
  const std::uint64_t attempt = client_.soup().attempt();
  if (client_.state() != OuchClient::State::trading) return next;
  for (auto& [key, p] : pending_) {
    if (p.attempt == attempt) continue;
    // What was sent before this connection has waited long enough.
    if (now < p.due && attempt == login_) {
      next = std::min(next, p.due);
      continue;
    }
    if (!client_.resend(std::span(p.request.bytes).first(p.request.size), now)) return now + kLook;
    p.attempt = attempt;
    ++resent_;
  }
  if (attempt != login_) {
    login_ = attempt;
    resolving_ = true;
  }
  link_.turn();
  return next;
}

// Whether orders may be decided: logged in, and all that was unanswered when a connection was lost has its answer.
void VenueSession::watch() {
  const std::uint64_t attempt = client_.soup().attempt();
  const bool logged_in = client_.state() == OuchClient::State::trading && login_ == attempt;
  if (resolving_ && logged_in)
    resolving_ = std::ranges::any_of(pending_, [&](const auto& p) { return p.second.attempt == attempt; });
  const bool good = ready_ && logged_in && !resolving_ && client_.orders().disagreements() == disagreements_;
  if (trading_ && !good) ++lost_;
  trading_.store(good, std::memory_order_release);
  if (client_.state() == OuchClient::State::over) refused_ = true;
}

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
      if (ready_ && orders.disagreements() != disagreements_) s.state = "disagrees";
      break;
  }
  if (failed_) s.state = "failed";
  s.loss = to_string(client_.soup().loss());
  s.session = session::session_name(client_.soup().session());
  s.next_sequence = client_.soup().next_sequence();
  s.attempts = client_.soup().attempt();
  s.unanswered = pending_.size();
  s.resent = resent_;
  s.lost = lost_;
  s.disagreements = orders.disagreements();
  if (s.disagreements != 0) s.first_disagreement = orders.first_disagreement();
}

// ---- answers to commands (SEM 2.9) ----

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
  answers_.push_back(c);
}

void VenueSession::give_position(const Text<8>& symbol) {
  if (const auto p = position_of(symbol)) answers_.push_back(*p);
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
    Command* const slot = in_.claim();
    if (slot == nullptr) return;
    *slot = answers_.front();
    in_.publish();
    answers_.pop_front();
  }
}

}  // namespace twinpath
