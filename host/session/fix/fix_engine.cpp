// The files that know QuickFIX are this one, fix_sockets.cpp, fix_connection.cpp and fix_dictionary.cpp. Its headers
// declare functions with throw(...), which C++17 took out of the language: these files are compiled as C++14, and
// everything they share with the rest (fix_engine.h, fix_message.h) is written so that it is the same in both.
#include "host/session/fix/fix_engine.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "host/session/fix/fix_engine_impl.h"

namespace twinpath {
namespace session {
namespace {

FixMessage from_quickfix(const FIX::Message& m) {
  FixMessage to(m.getHeader().getField(FIX::FIELD::MsgType));
  const auto flag = [&](int tag) { return m.getHeader().isSetField(tag) && m.getHeader().getField(tag) == "Y"; };
  to.poss_dup = flag(FIX::FIELD::PossDupFlag);
  to.poss_resend = flag(FIX::FIELD::PossResend);
  to.sending_time = m.getHeader().getField(FIX::FIELD::SendingTime);
  for (FIX::FieldMap::const_iterator i = m.begin(); i != m.end(); ++i) to.add(i->getTag(), i->getString());
  return to;
}

}  // namespace

FixEngine::Impl::Impl(FixEngineOptions options, FixEvents& events)
    : options_(std::move(options)), events_(events), stores_(options_.folder), guard_(options_.login_limit) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0) throw std::runtime_error(std::string("FIX: epoll: ") + std::strerror(errno));
  try {
    make_sessions();
    if (options_.accept) listen();
  } catch (...) {
    close_all();
    throw;
  }
}

void FixEngine::Impl::make_sessions() {
  FIX::SessionFactory factory(*this, stores_, nullptr);
  for (const FixSessionOptions& o : options_.sessions) {
    const std::string name = o.begin_string + ":" + o.sender + "->" + o.target;
    const FIX::SessionID id{FIX::BeginString(o.begin_string), FIX::SenderCompID(o.sender), FIX::TargetCompID(o.target)};
    if (o.sender.empty() || o.target.empty())
      throw std::runtime_error("FIX session " + name + ": expected a SenderCompID and a TargetCompID, found none");
    if (!index_.emplace(id, sessions_.size()).second)
      throw std::runtime_error("FIX session " + name + ": expected each once, found it twice");
    FIX::Dictionary d;
    d.setString(FIX::CONNECTION_TYPE, options_.accept ? "acceptor" : "initiator");
    d.setString(FIX::USE_DATA_DICTIONARY, "N");  // it comes from us, below
    // A day of 24 hours: QuickFIX begins with 1 again at midnight, UTC.
    d.setString(FIX::START_TIME, "00:00:00");
    d.setString(FIX::END_TIME, "00:00:00");
    d.setInt(FIX::HEARTBTINT, static_cast<int>(options_.heartbeat));
    d.setInt(FIX::LOGON_TIMEOUT, static_cast<int>(options_.logon_timeout));
    d.setInt(FIX::MAX_LATENCY, static_cast<int>(options_.max_latency));
    d.setBool(FIX::RESET_ON_LOGON, options_.reset_on_logon);
    try {
      Entry e;
      e.session.reset(factory.create(id, d));
      e.session->setDataDictionaryProvider(make_fix_dictionary(o.begin_string, options_.dictionary));
      sessions_.push_back(std::move(e));
    } catch (const FIX::ConfigError& error) {
      throw std::runtime_error("FIX session " + name + ": message store in " + options_.folder + ": " + error.what());
    }
  }
}

bool FixEngine::Impl::send(std::size_t session, const FixMessage& message) {
  FIX::Message m;
  m.getHeader().setField(FIX::MsgType(message.type));
  if (message.poss_resend) m.getHeader().setField(FIX::FIELD::PossResend, "Y");
  for (const auto& f : message.fields) m.setField(f.first, f.second);
  const bool kept = sessions_[session].session->send(m);
  counters.sent += kept;
  return kept;
}

FixMessage FixEngine::Impl::last_kept(std::size_t session) const {
  FIX::Session& s = *sessions_[session].session;
  const int last = s.getExpectedSenderNum() - 1;
  std::vector<std::string> texts;
  if (last > 0) s.getStore()->get(last, last, texts);
  FixMessage message;
  if (texts.empty()) return message;
  const std::string& text = texts.front();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t equals = text.find('=', at), end = text.find('\001', at);
    if (equals == std::string::npos || end == std::string::npos || end < equals) break;
    const int tag = std::atoi(text.c_str() + at);
    std::string value = text.substr(equals + 1, end - equals - 1);
    if (tag == FIX::FIELD::MsgType)
      message.type = std::move(value);
    else
      message.add(tag, std::move(value));
    at = end + 1;
  }
  return message;
}

void FixEngine::Impl::stop(int wait) {
  stopping_ = true;
  for (const Entry& e : sessions_) {
    e.session->logout();
    e.session->next();
  }
  const std::uint64_t end = milliseconds() + static_cast<std::uint64_t>(wait);
  const auto anybody = [&] {
    return std::any_of(sessions_.begin(), sessions_.end(), [](const Entry& e) { return e.session->isLoggedOn(); });
  };
  while (anybody() && milliseconds() < end) poll(10);
  for (const Entry& e : sessions_) e.session->disconnect();
  connections_.clear();
}

// ---- what sessions tell ----

void FixEngine::Impl::onLogon(const FIX::SessionID& id) {
  ++counters.logons;
  const std::size_t index = index_.at(id);
  sessions_[index].pause = 0;
  events_.logged_on(index);
}

void FixEngine::Impl::onLogout(const FIX::SessionID& id) {
  if (failed_) return;
  try {
    events_.logged_off(index_.at(id));
  } catch (...) {
    failed_ = std::current_exception();
  }
}

// A message that nobody could take was not received.
void FixEngine::Impl::rethrow() {
  if (failed_session_ != nullptr) failed_session_->setNextTargetMsgSeqNum(failed_number_);
  failed_session_ = nullptr;
  std::exception_ptr e;
  std::swap(e, failed_);
  std::rethrow_exception(e);
}

// The logon's password.
void FixEngine::Impl::toAdmin(FIX::Message& m, const FIX::SessionID& id) {
  if (options_.accept || m.getHeader().getField(FIX::FIELD::MsgType) != "A") return;
  const FixSessionOptions& o = options_.sessions[index_.at(id)];
  if (o.password.empty()) return;
  if (o.begin_string == "FIX.4.4") {
    m.setField(FIX::FIELD::Password, o.password);
    return;
  }
  m.setField(FIX::FIELD::RawDataLength, std::to_string(o.password.size()));
  m.setField(FIX::FIELD::RawData, o.password);
}

// What a counterparty says as it ends the session.
void FixEngine::Impl::fromAdmin(const FIX::Message& m,
                                const FIX::SessionID& id) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                                FIX::IncorrectTagValue, FIX::RejectLogon) {
  FixConnection* const c = sessions_[index_.at(id)].connection;
  if (c == nullptr || m.getHeader().getField(FIX::FIELD::MsgType) != "5") return;
  c->why =
      "logged out: " + (m.isSetField(FIX::FIELD::Text) ? m.getField(FIX::FIELD::Text) : std::string("without a word"));
}

void FixEngine::Impl::toApp(FIX::Message& m, const FIX::SessionID&) throw(FIX::DoNotSend) {
  if (options_.resend_orders || !m.getHeader().isSetField(FIX::FIELD::PossDupFlag)) return;
  const std::string type = m.getHeader().getField(FIX::FIELD::MsgType);
  if (type == "D" || type == "G") throw FIX::DoNotSend();
}

void FixEngine::Impl::fromApp(const FIX::Message& m,
                              const FIX::SessionID& id) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                              FIX::IncorrectTagValue, FIX::UnsupportedMessageType) {
  if (failed_) return;
  const std::size_t index = index_.at(id);
  FixVerdict v;
  try {
    v = events_.message(index, from_quickfix(m));
  } catch (...) {
    failed_ = std::current_exception();
    failed_session_ = sessions_[index].session.get();
    failed_number_ = failed_session_->getExpectedTargetNum();
    return;
  }
  switch (v.kind) {
    case FixVerdict::taken:
      ++counters.received;
      return;
    case FixVerdict::unsupported_type:
      throw FIX::UnsupportedMessageType();
    case FixVerdict::wrong_value:
      throw FIX::IncorrectTagValue(v.tag);
    case FixVerdict::missing_field:
      throw FIX::FieldNotFound(v.tag);
  }
}

FixEngine::FixEngine(FixEngineOptions options, FixEvents& events) : impl_(new Impl(std::move(options), events)) {}
FixEngine::~FixEngine() = default;
bool FixEngine::poll(int wait) { return impl_->poll(wait); }
int FixEngine::descriptor() const { return impl_->descriptor(); }
bool FixEngine::send(std::size_t session, const FixMessage& message) { return impl_->send(session, message); }
bool FixEngine::cut(std::size_t session) { return impl_->cut(session); }
std::size_t FixEngine::connections() const { return impl_->connections(); }
bool FixEngine::logged_on(std::size_t session) const { return impl_->logged_on(session); }
std::string FixEngine::loss(std::size_t session) const { return impl_->loss(session); }
FixMessage FixEngine::last_kept(std::size_t session) const { return impl_->last_kept(session); }
void FixEngine::stop(int wait) { impl_->stop(wait); }
std::uint16_t FixEngine::port() const { return impl_->port(); }
const FixCounters& FixEngine::counters() const { return impl_->counters; }

bool has_fix() { return true; }

}  // namespace session
}  // namespace twinpath
