// Reads Nasdaq BinaryFILE: messages behind 2-byte big-endian lengths, as in the daily TotalView-ITCH files.
//
// The file is plain or gzip (told by its first bytes; several gzip members in a row read as one stream). A length of
// zero marks the end of the session.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "host/wire/file_error.h"

namespace twinpath {

class BinaryFileError : public FileError {
 public:
  using FileError::FileError;
};

class BinaryFileReader {
 public:
  /// Throws std::system_error when the file cannot be read.
  static std::unique_ptr<BinaryFileReader> open(const std::filesystem::path& path);
  /// The same on bytes in memory, which must outlive the reader; `name` stands for the file in errors.
  static std::unique_ptr<BinaryFileReader> from_memory(std::span<const std::uint8_t> bytes,
                                                       std::string name = "memory");

  ~BinaryFileReader();
  BinaryFileReader(const BinaryFileReader&) = delete;
  BinaryFileReader& operator=(const BinaryFileReader&) = delete;

  /// The next message (1 to 65,535 bytes), valid until the next call; false at the end of the session or the file.
  /// Throws BinaryFileError where the file is cut off, damaged, or goes on behind its end of session; the messages
  /// before that place have been returned, and the next call returns false.
  bool next(std::span<const std::uint8_t>& message);

  /// Whether the end of session was read.
  [[nodiscard]] bool end_of_session() const noexcept;
  /// Bytes of the file consumed (compressed bytes if it is), and in all.
  [[nodiscard]] std::uint64_t position() const noexcept;
  [[nodiscard]] std::uint64_t size() const noexcept;
  [[nodiscard]] bool compressed() const noexcept;

 private:
  struct State;
  explicit BinaryFileReader(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace twinpath
