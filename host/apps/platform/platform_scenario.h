// Scenarios of the platform model from TOML: the system, the session, and what must hold at the end. Keys:
// sim/systemc/README.md.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/core/config.h"
#include "host/path/frame_source.h"
#include "host/venue/generator_options.h"
#include "host/venue/market_generator.h"
#include "sim/systemc/platform.h"

namespace twinpath {

// [expect]. What is absent is not checked; the rules (no order on stale books, none after a kill, nothing lost without
// a count) always are.
struct PlatformExpectations {
  std::optional<std::uint64_t> orders_min, orders_max;
  std::optional<std::uint64_t> lost_messages_min, lost_messages_max;
  std::optional<std::uint64_t> gaps_lost_min, gaps_lost_max;
  std::optional<std::uint64_t> core_cycles_max;       // not counting waits for an earlier order's frame
  std::optional<double> p50_max_ns, p99_max_ns;       // tick to trade
  std::optional<std::uint64_t> recovered_orders_min;  // sent after the host said TRUST
  std::optional<std::uint64_t> refused_orders_min;    // by a session that was down
  std::optional<std::uint64_t> lost_events_min, lost_events_max;
  std::optional<std::uint64_t> reset_frames_min;
  std::optional<std::uint64_t> burst_min;                              // messages within a microsecond
  std::optional<double> switch_wait_min_ns, pcie_min_ns, host_min_ns;  // the longest there was
  bool reconciles = true;  // positions at the card and the venue agree at the end
};

struct PlatformScenario {
  std::string title;
  platform::PlatformOptions platform;
  venue::GeneratorOptions session;        // when `capture` is empty
  StrategyConfig strategy;                // of a generated session; a capture's configuration says its own
  std::filesystem::path capture, config;  // relative names count from the scenario's folder
  PlatformExpectations expect;
};

// Throws ConfigError (host/apps/config/config_file.h) that names all that is wrong.
PlatformScenario load_scenario(const std::filesystem::path& file);
PlatformScenario parse_scenario(std::string_view text, const std::string& name,
                                const std::filesystem::path& base = ".");

// "model", "rtl" or "hls".
platform::CoreKind core_kind(std::string_view name);

// The session of a scenario: its frames, once, and the configuration that trades them. Throws what load_config and
// open_source do for those of a capture that cannot be used.
class ScenarioSession {
 public:
  explicit ScenarioSession(const PlatformScenario& scenario);
  const CoreConfig& config() const noexcept { return config_; }
  FrameSource& source() noexcept { return *source_; }

 private:
  std::unique_ptr<venue::MarketGenerator> market_;  // of one that is generated
  CoreConfig config_;
  std::unique_ptr<FrameSource> source_;
};

// The session through the platform.
platform::PlatformResult run_scenario(const PlatformScenario& scenario);

struct PlatformCheck {
  std::string what;  // expected and found, in words
  bool holds;
};
std::vector<PlatformCheck> check_platform(const PlatformExpectations& expect, const platform::PlatformResult& result);

// Tick to trade with the share of every hop, counts and checks.
std::string platform_text(const PlatformScenario& scenario, const platform::PlatformResult& result,
                          const std::vector<PlatformCheck>& checks);

}  // namespace twinpath
