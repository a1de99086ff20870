// Counters and histograms of a process in a mapped file: written by one thread with plain stores, read by whoever maps
// it (`twinpath top`).
#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/ipc/shared_segment.h"

namespace twinpath::ipc {

// Values as powers of two with 8 steps each: within 12.5 %. Small enough to be read whole.
class SharedHistogram {
 public:
  static constexpr unsigned kStepBits = 3;
  static constexpr std::size_t kBuckets = (64 - kStepBits + 1) << kStepBits;

  void record(std::uint64_t value) noexcept {
    bump(counts_[bucket_of(value)]);
    bump(count_);
    if (value > max_.load(std::memory_order_relaxed)) max_.store(value, std::memory_order_relaxed);
  }
  std::uint64_t count() const noexcept { return count_.load(std::memory_order_relaxed); }
  std::uint64_t max() const noexcept { return max_.load(std::memory_order_relaxed); }
  std::uint64_t in_bucket(std::size_t bucket) const noexcept { return counts_[bucket].load(std::memory_order_relaxed); }
  // The highest value of the bucket that it falls into, never above max(); 0 when empty.
  std::uint64_t percentile(double percent) const noexcept {
    std::array<std::uint64_t, kBuckets> counts;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kBuckets; ++i) sum += counts[i] = counts_[i].load(std::memory_order_relaxed);
    const auto wanted =
        std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(sum) * percent / 100));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < kBuckets && sum != 0; ++i) {
      if ((seen += counts[i]) >= wanted) return std::min(highest_of(i), max());
    }
    return 0;
  }

  static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < 2u << kStepBits) return value;
    const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - kStepBits - 1;
    return (std::size_t{shift} << kStepBits) + (value >> shift);
  }
  static constexpr std::uint64_t highest_of(std::size_t bucket) noexcept {
    if (bucket < 2u << kStepBits) return bucket;
    const std::size_t shift = (bucket >> kStepBits) - 1;
    const std::uint64_t step = bucket - (shift << kStepBits);
    return (step << shift) + ((std::uint64_t{1} << shift) - 1);
  }

 private:
  // One writer: no locked instruction.
  static void bump(std::atomic<std::uint64_t>& n) noexcept {
    n.store(n.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  std::atomic<std::uint64_t> count_, max_;
  std::array<std::atomic<std::uint64_t>, kBuckets> counts_;
};

struct StatsLayout {
  static constexpr std::size_t kMostCounters = 256, kMostHistograms = 8, kNameChars = 40;
  using Name = std::array<char, kNameChars>;

  std::atomic<std::uint64_t> started, heartbeat;  // nanoseconds UTC
  std::atomic<std::uint32_t> counters, histograms;
  std::array<Name, kMostCounters> counter_names;
  std::array<std::atomic<std::uint64_t>, kMostCounters> values;
  std::array<Name, kMostHistograms> histogram_names;
  std::array<SharedHistogram, kMostHistograms> all_histograms;

  static Segment::Kind kind() noexcept {
    return {"stats", layout_hash("stats", {sizeof(StatsLayout), kNameChars, SharedHistogram::kBuckets}),
            sizeof(StatsLayout)};
  }
};

// The process's own. Names are given once, before the first value.
class Stats {
 public:
  // Makes or takes over FOLDER/NAME.stats; the values of a process before it are gone. Throws SegmentError.
  Stats(const std::filesystem::path& folder, std::string_view name, std::uint64_t now_ns)
      : segment_(Segment::own(folder / (std::string(name) + ".stats"), StatsLayout::kind())) {
    std::memset(segment_.memory(), 0, sizeof(StatsLayout));
    layout().started = now_ns;
    layout().heartbeat = now_ns;
  }

  std::atomic<std::uint64_t>& counter(std::string_view name) {
    return layout().values[place(layout().counters, layout().counter_names, name)];
  }
  // Of nanoseconds.
  SharedHistogram& histogram(std::string_view name) {
    return layout().all_histograms[place(layout().histograms, layout().histogram_names, name)];
  }
  void heartbeat(std::uint64_t now_ns) noexcept { layout().heartbeat.store(now_ns, std::memory_order_relaxed); }

  static void set(std::atomic<std::uint64_t>& counter, std::uint64_t value) noexcept {
    counter.store(value, std::memory_order_relaxed);
  }
  static void add(std::atomic<std::uint64_t>& counter, std::uint64_t n = 1) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }

 private:
  StatsLayout& layout() const noexcept { return segment_.at<StatsLayout>(0); }
  // A name more; the last one again when there are too many.
  template <std::size_t kMost>
  static std::size_t place(std::atomic<std::uint32_t>& count, std::array<StatsLayout::Name, kMost>& names,
                           std::string_view name) {
    const std::size_t at = std::min<std::size_t>(count.load(std::memory_order_relaxed), kMost - 1);
    std::copy_n(name.data(), std::min(name.size(), StatsLayout::kNameChars - 1), names[at].begin());
    count.store(static_cast<std::uint32_t>(at + 1), std::memory_order_release);
    return at;
  }

  Segment segment_;
};

}  // namespace twinpath::ipc
