// What the actionable bench must measure, and where it does not: the regression gate.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/actionable.h"

namespace twinpath::bench {

// Cycles from the last byte of the message. Of a constant (lowest = highest) every row's minimum and maximum must be
// that value; of a range they must lie in it.
struct ExpectedCycles {
  std::uint64_t lowest;
  std::uint64_t highest;
};

class Expectation {
 public:
  // "add=14,execute=14-16": at every load. Throws std::invalid_argument that names the part and what was expected.
  static Expectation of_text(std::string_view text);
  // TOML: a table a load ([sparse]), in it class = 14 or class = [14, 16]. Throws std::runtime_error with the file, and
  // the line where there is one.
  static Expectation of_file(const std::string& file);

  void expect(Load load, TriggerClass c, ExpectedCycles cycles) {
    at_[static_cast<unsigned>(load)][static_cast<unsigned>(c)] = cycles;
  }

  // A sentence for each row that differs, and for each that nothing is expected of.
  std::vector<std::string> differences(const std::vector<ActionableRow>& rows) const;

 private:
  std::array<std::array<std::optional<ExpectedCycles>, kTriggerClasses>, kLoads> at_;
};

// Throw std::invalid_argument that names the known ones.
TriggerClass trigger_class_named(std::string_view name);
Load load_named(std::string_view name);

}  // namespace twinpath::bench
