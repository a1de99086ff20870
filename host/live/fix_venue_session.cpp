#include "host/live/fix_venue_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace twinpath {
namespace {

using session::EventLoop;
using session::FixClient;
using session::OrderChange;

// After so long what an earlier process left is cancelled again, where that was refused.
constexpr Nanoseconds kAgain{100'000'000};
constexpr std::size_t kNumberDigits = 8;

std::string prefix_of(const CoreConfig& config) {
  Text<6> prefix;
  std::ranges::copy(config.order.cl_ord_id_prefix, prefix.begin());
  return std::string(trimmed(prefix));
}

std::vector<std::string> symbols_of(const CoreConfig& config) {
  std::vector<std::string> names;
  for (const SymbolConfig& s : config.symbols) names.emplace_back(trimmed(s.name));
  return names;
}

unsigned milliseconds(Nanoseconds t) { return static_cast<unsigned>(t.value / 1'000'000); }
unsigned whole_seconds(Nanoseconds t) { return static_cast<unsigned>((t.value + 999'999'999) / 1'000'000'000); }

session::FixClientOptions client_options(const ExchangeOptions& o, const CoreConfig& config,
                                         AccountSession::Begin begin) {
  session::FixClientOptions f;
  f.folder = o.journal;
  const auto byte = [&](int shift) { return o.address.address >> shift & 0xFF; };
  f.address = fmt::format("{}.{}.{}.{}", byte(24), byte(16), byte(8), byte(0));
  f.port = o.address.port;
  f.session = {o.protocol == ExchangeOptions::Protocol::fix44 ? "FIX.4.4" : "FIX.4.2", o.account, o.comp_id,
               o.password};
  f.heartbeat = whole_seconds(o.heartbeat);
  f.logon_timeout = whole_seconds(o.login_timeout);
  f.retry_first = milliseconds(o.reconnect_first);
  f.retry_last = milliseconds(o.reconnect_last);
  f.id_prefix = prefix_of(config) + "X";
  f.ask_all = o.drop_copy.empty();
  f.begins_later = begin == AccountSession::Begin::resumed;
  return f;
}

}  // namespace

FixVenueSession::FixVenueSession(const ExchangeOptions& options, const CoreConfig& config, Begin begin)
    : AccountSession(options, config),
      symbols_(symbols_of(config)),
      prefix_(prefix_of(config)),
      time_in_force_(static_cast<char>(config.order.attributes[0])),
      client_(client_options(options, config, begin), this) {
  if (begin == Begin::anew) start();
}

// What was kept is recalled.
void FixVenueSession::start() {
  recalled_ = client_.disagreements();
  loop_.watch(client_.descriptor(), [](EventLoop::Ready) {});  // round() does what there is to do
  begin_thread();
}

// ---- the trading thread ----

void FixVenueSession::sent(const Event& e) {
  LeavingRequest* const slot = out_.claim();
  if (slot == nullptr) return overrun();
  *slot = {.user_ref = e.user_ref,
           .quantity = e.quantity,
           .price = e.price,
           .symbol = e.symbol,
           .side = static_cast<Side>(e.side),
           .cancel = e.event_kind() != EventKind::order};
  out_.publish();
  wake();
}

// ---- the session's thread ----

void FixVenueSession::leave() {
  take_sent();
  if (copy_) copy_->stop(EventLoop::now());
  client_.stop(static_cast<int>(milliseconds(kLeave)));
  if (copy_) copy_->turn();
}

void FixVenueSession::round(Nanoseconds now) {
  take_sent();
  const bool more = client_.poll(0);
  if (copy_) copy_->turn();
  reconcile(now);
  if (!is_ready()) {
    take_sent();  // all of the path before
    if (begins_again()) {
      resumed_ = false;
      unanswered_.clear();
      cancels_.clear();
    }
    if (client_.state() == FixClient::State::trading) open(now);
  }
  send_cancels();
  hand_over();
  if (!is_ready() && client_.disagreements() != recalled_) difference_ = client_.first_disagreement();
  watch(client_.state() == FixClient::State::trading && reconciled(), client_.disagreements());
  publish();
  loop_.wait(more ? now : session::kNever, kLook);
}

std::string FixVenueSession::name_of(std::uint32_t user_ref) const {
  return fmt::format("{}{:08X}", prefix_, user_ref);
}

std::uint32_t FixVenueSession::user_ref_of(std::string_view name) const {
  if (name.size() != prefix_.size() + kNumberDigits || !name.starts_with(prefix_)) return 0;
  std::uint32_t user_ref = 0;
  const auto [end, error] = std::from_chars(name.data() + prefix_.size(), name.data() + name.size(), user_ref, 16);
  return error == std::errc() && end == name.data() + name.size() ? user_ref : 0;
}

void FixVenueSession::take_sent() {
  check_overrun();
  while (const LeavingRequest* s = out_.peek()) {
    if (!s->cancel) {
      take_order(*s);
    } else if (leaves_.contains(s->user_ref)) {
      cancels_.try_emplace(s->user_ref, 0);
    }
    out_.release();
  }
}

void FixVenueSession::take_order(const LeavingRequest& s) {
  session::FixOrder o;
  o.cl_ord_id = name_of(s.user_ref);
  o.side = s.side;
  o.symbol = symbols_[s.symbol];
  o.price = s.price;
  o.tif = time_in_force_;  // day and immediate-or-cancel are the same characters in OUCH 5.0
  o.quantity = s.quantity;
  highest_ = std::max(highest_, s.user_ref);
  if (client_.enter(o).empty()) return give(CommandOp::done, s.user_ref);  // it did not leave
  leaves_[s.user_ref] = s.quantity;
  unanswered_.insert(s.user_ref);
}

// A cancel waits for its order's own answer, and is sent again on another connection.
void FixVenueSession::send_cancels() {
  const std::uint64_t logon = client_.logons();
  for (auto& [user_ref, sent_on] : cancels_) {
    if (sent_on == logon || !client_.cancel(name_of(user_ref))) continue;
    repeated_ += sent_on != 0;
    sent_on = logon;
  }
}

// Cancels what an earlier process, or path, left. Then the path may begin.
void FixVenueSession::open(Nanoseconds now) {
  if (resumed_) {
    if (reconciled()) reopen_path(client_.disagreements());
    return;
  }
  std::uint32_t known = 0;
  bool any = false;
  for (const auto& [name, o] : client_.orders()) {
    known = std::max(known, user_ref_of(name));
    if (is_done(o.state)) continue;
    any = true;
    if (now >= clear_at_) client_.cancel(name);
  }
  if (any) {
    if (now >= clear_at_) clear_at_ = now + kAgain;
    return;
  }
  if (!reconciled()) return;
  for (const auto& [symbol, unused] : client_.traded()) add_position(make_text<8>(symbol));
  // Numbers that an earlier process decided and that did not leave are nowhere.
  if (highest_ == 0 && known != 0) highest_ = known + kPassedOver;
  open_path(highest_ + 1, client_.disagreements());
}

// ---- answers ----

void FixVenueSession::changed(const session::FixOrder& o, const session::FixChange& change) {
  if (!resumed_ && !is_ready()) return;  // the path has yet to begin
  const std::uint32_t user_ref = user_ref_of(o.cl_ord_id);
  const auto symbol = make_text<8>(o.symbol);
  if (user_ref == 0) return tell_position(symbol);  // of another prefix, from before
  unanswered_.erase(user_ref);
  switch (change.what) {
    case OrderChange::accepted:
      tell_accepted(user_ref, o.quantity);
      break;
    case OrderChange::executed:
      tell_executed(user_ref, symbol, change.quantity, change.price);
      break;
    case OrderChange::broken:
      tell_position(symbol);
      break;
    case OrderChange::cancel_refused:
      cancels_.erase(user_ref);
      break;
    default:
      break;
  }
  if (!is_done(o.state)) return;
  cancels_.erase(user_ref);
  tell_done(user_ref);
}

std::optional<std::int64_t> FixVenueSession::shares(const Text<8>& symbol) const {
  const auto p = client_.traded().find(std::string(trimmed(symbol)));
  if (p == client_.traded().end()) return std::nullopt;
  return p->second.shares;
}

void FixVenueSession::describe(ExchangeStatus& s) const {
  switch (client_.state()) {
    case FixClient::State::offline:
      s.state = "offline";
      break;
    case FixClient::State::resolving:
      s.state = "resolving";
      break;
    case FixClient::State::trading:
      s.state = !reconciled() ? "reconciling" : trading() ? "trading" : "resolving";
      break;
  }
  const std::string loss = client_.loss();
  s.loss = loss.empty() ? "none" : loss;
  s.session = fmt::format("{} {}-{}", options_.protocol == ExchangeOptions::Protocol::fix44 ? "FIX.4.4" : "FIX.4.2",
                          options_.account, options_.comp_id);
  s.next_sequence = client_.last_exec_id() + 1;
  s.attempts = client_.counters().connections;
  s.unanswered = unanswered_.size() + cancels_.size();
  s.cash = 0;
  for (const auto& [symbol, p] : client_.traded()) s.cash += p.cash;
  s.disagreements = client_.disagreements();
  if (s.disagreements != 0) s.first_disagreement = client_.first_disagreement();
}

}  // namespace twinpath
