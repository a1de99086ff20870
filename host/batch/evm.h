// EVM opcodes: names, and how many words each takes from and puts on the stack. Opcodes of the Cancun upgrade (Ethereum
// Yellow Paper appendix H.2; EIP-3855, 1153, 5656, 4844, 7516), and CLZ (EIP-7939).
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace twinpath::evm {

struct Opcode {
  std::string_view name;  // empty: undefined
  std::uint8_t pops = 0;
  std::uint8_t pushes = 0;
};

inline constexpr std::uint8_t kStop = 0x00, kOrigin = 0x32, kTimestamp = 0x42, kPop = 0x50, kJump = 0x56, kJumpi = 0x57,
                              kJumpdest = 0x5b, kPush0 = 0x5f, kPush1 = 0x60, kPush32 = 0x7f, kDup1 = 0x80,
                              kDup16 = 0x8f, kSwap1 = 0x90, kSwap16 = 0x9f, kCall = 0xf1, kCallcode = 0xf2,
                              kReturn = 0xf3, kDelegatecall = 0xf4, kStaticcall = 0xfa, kRevert = 0xfd, kInvalid = 0xfe,
                              kSelfdestruct = 0xff;

// By value. DUPn and SWAPn reach deeper than what they take and put says.
const std::array<Opcode, 256>& opcodes();

// Bytes of data behind the opcode.
constexpr unsigned immediate_bytes(std::uint8_t opcode) {
  return opcode >= kPush1 && opcode <= kPush32 ? opcode - kPush0 : 0;
}

}  // namespace twinpath::evm
