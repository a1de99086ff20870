// What carries the sessions of FixEngine: connections, who gets which session, and when a connection ends.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "host/session/fix/fix_engine_impl.h"

namespace twinpath {
namespace session {
namespace {

constexpr unsigned kMessagesAtOnce = 64;  // of a connection, before another one's turn
constexpr std::uint64_t kTick = 100;      // milliseconds

// Whether a logon says the session's password: RawData in 4.2, Password in 4.4.
bool knows_password(const FixSessionOptions& o, const std::string& logon) {
  if (o.password.empty()) return true;
  const std::string field = o.begin_string == "FIX.4.4" ? "\001554=" : "\00196=";
  return logon.find(field + o.password + '\001') != std::string::npos;
}

}  // namespace

sockaddr_in FixEngine::Impl::address() const {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(options_.port);
  if (!options_.address.empty() && inet_pton(AF_INET, options_.address.c_str(), &a.sin_addr) != 1)
    throw std::runtime_error("FIX: expected an IPv4 address, found " + options_.address);
  return a;
}

void FixEngine::Impl::listen() {
  sockaddr_in a = address();
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int one = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  socklen_t length = sizeof a;
  if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr*>(&a), sizeof a) != 0 ||
      ::listen(listener_, 64) != 0 || getsockname(listener_, reinterpret_cast<sockaddr*>(&a), &length) != 0)
    throw std::runtime_error("FIX: cannot listen on " + options_.address + ":" + std::to_string(options_.port) + ": " +
                             std::strerror(errno));
  port_ = ntohs(a.sin_port);
  epoll_event e{};
  e.events = EPOLLIN;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &e);
}

FixConnection& FixEngine::Impl::add(int descriptor, std::uint64_t now, bool connecting) {
  const int one = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  connections_.emplace_back(new FixConnection(descriptor, epoll_, options_, now, connecting));
  ++counters.connections;
  return *connections_.back();
}

void FixEngine::Impl::accept(std::uint64_t now) {
  sockaddr_in peer{};
  socklen_t length = sizeof peer;
  for (int fd;
       (fd = accept4(listener_, reinterpret_cast<sockaddr*>(&peer), &length, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;
       length = sizeof peer)
    if (connections_.size() < options_.most_connections || make_room())
      add(fd, now, false).from = ntohl(peer.sin_addr.s_addr);
    else
      close(fd);
}

// Takes the place of the oldest connection that has not logged on.
bool FixEngine::Impl::make_room() {
  for (const auto& c : connections_) {
    if (c->session != nullptr || c->dead()) continue;
    ++counters.displaced;
    c->cut();
    return true;
  }
  return false;
}

void FixEngine::Impl::connect(std::size_t index, std::uint64_t now) {
  Entry& e = sessions_[index];
  const sockaddr_in a = address();
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  e.pause = std::min<std::uint64_t>(std::max<std::uint64_t>(2 * e.pause, options_.retry_first), options_.retry_last);
  e.retry = now + e.pause;
  if (fd < 0) return;
  const int result = ::connect(fd, reinterpret_cast<const sockaddr*>(&a), sizeof a);
  if (result != 0 && errno != EINPROGRESS) {
    e.loss = std::strerror(errno);
    close(fd);
    return;
  }
  FixConnection& c = add(fd, now, true);
  c.index = index;
  e.connection = &c;
}

bool FixEngine::Impl::poll(int wait) {
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
    if (c->more && !c->dead()) obey(*c, now);
    if (failed_) rethrow();
    more |= c->more && !c->dead();
  }
  sweep();
  if (failed_) rethrow();
  return more;
}

void FixEngine::Impl::serve(FixConnection& c, std::uint32_t ready) {
  if (c.dead()) return;
  if (c.connecting()) {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(c.descriptor(), SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) {
      c.why = std::strerror(error);
      return c.cut();
    }
    c.connected();
    c.flush();
    c.session = sessions_[c.index].session.get();
    c.session->setResponder(&c);
    c.session->next();  // the logon
    return;
  }
  if ((ready & EPOLLOUT) != 0) c.flush();
  if ((ready & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !c.read()) c.cut();
}

// Gives the session what has come.
void FixEngine::Impl::obey(FixConnection& c, std::uint64_t now) {
  std::string text;
  for (unsigned i = 0; i < kMessagesAtOnce && !c.dead() && !c.leaving() && !failed_; ++i) {
    if (!c.next(text)) return;
    if (!c.count(options_.messages_a_second, now)) {
      ++counters.too_fast;
      return c.cut();
    }
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

// Gives the connection to the session that its first message names. A session knows nothing of those who may not have
// it.
bool FixEngine::Impl::log_on(FixConnection& c, const std::string& text) {
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
  const bool known = options_.accept && !stopping_ && found != index_.end();
  if (known && guard_.locked(c.from, options_.sessions[found->second].target, milliseconds())) {
    ++counters.locked_out;
    c.cut();
    return false;
  }
  const bool authorized = known && knows_password(options_.sessions[found->second], text);
  if (known && !authorized) guard_.failed(c.from, options_.sessions[found->second].target, milliseconds());
  if (!authorized || sessions_[found->second].connection != nullptr) {
    ++(known && !authorized ? counters.unauthorized : counters.refused);
    c.cut();
    return false;
  }
  c.index = found->second;
  guard_.succeeded(c.from, options_.sessions[c.index].target);
  c.session = sessions_[c.index].session.get();
  sessions_[c.index].connection = &c;
  c.session->setResponder(&c);
  return true;
}

void FixEngine::Impl::tick(std::uint64_t now) {
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
void FixEngine::Impl::sweep() {
  for (auto i = connections_.begin(); i != connections_.end();) {
    FixConnection& c = **i;
    if (!c.dead() && !c.leaving()) {
      ++i;
      continue;
    }
    // A session whose connection is leaving can be had again at once.
    if (sessions_.size() > c.index && sessions_[c.index].connection == &c) {
      Entry& e = sessions_[c.index];
      e.connection = nullptr;
      if (!c.why.empty())
        e.loss = c.why;
      else
        e.loss = e.pause == 0 ? "the connection was lost" : "the connection ended before the logon was answered";
    }
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

bool FixEngine::Impl::cut(std::size_t session) {
  FixConnection* const c = sessions_[session].connection;
  if (c == nullptr || c->session == nullptr) return false;
  c->cut();
  return true;
}

void FixEngine::Impl::close_all() {
  for (Entry& e : sessions_) e.session.reset();
  connections_.clear();
  if (listener_ >= 0) close(listener_);
  if (epoll_ >= 0) close(epoll_);
}

}  // namespace session
}  // namespace twinpath
