#include "host/apps/session/replay_setup.h"

#include <algorithm>
#include <stdexcept>

#include "host/apps/session/message_text.h"

namespace twinpath {

ReplayOptions replay_options(const RunConfig& config, const std::filesystem::path& input, const RateModel& rate) {
  constexpr std::uint64_t kDay = 86'400'000'000'000;
  ReplayOptions options;
  options.responses = config.responses;
  std::uint64_t first = 0;
  if (std::ranges::any_of(config.commands, [](const RunCommand& c) { return c.time_of_day.has_value(); })) {
    SourceFrame frame;
    if (open_source(input, config.core.feed, rate)->next(frame)) first = frame.timestamp.value % kDay;
  }
  for (const RunCommand& c : config.commands) {
    Cycles offset = c.offset;
    if (c.time_of_day) {
      if (c.time_of_day->value < first)
        throw std::runtime_error("a [[command]] at " + time_of_day_text(c.time_of_day->value) +
                                 " lies before the first frame of " + input.string() + " at " +
                                 time_of_day_text(first) + "; give a later time, or offset_us");
      offset = to_cycles(Nanoseconds{c.time_of_day->value - first});
    }
    options.commands.push_back({offset, c.command, c.bank});
  }
  std::ranges::stable_sort(options.commands, {}, &ScheduledCommand::offset);
  return options;
}

}  // namespace twinpath
