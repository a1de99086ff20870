// A position and an account at a time: the arithmetic of margin_sweep. README.md has the formulas and their limits.
#pragma once
#include <ap_int.h>

namespace kernel_margin {

static const int kMostInstruments = 4096;
static const unsigned kWhole = 10000;  // basis points

enum Status { kHealthy = 0, kCall = 1, kLiquidate = 2, kRejected = 3 };
enum Reason { kReasonInstrument = 1, kReasonRate = 2, kReasonNotional = 4, kReasonCash = 8 };
enum LiquidationState { kNever = 0, kAt = 1, kAlways = 2, kStateRejected = 3 };

struct Instrument {
  ap_uint<32> mark;
  ap_uint<16> initial_bp;
  ap_uint<16> maintenance_bp;
};

struct Position {
  ap_uint<32> account;
  ap_uint<32> entry;
  ap_int<32> quantity;
  ap_uint<16> instrument;
};

// A position at its mark. The widths hold whatever comes in; `reasons` says what is beyond the limits.
struct Valued {
  ap_int<66> profit;
  ap_uint<64> notional;
  ap_uint<49> initial;
  ap_uint<49> maintenance;
  ap_uint<4> reasons;
};

struct AccountResult {
  ap_int<64> equity;
  ap_uint<64> initial;
  ap_uint<64> maintenance;
  ap_uint<8> status;
  ap_uint<8> reasons;
};

struct PositionResult {
  ap_int<64> profit;
  ap_uint<32> price;
  ap_uint<8> state;
};

inline ap_uint<32> magnitude(ap_int<32> quantity) {
#pragma HLS INLINE
  const ap_int<33> wide = quantity;
  return wide < 0 ? ap_uint<32>(-wide) : ap_uint<32>(wide);
}

// Up, of a notional below 2^48 and a rate of at most 10,000.
inline ap_uint<49> margin_of(ap_uint<48> notional, ap_uint<14> rate) {
#pragma HLS INLINE
  return ap_uint<49>((notional * rate + (kWhole - 1)) / kWhole);
}

inline Valued value(const Position& p, const Instrument& i, bool exists) {
#pragma HLS INLINE
  const ap_uint<32> q = magnitude(p.quantity);
  const ap_uint<64> entry_notional = q * p.entry;
  Valued v;
  v.notional = q * i.mark;
  v.profit = p.quantity * (i.mark - p.entry);
  v.reasons = 0;
  v.initial = 0;
  v.maintenance = 0;
  if (!exists) {
    v.reasons = kReasonInstrument;
    return v;
  }
  if (i.initial_bp > kWhole || i.maintenance_bp > kWhole) v.reasons |= ap_uint<4>(kReasonRate);
  if (v.notional.range(63, 48) != 0 || entry_notional.range(63, 48) != 0) v.reasons |= ap_uint<4>(kReasonNotional);
  v.initial = margin_of(v.notional.range(47, 0), i.initial_bp.range(13, 0));
  v.maintenance = margin_of(v.notional.range(47, 0), i.maintenance_bp.range(13, 0));
  return v;
}

// Sums over an account's positions.
class Totals {
 public:
  Totals() { begin(); }
  void begin() {
    equity_ = 0;
    initial_ = 0;
    maintenance_ = 0;
    reasons_ = 0;
  }
  void add(const Valued& v) {
#pragma HLS INLINE
    reasons_ |= v.reasons;
    if (v.reasons != 0) return;
    equity_ += v.profit;
    initial_ += v.initial;
    maintenance_ += v.maintenance;
  }
  AccountResult close(ap_int<64> cash) {
#pragma HLS INLINE
    const ap_int<64> most = ap_int<64>(1) << 60;
    if (cash > most || cash < -most) reasons_ |= ap_uint<4>(kReasonCash);
    AccountResult r;
    r.reasons = reasons_;
    r.equity = equity_ + cash;
    r.initial = initial_;
    r.maintenance = maintenance_;
    r.status = r.equity < r.maintenance ? kLiquidate : r.equity < r.initial ? kCall : kHealthy;
    if (reasons_ != 0) {
      r.equity = 0;
      r.initial = 0;
      r.maintenance = 0;
      r.status = kRejected;
    }
    begin();
    return r;
  }

 private:
  ap_int<64> equity_;
  ap_uint<64> initial_, maintenance_;
  ap_uint<4> reasons_;
};

// Where the account that the position is of turns: see README.md.
inline PositionResult liquidation(const Position& p, const Instrument& i, const Valued& v,
                                  const AccountResult& account) {
#pragma HLS INLINE
  PositionResult r;
  r.profit = v.profit;
  r.price = 0;
  r.state = kNever;
  if (account.status == kRejected) {
    r.profit = 0;
    r.state = kStateRejected;
    return r;
  }
  const bool is_long = p.quantity > 0;
  const ap_uint<48> notional = v.notional.range(47, 0);
  const ap_int<66> excess = account.equity - ap_int<65>(account.maintenance);
  const ap_int<66> rest =
      is_long ? ap_int<66>(excess - notional + v.maintenance) : ap_int<66>(excess + notional + v.maintenance);
  const ap_uint<65> size = rest < 0 ? ap_uint<65>(-rest) : ap_uint<65>(rest);
  const ap_uint<79> need = size * ap_uint<14>(kWhole);
  const ap_uint<15> share = is_long ? ap_uint<15>(kWhole - i.maintenance_bp) : ap_uint<15>(kWhole + i.maintenance_bp);
  const ap_uint<47> a_price = magnitude(p.quantity) * share;
  const ap_uint<79> at_most = a_price * ap_uint<32>(0xFFFFFFFFu);
  if (p.quantity == 0 || (is_long && rest >= 0) || (!is_long && rest >= 0 && at_most <= need)) return r;
  if ((!is_long && rest < 0) || (is_long && at_most < need)) {
    r.state = kAlways;
    return r;
  }
  r.state = kAt;
  // ceil(need / a_price) - 1, or floor(need / a_price) + 1; fits, as at_most says.
  const ap_uint<79> dividend = is_long ? ap_uint<79>(need - 1) : need;
  const ap_uint<32> quotient = ap_uint<79>(dividend / a_price);
  r.price = is_long ? quotient : ap_uint<32>(quotient + 1);
  return r;
}

}  // namespace kernel_margin
