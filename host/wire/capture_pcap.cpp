#include <utility>

#include "host/wire/capture_internal.h"

// draft-ietf-opsawg-pcap: a 24-byte file header, then records of a 16-byte header and the captured bytes.

namespace twinpath::capture_internal {

namespace {

constexpr std::uint32_t kMicroseconds = 0xA1B2C3D4;
constexpr std::uint32_t kNanoseconds = 0xA1B23C4D;
constexpr std::size_t kFileHeader = 24;
constexpr std::size_t kRecordHeader = 16;

class PcapReader final : public CaptureReader {
 public:
  explicit PcapReader(Source source) : source_(std::move(source)) {
    const std::span<const std::uint8_t> b = source_.bytes;
    if (b.size() < kFileHeader) {
      source_.fail(0, "a pcap file header of 24 bytes", std::to_string(b.size()) + " bytes in all",
                   "the file is cut off: copy or capture it again");
    }
    std::uint32_t magic = order_.u32(b.data());
    if (magic != kMicroseconds && magic != kNanoseconds) {
      order_.swapped = true;
      magic = order_.u32(b.data());
    }
    nanoseconds_per_tick_ = magic == kNanoseconds ? 1 : 1000;
    const std::uint16_t major = order_.u16(b.data() + 4);
    if (major != 2) {
      source_.fail(4, "pcap version 2", "version " + std::to_string(major), "convert it with: editcap -F nsecpcap");
    }
    const std::uint32_t link = order_.u32(b.data() + 20);
    link_type_ = link & 0xFFFF;
    // Bit 26 says that bits 31:28 hold the size of the FCS in 16-bit units.
    if ((link >> 26 & 1) != 0) fcs_size_ = (link >> 28) * 2;
    if (!LinkLayer::supported(link_type_)) {
      source_.fail(20, LinkLayer::supported_list(), "link type " + std::to_string(link_type_), LinkLayer::advice());
    }
    offset_ = kFileHeader;
  }

  bool next(CapturedFrame& frame) override {
    const std::span<const std::uint8_t> b = source_.bytes;
    if (offset_ == b.size()) return false;
    const std::uint64_t record = offset_;
    const std::uint64_t left = b.size() - record;
    if (left < kRecordHeader) {
      cut_off(record, "a record header of 16 bytes", std::to_string(left) + " bytes before the end of the file");
    }
    const std::uint8_t* p = b.data() + record;
    const std::uint32_t captured = order_.u32(p + 8);
    if (captured > kMaxCapturedLength) {
      offset_ = b.size();
      source_.fail(record + 8, "a captured length of at most " + std::to_string(kMaxCapturedLength),
                   std::to_string(captured), "the file is damaged from here on: copy or capture it again");
    }
    if (left - kRecordHeader < captured) {
      cut_off(record + kRecordHeader, std::to_string(captured) + " bytes of a captured frame",
              std::to_string(left - kRecordHeader) + " bytes before the end of the file");
    }
    frame.timestamp_ns =
        std::uint64_t{order_.u32(p)} * 1'000'000'000 + std::uint64_t{order_.u32(p + 4)} * nanoseconds_per_tick_;
    frame.fcs_error = false;
    link_.to_ethernet(link_type_, {p + kRecordHeader, captured}, order_.u32(p + 12), fcs_size_, frame);
    offset_ = record + kRecordHeader + captured;
    return true;
  }

  [[nodiscard]] std::uint64_t position() const noexcept override { return offset_; }
  [[nodiscard]] std::uint64_t size() const noexcept override { return source_.bytes.size(); }
  [[nodiscard]] const char* format() const noexcept override { return "pcap"; }

 private:
  [[noreturn]] void cut_off(std::uint64_t offset, const std::string& expected, const std::string& found) {
    offset_ = source_.bytes.size();
    source_.fail(offset, expected, found, "the file is cut off: the frames before this place are good");
  }

  Source source_;
  ByteOrder order_;
  LinkLayer link_;
  std::uint32_t link_type_ = 0;
  unsigned fcs_size_ = 0;
  std::uint32_t nanoseconds_per_tick_ = 1;
  std::uint64_t offset_ = 0;
};

}  // namespace

bool is_pcap(std::span<const std::uint8_t> bytes) noexcept {
  if (bytes.size() < 4) return false;
  for (const bool swapped : {false, true}) {
    const std::uint32_t magic = ByteOrder{swapped}.u32(bytes.data());
    if (magic == kMicroseconds || magic == kNanoseconds) return true;
  }
  return false;
}

std::unique_ptr<CaptureReader> make_pcap_reader(Source source) {
  return std::make_unique<PcapReader>(std::move(source));
}

}  // namespace twinpath::capture_internal
