#include "host/apps/platform/platform_service.h"

#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "host/core/hgrm.h"

namespace twinpath {

std::vector<platform::SoftwareModel::Quantile> read_service_histogram(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || std::filesystem::is_directory(file)) throw std::invalid_argument("it cannot be read");
  const std::vector<HgrmLine> lines = read_hgrm(text.str());
  if (lines.back().value > 1e6) throw std::invalid_argument("its greatest value is more than a second");
  std::vector<platform::SoftwareModel::Quantile> all;
  if (lines.front().share != 0)
    all.push_back({0, {static_cast<std::uint64_t>(std::llround(lines.front().value * 1e6))}});
  for (const HgrmLine& l : lines) {
    // Of lines with the same share the greatest value counts.
    if (!all.empty() && all.back().share == l.share) all.pop_back();
    all.push_back({l.share, {static_cast<std::uint64_t>(std::llround(l.value * 1e6))}});
  }
  return all;
}

}  // namespace twinpath
