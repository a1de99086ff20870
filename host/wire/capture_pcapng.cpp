#include <limits>
#include <utility>

#include "host/wire/capture_internal.h"

// draft-ietf-opsawg-pcapng: blocks of type, total length, body, total length again, aligned to 32 bits.

namespace twinpath::capture_internal {

namespace {

constexpr std::uint32_t kSectionHeader = 0x0A0D0D0A;  // reads the same in both byte orders
constexpr std::uint32_t kByteOrderMagic = 0x1A2B3C4D;
constexpr std::uint32_t kInterfaceDescription = 1;
constexpr std::uint32_t kObsoletePacket = 2;
constexpr std::uint32_t kSimplePacket = 3;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::size_t kBlockOverhead = 12;  // type and both lengths

constexpr std::uint16_t kIfTsresol = 9;
constexpr std::uint16_t kIfFcslen = 13;
constexpr std::uint16_t kIfTsoffset = 14;
constexpr std::uint16_t kPacketFlags = 2;
constexpr std::uint32_t kFlagCrcError = 1U << 24;

struct Interface {
  std::uint32_t link_type = 0;
  std::uint32_t snap_length = 0;  // 0: no limit
  std::uint8_t tsresol = 6;       // microseconds
  std::int64_t tsoffset = 0;      // seconds
  unsigned fcs_size = 0;          // bytes
};

class PcapngReader final : public CaptureReader {
 public:
  explicit PcapngReader(Source source) : source_(std::move(source)) {
    // The first block decides whether this is a pcapng at all.
    section(header());
  }

  bool next(CapturedFrame& frame) override {
    if (failed_) return false;
    try {
      while (offset_ < source_.bytes.size()) {
        const Block block = header();
        switch (block.type) {
          case kSectionHeader:
            section(block);
            break;
          case kInterfaceDescription:
            interface(block);
            break;
          case kEnhancedPacket:
            packet(block, /*obsolete=*/false, frame);
            return true;
          case kObsoletePacket:
            packet(block, /*obsolete=*/true, frame);
            return true;
          case kSimplePacket:
            simple_packet(block, frame);
            return true;
          default:
            offset_ = block.end;
            break;
        }
      }
    } catch (const CaptureError&) {
      failed_ = true;
      offset_ = source_.bytes.size();
      throw;
    }
    return false;
  }

  [[nodiscard]] std::uint64_t position() const noexcept override { return offset_; }
  [[nodiscard]] std::uint64_t size() const noexcept override { return source_.bytes.size(); }
  [[nodiscard]] const char* format() const noexcept override { return "pcapng"; }

 private:
  struct Block {
    std::uint32_t type = 0;
    std::uint64_t offset = 0;  // of the block
    std::uint64_t end = 0;     // one behind it
    std::span<const std::uint8_t> body;
  };

  [[noreturn]] void damaged(std::uint64_t offset, const std::string& expected, const std::string& found) const {
    source_.fail(offset, expected, found, "the file is damaged from here on: copy or capture it again");
  }
  [[noreturn]] void cut_off(std::uint64_t offset, const std::string& expected, std::uint64_t left) const {
    source_.fail(offset, expected, std::to_string(left) + " bytes before the end of the file",
                 "the file is cut off: the frames before this place are good");
  }

  /// The block at offset_, its framing checked. A section header sets the byte order before its length is read.
  Block header() {
    const std::span<const std::uint8_t> b = source_.bytes;
    const std::uint64_t left = b.size() - offset_;
    if (left < kBlockOverhead) cut_off(offset_, "a block of at least 12 bytes", left);
    const std::uint8_t* p = b.data() + offset_;
    Block block;
    block.offset = offset_;
    block.type = order_.u32(p);
    if (block.type == kSectionHeader) {
      order_.swapped = false;
      if (order_.u32(p + 8) != kByteOrderMagic) {
        order_.swapped = true;
        if (order_.u32(p + 8) != kByteOrderMagic) {
          damaged(offset_ + 8, "the byte-order magic 0x1a2b3c4d", hex(order_.u32(p + 8)));
        }
      }
    }
    const std::uint32_t length = order_.u32(p + 4);
    if (length < kBlockOverhead || length % 4 != 0) {
      damaged(offset_ + 4, "a block length that is a multiple of 4 and at least 12", std::to_string(length));
    }
    if (left < length) cut_off(offset_, "a block of " + std::to_string(length) + " bytes", left);
    const std::uint32_t trailer = order_.u32(p + length - 4);
    if (trailer != length) {
      damaged(offset_ + length - 4, "the block length " + std::to_string(length) + " again", std::to_string(trailer));
    }
    block.body = {p + 8, length - kBlockOverhead};
    block.end = offset_ + length;
    return block;
  }

  void need(const Block& block, std::size_t size, const char* name) const {
    if (block.body.size() < size) {
      damaged(block.offset + 4, std::string(name) + " with a body of at least " + std::to_string(size) + " bytes",
              std::to_string(block.body.size()));
    }
  }

  /// Calls f(code, value) for each option until the end. Options that do not fit their block are an error.
  template <class F>
  void options(const Block& block, std::span<const std::uint8_t> bytes, F&& f) const {
    while (bytes.size() >= 4) {
      const std::uint16_t code = order_.u16(bytes.data());
      const std::size_t length = order_.u16(bytes.data() + 2);
      if (code == 0) return;
      const std::size_t padded = (length + 3) & ~std::size_t{3};
      if (bytes.size() - 4 < padded) {
        damaged(block.offset, "options that end within their block",
                "option " + std::to_string(code) + " of " + std::to_string(length) + " bytes");
      }
      f(code, bytes.subspan(4, length));
      bytes = bytes.subspan(4 + padded);
    }
  }

  void section(const Block& block) {
    need(block, 16, "a section header");
    const std::uint16_t major = order_.u16(block.body.data() + 4);
    if (major != 1) {
      source_.fail(block.offset + 12, "pcapng version 1", "version " + std::to_string(major),
                   "convert it with: editcap -F nsecpcap <in> <out>");
    }
    interfaces_.clear();
    offset_ = block.end;
  }

  void interface(const Block& block) {
    need(block, 8, "an interface description");
    Interface i;
    i.link_type = order_.u16(block.body.data());
    i.snap_length = order_.u32(block.body.data() + 4);
    options(block, block.body.subspan(8), [&](std::uint16_t code, std::span<const std::uint8_t> value) {
      if (code == kIfTsresol && value.size() == 1) i.tsresol = value[0];
      if (code == kIfTsoffset && value.size() == 8) i.tsoffset = static_cast<std::int64_t>(order_.u64(value.data()));
      // Bits by the draft; some writers give bytes.
      if (code == kIfFcslen && value.size() == 1) i.fcs_size = value[0] >= 8 ? value[0] / 8U : value[0];
    });
    interfaces_.push_back(i);
    offset_ = block.end;
  }

  const Interface& interface_of(const Block& block, std::uint32_t id) const {
    if (id >= interfaces_.size()) {
      damaged(block.offset + 8, "an interface below " + std::to_string(interfaces_.size()), std::to_string(id));
    }
    const Interface& i = interfaces_[id];
    if (!LinkLayer::supported(i.link_type)) {
      source_.fail(block.offset, LinkLayer::supported_list(),
                   "link type " + std::to_string(i.link_type) + " of interface " + std::to_string(id),
                   LinkLayer::advice());
    }
    return i;
  }

  std::uint64_t nanoseconds(const Block& block, const Interface& i, std::uint64_t ticks) const {
    constexpr __int128 kSecond = 1'000'000'000;
    __int128 ns = ticks;
    const unsigned exponent = i.tsresol & 0x7F;
    if ((i.tsresol & 0x80) != 0) {
      ns = ns * kSecond >> exponent;  // below 2^94 before the shift
    } else {
      for (unsigned e = exponent; e < 9; ++e) ns *= 10;
      for (unsigned e = exponent; e > 9 && ns != 0; --e) ns /= 10;
    }
    ns += static_cast<__int128>(i.tsoffset) * kSecond;
    if (ns < 0 || ns > std::numeric_limits<std::uint64_t>::max()) {
      damaged(block.offset + 12, "a time between 1970 and 2554", "one outside (check if_tsresol and if_tsoffset)");
    }
    return static_cast<std::uint64_t>(ns);
  }

  void packet(const Block& block, bool obsolete, CapturedFrame& frame) {
    need(block, 20, "a packet block");
    const std::uint8_t* p = block.body.data();
    const std::uint32_t id = obsolete ? order_.u16(p) : order_.u32(p);
    const Interface& i = interface_of(block, id);
    const std::uint64_t ticks = std::uint64_t{order_.u32(p + 4)} << 32 | order_.u32(p + 8);
    const std::uint32_t captured = order_.u32(p + 12);
    const std::uint32_t original = order_.u32(p + 16);
    const std::size_t room = block.body.size() - 20;
    if (captured > room) {
      damaged(block.offset + 20, "a captured length of at most " + std::to_string(room), std::to_string(captured));
    }
    frame.timestamp_ns = last_timestamp_ = nanoseconds(block, i, ticks);
    frame.fcs_error = false;
    unsigned fcs_size = i.fcs_size;
    const std::size_t padded = (std::size_t{captured} + 3) & ~std::size_t{3};  // within the body, whose size is aligned
    options(block, block.body.subspan(20 + padded), [&](std::uint16_t code, std::span<const std::uint8_t> value) {
      if (code != kPacketFlags || value.size() != 4) return;
      const std::uint32_t flags = order_.u32(value.data());
      if ((flags & kFlagCrcError) != 0) frame.fcs_error = true;
      if ((flags >> 5 & 15) != 0) fcs_size = flags >> 5 & 15;
    });
    link_.to_ethernet(i.link_type, block.body.subspan(20, captured), original, fcs_size, frame);
    offset_ = block.end;
  }

  void simple_packet(const Block& block, CapturedFrame& frame) {
    need(block, 4, "a simple packet block");
    const Interface& i = interface_of(block, 0);
    const std::uint32_t original = order_.u32(block.body.data());
    std::uint64_t captured = original;
    if (i.snap_length != 0 && captured > i.snap_length) captured = i.snap_length;
    if (captured > block.body.size() - 4) {
      damaged(block.offset + 8, "a length of at most " + std::to_string(block.body.size() - 4),
              std::to_string(captured));
    }
    frame.timestamp_ns = last_timestamp_;
    frame.fcs_error = false;
    link_.to_ethernet(i.link_type, block.body.subspan(4, captured), original, i.fcs_size, frame);
    offset_ = block.end;
  }

  Source source_;
  ByteOrder order_;
  LinkLayer link_;
  std::vector<Interface> interfaces_;
  std::uint64_t last_timestamp_ = 0;
  std::uint64_t offset_ = 0;
  bool failed_ = false;
};

}  // namespace

bool is_pcapng(std::span<const std::uint8_t> bytes) noexcept {
  return bytes.size() >= 4 && ByteOrder{}.u32(bytes.data()) == kSectionHeader;
}

std::unique_ptr<CaptureReader> make_pcapng_reader(Source source) {
  return std::make_unique<PcapngReader>(std::move(source));
}

}  // namespace twinpath::capture_internal
