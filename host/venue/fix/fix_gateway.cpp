#include "host/venue/fix/fix_gateway.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

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
    members_.push_back({.who = p,
                        .orders = FixOrders({p.version, p.participant, options_.self_trade}),
                        .untold = {},
                        .untold_numbers = {}});
    by_participant_[p.participant] = members_.size();
    open(members_.back());
  }
}

FixGateway::~FixGateway() {
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

FixGateway::Member* FixGateway::member(std::uint32_t participant) noexcept {
  const std::size_t i = participant < by_participant_.size() ? by_participant_[participant] : 0;
  return i == 0 ? nullptr : &members_[i - 1];
}

std::string FixGateway::utc(std::uint64_t time) const { return session::write_time(options_.midnight + time); }

void FixGateway::replayed(const Request&, std::span<const Execution> executions) {
  for (const Execution& e : executions) {
    Member* const m = member(e.participant);
    if (m == nullptr) continue;
    m->seen = e.number;
    auto report = m->orders.report(e, utc(e.time));
    if (!report || !m->tell_all || e.number <= m->told) continue;
    m->untold.push_back(std::move(*report));
    m->untold_numbers.push_back(e.number);
  }
}

void FixGateway::start(const market::Market& market) {
  session::FixEngineOptions o;
  o.folder = options_.folder;
  o.address = options_.address;
  o.port = options_.port;
  o.reset_on_logon = options_.reset_on_logon;
  for (const Member& m : members_) {
    if (m.who.participant > market.options().participants.size())
      throw std::runtime_error("FIX: participant of " + m.who.comp_id + ": expected at most " +
                               std::to_string(market.options().participants.size()) + ", found " +
                               std::to_string(m.who.participant));
    o.sessions.push_back({m.who.version == FixVersion::v42 ? "FIX.4.2" : "FIX.4.4", options_.comp_id, m.who.comp_id});
  }
  engine_ = std::make_unique<session::FixEngine>(o, static_cast<session::FixEvents&>(*this));
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& m = members_[i];
    const FixMessage last = engine_->last_kept(i);
    for (std::size_t n = 0; n < m.untold.size(); ++n) {
      const FixMessage& r = m.untold[n];
      // The process may have ended when the session had the report, but the file not yet its number.
      const bool kept = n == 0 && last.type == r.type && last.get(fix::kExecID) == r.get(fix::kExecID) &&
                        last.get(fix::kText) == r.get(fix::kText) && last.get(fix::kClOrdID) == r.get(fix::kClOrdID);
      if (!kept) {
        engine_->send(i, r);
        ++recovered_;
      }
      told(m, m.untold_numbers[n]);
    }
    if (m.seen > m.told || !m.tell_all) told(m, m.seen);
    m.tell_all = true;
    m.untold = {};
    m.untold_numbers = {};
  }
}

bool FixGateway::poll(const market::Market& market, std::uint64_t now, const Submit& submit) {
  market_ = &market;
  submit_ = &submit;
  now_ = now;
  const bool more = engine_->poll(0);
  submit_ = nullptr;
  return more;
}

void FixGateway::executed(std::span<const Execution> executions) {
  for (const Execution& e : executions) {
    Member* const m = member(e.participant);
    if (m == nullptr) continue;
    if (const auto report = m->orders.report(e, utc(e.time))) {
      engine_->send(static_cast<std::size_t>(m - members_.data()), *report);
      told(*m, e.number);
    }
  }
}

session::FixVerdict FixGateway::message(std::size_t session, const FixMessage& message) {
  FixOrders::Outcome out = members_[session].orders.take(message, *market_, now_, utc(now_));
  if (out.answer) engine_->send(session, *out.answer);
  if (out.request) (*submit_)(*out.request);
  return out.verdict;
}

void FixGateway::logged_off(std::size_t session) {
  if (!options_.cancel_on_logout || submit_ == nullptr) return;
  Request r;
  r.time = now_;
  r.kind = market::RequestKind::disconnect;
  r.participant = members_[session].who.participant;
  r.terms.gateway = market::Gateway::fix;
  (*submit_)(r);
}

void FixGateway::stop(int wait) {
  if (engine_ != nullptr) engine_->stop(wait);
}

}  // namespace twinpath::venue
