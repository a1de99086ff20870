#include "host/path/pipelined_path.h"

#include <atomic>
#include <exception>
#include <thread>
#include <utility>

#include "host/core/huge_pages.h"
#include "host/core/idle.h"
#include "host/core/spsc_ring.h"
#include "host/path/pipeline_stages.h"
#include "host/path/stage_stamps.h"

namespace twinpath {
namespace {

using pipeline::Kind;

// The ring behind a stage, as the stage sees it. Every record is published at once: what follows in the same frame is
// not waited for.
template <class Record>
class Outlet {
 public:
  Outlet(std::size_t slots, IdlePolicy idle) : ring_(slots), idle_(idle) {}

  Record& claim() noexcept {
    Record* slot = ring_.claim();
    for (; slot == nullptr; slot = ring_.claim()) idle_.wait();
    return *slot;
  }
  void publish() noexcept {
    ring_.publish();
    ++published_;
  }
  // The stage's, too.
  std::uint64_t published() const noexcept { return published_; }
  SpscRing<Record>& ring() noexcept { return ring_; }

 private:
  SpscRing<Record> ring_;
  Idle idle_;
  std::uint64_t published_ = 0;
};

// A stage's thread: everything that comes through the ring, in batches as they are there, until Kind::stop.
template <class Record, class Take>
void run_stage(SpscRing<Record>& ring, IdlePolicy policy, Take&& take) {
  constexpr std::size_t kBatch = 64;
  Idle idle(policy);
  for (bool running = true; running;) {
    const auto records = ring.peek(kBatch);
    if (records.empty()) {
      idle.wait();
      continue;
    }
    for (const Record& record : records) {
      if (record.kind == Kind::stop) {
        running = false;
      } else {
        take(record);
      }
    }
    ring.release(records.size());
  }
}

template <class Stamper>
class PipelinedPath final : public Path, public InHugePages {
  using Marks = typename Stamper::Marks;
  using ToStrategy = Outlet<pipeline::MarketRecord<Marks>>;
  using ToRisk = Outlet<pipeline::StrategyRecord<Marks>>;
  using ToGateway = Outlet<pipeline::GatewayRecord<Marks>>;
  using Market = pipeline::MarketStage<Marks, ToStrategy>;

 public:
  PipelinedPath(const CoreConfig& config, PathSink& sink, const SoftwareOptions& options)
      : options_(options),
        banks_(config.banks),
        to_strategy_(options.ring_slots, options.idle),
        to_risk_(options.ring_slots, options.idle),
        to_gateway_(options.ring_slots, options.idle),
        market_(config, market_counters_, to_strategy_),
        feed_(config.feed, market_counters_, market_),
        strategy_(config, banks_, to_risk_),
        risk_(config, banks_, risk_counters_, to_gateway_),
        gateway_(config, sink) {
    try {
      start(StageThread::strategy, [this] {
        run_stage(to_strategy_.ring(), options_.idle, [this](const auto& record) { strategy_.take(record); });
      });
      start(StageThread::risk,
            [this] { run_stage(to_risk_.ring(), options_.idle, [this](const auto& record) { risk_.take(record); }); });
      start(StageThread::gateway,
            [this] { run_stage(to_gateway_.ring(), options_.idle, [this](const auto& record) { deliver(record); }); });
    } catch (...) {
      stop();
      throw;
    }
  }
  ~PipelinedPath() override { stop(); }

  std::string_view name() const noexcept override { return "sw:pipelined"; }

  void submit(std::span<const TimedInput> inputs) override {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (i + kAhead < inputs.size()) feed_.prefetch(inputs[i + kAhead].frame);
      const TimedInput& input = inputs[i];
      if (input.is_frame) {
        market_.start();
        feed_.frame(input.time, input.frame, input.fcs_error);
      } else {
        feed_.command(input.time);
        if (input.command.op == CommandOp::swap) active_ ^= 1;
        market_.command(input.time, input.command);
      }
    }
    if (!options_.run_ahead) settle();
  }

  void advance(Cycles time) override {
    feed_.advance(time);
    if (!options_.run_ahead) settle();
  }
  void finish() override { settle(); }

  CounterValues counters() override {
    CounterValues sum = market_counters_.values();
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += risk_counters_.values()[i];
    return sum;
  }

  void load_inactive_bank(const Bank& bank) override {
    settle();
    banks_[active_ ^ 1] = bank;
  }

 private:
  static constexpr std::size_t kAhead = 2;  // inputs

  template <class Run>
  void start(StageThread stage, Run&& run) {
    const auto n = static_cast<std::size_t>(stage);
    threads_[n] = std::thread(std::forward<Run>(run));
    if (options_.cores[n]) pin_thread(threads_[n].native_handle(), *options_.cores[n]);
  }

  // Also where not all of the threads were started: each ends when its own ring says so.
  void stop() noexcept {
    const auto end = [](auto& outlet, std::thread& thread) {
      if (!thread.joinable()) return;
      outlet.claim().kind = Kind::stop;
      outlet.publish();
      thread.join();
    };
    end(to_strategy_, threads_[1]);
    end(to_risk_, threads_[2]);
    end(to_gateway_, threads_[3]);
  }

  // All that was submitted has come out at the other end.
  void settle() {
    if (to_strategy_.published() == settled_at_) return;
    auto& record = to_strategy_.claim();
    record.kind = Kind::sync;
    record.ticket = ++ticket_;
    to_strategy_.publish();
    settled_at_ = to_strategy_.published();
    Idle idle(options_.idle);
    while (settled_.load(std::memory_order_acquire) != ticket_) idle.wait();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

  // The gateway's thread.
  void deliver(const pipeline::GatewayRecord<Marks>& record) noexcept {
    if (record.kind == Kind::sync) return settled_.store(record.ticket, std::memory_order_release);
    if (failure_) return;
    try {
      gateway_.take(record);
    } catch (...) {
      failure_ = std::current_exception();
    }
  }

  const SoftwareOptions options_;
  std::array<Bank, 2> banks_;
  alignas(128) Counters market_counters_;
  alignas(128) Counters risk_counters_;
  ToStrategy to_strategy_;
  ToRisk to_risk_;
  ToGateway to_gateway_;
  alignas(128) Market market_;
  Feed<Market> feed_;
  alignas(128) pipeline::StrategyStage<ToRisk> strategy_;
  alignas(128) pipeline::RiskStage<ToGateway> risk_;
  alignas(128) pipeline::GatewayStage<Stamper> gateway_;
  std::exception_ptr failure_;  // what the sink threw: the gateway's until it has settled, then the caller's
  alignas(128) std::atomic<std::uint64_t> settled_{0};
  std::uint64_t ticket_ = 0;
  std::uint64_t settled_at_ = 0;                    // records that had gone to strategy then
  unsigned active_ = 0;                             // bank, after the last input
  std::array<std::thread, kStageThreads> threads_;  // the first one is the caller's
};

}  // namespace

std::unique_ptr<Path> make_pipelined_path(const CoreConfig& config, PathSink& sink, const SoftwareOptions& options) {
  if (options.measure) return std::make_unique<PipelinedPath<TickStamps>>(config, sink, options);
  return std::make_unique<PipelinedPath<NoStamps>>(config, sink, options);
}

}  // namespace twinpath
