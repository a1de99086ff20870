// Sessions that show what is wrong with a path, and a run of two paths on one of them.
#pragma once
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "host/path/path_registry.h"
#include "host/path/replay.h"
#include "testbench/lockstep/hostile_session.h"

namespace twinpath::fault {

// One hostile session. Trials come in kinds, each with something that others lack.
struct Trial {
  const char* kind;
  std::string address;  // of the Verilated path
  test::HostileOptions options;
  ResponseModel responses;
  bool loose = false;  // limits that do not depend on the orders before are wide
};

// Rules that fire on either side, and limits that leave the decision to the checks that look at other orders:
// self-trade, duplicates, how many are open.
inline void loosen(CoreConfig& config) {
  config.any_session = true;
  for (Bank& bank : config.banks) {
    for (std::size_t i = 0; i < config.symbols.size(); ++i) {
      RuleRecord& r = bank.rules[i];
      r.take.sides = r.imbalance.sides = r.momentum.sides = r.lead_lag.sides = 3;
      r.take.enabled = r.imbalance.enabled = r.momentum.enabled = true;
      r.take.quantity = r.imbalance.quantity = r.momentum.quantity = r.lead_lag.quantity = 1000;
      r.take.fair = 1'000'700;
      r.take.edge = 100;
      r.imbalance.max_spread = 500;
      bank.limits[i] = {true, true, 2000, 1'000'000'000'000, 5000, 1'000'500, 1'000'000};
    }
    bank.global.max_gross = 1'000'000'000'000'000;
    bank.global.max_open_orders = 6;
    bank.global.rate_interval = 0;
    bank.global.duplicate_window = 1'000'000;
  }
}

inline constexpr unsigned kKinds = 6;
inline constexpr unsigned kTrials = 24;

inline Trial trial(unsigned n) {
  Trial t;
  t.address = "verilator:";
  t.responses = {true, Cycles{300}, Cycles{500}, Cycles{2000}, 60, 30};
  test::HostileOptions& o = t.options;
  o.seed = 1 + n / kKinds;
  o.symbols = 2 + n / kKinds;
  o.gap_timeout = 300;
  o.tidy = true;
  o.calm = 20;
  o.restore_every = 20;
  switch (n % kKinds) {
    case 0:
      t.kind = "mixed";
      o.calm = 4;
      o.odd_headers = true;
      break;
    case 1:
      // Comparisons meet equality; levels are spread over groups of 64 and over both tick sizes.
      t.kind = "grid";
      o.round_numbers = true;
      o.tight_limits = true;
      o.fine_window_base = 998'000;
      o.price_levels = 40;
      o.symbols = 3;
      o.odd_headers = true;
      break;
    case 2:
      t.kind = "dense";
      t.address = "verilator:dense";
      o.gap_ns = 50;
      o.drift = 10;
      o.damage = false;
      o.load_banks = true;
      o.tight_limits = true;
      break;
    case 3:
      t.kind = "crowded";
      o.crowded_sets = true;
      o.overlap = true;
      o.adopt_session = true;
      o.symbols = 6;
      break;
    case 4:
      // Books of many levels that empty from the best one on, without a pause.
      t.kind = "deep";
      t.address = "verilator:dense";
      o.deep = true;
      o.damage = false;
      o.gap_ns = 50;
      o.symbols = 1 + n / kKinds % 2;
      o.price_levels = 60;
      o.fine_window_base = 998'000;
      o.calm = 50;
      break;
    default:
      // The exchange is slow: orders stay open while prices move on, and commands that were not meant for them come
      // first.
      t.kind = "slow";
      t.responses = {true, Cycles{300}, Cycles{8000}, Cycles{12'000}, 40, 30};
      o.round_numbers = true;
      t.loose = true;
      o.command_every = 3;
      o.drift = 6;
      o.symbols = 2;
  }
  return t;
}

// Fills that come before the exchange's own, of some of the first orders: for part of what is open, or for more than
// that.
inline void add_early_fills(std::vector<ScheduledCommand>& commands, const CoreConfig& config) {
  for (unsigned i = 0; i < 240; ++i) {
    Command fill;
    fill.op = CommandOp::fill;
    fill.user_ref = config.order.first_user_ref + i % 24;
    fill.quantity = 150;
    fill.price = 1'000'500;
    commands.push_back({Cycles{600 * i}, fill, nullptr});
  }
  std::ranges::stable_sort(commands, {}, &ScheduledCommand::offset);
}

using MakePath = std::function<std::unique_ptr<Path>(const CoreConfig&, PathSink&)>;

// The first path leads (replay.h).
inline ReplayResult run(const Trial& t, const MakePath& first, const MakePath& second) {
  CoreConfig config = test::hostile_config(t.options);
  if (t.loose) loosen(config);
  test::HostileSession session(t.options, config);
  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  std::vector<std::unique_ptr<Path>> paths;
  for (const MakePath& make : {first, second}) {
    recorders.push_back(std::make_unique<OutputRecorder>(true));
    paths.push_back(make(config, *recorders.back()));
  }
  ReplayOptions options;
  options.lockstep = true;
  options.commands = session.commands;
  if (t.loose) add_early_fills(options.commands, config);
  options.responses = t.responses;
  return replay(session, paths, recorders, options);
}

}  // namespace twinpath::fault
