// The sessions that faults are tried on, and a run of two paths on one of them.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "host/core/event_fields.h"
#include "host/path/path_registry.h"
#include "host/path/replay.h"
#include "testbench/lockstep/hostile_session.h"
#include "twinpath_fault.h"

namespace twinpath::fault {

inline std::ostream& operator<<(std::ostream& out, const Fault& f) { return out << f.what << " (" << f.file << ")"; }

inline std::string test_name(const testing::TestParamInfo<Fault>& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// One hostile session. Trials come in kinds, each with something that others lack.
struct Trial {
  const char* kind;
  std::string address;  // of the Verilated path
  test::HostileOptions options;
  ResponseModel responses;
};

inline constexpr unsigned kKinds = 5;
inline constexpr unsigned kTrials = 20;

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
    default:
      // The exchange does not answer: orders stay open until a command that was not meant for them comes.
      t.kind = "unanswered";
      t.responses = {};
      o.round_numbers = true;
      o.command_every = 3;
      o.drift = 6;
      o.symbols = 2;
      o.load_banks = true;
  }
  return t;
}

using MakePath = std::function<std::unique_ptr<Path>(const CoreConfig&, PathSink&)>;

// The first path leads (replay.h).
inline ReplayResult run(const Trial& t, const MakePath& first, const MakePath& second) {
  const CoreConfig config = test::hostile_config(t.options);
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
  options.responses = t.responses;
  return replay(session, paths, recorders, options);
}

// The fields, the frame bytes or the counters that differ, in a line.
inline std::string what_differs(const LockstepDifference& d) {
  if (!d.counter.empty()) return d.counter.substr(d.counter.find('\n') + 1);
  if (!d.first || !d.second) return "an output that only one path has";
  std::vector<std::int64_t> values;
  for_each_field(d.first->event, [&](std::string_view, auto v) { values.push_back(static_cast<std::int64_t>(v)); });
  std::string names;
  std::size_t i = 0;
  for_each_field(d.second->event, [&](std::string_view name, auto v) {
    if (values[i++] != static_cast<std::int64_t>(v)) names += (names.empty() ? "" : ", ") + std::string(name);
  });
  return names.empty() ? "bytes of the order frame" : names;
}

// Tries sessions until the paths differ, and says where they did.
inline void expect_caught(const Fault& f, const std::function<ReplayResult(const Trial&)>& run_faulty) {
  for (unsigned n = 0; n < kTrials; ++n) {
    const Trial t = trial(n);
    const ReplayResult result = run_faulty(t);
    if (!result.difference) continue;
    std::cout << f.name << ": caught in trial " << n << " (" << t.kind << ", seed " << t.options.seed << "), frame "
              << result.frames - 1 << ", output " << result.difference->index << ": " << what_differs(*result.difference) << '\n';
    testing::Test::RecordProperty("trial", static_cast<int>(n));
    testing::Test::RecordProperty("frame", static_cast<int>(result.frames - 1));
    testing::Test::RecordProperty("differs", what_differs(*result.difference));
    return;
  }
  FAIL() << f.name << " went unseen in " << kTrials << " sessions: " << f;
}

}  // namespace twinpath::fault
