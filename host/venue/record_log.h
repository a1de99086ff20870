// Numbered files of checksummed records in shared memory, and the folder that holds them: logs that survive the end of
// their process.
//
// A file is a header (magic, number, capacity, checksum) and records, each with a checksum of it and its place. Writing
// one is a copy and no system call, and what has been written outlives the process whatever ends it; sync() is for what
// must outlive the machine.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "host/venue/matching/word_hash.h"

namespace twinpath::venue {

// Holds a folder for this process alone, making it when it is not there.
class FolderLock {
 public:
  // Throws std::system_error when the folder cannot be used, std::runtime_error when another process holds it.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_;
};

// The N of the files "<kind>N", in order.
std::vector<std::uint64_t> numbered_files(const std::filesystem::path& folder, std::string_view kind);
// The folder's entries are on the disk when it returns.
void sync_folder(const std::filesystem::path& folder);
// Throws std::system_error with errno.
[[noreturn]] void fail_file(const std::filesystem::path& file, const char* what);

// What kind of record a file holds.
struct RecordFormat {
  std::uint64_t magic;
  const char* log;     // for errors: "command log"
  const char* record;  // "command"
};

// The mapped file under the records of one type.
class RecordMemory {
 public:
  RecordMemory(const RecordMemory&) = delete;
  RecordMemory& operator=(const RecordMemory&) = delete;

  // Records.
  std::uint64_t capacity() const noexcept { return (bytes_ - kHeader) / stride_; }
  void sync();

 protected:
  static constexpr std::size_t kHeader = 32;

  // Makes it, with its space on the disk: a full disk is an error now, not a signal later. `stride`: bytes a record.
  RecordMemory(std::filesystem::path name, const RecordFormat& format, std::uint64_t number, std::size_t stride,
               std::uint64_t capacity);
  // Opens one that is there. Throws FileError when it is not what it should be.
  RecordMemory(std::filesystem::path name, const RecordFormat& format, std::uint64_t number, std::size_t stride);
  ~RecordMemory();

  std::byte* at(std::uint64_t place) const noexcept { return memory_ + kHeader + place * stride_; }
  std::uint64_t number() const noexcept { return number_; }
  [[noreturn]] void damaged(std::uint64_t byte, const std::string& expected, const std::string& found) const;
  // A record that is not whole stands at `end`, whole ones behind it.
  [[noreturn]] void damaged_record(std::uint64_t end) const;
  // Another file follows, though this one is not full.
  [[noreturn]] void not_full(std::uint64_t end) const;

 private:
  void open_file(const std::filesystem::path& name, int flags);
  void map();

  std::filesystem::path name_;
  RecordFormat format_;
  std::uint64_t number_;
  std::size_t stride_;
  int fd_ = -1;
  std::size_t bytes_ = 0;
  std::byte* memory_ = nullptr;
};

template <class T>
class RecordFile : public RecordMemory {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % sizeof(std::uint64_t) == 0);

 public:
  static constexpr std::size_t kStride = sizeof(T) + sizeof(std::uint64_t);

  RecordFile(std::filesystem::path name, const RecordFormat& format, std::uint64_t number, std::uint64_t capacity)
      : RecordMemory(std::move(name), format, number, kStride, capacity) {}
  RecordFile(std::filesystem::path name, const RecordFormat& format, std::uint64_t number)
      : RecordMemory(std::move(name), format, number, kStride) {}

  void write(std::uint64_t place, const T& record) noexcept {
    std::byte* const to = at(place);
    const std::uint64_t sum = sum_of(record, place);
    std::memcpy(to, &record, sizeof record);
    // The compiler must not move the checksum before the record, nor what follows from the record before either.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    std::memcpy(to + sizeof record, &sum, sizeof sum);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  // False when there is no whole record.
  bool read(std::uint64_t place, T& record) const noexcept {
    std::uint64_t sum;
    std::memcpy(&record, at(place), sizeof record);
    std::memcpy(&sum, at(place) + sizeof record, sizeof sum);
    return sum == sum_of(record, place);
  }

  struct Replayed {
    std::uint64_t records = 0;
    bool torn = false;  // the last one was being written when the process ended; it is cut off
  };
  // Calls visit(record) for all of them. `last`: no other file follows. Throws FileError on damage that the end of a
  // process does not explain.
  template <class Visit>
  Replayed replay(bool last, Visit&& visit) {
    T record;
    Replayed found;
    for (; found.records < capacity() && read(found.records, record); ++found.records) visit(record);
    const std::uint64_t end = found.records;
    // A process ends in the middle of one record at most; a whole one behind a broken one is damage.
    for (std::uint64_t place = end + 1; place < capacity(); ++place)
      if (read(place, record)) damaged_record(end);
    if (!last && end != capacity()) not_full(end);
    if (end == capacity()) return found;
    const std::byte empty[kStride] = {};
    found.torn = std::memcmp(at(end), empty, kStride) != 0;
    std::memcpy(at(end), empty, kStride);
    return found;
  }

 private:
  std::uint64_t sum_of(const T& record, std::uint64_t place) const noexcept {
    std::uint64_t words[sizeof(T) / sizeof(std::uint64_t)];
    std::memcpy(words, &record, sizeof words);
    matching::WordHash hash;
    hash.word(number() << 32 ^ place);
    for (const std::uint64_t w : words) hash.word(w);
    return hash.hash();
  }
};

}  // namespace twinpath::venue
