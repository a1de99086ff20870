// How a feed process that is not told its symbols' locates finds them.
#include <functional>

#include "host/process/feed_engine.h"

namespace twinpath {

// A predecessor's are in its store. Where one is missing there, what it kept lacks that symbol's messages.
void FeedEngine::look_for_locates(const LiveOptions& live) {
  directory_.emplace(config_, live);
  store_.for_each([this](const MessageStore::Record& r, const std::uint8_t* m) {
    if (r.kind == MessageStore::Kind::message) directory_->finder().message({m, r.bytes});
  });
  if (directory_->over()) {
    directory_.reset();
  } else {
    store_.forget(epoch_);
  }
}

// Every symbol's locate has been found: books begin.
bool FeedEngine::locates_known() {
  if (!directory_->over()) return false;
  directory_.reset();
  publisher_.set_waits_for_directory(false);
  begin_books();
  return true;
}

// A burst of every input is kept. Returns how many frames there were.
std::size_t FeedEngine::keep_burst() {
  std::size_t taken = 0;
  for (PacketReceiver* input : inputs_) {
    const std::size_t n = input->receive(burst_);
    for (const SourceFrame& f : std::span(burst_).first(n)) {
      if (directory_) directory_->finder().frame(f.bytes);
      if (taker_ && !f.fcs_error) taker_->kept(f.bytes);
      waiting_.add(f);
    }
    taken += n;
  }
  return taken;
}

std::size_t FeedEngine::wait_for_directory() {
  const bool snapshots = recovery_ != nullptr && recovery_->glimpse.port != 0;
  const std::size_t taken = keep_burst();
  // A snapshot has what came before it.
  if (snapshots) waiting_.clear();
  stats(wall_().value);
  if (!locates_known()) {
    directory_->check(waiting_.bytes(), snapshots || taken == 0, false);
    return taken;
  }
  if (snapshots) {
    taker_.emplace(*recovery_, feed_config_);
    return taken;
  }
  publisher_.quiet(true);
  waiting_.give([this](const SourceFrame& f) { take(f); },
                recovery_ != nullptr ? wall_ : std::function<Nanoseconds()>{});
  store_.session(feed_->session());
  publisher_.quiet(false);
  publisher_.tell_all();
  return taken;
}

// The first snapshot has them, unless it is from before they are sent: then another is taken once they have come.
bool FeedEngine::locates_in_snapshot() {
  for (const auto& message : taker_->directory()) directory_->finder().message(message);
  if (locates_known()) return true;
  taker_.reset();
  waiting_.clear();
  return false;
}

}  // namespace twinpath
