#include "host/apps/platform_scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "host/apps/config_file.h"
#include "host/apps/config_reader.h"
#include "host/apps/market_source.h"
#include "host/apps/platform_service.h"
#include "host/apps/sources.h"

namespace twinpath {
namespace {

using config::Errors;
using config::Reader;
using platform::LineModel;
using platform::Picoseconds;

constexpr double kMostNs = 1e9;

// Nanoseconds, in picoseconds.
void time_ns(Reader& r, std::string_view key, Picoseconds& out) {
  if (const auto ns = r.number(key, 0, kMostNs)) out.value = static_cast<std::uint64_t>(std::llround(*ns * 1000));
}
void cycles_ns(Reader& r, std::string_view key, Cycles& out) {
  if (const auto ns = r.number(key, 0, kMostNs)) out = to_cycles(Nanoseconds{static_cast<std::uint64_t>(*ns)});
}
template <class T>
void number(Reader& r, std::string_view key, T& out, std::uint64_t min, std::uint64_t max) {
  if (const auto n = r.integer(key, min, max)) out = static_cast<T>(*n);
}
void share(Reader& r, std::string_view key, double& out) {
  if (const auto p = r.number(key, 0, 1)) out = *p;
}
void bound(Reader& r, std::string_view key, std::optional<std::uint64_t>& out) {
  if (const auto n = r.integer(key, 0, INT64_MAX)) out = n;
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

void read_session(Reader& top, PlatformScenario& s, const std::filesystem::path& base) {
  auto r = top.table("session");
  if (!r) return top.missing("session", "a table", "say how the session is generated, or which capture it is");
  if (const auto capture = r->text("capture", "the name of a file")) {
    s.capture = base / *capture;
    if (const auto config = r->text("config", "the name of a TOML configuration"))
      s.config = base / *config;
    else
      r->missing("config", "the name of a TOML configuration", "a capture needs the configuration that trades it");
    return r->finish();
  }
  auto& g = s.session;
  number(*r, "seed", g.seed, 0, INT64_MAX);
  number(*r, "messages", g.messages, 1'000, 100'000'000);
  number(*r, "symbols", g.symbols, 1, 65'000);
  number(*r, "configured", g.configured_symbols, 1, 256);
  number(*r, "largest_burst", g.bursts.largest, 1, 10'000);
  if (const auto seconds = r->number("duration_s", 0, 86'400))
    g.duration_ns = static_cast<std::uint64_t>(*seconds * 1e9);
  if (const auto bursts = r->flag("bursts"); bursts && !*bursts)
    g.bursts.at_least_2 = g.bursts.at_least_3 = g.bursts.at_least_5 = g.bursts.at_least_17 = 0;
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
  if (const auto core = top.choice("core", {"model", "rtl"}))
    o.core = *core == "rtl" ? platform::CoreKind::rtl : platform::CoreKind::model;
  if (const auto t = top.microseconds("switch_over_us", 1e9)) o.switch_over = platform::picoseconds(*t);
}

void read_expectations(Reader& top, PlatformExpectations& e) {
  auto r = top.table("expect");
  if (!r) return top.missing("expect", "a table", "say what must hold; a scenario without it proves nothing");
  bound(*r, "orders_min", e.orders_min);
  bound(*r, "orders_max", e.orders_max);
  bound(*r, "recovered_orders_min", e.recovered_orders_min);
  bound(*r, "refused_orders_min", e.refused_orders_min);
  bound(*r, "lost_events_min", e.lost_events_min);
  bound(*r, "lost_events_max", e.lost_events_max);
  bound(*r, "reset_frames_min", e.reset_frames_min);
  bound(*r, "burst_min", e.burst_min);
  for (const auto& [key, out] : {std::pair{"switch_wait_min_ns", &e.switch_wait_min_ns},
                                 std::pair{"pcie_min_ns", &e.pcie_min_ns}, std::pair{"host_min_ns", &e.host_min_ns}}) {
    if (const auto ns = r->number(key, 0, kMostNs)) *out = ns;
  }
  bound(*r, "lost_messages_min", e.lost_messages_min);
  bound(*r, "lost_messages_max", e.lost_messages_max);
  bound(*r, "gaps_lost_min", e.gaps_lost_min);
  bound(*r, "gaps_lost_max", e.gaps_lost_max);
  bound(*r, "core_cycles_max", e.core_cycles_max);
  if (const auto ns = r->number("p50_max_ns", 0, kMostNs)) e.p50_max_ns = ns;
  if (const auto ns = r->number("p99_max_ns", 0, kMostNs)) e.p99_max_ns = ns;
  if (const auto flag = r->flag("positions_reconcile")) e.reconciles = *flag;
  r->finish();
}

}  // namespace

PlatformScenario parse_scenario(std::string_view text, const std::string& name, const std::filesystem::path& base) {
  Errors errors;
  toml::table table;
  try {
    table = toml::parse(text, name);
  } catch (const toml::parse_error& e) {
    errors.add_text(
        name, e.source().begin.line,
        fmt::format("not TOML at column {}: {}; correct the line", e.source().begin.column, e.description()));
    errors.throw_if_any();
  }
  PlatformScenario s;
  s.session.messages = 20'000;
  s.session.symbols = 40;
  s.session.configured_symbols = 16;
  // What lines do to frames is the platform's; the generator gives the times of publishing.
  for (venue::LineOptions* line : {&s.session.publisher.line_a, &s.session.publisher.line_b})
    line->latency_ns = line->jitter_ns = 0;
  s.session.publisher.line_bits_per_second = 0;
  Reader top(table, "", name, errors);
  if (const auto title = top.text("title", "a text", 200)) s.title = *title;
  if (const auto seed = top.integer("seed", 0, INT64_MAX)) s.platform.seed = s.session.seed = *seed;
  read_session(top, s, base);
  read_system(top, s.platform, base);
  read_expectations(top, s.expect);
  top.finish();
  errors.throw_if_any();
  return s;
}

PlatformScenario load_scenario(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || std::filesystem::is_directory(file))
    throw ConfigError({fmt::format("{}:1: cannot be read; check that the file exists and is readable", file.string())});
  return parse_scenario(text.str(), file.string(), file.parent_path());
}

platform::PlatformResult run_scenario(const PlatformScenario& s) {
  if (!s.capture.empty()) {
    RunConfig run = load_config(s.config);
    resolve_locates(s.capture, run.core);
    const auto source = open_source(s.capture, run.core.feed);
    return platform::run_platform(s.platform, run.core, *source);
  }
  venue::MarketGenerator market(s.session);
  const RunConfig run = parse_config(market_config(market, s.session.configured_symbols), "generated configuration");
  MarketSource source(market, s.session, UINT64_MAX, 2);
  return platform::run_platform(s.platform, run.core, source);
}

}  // namespace twinpath
