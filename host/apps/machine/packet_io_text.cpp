#include "host/apps/machine/packet_io_text.h"

#include <fmt/format.h>

#include <csignal>
#include <utility>
#include <vector>

namespace twinpath {
namespace {

volatile std::sig_atomic_t stop = 0;

using Causes = std::vector<std::pair<std::string_view, std::uint64_t>>;

std::string with_causes(std::string text, const Causes& causes) {
  for (const auto& [what, count] : causes) {
    if (count != 0) text += fmt::format("  {:<52}{:>12}\n", what, count);
  }
  return text;
}

}  // namespace

std::shared_ptr<PacketIoOptions> add_packet_io_options(cli::App& sub) {
  auto o = std::make_shared<PacketIoOptions>();
  sub.add_option_each(
         "--group",
         [o](const std::string& text) {
           const auto endpoint = net::parse_endpoint(text);
           if (!endpoint) return "group:port such as 233.54.12.111:26477";
           o->groups.push_back(*endpoint);
           return "";
         },
         "group:port to join and to keep, all else is left out; may be given again (udp: has its own in the address)")
      ->expected(1)
      ->take_all();
  sub.add_option("--max-frame", o->max_frame, "bytes of the largest frame, without FCS")
      ->capture_default_str()
      ->check(cli::Range(64, 9'600));
  sub.add_option("--buffer", o->buffer_bytes, "bytes of socket buffer (udp:) or ring (af_packet:)")
      ->capture_default_str()
      ->check(cli::Range(std::size_t{4096}, std::size_t{1} << 30U));
  sub.add_flag("--hardware-stamps", o->hardware_timestamps,
               "receive times from the network port instead of the kernel");
  sub.add_option("--ttl", o->time_to_live, "udp: time to live of what is sent to a group")->capture_default_str();
  sub.add_option("--dpdk-arguments", o->dpdk_arguments, "dpdk: EAL arguments instead of those chosen")
      ->delimiter(' ')
      ->expected(1)
      ->take_all();
  return o;
}

std::string to_text(std::string_view name, const ReceiveCounters& c) {
  return with_causes(fmt::format("{}: received {} frames, {} bytes\n", name, c.frames, c.bytes),
                     {{"dropped, buffer or ring full", c.dropped_full},
                      {"dropped, no packet buffer", c.dropped_no_buffer},
                      {"dropped, damaged on the wire", c.dropped_error},
                      {"dropped, longer than --max-frame", c.dropped_too_long},
                      {"dropped, for no group asked for", c.dropped_other},
                      {"stamped by the host for want of the source's stamp", c.without_stamp}});
}

std::string to_text(std::string_view name, const SendCounters& c) {
  return with_causes(fmt::format("{}: sent {} frames, {} bytes\n", name, c.frames, c.bytes),
                     {{"refused, not UDP, too long or for no endpoint named", c.refused},
                      {"dropped, the kernel or the port would not send", c.errors},
                      {"waits for room in the send queue", c.full}});
}

void stop_on_signals() {
  struct sigaction action{};
  action.sa_handler = [](int) { stop = 1; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool stop_requested() noexcept { return stop != 0; }

}  // namespace twinpath
