// The whole trading system in simulated time: exchange feed, wire, card, PCIe, host, venue (sim/systemc/README.md has
// the picture). A run is a function of options, configuration and session: the same to the picosecond, every time.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/core/event.h"
#include "host/path/frame_source.h"
#include "host/path/path.h"
#include "host/path/response_model.h"
#include "sim/systemc/platform_time.h"

namespace twinpath::platform {

// From the exchange to the switch in front of the card. Probabilities from 0 to 1, a packet.
struct LineModel {
  double loss = 0;
  double reorder = 0;
  Picoseconds delay{1'000'000};
  Picoseconds jitter{};        // added, uniform; frames stay in order
  Picoseconds reorder_hold{};  // added to a frame that others may then overtake
};

struct PlatformOptions {
  std::uint64_t seed = 1;
  std::array<LineModel, 2> lines;
  std::uint64_t wire_gbps = 10;               // 10 or 25, both ways
  Picoseconds wire_propagation{};             // switch to card
  Picoseconds venue_propagation{};            // card to venue, and venue to host
  Picoseconds mac_in{}, mac_out{};            // MAC and PCS, from the last bit of a byte to its beat, and back
  Picoseconds pcie_latency{};                 // one way
  std::uint64_t pcie_byte_ps = 127;           // of the link
  std::uint64_t pcie_overhead = 24;           // bytes a transaction
  Picoseconds host_service{}, host_jitter{};  // from an answer to its command; jitter is uniform
  ResponseModel venue;
  double answer_loss = 0;  // answers of the venue that never reach the host
  struct HostCommand {
    Picoseconds at;  // since the first frame was published
    Command command;
  };
  std::vector<HostCommand> commands;
};

// Of an order's way, from the exchange's publishing of the packet to the last bit of the order at the venue.
enum class Hop : std::uint8_t { network, switch_queue, wire_in, mac_in, gap, core, mac_out, wire_queue, wire_out };
inline constexpr unsigned kHops = 9;
const char* to_string(Hop hop) noexcept;

struct OrderTimes {
  std::uint32_t user_ref = 0;
  std::array<std::uint64_t, kHops> hops{};  // ps
  std::uint64_t total = 0;                  // their sum
  std::uint64_t core_cycles = 0;            // first beat minus the message's last byte
  std::uint64_t line_wait = 0;              // of them, waiting for an earlier order's frame
};

struct PlatformResult {
  std::vector<OrderTimes> orders;                                 // that reached the venue, in the order of arrival
  std::array<std::uint64_t, 2> published{}, lost{}, reordered{};  // frames, by line
  std::uint64_t frames_in = 0;                                    // that reached the card
  std::uint64_t published_messages = 0;                           // by sequence number
  std::uint64_t sent = 0, cancels = 0, rejects = 0;
  std::uint64_t stale_orders = 0;   // on stale books
  std::uint64_t killed_orders = 0;  // after a kill
  std::uint64_t answers = 0, answers_lost = 0, fills = 0;
  std::uint64_t card_events = 0, host_events = 0;
  std::uint64_t host_commands = 0, card_commands = 0;
  std::uint64_t position_differences = 0;  // symbols whose position at the card is not what the venue filled
  std::uint64_t open_at_card = 0;          // orders at the end
  Picoseconds longest_switch_queue;
  Picoseconds end;
  CounterValues counters{};
  std::uint64_t digest = 0;  // of every order and event with its time
};

// `source` gives frames at the times at which the exchange published them. Throws std::invalid_argument for options out
// of range.
PlatformResult run_platform(const PlatformOptions& options, const CoreConfig& config, FrameSource& source);

}  // namespace twinpath::platform
