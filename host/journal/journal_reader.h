// Reads a journal, record by record, and says what is wrong with it and where.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "host/journal/journal_format.h"
#include "host/wire/mapped_file.h"

namespace twinpath {

struct JournalRecord {
  JournalRecordHeader header;
  std::span<const std::byte> payload;  // valid until the next one is read
  std::uint64_t at = 0;                // byte of the file

  // The payload as T; throws std::length_error when it is shorter.
  template <class T>
  T as() const {
    T value;
    copy(&value, sizeof value);
    return value;
  }

 private:
  void copy(void* to, std::size_t bytes) const;
};

// Where a segment ends, in good order or not.
struct JournalTail {
  std::uint64_t good = 0;   // bytes up to the end of the last whole record
  std::uint64_t bytes = 0;  // of the file
  std::string message;      // what is wrong behind `good`; empty: nothing
};

class JournalReader {
 public:
  // A folder, or one segment of it. Throws FileError when there is none, or the first header is damaged.
  explicit JournalReader(const std::filesystem::path& path);

  // The next record; nothing at the end. An end that was cut off in mid-record is an end too: see tail(). Throws
  // FileError on damage that whole records follow, on a missing segment, and on another build's layout.
  std::optional<JournalRecord> next();
  // After next() gave nothing: how the last segment ends.
  const JournalTail& tail() const noexcept { return tail_; }
  const JournalSegmentHeader& header() const noexcept { return header_; }
  const std::filesystem::path& file() const noexcept { return files_[file_]; }
  // Of the last record read; 0 before the first.
  std::uint64_t last_record() const noexcept { return next_number_ - 1; }

 private:
  void open(std::size_t index);
  // A record with a right checksum is there, numbered from the next one to `most`.
  bool whole(std::uint64_t at, std::uint64_t most, JournalRecordHeader& h) const noexcept;
  [[noreturn]] void fail(std::uint64_t at, const std::string& expected, const std::string& found,
                         const std::string& advice) const;

  std::vector<std::filesystem::path> files_;
  std::size_t file_ = 0;
  std::optional<MappedFile> mapped_;
  std::span<const std::byte> bytes_;
  JournalSegmentHeader header_{};
  std::uint64_t at_ = 0;
  std::uint64_t next_number_ = 0;
  JournalTail tail_;
};

// The segments of a journal in their order; throws FileError where one is missing between two.
std::vector<std::filesystem::path> journal_segments(const std::filesystem::path& folder);
std::string journal_segment_name(std::uint64_t segment);

}  // namespace twinpath
