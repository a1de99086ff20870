// A ring that one process writes and any number of others follow, each at its own pace. The writer knows no reader and
// waits for none: who falls behind by more than the ring holds is told how many records were lost to it.
#pragma once
#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <string>

#include "host/ipc/shared_words.h"

namespace twinpath::ipc {

// Every slot has a stamp that says which record it has: 2n + 1 while record n is being written, 2n + 2 when it is
// whole. A reader that wants record n copies the slot and looks at the stamp before and after. Memory has no pointers,
// so every process maps it where it likes; all zeros is an empty ring.
template <class T>
class BroadcastRing {
 private:
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> stamp;
    SharedWords<T> words;
  };
  struct alignas(128) Control {
    std::atomic<std::uint64_t> published;  // records; for those that join and those that fell behind
  };

 public:
  static constexpr std::size_t kRecordBytes = sizeof(Slot);

  // `capacity`: records, a power of two from 8; throws std::invalid_argument.
  static constexpr std::size_t bytes(std::size_t capacity) {
    if (!std::has_single_bit(capacity) || capacity < 8)
      throw std::invalid_argument("broadcast ring of " + std::to_string(capacity) +
                                  " records: expected a power of two from 8");
    return sizeof(Control) + capacity * sizeof(Slot);
  }

  class Writer {
   public:
    // `memory`: bytes(capacity), aligned to 128, zero or as another writer left it: then it goes on behind the last
    // whole record.
    Writer(std::byte* memory, std::size_t capacity)
        : control_(control(memory)), slots_(slots(memory)), mask_(capacity - 1) {
      next_ = control_->published.load(std::memory_order_acquire);
      // A record that is whole but was not counted may have been read.
      if (slots_[next_ & mask_].stamp.load(std::memory_order_acquire) == 2 * next_ + 2)
        control_->published.store(++next_, std::memory_order_release);
    }

    void publish(const T& record) noexcept {
      Slot& slot = slots_[next_ & mask_];
      slot.stamp.store(2 * next_ + 1, std::memory_order_relaxed);
      slot.words.store(record);
      slot.stamp.store(2 * next_ + 2, std::memory_order_release);
      control_->published.store(++next_, std::memory_order_release);
    }
    std::uint64_t published() const noexcept { return next_; }

   private:
    Control* control_;
    Slot* slots_;
    std::uint64_t mask_;
    std::uint64_t next_;
  };

  enum class From : std::uint8_t { newest, oldest };
  enum class Got : std::uint8_t { nothing, record, missed };

  class Reader {
   public:
    // `memory` may be mapped for reading only. newest: what is published from now on; oldest: as far back as is safe.
    Reader(const std::byte* memory, std::size_t capacity, From from)
        : control_(control(const_cast<std::byte*>(memory))),
          slots_(slots(const_cast<std::byte*>(memory))),
          mask_(capacity - 1) {
      const std::uint64_t newest = published();
      next_ = from == From::newest ? newest : oldest(newest);
    }

    // record: the next one is in `record`. missed: the writer was faster; missed() has grown by what is lost, and the
    // next call goes on with the oldest records that are there. `record` is of no use in the other cases.
    Got poll(T& record) noexcept {
      const Slot& slot = slots_[next_ & mask_];
      const std::uint64_t whole = 2 * next_ + 2;
      const std::uint64_t before = slot.stamp.load(std::memory_order_acquire);
      if (before < whole) return Got::nothing;
      if (before == whole) {
        slot.words.load(record);
        if (slot.stamp.load(std::memory_order_relaxed) == whole) {
          ++next_;
          return Got::record;
        }
      }
      const std::uint64_t to = std::max(oldest(published()), next_ + 1);
      missed_ += to - next_;
      ++overruns_;
      next_ = to;
      return Got::missed;
    }

    // Number of the record that poll() gives next.
    std::uint64_t next() const noexcept { return next_; }
    // The writer has published up to here.
    std::uint64_t published() const noexcept { return control_->published.load(std::memory_order_acquire); }
    std::uint64_t behind() const noexcept {
      const std::uint64_t newest = published();
      return newest > next_ ? newest - next_ : 0;
    }
    std::uint64_t missed() const noexcept { return missed_; }      // records, ever
    std::uint64_t overruns() const noexcept { return overruns_; }  // times that some were
    // Goes on with what is published from now on; what lies between is not missed.
    void skip_to_newest() noexcept { next_ = published(); }

   private:
    // An eighth of the ring is left to the writer, so that who resumes is not overrun at once.
    std::uint64_t oldest(std::uint64_t newest) const noexcept {
      const std::uint64_t kept = (mask_ + 1) - (mask_ + 1) / 8;
      return newest > kept ? newest - kept : 0;
    }

    const Control* control_;
    const Slot* slots_;
    std::uint64_t mask_;
    std::uint64_t next_ = 0;
    std::uint64_t missed_ = 0;
    std::uint64_t overruns_ = 0;
  };

 private:
  static Control* control(std::byte* memory) noexcept { return std::launder(reinterpret_cast<Control*>(memory)); }
  static Slot* slots(std::byte* memory) noexcept {
    return std::launder(reinterpret_cast<Slot*>(memory + sizeof(Control)));
  }
};

}  // namespace twinpath::ipc
