// A snapshot of the market (GLIMPSE 5.0) as frames that a path can begin with: its messages take the numbers in front
// of the one that the tape goes on with.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "host/core/config.h"
#include "host/live/recovery_options.h"
#include "host/session/glimpse_client.h"
#include "host/session/soup_tcp.h"

namespace twinpath {

class SnapshotTaker final : private session::MoldRecoveryHandler {
 public:
  SnapshotTaker(const RecoveryOptions& options, const FeedConfig& feed);

  // Goes on with it; true once it is there. One that breaks off, or is refused, is begun anew. Throws
  // std::runtime_error when the login is refused for as long as `snapshot_timeout`.
  bool turn();
  // The number that the path begins with.
  std::uint64_t first_sequence() const noexcept { return next_ - messages_.size(); }
  std::size_t messages() const noexcept { return messages_.size(); }
  // The tape is not longer than its snapshot: it can be had from its first message on.
  bool whole_tape() const noexcept { return messages_.size() >= next_; }
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
  void snapshot_begins() override { messages_.clear(); }
  void snapshot_message(std::span<const std::uint8_t> message) override;

  RecoveryOptions options_;
  FeedConfig feed_;
  session::EventLoop loop_;
  std::optional<Attempt> attempt_;
  std::vector<std::vector<std::uint8_t>> messages_;
  Text<10> session_{};
  std::uint64_t next_ = 0;  // behind it
  Nanoseconds begun_{}, again_{};
};

}  // namespace twinpath
