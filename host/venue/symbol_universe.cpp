#include "host/venue/symbol_universe.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <unordered_set>

namespace twinpath::venue {

SymbolUniverse::SymbolUniverse(const GeneratorOptions& options, Random& random) {
  if (options.symbols < 1 || options.symbols > 65'000) {
    throw std::invalid_argument("symbols: expected 1 to 65000, found " + std::to_string(options.symbols));
  }
  if (!(options.configured_share >= 0.0 && options.configured_share <= 1.0)) {
    throw std::invalid_argument("configured_share: expected 0 to 1, found " + std::to_string(options.configured_share));
  }
  symbols_.resize(options.symbols);
  make_names(random);
  for (std::uint32_t i = 0; i < size(); ++i) {
    SymbolInfo& s = symbols_[i];
    // $5 to $320, evenly over the octaves; one in 64 at $640 to $1,280.
    const std::uint32_t low = 500U << (random.one_in(64) ? 7 : random.below(6));
    s.reference_tick = static_cast<std::int32_t>(low + random.below(low));
    s.half_spread =
        1 + s.reference_tick / 8'000 + (i < 64 ? 0 : static_cast<std::int32_t>(random.below(i < 512 ? 3 : 8)));
  }
  make_shares(options);
  make_columns();
}

void SymbolUniverse::make_names(Random& random) {
  static constexpr std::string_view kLetters = "AAAABBCCCDDEEEEFFGGHHIIIJKLLMMMNNNNOOPPQRRRSSSTTTUVVWXYZ";
  std::unordered_set<std::string> taken;
  for (SymbolInfo& s : symbols_) {
    std::string name;
    do {
      const std::uint32_t r = random.below(1000);
      const unsigned length = r < 2 ? 1 : r < 30 ? 2 : r < 330 ? 3 : r < 960 ? 4 : 5;
      name.clear();
      for (unsigned i = 0; i < length; ++i) name += kLetters[random.below(kLetters.size())];
    } while (!taken.insert(name).second);
    s.name = make_text<8>(name);
  }
  by_locate_.resize(size());
  for (std::uint32_t i = 0; i < size(); ++i) by_locate_[i] = i;
  std::sort(by_locate_.begin(), by_locate_.end(),
            [this](std::uint32_t a, std::uint32_t b) { return symbols_[a].name < symbols_[b].name; });
  for (std::uint32_t i = 0; i < size(); ++i) symbols_[by_locate_[i]].locate = static_cast<std::uint16_t>(i + 1);
}

void SymbolUniverse::make_shares(const GeneratorOptions& options) {
  constexpr std::uint64_t kOne = std::uint64_t{1} << 32;
  const std::uint32_t configured = std::min(options.configured_symbols, size());
  std::uint64_t part = Probability(options.configured_share).threshold;
  if (configured == size()) part = kOne;
  if (configured == 0) part = 0;
  // 1 / (rank + 4): the fourth of the most active symbol's traffic goes to about the 16th, as on a real day.
  const auto weight = [](std::uint32_t rank) { return (std::uint64_t{1} << 24) / (rank + 4); };
  std::uint64_t sums[2] = {0, 0};
  for (std::uint32_t i = 0; i < size(); ++i) sums[i < configured ? 0 : 1] += weight(i);
  shares_.resize(size());
  for (std::uint32_t i = 0; i < size(); ++i) {
    shares_[i] = i < configured ? weight(i) * part / sums[0] : weight(i) * (kOne - part) / sums[1];
  }
}

void SymbolUniverse::make_columns() {
  // Vose's alias method on integers: every column holds an equal part of the total, from at most two symbols.
  std::uint64_t total = 0;
  for (const std::uint64_t s : shares_) total += s;
  const std::uint64_t n = size();
  columns_.resize(n);
  std::vector<std::uint64_t> left(n);
  std::vector<std::uint32_t> small;
  std::vector<std::uint32_t> large;
  for (std::uint32_t i = 0; i < n; ++i) {
    left[i] = shares_[i] * n;
    (left[i] < total ? small : large).push_back(i);
  }
  const auto full = std::uint64_t{1} << 32;
  while (!small.empty() && !large.empty()) {
    const std::uint32_t s = small.back();
    const std::uint32_t l = large.back();
    small.pop_back();
    columns_[s].threshold = static_cast<std::uint64_t>((static_cast<unsigned __int128>(left[s]) << 32) / total);
    columns_[s].alias = l;
    left[l] -= total - left[s];
    if (left[l] < total) {
      large.pop_back();
      small.push_back(l);
    }
  }
  for (const std::uint32_t i : small) columns_[i] = {full, i};
  for (const std::uint32_t i : large) columns_[i] = {full, i};
}

}  // namespace twinpath::venue
