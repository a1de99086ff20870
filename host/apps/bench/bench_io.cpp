// `twinpath bench io`: latency and rate of frames through one packet I/O into another, both in this thread.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/apps/bench/bench.h"
#include "host/apps/machine/packet_io_text.h"
#include "host/core/histogram.h"
#include "host/core/tick_clock.h"

namespace twinpath {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kSilence = std::chrono::milliseconds(200);
constexpr net::Endpoint kEndpoint{0xE9360C6F, 26477};  // 233.54.12.111

struct Options {
  std::string from, to;
  std::uint64_t rounds = 2'000, frames = 200'000;
  std::size_t bytes = 128, burst = 32;
  bool header = true;
  std::shared_ptr<PacketIoOptions> io;
};

std::vector<std::uint8_t> make_frame(std::size_t bytes) {
  net::UdpLine line;
  line.destination_mac = net::multicast_mac(kEndpoint.address);
  line.source_mac = {2, 0, 0, 0, 0, 1};
  line.source_ip = 0x0A090001;
  line.source_port = kEndpoint.port;
  line.destination_ip = kEndpoint.address;
  line.destination_port = kEndpoint.port;
  std::vector<std::uint8_t> frame(bytes);
  net::write_udp_headers(line, bytes - line.header_size(), 0, frame.data());
  return frame;
}

class Bench {
 public:
  Bench(const Options& o, PacketReceiver& receiver, PacketSender& sender)
      : o_(o), receiver_(receiver), sender_(sender), frame_(make_frame(o.bytes)) {}

  // Nanoseconds from the send call to the receive call that brings the frame, one frame at a time.
  Histogram latency() {
    Histogram h;
    std::array<SourceFrame, 1> got;
    // What stood in the queues before, and the first use of everything.
    for (int i = 0; i < 20; ++i) {
      send(1);
      drain();
    }
    for (std::uint64_t i = 0; i < o_.rounds; ++i) {
      const std::uint64_t start = TickClock::now();
      send(1);
      const auto end = Clock::now() + kSilence;
      while (receiver_.receive(got) == 0) {
        if (Clock::now() > end)
          throw std::runtime_error(o_.from + ": expected the frame sent to " + o_.to + ", found none");
      }
      h.record(static_cast<std::uint64_t>(TickClock::nanoseconds(TickClock::now() - start)));
    }
    return h;
  }

  struct Rate {
    double seconds = 0;
    std::uint64_t sent = 0, received = 0;
  };

  // A burst is sent, then what has come is read: the time is that of both.
  Rate rate() {
    Rate r;
    std::array<SourceFrame, kSendRooms> got;
    const Clock::time_point start = Clock::now();
    Clock::time_point last = start;
    while (r.sent < o_.frames) {
      r.sent += send(o_.burst);
      while (const std::size_t n = receiver_.receive(got)) r.received += n;
    }
    last = Clock::now();
    while (r.received < r.sent && Clock::now() - last < kSilence) {
      const std::size_t n = receiver_.receive(got);
      r.received += n;
      if (n != 0) last = Clock::now();
    }
    r.seconds = std::chrono::duration<double>(last - start).count();
    return r;
  }

 private:
  std::size_t send(std::size_t count) {
    const auto rooms = sender_.claim(count);
    count = std::min(count, rooms.size());
    for (std::size_t i = 0; i < count; ++i) {
      std::memcpy(rooms[i].data(), frame_.data(), frame_.size());
      sizes_[i] = frame_.size();
    }
    return sender_.send(std::span(sizes_).first(count));
  }

  void drain() {
    std::array<SourceFrame, kSendRooms> got;
    const auto end = Clock::now() + std::chrono::milliseconds(3);
    while (Clock::now() < end) receiver_.receive(got);
  }

  const Options& o_;
  PacketReceiver& receiver_;
  PacketSender& sender_;
  std::vector<std::uint8_t> frame_;
  std::array<std::size_t, kSendRooms> sizes_{};
};

int run(const Options& o, const PacketIoRegistry& registry) {
  const auto receiver = registry.open_receiver(o.from, *o.io);
  const auto sender = registry.open_sender(o.to, *o.io);
  Bench bench(o, *receiver, *sender);
  const Histogram h = bench.latency();
  const Bench::Rate r = bench.rate();
  if (o.header) {
    fmt::print(
        "frames of {} bytes, sent and received by one thread; us from the send call to the receive call with the "
        "frame\n"
        "{:<62} {:>9} {:>9} {:>9} {:>12} {:>8}\n",
        o.bytes, "to > from", "p50 us", "p99 us", "max us", "frames/s", "lost");
  }
  const auto us = [](std::uint64_t ns) { return static_cast<double>(ns) / 1000; };
  fmt::print("{:<62} {:>9.2f} {:>9.2f} {:>9.2f} {:>12.0f} {:>8}\n", o.to + " > " + o.from, us(h.percentile(50)),
             us(h.percentile(99)), us(h.max()), static_cast<double>(r.received) / r.seconds, r.sent - r.received);
  return 0;
}

}  // namespace

Run add_bench_io(cli::App& bench, const PacketIoRegistry& registry) {
  auto o = std::make_shared<Options>();
  cli::App* sub = bench.add_subcommand("io", "Latency and rate through packet I/O, e.g. both ends of a veth pair");
  sub->add_option("--to", o->to, "packet I/O to send to, one of " + registry.forms(true))->required();
  sub->add_option("--from", o->from, "packet I/O where the frames arrive, one of " + registry.forms())->required();
  sub->add_option("--rounds", o->rounds, "frames of the latency, one at a time")->capture_default_str();
  sub->add_option("--frames", o->frames, "frames of the rate")->capture_default_str();
  sub->add_option("--bytes", o->bytes, "of a frame, without FCS")->capture_default_str()->check(cli::Range(64, 1'500));
  sub->add_option("--burst", o->burst, "frames a send call")->capture_default_str()->check(cli::Range(1, 64));
  sub->add_flag("!--no-header", o->header, "the row only");
  o->io = add_packet_io_options(*sub);
  return [o, &registry] { return run(*o, registry); };
}

}  // namespace twinpath
