#include "host/live/snapshot_taker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include "host/feed/frame_parser.h"
#include "host/wire/itch50.h"
#include "host/wire/moldudp64.h"

namespace twinpath {
namespace {

using session::EventLoop;
using session::MoldRecovery;

// Until another attempt: doubles up to the last while the login is not authorized, so that what may be tried within a
// snapshot's time locks no account.
constexpr Nanoseconds kAgain{200'000'000}, kAgainLast{8'000'000'000};
// As exchanges send it: every frame fits into an MTU of 1,500.
constexpr std::size_t kMaxPayload = 1'400;

bool configured(const FeedConfig& feed) {
  return std::ranges::any_of(feed.session, [](std::uint8_t c) { return c != 0; });
}

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
    : options_(options), feed_(feed), begun_(EventLoop::now()) {
  if (configured(feed_)) std::copy(feed_.session.begin(), feed_.session.end(), lines_session_.begin());
}

void SnapshotTaker::kept(std::span<const std::uint8_t> frame) noexcept {
  FeedPacket p;
  if (parse_frame(frame, feed_, p) != Counter::frames) return;
  if (std::memcmp(p.session, lines_session_.data(), lines_session_.size()) != 0) {
    if (configured(feed_)) return;
    // The lines' own session, or the next one: what is kept of the one before is of no use.
    std::copy_n(p.session, lines_session_.size(), lines_session_.begin());
    first_kept_ = 0;
  }
  first_kept_ = first_kept_ == 0 ? p.sequence : std::min(first_kept_, p.sequence);
}

bool SnapshotTaker::turn() {
  if (next_ != 0) return true;
  const Nanoseconds now = EventLoop::now();
  if (!attempt_ && now >= again_) {
    messages_.clear();
    attempt_.emplace(*this, options_);
  }
  if (attempt_) {
    attempt_->link.turn();
    loop_.wait(now, Nanoseconds{});
    attempt_->link.turn();
    loss_ = attempt_->glimpse.soup().loss();
    const MoldRecovery::State state = attempt_->recovery.state();
    if (state == MoldRecovery::State::live && take(now)) return true;
    if (state == MoldRecovery::State::failed) {
      not_authorized_ = loss_ == session::SoupLoss::not_authorized ? not_authorized_ + 1 : 0;
      again_ =
          now + std::min(kAgainLast, Nanoseconds{kAgain.value << std::min(std::max(not_authorized_, 1U) - 1, 10U)});
      refused_ = loss_ == session::SoupLoss::stopped ? "one whose end cannot be read; is it GLIMPSE 5.0 at glimpse of "
                                                       "[recovery]?"
                                                     : "";
      attempt_.reset();
    }
  }
  if (now - begun_ >= options_.snapshot_timeout)
    throw std::runtime_error(fmt::format("recovery: expected a snapshot within {} s, found: {}",
                                         options_.snapshot_timeout.value / 1'000'000'000, found()));
  return false;
}

// A snapshot has come to its end; false where it is none to go on from.
bool SnapshotTaker::take(Nanoseconds now) {
  const std::uint64_t next = attempt_->recovery.next_sequence();
  session_ = attempt_->glimpse.soup().session();
  attempt_.reset();
  again_ = now + kAgain;
  refused_ = unfit(next, session_);
  if (!refused_.empty()) return false;
  next_ = next;
  if (messages_.size() >= next_) {
    next_ = 1;
    messages_.clear();
  }
  return true;
}

// Why a path cannot go on from the snapshot that is there; empty: it can.
std::string SnapshotTaker::unfit(std::uint64_t next, const Text<10>& session) const {
  const std::string_view lines = session::session_name(lines_session_), its = session::session_name(session);
  if (options_.same_session && !lines.empty() && lines != its)
    return fmt::format(
        "one of session '{}', while the lines are in '{}'; is it the service of these lines? Give same_session = false "
        "where it names its sessions in its own way",
        its, lines);
  if (options_.rerequest.port != 0) return {};
  if (first_kept_ > next)
    return fmt::format(
        "one that goes on with message {}, while the first of the lines' that is kept is {}; give rerequest in "
        "[recovery], too",
        next, first_kept_);
  if (messages_.size() >= next) return "one that the tape is no longer than; give rerequest in [recovery], too";
  return {};
}

std::string SnapshotTaker::found() {
  using session::SoupClient, session::SoupLoss;
  if (!refused_.empty()) return refused_;
  if (attempt_ && attempt_->glimpse.soup().state() == SoupClient::State::logged_in)
    return fmt::format("one that has no end after {} messages; give a longer snapshot_timeout_s", messages_.size());
  return fmt::format("{}; {}", loss_ == SoupLoss::none || loss_ == SoupLoss::stopped ? "no answer" : to_string(loss_),
                     loss_ == SoupLoss::not_authorized ? "are account and password of [recovery] right?"
                                                       : "is the service running at glimpse of [recovery]?");
}

void SnapshotTaker::snapshot_message(std::span<const std::uint8_t> message) {
  messages_.emplace_back(message.begin(), message.end());
  if (message[0] == itch::StockDirectory::kType) directory_.push_back(messages_.back());
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
  // A path takes no other packets than those of its session, which is the lines'.
  h.session = session::session_name(lines_session_).empty() ? mold::make_session(session::session_name(session_))
                                                            : lines_session_;
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
