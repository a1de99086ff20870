// `twinpath feed`: the feed process of a live run of many.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "host/apps/commands.h"
#include "host/apps/live/live_config.h"
#include "host/apps/live/live_io.h"
#include "host/apps/live/processes.h"
#include "host/core/wall_clock.h"
#include "host/process/feed_engine.h"

namespace twinpath {
namespace {

Nanoseconds wall_clock() { return Nanoseconds{wall_ns()}; }

std::string feed_status(const FeedEngine& engine, const LiveOptions& live, const std::vector<PacketReceiver*>& inputs) {
  const FeedStatus& s = engine.status();
  const Counters& c = engine.counters();
  nlohmann::ordered_json j{{"ok", true},
                           {"phase", engine.waits_for_snapshot()    ? "snapshot"
                                     : engine.waits_for_directory() ? "directory"
                                                                    : "trading"},
                           {"generation", s.generation},
                           {"stale", s.stale},
                           {"rebuilding", s.rebuilding},
                           {"filling", s.filling},
                           {"market_open", s.market_open},
                           {"books_untrusted", engine.untrusted_books()},
                           {"rebuilt_messages", engine.rebuilt()},
                           {"expected_sequence", engine.expected_sequence()},
                           {"frames", c[Counter::frames]},
                           {"messages", c[Counter::messages]},
                           {"gaps_lost", c[Counter::gaps_lost]},
                           {"lost_messages", c[Counter::lost_messages]},
                           {"updates", engine.published()},
                           {"store_bytes", engine.store().bytes()},
                           {"store_full", engine.store().full()}};
  if (engine.waits_for_directory()) j["symbols_missing"] = engine.symbols_missing();
  for (std::size_t i = 0; i < inputs.size(); ++i) j["inputs"].push_back(to_json(live.from[i], inputs[i]->counters()));
  if (const RecoveryStatus* r = engine.recovery()) {
    j["recovery"] = to_json(*r);
    j["waits_for_snapshot"] = engine.waits_for_snapshot();
  }
  return dumped(j);
}

}  // namespace

int run_feed(const ProcessArguments& o, const PacketIoRegistry& io) {
  RunConfig config = processes_config(o.config);
  const LiveOptions& live = *config.live;
  if (live.from.empty())
    throw std::runtime_error(fmt::format("{}: expected inputs, found none; give from in [live]", o.config));
  read_directory(live, config.core);
  stop_on_signals();
  const auto receivers = open_inputs(io, *o.io, live.from, config.core.feed);
  std::vector<PacketReceiver*> inputs;
  for (const auto& r : receivers) {
    if (r->timestamp_source() == TimestampSource::file)
      throw std::runtime_error(fmt::format(
          "{}: expected inputs that are live, found a file; send it with `twinpath send`, or use `twinpath run`",
          o.config));
    inputs.push_back(r.get());
  }
  const auto engine = std::make_unique<FeedEngine>(config.core, live, *config.processes, inputs, wall_clock,
                                                   config.recovery ? &*config.recovery : nullptr);
  Asked asked(live.control.empty() ? "" : live.control + ".feed", config.core, [&](const ControlLine& line) {
    if (line.verb == ControlLine::Verb::command && line.command.op == CommandOp::trust) {
      if (engine->waits_for_directory())
        return control_error({"the Stock Directory messages of its symbols are still waited for; see status"});
      engine->trust(line.command.symbol);
      return control_ok();
    }
    if (line.verb != ControlLine::Verb::status)
      return control_error({"the feed process takes status, trust [SYMBOL] and stop; ask the order manager"});
    return feed_status(*engine, live, inputs);
  });
  if (!o.quiet)
    fmt::print(stderr, "feed: {} symbols, generation {}, {} messages made again\n", config.core.symbols.size(),
               engine->status().generation, engine->rebuilt());
  while (!asked.stopping()) {
    const std::size_t taken = engine->round();
    asked.serve();
    if (taken == 0) rest(live.spin);
  }
  if (!o.quiet) fmt::print("feed: {} frames, {} updates\n", engine->counters()[Counter::frames], engine->published());
  return 0;
}

}  // namespace twinpath
