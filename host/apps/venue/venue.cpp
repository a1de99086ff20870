// `twinpath venue`: a venue to trade against, until stopped.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "host/apps/machine/packet_io_text.h"
#include "host/apps/venue/venue.h"
#include "host/apps/venue/venue_stats.h"
#include "host/apps/venue/venue_text.h"
#include "host/core/wall_clock.h"
#include "host/live/control_socket.h"
#include "host/process/call_box.h"

namespace twinpath {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string config, sample_file;
  VenueSample sample;
  double seconds = 0;
  bool quiet = false;
};

constexpr std::uint64_t kSecond = 1'000'000'000;

// Nanoseconds since the local midnight.
class TimeOfDay {
 public:
  std::uint64_t operator()() {
    const std::uint64_t now = wall_ns();
    // The calendar costs more than a request does: it is asked once a second.
    if (now - now % kSecond != second_) {
      second_ = now - now % kSecond;
      midnight_ = midnight_before(second_);
    }
    return now - midnight_;
  }

 private:
  static std::uint64_t midnight_before(std::uint64_t ns) {
    const auto now = static_cast<std::time_t>(ns / kSecond);
    std::tm local{};
    ::localtime_r(&now, &local);
    local.tm_hour = local.tm_min = local.tm_sec = 0;
    local.tm_isdst = -1;
    return static_cast<std::uint64_t>(std::mktime(&local)) * kSecond;
  }

  std::uint64_t second_ = 0, midnight_ = 0;
};

std::unique_ptr<PacketSender> open_line(const PacketIoRegistry& io, const VenueConfig& config, std::size_t n) {
  const net::UdpLine& line = config.feed.lines[n];
  const auto byte = [&](int shift) { return line.destination_ip >> shift & 0xFF; };
  std::string address = fmt::format("udp:{}.{}.{}.{}:{}", byte(24), byte(16), byte(8), byte(0), line.destination_port);
  if (!config.interface.empty()) address += "@" + config.interface;
  PacketIoOptions options;
  options.time_to_live = line.time_to_live;
  return io.open_sender(address, options);
}

int run(const Options& o, const PacketIoRegistry& io) {
  if (!o.sample_file.empty()) {
    std::ofstream out(o.sample_file);
    out << sample_venue_config(o.sample);
    if (!out.flush())
      throw std::runtime_error(o.sample_file + ": cannot be written; is the folder there and the disk not full?");
    return 0;
  }
  if (o.config.empty()) throw std::runtime_error("venue: expected --config or --config-out, found neither; give one");
  const VenueConfig config = load_venue_config(o.config);
  stop_on_signals();
  // Whether another venue runs is known before anything of it is touched.
  std::optional<ControlServer> control;
  if (!config.control.empty()) control.emplace(config.control);
  const auto line_a = open_line(io, config, 0), line_b = open_line(io, config, 1);
  VenueServer venue(config, *line_a, *line_b, TimeOfDay());
  const market::Recovery& recovery = venue.hub().recovery();
  if (!o.quiet) {
    if (recovery.replayed != 0)
      fmt::print(stderr, "venue: {}: {} requests recovered{}\n", config.journal.string(), recovery.replayed,
                 recovery.torn ? ", the last one torn" : "");
    for (const auto& p : venue.ports()) fmt::print(stderr, "venue: {} on port {}\n", p->name(), p->port());
    if (venue.fix() != nullptr) fmt::print(stderr, "venue: FIX on port {}\n", venue.fix()->port());
  }
  std::optional<VenueStats> stats;
  if (!config.stats.empty()) stats.emplace(config.stats);
  CallBox box;
  std::atomic<bool> stop = false;
  if (control)
    control->start(
        [&](std::string_view line) {
          return box.call(
              [&]() -> std::string {
                if (line != "stop") return answer_control(venue, line);
                stop = true;
                return R"({"ok":true})";
              },
              R"({"ok":false,"errors":["the venue has ended"]})");
        },
        [] {});
  const Clock::time_point begun = Clock::now();
  Clock::time_point said = begun;
  std::string error;
  try {
    while (!stop && !stop_requested()) {
      venue.round();
      box.serve();
      if (stats) stats->look(venue);
      const Clock::time_point now = Clock::now();
      if (o.seconds > 0 && std::chrono::duration<double>(now - begun).count() >= o.seconds) break;
      if (o.quiet || now - said < std::chrono::seconds(10)) continue;
      said = now;
      fmt::print(stderr, "{}", status_line(venue));
    }
    venue.stop();
  } catch (const std::exception& e) {
    error = e.what();
  }
  box.close();
  control.reset();
  if (stats) stats->look(venue, true);
  if (!o.quiet) fmt::print("{}", closing_report(venue));
  if (error.empty()) return 0;
  fmt::print(stderr, "twinpath venue: {}\n", error);
  return kExitError;
}

}  // namespace

Run add_venue(cli::App& app, const PacketIoRegistry& io) {
  auto o = std::make_shared<Options>();
  cli::App* sub = app.add_subcommand("venue", "Run a venue: matching, order entry, market data");
  sub->add_option("--config", o->config, "the venue's configuration (host/apps/CONFIG.md)");
  sub->add_option("--for", o->seconds, "stop after so many seconds; 0: never")->check(cli::NonNegativeNumber);
  sub->add_flag("-q,--quiet", o->quiet, "no status line, no report");
  sub->add_option("--config-out", o->sample_file, "write a commented configuration to start from, and end");
  sub->add_option("--symbols", o->sample.symbols, "of --config-out")
      ->capture_default_str()
      ->check(cli::Range(1U, 1000U));
  sub->add_option("--participants", o->sample.participants, "of --config-out")
      ->capture_default_str()
      ->check(cli::Range(1U, 500U));
  sub->add_option("--seed", o->sample.seed, "of --config-out: symbols as `twinpath generate` names them")
      ->capture_default_str();
  sub->add_option("--port", o->sample.port, "of --config-out: the first of its ports")
      ->capture_default_str()
      ->check(cli::Range(1024U, 60'000U));
  return [o, &io] { return run(*o, io); };
}

}  // namespace twinpath
