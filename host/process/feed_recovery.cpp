// How a feed process has again what both lines lost: a gap is asked for, and books that lost messages are made anew.
#include <utility>

#include "host/process/feed_engine.h"

namespace twinpath {

void FeedEngine::begin_recovery() {
  recovered_.paths = 1;
  if (recovery_ == nullptr) return;
  if (recovery_->rerequest.port != 0) gaps_.emplace(*recovery_, feed_config_, wall_);
  if (recovery_->glimpse.port == 0 || resume_at_ != 0) return;
  // Without a predecessor's books: in the middle of a day, too.
  publisher_.set_rebuilding(true);
  taker_.emplace(*recovery_, feed_config_);
}

// A gap was lost, or is too long to be asked for.
void FeedEngine::make_anew() {
  ++recovered_.paths;
  if (recovery_->glimpse.port != 0) {
    publisher_.set_rebuilding(true);
    publisher_.tell_all();
    taker_.emplace(*recovery_, feed_config_);
    return;
  }
  begin_anew(config_.feed.first_sequence);
  store_.belongs_to(epoch_);
  publisher_.quiet(false);
  publisher_.tell_all();
}

// Empty books, which nobody is told of; and what is kept is of no use to a successor, until it belongs to a day again.
void FeedEngine::begin_anew(std::uint64_t first_sequence) {
  store_.forget(MessageStore::kNoDay);
  publisher_.quiet(true);
  publisher_.begin_anew();
  publisher_.set_rebuilding(true);
  begin_books();
  feed_config_.first_sequence = resume_at_ = first_sequence;
  feed_.emplace(feed_config_, counters_, keeper_);
  if (gaps_) gaps_->begin(first_sequence);
}

// A burst of every input is kept. Returns how many frames there were.
std::size_t FeedEngine::wait_for_snapshot() {
  // Past it what has arrived is dropped: a gap, to be filled, or to be taken from another snapshot.
  constexpr std::uint64_t kMostWaiting = std::uint64_t{256} << 20U;
  const std::size_t taken = keep_burst();
  if (waiting_.bytes() > kMostWaiting) {
    waiting_.clear();
    taker_->dropped();
  }
  if (taker_->turn()) take_snapshot();
  stats(wall_().value);
  return taken;
}

void FeedEngine::take_snapshot() {
  if (directory_ && !locates_in_snapshot()) return;
  begin_anew(taker_->first_sequence());
  recovered_.snapshot_messages = taker_->messages();
  taker_->frames([this](std::span<const std::uint8_t> frame) { take({wall_(), frame, false}); });
  taker_.reset();
  store_.session(feed_->session());
  store_.belongs_to(epoch_);
  std::exchange(waiting_, {}).give([this](const SourceFrame& f) { take(f); }, wall_);
  publisher_.quiet(false);
  publisher_.tell_all();
  settle();
}

}  // namespace twinpath
