// Where orders are answered: a session with an exchange, or what stands in for one.
#pragma once
#include <cstdint>
#include <optional>

#include "host/path/exchange_responder.h"

namespace twinpath {

// Owned and called by the thread that trades. Once it is up nothing here waits; a session that talks to an exchange
// takes what has arrived and returns.
class ExchangeSession {
 public:
  struct Answer {
    Cycles time;
    Command command;  // ACK, FILL or DONE; POSITION for what none of them can say (SEM 2.9)
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
