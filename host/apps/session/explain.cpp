// `twinpath explain`: why an order, a cancel or a rejection of a replay came to be.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/apps/commands.h"
#include "host/apps/config/config_file.h"
#include "host/apps/session/explain_path.h"
#include "host/apps/session/explain_text.h"
#include "host/apps/session/replay_setup.h"
#include "host/apps/session/run_log.h"

namespace twinpath {
namespace {

struct Options {
  std::string folder;
  std::string what;
  std::uint64_t number = 0;
};

EventKind wanted_kind(const std::string& what) {
  return what == "order" ? EventKind::order : what == "cancel" ? EventKind::cancel : EventKind::reject;
}

// Index in the log; orders and cancels go by UserRefNum, rejections by their number in the run, from 1.
std::optional<std::size_t> find(const std::vector<Event>& log, EventKind kind, std::uint64_t number) {
  std::uint64_t nth = 0;
  for (std::size_t i = 0; i < log.size(); ++i) {
    if (log[i].event_kind() != kind) continue;
    ++nth;
    if ((kind == EventKind::reject ? nth : log[i].user_ref) == number) return i;
  }
  return std::nullopt;
}

// Gives the first frame that matters to somebody and keeps a copy of it.
class KeepingSource final : public FrameSource {
 public:
  KeepingSource(std::unique_ptr<FrameSource> source, std::uint64_t wanted)
      : source_(std::move(source)), wanted_(wanted) {}
  bool next(SourceFrame& frame) override {
    if (!source_->next(frame)) return false;
    if (number_++ == wanted_) {
      kept.assign(frame.bytes.begin(), frame.bytes.end());
      kept_at = frame.timestamp;
    }
    return true;
  }
  std::uint64_t position() const override { return source_->position(); }
  std::uint64_t size() const override { return source_->size(); }

  std::vector<std::uint8_t> kept;
  Nanoseconds kept_at;

 private:
  std::unique_ptr<FrameSource> source_;
  std::uint64_t wanted_;
  std::uint64_t number_ = 0;
};

int explain(const Options& o) {
  const RunRecord record = read_run_record(o.folder);
  std::vector<std::vector<Event>> logs;
  for (std::size_t i = 0; i < record.paths.size(); ++i) logs.push_back(read_event_log(event_log_file(o.folder, i)));
  const EventKind kind = wanted_kind(o.what);
  const auto index = logs.empty() ? std::nullopt : find(logs[0], kind, o.number);
  if (!index) {
    std::uint64_t n =
        logs.empty() ? 0 : static_cast<std::uint64_t>(std::ranges::count(logs[0], kind, &Event::event_kind));
    fmt::print(stderr, "twinpath explain: {}: no {} {}; the replay has {} of them", o.folder, o.what, o.number, n);
    if (n != 0)
      fmt::print(stderr, ", the first is {}",
                 kind == EventKind::reject ? 1 : std::ranges::find(logs[0], kind, &Event::event_kind)->user_ref);
    fmt::print(stderr, "\n");
    return kExitError;
  }
  const Event event = logs[0][*index];

  RunConfig config = load_config(record.config);
  if (!config.core.strategy.rules())
    throw std::runtime_error(record.config + ": expected strategy 'rules', whose decisions can be explained, found '" +
                             config.core.strategy.name + "'; events-0.bin in the folder has what its orders saw");
  const auto unresolved = resolve_locates(record.input, config.core);
  (void)unresolved;  // symbols that the session does not have stay without a book
  // A message that waited in the reorder buffer acts in a later frame than its own: run until its time has passed.
  const ReplayOptions options = replay_options(config, record.input, record.rate);
  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  recorders.push_back(std::make_unique<OutputRecorder>(false));
  auto path =
      std::make_unique<ExplainPath>(config.core, *recorders[0], event.frame, event.msg_index,
                                    static_cast<SymbolIndex>(event.trigger), static_cast<SymbolIndex>(event.symbol));
  const ExplainPath& watch = *path;
  std::vector<std::unique_ptr<Path>> paths;
  paths.push_back(std::move(path));
  KeepingSource source(std::make_unique<TolerantSource>(open_source(record.input, config.core.feed, record.rate)),
                       event.frame);
  ReplayOptions until = options;
  until.stop_when = [&watch] { return watch.moment().has_value(); };
  replay(source, paths, recorders, until);
  if (!watch.moment()) {
    fmt::print(stderr,
               "twinpath explain: the message of frame {} did not come again; has {} changed since the replay?\n",
               event.frame, record.input);
    return kExitError;
  }

  std::vector<PathStages> stages;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    if (const auto at = find(logs[i], kind, o.number)) stages.push_back({record.paths[i], logs[i][*at]});
  }
  fmt::print("{}", explain_text(event, *watch.moment(), config.core, source.kept, source.kept_at, stages));
  return 0;
}

}  // namespace

Run add_explain(cli::App& app, const PathRegistry&) {
  auto o = std::make_shared<Options>();
  cli::App* sub = app.add_subcommand("explain", "Explain an order, a cancel or a rejection of a replay");
  sub->add_option("folder", o->folder, "report folder of the replay")->required()->check(cli::ExistingDirectory);
  sub->add_option("what", o->what, "order, cancel or reject")
      ->required()
      ->check(cli::IsMember({"order", "cancel", "reject"}));
  sub->add_option("number", o->number, "UserRefNum of the order or cancel; rejections are numbered from 1")->required();
  return [o] { return explain(*o); };
}

}  // namespace twinpath
