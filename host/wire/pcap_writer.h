// Writes nanosecond pcap files of Ethernet frames (draft-ietf-opsawg-pcap, link type 1, little endian).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace twinpath {

/// Buffered. A failed write to the file (a full disk) throws std::system_error from the call that notices it, at the
/// latest from close(); the destructor writes what is buffered but cannot report a failure.
class PcapWriter {
 public:
  /// The largest frame, which is also the snap length in the file's header.
  static constexpr std::uint32_t kMaxFrame = 262'144;

  /// Creates or truncates the file.
  explicit PcapWriter(const std::filesystem::path& path);
  ~PcapWriter();
  PcapWriter(const PcapWriter&) = delete;
  PcapWriter& operator=(const PcapWriter&) = delete;

  /// Appends a frame without FCS. `timestamp_ns` counts from 1970 and must be before 2106; `original_length` 0 means
  /// that the frame is whole. Throws std::out_of_range for a time or frame that the format cannot hold.
  void write(std::uint64_t timestamp_ns, std::span<const std::uint8_t> frame, std::uint32_t original_length = 0);

  /// Hands everything written so far to the operating system.
  void flush();
  /// flush(), then closes the file. Further writes throw std::logic_error.
  void close();

  [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }
  /// Bytes of the file so far, buffered ones included.
  [[nodiscard]] std::uint64_t bytes() const noexcept { return flushed_ + used_; }

 private:
  std::string name_;
  int fd_ = -1;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t used_ = 0;
  std::uint64_t flushed_ = 0;
  std::uint64_t frames_ = 0;
};

}  // namespace twinpath
