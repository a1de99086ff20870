// What no line brought is asked for (MoldUDP64 1.00, request packets), and the answers come as frames of line A, like
// any other input: a path that has not given the gap up yet (SEM 2.4) takes them as the packets that it waits for.
//
// It follows the numbers as a path does (SEM 2.3), slots included, since what finds no slot has to be asked for, too.
// It looks at headers only; where it is wrong about a path, the path's own deadline decides.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "host/core/config.h"
#include "host/feed/frame_parser.h"
#include "host/live/recovery_options.h"
#include "host/path/packet_io.h"
#include "host/session/tcp.h"

namespace twinpath {

struct GapCounters {
  std::uint64_t gaps = 0;      // that neither line filled in time
  std::uint64_t requests = 0;  // packets
  std::uint64_t answers = 0;
  std::uint64_t foreign = 0;  // datagrams that are none
};

// Of a run that has what was lost again.
struct RecoveryStatus {
  unsigned paths = 0;                   // that were begun: one, and one more each time books were made anew
  std::uint64_t snapshot_messages = 0;  // that the last of them began with
  GapCounters gaps;
};

class GapFiller final : public PacketReceiver {
 public:
  // `wall` is the clock of the receivers' stamps. Throws std::system_error.
  GapFiller(const RecoveryOptions& options, const FeedConfig& feed, std::function<Nanoseconds()> wall);

  // A path begins with this message; 0: with the first that comes.
  void begin(std::uint64_t sequence) noexcept;
  // A frame that is given to the path. Allocates nothing.
  void seen(std::span<const std::uint8_t> frame) noexcept;
  // Something is missing; and has been for so long that it was asked for.
  bool open() const noexcept { return next_ < high_; }
  bool asking() const noexcept { return open() && asking_; }
  // More is missing than is to be asked for (snapshot_beyond): only a snapshot helps.
  bool behind() const noexcept {
    return asking() && options_.glimpse.port != 0 && high_ - next_ > options_.snapshot_beyond;
  }
  const GapCounters& gap_counters() const noexcept { return counts_; }

  // Asks for what is due, and gives what was answered.
  std::size_t receive(std::span<SourceFrame> frames) override;
  ReceiveCounters counters() override { return received_; }
  TimestampSource timestamp_source() const noexcept override { return TimestampSource::host; }
  std::string describe() const override { return "re-requests"; }

 private:
  static constexpr std::size_t kSlots = 16;  // SEM 2.3
  // Messages in a request, which always fit into a packet of 1,400 bytes; and how many are asked for at once.
  static constexpr std::uint64_t kChunk = 24, kWindow = 16 * kChunk;
  struct Slot {
    std::uint64_t first = 0, end = 0;  // end 0: free
  };

  void taken() noexcept;
  void ask(Nanoseconds now);
  void request(std::uint64_t first, std::uint64_t count) noexcept;

  RecoveryOptions options_;
  FeedConfig feed_;
  std::function<Nanoseconds()> wall_;
  net::UdpLine line_;
  session::Descriptor socket_;
  std::vector<std::uint8_t> rooms_;
  std::array<std::uint8_t, 10> session_{};
  bool has_session_ = false;
  std::array<Slot, kSlots> slots_{};
  std::uint64_t next_ = 0, high_ = 0;
  std::uint64_t asked_ = 0;   // what is below was asked for
  std::uint64_t waited_ = 0;  // next_ when due_ was set
  Nanoseconds due_{};         // to ask, or ask again; 0: not set
  unsigned tries_ = 0;        // since anything came
  bool asking_ = false;
  GapCounters counts_;
  ReceiveCounters received_;
};

}  // namespace twinpath
