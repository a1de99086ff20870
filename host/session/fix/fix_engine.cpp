// The only file, with fix_connection.cpp and fix_dictionary.cpp, that knows QuickFIX. Its headers declare functions
// with throw(...), which C++17 took out of the language: these files are compiled as C++14, and everything they share
// with the rest (fix_engine.h, fix_message.h) is written so that it is the same in both.
#include "host/session/fix/fix_engine.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <list>
#include <map>
#include <stdexcept>

#include "host/session/fix/fix_quickfix.h"

// Overrides must repeat the throw(...) of what they override.
#pragma GCC diagnostic ignored "-Wdeprecated"

namespace twinpath {
namespace session {
namespace {

constexpr unsigned kMessagesAtOnce = 64;  // of a connection, before another one's turn
constexpr std::uint64_t kTick = 100;      // milliseconds
constexpr std::uint64_t kFirstRetry = 100, kLastRetry = 5'000;

std::uint64_t milliseconds() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

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

class FixEngine::Impl : public FIX::Application {
 public:
  Impl(FixEngineOptions options, FixEvents& events)
      : options_(std::move(options)), events_(events), stores_(options_.folder) {
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
  ~Impl() override { close_all(); }

  bool poll(int wait) {
    const std::uint64_t begin = milliseconds();
    if (begin - ticked_ >= kTick) tick(begin);
    bool more = false;
    for (const auto& c : connections_) more |= c->more;
    epoll_event events[64];
    const int n = epoll_wait(epoll_, events, 64, more ? 0 : std::min<int>(wait, kTick));
    const std::uint64_t now = milliseconds();
    for (int i = 0; i < n; ++i) {
      auto* const c = static_cast<FixConnection*>(events[i].data.ptr);
      if (c == nullptr)
        accept(now);
      else
        serve(*c, events[i].events);
    }
    more = false;
    for (const auto& c : connections_) {
      if (c->more && !c->dead()) obey(*c);
      more |= c->more && !c->dead();
    }
    sweep(now);
    return more;
  }

  bool send(std::size_t session, const FixMessage& message) {
    FIX::Message m;
    m.getHeader().setField(FIX::MsgType(message.type));
    if (message.poss_resend) m.getHeader().setField(FIX::FIELD::PossResend, "Y");
    for (const auto& f : message.fields) m.setField(f.first, f.second);
    const bool kept = sessions_[session].session->send(m);
    counters.sent += kept;
    return kept;
  }

  FixMessage last_kept(std::size_t session) const {
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

  bool logged_on(std::size_t session) const { return sessions_[session].session->isLoggedOn(); }
  int descriptor() const { return epoll_; }
  std::uint16_t port() const { return port_; }

  void stop(int wait) {
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

  FixCounters counters;

 private:
  struct Entry {
    std::unique_ptr<FIX::Session> session;
    FixConnection* connection = nullptr;
    std::uint64_t retry = 0;  // the initiator's next attempt
    std::uint64_t pause = kFirstRetry;
  };

  void make_sessions() {
    FIX::SessionFactory factory(*this, stores_, nullptr);
    for (const FixSessionOptions& o : options_.sessions) {
      const std::string name = o.begin_string + ":" + o.sender + "->" + o.target;
      const FIX::SessionID id{FIX::BeginString(o.begin_string), FIX::SenderCompID(o.sender),
                              FIX::TargetCompID(o.target)};
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

  sockaddr_in address() const {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(options_.port);
    if (!options_.address.empty() && inet_pton(AF_INET, options_.address.c_str(), &a.sin_addr) != 1)
      throw std::runtime_error("FIX: expected an IPv4 address, found " + options_.address);
    return a;
  }

  void listen() {
    sockaddr_in a = address();
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int one = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    socklen_t length = sizeof a;
    if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr*>(&a), sizeof a) != 0 ||
        ::listen(listener_, 64) != 0 || getsockname(listener_, reinterpret_cast<sockaddr*>(&a), &length) != 0)
      throw std::runtime_error("FIX: cannot listen on " + options_.address + ":" + std::to_string(options_.port) +
                               ": " + std::strerror(errno));
    port_ = ntohs(a.sin_port);
    epoll_event e{};
    e.events = EPOLLIN;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &e);
  }

  FixConnection& add(int descriptor, std::uint64_t now, bool connecting) {
    const int one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    connections_.emplace_back(new FixConnection(descriptor, epoll_, options_.most_output, now, connecting));
    ++counters.connections;
    return *connections_.back();
  }

  void accept(std::uint64_t now) {
    for (int fd; (fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;)
      if (connections_.size() < options_.most_connections)
        add(fd, now, false);
      else
        close(fd);
  }

  void connect(std::size_t index, std::uint64_t now) {
    Entry& e = sessions_[index];
    const sockaddr_in a = address();
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    e.retry = now + e.pause;
    e.pause = std::min(2 * e.pause, kLastRetry);
    if (fd < 0) return;
    const int result = ::connect(fd, reinterpret_cast<const sockaddr*>(&a), sizeof a);
    if (result != 0 && errno != EINPROGRESS) {
      close(fd);
      return;
    }
    FixConnection& c = add(fd, now, true);
    c.index = index;
    e.connection = &c;
  }

  void serve(FixConnection& c, std::uint32_t ready) {
    if (c.dead()) return;
    if (c.connecting()) {
      int error = 0;
      socklen_t length = sizeof error;
      getsockopt(c.descriptor(), SOL_SOCKET, SO_ERROR, &error, &length);
      if (error != 0) return c.cut();
      c.connected();
      c.flush();
      c.session = sessions_[c.index].session.get();
      c.session->setResponder(&c);
      c.session->next();  // the logon
      return;
    }
    if ((ready & EPOLLOUT) != 0) c.flush();
    if ((ready & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !c.read(options_.most_input)) c.cut();
  }

  // Gives the session what has come.
  void obey(FixConnection& c) {
    std::string text;
    for (unsigned i = 0; i < kMessagesAtOnce && !c.dead() && !c.leaving(); ++i) {
      if (!c.next(text)) return;
      if (c.session == nullptr && !log_on(c, text)) return;
      try {
        c.session->next(text, FIX::UtcTimeStamp());
      } catch (const FIX::InvalidMessage&) {
        if (c.session != nullptr && !c.session->isLoggedOn()) c.cut();
      } catch (const std::exception&) {
        c.cut();
      }
    }
  }

  // Gives the connection to the session that its first message names.
  bool log_on(FixConnection& c, const std::string& text) {
    FIX::Message header;
    std::map<FIX::SessionID, std::size_t>::const_iterator found = index_.end();
    try {
      if (header.setStringHeader(text) && header.getHeader().getField(FIX::FIELD::MsgType) == "A")
        found = index_.find(FIX::SessionID(FIX::BeginString(header.getHeader().getField(FIX::FIELD::BeginString)),
                                           FIX::SenderCompID(header.getHeader().getField(FIX::FIELD::TargetCompID)),
                                           FIX::TargetCompID(header.getHeader().getField(FIX::FIELD::SenderCompID))));
    } catch (const std::exception&) {
      // A field is missing.
    }
    if (!options_.accept || stopping_ || found == index_.end() || sessions_[found->second].connection != nullptr) {
      ++counters.refused;
      c.cut();
      return false;
    }
    c.index = found->second;
    c.session = sessions_[c.index].session.get();
    sessions_[c.index].connection = &c;
    c.session->setResponder(&c);
    return true;
  }

  void tick(std::uint64_t now) {
    ticked_ = now;
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
      Entry& e = sessions_[i];
      if (!options_.accept && !stopping_ && e.connection == nullptr && now >= e.retry) connect(i, now);
      if (e.connection != nullptr && e.connection->session != nullptr) e.session->next();
    }
    for (const auto& c : connections_) {
      c->advance(now);
      if (c->session != nullptr || c->leaving() || now - c->begun() <= 1'000 * options_.logon_timeout) continue;
      ++counters.silent;
      c->cut();
    }
  }

  // Lets go of connections that have ended.
  void sweep(std::uint64_t) {
    for (auto i = connections_.begin(); i != connections_.end();) {
      FixConnection& c = **i;
      if (!c.dead() && !c.leaving()) {
        ++i;
        continue;
      }
      // A session whose connection is leaving can be had again at once.
      if (sessions_.size() > c.index && sessions_[c.index].connection == &c) sessions_[c.index].connection = nullptr;
      if (!c.dead()) {
        ++i;
        continue;
      }
      counters.slow += c.slow();
      counters.too_long += c.too_long();
      if (c.session != nullptr) c.session->disconnect();
      i = connections_.erase(i);
    }
  }

  void close_all() {
    for (Entry& e : sessions_) e.session.reset();
    connections_.clear();
    if (listener_ >= 0) close(listener_);
    if (epoll_ >= 0) close(epoll_);
  }

  // ---- what sessions tell ----
  void onCreate(const FIX::SessionID&) override {}
  void onLogon(const FIX::SessionID& id) override {
    ++counters.logons;
    const std::size_t index = index_.at(id);
    sessions_[index].pause = kFirstRetry;
    events_.logged_on(index);
  }
  void onLogout(const FIX::SessionID& id) override { events_.logged_off(index_.at(id)); }
  void toAdmin(FIX::Message&, const FIX::SessionID&) override {}
  void toApp(FIX::Message& m, const FIX::SessionID&) throw(FIX::DoNotSend) override {
    if (options_.resend_orders || !m.getHeader().isSetField(FIX::FIELD::PossDupFlag)) return;
    const std::string type = m.getHeader().getField(FIX::FIELD::MsgType);
    if (type == "D" || type == "G") throw FIX::DoNotSend();
  }
  void fromAdmin(const FIX::Message&, const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                                   FIX::IncorrectTagValue, FIX::RejectLogon) override {}
  void fromApp(const FIX::Message& m, const FIX::SessionID& id) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                                      FIX::IncorrectTagValue,
                                                                      FIX::UnsupportedMessageType) override {
    const FixVerdict v = events_.message(index_.at(id), from_quickfix(m));
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

  FixEngineOptions options_;
  FixEvents& events_;
  FIX::FileStoreFactory stores_;
  int epoll_ = -1, listener_ = -1;
  std::uint16_t port_ = 0;
  std::vector<Entry> sessions_;
  std::map<FIX::SessionID, std::size_t> index_;
  std::list<std::unique_ptr<FixConnection>> connections_;
  std::uint64_t ticked_ = 0;
  bool stopping_ = false;
};

FixEngine::FixEngine(FixEngineOptions options, FixEvents& events) : impl_(new Impl(std::move(options), events)) {}
FixEngine::~FixEngine() = default;
bool FixEngine::poll(int wait) { return impl_->poll(wait); }
int FixEngine::descriptor() const { return impl_->descriptor(); }
bool FixEngine::send(std::size_t session, const FixMessage& message) { return impl_->send(session, message); }
bool FixEngine::logged_on(std::size_t session) const { return impl_->logged_on(session); }
FixMessage FixEngine::last_kept(std::size_t session) const { return impl_->last_kept(session); }
void FixEngine::stop(int wait) { impl_->stop(wait); }
std::uint16_t FixEngine::port() const { return impl_->port(); }
const FixCounters& FixEngine::counters() const { return impl_->counters; }

bool has_fix() { return true; }

}  // namespace session
}  // namespace twinpath
