// A log-linear histogram of unsigned integers, after HdrHistogram: any value below 2^40 is kept to three significant
// digits (relative error below 1/1024; below 2,048 exactly), in fixed memory. Units are the caller's.
#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace twinpath {

// Recording costs a few instructions and never allocates; all memory (31,744 counters, 248 KiB) is taken by the
// constructor.
class Histogram {
 public:
  static constexpr unsigned kPrecisionBits = 11;  // values below 2^11 are exact
  static constexpr unsigned kMaxBits = 40;        // values from 2^40 on share the last bucket
  static constexpr std::size_t kHalf = std::size_t{1} << (kPrecisionBits - 1);  // buckets of each power of two above
  static constexpr std::size_t kBuckets = 2 * kHalf + (kMaxBits - kPrecisionBits) * kHalf;

  Histogram() : counts_(kBuckets) {}

  void record(std::uint64_t value, std::uint64_t times = 1) noexcept {
    if (times == 0) return;
    counts_[bucket_of(value)] += times;
    count_ += times;
    sum_ += static_cast<double>(value) * static_cast<double>(times);
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
  }

  std::uint64_t count() const noexcept { return count_; }
  bool empty() const noexcept { return count_ == 0; }
  // Exact, also beyond 2^40; 0 when empty.
  std::uint64_t min() const noexcept { return count_ == 0 ? 0 : min_; }
  std::uint64_t max() const noexcept { return max_; }
  // Of the values recorded, not of the buckets; 0 when empty.
  double mean() const noexcept { return count_ == 0 ? 0.0 : sum_ / static_cast<double>(count_); }

  // The smallest value v such that at least `percent` of the values are at most v, as the highest value its bucket
  // stands for (never above max()). `percent` is clamped to 0..100; 0 when empty.
  std::uint64_t percentile(double percent) const noexcept {
    if (count_ == 0) return 0;
    const double share = std::clamp(percent, 0.0, 100.0) / 100.0;
    // The nudge keeps a product such as 0.999 * 1000, which is a little above 999 in binary, from asking for one more.
    const double exact = share * static_cast<double>(count_);
    const auto wanted = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(exact - exact * 1e-12)));
    if (wanted >= count_) return max_;
    std::uint64_t seen = 0;
    for (std::size_t i = bucket_of(min_); i < kBuckets; ++i) {
      seen += counts_[i];
      if (seen >= wanted) return std::clamp(highest_of(i), min_, max_);
    }
    return max_;
  }

  void merge(const Histogram& other) noexcept {
    if (other.count_ == 0) return;
    for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    sum_ += other.sum_;
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
  }

  void clear() noexcept {
    std::fill(counts_.begin(), counts_.end(), 0);
    count_ = 0;
    sum_ = 0;
    min_ = std::numeric_limits<std::uint64_t>::max();
    max_ = 0;
  }

  // Calls visit(lowest, highest, count) for every bucket that is not empty, in ascending order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::size_t i = 0; i < kBuckets; ++i) {
      if (counts_[i] != 0) visit(lowest_of(i), highest_of(i), counts_[i]);
    }
  }

 private:
  // The top kPrecisionBits bits of a value choose its bucket within its power of two.
  static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value >> kMaxBits != 0) return kBuckets - 1;
    const auto bits = static_cast<unsigned>(std::bit_width(value));
    if (bits <= kPrecisionBits) return static_cast<std::size_t>(value);
    const unsigned shift = bits - kPrecisionBits;
    return shift * kHalf + static_cast<std::size_t>(value >> shift);
  }
  static constexpr unsigned shift_of(std::size_t bucket) noexcept {
    return bucket < 2 * kHalf ? 0 : static_cast<unsigned>(bucket / kHalf - 1);
  }
  static constexpr std::uint64_t lowest_of(std::size_t bucket) noexcept {
    const unsigned shift = shift_of(bucket);
    return static_cast<std::uint64_t>(bucket - shift * kHalf) << shift;
  }
  static constexpr std::uint64_t highest_of(std::size_t bucket) noexcept {
    return lowest_of(bucket) + (std::uint64_t{1} << shift_of(bucket)) - 1;
  }

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  double sum_ = 0;  // a sum of 2^64 nanoseconds would wrap an integer within a long run
  std::uint64_t min_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t max_ = 0;
};

}  // namespace twinpath
