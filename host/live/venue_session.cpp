#include "host/live/venue_session.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace twinpath {
namespace {

using session::EventLoop;
using session::OuchClient;

// How long the session's thread sleeps at most: what left in a frame is kept that much later.
constexpr Nanoseconds kLook{1'000'000};
constexpr Nanoseconds kLeave{200'000'000};
// As many orders as can be open (SEM 5.2): an earlier process may have sent that many that nobody has kept.
constexpr std::uint32_t kPassedOver = 4096;

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

VenueSession::VenueSession(const ExchangeOptions& options, const CoreConfig& config)
    : options_(options),
      frames_(config),
      journal_(journal_options(options)),
      client_(soup_options(options), journal_, this),
      link_(loop_, options_.address, client_.soup()),
      bell_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (bell_.fd() < 0) throw std::system_error(errno, std::generic_category(), "exchange: eventfd");
  loop_.watch(bell_.fd(), [this](EventLoop::Ready) {
    std::uint64_t rung = 0;
    static_cast<void>(::read(bell_.fd(), &rung, sizeof rung));
  });
  for (std::size_t i = 0; i < config.symbols.size(); ++i) {
    Text<8> name;
    std::ranges::copy(config.symbols[i].name, name.begin());
    symbols_[name] = static_cast<std::uint16_t>(i);
  }
  journal_.recall(client_);
  if (!options_.drop_copy.empty()) copy_.emplace(options_, loop_);
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
    throw std::runtime_error("exchange: expected a login of account '" + options_.account +
                             "', found: " + status().loss +
                             "; correct account, password or session in [exchange], or name a journal "
                             "of this session");
  if (wrong_) {
    const ExchangeStatus s = status();
    throw std::runtime_error("exchange: expected the positions that " + options_.journal +
                             " and the answers come to, found " +
                             (s.difference.empty() ? s.first_disagreement : s.difference) +
                             "; find out with the exchange which is right, then begin with another journal");
  }
  return ready_.load(std::memory_order_acquire);
}

void VenueSession::begin_again() {
  asked_life_ = ++life_;
  trading_ = false;
  ready_.store(false, std::memory_order_release);
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
                  .enter(e.user_ref, static_cast<Side>(e.side), Quantity{e.quantity},
                         static_cast<SymbolIndex>(e.symbol), Price{e.price})
                  .subspan(kOrderHeaderBytes, ouch::EnterOrder::kLength);
  } else {
    message = frames_.cancel(e.user_ref).subspan(kOrderHeaderBytes, ouch::CancelOrder::kLength);
  }
  slot->size = static_cast<std::uint8_t>(message.size());
  std::ranges::copy(message, slot->bytes.begin());
  out_.publish();
  if (carries()) wake();
}

void VenueSession::wake() const noexcept {
  const std::uint64_t one = 1;
  // Full: it is awake anyway.
  static_cast<void>(::write(bell_.fd(), &one, sizeof one));
}

std::optional<ExchangeSession::Answer> VenueSession::poll(Cycles) {
  if (failed_.load(std::memory_order_acquire)) throw std::runtime_error(failure_);
  while (const PathAnswer* const g = in_.peek()) {
    const PathAnswer given = *g;
    in_.release();
    if (given.life == life_) return Answer{Cycles{}, given.command};
  }
  return std::nullopt;
}

// ---- the session's thread ----

void VenueSession::work() {
  try {
    client_.start(EventLoop::now());
    while (!stop_) round(EventLoop::now());
    take_sent(EventLoop::now());
    client_.soup().stop(EventLoop::now());
    if (copy_) copy_->stop(EventLoop::now());
    const Nanoseconds until = EventLoop::now() + kLeave;
    while (client_.soup().wants_connection() && EventLoop::now() < until) {
      link_.turn();
      if (copy_) copy_->turn();
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
  if (copy_) copy_->turn();
  reconcile();
  if (!ready_.load(std::memory_order_acquire)) {
    if (const std::uint32_t life = asked_life_; life != answered_life_) {
      take_sent(now);
      answered_life_ = life;
      clearing_ = 0;
      cleared_attempt_ = 0;
      answers_.clear();
      pending_.clear();
      leaves_.clear();
      positions_.clear();
    }
    if (client_.state() == OuchClient::State::trading) open(now);
  }
  const Nanoseconds due = resolve(now);
  hand_over();
  watch();
  publish();
  Nanoseconds deadline = std::min(link_.next_deadline(), due);
  if (copy_) deadline = std::min(deadline, copy_->next_deadline());
  loop_.wait(deadline, kLook);
}

void VenueSession::take_sent(Nanoseconds now) {
  if (overrun_) throw std::runtime_error("8,192 requests were sent and none could be kept; the machine is too slow");
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
  first_user_ref_ = orders.next_user_ref();
  for (const auto& [symbol, unused] : orders.positions())
    if (const auto p = position_of(symbol); p && p->price != 0) positions_.push_back(*p);
  disagreements_ = orders.disagreements();
  login_ = client_.soup().attempt();
  resolving_ = false;
  ready_.store(true, std::memory_order_release);
}

// Whether orders may be decided: logged in, positions as the exchange has them, and all that was unanswered when a
// connection was lost has its answer.
void VenueSession::watch() {
  const std::uint64_t attempt = client_.soup().attempt();
  const bool logged_in = client_.state() == OuchClient::State::trading && login_ == attempt;
  const bool ready = ready_.load(std::memory_order_acquire);
  if (resolving_ && logged_in)
    resolving_ = std::ranges::any_of(pending_, [&](const auto& p) { return p.second.attempt == attempt; });
  if (!difference_.empty() || (ready && client_.orders().disagreements() != disagreements_)) wrong_ = true;
  const bool good = ready && logged_in && !resolving_ && !wrong_ && (!copy_ || reconciled_attempt_ == attempt);
  if (trading_ && !good) ++lost_;
  trading_.store(good, std::memory_order_release);
  if (client_.state() == OuchClient::State::over) refused_ = true;
}

}  // namespace twinpath
