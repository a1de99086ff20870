// Stage stamps of the software path, from the processor's time stamp counter; or none, at no cost.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>

#include "host/core/event.h"
#include "host/core/tick_clock.h"

namespace twinpath {

// When the frame came in and each stage ended. Copied from thread to thread where stages have their own.
struct TickMarks {
  std::uint64_t start_at = 0;
  std::array<std::uint64_t, kStages> at{};

  void start() noexcept {
    start_at = TickClock::now();
    at.fill(0);
  }
  void mark(Stage s) noexcept { at[static_cast<std::size_t>(s)] = TickClock::now() - start_at; }
};

// Ticks as an event's nanoseconds, saturating at 65,535.
class TickScale {
 public:
  void fill(Event& e, const TickMarks& marks) const noexcept {
    for (unsigned i = 0; i < kStages; ++i) {
      const auto ns = static_cast<std::uint64_t>(static_cast<unsigned __int128>(marks.at[i]) * scale_ >> 32);
      e.stages[i] = static_cast<std::uint16_t>(std::min<std::uint64_t>(ns, 65535));
    }
  }

 private:
  const std::uint64_t scale_ = static_cast<std::uint64_t>(TickClock::nanoseconds(std::uint64_t{1} << 32));  // ns * 2^32
};

class TickStamps : public TickMarks {
 public:
  using Marks = TickMarks;
  using Scale = TickScale;
  void fill(Event& e) const noexcept { scale_.fill(e, *this); }

 private:
  TickScale scale_;
};

struct NoMarks {
  void start() noexcept {}
  void mark(Stage) noexcept {}
};

struct NoStamps : NoMarks {
  using Marks = NoMarks;
  struct Scale {
    void fill(Event&, const NoMarks&) const noexcept {}
  };
  void fill(Event&) const noexcept {}
};

}  // namespace twinpath
