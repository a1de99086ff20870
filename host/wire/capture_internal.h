// What the pcap and the pcapng reader share: the file's bytes in either byte order, and the way from a link layer to
// Ethernet. Not for use outside this folder.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/wire/capture.h"
#include "host/wire/mapped_file.h"

namespace twinpath::capture_internal {

/// A capture's bytes and name, and errors about them.
struct Source {
  MappedFile file;  // holds the bytes unless they are borrowed
  std::span<const std::uint8_t> bytes;
  std::string name;

  [[noreturn]] void fail(std::uint64_t offset, const std::string& expected, const std::string& found,
                         const std::string& advice) const {
    throw CaptureError(name, offset, expected, found, advice);
  }
};

/// Integers in the byte order of the machine that wrote the capture.
struct ByteOrder {
  bool swapped = false;

  [[nodiscard]] std::uint16_t u16(const std::uint8_t* p) const noexcept {
    std::uint16_t v;
    std::memcpy(&v, p, sizeof v);
    return swapped ? __builtin_bswap16(v) : v;
  }
  [[nodiscard]] std::uint32_t u32(const std::uint8_t* p) const noexcept {
    std::uint32_t v;
    std::memcpy(&v, p, sizeof v);
    return swapped ? __builtin_bswap32(v) : v;
  }
  [[nodiscard]] std::uint64_t u64(const std::uint8_t* p) const noexcept {
    std::uint64_t v;
    std::memcpy(&v, p, sizeof v);
    return swapped ? __builtin_bswap64(v) : v;
  }
};

/// Turns packets of one link type into Ethernet frames.
class LinkLayer {
 public:
  static bool supported(std::uint32_t link_type) noexcept;
  /// What a file with another link type should be told.
  static std::string supported_list();
  static std::string advice();

  /// Fills all of `frame` but its timestamp. `fcs_size` bytes of FCS end the packet on the wire; they are cut off, and
  /// judged when there are four and all are captured. `frame.fcs_error` is only ever set, never cleared.
  void to_ethernet(std::uint32_t link_type, std::span<const std::uint8_t> packet, std::uint32_t original_length,
                   unsigned fcs_size, CapturedFrame& frame);

 private:
  void synthesize(std::uint16_t ethertype, std::span<const std::uint8_t> payload, std::uint32_t original_payload,
                  CapturedFrame& frame);

  std::vector<std::uint8_t> scratch_;
};

/// No link layer has larger packets; a greater length means a damaged file (the limit is libpcap's).
inline constexpr std::uint32_t kMaxCapturedLength = 262'144;

std::unique_ptr<CaptureReader> make_pcap_reader(Source source);
std::unique_ptr<CaptureReader> make_pcapng_reader(Source source);

/// Whether the first bytes are those of the format. `n` bytes at `p` exist.
bool is_pcap(std::span<const std::uint8_t> bytes) noexcept;
bool is_pcapng(std::span<const std::uint8_t> bytes) noexcept;

std::string hex(std::uint32_t v);

}  // namespace twinpath::capture_internal
