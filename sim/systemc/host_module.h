// Host software: events from the card, answers from the venue, and the commands that the card is told of them and of
// what goes wrong. One thing at a time.
#pragma once
#include <deque>
#include <map>
#include <queue>
#include <systemc>

#include "sim/systemc/network_modules.h"
#include "sim/systemc/pcie_module.h"
#include "sim/systemc/venue_module.h"

namespace twinpath::platform {

class Host : public sc_core::sc_module, public FrameIf {
 public:
  RecordTarget<Event> events{"events"};
  tlm_utils::simple_initiator_socket<Host> commands{"commands"};

  SC_HAS_PROCESS(Host);
  Host(sc_core::sc_module_name name, const PlatformOptions& options)
      : sc_module(name), options_(options), random_(options.seed * 4 + 3) {
    events.take = [this](const Event& e) {
      ring_.push_back(e);
      notify_at(read_due_, behind_outages(options_.host_pauses, now()));
    };
    events.give = [this](std::uint64_t number, std::span<unsigned char> out) {
      const auto record = records_.find(number);
      if (record == records_.end() || out.size() != sizeof(CommandRecord)) return false;
      std::memcpy(out.data(), &record->second, sizeof(CommandRecord));
      records_.erase(record);
      return true;
    };
    SC_METHOD(read);
    sensitive << read_due_;
    dont_initialize();
    SC_METHOD(serve);
    sensitive << served_;
    dont_initialize();
    SC_METHOD(tell_own);
    sensitive << own_due_;
    dont_initialize();
    for (const auto& c : options_.commands) {
      if (!c.in_burst) plan(kBegin + c.at, [this, c] { tell(c.command); });
    }
    for (const Outage& o : options_.session_drops) {
      plan(kBegin + o.at + options_.session_detect, [this] { tell(CommandOp::kill); });
      plan(kBegin + o.at + o.length, [this] { unanswered_before_ = now(); });
      plan(kBegin + o.at + o.length + options_.session_settle, [this] { settle_session(); });
    }
    for (const Outage& o : options_.card_resets) plan(kBegin + o.at + o.length, [this] { restore_positions(); });
  }

  // An answer is served when all of it is there and those before it are.
  void frame(PacketPtr packet, Picoseconds at, std::uint64_t byte_ps) override {
    const Picoseconds there = at + Picoseconds{(packet->bytes.size() + Wire::kFcs) * byte_ps};
    free_ = behind_outages(options_.host_pauses, std::max(there, free_)) + options_.host_service +
            Picoseconds{ExchangeFeed::uniform(random_, options_.host_jitter.value)};
    longest_ = std::max(longest_, free_ - there);
    serving_.push_back({free_, std::move(packet)});
    notify_at(served_, serving_.front().first);
  }
  // At `burst`, not over yet, the feed is in the burst that commands wait for.
  void on_burst(Picoseconds burst) {
    for (const auto& c : options_.commands) {
      if (c.in_burst) plan(burst + c.at, [this, c] { tell(c.command); });
    }
  }

  std::uint64_t events_taken = 0, events_told_lost = 0, commands_sent = 0;
  // From an answer to its command.
  Picoseconds longest() const noexcept { return longest_; }

 private:
  struct Known {
    std::uint16_t symbol = 0;
    bool buy = false;
    bool answered = false;
    Picoseconds read_at{};
    unsigned reset = 0;  // of the card, how many were before
  };
  struct Planned {
    Picoseconds at;
    std::uint64_t number;
    std::function<void()> act;
    bool operator>(const Planned& o) const noexcept { return at != o.at ? at > o.at : number > o.number; }
  };

  void plan(Picoseconds at, std::function<void()> act) {
    planned_.push({behind_outages(options_.host_pauses, at), planned_count_++, std::move(act)});
    notify_at(own_due_, planned_.top().at);
  }
  void tell_own() {
    while (!planned_.empty() && planned_.top().at <= now()) {
      const auto act = planned_.top().act;
      planned_.pop();
      act();
    }
    if (!planned_.empty()) notify_at(own_due_, planned_.top().at);
  }

  void read() {
    for (; !ring_.empty(); ring_.pop_front()) on_event(ring_.front());
    // Room is given back now and then, not with every event.
    if (options_.ring_events == 0 || events_taken - told_read_ < std::max<std::uint64_t>(options_.ring_events / 4, 1))
      return;
    told_read_ = events_taken;
    HostWrite w;
    w.kind = HostWrite::Kind::events_read;
    w.number = events_taken;
    post(commands, w);
  }
  void on_event(const Event& e) {
    ++events_taken;
    events_told_lost += e.stages[9];
    if (e.event_kind() == EventKind::order) {
      Known& order = orders_[e.user_ref];
      order = {e.symbol, e.side == 0, order.answered, now(), resets_};
    }
    if (e.event_kind() == EventKind::state && e.reason == static_cast<std::uint8_t>(StateReason::gap_lost) &&
        options_.host_recovery)
      plan(now() + *options_.host_recovery, [this] { tell(CommandOp::trust); });
  }

  void serve() {
    for (; !serving_.empty() && serving_.front().first <= now(); serving_.pop_front()) {
      const std::span<const std::uint8_t> bytes(serving_.front().second->bytes);
      Command c;
      ouch::visit_answer(bytes.subspan(kAnswerHeader), [&](const auto& m, std::span<const std::uint8_t>) {
        using M = std::remove_cvref_t<decltype(m)>;
        if constexpr (std::is_same_v<M, ouch::Accepted>) {
          c = about(m.user_ref_num, CommandOp::ack);
        } else if constexpr (std::is_same_v<M, ouch::Executed>) {
          c = filled(m.user_ref_num, m.quantity, static_cast<std::uint32_t>(m.price));
        } else if constexpr (std::is_same_v<M, ouch::Canceled>) {
          c = about(m.user_ref_num, CommandOp::done);
        }
      });
      if (c.op != CommandOp::none) tell(c, serving_.front().second->published);
    }
    if (!serving_.empty()) notify_at(served_, serving_.front().first);
  }
  Command about(std::uint32_t user_ref, CommandOp op) {
    Known& order = orders_[user_ref];
    order.answered = true;
    Command c;
    c.op = op;
    c.user_ref = user_ref;
    c.symbol = order.symbol;
    return c;
  }
  // The card of an order that is filled may have been reset since: that one is told where its symbol stands.
  Command filled(std::uint32_t user_ref, std::uint32_t quantity, std::uint32_t price) {
    Command c = about(user_ref, CommandOp::fill);
    const Known& order = orders_[user_ref];
    std::int64_t& position = positions_[order.symbol];
    position += order.buy ? std::int64_t{quantity} : -std::int64_t{quantity};
    c.quantity = quantity;
    c.price = price;
    return order.reset == resets_ ? c : standing(order.symbol);
  }
  Command standing(std::uint16_t symbol) {
    Command c;
    c.op = CommandOp::position;
    c.symbol = symbol;
    c.price = static_cast<std::uint32_t>(static_cast<std::int32_t>(positions_[symbol]));
    return c;
  }

  // The session is back and has said all it had to: what it never answered, it never had.
  void settle_session() {
    for (auto& [user_ref, order] : orders_) {
      if (!order.answered && order.read_at <= unanswered_before_) tell(about(user_ref, CommandOp::done));
    }
    tell(CommandOp::release);
  }
  void restore_positions() {
    ++resets_;
    for (const auto& [symbol, position] : positions_) tell(standing(symbol));
  }

  void tell(CommandOp op) {
    Command c;
    c.op = op;
    if (op == CommandOp::trust) c.symbol = 0xFFFF;
    tell(c);
  }
  // `answered`: when the venue said what this is about.
  void tell(const Command& c, Picoseconds answered = {}) {
    ++commands_sent;
    if (options_.fault == Fault::lose_commands && commands_sent % 50 == 0) return;
    HostWrite w;
    w.record.command = c;
    w.record.answered = answered.value;
    w.number = commands_sent;
    if (options_.pcie.fetch) {
      w.kind = HostWrite::Kind::doorbell;
      records_[w.number] = w.record;
      w.record = {};
    }
    post(commands, w);
  }

  const PlatformOptions& options_;
  venue::Random random_;
  std::deque<Event> ring_;                 // that was written and not read yet
  std::map<std::uint32_t, Known> orders_;  // by user_ref
  std::map<std::uint16_t, std::int64_t> positions_;
  std::map<std::uint64_t, CommandRecord> records_;  // that the card has not read
  unsigned resets_ = 0;
  Picoseconds unanswered_before_{};
  std::uint64_t told_read_ = 0;
  Picoseconds free_{}, longest_{};
  std::deque<std::pair<Picoseconds, PacketPtr>> serving_;
  std::priority_queue<Planned, std::vector<Planned>, std::greater<>> planned_;
  std::uint64_t planned_count_ = 0;
  sc_core::sc_event read_due_, served_, own_due_;
};

}  // namespace twinpath::platform
