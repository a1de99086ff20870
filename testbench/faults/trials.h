// Trying faults on the sessions of sessions.h, and what they differ in.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <ostream>
#include <string>
#include <vector>

#include "host/core/event_fields.h"
#include "testbench/faults/sessions.h"
#include "twinpath_fault.h"

namespace twinpath::fault {

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

using RunFaulty = std::function<ReplayResult(const Trial&, int number)>;

// Tries sessions until the paths differ, and says where they did.
class FaultIsCaught : public testing::Test {
 public:
  FaultIsCaught(const Fault& fault, const RunFaulty& run_faulty) : fault_(fault), run_faulty_(run_faulty) {}

  void TestBody() override {
    for (unsigned n = 0; n < kTrials; ++n) {
      const Trial t = trial(n);
      const ReplayResult result = run_faulty_(t, fault_.number);
      if (!result.difference) continue;
      std::cout << fault_.name << ": caught in trial " << n << " (" << t.kind << ", seed " << t.options.seed
                << "), frame " << result.frames - 1 << ", output " << result.difference->index << ": "
                << what_differs(*result.difference) << '\n';
      RecordProperty("trial", static_cast<int>(n));
      RecordProperty("frame", static_cast<int>(result.frames - 1));
      RecordProperty("differs", what_differs(*result.difference));
      return;
    }
    FAIL() << fault_.name << " (" << fault_.what << ", " << fault_.file << ") went unseen in " << kTrials
           << " sessions";
  }

 private:
  Fault fault_;
  RunFaulty run_faulty_;
};

// A test for each fault: `suite`.IsCaught/its_name.
inline bool register_faults(const char* suite, const RunFaulty& run_faulty) {
  for (const Fault& f : kFaults) {
    std::string name = std::string("IsCaught/") + f.name;
    std::replace(name.begin(), name.end(), '-', '_');
    testing::RegisterTest(suite, name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [f, run_faulty] { return new FaultIsCaught(f, run_faulty); });
  }
  return true;
}

}  // namespace twinpath::fault
