#include "host/live/snapshot_taker.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "host/wire/moldudp64.h"

namespace twinpath {
namespace {

using session::EventLoop;
using session::MoldRecovery;

constexpr Nanoseconds kAgain{200'000'000};
// As exchanges send it: every frame fits into an MTU of 1,500.
constexpr std::size_t kMaxPayload = 1'400;

session::SoupClientOptions login(const RecoveryOptions& o) {
  session::SoupClientOptions s;
  s.username = make_text<6>(o.account);
  s.password = make_text<10>(o.password);
  s.backoff_last = Nanoseconds{1'000'000'000};
  return s;
}

}  // namespace

SnapshotTaker::Attempt::Attempt(SnapshotTaker& owner, const RecoveryOptions& options)
    : recovery({}, owner), glimpse(login(options), recovery), link(owner.loop_, options.glimpse, glimpse.soup()) {
  recovery.want_snapshot();
  glimpse.fetch(EventLoop::now());
}

SnapshotTaker::SnapshotTaker(const RecoveryOptions& options, const FeedConfig& feed)
    : options_(options), feed_(feed), begun_(EventLoop::now()) {}

bool SnapshotTaker::turn() {
  if (next_ != 0) return true;
  const Nanoseconds now = EventLoop::now();
  if (!attempt_) {
    if (now < again_) return false;
    attempt_.emplace(*this, options_);
  }
  attempt_->link.turn();
  loop_.wait(now, Nanoseconds{});
  attempt_->link.turn();
  if (attempt_->recovery.state() == MoldRecovery::State::live) {
    next_ = attempt_->recovery.next_sequence();
    session_ = attempt_->glimpse.soup().session();
    attempt_.reset();
    return true;
  }
  const auto loss = attempt_->glimpse.soup().loss();
  if (now - begun_ >= options_.snapshot_timeout)
    throw std::runtime_error(
        fmt::format("recovery: expected a snapshot within {} s, found: {}; is the service running at "
                    "glimpse of [recovery], and are account and password right?",
                    options_.snapshot_timeout.value / 1'000'000'000, to_string(loss)));
  if (attempt_->recovery.state() == MoldRecovery::State::failed) {
    attempt_.reset();
    again_ = now + kAgain;
  }
  return false;
}

void SnapshotTaker::snapshot_message(std::span<const std::uint8_t> message) {
  messages_.emplace_back(message.begin(), message.end());
}

void SnapshotTaker::frames(const std::function<void(std::span<const std::uint8_t>)>& sink) const {
  net::UdpLine line;
  line.destination_ip = feed_.line_a.address;
  line.destination_port = feed_.line_a.port;
  line.source_ip = options_.glimpse.address;
  line.source_port = options_.glimpse.port;
  const std::size_t headers = line.header_size();
  std::vector<std::uint8_t> frame(headers + kMaxPayload);
  mold::Header h;
  // A path that was told its session takes no other's packets.
  if (std::ranges::any_of(feed_.session, [](std::uint8_t c) { return c != 0; })) {
    std::copy(feed_.session.begin(), feed_.session.end(), h.session.begin());
  } else {
    h.session = mold::make_session(session::session_name(session_));
  }
  h.sequence = first_sequence();
  for (std::size_t i = 0; i < messages_.size();) {
    std::size_t size = mold::Header::kSize;
    h.count = 0;
    for (; i < messages_.size() && size + mold::kBlockHeader + messages_[i].size() <= kMaxPayload; ++i, ++h.count) {
      std::uint8_t* const p = frame.data() + headers + size;
      store_be16(p, static_cast<std::uint16_t>(messages_[i].size()));
      std::ranges::copy(messages_[i], p + mold::kBlockHeader);
      size += mold::kBlockHeader + messages_[i].size();
    }
    if (h.count == 0) throw std::runtime_error("recovery: a snapshot's message does not fit into a packet");
    h.write(frame.data() + headers);
    net::write_udp_headers(line, size, 0, frame.data());
    sink(std::span(frame).first(headers + size));
    h.sequence += h.count;
  }
}

}  // namespace twinpath
