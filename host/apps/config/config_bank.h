// Rules and limits of a bank (SEM 4.1) while they are being read: [defaults], [[symbol]] and [risk] of one file, laid
// over those of another when an alternate bank says only what differs. Used by config_file only.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/apps/config/config_reader.h"
#include "host/core/config.h"
#include "host/core/registers.h"

namespace twinpath::config {

inline constexpr unsigned kRules = 5;

// The configured symbols, in the order of their indices.
class SymbolNames {
 public:
  void add(std::string name) { names_.push_back(std::move(name)); }
  std::size_t size() const noexcept { return names_.size(); }
  const std::string& operator[](std::size_t i) const { return names_[i]; }
  std::optional<SymbolIndex> find(std::string_view name) const;
  // The index of the symbol that `key` of `reader` names, reported when there is none.
  std::optional<SymbolIndex> read(Reader& reader, std::string_view key) const;

 private:
  std::vector<std::string> names_;
};

// A copy of a draft is the ground that an alternate bank is laid over.
class BankDraft {
 public:
  explicit BankDraft(const SymbolNames& names) : names_(&names), symbols_(names.size()) {}

  // Each call lays what it reads over what was there. [defaults] applies to all symbols.
  void read_defaults(Reader reader);
  // `rules` and `limits` of a [[symbol]]; the caller reads its other keys and finishes the reader.
  void read_symbol(SymbolIndex symbol, Reader& reader);
  void read_risk(Reader reader);
  // All sections of an alternate bank's table.
  void read_overrides(Reader reader);

  // Checks that what is enabled is complete; errors name the place the symbol was last given at.
  Bank finish(const std::string& file, Errors& errors) const;

 private:
  // Keys of all rules; each rule reads its own ones.
  struct RuleDraft {
    bool present = false;
    std::optional<bool> enabled, large, through;
    std::optional<std::uint8_t> sides;
    std::optional<std::uint16_t> ratio;
    std::optional<std::uint32_t> quantity, cooldown, distance, fair, edge, min_quantity, max_spread, min_shares,
        threshold;
    std::optional<SymbolIndex> lagger;
    bool on() const noexcept { return enabled.value_or(present); }
  };
  struct LimitDraft {
    std::optional<std::uint8_t> permit;  // bit 0 buy, bit 1 sell
    std::optional<std::uint32_t> max_quantity, collar, reference_price, max_position;
    std::optional<std::uint64_t> max_notional;
  };
  struct SymbolDraft {
    std::array<RuleDraft, kRules> rules;
    LimitDraft limits;
    std::string file;
    std::uint64_t line = 0;
  };
  struct RiskDraft {
    std::optional<std::uint64_t> max_gross, rate;
    std::optional<std::uint32_t> max_open_orders, burst, duplicate_window;
  };

  void read_rule(RuleDraft& draft, Rule rule, Reader& reader);
  void lay_rules(std::array<RuleDraft, kRules>& rules, Reader reader);
  void lay_limits(LimitDraft& limits, Reader reader);
  void finish_symbol(std::size_t index, Bank& bank, Errors& errors) const;
  void finish_risk(GlobalLimits& limits, const std::string& file, Errors& errors) const;

  const SymbolNames* names_;
  std::vector<SymbolDraft> symbols_;
  RiskDraft risk_;
  std::uint64_t risk_line_ = 1;
};

}  // namespace twinpath::config
