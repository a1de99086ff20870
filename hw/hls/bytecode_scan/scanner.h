// One byte of EVM bytecode after the other, each a step of one cycle: the sweep of bytecode_scan. README.md has its
// rules.
#pragma once
#include <ap_int.h>

#include "opcodes.h"

namespace kernel_scan {

enum FindingKind {
  kOrigin = 1,
  kTimestamp = 2,
  kDelegatecall = 3,  // DELEGATECALL and CALLCODE
  kSelfdestruct = 4,
  kCallUnchecked = 5,
  kCallLeavesBlock = 6,
  kCallUntracked = 7,
  kJumpStatic = 8,
  kJumpDynamic = 9,
  kTruncatedPush = 10
};

static const unsigned kNoTarget = 0xFFFFFFFFu;
static const int kPending = 4;       // results of calls followed at a time
static const int kStackMost = 1023;  // the deepest place of the EVM's stack
static const int kLanes = kPending + 1;

struct Finding {
  ap_uint<32> offset;  // of the instruction
  ap_uint<32> value;   // by kind
  ap_uint<8> kind;
  ap_uint<8> opcode;
};

// What a step found: lanes 0 to n - 1.
struct Found {
  Finding lane[kLanes];
  ap_uint<3> n;
};

// The result of a call that is still on the stack, `depth` below its top.
struct Pending {
  ap_uint<32> offset;
  ap_uint<10> depth;
  ap_uint<8> opcode;
};

class Scanner {
 public:
  Scanner() {
#pragma HLS ARRAY_PARTITION variable = pending_ complete
    begin();
  }

  // Before the first byte of a contract.
  void begin() {
    offset_ = 0;
    skip_ = 0;
    pushed_ = false;
    value_ = 0;
    too_large_ = false;
    push_offset_ = 0;
    push_opcode_ = 0;
    pending_n_ = 0;
  }

  // The next byte; `stop`: the place behind the last byte, where the EVM reads STOP. Returns whether it is a JUMPDEST.
  bool step(ap_uint<8> byte, bool stop, Found& found) {
#pragma HLS INLINE
    found.n = 0;
    if (skip_ != 0 && !stop) {
      immediate(byte);
      ++offset_;
      return false;
    }
    const ap_uint<8> opcode = stop ? ap_uint<8>(0) : byte;
    const ap_uint<8> row = kOpcodes[opcode.to_uint()];
    const unsigned cls = row.range(7, 4).to_uint();
    follow(opcode, row, found);
    if (stop) {
      if (skip_ != 0) put(found, push_offset_, skip_, kTruncatedPush, push_opcode_);
    } else {
      own(opcode, cls, found);
      pushed_ = cls == kPush;
      if (cls == kPush) begin_push(opcode);
    }
    ++offset_;
    return !stop && cls == kLabel;
  }

 private:
  static void put(Found& found, ap_uint<32> offset, ap_uint<32> value, unsigned kind, ap_uint<8> opcode) {
#pragma HLS INLINE
    Finding f;
    f.offset = offset;
    f.value = value;
    f.kind = kind;
    f.opcode = opcode;
    found.lane[found.n.to_uint()] = f;
    ++found.n;
  }

  void begin_push(ap_uint<8> opcode) {
#pragma HLS INLINE
    skip_ = opcode - 0x5f;
    value_ = 0;
    too_large_ = false;
    push_offset_ = offset_;
    push_opcode_ = opcode;
  }

  void immediate(ap_uint<8> byte) {
#pragma HLS INLINE
    if (value_.range(31, 24) != 0) too_large_ = true;
    value_ = (value_.range(23, 0), byte);
    --skip_;
  }

  // Where the instruction leaves each result that is followed.
  void follow(ap_uint<8> opcode, ap_uint<8> row, Found& found) {
#pragma HLS INLINE
    const unsigned pops = row.range(2, 0).to_uint(), pushes = row.range(3, 3).to_uint();
    const unsigned cls = row.range(7, 4).to_uint();
    const unsigned n = opcode.range(3, 0).to_uint() + 1;  // of DUPn, SWAPn
    Pending kept[kPending];
#pragma HLS ARRAY_PARTITION variable = kept complete
    ap_uint<3> kept_n = 0;
    for (int i = 0; i < kPending; ++i) {
#pragma HLS UNROLL
      if (i >= pending_n_) continue;
      Pending p = pending_[i];
      bool keep = true;
      unsigned kind = 0;
      switch (cls) {
        case kDup:
          keep = p.depth != n - 1;
          break;
        case kSwap:
          p.depth = p.depth == 0 ? ap_uint<10>(n) : p.depth == n ? ap_uint<10>(0) : p.depth;
          break;
        case kFails:
          keep = false;
          break;
        case kPop:
          keep = p.depth != 0;
          if (!keep) kind = kCallUnchecked;
          break;
        case kHalts:
          keep = false;
          if (p.depth >= pops) kind = kCallUnchecked;
          break;
        case kJump:
        case kJumpIf:
        case kLabel:
          keep = false;
          if (p.depth >= pops) kind = kCallLeavesBlock;
          break;
        default:
          keep = p.depth >= pops;
      }
      if (keep && cls != kSwap) {
        const ap_uint<11> depth = p.depth + pushes - pops;
        keep = depth <= kStackMost;
        p.depth = depth;
      }
      if (kind != 0) put(found, p.offset, offset_, kind, p.opcode);
      if (keep) kept[kept_n++] = p;
    }
    for (int i = 0; i < kPending; ++i) {
#pragma HLS UNROLL
      pending_[i] = kept[i];
    }
    pending_n_ = kept_n;
  }

  // What the instruction is by itself.
  void own(ap_uint<8> opcode, unsigned cls, Found& found) {
#pragma HLS INLINE
    switch (opcode.to_uint()) {
      case 0x32:
        put(found, offset_, 0, kOrigin, opcode);
        break;
      case 0x42:
        put(found, offset_, 0, kTimestamp, opcode);
        break;
      case 0xf2:
      case 0xf4:
        put(found, offset_, 0, kDelegatecall, opcode);
        break;
      case 0xff:
        put(found, offset_, 0, kSelfdestruct, opcode);
        break;
      case 0x56:
      case 0x57:
        if (pushed_)
          put(found, offset_, too_large_ ? ap_uint<32>(kNoTarget) : value_, kJumpStatic, opcode);
        else
          put(found, offset_, kNoTarget, kJumpDynamic, opcode);
        break;
      default:
        break;
    }
    if (cls != kCall) return;
    if (pending_n_ == kPending) {
      put(found, offset_, 0, kCallUntracked, opcode);
      return;
    }
    Pending p;
    p.offset = offset_;
    p.depth = 0;
    p.opcode = opcode;
    pending_[pending_n_.to_uint()] = p;
    ++pending_n_;
  }

  ap_uint<32> offset_;
  ap_uint<6> skip_;  // bytes of the PUSH that are to come
  bool pushed_;      // the last instruction was a PUSH: of value_, or of what does not fit
  ap_uint<32> value_;
  bool too_large_;
  ap_uint<32> push_offset_;
  ap_uint<8> push_opcode_;
  Pending pending_[kPending];  // by age
  ap_uint<3> pending_n_;
};

}  // namespace kernel_scan
