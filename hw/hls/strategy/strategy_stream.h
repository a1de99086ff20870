// What a strategy is told and asks, as beats of AXI4-Streams. README.md has the layouts.
#pragma once
#include <ap_axi_sdata.h>
#include <ap_int.h>

#include "host/strategy/strategy.h"

namespace kernel_strategy {

using UpdateBeat = ap_axiu<512, 1, 1, 1>;
using IntentBeat = ap_axiu<192, 1, 1, 1>;

enum UpdateKind { kBook = 1, kOrder = 2, kStatus = 3, kEnd = 4 };

// Byte `at` and what follows of a beat, as a number.
template <int kBytes, int W>
inline ap_uint<kBytes * 8> field(const ap_uint<W>& data, int at) {
#pragma HLS INLINE
  return ap_uint<kBytes * 8>(data.range(at * 8 + kBytes * 8 - 1, at * 8));
}
template <int kBytes, int W, class T>
inline void put(ap_uint<W>& data, int at, const T& value) {
#pragma HLS INLINE
  data.range(at * 8 + kBytes * 8 - 1, at * 8) = value;
}

inline UpdateBeat begin_beat(unsigned kind, twinpath::Cycles stamp) {
#pragma HLS INLINE
  UpdateBeat b;
  b.data = 0;
  b.keep = -1;
  b.strb = -1;
  b.user = 0;
  b.last = 1;
  b.id = 0;
  b.dest = 0;
  put<1>(b.data, 0, kind);
  put<8>(b.data, 8, stamp.value);
  return b;
}

inline void put_quote(ap_uint<512>& data, int state_at, int at, const twinpath::SideQuote& q) {
#pragma HLS INLINE
  put<1>(data, state_at, static_cast<unsigned>(q.state));
  put<4>(data, at, q.price.value);
  put<4>(data, at + 4, q.quantity.value);
}
inline twinpath::SideQuote quote(const ap_uint<512>& data, int state_at, int at) {
#pragma HLS INLINE
  twinpath::SideQuote q;
  q.state = static_cast<twinpath::SideState>(field<1>(data, state_at).to_uint());
  q.price = twinpath::Price{field<4>(data, at).to_uint()};
  q.quantity = twinpath::Quantity{field<4>(data, at + 4).to_uint()};
  return q;
}

inline UpdateBeat to_beat(const twinpath::BookUpdate& u) {
  UpdateBeat b = begin_beat(kBook, u.stamp);
  put<1>(b.data, 1, static_cast<unsigned>(u.symbol));
  put<1>(b.data, 2, static_cast<unsigned>(u.trusted) | static_cast<unsigned>(u.tradable) << 1);
  put<1>(b.data, 3,
         static_cast<unsigned>(u.trade.valid) | static_cast<unsigned>(u.trade.execution) << 1 |
             static_cast<unsigned>(u.trade.resting) << 2 | static_cast<unsigned>(u.trade.through) << 3);
  put_quote(b.data, 4, 16, u.before.bid);
  put_quote(b.data, 5, 24, u.before.ask);
  put_quote(b.data, 6, 32, u.after.bid);
  put_quote(b.data, 7, 40, u.after.ask);
  put<4>(b.data, 48, u.trade.price.value);
  put<4>(b.data, 52, u.trade.shares.value);
  return b;
}
inline twinpath::BookUpdate book_update(const ap_uint<512>& data) {
#pragma HLS INLINE
  twinpath::BookUpdate u;
  u.stamp = twinpath::Cycles{field<8>(data, 8).to_uint64()};
  u.symbol = static_cast<twinpath::SymbolIndex>(field<1>(data, 1).to_uint());
  const ap_uint<8> flags = field<1>(data, 2), trade = field<1>(data, 3);
  u.trusted = flags[0];
  u.tradable = flags[1];
  u.trade.valid = trade[0];
  u.trade.execution = trade[1];
  u.trade.resting = trade[2] ? twinpath::Side::sell : twinpath::Side::buy;
  u.trade.through = trade[3];
  u.before.bid = quote(data, 4, 16);
  u.before.ask = quote(data, 5, 24);
  u.after.bid = quote(data, 6, 32);
  u.after.ask = quote(data, 7, 40);
  u.trade.price = twinpath::Price{field<4>(data, 48).to_uint()};
  u.trade.shares = twinpath::Quantity{field<4>(data, 52).to_uint()};
  return u;
}

inline UpdateBeat to_beat(const twinpath::OrderUpdate& u) {
  UpdateBeat b = begin_beat(kOrder, u.stamp);
  put<1>(b.data, 1, static_cast<unsigned>(u.symbol));
  put<1>(b.data, 2, static_cast<unsigned>(u.state));
  put<1>(b.data, 3, static_cast<unsigned>(u.reason));
  put<1>(b.data, 4, static_cast<unsigned>(u.side));
  put<4>(b.data, 16, u.user_ref);
  put<4>(b.data, 20, u.tag);
  put<4>(b.data, 24, u.price.value);
  put<4>(b.data, 28, u.quantity.value);
  put<4>(b.data, 32, u.leaves.value);
  put<4>(b.data, 36, u.position);
  return b;
}
inline twinpath::OrderUpdate order_update(const ap_uint<512>& data) {
#pragma HLS INLINE
  twinpath::OrderUpdate u;
  u.stamp = twinpath::Cycles{field<8>(data, 8).to_uint64()};
  u.symbol = static_cast<twinpath::SymbolIndex>(field<1>(data, 1).to_uint());
  u.state = static_cast<twinpath::OrderState>(field<1>(data, 2).to_uint());
  u.reason = static_cast<twinpath::Reason>(field<1>(data, 3).to_uint());
  u.side = static_cast<twinpath::Side>(field<1>(data, 4).to_uint());
  u.user_ref = field<4>(data, 16).to_uint();
  u.tag = field<4>(data, 20).to_uint();
  u.price = twinpath::Price{field<4>(data, 24).to_uint()};
  u.quantity = twinpath::Quantity{field<4>(data, 28).to_uint()};
  u.leaves = twinpath::Quantity{field<4>(data, 32).to_uint()};
  u.position = field<4>(data, 36).to_int();
  return u;
}

inline UpdateBeat to_beat(const twinpath::StatusUpdate& u) {
  UpdateBeat b = begin_beat(kStatus, u.stamp);
  put<1>(b.data, 2,
         static_cast<unsigned>(u.armed) | static_cast<unsigned>(u.killed) << 1 | static_cast<unsigned>(u.stale) << 2 |
             static_cast<unsigned>(u.session_open) << 3);
  return b;
}
inline twinpath::StatusUpdate status_update(const ap_uint<512>& data) {
#pragma HLS INLINE
  twinpath::StatusUpdate u;
  u.stamp = twinpath::Cycles{field<8>(data, 8).to_uint64()};
  const ap_uint<8> flags = field<1>(data, 2);
  u.armed = flags[0];
  u.killed = flags[1];
  u.stale = flags[2];
  u.session_open = flags[3];
  return u;
}

inline IntentBeat to_beat(const twinpath::Intent& i, bool last) {
#pragma HLS INLINE
  IntentBeat b;
  b.data = 0;
  b.keep = -1;
  b.strb = -1;
  b.user = 0;
  b.last = last;
  b.id = 0;
  b.dest = 0;
  put<1>(b.data, 0, static_cast<unsigned>(i.kind));
  put<1>(b.data, 1, static_cast<unsigned>(i.rule));
  put<1>(b.data, 2, static_cast<unsigned>(i.side));
  put<1>(b.data, 3, static_cast<unsigned>(i.symbol));
  put<4>(b.data, 4, i.price.value);
  put<4>(b.data, 8, i.quantity.value);
  put<4>(b.data, 12, i.user_ref);
  put<4>(b.data, 16, i.tag);
  return b;
}
inline twinpath::Intent intent(const ap_uint<192>& data) {
  twinpath::Intent i;
  i.kind = static_cast<twinpath::IntentKind>(field<1>(data, 0).to_uint());
  i.rule = static_cast<twinpath::Rule>(field<1>(data, 1).to_uint());
  i.side = static_cast<twinpath::Side>(field<1>(data, 2).to_uint());
  i.symbol = static_cast<twinpath::SymbolIndex>(field<1>(data, 3).to_uint());
  i.price = twinpath::Price{field<4>(data, 4).to_uint()};
  i.quantity = twinpath::Quantity{field<4>(data, 8).to_uint()};
  i.user_ref = field<4>(data, 12).to_uint();
  i.tag = field<4>(data, 16).to_uint();
  return i;
}

}  // namespace kernel_strategy
