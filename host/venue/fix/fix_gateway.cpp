#include "host/venue/fix/fix_gateway.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "host/core/wall_clock.h"
#include "host/session/fix/fix_message.h"
#include "host/session/fix/fix_values.h"

namespace twinpath::venue {
namespace {

namespace fix = session::fix;

// "<number>\n", digits enough for any number, so that one write replaces another.
constexpr std::size_t kNumberBytes = 21;

}  // namespace

FixGateway::FixGateway(FixGatewayOptions options) : options_(std::move(options)) {
  std::error_code error;
  std::filesystem::create_directories(options_.folder, error);
  if (error)
    throw std::runtime_error("FIX: cannot make the folder " + options_.folder.string() + ": " + error.message());
  if (options_.participants.empty()) throw std::runtime_error("FIX: expected participants with a comp id, found none");
  members_.reserve(options_.participants.size());
  for (const FixParticipant& p : options_.participants) {
    if (p.participant == 0)
      throw std::runtime_error("FIX: participant of " + p.comp_id + ": expected 1 or more, found 0");
    if (by_participant_.size() <= p.participant) by_participant_.resize(p.participant + 1);
    if (by_participant_[p.participant] != 0)
      throw std::runtime_error("FIX: expected one session a participant, found " + p.comp_id + " beside " +
                               members_[by_participant_[p.participant] - 1].who.comp_id);
    members_.push_back({.who = p, .orders = FixOrders({p.version, p.participant, p.self_trade}), .untold = {}});
    by_participant_[p.participant] = members_.size();
    open(members_.back());
  }
}

FixGateway::~FixGateway() {
  stopping_ = true;
  engine_.reset();
  for (const Member& m : members_)
    if (m.file >= 0) close(m.file);
}

void FixGateway::open(Member& m) {
  const std::filesystem::path name = options_.folder / ("told-" + m.who.comp_id);
  m.file = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (m.file < 0) throw std::runtime_error("FIX: cannot open " + name.string() + ": " + std::strerror(errno));
  char text[kNumberBytes + 1] = {};
  const ssize_t n = pread(m.file, text, kNumberBytes, 0);
  if (n == 0) {
    m.tell_all = false;
    return;
  }
  char* end = nullptr;
  m.told = std::strtoull(text, &end, 10);
  if (n != static_cast<ssize_t>(kNumberBytes) || *end != '\n')
    throw std::runtime_error(name.string() + ": byte 0: expected the number of an execution, found " +
                             std::string(text, text + (n > 0 ? n : 0)) +
                             "; restore it from a copy, or remove it: then nothing of the past is told");
}

void FixGateway::told(Member& m, std::uint64_t number) {
  m.told = number;
  char text[kNumberBytes + 1];
  std::snprintf(text, sizeof text, "%020llu\n", static_cast<unsigned long long>(number));
  if (pwrite(m.file, text, kNumberBytes, 0) != static_cast<ssize_t>(kNumberBytes))
    throw std::runtime_error("FIX: cannot write " + (options_.folder / ("told-" + m.who.comp_id)).string() + ": " +
                             std::strerror(errno));
}

const FixGateway::Member* FixGateway::member(std::uint32_t participant) const noexcept {
  const std::size_t i = participant < by_participant_.size() ? by_participant_[participant] : 0;
  return i == 0 ? nullptr : &members_[i - 1];
}

bool FixGateway::connected(std::uint32_t participant) const noexcept {
  const Member* const m = member(participant);
  return m != nullptr && engine_->logged_on(static_cast<std::size_t>(m - members_.data()));
}

std::string FixGateway::utc(std::uint64_t time) const { return session::write_time(midnight_ + time); }

void FixGateway::market_did(const Request&, std::span<const Execution> executions) {
  for (const Execution& e : executions) {
    Member* const m = member(e.participant);
    if (m == nullptr) continue;
    m->seen = e.number;
    auto report = m->orders.report(e, utc(e.time));
    if (!report) continue;
    if (engine_ != nullptr) {
      engine_->send(static_cast<std::size_t>(m - members_.data()), *report);
      told(*m, e.number);
    } else if (m->tell_all && e.number > m->told) {
      m->untold.push_back({std::move(*report), e.number, e.time});
    }
  }
}

void FixGateway::start(gateway::MarketHub& hub, const gateway::OuchAccounts* accounts, Nanoseconds now) {
  hub_ = &hub;
  accounts_ = accounts;
  midnight_ = wall_ns() - hub.time();
  session::FixEngineOptions o;
  o.folder = options_.folder;
  o.address = options_.address;
  o.port = options_.port;
  o.reset_on_logon = options_.reset_on_logon;
  o.login_limit = options_.login_limit;
  o.messages_a_second = options_.messages_a_second;
  o.logon_timeout = options_.logon_timeout;
  o.most_input = options_.most_message;
  o.most_connections = options_.most_connections;
  const std::size_t participants = hub.market().options().participants.size();
  for (const Member& m : members_) {
    if (m.who.participant > participants)
      throw std::runtime_error("FIX: participant of " + m.who.comp_id + ": expected at most " +
                               std::to_string(participants) + ", found " + std::to_string(m.who.participant));
    o.sessions.push_back(
        {m.who.version == FixVersion::v42 ? "FIX.4.2" : "FIX.4.4", options_.comp_id, m.who.comp_id, m.who.password});
  }
  engine_ = std::make_unique<session::FixEngine>(o, static_cast<session::FixEvents&>(*this));
  for (std::size_t i = 0; i < members_.size(); ++i) tell_untold(i);
  if (hub.recovery().replayed != 0) return_by_ = now + options_.return_within;
}

void FixGateway::tell_untold(std::size_t session) {
  Member& m = members_[session];
  const FixMessage last = engine_->last_kept(session);
  for (Untold& u : m.untold) {
    // The process may have ended when the session had the report, but the file not yet its number.
    const bool kept =
        &u == m.untold.data() && last.type == u.report.type && last.get(fix::kExecID) == u.report.get(fix::kExecID) &&
        last.get(fix::kText) == u.report.get(fix::kText) && last.get(fix::kClOrdID) == u.report.get(fix::kClOrdID);
    if (!kept) {
      // Recovery did not know yet which midnight the times count from.
      for (auto& f : u.report.fields)
        if (f.first == fix::kTransactTime) f.second = utc(u.time);
      engine_->send(session, u.report);
      ++recovered_;
    }
    told(m, u.number);
  }
  if (m.seen > m.told || !m.tell_all) told(m, m.seen);
  m.tell_all = true;
  m.untold = {};
}

bool FixGateway::poll(Nanoseconds now) {
  midnight_ = wall_ns() - hub_->time();
  const bool more = engine_->poll(0);
  if (return_by_ && now >= *return_by_) {
    return_by_.reset();
    for (Member& m : members_)
      if (!m.came_back) cancel_for(m);
  }
  return more;
}

session::FixVerdict FixGateway::message(std::size_t session, const FixMessage& message) {
  Member& m = members_[session];
  const bool full = gateway::day_full(*hub_, accounts_, m.who.participant);
  FixOrders::Outcome out = m.orders.take(message, hub_->market(), utc(hub_->time()), full);
  day_full_ += out.day_full;
  if (out.answer) engine_->send(session, *out.answer);
  if (out.request) hub_->apply(*out.request);
  return out.verdict;
}

void FixGateway::logged_off(std::size_t session) { cancel_for(members_[session]); }

void FixGateway::cancel_for(Member& m) {
  if (stopping_ || !m.who.cancel_on_disconnect || !hub_->open()) return;
  if (hub_->market().participant(m.who.participant).open_orders == 0) return;
  ++cancelled_;
  Request r;
  r.kind = market::RequestKind::disconnect;
  r.participant = m.who.participant;
  r.terms.gateway = market::Gateway::fix;
  hub_->apply(r);
}

bool FixGateway::kick(std::uint32_t participant) {
  const Member* const m = member(participant);
  return m != nullptr && engine_->cut(static_cast<std::size_t>(m - members_.data()));
}

void FixGateway::stop(int wait) {
  stopping_ = true;
  if (engine_ != nullptr) engine_->stop(wait);
}

}  // namespace twinpath::venue
