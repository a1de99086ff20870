#include "host/path/replay.h"

#include <chrono>

#include "host/core/tick_clock.h"

namespace twinpath {
namespace {

constexpr std::uint64_t kProgressEvery = 1024;

class Player {
 public:
  Player(std::span<const std::unique_ptr<Path>> paths, std::span<const std::unique_ptr<OutputRecorder>> recorders,
         const ReplayOptions& options)
      : paths_(paths), options_(options), responder_(options.responses), ticks_(paths.size()) {
    auto tap = recorders[0]->on_output;
    recorders[0]->on_output = [this, tap](const PathOutput& output) {
      if (tap) tap(output);
      if (options_.exchange != nullptr) {
        options_.exchange->on_event(output.event);
      } else {
        responder_.on_event(output.event);
      }
    };
    if (options.lockstep) lockstep_.emplace(*recorders[0], *recorders[1]);
  }

  ReplayResult run(FrameSource& source) {
    ReplayResult result;
    SourceFrame frame;
    bool agree = true;
    bool stopped = false;
    while (agree && !stopped && source.next(frame)) {
      if (result.frames == 0) result.first_timestamp = frame.timestamp;
      const Cycles at = clock_.frame(frame.timestamp);
      commands_until(at);
      TimedInput input;
      input.time = at;
      input.fcs_error = frame.fcs_error;
      input.frame = frame.bytes;
      if (options_.exchange != nullptr) options_.exchange->on_frame(at, frame);
      give(input);
      ++result.frames;
      if (lockstep_) agree = lockstep_->compare();
      stopped = result.frames > options_.stop_after_frame || (options_.stop_when && options_.stop_when());
      if (options_.progress && result.frames % kProgressEvery == 0) options_.progress(result.frames, source.position());
    }
    if (options_.exchange != nullptr) options_.exchange->close();
    // What was ordered is still answered, and open gaps still run out.
    if (agree && !stopped) commands_until(Cycles{kTimeMask});
    const Cycles end = clock_.now();
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      timed(i, [&](Path& path) {
        if (agree && !stopped) path.advance(end);
        path.finish();
      });
      result.counters.push_back(paths_[i]->counters());
      result.seconds.push_back(TickClock::nanoseconds(ticks_[i]) * 1e-9);
    }
    if (lockstep_) {
      // A run that was stopped early has outputs in flight on one side only.
      if (!stopped) lockstep_->finish(result.counters[0], result.counters[1]);
      result.difference = lockstep_->difference();
      result.compared = lockstep_->compared();
    }
    result.end = end;
    result.clock_backwards = clock_.backwards();
    return result;
  }

 private:
  // Scheduled commands and exchange answers due at or before `until`, in time order.
  void commands_until(Cycles until) {
    for (;;) {
      const bool scheduled = next_command_ < options_.commands.size();
      const Cycles command_at =
          scheduled ? options_.commands[next_command_].offset + Cycles{InputClock::kStart} : Cycles{UINT64_MAX};
      const Cycles first = std::min(until, command_at);
      const auto answer = options_.exchange != nullptr ? options_.exchange->next(first) : responder_.next(first);
      if (answer) {
        command(answer->time, answer->command);
      } else if (scheduled && command_at <= until) {
        const ScheduledCommand& c = options_.commands[next_command_++];
        if (c.bank) {
          for (const auto& path : paths_) path->load_inactive_bank(*c.bank);
        }
        command(command_at, c.command);
      } else {
        return;
      }
    }
  }

  void command(Cycles at, const Command& c) {
    TimedInput input;
    input.time = clock_.command(at);
    input.is_frame = false;
    input.command = c;
    give(input);
  }

  void give(const TimedInput& input) {
    clock_.passed(input.time, input.frame.size());
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      timed(i, [&](Path& path) { path.submit(std::span(&input, 1)); });
    }
  }

  template <class F>
  void timed(std::size_t i, F&& f) {
    const std::uint64_t start = TickClock::now();
    f(*paths_[i]);
    ticks_[i] += TickClock::now() - start;
  }

  std::span<const std::unique_ptr<Path>> paths_;
  const ReplayOptions& options_;
  ExchangeResponder responder_;
  InputClock clock_;
  std::optional<Lockstep> lockstep_;
  std::size_t next_command_ = 0;
  std::vector<std::uint64_t> ticks_;
};

}  // namespace

ReplayResult replay(FrameSource& source, std::span<const std::unique_ptr<Path>> paths,
                    std::span<const std::unique_ptr<OutputRecorder>> recorders, const ReplayOptions& options) {
  return Player(paths, recorders, options).run(source);
}

}  // namespace twinpath
