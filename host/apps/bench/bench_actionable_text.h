// The actionable bench's result as a table for people and as JSON for programs.
#pragma once
#include <string>

#include "bench/actionable.h"

namespace twinpath {

// A line a class and load, all alignments taken together; with `by_lane` a line an alignment.
std::string actionable_text(const bench::ActionableResult& result, bool by_lane);
std::string actionable_json(const bench::ActionableResult& result, const bench::ActionableOptions& options);

}  // namespace twinpath
