#include "host/ipc/stats_reader.h"

#include <algorithm>
#include <cstring>
#include <system_error>

namespace twinpath::ipc {
namespace {

// Whatever the file has: never beyond the name's place.
std::string text(const StatsLayout::Name& name) { return {name.data(), ::strnlen(name.data(), name.size())}; }

HistogramNow histogram(const std::string& name, const SharedHistogram& h) {
  HistogramNow now{name, 0, h.percentile(50), h.percentile(99), h.percentile(99.9), h.max(), {}};
  std::size_t bucket = 0;
  for (std::size_t k = 0; k < now.below.size(); ++k) {
    for (; bucket < SharedHistogram::kBuckets && SharedHistogram::highest_of(bucket) < std::uint64_t{1} << k; ++bucket)
      now.count += h.in_bucket(bucket);
    now.below[k] = now.count;
  }
  for (; bucket < SharedHistogram::kBuckets; ++bucket) now.count += h.in_bucket(bucket);
  return now;
}

}  // namespace

std::vector<ProcessNow> read_stats(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".stats") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<ProcessNow> all;
  for (const auto& file : files) {
    const auto segment = Segment::attach(file, StatsLayout::kind());
    if (!segment) continue;
    const auto& s = segment->at<StatsLayout>(0);
    ProcessNow p;
    p.name = file.stem().string();
    p.pid = segment->owner_pid();
    p.owned = segment->owned();
    p.started = s.started.load(std::memory_order_relaxed);
    p.heartbeat = s.heartbeat.load(std::memory_order_relaxed);
    const std::size_t counters =
        std::min<std::size_t>(s.counters.load(std::memory_order_acquire), StatsLayout::kMostCounters);
    for (std::size_t i = 0; i < counters; ++i)
      p.counters.emplace_back(text(s.counter_names[i]), s.values[i].load(std::memory_order_relaxed));
    const std::size_t histograms =
        std::min<std::size_t>(s.histograms.load(std::memory_order_acquire), StatsLayout::kMostHistograms);
    for (std::size_t i = 0; i < histograms; ++i)
      p.histograms.push_back(histogram(text(s.histogram_names[i]), s.all_histograms[i]));
    all.push_back(std::move(p));
  }
  return all;
}

}  // namespace twinpath::ipc
