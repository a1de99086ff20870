// A session in memory, as a path sees it: what is measured is the path, not the reading of files nor the exchange.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "host/path/replay.h"

namespace twinpath::bench {

// All inputs of a replay with their times: frames, scheduled commands and the simulated exchange's answers. Made by
// one replay through the software path, so that playing them again needs neither.
class Session {
 public:
  Session(FrameSource& source, const CoreConfig& config, const ReplayOptions& options);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  std::span<const TimedInput> inputs() const noexcept { return inputs_; }
  std::uint64_t frames() const noexcept { return frames_; }
  std::uint64_t messages() const noexcept { return messages_; }  // delivered, each once
  std::uint64_t orders() const noexcept { return orders_; }      // order frames: enter and cancel

  // Gives every input to `submit(std::span<const TimedInput>)`, at most `batch` at a time, and every bank to
  // `load(const Bank&)` where the replay loaded it.
  template <class Submit, class Load>
  void play(std::size_t batch, Submit&& submit, Load&& load) const {
    std::size_t at = 0;
    const auto until = [&](std::size_t end) {
      for (; at < end; at = std::min(at + batch, end))
        submit(std::span(inputs_).subspan(at, std::min(batch, end - at)));
    };
    for (const auto& [before, bank] : banks_) {
      until(before);
      load(bank);
    }
    until(inputs_.size());
  }

 private:
  class Recorder;

  std::vector<std::uint8_t> bytes_;  // of all frames, one behind the other
  std::vector<TimedInput> inputs_;
  std::vector<std::pair<std::size_t, Bank>> banks_;  // loaded before this input
  std::uint64_t frames_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t orders_ = 0;
};

}  // namespace twinpath::bench
