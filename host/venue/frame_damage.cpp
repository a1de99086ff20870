#include "host/venue/frame_damage.h"

#include <cstring>

#include "host/wire/bytes.h"
#include "host/wire/itch50.h"
#include "host/wire/moldudp64.h"
#include "host/wire/net.h"

namespace twinpath::venue {
namespace {

constexpr std::uint32_t kUdp = net::Ipv4::kSize;                // from the IP header
constexpr std::uint32_t kMold = kUdp + net::Udp::kSize;         // from the IP header
constexpr std::uint32_t kBlocks = kMold + mold::Header::kSize;  // from the IP header

void renew_checksum(std::uint8_t* ip) noexcept { store_be16(ip + 10, net::ipv4_checksum(ip)); }

// One of the packet's blocks, any of them alike.
std::uint8_t* choose_block(std::uint8_t* ip, Random& random) noexcept {
  const std::uint32_t count = load_be16(ip + kMold + 18);
  std::uint8_t* block = ip + kBlocks;
  for (std::uint32_t skip = random.below(count); skip > 0; --skip) block += mold::kBlockHeader + load_be16(block);
  return block;
}

}  // namespace

const char* to_string(Damage damage) noexcept {
  static constexpr const char* kNames[kDamageKinds] = {
      "truncated_frame",   "not_ipv4",          "ip_options",     "fragment",      "ip_checksum",
      "not_udp",           "wrong_destination", "udp_length",     "wrong_session", "block_length_zero",
      "block_length_long", "block_length_over", "message_length", "fcs_error"};
  const auto i = static_cast<unsigned>(damage);
  return i < kDamageKinds ? kNames[i] : "?";
}

std::uint32_t apply_damage(Damage damage, std::uint8_t* frame, std::uint32_t length, Random& random) noexcept {
  const bool tagged = load_be16(frame + 12) == net::kEtherTypeVlan;
  const std::uint32_t ethernet = tagged ? net::Ethernet::kTaggedSize : net::Ethernet::kSize;
  std::uint8_t* ip = frame + ethernet;
  const std::uint32_t udp_length = load_be16(ip + kUdp + 4);
  switch (damage) {
    case Damage::truncated_frame:
      return random.between(ethernet, length - 1);
    case Damage::not_ipv4:
      store_be16(ip - 2, net::kEtherTypeIpv6);
      break;
    case Damage::ip_options:
      // One word of no-operations (RFC 791, 3.1).
      std::memmove(ip + net::Ipv4::kSize + 4, ip + net::Ipv4::kSize, length - ethernet - net::Ipv4::kSize);
      std::memset(ip + net::Ipv4::kSize, 1, 4);
      ip[0] = 0x46;
      store_be16(ip + 2, static_cast<std::uint16_t>(load_be16(ip + 2) + 4));
      store_be16(ip + 10, 0);
      store_be16(ip + 10, net::checksum_finish(net::checksum_add(ip, net::Ipv4::kSize + 4)));
      return length + 4;
    case Damage::fragment:
      store_be16(ip + 6,
                 static_cast<std::uint16_t>(random.one_in(2) ? net::Ipv4::kMoreFragments : random.between(1, 0x1FFF)));
      renew_checksum(ip);
      break;
    case Damage::ip_checksum:
      // Any change but to its other zero: 0x0000 and 0xFFFF are the same sum.
      store_be16(ip + 10, static_cast<std::uint16_t>(load_be16(ip + 10) ^ (1U << random.below(16))));
      break;
    case Damage::not_udp:
      ip[9] = 6;
      renew_checksum(ip);
      break;
    case Damage::wrong_destination:
      if (random.one_in(2)) {
        ip[19] ^= static_cast<std::uint8_t>(random.between(1, 255));
        renew_checksum(ip);
      } else {
        store_be16(ip + kUdp + 2, static_cast<std::uint16_t>(load_be16(ip + kUdp + 2) + random.between(1, 100)));
      }
      break;
    case Damage::udp_length:
      store_be16(ip + kUdp + 4,
                 static_cast<std::uint16_t>(random.one_in(2) ? random.below(28) : udp_length + random.between(1, 40)));
      break;
    case Damage::wrong_session:
      ip[kMold + random.below(10)] ^= static_cast<std::uint8_t>(random.between(1, 15));
      break;
    case Damage::block_length_zero:
      store_be16(choose_block(ip, random), 0);
      break;
    case Damage::block_length_long: {
      std::uint8_t* block = choose_block(ip, random);
      store_be16(block, static_cast<std::uint16_t>(load_be16(block) + random.between(1, 30)));
      break;
    }
    case Damage::block_length_over:
      store_be16(choose_block(ip, random), static_cast<std::uint16_t>(random.between(udp_length, 0xFFFF)));
      break;
    case Damage::message_length: {
      // Shorter, unless that made the block too short to be a message at all.
      std::uint8_t* block = choose_block(ip, random);
      const std::uint16_t was = load_be16(block);
      store_be16(block, static_cast<std::uint16_t>(was > 12 ? was - 1 : was + 1));
      break;
    }
    case Damage::fcs_error:
      ip[kBlocks + random.below(length - ethernet - kBlocks)] ^= static_cast<std::uint8_t>(1U << random.below(8));
      break;
  }
  return length;
}

}  // namespace twinpath::venue
