#include "host/venue/gateway/ouch_gateway.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace twinpath::gateway {
namespace {

bool same_text(std::string_view a, std::string_view b) noexcept {
  const auto upper = [](char c) { return std::toupper(static_cast<unsigned char>(c)); };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return upper(x) == upper(y); });
}

}  // namespace

LoginCheck check_login(const std::vector<OuchLogin>& logins, session::LoginGuard& guard,
                       const soup::LoginRequest& request, std::uint32_t from, Nanoseconds now) {
  const auto l = std::ranges::find_if(
      logins, [&](const OuchLogin& known) { return same_text(known.name, trimmed(request.username)); });
  if (l == logins.end()) return {};
  const std::uint64_t ms = now.value / 1'000'000;
  if (guard.locked(from, l->name, ms)) return {.locked_out = true};
  if (!same_text(l->password, trimmed(request.password))) {
    guard.failed(from, l->name, ms);
    return {};
  }
  guard.succeeded(from, l->name);
  return {.login = &*l};
}

class OuchConnection final : public SoupConnection, private session::SoupServerHandler {
 public:
  OuchConnection(OuchGateway& gateway, Nanoseconds now, std::uint32_t from)
      : gateway_(gateway),
        from_(from),
        rate_(gateway.options_.messages_a_second, gateway.options_.burst),
        now_(now),
        session_(gateway.options_.soup, *this, gateway.counters_, now) {}

  session::SoupServerSession& session() override { return session_; }
  void settle(Nanoseconds now) override {
    now_ = now;
    if (login_ != nullptr && stream_->store().ended() &&
        session_.state() == session::SoupServerSession::State::logged_in)
      session_.end_session(now);
  }
  void closed(Nanoseconds) override { gateway_.gone(*this); }

  const OuchLogin* login_taken() const noexcept { return taken_ ? login_ : nullptr; }

 private:
  session::LoginVerdict login(const soup::LoginRequest& request) override {
    const LoginCheck check = check_login(gateway_.options_.logins, gateway_.guard_, request, from_, now_);
    login_ = check.login;
    if (login_ == nullptr) return {.locked_out = check.locked_out};
    stream_ = gateway_.entry_.accounts().stream(login_->participant);
    if (login_->executions) stream_ = gateway_.copies_.stream(*login_->executions);
    return {stream_.get(), gateway_.entry_.accounts().session()};
  }
  void logged_in(std::uint64_t) override {
    taken_ = true;
    gateway_.logged_in(*this);
  }
  void unsequenced(std::span<const std::uint8_t> message) override {
    if (login_->drop_copy) return session_.cut(session::SoupEnd::misbehaved);
    if (!rate_.take(now_)) return session_.cut(session::SoupEnd::throttled);
    const EntryOutcome o = gateway_.entry_.take(login_->participant, message, market::Gateway::ouch_soup);
    if (unreadable(o)) session_.cut(session::SoupEnd::misbehaved);
    if (o == EntryOutcome::day_full) session_.cut(session::SoupEnd::throttled);
  }

  OuchGateway& gateway_;
  std::uint32_t from_;
  MessageRate rate_;
  Nanoseconds now_;
  const OuchLogin* login_ = nullptr;
  bool taken_ = false;
  std::shared_ptr<StoredMessages> stream_;
  session::SoupServerSession session_;
};

OuchGateway::OuchGateway(OuchGatewayOptions options, OuchEntry& entry, const DropCopies& copies, Nanoseconds now)
    : options_(std::move(options)),
      entry_(entry),
      copies_(copies),
      guard_(options_.login_limit),
      traders_(entry.accounts().size() + 1),
      came_back_(entry.accounts().size() + 1) {
  options_.cancel_on_disconnect.resize(traders_.size());
  if (entry.hub().recovery().replayed != 0) return_by_ = now + options_.return_within;
}

std::unique_ptr<SoupConnection> OuchGateway::accept(Nanoseconds now, std::uint32_t from) {
  return std::make_unique<OuchConnection>(*this, now, from);
}

void OuchGateway::logged_in(OuchConnection& c) {
  const OuchLogin& l = *c.login_taken();
  if (l.drop_copy) return;
  OuchConnection*& trader = traders_[l.participant];
  if (trader != nullptr) {
    ++taken_over_;
    trader->session().cut(session::SoupEnd::connection_lost);
  }
  trader = &c;
  came_back_[l.participant] = true;
}

void OuchGateway::gone(OuchConnection& c) {
  const OuchLogin* const l = c.login_taken();
  if (l == nullptr || l->drop_copy || traders_[l->participant] != &c) return;
  traders_[l->participant] = nullptr;
  cancel_for(l->participant);
}

void OuchGateway::cancel_for(std::uint32_t participant) {
  if (stopping_ || !options_.cancel_on_disconnect[participant] || !entry_.hub().open()) return;
  if (entry_.hub().market().participant(participant).open_orders == 0) return;
  ++cancelled_;
  entry_.disconnected(participant, market::Gateway::ouch_soup);
}

void OuchGateway::advance(Nanoseconds now) {
  if (!return_by_ || now < *return_by_) return;
  return_by_.reset();
  for (std::uint32_t p = 1; p < traders_.size(); ++p)
    if (!came_back_[p]) cancel_for(p);
}

bool OuchGateway::kick(std::uint32_t participant) {
  if (traders_[participant] == nullptr) return false;
  traders_[participant]->session().cut(session::SoupEnd::connection_lost);
  return true;
}

}  // namespace twinpath::gateway
