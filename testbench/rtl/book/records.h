// tp_msg_t, tp_booked_t and tp_outlook_t of hw/rtl/twinpath_types.svh as C++ structs, and their bits.
#pragma once
#include <cstdint>
#include <ostream>

#include "testbench/rtl/book/packed.h"

namespace twinpath::rtl {

enum Op : unsigned { kAdd = 1, kExecute, kCancel, kDelete, kReplace, kTrade, kState, kCommand };
inline constexpr unsigned kTrust = 7;  // CMD_TRUST

struct Message {
  unsigned op = 0;
  unsigned symbol = 0;
  std::uint64_t reference = 0;
  std::uint64_t new_reference = 0;
  unsigned side = 0;
  std::uint32_t shares = 0;
  std::uint32_t price = 0;
  bool priced = false;
  bool printable = false;
  unsigned reason = 0;
  unsigned argument = 0;
  std::uint64_t command_high = 0;  // [63:56] op, [47:32] symbol
  std::uint64_t command_low = 0;
  std::uint64_t stamp = 0;
  std::uint64_t sequence = 0;
  std::uint32_t frame = 0;
  unsigned index = 0;
  unsigned type = 0;
  unsigned first_beat = 0;
  unsigned last_byte = 0;
  unsigned decoded = 0;

  bool operator==(const Message&) const = default;
  static Message trust(unsigned symbol) {
    Message m;
    m.op = kCommand;
    m.command_high = std::uint64_t{kTrust} << 56 | std::uint64_t{symbol} << 32;
    return m;
  }
};

enum SideState : unsigned { kEmpty, kQuoted, kUnknown };
struct Quote {
  unsigned state = 0;
  std::uint32_t price = 0;
  std::uint32_t quantity = 0;
  bool operator==(const Quote&) const = default;
};

struct BestPrices {
  Quote bid;
  Quote ask;
  bool operator==(const BestPrices&) const = default;
};

struct Booked {
  Message message;
  bool effect = false;
  BestPrices before;
  BestPrices after;
  bool sticky_before = false;
  bool sticky_after = false;
  bool trade = false;
  unsigned trade_side = 0;
  std::uint32_t trade_price = 0;
  std::uint32_t trade_quantity = 0;
  bool trade_through = false;
  bool operator==(const Booked&) const = default;
};

// What the best bid and offer can become, said a cycle before.
struct Outlook {
  bool valid = false;
  unsigned side = 0;
  BestPrices prior;
  BestPrices here;
  bool whole = false;               // all of an order goes from `sum`
  Quote sum, fresh, second, trade;  // quantity alone; both
  std::uint64_t stamp = 0;

  // The side that may change, if `pick` says which it is.
  Quote own(unsigned pick) const {
    Quote q = side ? here.ask : here.bid;
    if (pick & 1u) q.quantity = sum.quantity;
    if (pick & 2u) q = fresh;
    if (pick & 4u) q = second;
    return q;
  }
};

inline std::ostream& operator<<(std::ostream& os, const Message& m) {
  return os << "op " << m.op << " symbol " << m.symbol << " ref " << m.reference << " new " << m.new_reference
            << " side " << m.side << " shares " << m.shares << " price " << m.price << " priced " << m.priced
            << " printable " << m.printable << " sequence " << m.sequence;
}
inline std::ostream& operator<<(std::ostream& os, const BestPrices& b) {
  return os << "bid " << b.bid.state << ' ' << b.bid.price << 'x' << b.bid.quantity << " ask " << b.ask.state << ' '
            << b.ask.price << 'x' << b.ask.quantity;
}
inline std::ostream& operator<<(std::ostream& os, const Booked& b) {
  return os << "\n  [" << b.message << "] effect " << b.effect << "\n  before " << b.before << " sticky "
            << b.sticky_before << "\n  after  " << b.after << " sticky " << b.sticky_after << "\n  trade " << b.trade
            << " side " << b.trade_side << ' ' << b.trade_price << 'x' << b.trade_quantity << " through "
            << b.trade_through << '\n';
}

inline constexpr int kMessageBits = 631;
inline constexpr int kBookedBits = 965;
inline constexpr int kBestPricesBits = 132;
inline constexpr int kOutlookBits = 699;

template <class Words>
void pack(Words& words, const Message& m) {
  Packer<Words> p(words, kMessageBits);
  p.put(4, m.op)
      .put(8, m.symbol)
      .put(64, m.reference)
      .put(64, m.new_reference)
      .put(1, m.side)
      .put(32, m.shares)
      .put(32, m.price);
  p.put(1, m.priced)
      .put(1, m.printable)
      .put(8, m.reason)
      .put(8, m.argument)
      .put(64, m.command_high)
      .put(64, m.command_low);
  p.put(48, m.stamp).put(64, m.sequence).put(32, m.frame).put(16, m.index).put(8, m.type);
  p.put(16, m.first_beat).put(16, m.last_byte).put(16, m.decoded).put(64, 0);
}

template <class Words>
void unpack(Unpacker<Words>& u, BestPrices& bbo) {
  for (Quote* quote : {&bbo.bid, &bbo.ask}) {
    quote->state = static_cast<unsigned>(u.get(2));
    quote->price = static_cast<std::uint32_t>(u.get(32));
    quote->quantity = static_cast<std::uint32_t>(u.get(32));
  }
}

template <class Words>
BestPrices unpack_best_prices(const Words& words) {
  Unpacker<Words> u(words, kBestPricesBits);
  BestPrices bbo;
  unpack(u, bbo);
  return bbo;
}

template <class Words>
Outlook unpack_outlook(const Words& words) {
  Unpacker<Words> u(words, kOutlookBits);
  Outlook o;
  const auto u32 = [&] { return static_cast<std::uint32_t>(u.get(32)); };
  o.valid = u.get(1) != 0;
  o.side = static_cast<unsigned>(u.get(1));
  unpack(u, o.prior);
  unpack(u, o.here);
  o.whole = u.get(1) != 0;
  for (const unsigned side : {0u, 1u}) {
    const std::uint32_t rest = u32();
    const std::uint32_t other = u32();
    if (side == o.side) o.sum.quantity = o.whole ? rest : other;
  }
  o.fresh.price = u32();
  o.fresh.quantity = u32();
  for (const unsigned side : {0u, 1u}) {
    Quote second;
    second.price = u32();
    second.quantity = u32();
    if (side == o.side) o.second = second;
  }
  o.trade.price = u32();
  o.trade.quantity = u32();
  o.stamp = u.get(48);
  return o;
}

// Stamps that the stage fills in go to `looked_up` and `booked`.
template <class Words>
Booked unpack(const Words& words, unsigned& looked_up, unsigned& booked) {
  Unpacker<Words> u(words, kBookedBits);
  Booked b;
  Message& m = b.message;
  const auto u32 = [&] { return static_cast<std::uint32_t>(u.get(32)); };
  const auto small = [&](int width) { return static_cast<unsigned>(u.get(width)); };
  m.op = small(4);
  m.symbol = small(8);
  m.reference = u.get(64);
  m.new_reference = u.get(64);
  m.side = small(1);
  m.shares = u32();
  m.price = u32();
  m.priced = u.get(1) != 0;
  m.printable = u.get(1) != 0;
  m.reason = small(8);
  m.argument = small(8);
  m.command_high = u.get(64);
  m.command_low = u.get(64);
  m.stamp = u.get(48);
  m.sequence = u.get(64);
  m.frame = u32();
  m.index = small(16);
  m.type = small(8);
  m.first_beat = small(16);
  m.last_byte = small(16);
  m.decoded = small(16);
  looked_up = small(16);
  booked = small(16);
  u.get(32);
  b.effect = u.get(1) != 0;
  for (BestPrices* bbo : {&b.before, &b.after}) unpack(u, *bbo);
  b.sticky_before = u.get(1) != 0;
  b.sticky_after = u.get(1) != 0;
  b.trade = u.get(1) != 0;
  b.trade_side = small(1);
  b.trade_price = u32();
  b.trade_quantity = u32();
  b.trade_through = u.get(1) != 0;
  return b;
}

}  // namespace twinpath::rtl
