// Order id to slot: a hash table of one cache line a bucket, sized by the orders that live, not by their ids.
//
// A bucket holds seven entries and the number of entries that found it full and went on to a later one. An entry is a
// tag (the upper bits of the id's hash, which also say which bucket is its home) and a slot; the id itself stands in
// the order. A lookup compares all tags of a line at once, and nearly always ends there.
//
// Growth is spread: the table twice as large stands beside the old one, and each later change moves a few buckets.
#pragma once
#ifdef __AVX2__
#include <immintrin.h>
#endif

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "host/venue/matching/reserved_array.h"

namespace twinpath::matching {

inline constexpr std::uint32_t kNone = 0xFFFF'FFFF;

class OrderIndex {
 public:
  // `expected`: orders that live at once, for which there is room from the start.
  explicit OrderIndex(std::uint64_t expected) : table_(log2_for(expected), true), old_(0, false) {}

  static std::uint64_t hash(std::uint64_t id) noexcept {
    const auto product = static_cast<unsigned __int128>(id ^ 0x9E37'79B9'7F4A'7C15) * 0xD1B5'4A32'D192'ED03;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }

  void prefetch(std::uint64_t hash) const noexcept { __builtin_prefetch(&table_.buckets[table_.home(tag(hash))]); }

  // The slot of an entry whose tag matches and of which `is(slot)` says that it is the one; kNone when there is none.
  template <class Is>
  std::uint32_t find(std::uint64_t hash, Is&& is) const noexcept {
    const std::uint32_t t = tag(hash);
    std::uint32_t slot = table_.find(t, is);
    if (slot == kNone && migrating_) [[unlikely]]
      slot = old_.find(t, is);
    return slot;
  }

  // The id must not be in the table.
  void insert(std::uint64_t hash, std::uint32_t slot) {
    if (migrating_) [[unlikely]]
      migrate();
    else if (count_ >= table_.grow_at) [[unlikely]]
      grow();
    table_.insert(tag(hash), slot);
    ++count_;
  }

  // The entry (hash, slot) must be there.
  void erase(std::uint64_t hash, std::uint32_t slot) noexcept {
    if (!table_.erase(tag(hash), slot)) [[unlikely]]
      old_.erase(tag(hash), slot);
    --count_;
    if (migrating_) [[unlikely]]
      migrate();
  }

  std::uint64_t size() const noexcept { return count_; }

 private:
  static constexpr unsigned kEntries = 7;
  static constexpr unsigned kMigratedAtOnce = 4;

  struct alignas(64) Bucket {
    std::uint32_t tags[8];  // 0: free; the eighth is `passed_on`, which no tag equals as bit 0 of a tag is set
    std::uint32_t slots[8];

    std::uint32_t passed_on() const noexcept { return tags[kEntries] >> 1; }
    void pass_on(std::int32_t by) noexcept { tags[kEntries] += static_cast<std::uint32_t>(2 * by); }

    // A bit for each entry whose tag is `t`.
    std::uint32_t matches(std::uint32_t t) const noexcept {
#ifdef __AVX2__
      const __m256i all = _mm256_load_si256(reinterpret_cast<const __m256i*>(tags));
      const __m256i same = _mm256_cmpeq_epi32(all, _mm256_set1_epi32(static_cast<int>(t)));
      return static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_castsi256_ps(same))) & ((1u << kEntries) - 1);
#else
      std::uint32_t found = 0;
      for (unsigned i = 0; i < kEntries; ++i) found |= static_cast<std::uint32_t>(tags[i] == t) << i;
      return found;
#endif
    }
  };
  static_assert(sizeof(Bucket) == 64);

  struct Table {
    Table(unsigned log2, bool touched)
        : buckets(std::size_t{1} << log2, touched ? std::size_t{1} << log2 : 0),
          mask((std::uint32_t{1} << log2) - 1),
          shift(32 - log2),
          grow_at((std::uint64_t{1} << log2) * kEntries * 3 / 5) {}

    // By 64 bits, as a table of one bucket shifts by 32.
    std::uint32_t home(std::uint32_t tag) const noexcept {
      return static_cast<std::uint32_t>(std::uint64_t{tag} >> shift);
    }

    template <class Is>
    std::uint32_t find(std::uint32_t t, Is&& is) const noexcept {
      for (std::uint32_t b = home(t);; b = (b + 1) & mask) {
        const Bucket& bucket = buckets[b];
        for (std::uint32_t m = bucket.matches(t); m != 0; m &= m - 1) {
          const std::uint32_t slot = bucket.slots[std::countr_zero(m)];
          if (is(slot)) [[likely]]
            return slot;
        }
        if (bucket.passed_on() == 0) [[likely]]
          return kNone;
      }
    }

    void insert(std::uint32_t t, std::uint32_t slot) noexcept {
      for (std::uint32_t b = home(t);; b = (b + 1) & mask) {
        Bucket& bucket = buckets[b];
        if (const std::uint32_t free = bucket.matches(0); free != 0) [[likely]] {
          const int i = std::countr_zero(free);
          bucket.tags[i] = t;
          bucket.slots[i] = slot;
          return;
        }
        bucket.pass_on(1);
      }
    }

    bool erase(std::uint32_t t, std::uint32_t slot) noexcept {
      for (std::uint32_t b = home(t);; b = (b + 1) & mask) {
        Bucket& bucket = buckets[b];
        for (std::uint32_t m = bucket.matches(t); m != 0; m &= m - 1) {
          const int i = std::countr_zero(m);
          if (bucket.slots[i] != slot) continue;
          bucket.tags[i] = 0;
          for (std::uint32_t from = home(t); from != b; from = (from + 1) & mask) buckets[from].pass_on(-1);
          return true;
        }
        if (bucket.passed_on() == 0) return false;
      }
    }

    ReservedArray<Bucket> buckets;
    std::uint32_t mask;
    unsigned shift;
    std::uint64_t grow_at;
  };

  static unsigned log2_for(std::uint64_t expected) noexcept {
    unsigned log2 = 4;
    while (log2 < 31 && (std::uint64_t{1} << log2) * kEntries * 3 / 5 < expected) ++log2;
    return log2;
  }
  static std::uint32_t tag(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash >> 32) | 1; }

  void grow() {
    const unsigned log2 = 32 - table_.shift;
    if (log2 >= 31) return;  // seven entries a bucket for more orders than there are slots
    std::swap(old_, table_);
    table_ = Table(log2 + 1, false);
    migrating_ = true;
    next_old_ = 0;
  }
  void migrate() noexcept {
    for (unsigned n = 0; n < kMigratedAtOnce; ++n) {
      Bucket& bucket = old_.buckets[next_old_];
      for (unsigned i = 0; i < kEntries; ++i) {
        if (bucket.tags[i] == 0) continue;
        table_.insert(bucket.tags[i], bucket.slots[i]);
        bucket.tags[i] = 0;  // what it had been passed on by stays: lookups of others go past it
      }
      if (next_old_++ == old_.mask) {
        migrating_ = false;
        return;
      }
    }
  }

  Table table_;
  std::uint64_t count_ = 0;
  bool migrating_ = false;
  Table old_;
  std::uint32_t next_old_ = 0;
};

}  // namespace twinpath::matching
