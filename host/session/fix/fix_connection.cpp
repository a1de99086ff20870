#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "host/session/fix/fix_quickfix.h"

namespace twinpath {
namespace session {

FixConnection::FixConnection(int descriptor, int epoll, const FixEngineOptions& options, std::uint64_t now,
                             bool connecting)
    : descriptor_(descriptor),
      epoll_(epoll),
      most_input_(options.most_input),
      most_output_(options.most_output),
      begun_(now),
      connecting_(connecting) {
  watch();
}

FixConnection::~FixConnection() { close(descriptor_); }

// Tells epoll what the connection waits for.
void FixConnection::watch() {
  std::uint32_t wanted = 0;
  if (!connecting_) wanted |= EPOLLIN;
  if (connecting_ || at_ < output_.size()) wanted |= EPOLLOUT;
  if (wanted == watched_) return;
  epoll_event e{};
  e.events = wanted;
  e.data.ptr = this;
  epoll_ctl(epoll_, watched_ == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor_, &e);
  watched_ = wanted;
}

bool FixConnection::send(const std::string& message) {
  if (dead_ || leaving_) return false;
  if (output_.size() - at_ + message.size() > most_output_) {
    slow_ = dead_ = true;
    return false;
  }
  output_ += message;
  flush();
  return true;
}

void FixConnection::disconnect() {
  session = nullptr;
  leaving_ = true;
  more = false;
  flush();
}

void FixConnection::flush() {
  while (at_ < output_.size() && !connecting_) {
    const ssize_t n = ::send(descriptor_, output_.data() + at_, output_.size() - at_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno != EAGAIN) dead_ = true;
    if (n <= 0) break;
    at_ += static_cast<std::size_t>(n);
  }
  if (at_ == output_.size()) {
    output_.clear();
    at_ = 0;
    // Closing at once would take the last message from a counterparty that has sent something since.
    if (leaving_ && !shut_) {
      shut_ = true;
      shutdown(descriptor_, SHUT_WR);
    }
  }
  watch();
}

bool FixConnection::read() {
  if (more) return true;  // what waits comes first: the counterparty may wait, too
  char bytes[1 << 16];
  const ssize_t n = recv(descriptor_, bytes, sizeof bytes, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (n <= 0) return false;
  if (leaving_) return true;
  parser_.addToStream(bytes, static_cast<std::size_t>(n));
  unread_ += static_cast<std::size_t>(n);
  more = true;
  return true;
}

bool FixConnection::next(std::string& message) {
  for (;;) try {
      if (!parser_.readFixMessage(message)) {
        more = false;
        too_long_ = unread_ > most_input_;
        dead_ |= too_long_;
        return false;
      }
      unread_ -= std::min(unread_, message.size());
      too_long_ = message.size() > most_input_;
      dead_ |= too_long_;
      return !too_long_;
    } catch (const FIX::MessageParseError&) {
      // Garbled: QuickFIX has thrown it away, and goes on behind it.
      unread_ = 0;
    }
}

bool FixConnection::count(unsigned most_a_second, std::uint64_t now) {
  if (now - second_ >= 1'000) {
    second_ = now;
    in_second_ = 0;
  }
  return most_a_second == 0 || ++in_second_ <= most_a_second;
}

void FixConnection::advance(std::uint64_t now) {
  if (!leaving_) return;
  if (left_ == 0) left_ = now;
  if (now - left_ > 1'000) dead_ = true;
}

}  // namespace session
}  // namespace twinpath
