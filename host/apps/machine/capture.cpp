// `twinpath capture`: frames from the network, or any packet I/O, into a nanosecond pcap.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "host/apps/commands.h"
#include "host/apps/machine/packet_io_text.h"
#include "host/wire/file_error.h"
#include "host/wire/pcap_writer.h"

namespace twinpath {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::vector<std::string> from;
  std::string out;
  std::uint64_t frames = UINT64_MAX;
  double seconds = 0, idle = 0;
  bool spin = false;
  bool quiet = false;
  std::shared_ptr<PacketIoOptions> io;
};

struct Input {
  std::string address;
  std::unique_ptr<PacketReceiver> receiver;
};

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Until a limit, a signal, or the end of every input. What had come before the signal is taken: until there is nothing,
// or as much as a buffer holds. Files that are damaged end with their error behind what was good.
std::uint64_t pump(const Options& o, std::vector<Input>& inputs, PcapWriter& out) {
  std::array<SourceFrame, kSendRooms> burst;
  const Clock::time_point start = Clock::now();
  Clock::time_point last = start;
  std::uint64_t frames = 0;
  std::size_t after_stop = 0;  // bytes
  bool ended = false;
  while (!ended && frames < o.frames && after_stop < o.io->buffer_bytes) {
    const bool stop = stop_requested();
    std::size_t taken = 0;
    ended = true;
    for (Input& input : inputs) {
      const std::size_t most = std::min<std::uint64_t>(burst.size(), o.frames - frames);
      const std::size_t n = input.receiver->receive(std::span(burst).first(most));
      for (const SourceFrame& f : std::span(burst).first(n)) {
        out.write(f.timestamp.value, f.bytes);
        if (stop) after_stop += f.bytes.size();
      }
      frames += n;
      taken += n;
      ended &= input.receiver->ended();
    }
    if (taken != 0) {
      if (o.idle > 0) last = Clock::now();
      continue;
    }
    if (stop) break;
    if (o.seconds > 0 && since(start) >= o.seconds) break;
    if (o.idle > 0 && since(last) >= o.idle) break;
    if (!o.spin) std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
  return frames;
}

int run(const Options& o, const PacketIoRegistry& registry) {
  std::vector<Input> inputs;
  for (const std::string& address : o.from) inputs.push_back({address, registry.open_receiver(address, *o.io)});
  PcapWriter out(o.out);
  stop_on_signals();
  if (!o.quiet) {
    for (const Input& i : inputs)
      fmt::print(stderr, "capture: {}: {}; {} stamps\n", i.address, i.receiver->describe(),
                 to_string(i.receiver->timestamp_source()));
  }
  std::string error;
  try {
    pump(o, inputs, out);
  } catch (const FileError& e) {
    error = e.what();
  }
  out.close();
  if (!o.quiet) {
    for (const Input& i : inputs) fmt::print("{}", to_text(i.address, i.receiver->counters()));
    fmt::print("{}: {} frames written\n", o.out, out.frames());
  }
  if (error.empty()) return 0;
  fmt::print(stderr, "twinpath capture: {}\n", error);
  return kExitError;
}

}  // namespace

Run add_capture(cli::App& app, const PacketIoRegistry& registry) {
  auto o = std::make_shared<Options>();
  cli::App* sub = app.add_subcommand("capture", "Receive frames and write them to a nanosecond pcap");
  sub->add_option("--from", o->from, "packet I/O, one of " + registry.forms() + "; may be given again")
      ->required()
      ->expected(1)
      ->take_all();
  sub->add_option("--out", o->out, "pcap to write")->required();
  sub->add_option("--frames", o->frames, "stop after this many frames");
  sub->add_option("--seconds", o->seconds, "stop after this long; 0: on SIGINT, SIGTERM or the end of a file")
      ->check(cli::NonNegativeNumber);
  sub->add_option("--idle", o->idle, "stop when this many seconds brought no frame")->check(cli::NonNegativeNumber);
  sub->add_flag("--spin", o->spin, "never sleep while there is nothing");
  sub->add_flag("-q,--quiet", o->quiet, "no counters on the terminal");
  o->io = add_packet_io_options(*sub);
  return [o, &registry] { return run(*o, registry); };
}

}  // namespace twinpath
