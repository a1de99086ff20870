// A snapshot of the market (GLIMPSE 5.0) as frames that a path can begin with: its messages take the numbers in front
// of the one that the tape goes on with.
//
// One that a path cannot go on from is not taken, but another one later: of another session than the lines', of a tape
// that is no longer than it, or, where nothing is re-requested, one that ends before what is kept of the lines begins.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/core/config.h"
#include "host/live/recovery_options.h"
#include "host/session/glimpse_client.h"
#include "host/session/soup_tcp.h"
#include "host/wire/moldudp64.h"

namespace twinpath {

class SnapshotTaker final : private session::MoldRecoveryHandler {
 public:
  SnapshotTaker(const RecoveryOptions& options, const FeedConfig& feed);

  // A frame of the lines that is kept to be given behind the snapshot; and that none of those before is any more.
  void kept(std::span<const std::uint8_t> frame) noexcept;
  void dropped() noexcept { first_kept_ = 0; }

  // Goes on with it; true once it is there. One that breaks off, or is refused, is begun anew: seldom where the login
  // is not authorized, for a service counts wrong passwords. Throws std::runtime_error, which says why, when there is
  // none within `snapshot_timeout`. Of a tape that is no longer than its snapshot, and can be had from its first
  // message on, nothing is taken.
  bool turn();
  // What there was instead of a snapshot so far, and what to do about it.
  std::string found();
  // The number that the path begins with.
  std::uint64_t first_sequence() const noexcept { return next_ - messages_.size(); }
  std::size_t messages() const noexcept { return messages_.size(); }
  // Its Stock Directory messages, of a snapshot that nothing else is taken of, too.
  const std::vector<std::vector<std::uint8_t>>& directory() const noexcept { return directory_; }
  // Frames of line A, in their order.
  void frames(const std::function<void(std::span<const std::uint8_t>)>& sink) const;

 private:
  struct Attempt {
    Attempt(SnapshotTaker& owner, const RecoveryOptions& options);
    session::MoldRecovery recovery;
    session::GlimpseClient glimpse;
    session::SoupTcpClient link;
  };
  void message(std::uint64_t, std::span<const std::uint8_t>) override {}
  void request(std::span<const std::uint8_t>) override {}
  void snapshot_wanted() override {}
  void snapshot_begins() override {
    messages_.clear();
    directory_.clear();
  }
  void snapshot_message(std::span<const std::uint8_t> message) override;
  bool take(Nanoseconds now);
  std::string unfit(std::uint64_t next, const Text<10>& session) const;

  RecoveryOptions options_;
  FeedConfig feed_;
  session::EventLoop loop_;
  std::optional<Attempt> attempt_;
  std::vector<std::vector<std::uint8_t>> messages_, directory_;
  Text<10> session_{};
  mold::Session lines_session_ = mold::make_session("");  // spaces: not known
  std::uint64_t first_kept_ = 0;                          // of the lines; 0: nothing is
  std::string refused_;                                   // why the last one was not taken
  session::SoupLoss loss_ = session::SoupLoss::none;      // of the last attempt
  std::uint64_t next_ = 0;                                // behind it
  unsigned not_authorized_ = 0;                           // in a row
  Nanoseconds begun_{}, again_{};
};

}  // namespace twinpath
