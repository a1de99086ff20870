// Answers the orders of a replayed session with timed ACK, FILL and DONE commands, as ResponseModel says.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "host/core/event.h"
#include "host/path/exchange.h"
#include "host/path/path.h"
#include "host/path/response_model.h"

namespace twinpath {

class ExchangeResponder {
 public:
  using Timed = TimedCommand;

  explicit ExchangeResponder(const ResponseModel& model) : model_(model) {}

  // Give it every event of the path that leads; orders and cancels are answered. A cancel ends its order after
  // ack_delay.
  void on_event(const Event& e) {
    if (!model_.enabled) return;
    if (e.event_kind() == EventKind::order) {
      push(0, {Cycles{e.time} + model_.ack_delay, answer(CommandOp::ack, e, 0)});
      const std::uint32_t draw = hash(e.user_ref);
      if (draw % 100 < model_.fill_percent) {
        const bool partial = (draw >> 8) % 100 < model_.partial_percent && e.quantity > 1;
        push(1,
             {Cycles{e.time} + model_.fill_delay, answer(CommandOp::fill, e, partial ? e.quantity / 2 : e.quantity)});
        if (!partial) return;
      }
      push(2, {Cycles{e.time} + model_.done_delay, answer(CommandOp::done, e, 0)});
    } else if (e.event_kind() == EventKind::cancel) {
      push(3, {Cycles{e.time} + model_.ack_delay, answer(CommandOp::done, e, 0)});
    }
  }

  // The next answer stamped at or before `until`, in time order (ties: ACK, FILL, DONE, cancelled).
  std::optional<Timed> next(Cycles until) noexcept {
    Queue* first = nullptr;
    for (auto& q : queues_) {
      if (!q.empty() && (first == nullptr || q.front().time < first->front().time)) first = &q;
    }
    if (first == nullptr || first->front().time > until) return std::nullopt;
    return first->pop();
  }
  // When the next answer is due; the end of time while there is none.
  Cycles next_due() const noexcept {
    Cycles due{UINT64_MAX};
    for (const auto& q : queues_) {
      if (!q.empty()) due = std::min(due, q.front().time);
    }
    return due;
  }

 private:
  // First in, first out. Doubles when full; allocates nothing while it is large enough.
  class Queue {
   public:
    bool empty() const noexcept { return first_ == end_; }
    const Timed& front() const noexcept { return ring_[first_ % ring_.size()]; }
    Timed pop() noexcept { return ring_[first_++ % ring_.size()]; }
    void push(const Timed& t) {
      if (end_ - first_ == ring_.size()) {
        std::vector<Timed> larger(ring_.size() * 2);
        for (std::size_t i = first_; i != end_; ++i) larger[i - first_] = ring_[i % ring_.size()];
        end_ -= first_;
        first_ = 0;
        ring_.swap(larger);
      }
      ring_[end_++ % ring_.size()] = t;
    }

   private:
    std::vector<Timed> ring_ = std::vector<Timed>(4096);  // as many as there can be open orders (SEM 5.2)
    std::size_t first_ = 0, end_ = 0;
  };

  // One queue an answer kind: delays are constant, so each is in time order by itself.
  void push(unsigned queue, const Timed& t) { queues_[queue].push(t); }

  static Command answer(CommandOp op, const Event& e, std::uint32_t quantity) {
    Command c;
    c.op = op;
    c.symbol = e.symbol;
    c.user_ref = e.user_ref;
    c.quantity = quantity;
    c.price = op == CommandOp::fill ? e.price : 0;
    return c;
  }

  static std::uint32_t hash(std::uint32_t x) noexcept {
    x ^= x >> 16;
    x *= 0x7FEB352Du;
    x ^= x >> 15;
    x *= 0x846CA68Bu;
    return x ^ (x >> 16);
  }

  ResponseModel model_;
  std::array<Queue, 4> queues_;
};

}  // namespace twinpath
