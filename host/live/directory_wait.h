// A run that is not told its symbols' locates waits for their Stock Directory messages (TotalView-ITCH 5.0, 1.2.1), and
// keeps what arrives meanwhile: for so long, and so much of it, as [live] allows.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "host/feed/locate_finder.h"
#include "host/live/live_options.h"

namespace twinpath {

class DirectoryWait {
 public:
  // Time runs from here on. `config` outlives it and gets the locates.
  DirectoryWait(CoreConfig& config, const LiveOptions& live)
      : finder_(config),
        seconds_(live.directory_timeout_s),
        most_bytes_(live.directory_buffer_bytes),
        deadline_(std::chrono::steady_clock::now() + std::chrono::seconds(live.directory_timeout_s)) {}

  LocateFinder& finder() noexcept { return finder_; }
  const LocateFinder& finder() const noexcept { return finder_; }
  bool over() const noexcept { return finder_.missing() == 0; }
  // Throws std::runtime_error that names symbols which are still missing: when more bytes are kept than allowed and,
  // with nothing more to look at for now (`idle`), when time is up or the inputs have `ended`.
  void check(std::size_t bytes_kept, bool idle, bool ended) const;

 private:
  LocateFinder finder_;
  std::size_t seconds_, most_bytes_;
  std::chrono::steady_clock::time_point deadline_;
};

// "A, B, C", at most ten, and how many more there are.
std::string list_of(const std::vector<std::string>& names);

}  // namespace twinpath
