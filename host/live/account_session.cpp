#include "host/live/account_session.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <stdexcept>
#include <system_error>

#include "host/live/fix_venue_session.h"
#include "host/live/venue_session.h"

namespace twinpath {

using session::EventLoop;

std::unique_ptr<AccountSession> open_account(const ExchangeOptions& options, const CoreConfig& config,
                                             AccountSession::Begin begin) {
  if (options.protocol == ExchangeOptions::Protocol::ouch)
    return std::make_unique<VenueSession>(options, config, begin);
  return std::make_unique<FixVenueSession>(options, config, begin);
}

AccountSession::AccountSession(const ExchangeOptions& options, const CoreConfig& config)
    : options_(options), bell_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
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
  if (!options_.drop_copy.empty()) copy_.emplace(options_, loop_);
}

void AccountSession::begin_thread() {
  publish();
  thread_ = std::thread([this] { work(); });
}

void AccountSession::end_thread() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

// ---- the trading thread ----

bool AccountSession::ready() {
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
  return is_ready();
}

void AccountSession::begin_again() {
  asked_life_ = ++life_;
  trading_ = false;
  ready_.store(false, std::memory_order_release);
}

ExchangeStatus AccountSession::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void AccountSession::wake() const noexcept {
  const std::uint64_t one = 1;
  // Full: it is awake anyway.
  static_cast<void>(::write(bell_.fd(), &one, sizeof one));
}

std::optional<ExchangeSession::Answer> AccountSession::poll(Cycles) {
  if (failed_.load(std::memory_order_acquire)) throw std::runtime_error(failure_);
  while (const PathAnswer* const g = in_.peek()) {
    const PathAnswer given = *g;
    in_.release();
    if (given.life == life_) return Answer{Cycles{}, given.command, given.number};
  }
  return std::nullopt;
}

// ---- the session's thread ----

void AccountSession::work() {
  try {
    connect();
    while (!stop_) round(EventLoop::now());
    leave();
  } catch (const std::exception& e) {
    failure_ = std::string("exchange: ") + e.what();
    trading_ = false;
    failed_ = true;
    publish();
  }
}

void AccountSession::check_overrun() const {
  if (overrun_)
    throw std::runtime_error(std::to_string(kRequests) +
                             " requests were sent and none could be kept; the machine is too slow");
}

bool AccountSession::begins_again() {
  const std::uint32_t life = asked_life_;
  if (life == answered_life_) return false;
  answered_life_ = life;
  answers_.clear();
  leaves_.clear();
  positions_.clear();
  return true;
}

void AccountSession::add_position(const Text<8>& symbol) {
  if (const auto p = position_of(symbol); p && p->price != 0) positions_.push_back(*p);
}

void AccountSession::open_path(std::uint32_t first_user_ref, std::uint64_t disagreements) {
  first_user_ref_ = first_user_ref;
  positions_at_ = answered();
  reopen_path(disagreements);
}

void AccountSession::resume_path(const Kept& kept) {
  first_user_ref_ = kept.next_user_ref;
  for (const Kept::Order& o : kept.open) leaves_[o.sent.user_ref] = o.leaves;
}

void AccountSession::differs(const std::string& expected, const std::string& found, const std::string& advice) const {
  throw std::runtime_error("exchange: " + options_.journal + ": expected " + expected + ", found " + found + "; " +
                           advice);
}

void AccountSession::check_kept(const Kept& kept, std::uint32_t next_user_ref) const {
  if (answered() < kept.answered)
    differs("the exchange's messages up to " + std::to_string(kept.answered) + ", as the journal of orders has",
            "them up to " + std::to_string(answered()), "name the journal of this account and session");
  if (next_user_ref > kept.next_user_ref)
    differs(
        "no order from number " + std::to_string(kept.next_user_ref) + " on, which is next in the journal of orders",
        "one with number " + std::to_string(next_user_ref - 1),
        "another run has used the account since: begin with another [journal]");
}

void AccountSession::reopen_path(std::uint64_t disagreements) {
  disagreements_ = disagreements;
  ready_.store(true, std::memory_order_release);
}

void AccountSession::watch(bool good, std::uint64_t disagreements) {
  const bool ready = is_ready();
  if (!difference_.empty() || (ready && disagreements != disagreements_)) wrong_ = true;
  good = good && ready && !wrong_;
  if (trading_ && !good) ++lost_;
  trading_.store(good, std::memory_order_release);
}

void AccountSession::publish() {
  const std::lock_guard lock(mutex_);
  ExchangeStatus& s = status_;
  describe(s);
  if (wrong_) s.state = difference_.empty() ? "disagrees" : "differs";
  if (failed_) s.state = "failed";
  s.open_orders = leaves_.size();
  s.voided = voided_;
  s.repeated = repeated_;
  s.lost = lost_;
  s.reconciled = reconciled_;
  s.difference = difference_;
}

// ---- what an exchange's answers are to the path: commands (SEM 2.9) ----

void AccountSession::tell_accepted(std::uint32_t user_ref, std::uint32_t quantity) {
  // It may be here before sent() has told of it.
  if (user_ref >= first_user_ref_) leaves_.try_emplace(user_ref, quantity);
  give(CommandOp::ack, user_ref);
}

void AccountSession::tell_executed(std::uint32_t user_ref, const Text<8>& symbol, std::uint32_t quantity,
                                   std::uint64_t price) {
  const auto slot = leaves_.find(user_ref);
  if (slot == leaves_.end()) return tell_position(symbol);  // of an order that is over for the path
  give(CommandOp::fill, user_ref, quantity, price);
  slot->second -= std::min(slot->second, quantity);
  if (slot->second == 0) leaves_.erase(slot);
}

void AccountSession::tell_done(std::uint32_t user_ref) {
  if (leaves_.erase(user_ref) != 0) give(CommandOp::done, user_ref);
}

void AccountSession::give(CommandOp op, std::uint32_t user_ref, std::uint32_t quantity, std::uint64_t price) {
  Command c;
  c.op = op;
  c.user_ref = user_ref;
  c.quantity = quantity;
  c.price = static_cast<std::uint32_t>(std::min<std::uint64_t>(price, std::numeric_limits<std::uint32_t>::max()));
  answers_.push_back({c, answered_life_, answered()});
}

void AccountSession::tell_position(const Text<8>& symbol) {
  if (const auto p = position_of(symbol)) answers_.push_back({*p, answered_life_, answered()});
}

std::optional<Command> AccountSession::position_of(const Text<8>& symbol) const {
  const auto index = symbols_.find(symbol);
  const auto held = shares(symbol);
  if (index == symbols_.end() || !held) return std::nullopt;
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  Command c;
  c.op = CommandOp::position;
  c.symbol = index->second;
  c.price = static_cast<std::uint32_t>(static_cast<std::int32_t>(std::clamp(*held, -kMost, kMost)));
  return c;
}

void AccountSession::hand_over() {
  while (!answers_.empty()) {
    PathAnswer* const slot = in_.claim();
    if (slot == nullptr) return;
    *slot = answers_.front();
    in_.publish();
    answers_.pop_front();
  }
}

}  // namespace twinpath
