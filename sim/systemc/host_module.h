// Host software: events from the card, answers from the venue, and the commands that the card is told of them. One
// answer at a time.
#pragma once
#include <deque>
#include <map>
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
      ++events_taken;
      if (e.event_kind() == EventKind::order) symbols_[e.user_ref] = e.symbol;
    };
    SC_METHOD(serve);
    sensitive << served_;
    dont_initialize();
    SC_METHOD(command_of_its_own);
    sensitive << own_due_;
    dont_initialize();
    if (!options_.commands.empty()) notify_at(own_due_, ExchangeFeed::kBegin + options_.commands.front().at);
  }

  // An answer is served when all of it is there and those before it are.
  void frame(const PacketPtr& packet, std::uint64_t byte_ps) override {
    const Picoseconds there = now() + Picoseconds{(packet->bytes.size() + Wire::kFcs) * byte_ps};
    free_ = std::max(there, free_) + options_.host_service +
            Picoseconds{ExchangeFeed::uniform(random_, options_.host_jitter.value)};
    serving_.push_back({free_, packet});
    notify_at(served_, serving_.front().first);
  }

  std::uint64_t events_taken = 0, commands_sent = 0;

 private:
  void serve() {
    for (; !serving_.empty() && serving_.front().first <= now(); serving_.pop_front()) {
      const std::span<const std::uint8_t> bytes(serving_.front().second->bytes);
      Command c;
      const auto answered = [&](const auto& m) {
        c.user_ref = m.user_ref_num;
        c.symbol = symbols_[c.user_ref];
      };
      ouch::visit(bytes.subspan(kAnswerHeader), [&](const auto& m, std::span<const std::uint8_t>) {
        using M = std::remove_cvref_t<decltype(m)>;
        if constexpr (std::is_same_v<M, ouch::Accepted>) {
          answered(m);
          c.op = CommandOp::ack;
        } else if constexpr (std::is_same_v<M, ouch::Executed>) {
          answered(m);
          c.op = CommandOp::fill;
          c.quantity = m.quantity;
          c.price = static_cast<std::uint32_t>(m.price);
        } else if constexpr (std::is_same_v<M, ouch::Canceled>) {
          answered(m);
          c.op = CommandOp::done;
        }
      });
      if (c.op != CommandOp::none) tell(c);
    }
    if (!serving_.empty()) notify_at(served_, serving_.front().first);
  }

  void command_of_its_own() {
    const auto& all = options_.commands;
    for (; next_ < all.size() && ExchangeFeed::kBegin + all[next_].at <= now(); ++next_) tell(all[next_].command);
    if (next_ < all.size()) notify_at(own_due_, ExchangeFeed::kBegin + all[next_].at);
  }

  void tell(const Command& c) {
    ++commands_sent;
    post(commands, 0, c);
  }

  const PlatformOptions& options_;
  venue::Random random_;
  std::map<std::uint32_t, std::uint16_t> symbols_;  // of orders, by user_ref
  Picoseconds free_{};
  std::deque<std::pair<Picoseconds, PacketPtr>> serving_;
  std::size_t next_ = 0;
  sc_core::sc_event served_, own_due_;
};

}  // namespace twinpath::platform
