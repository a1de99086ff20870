#include "host/live/gap_filler.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "host/wire/moldudp64.h"

namespace twinpath {
namespace {

constexpr std::size_t kRoom = 2'048;

}  // namespace

GapFiller::GapFiller(const RecoveryOptions& options, const FeedConfig& feed, std::function<Nanoseconds()> wall)
    : options_(options),
      feed_(feed),
      wall_(std::move(wall)),
      socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      rooms_(kSendRooms * kRoom) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(options.rerequest.address);
  to.sin_port = htons(options.rerequest.port);
  // Connected: nobody else's datagrams are taken for answers.
  if (socket_.fd() < 0 || ::connect(socket_.fd(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    throw std::system_error(errno, std::generic_category(), "recovery: a socket for re-requests");
  line_.destination_ip = feed.line_a.address;
  line_.destination_port = feed.line_a.port;
  line_.source_ip = options.rerequest.address;
  line_.source_port = options.rerequest.port;
  begin(feed.first_sequence);
}

void GapFiller::begin(std::uint64_t sequence) noexcept {
  next_ = high_ = sequence;
  slots_ = {};
  asked_ = waited_ = 0;
  due_ = {};
  tries_ = 0;
  asking_ = false;
  has_session_ = std::ranges::any_of(feed_.session, [](std::uint8_t c) { return c != 0; });
  if (has_session_) session_ = feed_.session;
}

void GapFiller::seen(std::span<const std::uint8_t> frame) noexcept {
  FeedPacket p;
  if (parse_frame(frame, feed_, p) != Counter::frames) return;
  if (!has_session_) {
    std::copy_n(p.session, session_.size(), session_.begin());
    has_session_ = true;
  }
  if (std::memcmp(p.session, session_.data(), session_.size()) != 0) return;
  const std::uint64_t count = p.count == kEndOfSessionCount ? 0 : p.count;
  const std::uint64_t end = p.sequence + count;
  if (next_ == 0) next_ = high_ = p.sequence;
  high_ = std::max(high_, end);
  if (end <= next_) return;
  if (p.sequence <= next_) {
    next_ = end;
    return taken();
  }
  if (count == 0) return;
  Slot* free = nullptr;
  for (Slot& s : slots_) {
    if (s.end != 0 && s.first == p.sequence) return;
    if (s.end == 0 && free == nullptr) free = &s;
  }
  if (free != nullptr) *free = {p.sequence, end};
}

// Slots whose turn it is.
void GapFiller::taken() noexcept {
  for (bool more = true; more;) {
    more = false;
    for (Slot& s : slots_) {
      if (s.end == 0 || s.first > next_) continue;
      next_ = std::max(next_, s.end);
      s = {};
      more = true;
    }
  }
}

std::size_t GapFiller::receive(std::span<SourceFrame> frames) {
  if (open()) {
    ask(session::EventLoop::now());  // the wall clock may jump
  } else if (due_.value != 0) {
    due_ = {};
    asking_ = false;
  }
  const std::size_t most = std::min(frames.size(), kSendRooms);
  const std::size_t headers = line_.header_size();
  std::size_t n = 0;
  while (n < most) {
    std::uint8_t* const room = rooms_.data() + n * kRoom;
    const ssize_t size = ::recv(socket_.fd(), room + headers, kRoom - headers, MSG_DONTWAIT);
    if (size < 0) break;
    if (static_cast<std::size_t>(size) < mold::Header::kSize) {
      ++counts_.foreign;
      continue;
    }
    net::write_udp_headers(line_, static_cast<std::size_t>(size), 0, room);
    frames[n++] = {wall_(), {room, headers + static_cast<std::size_t>(size)}, false};
    ++counts_.answers;
    ++received_.frames;
    received_.bytes += headers + static_cast<std::size_t>(size);
  }
  return n;
}

void GapFiller::ask(Nanoseconds now) {
  if (due_.value == 0) {
    due_ = now + options_.patience;
    waited_ = next_;
    tries_ = 0;
    asking_ = false;
    return;
  }
  const bool progress = next_ != waited_;
  if (progress) {
    waited_ = next_;
    tries_ = 0;
    // Lines that fill it by themselves are given their time.
    due_ = now + (asking_ ? options_.retry : options_.patience);
  }
  if (now >= due_) {
    counts_.gaps += !asking_;
    asking_ = true;
    asked_ = next_;
    due_ = now + Nanoseconds{options_.retry.value << std::min(tries_, 10U)};
    ++tries_;
  } else if (!asking_ || !progress) {
    return;
  }
  if (behind()) return;
  const std::uint64_t until = std::min(high_, next_ + kWindow);
  asked_ = std::max(asked_, next_);
  while (asked_ < until) {
    // What lies in a slot is not missing.
    const auto in = std::ranges::find_if(slots_, [&](const Slot& s) { return s.first <= asked_ && asked_ < s.end; });
    if (in != slots_.end()) {
      asked_ = in->end;
      continue;
    }
    std::uint64_t end = std::min(until, asked_ + kChunk);
    for (const Slot& s : slots_)
      if (s.end != 0 && s.first > asked_) end = std::min(end, s.first);
    request(asked_, end - asked_);
    asked_ = end;
  }
}

void GapFiller::request(std::uint64_t first, std::uint64_t count) noexcept {
  mold::Header h;
  std::copy(session_.begin(), session_.end(), h.session.begin());
  h.sequence = first;
  h.count = static_cast<std::uint16_t>(count);
  std::array<std::uint8_t, mold::Header::kSize> bytes;
  h.write(bytes.data());
  ++counts_.requests;
  // What the kernel does not take is asked for again.
  static_cast<void>(::send(socket_.fd(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
}

}  // namespace twinpath
