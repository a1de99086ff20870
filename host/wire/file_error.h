// What is wrong with an input file, and where.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace twinpath {

/// An input file is not what it should be. what() reads "file: byte N: expected ..., found ...; advice".
class FileError : public std::runtime_error {
 public:
  FileError(const std::string& file, std::uint64_t offset, const std::string& expected, const std::string& found,
            const std::string& advice)
      : std::runtime_error(file + ": byte " + std::to_string(offset) + ": expected " + expected + ", found " + found +
                           "; " + advice),
        file_(file),
        offset_(offset) {}

  [[nodiscard]] const std::string& file() const noexcept { return file_; }
  /// Byte offset in the file; of a compressed one, in what it decompresses to unless the compression is at fault.
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }

 private:
  std::string file_;
  std::uint64_t offset_;
};

}  // namespace twinpath
