#include "host/path/core_latency.h"

#include <numeric>

namespace twinpath {

unsigned CoreLatency::percentile(std::uint64_t of_hundred) const {
  const std::uint64_t total = std::accumulate(bins.begin(), bins.end(), std::uint64_t{0});
  std::uint64_t seen = 0;
  unsigned b = 0;
  while (b + 1 < bins.size() && (seen + bins[b]) * 100 < total * of_hundred) seen += bins[b++];
  return b;
}

CoreLatency read_core_latency(LatencyClass c, const ReadRegister& read) {
  const std::uint32_t at = regs::latency(c);
  CoreLatency l;
  l.orders = read(at + regs::kLatencyCount);
  if (l.orders == 0) return l;
  l.min = read(at + regs::kLatencyMin);
  l.max = read(at + regs::kLatencyMax);
  for (unsigned b = 0; b < l.bins.size(); ++b) l.bins[b] = read(regs::histogram(c) + 4 * b);
  return l;
}

}  // namespace twinpath
