// What the scan needs of each EVM opcode: how it moves the stack, and what it does to the flow. Opcodes of the Cancun
// upgrade (Ethereum Yellow Paper appendix H.2; EIP-3855, 1153, 5656, 4844, 7516), and CLZ (EIP-7939).
#pragma once
#include <ap_int.h>

namespace kernel_scan {

// What an opcode is to the sweep.
enum OpcodeClass {
  kPlain = 0,  // takes `pops` and puts `pushes`
  kHalts = 1,  // ends, and what was done stays done
  kFails = 2,  // ends, and what was done is undone; undefined opcodes too
  kJump = 3,
  kJumpIf = 4,
  kLabel = 5,  // JUMPDEST
  kPop = 6,
  kPush = 7,  // PUSH0 to PUSH32
  kDup = 8,
  kSwap = 9,
  kCall = 10  // puts whether it succeeded
};

// A byte an opcode: pops in bits 2:0, pushes in bit 3, class in bits 7:4. DUP and SWAP say their depth themselves.
#define TP_OP(pops, pushes, cls) static_cast<unsigned char>((pops) | (pushes) << 3 | (cls) << 4)
#define TP_FAIL TP_OP(0, 0, kFails)
#define TP_16(x) x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x
static const unsigned char kOpcodes[256] = {
    // 0x: STOP, arithmetic
    TP_OP(0, 0, kHalts), TP_OP(2, 1, kPlain), TP_OP(2, 1, kPlain), TP_OP(2, 1, kPlain), TP_OP(2, 1, kPlain),
    TP_OP(2, 1, kPlain), TP_OP(2, 1, kPlain), TP_OP(2, 1, kPlain), TP_OP(3, 1, kPlain), TP_OP(3, 1, kPlain),
    TP_OP(2, 1, kPlain), TP_OP(2, 1, kPlain), TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL,
    // 1x: comparison, bits
    TP_OP(2, 1, kPlain), TP_OP(2, 1, kPlain), TP_OP(2, 1, kPlain), TP_OP(2, 1, kPlain), TP_OP(2, 1, kPlain),
    TP_OP(1, 1, kPlain), TP_OP(2, 1, kPlain), TP_OP(2, 1, kPlain), TP_OP(2, 1, kPlain), TP_OP(1, 1, kPlain),
    TP_OP(2, 1, kPlain), TP_OP(2, 1, kPlain), TP_OP(2, 1, kPlain), TP_OP(2, 1, kPlain), TP_OP(1, 1, kPlain), TP_FAIL,
    // 2x: KECCAK256
    TP_OP(2, 1, kPlain), TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL,
    TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL,
    // 3x: the call and its environment
    TP_OP(0, 1, kPlain), TP_OP(1, 1, kPlain), TP_OP(0, 1, kPlain), TP_OP(0, 1, kPlain), TP_OP(0, 1, kPlain),
    TP_OP(1, 1, kPlain), TP_OP(0, 1, kPlain), TP_OP(3, 0, kPlain), TP_OP(0, 1, kPlain), TP_OP(3, 0, kPlain),
    TP_OP(0, 1, kPlain), TP_OP(1, 1, kPlain), TP_OP(4, 0, kPlain), TP_OP(0, 1, kPlain), TP_OP(3, 0, kPlain),
    TP_OP(1, 1, kPlain),
    // 4x: the block
    TP_OP(1, 1, kPlain), TP_OP(0, 1, kPlain), TP_OP(0, 1, kPlain), TP_OP(0, 1, kPlain), TP_OP(0, 1, kPlain),
    TP_OP(0, 1, kPlain), TP_OP(0, 1, kPlain), TP_OP(0, 1, kPlain), TP_OP(0, 1, kPlain), TP_OP(1, 1, kPlain),
    TP_OP(0, 1, kPlain), TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL,
    // 5x: stack, memory, storage, flow
    TP_OP(1, 0, kPop), TP_OP(1, 1, kPlain), TP_OP(2, 0, kPlain), TP_OP(2, 0, kPlain), TP_OP(1, 1, kPlain),
    TP_OP(2, 0, kPlain), TP_OP(1, 0, kJump), TP_OP(2, 0, kJumpIf), TP_OP(0, 1, kPlain), TP_OP(0, 1, kPlain),
    TP_OP(0, 1, kPlain), TP_OP(0, 0, kLabel), TP_OP(1, 1, kPlain), TP_OP(2, 0, kPlain), TP_OP(3, 0, kPlain),
    TP_OP(0, 1, kPush),
    // 6x, 7x: PUSH1 to PUSH32
    TP_16(TP_OP(0, 1, kPush)), TP_16(TP_OP(0, 1, kPush)),
    // 8x: DUP, 9x: SWAP
    TP_16(TP_OP(0, 1, kDup)), TP_16(TP_OP(0, 0, kSwap)),
    // Ax: LOG0 to LOG4
    TP_OP(2, 0, kPlain), TP_OP(3, 0, kPlain), TP_OP(4, 0, kPlain), TP_OP(5, 0, kPlain), TP_OP(6, 0, kPlain), TP_FAIL,
    TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL,
    // Bx to Ex
    TP_16(TP_FAIL), TP_16(TP_FAIL), TP_16(TP_FAIL), TP_16(TP_FAIL),
    // Fx: CREATE, CALL, CALLCODE, RETURN, DELEGATECALL, CREATE2, STATICCALL, REVERT, INVALID, SELFDESTRUCT
    TP_OP(3, 1, kPlain), TP_OP(7, 1, kCall), TP_OP(7, 1, kCall), TP_OP(2, 0, kHalts), TP_OP(6, 1, kCall),
    TP_OP(4, 1, kPlain), TP_FAIL, TP_FAIL, TP_FAIL, TP_FAIL, TP_OP(6, 1, kCall), TP_FAIL, TP_FAIL, TP_OP(2, 0, kFails),
    TP_FAIL, TP_OP(1, 0, kHalts)};
#undef TP_16
#undef TP_FAIL
#undef TP_OP

}  // namespace kernel_scan
