// Writes a journal. What is appended is safe from the end of the process at once, and goes to the disk in batches, by a
// thread of its own.
//
// append() copies the record into a ring in shared memory (the stage) and returns: no system call, no lock, no
// checksum. The memory is a file's, so a process that is killed leaves it, and the next one writes what had not been
// written yet. What a power failure may take is `sync`'s choice.
#pragma once
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "host/ipc/shared_segment.h"
#include "host/journal/journal_format.h"
#include "host/journal/journal_options.h"

namespace twinpath {

class Journal {
 public:
  static constexpr std::size_t kStageBytes = std::size_t{8} << 20U;

  // Opens or makes the folder. Cuts off a record that was not finished and writes what a process that was killed had in
  // the stage; messages() tells. Throws FileError on damage that is none of this, ipc::SegmentError when another
  // process writes it, std::system_error when it cannot be written.
  explicit Journal(const JournalOptions& options);
  // Writes what is left. Nothing is thrown: see failed().
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // ---- one thread, or several that take turns ----
  // Returns the record's number. Waits only while the stage is full: then the disk is behind by megabytes. When the
  // disk has failed nothing is written any more, see failed().
  std::uint64_t append(JournalKind kind, std::span<const std::byte> payload, std::uint16_t source = 0,
                       std::uint32_t intent = 0, std::uint32_t tag = 0, std::uint32_t incarnation = 0) noexcept;
  template <class T>
    requires(!std::convertible_to<const T&, std::span<const std::byte>>)
  std::uint64_t append(JournalKind kind, const T& payload, std::uint16_t source = 0, std::uint32_t intent = 0,
                       std::uint32_t tag = 0, std::uint32_t incarnation = 0) noexcept {
    static_assert(std::is_trivially_copyable_v<T>);
    return append(kind, std::as_bytes(std::span(&payload, 1)), source, intent, tag, incarnation);
  }
  // With Sync::order: returns when the record is on the disk, or the disk has failed. Else at once.
  void settle(std::uint64_t number) noexcept;
  // Everything appended is in the file.
  void flush() noexcept;

  // Why nothing is written any more, an error's message; empty while all is well.
  std::string failed() const;
  bool good() const noexcept { return !failed_.load(std::memory_order_acquire); }
  // What was found and mended when it was opened.
  const std::vector<std::string>& messages() const noexcept { return messages_; }
  // Records ever, in all segments.
  std::uint64_t records() const noexcept { return appended_; }
  std::uint64_t waits() const noexcept { return waits_; }  // appends that found the stage full
  std::uint64_t batches() const noexcept { return batches_.load(std::memory_order_relaxed); }
  const std::filesystem::path& folder() const noexcept { return folder_; }

 private:
  struct Stage;
  Stage& stage() const noexcept;
  void recover();
  void new_segment(std::uint64_t first_record);
  void write_file(const void* data, std::size_t bytes);
  bool drain();
  void run() noexcept;
  void fail(const std::string& what) noexcept;

  JournalOptions options_;
  std::filesystem::path folder_;
  ipc::Segment segment_;
  std::vector<std::string> messages_;
  std::filesystem::path file_;
  int fd_ = -1;
  std::uint64_t segment_number_ = 0;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t id_ = 0;
  std::uint64_t appended_ = 0;
  std::uint64_t waits_ = 0;
  std::vector<std::byte> batch_;
  std::atomic<std::uint64_t> written_{0};  // number of the last record in the file, synced as the options say
  std::atomic<std::uint64_t> batches_{0};
  std::atomic<bool> failed_{false};
  std::atomic<bool> stop_{false};
  std::string error_;
  std::thread thread_;
};

}  // namespace twinpath
