// Order frames: OUCH 5.0 Enter Order and Cancel Order in UDP, from a template that is patched. SEM 6.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "host/core/config.h"
#include "host/core/types.h"
#include "host/wire/bytes.h"

namespace twinpath {

inline constexpr std::size_t kOrderHeaderBytes = 42;
inline constexpr std::size_t kEnterFrameBytes = kOrderHeaderBytes + 47;
inline constexpr std::size_t kCancelFrameBytes = 60;  // 42 + 9, padded to the Ethernet minimum

// Ethernet, IPv4 and UDP header of an order frame whose UDP payload has `payload` bytes. UDP checksum 0 (none, RFC
// 768).
inline std::array<std::uint8_t, kOrderHeaderBytes> order_header(const OrderConfig& o, std::uint16_t payload) noexcept {
  std::array<std::uint8_t, kOrderHeaderBytes> h{};
  std::copy(o.destination_mac.begin(), o.destination_mac.end(), h.begin());
  std::copy(o.source_mac.begin(), o.source_mac.end(), h.begin() + 6);
  store_be16(&h[12], 0x0800);
  h[14] = 0x45;
  store_be16(&h[16], static_cast<std::uint16_t>(20 + 8 + payload));
  h[20] = 0x40;  // don't fragment: identification may stay 0 (RFC 6864)
  h[22] = o.ttl;
  h[23] = 17;
  store_be32(&h[26], o.source_address);
  store_be32(&h[30], o.destination_address);
  std::uint32_t sum = 0;
  for (std::size_t i = 14; i < 34; i += 2) sum += load_be16(&h[i]);
  sum = (sum & 0xFFFF) + (sum >> 16);
  sum = (sum & 0xFFFF) + (sum >> 16);
  store_be16(&h[24], static_cast<std::uint16_t>(~sum));
  store_be16(&h[34], o.source_port);
  store_be16(&h[36], o.destination_port);
  store_be16(&h[38], static_cast<std::uint16_t>(8 + payload));
  return h;
}

// Eight upper-case digits in ASCII, the first one in the highest byte.
inline std::uint64_t hex_digits(std::uint32_t value) noexcept {
  std::uint64_t x = value;
  x = (x | x << 16) & 0x0000'FFFF'0000'FFFF;
  x = (x | x << 8) & 0x00FF'00FF'00FF'00FF;
  x = (x | x << 4) & 0x0F0F'0F0F'0F0F'0F0F;
  const std::uint64_t letters = (x + 0x0606'0606'0606'0606) >> 4 & 0x0101'0101'0101'0101;
  return x + 0x3030'3030'3030'3030 + letters * ('A' - '0' - 10);
}

class OrderFrameBuilder {
 public:
  explicit OrderFrameBuilder(const CoreConfig& config) {
    const auto enter_header = order_header(config.order, 47);
    const auto cancel_header = order_header(config.order, 9);
    std::copy(enter_header.begin(), enter_header.end(), enter_.begin());
    std::copy(cancel_header.begin(), cancel_header.end(), cancel_.begin());
    std::uint8_t* o = enter_.data() + kOrderHeaderBytes;
    o[0] = 'O';
    std::copy(config.order.attributes.begin(), config.order.attributes.end(), o + 26);
    std::copy(config.order.cl_ord_id_prefix.begin(), config.order.cl_ord_id_prefix.end(), o + 31);
    prepare(config.order.first_user_ref);
    cancel_[kOrderHeaderBytes] = 'X';
    for (std::size_t i = 0; i < kSymbols; ++i) {
      names_[i].fill(0);
      if (i < config.symbols.size()) std::memcpy(names_[i].data(), config.symbols[i].name.data(), 8);
    }
  }

  // Writes the next order's number into its frame, while nothing waits for it. enter() of another number does it
  // itself.
  void prepare(std::uint32_t user_ref) noexcept {
    std::uint8_t* o = enter_.data() + kOrderHeaderBytes;
    store_be32(o + 1, user_ref);
    store_be64(o + 37, hex_digits(user_ref));
    prepared_ = user_ref;
  }

  // The returned bytes are valid until the next call.
  std::span<const std::uint8_t> enter(std::uint32_t user_ref, Side side, Quantity quantity, SymbolIndex symbol,
                                      Price price) noexcept {
    if (user_ref != prepared_) [[unlikely]]
      prepare(user_ref);
    std::uint8_t* o = enter_.data() + kOrderHeaderBytes;
    o[5] = side == Side::buy ? 'B' : 'S';
    store_be32(o + 6, quantity.value);
    std::memcpy(o + 10, names_[symbol].data(), 8);
    store_be64(o + 18, price.value);
    return enter_;
  }

  std::span<const std::uint8_t> cancel(std::uint32_t user_ref) noexcept {
    store_be32(cancel_.data() + kOrderHeaderBytes + 1, user_ref);
    return cancel_;
  }

 private:
  std::uint32_t prepared_ = 0;
  std::array<std::uint8_t, kEnterFrameBytes> enter_{};
  std::array<std::uint8_t, kCancelFrameBytes> cancel_{};
  std::array<std::array<std::uint8_t, 8>, kSymbols> names_;
};

}  // namespace twinpath
