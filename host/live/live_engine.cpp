#include "host/live/live_engine.h"

#include <algorithm>
#include <stdexcept>

namespace twinpath {

std::string_view to_string(ArmState s) noexcept {
  constexpr std::array<std::string_view, 10> kNames{"armed",
                                                    "disarmed",
                                                    "no frame has arrived yet",
                                                    "the inputs are behind the wall clock",
                                                    "the feed is stale: a gap was lost; trust the books to go on",
                                                    "books that trade are not trusted or lack a side",
                                                    "waits for the arm command",
                                                    kOrderNumbersUsedUp,
                                                    "the session with the exchange is not trading",
                                                    "a gap of the feed is being filled"};
  return kNames[static_cast<std::size_t>(s)];
}

LiveEngine::LiveEngine(const CoreConfig& config, const LiveOptions& options, std::span<PacketReceiver* const> inputs,
                       PacketSender* sender, ExchangeSession& exchange, InputRecord* record,
                       std::function<Nanoseconds()> wall, OrderJournal* journal, GapFiller* gaps,
                       std::function<Nanoseconds()> steady)
    : config_(config),
      options_(options),
      inputs_(inputs.begin(), inputs.end()),
      sender_(sender),
      exchange_(exchange),
      record_(record),
      journal_(journal),
      gaps_(gaps),
      // The last is of frames that came before start().
      stamps_(std::move(wall), std::move(steady), inputs.size() + (gaps != nullptr ? 2 : 1)),
      frames_(config),
      limits_(config.banks[0].global),
      next_user_ref_(config.order.first_user_ref),
      armed_(config.armed) {
  if (gaps_ != nullptr) inputs_.push_back(gaps_);
  books_.use(config.banks[0], config.strategy.rules());
}

void LiveEngine::start(Path& path) {
  path_ = &path;
  if (gaps_ != nullptr) gaps_->begin(config_.feed.first_sequence);
  Command c;
  c.op = options_.arm == ArmWhen::at_start && !numbers_used_up() ? CommandOp::arm : CommandOp::disarm;
  command(c);
  auto_arm_ = options_.arm == ArmWhen::when_trusted;
}

void LiveEngine::suspend() {
  pause();
  suspended_ = true;
}

void LiveEngine::restart(Path& path, InputRecord* record) {
  const bool arm = auto_arm_;
  path_ = &path;
  record_ = record;
  clock_ = {};
  *ledger_ = {};
  books_ = {};
  books_.use(config_.banks[0], config_.strategy.rules());
  limits_ = config_.banks[0].global;
  next_user_ref_ = config_.order.first_user_ref;
  next_cancel_ = {};
  stamps_.begin_again();
  suspended_ = false;
  if (gaps_ != nullptr) gaps_->begin(config_.feed.first_sequence);
  Command c;
  c.op = CommandOp::disarm;
  command(c);
  c.op = CommandOp::kill;
  if (killed_) command(c);
  auto_arm_ = arm;
}

void LiveEngine::buffered(const SourceFrame& frame) {
  const SourceFrame f{stamps_.take(inputs_.size(), frame.timestamp), frame.bytes, frame.fcs_error};
  take(std::span(&f, 1));
}

std::size_t LiveEngine::round() {
  std::size_t taken = 0;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const std::size_t n = inputs_[i]->receive(burst_);
    if (n == 0) continue;
    for (SourceFrame& f : std::span(burst_).first(n)) f.timestamp = stamps_.take(i, f.timestamp);
    counters_.clock_backwards = stamps_.backwards();
    counters_.clock_set = stamps_.set();
    taken += n;
    take(std::span(burst_).first(n));
    if (auto_arm_ && stamps_.live()) {
      const Nanoseconds now = stamps_.now();
      const Nanoseconds stamp = burst_[n - 1].timestamp;
      lag_ = now > stamp ? now - stamp : Nanoseconds{};
    }
  }
  if (taken == 0) {
    lag_ = Nanoseconds{};
    idle();
  }
  if (kill_due_) {
    kill_due_ = false;
    Command kill;
    kill.op = CommandOp::kill;
    command(kill);
  }
  if (armed_ && !killed_ && !exchange_.trading()) exchange_lost();
  // What comes out of a gap is old news.
  if (armed_ && gaps_ != nullptr && gaps_->asking()) pause();
  if (armed_ && numbers_used_up()) {
    Command disarm;
    disarm.op = CommandOp::disarm;
    command(disarm);
  }
  // Behind until the queues were empty once, or what comes is fresh.
  if (auto_arm_) maybe_arm(taken == 0 || !stamps_.live() || lag_ <= options_.arm_lag);
  return taken;
}

bool LiveEngine::ended() const {
  return std::ranges::all_of(inputs_, [](const PacketReceiver* i) { return i->ended(); });
}

// Frames that no answer can fall between go to the path together, which looks ahead in them.
void LiveEngine::take(std::span<const SourceFrame> frames) {
  Cycles until{};  // an answer may be stamped from here on
  std::size_t n = 0;
  const auto flush = [&] {
    path_->submit(std::span(timed_).first(n));
    n = 0;
  };
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const SourceFrame& f = frames[i];
    const Cycles at = clock_.frame(f.timestamp);
    if (n != 0 && at >= until) flush();
    if (n == 0) {
      // The time of an answer that is given first never exceeds the frame's.
      answers_until(at);
      until = std::min(exchange_.next_due(), at + exchange_.reaction());
    }
    if (record_ != nullptr) record_->frame(clock_.timestamp(at), f.bytes);
    if (gaps_ != nullptr && !f.fcs_error) gaps_->seen(f.bytes);
    clock_.passed(at, f.bytes.size());
    TimedInput& input = timed_[n++];
    input.time = at;
    input.is_frame = true;
    input.fcs_error = f.fcs_error;
    input.frame = f.bytes;
  }
  if (n != 0) flush();
  counters_.frames += frames.size();
}

void LiveEngine::idle() {
  if (!stamps_.live() || !clock_.started()) return;
  const Nanoseconds now = stamps_.now();
  if (now.value < kIdleLagNs) return;
  const Cycles at = clock_.at(now - Nanoseconds{kIdleLagNs});
  if (at <= clock_.now()) return;
  answers_until(at);
  path_->advance(at);
  clock_.passed(at, 0);
}

// Answers come before what is stamped `until`, as in a replay.
void LiveEngine::answers_until(Cycles until) {
  while (const auto answer = exchange_.poll(until)) {
    switch (answer->command.op) {
      case CommandOp::ack:
        ++counters_.acks;
        break;
      case CommandOp::fill:
        ++counters_.fills;
        break;
      case CommandOp::position:
        ++counters_.positions;
        break;
      default:
        ++counters_.dones;
        break;
    }
    const Cycles at = clock_.command(std::max(answer->time, Cycles{InputClock::kStart}));
    if (record_ != nullptr && !exchange_.replayed())
      record_->command(at - Cycles{InputClock::kStart}, answer->command, nullptr);
    give(at, answer->command);
  }
}

void LiveEngine::answer_all() { answers_until(Cycles{kTimeMask}); }

void LiveEngine::command(const Command& c) {
  if (c.op == CommandOp::arm && numbers_used_up()) return;
  const Cycles at = clock_.command(Cycles{InputClock::kStart});
  answers_until(at);
  const Cycles stamp = clock_.command(at);
  if (record_ != nullptr) record_->command(stamp - Cycles{InputClock::kStart}, c, nullptr);
  if (c.op == CommandOp::arm || c.op == CommandOp::disarm) {
    auto_arm_ = false;
    armed_ = c.op == CommandOp::arm;
  }
  if (c.op == CommandOp::kill || c.op == CommandOp::release) killed_ = c.op == CommandOp::kill;
  give(stamp, c);
}

void LiveEngine::swap(const Bank& bank) {
  const Cycles at = clock_.command(Cycles{InputClock::kStart});
  answers_until(at);
  const Cycles stamp = clock_.command(at);
  Command c;
  c.op = CommandOp::swap;
  if (record_ != nullptr) record_->command(stamp - Cycles{InputClock::kStart}, c, &bank);
  path_->load_inactive_bank(bank);
  if (journal_ != nullptr) journal_->bank(bank);
  give(stamp, c);
  limits_ = bank.global;
  books_.use(bank, config_.strategy.rules());
}

void LiveEngine::give(Cycles at, const Command& c) {
  clock_.passed(at, 0);
  TimedInput input;
  input.time = at;
  input.is_frame = false;
  input.command = c;
  path_->submit(std::span(&input, 1));
}

void LiveEngine::maybe_arm(bool caught_up) {
  if (!caught_up || suspended_ || !clock_.started() || !books_.ready() || !exchange_.trading()) return;
  if (gaps_ != nullptr && gaps_->open()) return;
  Command arm;
  arm.op = CommandOp::arm;
  command(arm);
}

// An operator decides after a kill; a DISARM lasts until the session trades again, where the run arms by itself.
void LiveEngine::exchange_lost() {
  Command c;
  c.op = exchange_.kills() ? CommandOp::kill : CommandOp::disarm;
  command(c);
  auto_arm_ = !exchange_.kills() && options_.arm == ArmWhen::when_trusted;
}

// DISARM that lasts until everything is ready again.
void LiveEngine::pause() {
  const bool arm = armed_ || auto_arm_;
  Command c;
  c.op = CommandOp::disarm;
  command(c);
  auto_arm_ = arm;
}

ArmState LiveEngine::arm_state() const noexcept {
  if (armed_) return ArmState::armed;
  if (numbers_used_up()) return ArmState::numbers_used_up;
  if (!exchange_.trading()) return ArmState::exchange;
  if (!auto_arm_)
    return options_.arm == ArmWhen::manual && counters_.orders == 0 ? ArmState::by_command : ArmState::disarmed;
  if (!clock_.started()) return ArmState::no_frame_yet;
  if (gaps_ != nullptr && gaps_->open()) return ArmState::gap;
  if (books_.stale()) return ArmState::stale;
  if (books_.incomplete() != 0) return ArmState::books_incomplete;
  return ArmState::behind;
}

std::uint32_t LiveEngine::blocked_by() const noexcept {
  if (!config_.strategy.rules()) return 0;
  const auto* o = ledger_->holder(next_user_ref_);
  return o != nullptr ? o->user_ref : 0;
}

std::vector<std::string> LiveEngine::incomplete_books(std::size_t most) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < config_.symbols.size() && names.size() < most; ++i) {
    const auto s = static_cast<SymbolIndex>(i);
    if (!books_.trades(s) || books_.complete(s)) continue;
    const auto& name = config_.symbols[i].name;
    names.emplace_back(name.data(), std::ranges::find(name, ' '));
  }
  return names;
}

}  // namespace twinpath
