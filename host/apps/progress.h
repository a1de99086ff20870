// A progress bar on standard error, when that is a terminal; otherwise a line every ten percent.
#pragma once
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace twinpath {

class Progress {
 public:
  Progress(std::string what, std::uint64_t total, bool quiet = false)
      : what_(std::move(what)), total_(total == 0 ? 1 : total), quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0) {}

  void at(std::uint64_t done, std::uint64_t items, const char* unit) {
    if (quiet_) return;
    const auto now = Clock::now();
    const unsigned percent = static_cast<unsigned>(done >= total_ ? 100 : done * 100 / total_);
    if (terminal_) {
      if (now - drawn_ < std::chrono::milliseconds(100)) return;
      drawn_ = now;
      draw(percent, items, unit, now);
    } else if (percent >= next_line_) {
      next_line_ = percent / 10 * 10 + 10;
      std::fprintf(stderr, "%s: %3u %%, %llu %s\n", what_.c_str(), percent, static_cast<unsigned long long>(items),
                   unit);
    }
  }

  void done(std::uint64_t items, const char* unit) {
    if (quiet_ || !terminal_) return;
    draw(100, items, unit, Clock::now());
    std::fputc('\n', stderr);
  }

 private:
  using Clock = std::chrono::steady_clock;

  void draw(unsigned percent, std::uint64_t items, const char* unit, Clock::time_point now) const {
    constexpr unsigned kWidth = 32;
    const unsigned filled = percent * kWidth / 100;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    std::string bar;
    for (unsigned i = 0; i < kWidth; ++i) bar += i < filled ? "█" : "░";
    std::fprintf(stderr, "\r%s %s %3u %%  %llu %s  %.1f s", what_.c_str(), bar.c_str(), percent,
                 static_cast<unsigned long long>(items), unit, seconds);
    std::fflush(stderr);
  }

  std::string what_;
  std::uint64_t total_;
  bool quiet_;
  bool terminal_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_{};
  unsigned next_line_ = 10;
};

}  // namespace twinpath
