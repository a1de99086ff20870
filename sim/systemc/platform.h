// The whole trading system in simulated time: exchange feed, wire, card, PCIe, host, venue (sim/systemc/README.md has
// the picture). A run is a function of options, configuration and session: the same to the picosecond, every time.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/core/config.h"
#include "host/core/counters.h"
#include "host/core/event.h"
#include "host/path/frame_source.h"
#include "host/path/path.h"
#include "host/path/response_model.h"
#include "sim/systemc/fault.h"
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

// Something does not work from `at` on (since the first frame was published), for so long.
struct Outage {
  Picoseconds at, length;
};

// What the card's core is: a functional model with the RTL's cycles; the RTL itself, Verilated; or the model with an
// HLS kernel in the rules' place, which is of the strategy that the configuration names.
enum class CoreKind : std::uint8_t { model, rtl, hls };

// Who trades: the core on the card; the host's software, which hears and sends through the card's MAC; or the card,
// and software while it fails.
enum class Arrangement : std::uint8_t { card, software, both };

// PCIe between card and host: bytes and transactions as the link carries them.
struct PcieModel {
  Picoseconds latency{};            // one way
  std::uint64_t byte_ps = 127;      // of the link
  std::uint64_t overhead = 24;      // bytes a transaction: framing, header, sequence number, LCRC
  std::uint64_t max_payload = 256;  // bytes a transaction
  std::uint64_t posted_max = 64;    // writes on their way in one direction
  std::uint64_t tags = 32;          // reads on their way
  Picoseconds completion{};         // from a read's request at the host to its data
  bool fetch = false;               // commands lie in the host's memory, and the card reads each when told of it
};

// How long host software takes: measured on the real path, put in as quantiles.
struct SoftwareModel {
  struct Quantile {
    double share;  // of orders that take at most `time`; the first is the least, the last one's share is 1
    Picoseconds time;
  };
  std::vector<Quantile> quantiles{{0, {90'000}}, {.5, {110'000}}, {.9, {220'000}}, {.99, {400'000}}, {1, {830'000}}};
  Picoseconds message{87'000};  // processor time a message
};

struct PlatformOptions {
  std::uint64_t seed = 1;
  std::array<LineModel, 2> lines;
  std::uint64_t wire_gbps = 10;     // 10 or 25, both ways
  Picoseconds wire_propagation{};   // switch to card
  Picoseconds venue_propagation{};  // card to venue, and venue to host
  Picoseconds mac_in{}, mac_out{};  // MAC and PCS, from the last bit of a byte to its beat, and back
  std::uint64_t queue_bytes = 0;    // that wait at the switch, with preambles and gaps; 0: without end
  PcieModel pcie;
  SoftwareModel software;
  CoreKind core = CoreKind::model;
  unsigned kernel_cycles = 0;  // with CoreKind::hls, from an update to the first beat of its answer
  Arrangement arrangement = Arrangement::card;
  Picoseconds switch_over{};          // from a card's failure to software that trades
  std::vector<Outage> card_failures;  // with Arrangement::both
  Picoseconds rival_jitter{};
  std::string wave;                           // file to write, without its .vcd; none when empty
  bool ahead = true;                          // feed and core may run ahead of simulated time; not with a waveform
  Picoseconds host_service{}, host_jitter{};  // from an answer to its command; jitter is uniform
  ResponseModel venue;
  double answer_loss = 0;  // answers of the venue that never reach the host
  struct HostCommand {
    Picoseconds at;  // since the first frame was published, or since the burst
    Command command;
    bool in_burst = false;
  };
  std::vector<HostCommand> commands;
  std::uint64_t burst_messages = UINT64_MAX;  // so many within a microsecond on line A are the burst of a command
  std::uint64_t ring_events = 0;              // that the event ring has room for; 0: without end
  std::optional<Picoseconds> host_recovery;   // from a lost gap to TRUST; absent: nobody says it
  Picoseconds session_detect{};               // from the session's drop to the host's KILL
  Picoseconds session_settle{};               // from the session's return to RELEASE; answers are there by then
  std::vector<Outage> pcie_stalls, host_pauses, session_drops, card_resets;
  Fault fault = Fault::none;
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
  std::vector<OrderTimes> orders;  // that reached the venue, in the order of arrival
  std::uint64_t unprompted = 0;    // that reached it too, but were made of a command: no packet's publishing is theirs
  std::array<std::uint64_t, 2> published{}, lost{}, reordered{};  // frames, by line
  std::uint64_t frames_in = 0;                                    // that reached the card
  std::uint64_t published_messages = 0;                           // by sequence number
  std::uint64_t sent = 0, cancels = 0, rejects = 0;
  std::uint64_t stale_orders = 0;   // on stale books
  std::uint64_t killed_orders = 0;  // after a kill
  std::uint64_t unarmed_orders = 0;
  std::uint64_t recoveries = 0, recovered_orders = 0;  // TRUST after a lost gap, and orders after the first
  std::uint64_t answers = 0, answers_lost = 0, fills = 0;
  std::uint64_t refused = 0;                // orders that came while the session was down
  std::uint64_t by_software = 0;            // orders and cancels
  std::uint64_t missed = 0;                 // orders that were to leave while nobody traded
  std::uint64_t queue_drops = 0;            // frames that found the switch's queue full
  std::uint64_t most_mac_beats = 0;         // that waited behind the MAC for the core's stream
  std::vector<std::uint64_t> answer_times;  // ps from the venue's answer to its command at the card
  std::uint64_t card_events = 0, host_events = 0;
  std::uint64_t lost_events = 0, told_events = 0;  // by a full ring, and of them those that the host was told of
  std::uint64_t host_commands = 0, card_commands = 0;
  std::uint64_t reset_frames = 0, reset_commands = 0;  // that came while the card was in reset
  std::uint64_t position_differences = 0;  // symbols whose position at the card is not what the venue filled
  std::uint64_t open_at_card = 0;          // orders at the end
  std::uint64_t most_in_microsecond = 0;   // messages published on line A
  Picoseconds longest_switch_queue;
  Picoseconds longest_pcie, longest_host;  // from a transaction's start to its end, from an answer to its command
  Picoseconds end;
  CounterValues counters{};
  struct Kernel {
    std::uint64_t updates = 0, intents = 0;
    std::uint64_t longest = 0;  // cycles from an update's turn to the last beat of its answer
    std::string difference;     // from the same strategy as software on the same inputs: the first one, in words
  };
  std::optional<Kernel> kernel;  // with CoreKind::hls
  std::uint64_t digest = 0;      // of every order and event with its time
};

// `source` gives frames at the times at which the exchange published them. Throws std::invalid_argument for options out
// of range.
PlatformResult run_platform(const PlatformOptions& options, const CoreConfig& config, FrameSource& source);

}  // namespace twinpath::platform
