#include "host/apps/live/live_config.h"

#include <fmt/format.h>

#include <stdexcept>
#include <string_view>

#include "host/apps/session/sources.h"
#include "host/live/directory_wait.h"

namespace twinpath {
namespace {

[[noreturn]] void fail(const std::string& file, std::string_view expected, std::string_view found,
                       std::string_view advice) {
  throw std::runtime_error(fmt::format("{}: expected {}, found {}; {}", file, expected, found, advice));
}

}  // namespace

void check_where_orders_go(const RunConfig& config, const std::string& file) {
  const std::string& to = config.live->to;
  const bool carried = config.exchange && config.exchange->orders == ExchangeOptions::Orders::session;
  if (to.empty() && !carried) fail(file, "where orders go", "nothing", "give to in [live], or --to");
  if (!to.empty() && carried)
    fail(file, "no place for order frames", to, "orders go over the session of [exchange]: remove to, or orders");
}

void read_directory(const LiveOptions& live, CoreConfig& core) {
  if (live.directory.empty()) return;
  const auto missing = resolve_locates(live.directory, core);
  if (!missing.empty())
    fail(live.directory, "Stock Directory messages of every [[symbol]]", "none of " + list_of(missing),
         "give another directory in [live], or none to wait for them");
}

void check_recovery(const RunConfig& config, const std::string& file) {
  if (config.recovery && config.recovery->glimpse.port == 0 && config.core.feed.first_sequence == 0)
    fail(file, "feed.first_sequence from 1", "0", "without glimpse, books are made from that message on");
}

}  // namespace twinpath
