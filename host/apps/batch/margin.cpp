// `twinpath margin`: accounts against mark prices.
#include <fmt/format.h>

#include <array>
#include <memory>
#include <string>

#include "host/apps/batch/margin_file.h"
#include "host/apps/commands.h"
#include "host/apps/config/decimal.h"

namespace twinpath {
namespace {

using namespace batch;

struct Options {
  std::string input, backend = "cpu";
  bool only_liquidate = false;
};

std::string signed_dollars(std::int64_t units) {
  return units < 0 ? "-" + dollars_text(0 - static_cast<std::uint64_t>(units))
                   : dollars_text(static_cast<std::uint64_t>(units));
}

std::string turns_at(const MarginPositionResult& r, std::int32_t quantity) {
  switch (r.state) {
    case LiquidationState::never:
      return "never";
    case LiquidationState::at:
      return (quantity > 0 ? "at or below " : "at or above ") + dollars_text(r.liquidation_price);
    case LiquidationState::always:
      return "at every price";
    case LiquidationState::rejected:
      break;
  }
  return "not computed";
}

int run(const Options& o, const BatchRegistry& backends) {
  const NamedMarginBook named = read_margin_file(o.input);
  const auto backend = backends.make(o.backend);
  MarginResult result;
  backend->margin(named.book, result);
  std::array<std::size_t, 4> counts{};
  for (std::size_t a = 0; a < result.accounts.size(); ++a) {
    const MarginAccountResult& r = result.accounts[a];
    ++counts[static_cast<std::size_t>(r.status)];
    if (o.only_liquidate && r.status != MarginStatus::liquidate) continue;
    if (r.status == MarginStatus::rejected) {
      fmt::print("{}: rejected: {} beyond its limit\n", named.accounts[a], reasons_text(r.reasons));
      continue;
    }
    fmt::print("{}: {}, equity {}, initial margin {}, maintenance margin {}\n", named.accounts[a], to_string(r.status),
               signed_dollars(r.equity), dollars_text(r.initial), dollars_text(r.maintenance));
    for (std::uint32_t n = named.book.first()[a]; n < named.book.first()[a + 1]; ++n) {
      const MarginPosition& p = named.book.positions()[n];
      fmt::print("  {:>11} {:<10} entry {}, mark {}, profit {}, liquidated {}\n", p.quantity,
                 named.instruments[p.instrument], dollars_text(p.entry),
                 dollars_text(named.book.instruments()[p.instrument].mark), signed_dollars(result.positions[n].profit),
                 turns_at(result.positions[n], p.quantity));
    }
  }
  fmt::print("{} accounts, {} positions: {} healthy, {} to call, {} to liquidate, {} rejected\n",
             result.accounts.size(), result.positions.size(), counts[0], counts[1], counts[2], counts[3]);
  return 0;
}

}  // namespace

Run add_margin(cli::App& app, const BatchRegistry& backends) {
  auto o = std::make_shared<Options>();
  cli::App* sub =
      app.add_subcommand("margin", "Margin accounts against mark prices: who is to be called, or liquidated");
  sub->add_option("input", o->input, "CSV of instruments, accounts and positions")
      ->required()
      ->check(cli::ExistingFile);
  sub->add_flag("--liquidate", o->only_liquidate, "print only accounts to liquidate");
  sub->add_option("--backend", o->backend, "cpu, opencl:<platform> or xrt:<card>")->capture_default_str();
  return [o, &backends] { return run(*o, backends); };
}

}  // namespace twinpath
