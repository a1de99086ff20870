// The records of hw/rtl/twinpath_types.svh as C++, and how they lie in a Verilated port: fields are listed from the
// most significant bit down, exactly as the packed structs declare them.
#pragma once
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "host/core/config.h"
#include "host/core/event.h"

namespace twinpath::rtl {

// Collects fields from the most significant down, then yields 32-bit words, least significant first.
class BitWriter {
 public:
  template <class T>
  void field(const T& value, unsigned width) {
    fields_.emplace_back(static_cast<std::uint64_t>(value), width);
  }
  // Writes to an integer port or a VlWide.
  template <class Port>
  void store(Port& port) const {
    std::array<std::uint32_t, 64> words{};
    unsigned at = 0;
    for (auto f = fields_.rbegin(); f != fields_.rend(); ++f) {
      for (unsigned b = 0; b < f->second; ++b, ++at) words[at / 32] |= ((f->first >> b & 1U) != 0 ? 1U : 0U) << at % 32;
    }
    if constexpr (std::is_integral_v<Port>) {
      port = static_cast<Port>(words[0] | std::uint64_t{words[1]} << 32);
    } else {
      for (unsigned w = 0; w < (at + 31) / 32; ++w) port.at(w) = words[w];
    }
  }

 private:
  std::vector<std::pair<std::uint64_t, unsigned>> fields_;
};

// Takes fields from the most significant down.
class BitReader {
 public:
  template <class Port>
  BitReader(const Port& port, unsigned width) : at_(width) {
    for (unsigned w = 0; w < (width + 31) / 32; ++w) words_.push_back(port.at(w));
  }
  template <class T>
  void field(T& value, unsigned width) {
    std::uint64_t v = 0;
    for (unsigned b = 0; b < width; ++b) {
      --at_;
      v = v << 1 | (words_[at_ / 32] >> at_ % 32 & 1U);
    }
    value = static_cast<T>(v);
  }

 private:
  std::vector<std::uint32_t> words_;
  unsigned at_;
};

enum Op : std::uint8_t { kAdd = 1, kExecute, kCancel, kDelete, kReplace, kTrade, kState, kCommand };
enum SideState : std::uint8_t { kEmpty = 0, kQuoted = 1, kUnknown = 2 };

struct HostCommand {
  std::uint8_t op = 0, flags = 0;
  std::uint16_t symbol = 0;
  std::uint32_t user_ref = 0, quantity = 0, price = 0;
  template <class A>
  void visit(A& a) {
    a.field(op, 8), a.field(flags, 8), a.field(symbol, 16), a.field(user_ref, 32), a.field(quantity, 32),
        a.field(price, 32);
  }
};

struct Stamps {
  std::uint16_t first_beat = 0, last_byte = 0, decoded = 0, looked_up = 0, booked = 0, decided = 0, checked = 0;
  template <class A>
  void visit(A& a) {
    for (auto* s : {&first_beat, &last_byte, &decoded, &looked_up, &booked, &decided, &checked}) a.field(*s, 16);
  }
};

struct Msg {
  std::uint8_t op = 0, symbol = 0;
  std::uint64_t order_ref = 0, new_order_ref = 0;
  bool side = false;
  std::uint32_t shares = 0, price = 0;
  bool priced = false, printable = false;
  std::uint8_t reason = 0, argument = 0;
  HostCommand command;
  std::uint64_t stamp = 0, sequence = 0;
  std::uint32_t frame = 0;
  std::uint16_t msg_index = 0;
  std::uint8_t msg_type = 0;
  Stamps stamps;
  template <class A>
  void visit(A& a) {
    a.field(op, 4), a.field(symbol, 8), a.field(order_ref, 64), a.field(new_order_ref, 64), a.field(side, 1);
    a.field(shares, 32), a.field(price, 32), a.field(priced, 1), a.field(printable, 1), a.field(reason, 8);
    a.field(argument, 8), command.visit(a);
    a.field(stamp, 48), a.field(sequence, 64), a.field(frame, 32), a.field(msg_index, 16), a.field(msg_type, 8);
    stamps.visit(a);
  }
};

struct Bbo {
  std::uint8_t bid_state = 0;
  std::uint32_t bid_price = 0, bid_quantity = 0;
  std::uint8_t ask_state = 0;
  std::uint32_t ask_price = 0, ask_quantity = 0;
  bool operator==(const Bbo&) const = default;
  template <class A>
  void visit(A& a) {
    a.field(bid_state, 2), a.field(bid_price, 32), a.field(bid_quantity, 32);
    a.field(ask_state, 2), a.field(ask_price, 32), a.field(ask_quantity, 32);
  }
};

struct Booked {
  Msg msg;
  bool effect = false;
  Bbo before, after;
  bool sticky_before = false, sticky_after = false;
  bool trade = false, trade_side = false;
  std::uint32_t trade_price = 0, trade_quantity = 0;
  bool trade_through = false;
  template <class A>
  void visit(A& a) {
    msg.visit(a), a.field(effect, 1), before.visit(a), after.visit(a), a.field(sticky_before, 1),
        a.field(sticky_after, 1);
    a.field(trade, 1), a.field(trade_side, 1), a.field(trade_price, 32), a.field(trade_quantity, 32);
    a.field(trade_through, 1);
  }
};

// What the book says of a message in B.
struct Outlook {
  bool valid = false, side = false;
  Bbo before, here;
  bool whole = false;  // the other quantity is the side's `rest`, else its `other`
  struct Side {
    std::uint32_t rest = 0, other = 0, second_price = 0, second_quantity = 0;
  };
  Side bid, ask;
  std::uint32_t price = 0, shares = 0;
  std::uint32_t trade_price = 0, trade_quantity = 0;
  std::uint64_t stamp = 0;
  template <class A>
  void visit(A& a) {
    a.field(valid, 1), a.field(side, 1), before.visit(a), here.visit(a), a.field(whole, 1);
    for (Side* s : {&bid, &ask}) a.field(s->rest, 32), a.field(s->other, 32);
    a.field(price, 32), a.field(shares, 32);
    for (Side* s : {&bid, &ask}) a.field(s->second_price, 32), a.field(s->second_quantity, 32);
    a.field(trade_price, 32), a.field(trade_quantity, 32), a.field(stamp, 48);
  }
};

struct Working {
  bool open = false, cancel_sent = false, side = false;
  std::uint32_t price = 0, user_ref = 0;
};

struct Order {
  static constexpr unsigned kWidth = 106;
  bool cancel = false, side = false;
  std::uint8_t symbol = 0;
  std::uint32_t user_ref = 0, quantity = 0, price = 0;
  bool operator==(const Order&) const = default;
  template <class A>
  void visit(A& a) {
    a.field(cancel, 1), a.field(side, 1), a.field(symbol, 8), a.field(user_ref, 32), a.field(quantity, 32);
    a.field(price, 32);
  }
};

// The record as it stands, to a port and back.
template <class Record, class Port>
void to_port(Record record, Port& port) {
  BitWriter w;
  record.visit(w);
  w.store(port);
}
template <class Record, class Port>
Record from_port(const Port& port) {
  Record record;
  BitReader r(port, Record::kWidth);
  record.visit(r);
  return record;
}

// One write of the configuration bus.
struct CfgWrite {
  bool valid = true;
  std::uint8_t table = 0;
  std::uint16_t index = 0;
  std::uint8_t word = 0;
  std::uint32_t data = 0;
  template <class A>
  void visit(A& a) {
    a.field(valid, 1), a.field(table, 4), a.field(index, 16), a.field(word, 5), a.field(data, 32);
  }
};

inline std::uint16_t record_index(unsigned bank, unsigned symbol) {
  return static_cast<std::uint16_t>(bank << 8 | symbol);
}

// Words of the tables of twinpath_types.svh.
inline std::vector<CfgWrite> words_of(std::uint8_t table, std::uint16_t index,
                                      const std::vector<std::uint32_t>& words) {
  std::vector<CfgWrite> out;
  for (std::size_t n = 0; n < words.size(); ++n)
    out.push_back({true, table, index, static_cast<std::uint8_t>(n), words[n]});
  return out;
}
inline std::vector<CfgWrite> cfg_rules(unsigned bank, unsigned symbol, const RuleRecord& r) {
  const std::uint32_t flags = (r.cancel.enabled ? 1U : 0U) | (r.take.enabled ? 2U : 0U) |
                              (r.imbalance.enabled ? 4U : 0U) | (r.momentum.enabled ? 8U : 0U) |
                              (r.lead_lag.enabled ? 16U : 0U) | r.take.sides << 8U | r.imbalance.sides << 10U |
                              r.momentum.sides << 12U | r.lead_lag.sides << 14U | (r.momentum.large ? 1U << 16 : 0U) |
                              (r.momentum.through ? 1U << 17 : 0U) | std::uint32_t{r.lead_lag.lagger} << 24;
  return words_of(3, record_index(bank, symbol),
                  {flags, r.cancel.distance, r.cancel.cooldown, r.take.quantity, r.take.cooldown, r.take.fair,
                   r.take.edge, r.imbalance.quantity, r.imbalance.cooldown, r.imbalance.ratio, r.imbalance.min_quantity,
                   r.imbalance.max_spread, r.momentum.quantity, r.momentum.cooldown, r.momentum.min_shares,
                   r.lead_lag.quantity, r.lead_lag.cooldown, r.lead_lag.threshold});
}
inline std::vector<CfgWrite> cfg_limits(unsigned bank, unsigned symbol, const LimitRecord& l) {
  return words_of(
      4, record_index(bank, symbol),
      {(l.permit_buy ? 1U : 0U) | (l.permit_sell ? 2U : 0U), l.max_quantity, static_cast<std::uint32_t>(l.max_notional),
       static_cast<std::uint32_t>(l.max_notional >> 32), l.collar, l.reference_price, l.max_position});
}
inline std::vector<CfgWrite> cfg_global(unsigned bank, const GlobalLimits& g) {
  return words_of(5, static_cast<std::uint16_t>(bank),
                  {static_cast<std::uint32_t>(g.max_gross), static_cast<std::uint32_t>(g.max_gross >> 32),
                   g.max_open_orders, g.rate_interval, static_cast<std::uint32_t>(g.rate_tolerance),
                   static_cast<std::uint32_t>(g.rate_tolerance >> 32), g.duplicate_window});
}
inline std::vector<CfgWrite> cfg_control(bool start_trading, bool any_session, bool book_events, bool armed,
                                         std::uint32_t first_user_ref) {
  return words_of(8, 0,
                  {(start_trading ? 1U : 0U) | (any_session ? 2U : 0U) | (book_events ? 4U : 0U) | (armed ? 8U : 0U),
                   first_user_ref});
}

// What the order frames are made of (SEM 6).
struct FrameTemplate {
  std::array<std::uint8_t, 42> enter{}, cancel{};
  std::array<std::uint8_t, 5> attributes{'3', 'Y', 'P', 'N', 'N'};
  std::array<std::uint8_t, 6> cl_ord_id{'T', 'W', 'I', 'N', '-', ' '};
};
inline std::vector<CfgWrite> cfg_template(const FrameTemplate& t) {
  const auto pack = [](std::uint16_t index, std::vector<std::uint8_t> bytes) {
    bytes.resize((bytes.size() + 3) / 4 * 4);
    std::vector<std::uint32_t> words;
    for (std::size_t i = 0; i < bytes.size(); i += 4) {
      words.push_back(std::uint32_t{bytes[i]} << 24 | std::uint32_t{bytes[i + 1]} << 16 |
                      std::uint32_t{bytes[i + 2]} << 8 | bytes[i + 3]);
    }
    return words_of(6, index, words);
  };
  std::vector<std::uint8_t> fields(t.attributes.begin(), t.attributes.end());
  fields.insert(fields.end(), t.cl_ord_id.begin(), t.cl_ord_id.end());
  std::vector<CfgWrite> out = pack(0, {t.enter.begin(), t.enter.end()});
  for (const auto& part : {pack(1, {t.cancel.begin(), t.cancel.end()}), pack(2, fields)}) {
    out.insert(out.end(), part.begin(), part.end());
  }
  return out;
}
inline std::vector<CfgWrite> cfg_name(unsigned symbol, const std::array<char, 8>& name) {
  std::vector<CfgWrite> out;
  for (unsigned half = 0; half < 2; ++half) {
    std::uint32_t word = 0;
    for (unsigned i = 0; i < 4; ++i) word = word << 8 | static_cast<std::uint8_t>(name[4 * half + i]);
    out.push_back({true, 2, static_cast<std::uint16_t>(symbol), static_cast<std::uint8_t>(2 + half), word});
  }
  return out;
}

// The event in a 1,024-bit port.
template <class Port>
Event event_of(const Port& port) {
  Event e;
  std::array<std::uint32_t, 32> words;
  for (unsigned w = 0; w < 32; ++w) words[w] = port.at(w);
  std::memcpy(&e, words.data(), sizeof e);
  return e;
}

// One clock of any Verilated block whose inputs are set: what its outputs say is true until the rising edge.
template <class Dut>
void settle(Dut& dut) {
  dut.clk_i = 0;
  dut.eval();
}
template <class Dut>
void rise(Dut& dut) {
  dut.clk_i = 1;
  dut.eval();
}
template <class Dut>
void reset(Dut& dut) {
  dut.rst_i = 1;
  for (int i = 0; i < 3; ++i) settle(dut), rise(dut);
  dut.rst_i = 0;
}
template <class Dut>
void configure(Dut& dut, const std::vector<CfgWrite>& writes) {
  for (const CfgWrite& w : writes) to_port(w, dut.cfg_i), settle(dut), rise(dut);
  to_port(CfgWrite{.valid = false}, dut.cfg_i);
}

}  // namespace twinpath::rtl
