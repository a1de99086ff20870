#include "host/session/mold_recovery.h"

#include <algorithm>
#include <array>

#include "host/wire/soupbintcp.h"

namespace twinpath::session {
namespace {

// GLIMPSE 5.0, the end of a snapshot: 'G', and in 20 digits the sequence number to go on with.
constexpr std::uint8_t kEndOfSnapshot = 'G';
constexpr std::size_t kEndOfSnapshotLength = 21;

}  // namespace

void MoldRecovery::packet(std::span<const std::uint8_t> payload, Nanoseconds now) {
  if (state_ == State::failed || state_ == State::ended) return;
  if (payload.size() < mold::Header::kSize) {
    ++counters_.damaged;
    return;
  }
  const mold::Header header = mold::Header::read(payload.data());
  if (options_.session == mold::make_session("")) options_.session = header.session;
  if (header.session != options_.session) {
    ++counters_.wrong_session;
    return;
  }
  if (header.sequence == 0 || header.sequence > ~std::uint64_t{0} - header.blocks()) {
    ++counters_.damaged;
    return;
  }
  if (next_ == 0) next_ = high_ = header.sequence;
  const std::uint64_t before = next_;
  mold::BlockReader blocks(payload.subspan(mold::Header::kSize), header.blocks());
  std::span<const std::uint8_t> message;
  std::uint64_t sequence = header.sequence;
  mold::BlockReader::Status status;
  for (; (status = blocks.next(message)) == mold::BlockReader::Status::block; ++sequence) take(sequence, message);
  if (status == mold::BlockReader::Status::truncated) ++counters_.damaged;
  high_ = std::max(high_, header.sequence + header.blocks());
  if (header.count == mold::kEndOfSession) end_ = header.sequence;
  settle(before, now);
}

void MoldRecovery::take(std::uint64_t sequence, std::span<const std::uint8_t> message) {
  if (sequence < next_ || waiting_.count(sequence) != 0) {
    ++counters_.duplicates;
  } else if (sequence == next_ && state_ != State::snapshot) {
    ++next_;
    ++counters_.messages;
    handler_.message(sequence, message);
  } else if (waiting_.size() < options_.most_buffered) {
    waiting_.emplace(sequence, std::vector<std::uint8_t>(message.begin(), message.end()));
  } else {
    ++counters_.not_buffered;
  }
}

// Hands on what has become next, and sees what is missing; `before` was next when this turn began.
void MoldRecovery::settle(std::uint64_t before, Nanoseconds now) {
  if (state_ == State::snapshot) return;
  for (auto w = waiting_.begin(); w != waiting_.end() && w->first <= next_; w = waiting_.erase(w)) {
    if (w->first < next_) continue;
    ++next_;
    ++counters_.messages;
    handler_.message(w->first, w->second);
  }
  high_ = std::max(high_, next_);
  if (end_ != 0 && next_ >= end_) {
    state_ = State::ended;
    handler_.ended();
  } else if (next_ == high_) {
    state_ = State::live;
  } else if (state_ == State::live) {
    ++counters_.gaps;
    state_ = State::recovering;
    tries_ = 0;
    due_ = now + options_.patience;
  } else if (next_ != before && tries_ != 0) {
    // An answer brought some of it: the rest is asked for without waiting.
    tries_ = 0;
    ask(now);
  }
}

void MoldRecovery::ask(Nanoseconds now) {
  const std::uint64_t end = waiting_.empty() ? high_ : std::min(high_, waiting_.begin()->first);
  mold::Header header;
  header.session = options_.session;
  header.sequence = next_;
  header.count = static_cast<std::uint16_t>(std::min<std::uint64_t>(end - next_, options_.most_requested));
  std::array<std::uint8_t, mold::Header::kSize> bytes;
  header.write(bytes.data());
  due_ = now + Nanoseconds{options_.retry.value << std::min(tries_, 20u)};
  ++tries_;
  ++counters_.requests;
  handler_.request(bytes);
}

void MoldRecovery::advance(Nanoseconds now) {
  if (state_ != State::recovering || now < due_) return;
  if (tries_ > options_.retries) {
    want_snapshot();
  } else {
    ask(now);
  }
}

void MoldRecovery::want_snapshot() {
  if (state_ != State::live && state_ != State::recovering) return;
  state_ = State::snapshot;
  handler_.snapshot_wanted();
}

void MoldRecovery::snapshot_begins() {
  if (state_ == State::snapshot) handler_.snapshot_begins();
}

void MoldRecovery::snapshot_message(std::span<const std::uint8_t> message, Nanoseconds now) {
  if (state_ != State::snapshot) return;
  if (message.empty() || message[0] != kEndOfSnapshot) return handler_.snapshot_message(message);
  const auto next = message.size() == kEndOfSnapshotLength
                        ? soup::parse_number({reinterpret_cast<const char*>(message.data()) + 1, 20})
                        : std::nullopt;
  if (!next || *next == 0) return snapshot_failed();
  ++counters_.snapshots;
  next_ = *next;
  high_ = std::max(high_, next_);
  waiting_.erase(waiting_.begin(), waiting_.lower_bound(next_));
  state_ = State::live;
  settle(next_, now);
}

void MoldRecovery::snapshot_failed() noexcept {
  if (state_ == State::snapshot) state_ = State::failed;
}

}  // namespace twinpath::session
