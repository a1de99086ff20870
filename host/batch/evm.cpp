#include "host/batch/evm.h"

#include <initializer_list>
#include <utility>

namespace twinpath::evm {
namespace {

constexpr std::string_view kPushNames[] = {
    "PUSH0",  "PUSH1",  "PUSH2",  "PUSH3",  "PUSH4",  "PUSH5",  "PUSH6",  "PUSH7",  "PUSH8",  "PUSH9",  "PUSH10",
    "PUSH11", "PUSH12", "PUSH13", "PUSH14", "PUSH15", "PUSH16", "PUSH17", "PUSH18", "PUSH19", "PUSH20", "PUSH21",
    "PUSH22", "PUSH23", "PUSH24", "PUSH25", "PUSH26", "PUSH27", "PUSH28", "PUSH29", "PUSH30", "PUSH31", "PUSH32"};
constexpr std::string_view kDupNames[] = {"DUP1", "DUP2",  "DUP3",  "DUP4",  "DUP5",  "DUP6",  "DUP7",  "DUP8",
                                          "DUP9", "DUP10", "DUP11", "DUP12", "DUP13", "DUP14", "DUP15", "DUP16"};
constexpr std::string_view kSwapNames[] = {"SWAP1",  "SWAP2",  "SWAP3",  "SWAP4",  "SWAP5",  "SWAP6",
                                           "SWAP7",  "SWAP8",  "SWAP9",  "SWAP10", "SWAP11", "SWAP12",
                                           "SWAP13", "SWAP14", "SWAP15", "SWAP16"};
constexpr std::string_view kLogNames[] = {"LOG0", "LOG1", "LOG2", "LOG3", "LOG4"};

std::array<Opcode, 256> table() {
  std::array<Opcode, 256> all{};
  const std::initializer_list<std::pair<unsigned, Opcode>> plain = {{0x00, {"STOP", 0, 0}},
                                                                    {0x01, {"ADD", 2, 1}},
                                                                    {0x02, {"MUL", 2, 1}},
                                                                    {0x03, {"SUB", 2, 1}},
                                                                    {0x04, {"DIV", 2, 1}},
                                                                    {0x05, {"SDIV", 2, 1}},
                                                                    {0x06, {"MOD", 2, 1}},
                                                                    {0x07, {"SMOD", 2, 1}},
                                                                    {0x08, {"ADDMOD", 3, 1}},
                                                                    {0x09, {"MULMOD", 3, 1}},
                                                                    {0x0a, {"EXP", 2, 1}},
                                                                    {0x0b, {"SIGNEXTEND", 2, 1}},
                                                                    {0x10, {"LT", 2, 1}},
                                                                    {0x11, {"GT", 2, 1}},
                                                                    {0x12, {"SLT", 2, 1}},
                                                                    {0x13, {"SGT", 2, 1}},
                                                                    {0x14, {"EQ", 2, 1}},
                                                                    {0x15, {"ISZERO", 1, 1}},
                                                                    {0x16, {"AND", 2, 1}},
                                                                    {0x17, {"OR", 2, 1}},
                                                                    {0x18, {"XOR", 2, 1}},
                                                                    {0x19, {"NOT", 1, 1}},
                                                                    {0x1a, {"BYTE", 2, 1}},
                                                                    {0x1b, {"SHL", 2, 1}},
                                                                    {0x1c, {"SHR", 2, 1}},
                                                                    {0x1d, {"SAR", 2, 1}},
                                                                    {0x1e, {"CLZ", 1, 1}},
                                                                    {0x20, {"KECCAK256", 2, 1}},
                                                                    {0x30, {"ADDRESS", 0, 1}},
                                                                    {0x31, {"BALANCE", 1, 1}},
                                                                    {0x32, {"ORIGIN", 0, 1}},
                                                                    {0x33, {"CALLER", 0, 1}},
                                                                    {0x34, {"CALLVALUE", 0, 1}},
                                                                    {0x35, {"CALLDATALOAD", 1, 1}},
                                                                    {0x36, {"CALLDATASIZE", 0, 1}},
                                                                    {0x37, {"CALLDATACOPY", 3, 0}},
                                                                    {0x38, {"CODESIZE", 0, 1}},
                                                                    {0x39, {"CODECOPY", 3, 0}},
                                                                    {0x3a, {"GASPRICE", 0, 1}},
                                                                    {0x3b, {"EXTCODESIZE", 1, 1}},
                                                                    {0x3c, {"EXTCODECOPY", 4, 0}},
                                                                    {0x3d, {"RETURNDATASIZE", 0, 1}},
                                                                    {0x3e, {"RETURNDATACOPY", 3, 0}},
                                                                    {0x3f, {"EXTCODEHASH", 1, 1}},
                                                                    {0x40, {"BLOCKHASH", 1, 1}},
                                                                    {0x41, {"COINBASE", 0, 1}},
                                                                    {0x42, {"TIMESTAMP", 0, 1}},
                                                                    {0x43, {"NUMBER", 0, 1}},
                                                                    {0x44, {"PREVRANDAO", 0, 1}},
                                                                    {0x45, {"GASLIMIT", 0, 1}},
                                                                    {0x46, {"CHAINID", 0, 1}},
                                                                    {0x47, {"SELFBALANCE", 0, 1}},
                                                                    {0x48, {"BASEFEE", 0, 1}},
                                                                    {0x49, {"BLOBHASH", 1, 1}},
                                                                    {0x4a, {"BLOBBASEFEE", 0, 1}},
                                                                    {0x50, {"POP", 1, 0}},
                                                                    {0x51, {"MLOAD", 1, 1}},
                                                                    {0x52, {"MSTORE", 2, 0}},
                                                                    {0x53, {"MSTORE8", 2, 0}},
                                                                    {0x54, {"SLOAD", 1, 1}},
                                                                    {0x55, {"SSTORE", 2, 0}},
                                                                    {0x56, {"JUMP", 1, 0}},
                                                                    {0x57, {"JUMPI", 2, 0}},
                                                                    {0x58, {"PC", 0, 1}},
                                                                    {0x59, {"MSIZE", 0, 1}},
                                                                    {0x5a, {"GAS", 0, 1}},
                                                                    {0x5b, {"JUMPDEST", 0, 0}},
                                                                    {0x5c, {"TLOAD", 1, 1}},
                                                                    {0x5d, {"TSTORE", 2, 0}},
                                                                    {0x5e, {"MCOPY", 3, 0}},
                                                                    {0xf0, {"CREATE", 3, 1}},
                                                                    {0xf1, {"CALL", 7, 1}},
                                                                    {0xf2, {"CALLCODE", 7, 1}},
                                                                    {0xf3, {"RETURN", 2, 0}},
                                                                    {0xf4, {"DELEGATECALL", 6, 1}},
                                                                    {0xf5, {"CREATE2", 4, 1}},
                                                                    {0xfa, {"STATICCALL", 6, 1}},
                                                                    {0xfd, {"REVERT", 2, 0}},
                                                                    {0xfe, {"INVALID", 0, 0}},
                                                                    {0xff, {"SELFDESTRUCT", 1, 0}}};
  for (const auto& [value, opcode] : plain) all[value] = opcode;
  for (unsigned n = 0; n <= 32; ++n) all[kPush0 + n] = {kPushNames[n], 0, 1};
  for (unsigned n = 0; n < 16; ++n) {
    all[kDup1 + n] = {kDupNames[n], 0, 1};
    all[kSwap1 + n] = {kSwapNames[n], 0, 0};
  }
  for (std::uint8_t n = 0; n <= 4; ++n) all[0xa0 + n] = {kLogNames[n], static_cast<std::uint8_t>(2 + n), 0};
  return all;
}

}  // namespace

const std::array<Opcode, 256>& opcodes() {
  static const std::array<Opcode, 256> all = table();
  return all;
}

}  // namespace twinpath::evm
