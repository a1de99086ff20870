#include "host/apps/config/config_reload.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace twinpath {

Bank reload_bank(const std::filesystem::path& file, const RunConfig& running) {
  const RunConfig fresh = load_config(file);
  std::vector<std::string> errors;
  const auto refuse = [&](std::string_view what) {
    errors.push_back(
        fmt::format("{}: {}: expected what the run was started with, found something else; restore it, or stop "
                    "and run again",
                    file.string(), what));
  };
  const auto name = [](const SymbolConfig& s) { return std::string(s.name.data(), std::ranges::find(s.name, ' ')); };
  const CoreConfig& a = running.core;
  const CoreConfig& b = fresh.core;
  if (a.feed != b.feed) refuse("[feed]");
  if (a.symbols.size() != b.symbols.size()) {
    refuse(fmt::format("[[symbol]], {} of them instead of {}", b.symbols.size(), a.symbols.size()));
  } else {
    // As many as a file's own errors: an answer on the control socket holds them.
    constexpr std::size_t kMost = 20;
    for (std::size_t i = 0; i < a.symbols.size() && errors.size() < kMost; ++i) {
      if (a.symbols[i] != b.symbols[i])
        refuse(fmt::format("name, locate, tick or window of symbol '{}'", name(b.symbols[i])));
    }
  }
  if (a.order != b.order) refuse("[order]");
  if (a.any_session != b.any_session || a.symbols_start_trading != b.symbols_start_trading || a.armed != b.armed)
    refuse("[session]");
  if (a.book_events != b.book_events) refuse("[events]");
  if (a.sets_log2 != b.sets_log2 || a.ways != b.ways) refuse("[order_table]");
  if (a.strategy != b.strategy) refuse("[strategy]");
  if (running.responses != fresh.responses) refuse("[responses]");
  if (running.live != fresh.live) refuse("[live]");
  if (running.exchange != fresh.exchange) refuse("[exchange]");
  if (running.recovery != fresh.recovery) refuse("[recovery]");
  if (running.switching != fresh.switching) refuse("[switch]");
  if (running.card != fresh.card) refuse("[card]");
  if (running.journal != fresh.journal) refuse("[journal]");
  if (running.processes != fresh.processes) refuse("[processes]");
  if (!fresh.commands.empty()) refuse("[[command]]");
  if (!errors.empty()) throw ConfigError(errors);
  return fresh.core.banks[0];
}

}  // namespace twinpath
