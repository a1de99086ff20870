// A strategy that decides elsewhere, in a kernel between two streams, as the decision core sees it: a class like the
// strategies of host/strategy, which passes on what it is told and gives back what it is answered (SEM 9). And when:
// the cycles in which its intents are decided. Nothing here knows SystemC or the streams' beats.
#pragma once
#include <algorithm>
#include <string_view>

#include "host/strategy/strategy.h"
#include "sim/systemc/core_timing.h"

namespace twinpath::platform {

// The way to the kernel and back. Updates reach it in the order of the calls.
class StrategyLink {
 public:
  virtual ~StrategyLink() = default;
  // An update that is on the stream in cycle `at`, or as soon as there is room; returns when it has been answered: the
  // cycle in which the answer's last beat is there.
  virtual Cycles tell(const BookUpdate& update, Cycles at, Intents& ask) noexcept = 0;
  virtual Cycles tell(const OrderUpdate& update, Cycles at, Intents& ask) noexcept = 0;
  virtual Cycles tell(const StatusUpdate& update, Cycles at, Intents& ask) noexcept = 0;
  // An update that nothing may be asked in answer to: nobody waits for its packet.
  virtual void post(const OrderUpdate& update, Cycles at) noexcept = 0;
  virtual void post(const StatusUpdate& update, Cycles at) noexcept = 0;
};

// The message at work, in cycles.
struct MessageStamps {
  Passage at{};
  Cycles frame_began;
  Cycles first_beat;
  Cycles held;  // behind the verdict, by a command
};

// One message's turn at the kernel. Its update is there in the cycle in which the rules would have their verdict; risk
// takes a packet of intents when its last beat is there, an intent a cycle; meanwhile the pipeline stands still, for
// what comes next finds the account as this one leaves it.
class KernelTurn {
 public:
  explicit KernelTurn(StrategyLink& link) : link_(link) {}

  // The model whose messages these are; a new one begins with a status that nothing is asked for.
  void attach(MessageStamps& stamps) noexcept {
    stamps_ = &stamps;
    first_ = true;
  }
  // `from`: when the pipeline would go on without the kernel. Until end() it stands still.
  void begin(Cycles from) noexcept {
    last_ = from;
    asked_ = false;
  }
  Cycles end() const noexcept { return last_; }

  template <class Update>
  void tell(const Update& update, Intents& ask) noexcept {
    if (first_) return begin_session(update);
    const Cycles answered = link_.tell(update, last_, ask);
    last_ = std::max(last_, answered + Cycles{1});
    stamps_->at.verdict = last_;
    stamps_->held = {};
    asked_ = true;
  }
  // The next intent of the packet is decided.
  void decide() noexcept {
    if (!asked_) last_ += Cycles{1};
    asked_ = false;
    stamps_->at.verdict = last_;
  }
  void post(const OrderUpdate& update) noexcept { link_.post(update, last_ + Cycles{1}); }

 private:
  void begin_session(const StatusUpdate& update) noexcept {
    first_ = false;
    link_.post(update, {});
  }
  template <class Update>
  void begin_session(const Update&) noexcept {}  // the status comes first (SEM 9.1)

  StrategyLink& link_;
  MessageStamps* stamps_ = nullptr;
  bool first_ = true;
  bool asked_ = false;  // a packet is there, and none of its intents has been decided
  Cycles last_{};       // verdict so far
};

class LinkedStrategy {
 public:
  static constexpr std::string_view kName = "kernel";
  struct Parameters {
    KernelTurn* turn = nullptr;
  };

  explicit LinkedStrategy(const Parameters& p) noexcept : turn_(p.turn) {}

  void on_book(const BookUpdate& update, Intents& ask) noexcept { turn_->tell(update, ask); }
  void on_order(const OrderUpdate& update, Intents& ask) noexcept {
    // What tells of an intent is no occasion for another (SEM 9.2).
    if (update.state <= OrderState::cancel_rejected) return turn_->post(update);
    turn_->tell(update, ask);
  }
  void on_status(const StatusUpdate& update, Intents& ask) noexcept { turn_->tell(update, ask); }

 private:
  KernelTurn* turn_;
};
static_assert(Strategy<LinkedStrategy>);

}  // namespace twinpath::platform
