// `twinpath send`: a session, or any packet I/O, onto the network, at the pace of its times or faster.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <thread>

#include "host/apps/commands.h"
#include "host/apps/machine/packet_io_text.h"
#include "host/wire/file_error.h"

namespace twinpath {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string from, to;
  double speed = 1;
  std::uint64_t frames = UINT64_MAX;
  bool quiet = false;
  std::shared_ptr<PacketIoOptions> io;
};

// When a frame is due: its distance from the first frame, divided by the speed.
class Pace {
 public:
  explicit Pace(double speed) : speed_(speed) {}

  // Waits; false when asked to stop meanwhile. Speed 0 never waits.
  bool wait(Nanoseconds timestamp) {
    if (speed_ == 0) return true;
    if (!started_) {
      started_ = true;
      first_ = timestamp;
      start_ = Clock::now();
    }
    if (timestamp <= first_) return true;
    const auto offset =
        std::chrono::nanoseconds(static_cast<std::int64_t>(static_cast<double>((timestamp - first_).value) / speed_));
    const Clock::time_point due = start_ + offset;
    // Asleep for the long part, spinning for the end of it: a sleep ends late.
    for (auto left = due - Clock::now(); left > std::chrono::nanoseconds(0); left = due - Clock::now()) {
      if (stop_requested()) return false;
      if (left > std::chrono::milliseconds(1))
        std::this_thread::sleep_for(
            std::min<Clock::duration>(left - std::chrono::milliseconds(1), std::chrono::milliseconds(50)));
    }
    return true;
  }

 private:
  double speed_;
  bool started_ = false;
  Nanoseconds first_{};
  Clock::time_point start_;
};

// Collects frames in the sender's rooms and sends them in bursts.
class Burst {
 public:
  Burst(PacketSender& sender, SendCounters& own) : sender_(sender), own_(own) {}

  void add(std::span<const std::uint8_t> frame) {
    if (frame.size() > sender_.max_frame()) {
      ++own_.refused;
      return;
    }
    std::span<const std::span<std::uint8_t>> rooms = sender_.claim(kSendRooms);
    // Fewer rooms while the queue holds the packet buffers: it drains.
    while (rooms.size() <= count_ && !stop_requested()) {
      flush();
      rooms = sender_.claim(kSendRooms);
    }
    if (rooms.size() <= count_) return;
    std::memcpy(rooms[count_].data(), frame.data(), frame.size());
    sizes_[count_++] = frame.size();
    if (count_ == sizes_.size()) flush();
  }

  void flush() {
    for (std::size_t done = 0; done < count_ && !stop_requested();)
      done += sender_.send(std::span(sizes_).subspan(done, count_ - done));
    count_ = 0;
  }

 private:
  PacketSender& sender_;
  SendCounters& own_;
  std::array<std::size_t, kSendRooms> sizes_{};
  std::size_t count_ = 0;
};

int run(const Options& o, const PacketIoRegistry& registry) {
  const auto receiver = registry.open_receiver(o.from, *o.io);
  const auto sender = registry.open_sender(o.to, *o.io);
  stop_on_signals();
  Pace pace(o.speed);
  SendCounters own;
  Burst burst(*sender, own);
  std::array<SourceFrame, kSendRooms> frames;
  std::uint64_t given = 0;
  std::string error;
  const Clock::time_point start = Clock::now();
  try {
    while (given < o.frames && !stop_requested() && !receiver->ended()) {
      const std::size_t most = std::min<std::uint64_t>(frames.size(), o.frames - given);
      const std::size_t n = receiver->receive(std::span(frames).first(most));
      given += n;
      for (const SourceFrame& f : std::span(frames).first(n)) {
        if (!pace.wait(f.timestamp)) break;
        burst.add(f.bytes);
        if (o.speed != 0) burst.flush();
      }
      if (n == 0) burst.flush();
    }
  } catch (const FileError& e) {
    error = e.what();
  }
  burst.flush();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (!o.quiet) {
    SendCounters c = sender->counters();
    c.refused += own.refused;
    fmt::print("{}{}{:.3f} s, {:.0f} frames/s\n", to_text(o.from, receiver->counters()), to_text(o.to, c), seconds,
               static_cast<double>(c.frames) / seconds);
  }
  if (error.empty()) return 0;
  fmt::print(stderr, "twinpath send: {}\n", error);
  return kExitError;
}

}  // namespace

Run add_send(cli::App& app, const PacketIoRegistry& registry) {
  auto o = std::make_shared<Options>();
  cli::App* sub = app.add_subcommand("send", "Send a session, paced by its times, to the network");
  sub->add_option("--from", o->from, "packet I/O to take frames from, one of " + registry.forms())->required();
  sub->add_option("--to", o->to, "packet I/O to send to, one of " + registry.forms(true))->required();
  sub->add_option("--speed", o->speed, "times as fast as the frames' own times; 0: as fast as it goes")
      ->capture_default_str()
      ->check(cli::NonNegativeNumber);
  sub->add_option("--frames", o->frames, "stop after this many frames");
  sub->add_flag("-q,--quiet", o->quiet, "no counters on the terminal");
  o->io = add_packet_io_options(*sub);
  return [o, &registry] { return run(*o, registry); };
}

}  // namespace twinpath
