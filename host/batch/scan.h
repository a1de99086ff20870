// A sweep over EVM bytecode: findings at the level of opcodes, and where jumps may go. README.md has the rules.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace twinpath::batch {

enum class FindingKind : std::uint8_t {
  origin = 1,             // value 0
  timestamp = 2,          // value 0
  delegatecall = 3,       // DELEGATECALL, CALLCODE; value 0
  selfdestruct = 4,       // value 0
  call_unchecked = 5,     // of the call; value: offset of what drops its result
  call_leaves_block = 6,  // of the call; value: offset of the end of the block, where its result is still on the stack
  call_untracked = 7,     // of the call; four earlier results were still on the stack, so this one was not followed
  jump_static = 8,        // value: the target, kNoTarget when it does not fit
  jump_dynamic = 9,       // value kNoTarget
  truncated_push = 10     // of the PUSH; value: how many of its bytes are missing
};
inline constexpr std::uint32_t kNoTarget = 0xFFFFFFFF;
std::string_view to_string(FindingKind kind);

// As the kernels write it.
struct Finding {
  std::uint32_t offset = 0;    // of the instruction in its contract
  std::uint32_t value = 0;     // by kind
  std::uint32_t contract = 0;  // of the batch
  FindingKind kind{};
  std::uint8_t opcode = 0;
  std::uint16_t reserved = 0;

  bool operator==(const Finding&) const = default;
};
static_assert(sizeof(Finding) == 16);

inline constexpr std::size_t kBeatBytes = 16;

// Contracts one after the other, each from a multiple of 16 bytes on.
class CodeBatch {
 public:
  // Throws std::length_error when the batch would have 2^32 bytes or more.
  void add(std::span<const std::uint8_t> code);

  std::size_t size() const { return lengths_.size(); }
  std::uint64_t code_bytes() const { return code_bytes_; }  // without what fills up
  std::span<const std::uint8_t> code() const { return code_; }
  std::span<const std::uint32_t> lengths() const { return lengths_; }
  std::span<const std::uint32_t> beats() const { return beats_; }  // where each begins, in units of 16 bytes
  std::span<const std::uint8_t> contract(std::size_t i) const {
    return code().subspan(beats_[i] * kBeatBytes, lengths_[i]);
  }

 private:
  std::vector<std::uint8_t> code_;
  std::vector<std::uint32_t> lengths_, beats_;
  std::uint64_t code_bytes_ = 0;
};

struct ScanResult {
  std::vector<Finding> findings;        // by contract, then as the sweep comes to know them
  std::vector<std::uint16_t> jump_map;  // a word a beat, bit i: byte i of it is a JUMPDEST

  bool operator==(const ScanResult&) const = default;
};

// Bit `offset` of contract `contract` of a batch.
bool jump_target(const CodeBatch& batch, const ScanResult& result, std::size_t contract, std::uint32_t offset);

// The reference, and the backend `cpu`.
void scan(const CodeBatch& batch, ScanResult& out);

}  // namespace twinpath::batch
