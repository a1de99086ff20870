// Where orders are answered: a session with an exchange, or what stands in for one.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "host/path/exchange_responder.h"

namespace twinpath {

// Owned and called by the thread that trades. Once it is up nothing here waits; a session that talks to an exchange
// takes what has arrived and returns.
class ExchangeSession {
 public:
  struct Answer {
    Cycles time;
    Command command;  // ACK, FILL or DONE; POSITION for what none of them can say (SEM 2.9)
    // Of the exchange's last message when it was made, never smaller than one before; 0: there is none.
    std::uint64_t number = 0;
  };
  // What a process that begins again has kept of the orders of those before it.
  struct Kept {
    struct Order {
      Event sent;  // its ORDER event
      std::uint32_t leaves = 0;
      bool cancel_sent = false;
    };
    std::vector<Order> open;          // by their numbers
    std::uint32_t next_user_ref = 1;  // no order has this number or a later one
    std::uint64_t answered = 0;       // Answer::number of the last answer
  };

  virtual ~ExchangeSession() = default;
  // An order or a cancel has left: its ORDER or CANCEL event.
  virtual void sent(const Event& event) = 0;
  // The next answer stamped at or before `until`, in the order of their times; nothing when there is none.
  virtual std::optional<Answer> poll(Cycles until) = 0;
  // No answer that poll() has yet to give is stamped before this, but those to what is sent from now on.
  virtual Cycles next_due() const noexcept = 0;
  // An answer is stamped at least this long after what it answers.
  virtual Cycles reaction() const noexcept = 0;
  // A replay with the same configuration gives the same answers by itself: they need not be recorded.
  virtual bool replayed() const noexcept = 0;
  // The first call of a process that goes on with others' orders, each of which it had kept before it sent it. True:
  // what has become of them since comes as answers, what nobody knows is found out, and nothing is sent again but
  // cancels. False: the exchange began with this process; it is to be told of the orders, and answers again.
  virtual bool resume(const Kept& kept) {
    static_cast<void>(kept);
    return false;
  }
  // A cancel that the host sent, of which a replay's path knows nothing. Its answer, where it is to be given at once.
  virtual std::optional<Command> cancelled(const Event& cancel) {
    sent(cancel);
    return std::nullopt;
  }
  // Another path is to begin: answers to orders of the one before are not given any more.
  virtual void begin_again() {}
  // Whether what is sent now would be answered: no order is decided otherwise.
  virtual bool trading() const noexcept { return true; }
  // Losing it sets the kill switch, instead of a DISARM.
  virtual bool kills() const noexcept { return false; }
  // Orders leave through sent(): no frames are to be sent.
  virtual bool carries() const noexcept { return false; }
};

// The exchange that [responses] configures, as in a replay; disabled, it never answers.
class SimulatedExchange final : public ExchangeSession {
 public:
  explicit SimulatedExchange(const ResponseModel& model)
      : model_(model), responder_(model), reaction_(model.enabled ? model.ack_delay : Cycles{kTimeMask}) {}

  void sent(const Event& event) override { responder_.on_event(event); }
  // At once, for the answer is recorded as a command; what else a replay would answer to the order has no effect then.
  std::optional<Command> cancelled(const Event& cancel) override {
    if (!model_.enabled) return std::nullopt;
    Command done;
    done.op = CommandOp::done;
    done.symbol = cancel.symbol;
    done.user_ref = cancel.user_ref;
    return done;
  }
  std::optional<Answer> poll(Cycles until) override {
    const auto next = responder_.next(until);
    if (!next) return std::nullopt;
    return Answer{next->time, next->command};
  }
  Cycles next_due() const noexcept override { return responder_.next_due(); }
  Cycles reaction() const noexcept override { return reaction_; }
  bool replayed() const noexcept override { return true; }
  void begin_again() override { responder_ = ExchangeResponder(model_); }

 private:
  ResponseModel model_;
  ExchangeResponder responder_;
  Cycles reaction_;
};

}  // namespace twinpath
