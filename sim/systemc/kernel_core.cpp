#include "sim/systemc/kernel_core.h"

#include <deque>
#include <functional>
#include <stdexcept>
#include <vector>

#include "host/strategy/strategies.h"
#include "hw/hls/strategy/records.h"
#include "sim/systemc/kernel_twin.h"
#include "sim/systemc/strategy_module.h"

namespace twinpath::platform {
namespace {

using kernel_strategy::IntentBeat;
using kernel_strategy::UpdateBeat;

// The memory that the kernel's `parameters` point to (hw/hls/strategy/strategy.cpp, depth).
constexpr std::size_t kParameterWords = 640;
constexpr Picoseconds kHalf{1'551};

template <class S>
concept HasKernel = requires(typename S::Record& r, const ap_uint<64>* words) { kernel_strategy::load(r, words); };

std::string strategies_with_kernel() {
  std::string text;
  Strategies::each([&]<class S>() {
    if constexpr (HasKernel<S>) text += (text.empty() ? "" : ", ") + std::string(S::kName);
  });
  return text;
}

// The module, whichever strategy it is made of.
struct Kernel {
  std::unique_ptr<sc_core::sc_module> module;
  std::function<void()> reset;
};

template <class S>
Kernel make_kernel(const CoreConfig& config, unsigned clocks, sc_core::sc_signal<bool>& clock,
                   sc_core::sc_fifo<UpdateBeat>& updates, sc_core::sc_fifo<IntentBeat>& intents) {
  if (clocks == 0)
    throw std::invalid_argument(
        "platform: the core 'hls' needs the cycles of its kernel, found 0: give [kernel] cycles, from an update to the "
        "first beat of its answer");
  std::vector<ap_uint<64>> words;
  for (const auto& record : config.strategy.records) {
    for (const std::int64_t value : record) words.emplace_back(value);
  }
  if (words.size() > kParameterWords)
    throw std::invalid_argument("platform: the kernel of strategy '" + config.strategy.name +
                                "' has room for parameters of " + std::to_string(kParameterWords) + " words, found " +
                                std::to_string(words.size()) + ": configure fewer records");
  const auto records = static_cast<unsigned>(config.strategy.records.size());
  auto module = std::make_unique<systemc::StrategyModule<S>>(
      "strategy", kernel_strategy::load_all<S>(words.data(), records), clocks);
  module->clock(clock);
  module->updates(updates);
  module->intents(intents);
  auto* const m = module.get();
  return {std::move(module), [m] { m->reset(); }};
}

class StreamedCore final : public KernelCore, private StrategyLink {
 public:
  SC_HAS_PROCESS(StreamedCore);
  StreamedCore(sc_core::sc_module_name name, const CoreConfig& config, unsigned clocks, Fault fault)
      : KernelCore(name), config_(config), bends_(fault == Fault::bend_intents) {
    const bool known = Strategies::visit(config.strategy.name, [&]<class S>() {
      if constexpr (HasKernel<S>) kernel_ = make_kernel<S>(config, clocks, clock_, updates_, intents_);
    });
    if (!known || !kernel_.module)
      throw std::invalid_argument(
          "platform: the core 'hls' has a strategy kernel in the rules' place, found strategy '" +
          config.strategy.name + "': choose one of " + strategies_with_kernel() + ", or the core 'model'");
    begin();
    SC_THREAD(decide);
    set_stack_size(kStack);
    SC_THREAD(run_kernel);
    set_stack_size(kStack);
  }

  void frame(Cycles stamp, std::span<const std::uint8_t> bytes, bool fcs_error, const Beats& beats) override {
    inputs_.push_back({stamp, beats, {bytes.begin(), bytes.end()}, true, fcs_error, {}, {}});
    input_.notify(sc_core::SC_ZERO_TIME);
  }
  void command(Cycles stamp, Cycles pins, const Command& command) override {
    inputs_.push_back({stamp, {}, {}, false, false, pins, command});
    input_.notify(sc_core::SC_ZERO_TIME);
  }
  // What decides may be waiting for an answer in the middle of a message: it gets an empty one, and begins anew.
  void reset(const CoreConfig& config) override {
    config_ = config;
    inputs_.clear();
    due_.clear();
    forget_outputs();
    restart_ = true;
    input_.notify(sc_core::SC_ZERO_TIME);
    answered_.notify(sc_core::SC_ZERO_TIME);
  }

  PlatformResult::Kernel figures() override {
    if (figures_.difference.empty()) figures_.difference = twin_->finish(counters());
    return figures_;
  }

 private:
  static constexpr std::size_t kStack = 1 << 20;  // a decision core is made on it
  static constexpr std::size_t kRoom = 16;        // beats of a stream's FIFO

  struct Input {
    Cycles stamp;
    Beats beats;
    std::vector<std::uint8_t> bytes;
    bool is_frame, fcs_error;
    Cycles pins;
    Command command;
  };
  struct Due {
    Cycles at;
    UpdateBeat beat;
    bool awaited;
  };

  // ---- what decides, an input after the other, each when its time has come
  void decide() {
    for (;;) {
      if (restart_) {
        wait(sc_core::SC_ZERO_TIME);  // what was on its way to a stream is in it
        begin();
      }
      if (!inputs_.empty()) {
        const Input input = std::move(inputs_.front());
        inputs_.pop_front();
        take(input);
      } else if (const auto due = model_->deadline(); due && edge(*due) <= now()) {
        const Cycles time = cycle_at(now());
        model_->advance(time);
        twin_->advance(time);
      } else if (due) {
        wait(as_sc_time(edge(*due) - now()), input_);
      } else {
        wait(input_);
      }
      if (!restart_) schedule_outputs();
    }
  }
  void take(const Input& i) {
    if (i.is_frame)
      model_->frame(i.stamp, i.bytes, i.fcs_error, i.beats);
    else
      model_->command(i.stamp, i.pins, i.command);
    const TimedInput same{i.stamp, i.is_frame, i.fcs_error, i.bytes, i.command};
    if (!restart_) twin_->submit(same);
  }
  // Model, kernel and twin as after reset.
  void begin() {
    restart_ = false;
    if (twin_) {
      if (figures_.difference.empty()) figures_.difference = twin_->difference();
      for (UpdateBeat b; updates_.nb_read(b);) {
      }
      for (IntentBeat b; intents_.nb_read(b);) {
      }
      kernel_.reset();
    }
    in_kernel_.clear();
    packet_.clear();
    model_ = std::make_unique<CoreModelOf<LinkedStrategy>>(config_, turn_);
    twin_ = std::make_unique<KernelTwin>(config_);
  }

  // ---- to the kernel and back
  Cycles tell(const BookUpdate& u, Cycles at, Intents& ask) noexcept override { return exchange(u, at, ask); }
  Cycles tell(const OrderUpdate& u, Cycles at, Intents& ask) noexcept override { return exchange(u, at, ask); }
  Cycles tell(const StatusUpdate& u, Cycles at, Intents& ask) noexcept override { return exchange(u, at, ask); }
  void post(const OrderUpdate& u, Cycles at) noexcept override { give(u, at, false); }
  void post(const StatusUpdate& u, Cycles at) noexcept override { give(u, at, false); }

  template <class Update>
  void give(const Update& update, Cycles at, bool awaited) noexcept {
    if (restart_) return;
    if (!due_.empty()) at = std::max(at, due_.back().at);
    due_.push_back({at, kernel_strategy::to_beat(update), awaited});
    ++figures_.updates;
    given_.notify(sc_core::SC_ZERO_TIME);
  }
  template <class Update>
  Cycles exchange(const Update& update, Cycles at, Intents& ask) noexcept {
    ask.clear();
    if (restart_) return at;
    schedule_outputs();  // of the messages before it
    give(update, at, true);
    wait(answered_);
    if (restart_) return at;
    ask = answer_;
    figures_.longest = std::max(figures_.longest, (answered_at_ - at).value);
    return answered_at_;
  }

  // The kernel's clock: the core's while anything is on its way to the kernel or in it; it stands still otherwise. In
  // the middle of a cycle beats are given and taken.
  void run_kernel() {
    for (;;) {
      while (due_.empty() && in_kernel_.empty()) wait(given_);
      if (in_kernel_.empty() && edge(due_.front().at) + kHalf > now()) {
        wait(as_sc_time(edge(due_.front().at) + kHalf - now()), given_);
        continue;
      }
      const Cycles next = cycle_at(now() + Picoseconds{1});
      give_beats(next);
      wait(as_sc_time(edge(next) - now()));
      clock_.write(true);
      wait(as_sc_time(kHalf));
      clock_.write(false);
      take_beats(next);
    }
  }
  // That are on the stream before the edge of cycle `next`.
  void give_beats(Cycles next) {
    for (; !due_.empty() && due_.front().at < next && updates_.num_free() > 0; due_.pop_front()) {
      updates_.nb_write(due_.front().beat);
      in_kernel_.push_back(due_.front().awaited);
    }
  }
  void take_beats(Cycles cycle) {
    for (IntentBeat beat; intents_.nb_read(beat);) {
      if (beat.last == 0) {
        packet_.push_back(kernel_strategy::intent(beat.data));
        continue;
      }
      if (in_kernel_.empty()) throw std::logic_error("platform: the strategy kernel answered what it was not told");
      const bool awaited = in_kernel_.front();
      in_kernel_.pop_front();
      if (awaited) hand_over(cycle);
      packet_.clear();
    }
  }
  void hand_over(Cycles cycle) {
    answer_.clear();
    for (Intent& i : packet_) {
      ++figures_.intents;
      if (bends_ && figures_.intents % 50 == 0) i.price.value ^= 0x100;
      if (i.kind == IntentKind::enter) answer_.enter(i.symbol, i.side, i.price, i.quantity, i.tag);
      if (i.kind == IntentKind::cancel) answer_.cancel(i.symbol, i.user_ref);
    }
    answered_at_ = cycle;
    answered_.notify(sc_core::SC_ZERO_TIME);
  }

  void see(const CoreOrder& order) override { twin_->left(order); }
  void see(const CoreEvent& event) override { twin_->left(event); }

  CoreConfig config_;
  bool bends_;
  sc_core::sc_signal<bool> clock_{"clock"};
  sc_core::sc_fifo<UpdateBeat> updates_{"updates", kRoom};
  sc_core::sc_fifo<IntentBeat> intents_{"intents", kRoom};
  Kernel kernel_;
  KernelTurn turn_{*this};
  std::deque<Input> inputs_;
  bool restart_ = false;
  std::deque<Due> due_;         // that are not on the stream yet
  std::deque<bool> in_kernel_;  // of what is on the stream or in the kernel: whether its answer is awaited
  std::vector<Intent> packet_;  // so far
  Intents answer_;
  Cycles answered_at_{};
  PlatformResult::Kernel figures_;
  std::unique_ptr<KernelTwin> twin_;
  sc_core::sc_event input_, given_, answered_;
};

}  // namespace

std::unique_ptr<KernelCore> make_kernel_core(const char* name, const CoreConfig& config, unsigned clocks, Fault fault) {
  return std::make_unique<StreamedCore>(name, config, clocks, fault);
}

}  // namespace twinpath::platform
