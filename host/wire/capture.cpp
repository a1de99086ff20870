#include "host/wire/capture.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "host/wire/bytes.h"
#include "host/wire/capture_internal.h"
#include "host/wire/net.h"

namespace twinpath {

namespace capture_internal {

namespace {
constexpr std::uint32_t kEthernet = 1;
constexpr std::uint32_t kRawBsd = 12;
constexpr std::uint32_t kRaw = 101;
constexpr std::uint32_t kCookedV1 = 113;
constexpr std::uint32_t kIpv4 = 228;
constexpr std::uint32_t kIpv6 = 229;
constexpr std::uint32_t kCookedV2 = 276;

constexpr std::size_t kCookedV1Header = 16;  // the EtherType is its last field
constexpr std::size_t kCookedV2Header = 20;  // the EtherType is its first field
constexpr unsigned kEthernetFcs = 4;

// Ethernet sends the CRC's least significant byte first.
bool fcs_ok(std::span<const std::uint8_t> frame, const std::uint8_t* fcs) noexcept {
  const auto crc = static_cast<std::uint32_t>(::crc32_z(0, frame.data(), frame.size()));
  std::uint32_t found;
  std::memcpy(&found, fcs, sizeof found);
  return crc == found;
}
}  // namespace

std::string hex(std::uint32_t v) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0x%08x", v);
  return text.data();
}

bool LinkLayer::supported(std::uint32_t link_type) noexcept {
  switch (link_type) {
    case kEthernet:
    case kRawBsd:
    case kRaw:
    case kCookedV1:
    case kIpv4:
    case kIpv6:
    case kCookedV2:
      return true;
    default:
      return false;
  }
}

std::string LinkLayer::supported_list() {
  return "link type Ethernet (1), Linux cooked (113, 276) or raw IP (12, 101, 228, 229)";
}

std::string LinkLayer::advice() { return "capture on an Ethernet interface, or keep only its packets in the file"; }

void LinkLayer::synthesize(std::uint16_t ethertype, std::span<const std::uint8_t> payload,
                           std::uint32_t original_payload, CapturedFrame& frame) {
  scratch_.resize(net::Ethernet::kSize + payload.size());
  std::fill_n(scratch_.begin(), 12, std::uint8_t{0});
  store_be16(scratch_.data() + 12, ethertype);
  std::copy(payload.begin(), payload.end(), scratch_.begin() + net::Ethernet::kSize);
  frame.data = scratch_;
  // A damaged file may claim any length: it saturates.
  constexpr std::uint32_t kMost = 0xFFFF'FFFF - net::Ethernet::kSize;
  frame.original_length = std::min(original_payload, kMost) + static_cast<std::uint32_t>(net::Ethernet::kSize);
}

void LinkLayer::to_ethernet(std::uint32_t link_type, std::span<const std::uint8_t> packet,
                            std::uint32_t original_length, unsigned fcs_size, CapturedFrame& frame) {
  // Some writers leave the original length out.
  original_length = std::max(original_length, static_cast<std::uint32_t>(packet.size()));
  if (fcs_size != 0 && original_length >= fcs_size) {
    const std::size_t without = original_length - fcs_size;
    if (fcs_size == kEthernetFcs && link_type == kEthernet && packet.size() == original_length &&
        !fcs_ok(packet.first(without), packet.data() + without)) {
      frame.fcs_error = true;
    }
    packet = packet.first(std::min(packet.size(), without));
    original_length = static_cast<std::uint32_t>(without);
  }
  frame.data = {};
  frame.original_length = original_length;
  switch (link_type) {
    case kEthernet:
      frame.data = packet;
      break;
    case kCookedV1:
      if (packet.size() < kCookedV1Header) break;
      synthesize(load_be16(packet.data() + 14), packet.subspan(kCookedV1Header), original_length - kCookedV1Header,
                 frame);
      break;
    case kCookedV2:
      if (packet.size() < kCookedV2Header) break;
      synthesize(load_be16(packet.data()), packet.subspan(kCookedV2Header), original_length - kCookedV2Header, frame);
      break;
    case kIpv4:
      synthesize(net::kEtherTypeIpv4, packet, original_length, frame);
      break;
    case kIpv6:
      synthesize(net::kEtherTypeIpv6, packet, original_length, frame);
      break;
    default:  // raw IP: the version says which
      if (packet.empty()) break;
      synthesize(packet[0] >> 4 == 6 ? net::kEtherTypeIpv6 : net::kEtherTypeIpv4, packet, original_length, frame);
      break;
  }
}

namespace {
std::unique_ptr<CaptureReader> make_reader(Source source) {
  const std::span<const std::uint8_t> b = source.bytes;
  if (is_pcapng(b)) return make_pcapng_reader(std::move(source));
  if (is_pcap(b)) return make_pcap_reader(std::move(source));
  const std::string expected = "the magic number of pcap (0xa1b2c3d4, 0xa1b23c4d) or pcapng (0x0a0d0d0a)";
  if (b.size() < 4) source.fail(0, expected, std::to_string(b.size()) + " bytes in all", "check that it is a capture");
  if (b[0] == 0x1F && b[1] == 0x8B) source.fail(0, expected, "a gzip file", "decompress it with gunzip first");
  source.fail(0, expected, hex(load_be32(b.data())), "convert it with: editcap -F nsecpcap <in> <out>");
}
}  // namespace

}  // namespace capture_internal

std::unique_ptr<CaptureReader> CaptureReader::open(const std::filesystem::path& path) {
  capture_internal::Source source;
  source.file = MappedFile(path);
  source.bytes = source.file.bytes();
  source.name = path.string();
  return capture_internal::make_reader(std::move(source));
}

std::unique_ptr<CaptureReader> CaptureReader::from_memory(std::span<const std::uint8_t> bytes, std::string name) {
  capture_internal::Source source;
  source.bytes = bytes;
  source.name = std::move(name);
  return capture_internal::make_reader(std::move(source));
}

}  // namespace twinpath
