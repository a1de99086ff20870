#include "host/apps/platform/platform_scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "host/apps/config/config_file.h"
#include "host/apps/config/config_reader.h"
#include "host/apps/config/config_strategy.h"
#include "host/apps/platform/platform_keys.h"
#include "host/apps/session/market_source.h"
#include "host/apps/session/sources.h"

namespace twinpath {
namespace {

using config::Errors;
using config::Reader;
using scenario::bound;
using scenario::kMostNs;
using scenario::number;

// A generated session's symbols have other names with every seed: records name them by their rank, "1" the busiest.
void read_session_strategy(Reader& top, PlatformScenario& s) {
  auto r = top.table("strategy");
  if (!r) return;
  if (!s.capture.empty())
    return top.wrong("strategy", "none beside a capture", "a table",
                     "say it in the configuration that trades the capture");
  config::SymbolNames ranks;
  for (unsigned i = 1; i <= s.session.configured_symbols; ++i) ranks.add(std::to_string(i));
  RunConfig run;
  run.core.order.attributes[0] = '0';  // as in the generated configuration: its orders rest
  config::read_strategy(*r, ranks, run);
  s.strategy = run.core.strategy;
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
  read_session_strategy(top, s);
  scenario::read_system(top, s.platform, base);
  read_expectations(top, s.expect);
  top.finish();
  errors.throw_if_any();
  return s;
}

platform::CoreKind core_kind(std::string_view name) {
  return name == "rtl" ? platform::CoreKind::rtl : name == "hls" ? platform::CoreKind::hls : platform::CoreKind::model;
}

PlatformScenario load_scenario(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || std::filesystem::is_directory(file))
    throw ConfigError({fmt::format("{}:1: cannot be read; check that the file exists and is readable", file.string())});
  return parse_scenario(text.str(), file.string(), file.parent_path());
}

ScenarioSession::ScenarioSession(const PlatformScenario& s) {
  if (!s.capture.empty()) {
    RunConfig run = load_config(s.config);
    resolve_locates(s.capture, run.core);
    config_ = run.core;
    source_ = open_source(s.capture, config_.feed);
    return;
  }
  market_ = std::make_unique<venue::MarketGenerator>(s.session);
  config_ = parse_config(market_config(*market_, s.session.configured_symbols), "generated configuration").core;
  config_.strategy = s.strategy;
  source_ = std::make_unique<MarketSource>(*market_, s.session, UINT64_MAX, 2);
}

platform::PlatformResult run_scenario(const PlatformScenario& s) {
  ScenarioSession session(s);
  return platform::run_platform(s.platform, session.config(), session.source());
}

}  // namespace twinpath
