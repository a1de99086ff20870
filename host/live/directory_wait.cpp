#include "host/live/directory_wait.h"

#include <fmt/format.h>

#include <stdexcept>

namespace twinpath {

void DirectoryWait::check(std::size_t bytes_kept, bool idle, bool ended) const {
  if (over()) return;
  if (bytes_kept > most_bytes_)
    throw std::runtime_error(
        fmt::format("expected Stock Directory messages of every [[symbol]] within {} MB of frames, found none of {}; "
                    "give directory in [live], locate of each, or a larger directory_buffer_mb",
                    most_bytes_ >> 20U, list_of(finder_.names())));
  if (idle && (ended || std::chrono::steady_clock::now() >= deadline_))
    throw std::runtime_error(
        fmt::format("expected Stock Directory messages of every [[symbol]] {}, found none of {}; give directory in "
                    "[live], or locate of each",
                    ended ? "in the input" : fmt::format("within {} s", seconds_), list_of(finder_.names())));
}

std::string list_of(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 10;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kMost; ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kMost) text += fmt::format(" and {} more", names.size() - kMost);
  return text;
}

}  // namespace twinpath
