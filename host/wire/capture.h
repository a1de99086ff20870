// Reads packet captures: pcap and pcapng, whatever their byte order, time resolution and (supported) link type.
//
// pcap: draft-ietf-opsawg-pcap (micro- and nanoseconds). pcapng: draft-ietf-opsawg-pcapng (section header, interface
// description, enhanced, simple and obsolete packet blocks; all other blocks are skipped). Link types: Ethernet (1),
// Linux cooked v1 (113) and v2 (276), raw IP (12, 101, 228, 229).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "host/wire/file_error.h"

namespace twinpath {

/// A captured frame. `data` is an Ethernet frame without FCS, valid until the next call of next(). Cooked and raw
/// packets get an Ethernet header with zero addresses and the EtherType of their payload. A packet too short for its
/// own link layer header has no data.
struct CapturedFrame {
  std::uint64_t timestamp_ns = 0;  // since 1970; a simple packet block, which has none, repeats the one before it
  std::span<const std::uint8_t> data;
  std::uint32_t original_length = 0;  // bytes of the Ethernet frame on the wire; more than data when it was cut
  bool fcs_error = false;             // the capture flags a CRC error, or holds an FCS that is wrong
};

class CaptureError : public FileError {
 public:
  using FileError::FileError;
};

class CaptureReader {
 public:
  /// Throws CaptureError when the file is no capture of a supported kind, std::system_error when it cannot be read.
  static std::unique_ptr<CaptureReader> open(const std::filesystem::path& path);
  /// The same on bytes in memory, which must outlive the reader; `name` stands for the file in errors.
  static std::unique_ptr<CaptureReader> from_memory(std::span<const std::uint8_t> bytes, std::string name = "memory");

  virtual ~CaptureReader() = default;
  CaptureReader(const CaptureReader&) = delete;
  CaptureReader& operator=(const CaptureReader&) = delete;

  /// The next frame; false at the end. Throws CaptureError where the file is damaged or cut off: all frames before that
  /// place have been returned, and the next call returns false.
  virtual bool next(CapturedFrame& frame) = 0;

  /// Bytes of the file consumed, and in all.
  [[nodiscard]] virtual std::uint64_t position() const noexcept = 0;
  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
  /// "pcap" or "pcapng".
  [[nodiscard]] virtual const char* format() const noexcept = 0;

 protected:
  CaptureReader() = default;
};

}  // namespace twinpath
