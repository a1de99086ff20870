// What `twinpath bench paths` found, as a page.
#pragma once
#include <span>
#include <string>

#include "bench/path_comparison.h"

namespace twinpath {

struct PathComparison {
  std::string input;
  std::uint64_t frames = 0, messages = 0, orders = 0;
  std::span<const bench::PathMeasure> paths;
};

// One HTML page that refers to nothing else.
std::string paths_page(const PathComparison& c);

}  // namespace twinpath
