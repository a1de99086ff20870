// What a live run opens, and what it waits for before a path begins.
#include "host/apps/live/live_run.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "host/apps/commands.h"
#include "host/apps/config/bank_text.h"
#include "host/apps/live/live_config.h"
#include "host/apps/live/live_io.h"
#include "host/apps/live/run_text.h"
#include "host/core/wall_clock.h"
#include "host/live/directory_wait.h"

namespace twinpath {
namespace {

using Clock = std::chrono::steady_clock;

Nanoseconds wall_clock() { return Nanoseconds{wall_ns()}; }

// The configuration with what the command line says instead; everything that a live run cannot do without is there.
RunConfig live_config(const LiveRunArguments& o, RunConfig config) {
  const auto wrong = [&](std::string_view expected, std::string_view found, std::string_view advice) {
    return std::runtime_error(fmt::format("{}: expected {}, found {}; {}", o.config, expected, found, advice));
  };
  if (!config.live) throw wrong("a section [live]", "none", "add it: host/apps/CONFIG.md lists its keys");
  LiveOptions& live = *config.live;
  if (!o.from.empty()) live.from = o.from;
  if (!o.to.empty()) live.to = o.to;
  if (!o.path.empty()) live.path = o.path;
  if (!o.record.empty()) live.record = o.record;
  if (live.from.empty()) throw wrong("inputs", "none", "give from in [live], or --from");
  check_where_orders_go(config, o.config);
  if (live.from.size() > LiveStatus::kMostInputs)
    throw wrong(fmt::format("at most {} inputs", LiveStatus::kMostInputs), fmt::format("{}", live.from.size()),
                "name several endpoints in one udp: address");
  if (!config.commands.empty())
    throw wrong("no [[command]]", fmt::format("{}", config.commands.size()),
                "scheduled commands are for replays; give them with twinpath control");
  check_recovery(config, o.config);
  return config;
}

}  // namespace

LiveRun::LiveRun(const LiveRunArguments& command, const PathRegistry& paths, const PacketIoRegistry& io)
    : options_(command),
      as_loaded_(load_config(command.config)),
      config_(live_config(command, as_loaded_)),
      live_(*config_.live),
      paths_(paths) {
  paths.check(live_.path);
  read_directory(live_, config_.core);
  // Whether somebody else runs is known before any file of that run is touched.
  if (!live_.control.empty()) control_.emplace(live_.control);
  open(io);
  if (!live_.record.empty()) open_record();
  if (config_.journal) {
    journal_.emplace(*config_.journal);
    orders_.emplace(*journal_);
  }
  if (config_.exchange) {
    auto venue = open_account(*config_.exchange, config_.core);
    venue_ = venue.get();
    exchange_ = std::move(venue);
  } else {
    exchange_ = std::make_unique<SimulatedExchange>(config_.responses);
  }
}

void LiveRun::open(const PacketIoRegistry& io) {
  receivers_ = open_inputs(io, *options_.io, live_.from, config_.core.feed);
  for (const auto& r : receivers_) inputs_.push_back(r.get());
  from_file_ = std::ranges::any_of(
      inputs_, [](const PacketReceiver* r) { return r->timestamp_source() == TimestampSource::file; });
  if (from_file_ && inputs_.size() > 1)
    throw std::runtime_error(
        fmt::format("{}: expected one input when it is a file, found {}; a file's times are not "
                    "those of other inputs",
                    list_of(live_.from), inputs_.size()));
  if (from_file_ && config_.recovery)
    throw std::runtime_error(
        fmt::format("{}: expected inputs from a network beside [recovery], found a file; remove one "
                    "of them",
                    list_of(live_.from)));
  if (!live_.to.empty()) sender_ = open_orders(io, *options_.io, live_.to);
  if (config_.recovery && config_.recovery->rerequest.port != 0)
    gaps_.emplace(*config_.recovery, config_.core.feed, wall_clock);
}

// Of each path its own: FILE, FILE-2, ...
void LiveRun::open_record() {
  std::filesystem::path file = live_.record;
  if (paths_begun_ != 0)
    file.replace_filename(fmt::format("{}-{}{}", file.stem().string(), paths_begun_ + 1, file.extension().string()));
  record_.emplace(file, config_.core, [this](const Bank& bank) { return bank_text(config_.core, bank); });
}

void LiveRun::pin() const {
  if (live_.core < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(live_.core), &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0)
    throw std::runtime_error(
        fmt::format("{}: key 'live.core': expected a core that this process may use, found {} ({}); "
                    "correct or remove it",
                    options_.config, live_.core, std::strerror(errno)));
}

void LiveRun::say_what_is_open() const {
  for (std::size_t i = 0; i < inputs_.size(); ++i)
    fmt::print(stderr, "run: {}: {}; {} stamps\n", live_.from[i], inputs_[i]->describe(),
               to_string(inputs_[i]->timestamp_source()));
  if (journal_)
    for (const std::string& message : journal_->messages()) fmt::print(stderr, "run: {}\n", message);
  fmt::print(stderr, "run: orders to {}; path {}\n", sender_ ? live_.to : "the session", live_.path);
}

void LiveRun::rest() const {
  if (!live_.spin) std::this_thread::sleep_for(std::chrono::microseconds(50));
}

bool LiveRun::stopping() const { return stop_requested() || stop_asked_; }

// ---- before a path begins ----

bool LiveRun::prepare() {
  waiting_.clear();
  // A snapshot is of now, so it comes last, and what came before it is not needed; Stock Directory messages are in it.
  if (config_.recovery && config_.recovery->glimpse.port != 0)
    return wait_for_exchange() && take_snapshot() && wait_for_directory();
  return wait_for_directory() && wait_for_exchange();
}

// Takes a burst of every input and keeps it; `look` sees what is whole. Returns how many frames there were.
std::size_t LiveRun::keep_arriving(bool& ended, const Look& look) {
  std::array<SourceFrame, kSendRooms> burst;
  std::size_t taken = 0;
  ended = true;
  for (PacketReceiver* input : inputs_) {
    const std::size_t n = input->receive(burst);
    for (const SourceFrame& f : std::span(burst).first(n)) {
      if (look && !f.fcs_error) look(f.bytes);
      waiting_.add(f);
    }
    taken += n;
    ended &= input->ended();
  }
  return taken;
}

// Keeps what arrives until every symbol's locate is known.
bool LiveRun::wait_for_directory() {
  DirectoryWait wait(config_.core, live_);
  finder_ = &wait.finder();
  waiting_.for_each([&](std::span<const std::uint8_t> frame) { wait.finder().frame(frame); });
  while (!wait.over()) {
    if (stopping()) return false;
    bool ended = false;
    const bool idle = keep_arriving(ended, [&](auto frame) { wait.finder().frame(frame); }) == 0;
    serve(nullptr, LivePhase::directory);
    wait.check(waiting_.bytes(), idle, ended);
    if (idle) rest();
  }
  finder_ = nullptr;
  return true;
}

// Until nothing of an earlier process or path is open at the exchange; what arrives is kept.
bool LiveRun::wait_for_exchange() {
  if (venue_ == nullptr) return true;
  const ExchangeOptions& o = *config_.exchange;
  const Clock::time_point deadline = Clock::now() + std::chrono::nanoseconds(o.start_timeout.value);
  while (!venue_->ready()) {
    if (stopping()) return false;
    // Once it has traded it is waited for as long as it takes.
    if (paths_begun_ == 0 && Clock::now() >= deadline) throw std::runtime_error(not_ready(o, venue_->status()));
    serve(nullptr, LivePhase::exchange);
    bool ended = false;
    // Past the buffer the kernel drops what arrives: a gap, which a snapshot or re-requests fill.
    if (!from_file_ && waiting_.bytes() <= live_.directory_buffer_bytes) keep_arriving(ended);
    rest();
  }
  config_.core.order.first_user_ref = venue_->first_user_ref();
  positions_ = venue_->positions();
  return true;
}

bool LiveRun::take_snapshot() {
  waiting_.clear();
  SnapshotTaker taker(*config_.recovery, config_.core.feed);
  while (!taker.turn()) {
    if (stopping()) return false;
    bool ended = false;
    keep_arriving(ended, [&](auto frame) { taker.kept(frame); });
    if (waiting_.bytes() > live_.directory_buffer_bytes) {
      waiting_.clear();
      taker.dropped();
    }
    serve(nullptr, LivePhase::snapshot);
    rest();
  }
  LocateFinder finder(config_.core);
  for (const auto& message : taker.directory()) finder.message(message);
  WaitingFrames live = std::exchange(waiting_, {});
  config_.core.feed.first_sequence = taker.first_sequence();
  snapshot_messages_ = taker.messages();
  const Nanoseconds now = wall_clock();
  taker.frames([&](std::span<const std::uint8_t> frame) { waiting_.add({now, frame}); });
  live.for_each([&](std::span<const std::uint8_t> frame) { waiting_.add({wall_clock(), frame}); });
  return true;
}

}  // namespace twinpath
