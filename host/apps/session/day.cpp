// `twinpath day`: a generated day in lockstep, in segments that run side by side and are kept as they get done.
#include <fmt/format.h>
#include <time.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <thread>

#include "host/apps/commands.h"
#include "host/apps/config/config_file.h"
#include "host/apps/progress.h"
#include "host/apps/session/day_record.h"
#include "host/apps/session/market_source.h"

namespace twinpath {
namespace {

struct Options {
  venue::GeneratorOptions market;
  std::string folder;
  std::vector<std::string> paths;
  unsigned lines = 1;
  unsigned segments = 32;
  unsigned threads = 2;
  bool quiet = false;
};

double thread_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// The segments of a day, shared by the threads that run them.
class Day {
 public:
  Day(const Options& o, const PathRegistry& registry, const RunConfig& config)
      : o_(o), registry_(registry), config_(config), records_(o.segments), position_(o.threads) {
    for (unsigned k = 0; k < o.segments; ++k) {
      records_[k] = read_segment(o.folder, k);
      if (!records_[k]) continue;
      ++found_;
      done_ += records_[k]->messages;
    }
  }

  // Runs what is not done yet. The first error or difference ends all threads.
  void run() {
    const auto start = std::chrono::steady_clock::now();
    const std::uint64_t before = done_;
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < o_.threads; ++t) threads.emplace_back([this, t] { work(t); });
    Progress progress("day", o_.market.messages, o_.quiet);
    while (finished_ < o_.threads) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      std::uint64_t done = done_;
      for (const auto& p : position_) done += p;
      seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      const double rate = static_cast<double>(done - before) / seconds_;
      const double left =
          rate > 0 && done < o_.market.messages ? static_cast<double>(o_.market.messages - done) / rate : 0;
      progress.at(done, done, fmt::format("messages, {:.0f}/s, {:.0f} min left, after", rate, left / 60).c_str());
    }
    for (std::thread& t : threads) t.join();
    progress.done(done_, "messages, in");
    if (error_) std::rethrow_exception(error_);
  }

  const std::vector<std::optional<SegmentRecord>>& records() const noexcept { return records_; }
  unsigned found() const noexcept { return found_; }
  double seconds() const noexcept { return seconds_; }

 private:
  std::uint64_t begin_of(unsigned segment) const {
    return static_cast<std::uint64_t>(static_cast<unsigned __int128>(o_.market.messages) * segment / o_.segments);
  }

  void work(unsigned thread) {
    try {
      venue::MarketGenerator market(o_.market);
      for (unsigned k = next_++; k < o_.segments && !stop_; k = next_++) {
        if (records_[k]) continue;
        venue::GeneratedMessage skipped;
        while (!stop_ && !(market.between_events() && market.messages() >= begin_of(k)) && market.next(skipped)) {
        }
        if (!stop_) run_segment(k, market, position_[thread]);
      }
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
      stop_ = true;
    }
    ++finished_;
  }

  void run_segment(unsigned segment, venue::MarketGenerator& market, std::atomic<std::uint64_t>& position) {
    const auto start = std::chrono::steady_clock::now();
    const double cpu = thread_seconds();
    MarketSource source(market, o_.market, segment + 1 == o_.segments ? UINT64_MAX : begin_of(segment + 1), o_.lines);
    CoreConfig core = config_.core;
    core.feed.first_sequence = source.first_sequence();
    std::vector<std::unique_ptr<OutputRecorder>> recorders;
    std::vector<std::unique_ptr<Path>> paths;
    for (std::size_t i = 0; i < o_.paths.size(); ++i) {
      recorders.push_back(std::make_unique<OutputRecorder>(o_.paths.size() > 1 && i < 2));
      paths.push_back(registry_.make(o_.paths[i], core, *recorders.back()));
    }
    ReplayOptions options;
    options.responses = config_.responses;
    options.lockstep = paths.size() > 1;
    options.stop_when = [&] { return stop_.load(std::memory_order_relaxed); };
    options.progress = [&](std::uint64_t, std::uint64_t messages) { position = messages; };
    const ReplayResult result = replay(source, paths, recorders, options);
    if (stop_) return;

    SegmentRecord r;
    r.segment = segment;
    r.messages = source.position();
    r.snapshot = source.snapshot_messages();
    r.frames = result.frames;
    r.compared = result.compared;
    for (const auto& path : paths) r.cycles += path->simulated_cycles();
    r.counters = result.counters[0];
    if (result.difference) r.difference = result.difference->describe(o_.paths[0], o_.paths[1]);
    r.cpu_seconds = thread_seconds() - cpu;
    r.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (r.difference.empty()) write_segment(o_.folder, r);
    if (!r.difference.empty()) stop_ = true;
    records_[segment] = r;  // no other thread looks at this one
    position = 0;
    done_ += r.messages;
  }

  const Options& o_;
  const PathRegistry& registry_;
  const RunConfig& config_;
  std::vector<std::optional<SegmentRecord>> records_;
  unsigned found_ = 0;
  std::atomic<unsigned> next_ = 0;
  std::atomic<unsigned> finished_ = 0;
  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> done_ = 0;               // messages of segments that are done
  std::vector<std::atomic<std::uint64_t>> position_;  // of those at work, a thread
  std::mutex mutex_;
  std::exception_ptr error_;
  double seconds_ = 0;
};

void print_totals(const Day& day, const Options& o) {
  SegmentRecord total;
  std::uint64_t now = 0;
  for (const auto& r : day.records()) {
    if (!r) continue;
    total.messages += r->messages;
    total.snapshot += r->snapshot;
    total.frames += r->frames;
    total.compared += r->compared;
    total.cycles += r->cycles;
    total.cpu_seconds += r->cpu_seconds;
    for (unsigned i = 0; i < kCounterCount; ++i) total.counters[i] += r->counters[i];
  }
  now = total.messages;
  const auto of = [&](Counter c) { return total.counters[static_cast<std::size_t>(c)]; };
  fmt::print("{} messages in {} segments, {} snapshot messages, {} frames, {} cycles\n", total.messages, o.segments,
             total.snapshot, total.frames, total.cycles);
  fmt::print("{} orders, {} cancels, {} outputs compared; {} inserts into a full set\n", of(Counter::orders),
             of(Counter::cancels), total.compared, of(Counter::order_table_full));
  const double cpu = total.cpu_seconds > 0 ? total.cpu_seconds : 1;
  fmt::print("processor time {:.0f} s: {:.0f} messages/s, {:.2f} M cycles/s, {:.1f} cycles a message, a thread\n",
             total.cpu_seconds, static_cast<double>(now) / cpu, static_cast<double>(total.cycles) / cpu * 1e-6,
             static_cast<double>(total.cycles) / static_cast<double>(now == 0 ? 1 : now));
  if (day.found() != 0) fmt::print("{} segments were done before\n", day.found());
}

int run(const Options& o, const PathRegistry& registry) {
  claim_day(o.folder, {o.market.seed, o.market.messages, o.market.symbols, o.market.configured_symbols, o.lines,
                       o.segments, o.paths});
  const std::filesystem::path config_file = std::filesystem::path(o.folder) / "day.toml";
  if (!std::filesystem::exists(config_file)) {
    const venue::MarketGenerator market(o.market);
    std::ofstream out(config_file);
    out << market_config(market, o.market.configured_symbols);
    if (!out.flush()) throw std::runtime_error(config_file.string() + ": cannot be written; is the disk full?");
  }
  const RunConfig config = load_config(config_file);
  Day day(o, registry, config);
  day.run();
  if (!o.quiet) print_totals(day, o);
  for (const auto& r : day.records()) {
    if (!r || r->difference.empty()) continue;
    fmt::print("lockstep: segment {} differs after {} outputs\n{}", r->segment, r->compared, r->difference);
    return kExitDiffer;
  }
  if (o.paths.size() > 1) fmt::print("lockstep: {} segments: identical\n", o.segments);
  return 0;
}

}  // namespace

Run add_day(cli::App& app, const PathRegistry& registry) {
  auto o = std::make_shared<Options>();
  o->market.messages = 268'744'780;
  o->market.symbols = 8'000;
  o->paths = {"sw:", "verilator:dense"};
  cli::App* sub = app.add_subcommand(
      "day", "Run a generated day in lockstep, in segments; run it again with the same folder to go on where it ended");
  sub->add_option("folder", o->folder, "where finished segments and the configuration (day.toml) are kept")->required();
  sub->add_option("--path", o->paths, "path to run; may be given again; the first two are compared")
      ->expected(1)
      ->take_all()
      ->capture_default_str();
  sub->add_option("--seed", o->market.seed, "equal seeds give equal days")->capture_default_str();
  sub->add_option("--messages", o->market.messages, "about how many messages")->capture_default_str();
  sub->add_option("--symbols", o->market.symbols, "symbols on the feed")
      ->capture_default_str()
      ->check(cli::Range(1, 65000));
  sub->add_option("--configured", o->market.configured_symbols,
                  "of them the busiest, which the paths are configured with")
      ->capture_default_str()
      ->check(cli::Range(1, 256));
  sub->add_option("--lines", o->lines, "1: line A only; 2: both")->capture_default_str()->check(cli::Range(1, 2));
  sub->add_option("--segments", o->segments, "each begins with a snapshot of the books and is kept when done")
      ->capture_default_str()
      ->check(cli::Range(1, 999));
  sub->add_option("--threads", o->threads, "segments at a time")->capture_default_str()->check(cli::Range(1, 64));
  sub->add_flag("-q,--quiet", o->quiet, "no progress and no totals");
  return [o, &registry] { return run(*o, registry); };
}

}  // namespace twinpath
