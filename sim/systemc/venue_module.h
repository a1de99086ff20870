// The venue: takes order frames (OUCH 5.0 in UDP), and answers as the response model says, in OUCH 5.0 over a wire to
// the host.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <systemc>

#include "host/order/order_frame.h"
#include "host/path/exchange_responder.h"
#include "host/wire/ouch50.h"
#include "sim/systemc/network_modules.h"

namespace twinpath::platform {

// Ethernet, IPv4 and TCP headers and the SoupBinTCP packet header in front of an answer. Their bytes stay zero: only
// their length counts.
inline constexpr std::size_t kAnswerHeader = 14 + 20 + 20 + 3;

class Venue : public sc_core::sc_module, public FrameIf {
 public:
  struct Arrival {
    PacketPtr packet;
    Picoseconds at;  // last bit of the FCS
  };

  SC_HAS_PROCESS(Venue);
  Venue(sc_core::sc_module_name name, const PlatformOptions& options, const CoreConfig& config, Wire& to_host)
      : sc_module(name),
        to_host_(to_host),
        responder_(options.venue),
        answer_loss_(options.answer_loss),
        random_(options.seed * 4 + 2),
        drops_(options.session_drops) {
    for (std::size_t i = 0; i < config.symbols.size(); ++i)
      symbols_[std::string(config.symbols[i].name.data(), 8)] = static_cast<std::uint16_t>(i);
    SC_METHOD(take);
    sensitive << taken_;
    dont_initialize();
    SC_METHOD(answer);
    sensitive << answer_due_;
    dont_initialize();
    SC_METHOD(session);
    sensitive << session_due_;
    dont_initialize();
    if (!drops_.empty()) notify_at(session_due_, kBegin + drops_.front().at);
  }

  void frame(PacketPtr packet, Picoseconds at, std::uint64_t byte_ps) override {
    const std::uint64_t bytes = std::max<std::uint64_t>(packet->bytes.size(), Wire::kLeast) + Wire::kFcs;
    coming_.push_back({std::move(packet), at + Picoseconds{bytes * byte_ps}});
    notify_at(taken_, coming_.front().at);
  }

  const std::vector<Arrival>& arrivals() const noexcept { return arrivals_; }
  const std::array<std::int64_t, kSymbols>& positions() const noexcept { return positions_; }
  const std::uint64_t& answers() const noexcept { return answers_; }
  std::uint64_t lost() const noexcept { return lost_; }
  std::uint64_t fills() const noexcept { return fills_; }
  const std::uint64_t& refused() const noexcept { return refused_; }

 private:
  struct Live {
    std::uint16_t symbol;
    bool buy;
    std::uint32_t quantity;
  };

  void take() {
    for (; !coming_.empty() && coming_.front().at <= now(); coming_.pop_front()) {
      if (in_outage(drops_, now())) {
        if (coming_.front().packet->bytes[kOrderHeaderBytes] == ouch::EnterOrder::kType) ++refused_;
        continue;
      }
      arrivals_.push_back(std::move(coming_.front()));
      const std::span<const std::uint8_t> bytes(arrivals_.back().packet->bytes);
      std::span<const std::uint8_t> none;
      Event e{};
      e.time = cycle_at(now()).value;
      // A frame that is padded to the Ethernet minimum is longer than its message.
      ouch::EnterOrder enter;
      ouch::CancelOrder cancel;
      const auto message = bytes.subspan(kOrderHeaderBytes);
      if (ouch::decode(message.first(std::min<std::size_t>(47, message.size())), enter, none) ==
          ouch::DecodeError::none) {
        const auto symbol = symbols_.find(std::string(enter.symbol.begin(), enter.symbol.end()));
        if (symbol == symbols_.end()) continue;
        e.kind = static_cast<std::uint8_t>(EventKind::order);
        e.user_ref = enter.user_ref_num;
        e.symbol = symbol->second;
        e.quantity = enter.quantity;
        e.price = static_cast<std::uint32_t>(enter.price);
        live_[e.user_ref] = {e.symbol, enter.side == 'B', e.quantity};
      } else if (ouch::decode(message.first(9), cancel, none) == ouch::DecodeError::none) {
        e.kind = static_cast<std::uint8_t>(EventKind::cancel);
        e.user_ref = cancel.user_ref_num;
      }
      responder_.on_event(e);
    }
    if (!coming_.empty()) notify_at(taken_, coming_.front().at);
    schedule();
  }

  void schedule() {
    const Cycles due = responder_.next_due();
    if (due.value != UINT64_MAX) notify_at(answer_due_, edge(due));
  }

  void answer() {
    while (const auto next = responder_.next(cycle_at(now()))) {
      const auto live = live_.find(next->command.user_ref);
      if (live == live_.end()) continue;  // filled or cancelled meanwhile
      Live& order = live->second;
      const auto stamped = [&](auto m) {
        m.timestamp = now().value / 1000;
        m.user_ref_num = next->command.user_ref;
        return m;
      };
      switch (next->command.op) {
        case CommandOp::ack: {
          auto m = stamped(ouch::Accepted{});
          m.quantity = order.quantity;
          send(m);
          break;
        }
        case CommandOp::fill: {
          auto m = stamped(ouch::Executed{});
          m.quantity = std::min(next->command.quantity, order.quantity);
          m.price = next->command.price;
          positions_[order.symbol] += order.buy ? std::int64_t{m.quantity} : -std::int64_t{m.quantity};
          ++fills_;
          order.quantity -= m.quantity;
          if (order.quantity == 0) live_.erase(live);
          send(m);
          break;
        }
        default: {
          auto m = stamped(ouch::Canceled{});
          m.quantity = order.quantity;
          live_.erase(live);
          send(m);
          break;
        }
      }
    }
    schedule();
  }

  // A session that drops takes its open orders with it; what the venue has to say waits until it is back.
  void session() {
    const Outage& drop = drops_[session_ / 2];
    if (session_++ % 2 == 0) {
      for (const auto& [user_ref, order] : live_) {
        ouch::Canceled m{};
        m.timestamp = now().value / 1000;
        m.user_ref_num = user_ref;
        m.quantity = order.quantity;
        send(m);
      }
      live_.clear();
      return notify_at(session_due_, kBegin + drop.at + drop.length);
    }
    for (PacketPtr& packet : held_) to_host_.send(std::move(packet), now());
    held_.clear();
    if (session_ / 2 < drops_.size()) notify_at(session_due_, kBegin + drops_[session_ / 2].at);
  }

  template <class M>
  void send(const M& m) {
    ++answers_;
    if (random_.chance(answer_loss_)) {
      ++lost_;
      return;
    }
    PacketPtr packet = make_packet();
    packet->bytes.resize(kAnswerHeader + M::kLength);
    m.write(packet->bytes.data() + kAnswerHeader);
    packet->published = now();
    if (in_outage(drops_, now())) return held_.push_back(std::move(packet));
    to_host_.send(std::move(packet), now());
  }

  Wire& to_host_;
  ExchangeResponder responder_;
  venue::Probability answer_loss_;
  venue::Random random_;
  std::map<std::string, std::uint16_t> symbols_;
  std::map<std::uint32_t, Live> live_;
  std::deque<Arrival> coming_;
  std::vector<Arrival> arrivals_;
  std::array<std::int64_t, kSymbols> positions_{};
  std::vector<Outage> drops_;
  std::size_t session_ = 0;  // how often it went down or came up
  std::vector<PacketPtr> held_;
  std::uint64_t answers_ = 0, lost_ = 0, fills_ = 0, refused_ = 0;
  sc_core::sc_event taken_, answer_due_, session_due_;
};

}  // namespace twinpath::platform
