#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>
#include <vector>

#include "host/apps/platform/platform_keys.h"
#include "host/apps/platform/platform_scenario.h"
#include "host/apps/platform/platform_service.h"

namespace twinpath::scenario {
namespace {

using platform::LineModel;
using platform::Picoseconds;

// Nanoseconds, in picoseconds.
void time_ns(Reader& r, std::string_view key, Picoseconds& out) {
  if (const auto ns = r.number(key, 0, kMostNs)) out.value = static_cast<std::uint64_t>(std::llround(*ns * 1000));
}
void cycles_ns(Reader& r, std::string_view key, Cycles& out) {
  if (const auto ns = r.number(key, 0, kMostNs)) out = to_cycles(Nanoseconds{static_cast<std::uint64_t>(*ns)});
}
void share(Reader& r, std::string_view key, double& out) {
  if (const auto p = r.number(key, 0, 1)) out = *p;
}

void read_service(Reader& r, const std::filesystem::path& base, platform::SoftwareModel& software) {
  constexpr std::array kKeys{"min_ns", "p50_ns", "p90_ns", "p99_ns", "max_ns"};
  if (const auto file = r.text("histogram", "the name of a percentile file")) {
    for (const char* key : kKeys)
      if (r.has(key)) return r.wrong(key, "either quantiles or a histogram", "remove one of them");
    try {
      software.quantiles = read_service_histogram(base / *file);
    } catch (const std::invalid_argument& e) {
      r.wrong("histogram", "a percentile file in microseconds (twinpath bench software --hgrm)",
              fmt::format("{}: {}", (base / *file).string(), e.what()), "measure again, or give quantiles");
    }
    return;
  }
  auto& q = software.quantiles;
  for (std::size_t i = 0; i < kKeys.size(); ++i) time_ns(r, kKeys[i], q[i].time);
  if (!std::ranges::is_sorted(q, {}, [](const auto& x) { return x.time; }))
    r.wrong("min_ns", "min_ns <= p50_ns <= p90_ns <= p99_ns <= max_ns", "give all five");
}

void read_line(Reader& top, std::string_view key, LineModel& line) {
  auto r = top.table(key);
  if (!r) return;
  share(*r, "loss", line.loss);
  share(*r, "reorder", line.reorder);
  time_ns(*r, "delay_ns", line.delay);
  time_ns(*r, "jitter_ns", line.jitter);
  time_ns(*r, "reorder_hold_ns", line.reorder_hold);
  r->finish();
}

// `[[key]]`, each from `at_us` on for `for_us`.
void read_outages(Reader& top, std::string_view key, std::vector<platform::Outage>& outages) {
  for (Reader& r : top.tables(key)) {
    platform::Outage o{};
    for (const auto& [name, out] : {std::pair{"at_us", &o.at}, std::pair{"for_us", &o.length}}) {
      if (!r.has(name)) r.missing(name, "microseconds", "say when, since the first packet, and for how long");
      if (const auto t = r.microseconds(name, 1e11)) *out = platform::picoseconds(*t);
    }
    if (!outages.empty() && o.at < outages.back().at + outages.back().length)
      r.wrong("at_us", "behind the end of the one in front of it", "put them in the order of their times");
    outages.push_back(o);
    r.finish();
  }
}

void read_commands(Reader& top, platform::PlatformOptions& o) {
  for (Reader& r : top.tables("command")) {
    platform::PlatformOptions::HostCommand c{};
    if (const auto at = r.microseconds("at_us", 1e11)) c.at = platform::picoseconds(*at);
    if (const auto burst = r.flag("in_burst")) c.in_burst = *burst;
    const auto op = r.choice("op", {"kill", "release", "trust", "arm", "disarm"});
    if (!op) {
      if (!r.has("op")) r.missing("op", "kill, release, trust, arm or disarm", "say what the host commands");
    } else {
      c.command.op = *op == "kill"      ? CommandOp::kill
                     : *op == "release" ? CommandOp::release
                     : *op == "trust"   ? CommandOp::trust
                     : *op == "arm"     ? CommandOp::arm
                                        : CommandOp::disarm;
      if (c.command.op == CommandOp::trust) c.command.symbol = 0xFFFF;
    }
    o.commands.push_back(c);
    r.finish();
  }
}

}  // namespace

void read_system(Reader& top, platform::PlatformOptions& o, const std::filesystem::path& base) {
  read_line(top, "line_a", o.lines[0]);
  read_line(top, "line_b", o.lines[1]);
  if (auto r = top.table("wire")) {
    if (const auto gbps = r->integer("gbps", 1, 100)) {
      o.wire_gbps = *gbps;
      if (*gbps != 10 && *gbps != 25) r->wrong("gbps", "10 or 25", "other rates have other codings");
    }
    number(*r, "queue_bytes", o.queue_bytes, 1, 1'000'000'000);
    time_ns(*r, "to_card_ns", o.wire_propagation);
    time_ns(*r, "to_venue_ns", o.venue_propagation);
    r->finish();
  }
  if (auto r = top.table("mac")) {
    time_ns(*r, "in_ns", o.mac_in);
    time_ns(*r, "out_ns", o.mac_out);
    r->finish();
  }
  if (auto r = top.table("pcie")) {
    time_ns(*r, "latency_ns", o.pcie.latency);
    number(*r, "byte_ps", o.pcie.byte_ps, 1, 100'000);
    number(*r, "overhead_bytes", o.pcie.overhead, 0, 256);
    number(*r, "max_payload", o.pcie.max_payload, 16, 4096);
    number(*r, "posted_max", o.pcie.posted_max, 1, 1'000'000);
    number(*r, "tags", o.pcie.tags, 1, 1024);
    time_ns(*r, "completion_ns", o.pcie.completion);
    if (const auto fetch = r->flag("fetch")) o.pcie.fetch = *fetch;
    r->finish();
  }
  if (auto r = top.table("host")) {
    time_ns(*r, "service_ns", o.host_service);
    time_ns(*r, "jitter_ns", o.host_jitter);
    if (r->has("recovery_ns")) time_ns(*r, "recovery_ns", o.host_recovery.emplace());
    time_ns(*r, "session_detect_ns", o.session_detect);
    time_ns(*r, "session_settle_ns", o.session_settle);
    number(*r, "burst_messages", o.burst_messages, 1, 1'000'000);
    r->finish();
  }
  if (auto r = top.table("software")) {
    read_service(*r, base, o.software);
    time_ns(*r, "message_ns", o.software.message);
    r->finish();
  }
  if (auto r = top.table("rival")) {
    time_ns(*r, "jitter_ns", o.rival_jitter);
    r->finish();
  }
  if (auto r = top.table("card")) {
    number(*r, "ring_events", o.ring_events, 1, 1'000'000'000);
    r->finish();
  }
  if (auto r = top.table("venue")) {
    o.venue.enabled = true;
    cycles_ns(*r, "ack_ns", o.venue.ack_delay);
    cycles_ns(*r, "fill_ns", o.venue.fill_delay);
    cycles_ns(*r, "done_ns", o.venue.done_delay);
    number(*r, "fill_percent", o.venue.fill_percent, 0, 100);
    number(*r, "partial_percent", o.venue.partial_percent, 0, 100);
    share(*r, "answer_loss", o.answer_loss);
    if (o.venue.fill_delay < o.venue.ack_delay || o.venue.done_delay < o.venue.fill_delay)
      r->wrong("ack_ns", "ack_ns <= fill_ns <= done_ns", "an order is acknowledged, then filled, then done");
    r->finish();
  }
  read_commands(top, o);
  read_outages(top, "pcie_stall", o.pcie_stalls);
  read_outages(top, "host_pause", o.host_pauses);
  read_outages(top, "session_drop", o.session_drops);
  read_outages(top, "card_reset", o.card_resets);
  read_outages(top, "card_failure", o.card_failures);
  if (const auto who = top.choice("arrangement", {"card", "software", "both"}))
    o.arrangement = *who == "card"       ? platform::Arrangement::card
                    : *who == "software" ? platform::Arrangement::software
                                         : platform::Arrangement::both;
  if (const auto core = top.choice("core", {"model", "rtl", "hls"})) o.core = core_kind(*core);
  if (auto r = top.table("kernel")) {
    number(*r, "cycles", o.kernel_cycles, 1, 1'000'000);
    r->finish();
  }
  if (o.core == platform::CoreKind::hls && o.kernel_cycles == 0)
    top.missing("kernel", "a table with cycles, from an update to the first beat of its answer",
                "say what the report of C synthesis says, or what you assume");
  if (const auto t = top.microseconds("switch_over_us", 1e9)) o.switch_over = platform::picoseconds(*t);
}

}  // namespace twinpath::scenario
