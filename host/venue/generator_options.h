// What a generated market session looks like: the market itself, and the two lines that carry it.
//
// Times are nanoseconds since midnight, probabilities and shares are 0 to 1. Everything generated is a function of
// these values alone: equal options give equal bytes on every machine.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace twinpath::venue {

/// Shares of the messages that orders cause, out of their sum. The defaults are those of Nasdaq TotalView-ITCH on
/// 2019-12-30 (A, D, U, E, X as published; the others divide the remaining 2.6 %).
struct MessageMix {
  double add = 0.4359;                 // A
  double add_mpid = 0.0105;            // F
  double remove = 0.4255;              // D
  double replace = 0.0805;             // U
  double execute = 0.0213;             // E
  double execute_with_price = 0.0008;  // C
  double cancel = 0.0104;              // X
  double trade = 0.0090;               // P
  double imbalance = 0.0055;           // I, sent only in the minutes before a cross
  double rare = 0.0006;                // B, L, N, Y, O in equal parts
};

/// Messages come in clusters: a cluster is one message, or several within a microsecond. The shares are of clusters;
/// sizes above 16 follow a power law (exponent 3) up to `largest`, and one cluster of exactly that size opens
/// continuous trading. The gaps between clusters are exponential, at a rate that jumps between regimes of about a
/// millisecond. The defaults give, for the messages in each microsecond that has any: p50 1, p99 2, p99.9 4, p99.99
/// about 16; and for each millisecond p99 about 90.
struct BurstProfile {
  double at_least_2 = 0.0080;
  double at_least_3 = 0.0021;
  double at_least_5 = 0.0006;
  double at_least_17 = 0.00012;
  std::uint32_t largest = 501;
};

/// A way to spoil one frame. Each is dropped, or stops the walk over its blocks, at the cause it is named after.
enum class Damage : std::uint8_t {
  truncated_frame,    // cut anywhere behind the EtherType
  not_ipv4,           // EtherType of IPv6
  ip_options,         // a header of six words, otherwise right
  fragment,           // more-fragments flag or an offset
  ip_checksum,        // wrong header checksum
  not_udp,            // protocol 6
  wrong_destination,  // neighbouring address or port
  udp_length,         // UDP length too small, or not that of the IP packet
  wrong_session,      // another MoldUDP64 session
  block_length_zero,  // a message block that claims 0 bytes
  block_length_long,  // a message block that claims some of its successor
  block_length_over,  // a message block that claims more than the packet has
  message_length,     // a known type in a block one byte too short (or too long)
  fcs_error,          // a flipped payload bit, reported with the frame; not part of the default selection
};
inline constexpr unsigned kDamageKinds = 14;
const char* to_string(Damage damage) noexcept;
constexpr std::uint32_t damage_bit(Damage damage) noexcept { return std::uint32_t{1} << static_cast<unsigned>(damage); }
inline constexpr std::uint32_t kAllDamage = (std::uint32_t{1} << kDamageKinds) - 1;
/// All that a capture file can carry: a frame with a wrong checksum never reaches one.
inline constexpr std::uint32_t kDefaultDamage = kAllDamage & ~damage_bit(Damage::fcs_error);

/// One of the two redundant lines. Addresses in host order.
struct LineOptions {
  std::uint32_t destination_address = 0;
  std::uint32_t source_address = 0;
  std::uint16_t destination_port = 26477;
  std::uint16_t source_port = 26477;
  double loss = 0;         // of its packets, this one never arrives
  double duplication = 0;  // arrives twice
  double reordering = 0;   // arrives behind one to four of its successors
  double damage = 0;       // arrives spoiled, in one of `damage_kinds`
  std::uint32_t damage_kinds = kDefaultDamage;
  double tagged = 0;  // share of frames with an 802.1Q tag
  std::uint16_t vlan = 100;
  std::uint64_t latency_ns = 1'000;  // exchange to card
  std::uint64_t jitter_ns = 200;     // added, uniform
};

/// How messages become frames: MoldUDP64 1.00 over UDP.
struct PublisherOptions {
  std::string session = "TWINPATH01";  // padded with spaces or cut to 10 characters
  std::uint64_t first_sequence = 1;
  LineOptions line_a{.destination_address = 0xE936'0C6F, .source_address = 0x0A01'0101};
  LineOptions line_b{.destination_address = 0xE931'C46F, .source_address = 0x0A02'0101, .latency_ns = 1'400};
  double gap = 0;                                    // packets that neither line carries
  bool spare_other_line = true;                      // loss or damage on one line leaves the other line's copy alone
  std::uint64_t packing_window_ns = 500;             // messages this close to a packet's first share the packet
  std::uint32_t largest_payload = 1'400;             // MoldUDP64 header and blocks, bytes; at most 1,472
  std::uint64_t heartbeat_interval_ns = 20'000'000;  // silence before a heartbeat
  std::uint32_t end_of_session_packets = 3;
  std::uint64_t line_bits_per_second = 10'000'000'000;  // frames of a line do not overlap; 0: no such limit
};

struct GeneratorOptions {
  std::uint64_t seed = 1;
  std::uint64_t messages = 1'000'000;      // about; never fewer than start and end of day need
  std::uint32_t symbols = 500;             // 1 to 65,000
  std::uint32_t configured_symbols = 256;  // the most active ones, that a path is configured with
  double configured_share = 0.55;          // of the traffic; each set's traffic falls off like 1 / rank
  MessageMix mix;
  BurstProfile bursts;

  // Wall times. The opening stays where it is; distances to it shrink so that the session lasts duration_ns.
  std::uint64_t session_start_ns = 32'400'000'000'000;  // 09:00
  std::uint64_t market_open_ns = 34'200'000'000'000;    // 09:30
  std::uint64_t market_close_ns = 57'600'000'000'000;   // 16:00
  std::uint64_t session_end_ns = 59'400'000'000'000;    // 16:30
  std::uint64_t duration_ns = 0;  // session start to end; 0: as long as `messages` take at 11,485 a second

  std::uint32_t halts = 2;                  // H 'H', then 'Q' and 'T'
  std::uint32_t luld_pauses = 2;            // H 'P', J, I, Q, H 'T'
  std::uint32_t operational_halts = 2;      // h 'H', h 'T'
  std::uint32_t circuit_breaker_level = 0;  // 1 to 3: W, and every symbol halted for a while; 0: none
  double unknown_types = 0;                 // messages of a type ITCH 5.0 does not have, a message

  PublisherOptions publisher;
};

}  // namespace twinpath::venue
