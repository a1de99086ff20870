#include "host/venue/gateway/glimpse_service.h"

#include <utility>

namespace twinpath::gateway {

class GlimpseConnection final : public SoupConnection, private session::SoupServerHandler {
 public:
  GlimpseConnection(GlimpseService& service, Nanoseconds now, std::uint32_t from)
      : service_(service), from_(from), now_(now), session_(service.options_.soup, *this, service.counters_, now) {}

  session::SoupServerSession& session() override { return session_; }
  void settle(Nanoseconds now) override {
    now_ = now;
    if (logged_in_ && session_.state() == session::SoupServerSession::State::logged_in) session_.end_session(now);
  }

 private:
  session::LoginVerdict login(const soup::LoginRequest& request) override {
    const LoginCheck check = check_login(service_.options_.logins, service_.guard_, request, from_, now_);
    if (check.login == nullptr) return {.locked_out = check.locked_out};
    const market::Market& market = service_.hub_.market();
    if (market.day() == 0 || !service_.rate_.take(now_)) {
      ++service_.refused_;
      return {.not_now = true};
    }
    snapshot_ = std::make_unique<StoredMessages>(market.snapshot());
    return {snapshot_.get(), market.tape()->session()};
  }
  void logged_in(std::uint64_t) override { logged_in_ = true; }
  void unsequenced(std::span<const std::uint8_t>) override { session_.cut(session::SoupEnd::misbehaved); }

  GlimpseService& service_;
  std::uint32_t from_;
  Nanoseconds now_;
  bool logged_in_ = false;
  std::unique_ptr<StoredMessages> snapshot_;
  session::SoupServerSession session_;
};

GlimpseService::GlimpseService(GlimpseOptions options, const MarketHub& hub)
    : options_(std::move(options)),
      hub_(hub),
      guard_(options_.login_limit),
      rate_(options_.snapshots_a_second, options_.burst) {}

std::unique_ptr<SoupConnection> GlimpseService::accept(Nanoseconds now, std::uint32_t from) {
  return std::make_unique<GlimpseConnection>(*this, now, from);
}

}  // namespace twinpath::gateway
