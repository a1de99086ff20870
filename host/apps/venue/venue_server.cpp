#include "host/apps/venue/venue_server.h"

#include <algorithm>
#include <utility>

namespace twinpath {
namespace {

using session::EventLoop;

constexpr Nanoseconds kMostWait{20'000'000};
constexpr int kMostGoodbye = 2'000;  // milliseconds in which FIX clients may answer their logout
constexpr std::uint64_t kMinute = 60'000'000'000, kDay = 1'440 * kMinute;

std::vector<std::string> names_of(const std::vector<market::Participant>& participants) {
  std::vector<std::string> names;
  for (const market::Participant& p : participants) names.push_back(p.name);
  return names;
}

}  // namespace

void VenueServer::Count::market_did(const market::Request&, std::span<const market::Execution> executions) {
  ++totals.requests;
  for (const market::Execution& e : executions) {
    totals.executions += e.participant != 0;
    if (e.kind != market::ExecutionKind::executed || e.terms.side != Side::buy) continue;
    ++totals.trades;
    totals.shares += e.quantity;
  }
}

VenueServer::VenueServer(const VenueConfig& config, PacketSender& line_a, PacketSender& line_b,
                         std::function<std::uint64_t()> wall)
    : config_(config),
      wall_(std::move(wall)),
      accounts_(config.market.session, config.participants),
      copies_(accounts_, names_of(config.market.participants), config.copies),
      schedule_(config.schedule),
      feed_(config.feed, line_a, line_b) {
  using namespace gateway;
  market::RequestLogOptions log;
  log.folder = config.journal;
  std::vector<MarketListener*> listeners{&accounts_, &copies_, &schedule_, &count_};
  if (config.fix) {
    fix_ = std::make_unique<venue::FixGateway>(*config.fix);
    listeners.push_back(fix_.get());
  }
  hub_ = std::make_unique<MarketHub>(config.market, std::move(log), std::move(listeners), [this] { return time(); });
  const Nanoseconds now = EventLoop::now();
  entry_ = std::make_unique<OuchEntry>(*hub_, accounts_);
  ouch_ = std::make_unique<OuchGateway>(config.ouch, *entry_, copies_, now);
  ports_.push_back(
      std::make_unique<SoupPort>("OUCH order entry", config.ouch_at, *ouch_, loop_, config.most_connections));
  if (config.glimpse_at) {
    glimpse_.emplace(config.glimpse, *hub_);
    ports_.push_back(
        std::make_unique<SoupPort>("GLIMPSE", *config.glimpse_at, *glimpse_, loop_, config.most_connections));
  }
  for (const UdpPort& p : config.udp) {
    udp_.push_back(std::make_unique<OuchUdpSocket>(p, *entry_, *ouch_));
    OuchUdpSocket* const socket = udp_.back().get();
    loop_.watch(socket->fd(), [socket](EventLoop::Ready) { socket->poll(EventLoop::now()); });
  }
  if (config.rerequest_at) {
    rerequest_.emplace(*config.rerequest_at, config.rerequest);
    loop_.watch(rerequest_->fd(),
                [this](EventLoop::Ready) { rerequest_->poll(*hub_->market().tape(), EventLoop::now().value); });
  }
  if (fix_) {
    fix_->start(*hub_, &accounts_, now);
    loop_.watch(fix_->descriptor(), [](EventLoop::Ready) {});  // round() does what there is to do
  }
  if (!hub_->open()) schedule_.open(*hub_);
  follow_tape();
}

std::uint64_t VenueServer::time() const {
  const std::uint64_t now = wall_();
  // A day that was begun before midnight. Clocks are set back by less.
  return hub_->open() && now + 10 * kMinute < hub_->last_time() ? now + kDay : now;
}

// The lines carry the tape of the day once the one before is at its end. After a restart its last messages may not have
// been sent: they are sent again, and what is older can be asked for.
void VenueServer::follow_tape() {
  const auto& tape = hub_->market().tape();
  if (tape == published_) return;
  const std::uint64_t next = tape->next_sequence();
  const bool recovered = published_ == nullptr && hub_->recovery().replayed != 0;
  feed_.begin(tape, recovered && next > config_.repeat ? next - config_.repeat : 1);
  published_ = tape;
}

void VenueServer::round() {
  Nanoseconds now = EventLoop::now();
  Nanoseconds due = session::kNever;
  for (const auto& p : ports_) due = std::min(due, p->next_deadline());
  loop_.wait(fix_waits_ ? now : due, kMostWait);
  now = EventLoop::now();
  if (fix_) fix_waits_ = fix_->poll(now);
  schedule_.advance(*hub_);
  ouch_->advance(now);
  follow_tape();
  // The end of a connection cancels orders, which others are to be told of.
  for (std::uint64_t requests = ~std::uint64_t{0}; requests != hub_->market().requests();) {
    requests = hub_->market().requests();
    feed_.poll(now.value);
    for (const auto& p : ports_) p->advance(now);
  }
}

void VenueServer::stop() {
  ouch_->stop();
  for (const auto& p : ports_) p->close_door();
  if (fix_) fix_->stop(kMostGoodbye);
  const Nanoseconds now = EventLoop::now();
  for (const auto& p : ports_) p->advance(now);
  feed_.poll(now.value);
  hub_->log().sync();
}

}  // namespace twinpath
