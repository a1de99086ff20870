// Sessions through a switched path whose primary fails at a random input, and a ledger of what left, order by order,
// against the same session through one sound path. A trial returns what is wrong, in words; nothing is right.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/session.h"
#include "host/path/switch_path.h"
#include "testbench/lockstep/hostile_session.h"
#include "testbench/path/faulty_primary.h"

namespace twinpath::test {

using Bytes = std::vector<std::uint8_t>;

// Everything that left, each with the input after which it did.
class Ledger final : public PathSink {
 public:
  struct Entry {
    bool is_frame;
    Bytes frame;
    Event event;
    std::uint64_t input;
  };
  std::vector<Entry> all;
  std::uint64_t input = 0;  // the last of those being given
  std::vector<std::string> wrong;
  std::uint64_t order_frames = 0;

  void on_order_frame(std::span<const std::uint8_t> frame) override {
    if (pending_) wrong.push_back("two order frames without the event of the first between them");
    pending_ = true;
    ++order_frames;
    all.push_back({true, {frame.begin(), frame.end()}, {}, input});
  }
  void on_event(const Event& e) override {
    const bool explains = e.event_kind() == EventKind::order || e.event_kind() == EventKind::cancel;
    if (explains && !pending_) wrong.push_back("the event of an order whose frame has not left");
    if (explains) pending_ = false;
    all.push_back({false, {}, e, input});
  }

 private:
  bool pending_ = false;
};

struct TrialSession {
  CoreConfig config;
  std::unique_ptr<bench::Session> session;
  std::vector<std::pair<std::uint64_t, Bytes>> frames;  // input, and what one sound path sends
  std::vector<Event> events;

  // Many orders: most rules, wide limits.
  static void allow_much(Bank& bank, unsigned symbols) {
    for (unsigned i = 0; i < symbols; ++i) {
      bank.rules[i].take.enabled = bank.rules[i].imbalance.enabled = bank.rules[i].cancel.enabled = true;
      bank.rules[i].take.sides = bank.rules[i].imbalance.sides = 3;
      bank.limits[i].permit_buy = bank.limits[i].permit_sell = true;
      bank.limits[i].max_quantity = 10'000;
      bank.limits[i].max_notional = std::uint64_t{1} << 40;
      bank.limits[i].collar = 100'000;
      bank.limits[i].max_position = 100'000;
    }
    bank.global.max_gross = std::uint64_t{1} << 50;
    bank.global.max_open_orders = 64;
    bank.global.rate_interval = 20;
    bank.global.rate_tolerance = 200;
    bank.global.duplicate_window = 10;
  }

  explicit TrialSession(std::uint64_t seed, unsigned packets = 250) {
    HostileOptions o;
    o.seed = seed;
    o.packets = packets;
    o.symbols = 2 + static_cast<unsigned>(seed % 3);
    o.tidy = true;
    o.calm = 8;
    o.command_every = 12;
    o.restore_every = 10;
    o.gap_timeout = 300;
    o.fine_window_base = 998'000;
    o.load_banks = seed % 2 == 0;
    config = hostile_config(o);
    config.sets_log2 = 8;
    config.any_session = true;
    for (Bank& bank : config.banks) allow_much(bank, o.symbols);
    HostileSession source(o, config);
    ReplayOptions options;
    options.commands = source.commands;
    options.responses = {true, Cycles{300}, Cycles{500}, Cycles{2000}, 60, 30};
    session = std::make_unique<bench::Session>(source, config, options);
    Ledger ledger;
    const auto path = make_software_path(config, ledger, false);
    session->play(
        1,
        [&](std::span<const TimedInput> one) {
          ++ledger.input;
          path->submit(one);
        },
        [&](const Bank& bank) { path->load_inactive_bank(bank); });
    for (const Ledger::Entry& e : ledger.all) {
      if (e.is_frame) frames.emplace_back(e.input, e.frame);
      if (!e.is_frame) events.push_back(e.event);
    }
  }
};

struct SwitchTrial {
  std::uint64_t seed = 1;
  Fault fault;
  SwitchOptions options;
  Fault second;                // of a primary made afresh
  std::size_t batch = 1;       // inputs a call, at most
  std::uint64_t reaction = 0;  // of the operator, in inputs
  std::uint64_t hand_back_at = UINT64_MAX;
  std::uint64_t take_over_at = UINT64_MAX;  // from a primary that leads
  FaultyPrimary::Frame wire;
};

struct TrialResult {
  std::vector<std::string> wrong;
  SwitchStatus status;
  bool failed = false;  // the primary did
  bool failed_again = false;
  std::uint64_t longest = 0;  // inputs from an order's own to its leaving
  std::uint64_t late = 0;     // orders that did not leave at once
  Ledger ledger;
};

// The cancels of cancel_all_first are caused by no message.
inline bool cancel_of_switch(const Event& e) { return e.event_kind() == EventKind::cancel && e.msg_type == 0; }

struct SentOrder {
  std::uint32_t quantity, leaves;  // leaves: by the outputs that have left
  std::uint64_t input;             // that it was made of
};

// Whether the inputs up to this one have ended the order.
inline bool answered(const TrialSession& s, std::uint32_t user_ref, const SentOrder& order, std::uint64_t until) {
  std::uint64_t filled = 0;
  for (const TimedInput& input : s.session->inputs().subspan(order.input, until - order.input)) {
    if (input.is_frame || input.command.user_ref != user_ref) continue;
    if (input.command.op == CommandOp::done) return true;
    if (input.command.op == CommandOp::fill) filled += input.command.quantity;
  }
  return filled >= order.quantity;
}

inline void compare_with_reference(const TrialSession& s, const SwitchTrial& t, TrialResult& r) {
  std::size_t frame = 0, event = 0;
  std::map<std::uint32_t, SentOrder> open;  // by user_ref
  std::map<std::uint32_t, bool> cancelled;
  std::map<std::uint32_t, SentOrder> awaited;  // by cancel_all_first
  std::uint64_t awaited_from = 0;
  const auto& all = r.ledger.all;
  bool cancels_seen = false;
  const auto check_awaited = [&](const Ledger::Entry& e) {
    if (e.input < awaited_from + t.options.cancel_inputs && e.input < s.session->inputs().size()) {
      for (const auto& [ref, order] : awaited) {
        if (!answered(s, ref, order, e.input))
          r.wrong.push_back(fmt::format("the shadow leads although order {} is not answered", ref));
      }
    }
    awaited.clear();
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Ledger::Entry& e = all[i];
    if (e.is_frame) {
      if (i + 1 < all.size() && !all[i + 1].is_frame && cancel_of_switch(all[i + 1].event)) continue;
      check_awaited(e);
      if (frame == s.frames.size() || e.frame != s.frames[frame].second) {
        r.wrong.push_back(fmt::format("order frame {} is not the one a sound path sends", frame));
        return;
      }
      const std::uint64_t wait = e.input - std::min(e.input, s.frames[frame].first);
      r.longest = std::max(r.longest, wait);
      r.late += wait >= t.batch;
      ++frame;
      continue;
    }
    if (cancel_of_switch(e.event)) {
      if (!open.contains(e.event.user_ref) || cancelled[e.event.user_ref])
        r.wrong.push_back(fmt::format("a cancel of order {}, which is not open", e.event.user_ref));
      cancelled[e.event.user_ref] = true;
      cancels_seen = true;
      awaited = open;
      awaited_from = e.input;
      if (i + 1 == all.size() || all[i + 1].is_frame == false ||
          !cancel_of_switch(all[std::min(i + 2, all.size() - 1)].event)) {
        for (const auto& [ref, order] : open) {
          if (!cancelled[ref] && !answered(s, ref, order, e.input))
            r.wrong.push_back(fmt::format("order {} is open and was not cancelled first", ref));
        }
      }
      continue;
    }
    check_awaited(e);
    if (event == s.events.size() || !same_event(e.event, s.events[event])) {
      r.wrong.push_back(fmt::format("output {} is not the one a sound path gives", event));
      return;
    }
    ++event;
    if (e.event.event_kind() == EventKind::order)
      open[e.event.user_ref] = {e.event.quantity, e.event.quantity, s.frames[frame - 1].first};
    if (e.event.event_kind() == EventKind::cancel) cancelled[e.event.user_ref] = true;
    if (e.event.event_kind() == EventKind::command) {
      const auto op = static_cast<CommandOp>(e.event.reason);
      const auto o = open.find(e.event.user_ref);
      if (o == open.end()) continue;
      if (op == CommandOp::fill) o->second.leaves -= std::min(o->second.leaves, e.event.quantity);
      if (op == CommandOp::done || (op == CommandOp::fill && o->second.leaves == 0)) {
        cancelled.erase(o->first);
        open.erase(o);
      }
    }
  }
  if (cancels_seen && t.options.policy != SwitchPolicy::cancel_all_first)
    r.wrong.push_back("a cancel nobody asked for");
  if (frame != s.frames.size())
    r.wrong.push_back(fmt::format("{} of {} orders were never sent", s.frames.size() - frame, s.frames.size()));
  if (event != s.events.size()) r.wrong.push_back(fmt::format("{} outputs are missing", s.events.size() - event));
}

// An input lost may change nothing, and a stall that ends is none.
inline bool may_recover(Failure f) { return f == Failure::loses_input || f == Failure::stalls_a_while; }

inline TrialResult run_trial(const TrialSession& s, const SwitchTrial& t) {
  TrialResult r;
  unsigned made = 0;
  const auto make_primary = [&](PathSink& sink) -> std::unique_ptr<Path> {
    return ++made == 1 ? std::make_unique<FaultyPrimary>(t.fault, s.config, sink, r.failed, t.wire)
                       : std::make_unique<FaultyPrimary>(t.second, s.config, sink, r.failed_again);
  };
  SwitchPath path(
      "switch:faulty:|sw:", s.config, make_primary,
      [&](PathSink& sink) { return make_software_path(s.config, sink, false); }, r.ledger, t.options);
  std::mt19937_64 rng(t.seed);
  // The harness, not what the path says of itself, knows when nothing may leave: a primary that led has failed, and
  // nobody has taken over.
  SwitchStatus before = path.status();
  bool waiting = false;
  std::uint64_t waiting_since = 0, frames_then = 0;
  std::uint64_t cancelling_since = 0;
  bool by_hand = false;
  const auto look = [&] {
    if (r.ledger.input >= t.take_over_at && !by_hand && path.state() == SwitchState::primary_leads) {
      by_hand = true;
      if (const std::string refused = path.take_over(); !refused.empty())
        r.wrong.push_back("the operator could not take over from a primary that leads: " + refused);
    }
    const SwitchStatus now = path.status();
    if (t.options.policy == SwitchPolicy::manual && before.state == SwitchState::primary_leads &&
        now.faults > before.faults) {
      waiting = true;
      waiting_since = r.ledger.input;
      frames_then = r.ledger.order_frames;
    }
    if (waiting && r.ledger.order_frames != frames_then) {
      r.wrong.push_back("an order left while the operator was waited for");
      waiting = false;
    }
    if (waiting && r.ledger.input - waiting_since >= t.reaction) {
      if (const std::string refused = path.take_over(); !refused.empty())
        r.wrong.push_back("the operator could not take over: " + refused);
      waiting = false;
    }
    if (now.state != SwitchState::cancelling) cancelling_since = 0;
    if (now.state == SwitchState::cancelling) {
      if (cancelling_since == 0) {
        cancelling_since = r.ledger.input;
        frames_then = r.ledger.order_frames;
      }
      if (r.ledger.order_frames != frames_then) r.wrong.push_back("an order left before the cancels were answered");
    }
    if (r.ledger.input >= t.hand_back_at && now.state == SwitchState::shadow_leads && now.attempts == 0)
      path.hand_back();
    if (now.hand_backs > before.hand_backs && now.attempts == 1 && r.failed_again && !may_recover(t.second.failure))
      r.wrong.push_back("a primary made afresh that had failed was handed back to");
    before = path.status();
  };
  s.session->play(
      t.batch,
      [&](std::span<const TimedInput> inputs) {
        r.ledger.input += inputs.size();
        path.submit(inputs);
        look();
      },
      [&](const Bank& bank) { path.load_inactive_bank(bank); });
  path.finish();
  if (path.status().state == SwitchState::held) path.take_over();
  r.status = path.status();
  r.wrong.insert(r.wrong.end(), r.ledger.wrong.begin(), r.ledger.wrong.end());
  compare_with_reference(s, t, r);
  // A wait begins with the batch that the order belongs to and ends with the one in which it is noticed.
  std::uint64_t bound = t.options.stall_inputs + t.batch - 1;
  if (t.options.policy == SwitchPolicy::manual) bound += t.reaction + t.batch;
  if (t.options.policy == SwitchPolicy::cancel_all_first) bound += t.options.cancel_inputs + t.batch;
  if (r.longest > bound) r.wrong.push_back(fmt::format("an order left after {} inputs, expected {}", r.longest, bound));
  // What an operator has taken over from may have failed unseen.
  if (r.failed && !by_hand && t.fault.failure != Failure::loses_input && r.status.faults == 0)
    r.wrong.push_back("the fault was not noticed");
  // While it catches up or proves itself the session may end before a stall is one.
  if (r.failed_again && !by_hand && !may_recover(t.second.failure) && r.status.faults < 2 &&
      r.status.state == SwitchState::primary_leads)
    r.wrong.push_back("a primary made afresh leads although it has failed");
  if (!r.failed_again && r.status.faults > 1)
    r.wrong.push_back("a sound primary made afresh was taken for a failed one: " + r.status.detail);
  if (!r.failed && !r.failed_again && r.status.faults != 0)
    r.wrong.push_back("a fault was seen where there was none: " + r.status.detail);
  return r;
}

// One of all there can be.
inline SwitchTrial random_trial(std::uint64_t seed, std::size_t inputs) {
  std::mt19937_64 rng(seed * 0x9E37'79B9'7F4A'7C15 + 1);
  const auto pick = [&rng](std::uint64_t n) { return rng() % n; };
  const auto fault = [&](std::uint64_t until) {
    return Fault{static_cast<Failure>(pick(kFailures)), 1 + pick(until), pick(2) != 0};
  };
  SwitchTrial t;
  t.seed = seed;
  t.fault = fault(inputs);
  t.options.policy = static_cast<SwitchPolicy>(seed % 3);
  t.batch = pick(2) == 0 ? 1 : 1 + pick(16);
  t.options.stall_inputs = t.fault.lags ? 48 + pick(30) : 1 + pick(60);
  t.options.cancel_inputs = 1 + pick(120);
  t.reaction = pick(100);
  if (pick(2) == 0) {
    t.options.hand_back = pick(2) == 0 ? HandBack::automatic : HandBack::manual;
    t.hand_back_at = pick(inputs);
    t.options.retry_inputs = pick(60);
    t.options.catch_up = 2 + pick(30);
    t.options.healthy_inputs = 1 + pick(60);
    t.options.stall_inputs = 48 + pick(30);
    if (pick(2) == 0) {
      t.second = fault(inputs);
    } else {
      t.second = {Failure::none, UINT64_MAX, pick(2) != 0};
    }
  }
  if (pick(6) == 0) t.take_over_at = 1 + pick(inputs);
  return t;
}

}  // namespace twinpath::test
