// GLIMPSE: a snapshot of the market over SoupBinTCP, for a MoldRecovery that wants one. Each login gets a snapshot from
// its beginning; one that breaks off is begun anew.
#pragma once
#include <cstdint>
#include <span>

#include "host/session/mold_recovery.h"
#include "host/session/soup_client.h"

namespace twinpath::session {

class GlimpseClient final : private SoupClientHandler {
 public:
  // `recovery` must outlive it. The options' session and sequence are not used.
  GlimpseClient(SoupClientOptions options, MoldRecovery& recovery)
      : recovery_(recovery), soup_(whole(options), *this) {}

  // To be called when a snapshot is wanted. The connection is the caller's, through soup().
  void fetch(Nanoseconds now) {
    soup_.stop(now);
    soup_.restart(make_text<10>(""), 1, now);
  }
  SoupClient& soup() noexcept { return soup_; }

 private:
  static SoupClientOptions whole(SoupClientOptions options) {
    options.session = make_text<10>("");
    options.next_sequence = 1;
    options.from_the_start = true;
    return options;
  }
  void logged_in(const Text<10>&, std::uint64_t) override { recovery_.snapshot_begins(); }
  void sequenced(std::uint64_t, std::span<const std::uint8_t> message) override {
    recovery_.snapshot_message(message, soup_.received());
    if (recovery_.state() != MoldRecovery::State::snapshot) soup_.stop(soup_.received());
  }
  // Refused, or at its end without the snapshot's: there is none to be had.
  void lost(SoupLoss) override {
    const SoupClient::State s = soup_.state();
    if (s == SoupClient::State::refused || s == SoupClient::State::ended) recovery_.snapshot_failed();
  }

  MoldRecovery& recovery_;
  SoupClient soup_;
};

}  // namespace twinpath::session
