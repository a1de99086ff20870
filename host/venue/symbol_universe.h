// The symbols of a generated session: names, stock locates, reference prices, and how often each one trades.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/venue/generator_options.h"
#include "host/venue/random.h"
#include "host/wire/fields.h"

namespace twinpath::venue {

struct SymbolInfo {
  Text<8> name{};
  std::uint16_t locate = 0;
  std::int32_t reference_tick = 0;  // cents
  std::int32_t half_spread = 1;     // cents, of a quiet market
};

/// Symbols in the order of their activity: 0 is the most active. Stock locates go by the alphabet, from 1, as an
/// exchange assigns them, and so are scattered over the ranks.
class SymbolUniverse {
 public:
  /// Throws std::invalid_argument when the options name no symbols, too many, or a share outside 0 to 1.
  SymbolUniverse(const GeneratorOptions& options, Random& random);

  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(symbols_.size()); }
  const SymbolInfo& operator[](std::uint32_t symbol) const noexcept { return symbols_[symbol]; }
  /// Symbol by stock locate - 1.
  const std::vector<std::uint32_t>& by_locate() const noexcept { return by_locate_; }

  /// A symbol, each with its share of the traffic (alias method, constant time).
  std::uint32_t draw(Random& random) const noexcept {
    const std::uint64_t r = random.next();
    const auto column = static_cast<std::uint32_t>(((r >> 32) * columns_.size()) >> 32);
    return static_cast<std::uint32_t>(r) < columns_[column].threshold ? column : columns_[column].alias;
  }
  /// Share of a symbol's traffic in units of 2^-32.
  std::uint64_t share(std::uint32_t symbol) const noexcept { return shares_[symbol]; }

 private:
  struct Column {
    std::uint64_t threshold = 0;  // up to 2^32
    std::uint32_t alias = 0;
  };

  void make_names(Random& random);
  void make_shares(const GeneratorOptions& options);
  void make_columns();

  std::vector<SymbolInfo> symbols_;
  std::vector<std::uint32_t> by_locate_;
  std::vector<std::uint64_t> shares_;
  std::vector<Column> columns_;
};

}  // namespace twinpath::venue
