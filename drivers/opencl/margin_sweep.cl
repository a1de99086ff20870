// The OpenCL C twin of margin_sweep (host/batch/README.md has the formulas): a work item an account, in integers of 64 bits.

#define WHOLE 10000ul
#define MOST_CASH (1l << 60)

typedef struct {
  uint mark;
  ushort initial_bp, maintenance_bp;
} Instrument;
typedef struct {
  uint account, entry;
  int quantity;
  ushort instrument, reserved;
} Position;
typedef struct {
  long equity;
  ulong initial, maintenance;
  uchar status, reasons;
  ushort reserved;
  uint reserved2;
} AccountResult;
typedef struct {
  long profit;
  uint price;
  uchar state, reserved;
  ushort reserved2;
} PositionResult;

ulong magnitude(int quantity) { return abs(quantity); }

// ceil(notional * rate / 10,000), the notional taken apart so that nothing passes 64 bits.
ulong margin_of(ulong notional, ulong rate) {
  return notional / WHOLE * rate + (notional % WHOLE * rate + WHOLE - 1) / WHOLE;
}

uchar reasons_of(Position p, __global const Instrument* instruments, uint instrument_count) {
  if (p.instrument >= instrument_count) return 1;
  const Instrument i = instruments[p.instrument];
  const ulong q = magnitude(p.quantity);
  uchar reasons = 0;
  if (i.initial_bp > WHOLE || i.maintenance_bp > WHOLE) reasons |= 2;
  if (q * i.mark >> 48 != 0 || q * p.entry >> 48 != 0) reasons |= 4;
  return reasons;
}

// hi:lo of a * b.
typedef struct {
  ulong hi, lo;
} Wide;
Wide product(ulong a, ulong b) {
  const Wide w = {mul_hi(a, b), a * b};
  return w;
}
bool less(Wide a, Wide b) { return a.hi != b.hi ? a.hi < b.hi : a.lo < b.lo; }

// a / b, where it is below 2^32 and b below 2^47: bit by bit from the top.
uint quotient(Wide a, ulong b) {
  ulong rest = a.hi << 32 | a.lo >> 32;
  uint low = (uint)a.lo, q = 0;
  for (int i = 0; i < 32; ++i) {
    rest = rest << 1 | low >> 31;
    low <<= 1;
    q <<= 1;
    if (rest >= b) {
      rest -= b;
      q |= 1;
    }
  }
  return q;
}

PositionResult turn(Position p, Instrument i, long excess) {
  PositionResult r = {0, 0, 0, 0, 0};
  r.profit = (long)p.quantity * ((long)i.mark - (long)p.entry);
  if (p.quantity == 0) return r;
  const ulong q = magnitude(p.quantity), notional = q * i.mark;
  const bool is_long = p.quantity > 0;
  const long rest = excess + (long)margin_of(notional, i.maintenance_bp) + (is_long ? -(long)notional : (long)notional);
  const ulong per_price = q * (is_long ? WHOLE - i.maintenance_bp : WHOLE + i.maintenance_bp);
  const Wide most = product(per_price, 0xFFFFFFFFul);
  if (is_long) {
    if (rest >= 0) return r;
    Wide need = product((ulong)-rest, WHOLE);
    if (less(most, need)) {
      r.state = 2;
      return r;
    }
    // ceil(need / per_price) - 1 = floor((need - 1) / per_price)
    if (need.lo-- == 0) --need.hi;
    r.price = quotient(need, per_price);
  } else {
    if (rest < 0) {
      r.state = 2;
      return r;
    }
    const Wide room = product((ulong)rest, WHOLE);
    if (!less(room, most)) return r;
    r.price = quotient(room, per_price) + 1;
  }
  r.state = 1;
  return r;
}

__kernel void margin_accounts(__global const Position* positions, __global const uint* first, __global const long* cash,
                              uint accounts, __global const Instrument* instruments, uint instrument_count,
                              __global AccountResult* account_results, __global PositionResult* position_results) {
  const uint a = get_global_id(0);
  if (a >= accounts) return;
  const uint from = first[a], to = first[a + 1];
  AccountResult r = {cash[a], 0, 0, 0, 0, 0, 0};
  if (r.equity > MOST_CASH || r.equity < -MOST_CASH) r.reasons |= 8;
  for (uint n = from; n < to; ++n) r.reasons |= reasons_of(positions[n], instruments, instrument_count);
  if (r.reasons != 0) {
    r.equity = 0;
    r.status = 3;
    account_results[a] = r;
    const PositionResult rejected = {0, 0, 3, 0, 0};
    for (uint n = from; n < to; ++n) position_results[n] = rejected;
    return;
  }
  for (uint n = from; n < to; ++n) {
    const Position p = positions[n];
    const Instrument i = instruments[p.instrument];
    const ulong notional = magnitude(p.quantity) * i.mark;
    r.equity += (long)p.quantity * ((long)i.mark - (long)p.entry);
    r.initial += margin_of(notional, i.initial_bp);
    r.maintenance += margin_of(notional, i.maintenance_bp);
  }
  r.status = r.equity < (long)r.maintenance ? 2 : r.equity < (long)r.initial ? 1 : 0;
  account_results[a] = r;
  const long excess = r.equity - (long)r.maintenance;
  for (uint n = from; n < to; ++n) {
    const Position p = positions[n];
    position_results[n] = turn(p, instruments[p.instrument], excess);
  }
}

// How many of each block of accounts are to be liquidated.
__kernel void liquidate_count(__global const AccountResult* results, uint accounts, uint block, __global uint* counts) {
  const uint b = get_global_id(0);
  uint n = 0;
  for (ulong a = (ulong)b * block; a < min((ulong)accounts, (ulong)(b + 1) * block); ++a) n += results[a].status == 2;
  counts[b] = n;
}

__kernel void liquidate_write(__global const AccountResult* results, uint accounts, uint block,
                              __global const uint* starts, __global uint* list) {
  const uint b = get_global_id(0);
  uint n = starts[b];
  for (ulong a = (ulong)b * block; a < min((ulong)accounts, (ulong)(b + 1) * block); ++a)
    if (results[a].status == 2) list[n++] = (uint)a;
}
