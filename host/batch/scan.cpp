#include "host/batch/scan.h"

#include <algorithm>
#include <stdexcept>

#include "host/batch/evm.h"

namespace twinpath::batch {
namespace {

constexpr std::size_t kFollowed = 4;  // results of calls at a time
constexpr unsigned kDeepest = 1023;   // place of the EVM's stack

struct CallResult {
  std::uint32_t offset = 0;
  std::uint8_t opcode = 0;
  unsigned depth = 0;  // below the top of the stack
};

enum class Fate { kept, used, lost, unchecked, leaves };

bool is_call(std::uint8_t opcode) {
  return opcode == evm::kCall || opcode == evm::kCallcode || opcode == evm::kDelegatecall || opcode == evm::kStaticcall;
}

// What an instruction does to a result that lies `depth` below the top; moves it when it stays.
Fate apply(std::uint8_t opcode, unsigned& depth) {
  const evm::Opcode& o = evm::opcodes()[opcode];
  if (o.name.empty() || opcode == evm::kRevert || opcode == evm::kInvalid) return Fate::lost;
  if (opcode >= evm::kDup1 && opcode <= evm::kDup16 && depth == unsigned{opcode} - evm::kDup1) return Fate::used;
  if (opcode >= evm::kSwap1 && opcode <= evm::kSwap16) {
    const unsigned other = unsigned{opcode} - evm::kSwap1 + 1;
    if (depth == 0)
      depth = other;
    else if (depth == other)
      depth = 0;
    return Fate::kept;
  }
  if (depth < o.pops) return opcode == evm::kPop ? Fate::unchecked : Fate::used;
  if (opcode == evm::kStop || opcode == evm::kReturn || opcode == evm::kSelfdestruct) return Fate::unchecked;
  if (opcode == evm::kJump || opcode == evm::kJumpi || opcode == evm::kJumpdest) return Fate::leaves;
  depth = depth - o.pops + o.pushes;
  return depth > kDeepest ? Fate::lost : Fate::kept;
}

class Sweep {
 public:
  Sweep(std::uint32_t contract, std::span<const std::uint8_t> code, std::vector<Finding>& out, std::uint16_t* map)
      : contract_(contract), code_(code), out_(out), map_(map) {}

  void run() {
    const std::uint64_t size = code_.size();
    std::uint64_t next = 0;
    for (std::uint64_t at = 0; at < size; at = next) {
      const std::uint8_t opcode = code_[at];
      next = at + 1 + evm::immediate_bytes(opcode);
      instruction(static_cast<std::uint32_t>(at), opcode);
      if (next > size) {
        follow(static_cast<std::uint32_t>(size), evm::kStop);
        add(at, FindingKind::truncated_push, opcode, static_cast<std::uint32_t>(next - size));
        return;
      }
    }
    follow(static_cast<std::uint32_t>(size), evm::kStop);
  }

 private:
  void add(std::uint64_t offset, FindingKind kind, std::uint8_t opcode, std::uint32_t value) {
    out_.push_back({static_cast<std::uint32_t>(offset), value, contract_, kind, opcode, 0});
  }

  void instruction(std::uint32_t at, std::uint8_t opcode) {
    follow(at, opcode);
    switch (opcode) {
      case evm::kOrigin:
        add(at, FindingKind::origin, opcode, 0);
        break;
      case evm::kTimestamp:
        add(at, FindingKind::timestamp, opcode, 0);
        break;
      case evm::kCallcode:
      case evm::kDelegatecall:
        add(at, FindingKind::delegatecall, opcode, 0);
        break;
      case evm::kSelfdestruct:
        add(at, FindingKind::selfdestruct, opcode, 0);
        break;
      case evm::kJump:
      case evm::kJumpi:
        if (push_size_ < 0)
          add(at, FindingKind::jump_dynamic, opcode, kNoTarget);
        else
          add(at, FindingKind::jump_static, opcode, pushed_value(at));
        break;
      case evm::kJumpdest:
        map_[at / kBeatBytes] |= static_cast<std::uint16_t>(1u << (at % kBeatBytes));
        break;
      default:
        break;
    }
    if (is_call(opcode)) {
      if (results_.size() == kFollowed)
        add(at, FindingKind::call_untracked, opcode, 0);
      else
        results_.push_back({at, opcode, 0});
    }
    push_size_ = opcode >= evm::kPush0 && opcode <= evm::kPush32 ? opcode - evm::kPush0 : -1;
  }

  // Of the PUSH that ends in front of `at`.
  std::uint32_t pushed_value(std::uint32_t at) const {
    std::uint64_t value = 0;
    for (const std::uint8_t byte :
         code_.subspan(at - static_cast<unsigned>(push_size_), static_cast<unsigned>(push_size_)))
      value = std::min<std::uint64_t>(value << 8 | byte, std::uint64_t{1} << 32);
    return value > kNoTarget ? kNoTarget : static_cast<std::uint32_t>(value);
  }

  void follow(std::uint32_t at, std::uint8_t opcode) {
    std::size_t kept = 0;
    for (CallResult r : results_) {
      const Fate fate = apply(opcode, r.depth);
      if (fate == Fate::unchecked) add(r.offset, FindingKind::call_unchecked, r.opcode, at);
      if (fate == Fate::leaves) add(r.offset, FindingKind::call_leaves_block, r.opcode, at);
      if (fate == Fate::kept) results_[kept++] = r;
    }
    results_.resize(kept);
  }

  std::uint32_t contract_;
  std::span<const std::uint8_t> code_;
  std::vector<Finding>& out_;
  std::uint16_t* map_;
  std::vector<CallResult> results_;
  int push_size_ = -1;  // of the last instruction; -1: it was no PUSH
};

}  // namespace

std::string_view to_string(FindingKind kind) {
  switch (kind) {
    case FindingKind::origin:
      return "origin";
    case FindingKind::timestamp:
      return "timestamp";
    case FindingKind::delegatecall:
      return "delegatecall";
    case FindingKind::selfdestruct:
      return "selfdestruct";
    case FindingKind::call_unchecked:
      return "call_unchecked";
    case FindingKind::call_leaves_block:
      return "call_leaves_block";
    case FindingKind::call_untracked:
      return "call_untracked";
    case FindingKind::jump_static:
      return "jump_static";
    case FindingKind::jump_dynamic:
      return "jump_dynamic";
    case FindingKind::truncated_push:
      return "truncated_push";
  }
  return "unknown";
}

void CodeBatch::add(std::span<const std::uint8_t> code) {
  const std::uint64_t beats = (code.size() + kBeatBytes - 1) / kBeatBytes;
  if (code_.size() + beats * kBeatBytes > UINT32_MAX)
    throw std::length_error("a batch of bytecode holds less than 2^32 bytes; scan it in several");
  beats_.push_back(static_cast<std::uint32_t>(code_.size() / kBeatBytes));
  lengths_.push_back(static_cast<std::uint32_t>(code.size()));
  code_.insert(code_.end(), code.begin(), code.end());
  code_.resize(beats_.back() * kBeatBytes + beats * kBeatBytes);
  code_bytes_ += code.size();
}

bool jump_target(const CodeBatch& batch, const ScanResult& result, std::size_t contract, std::uint32_t offset) {
  if (offset >= batch.lengths()[contract]) return false;
  return (result.jump_map[batch.beats()[contract] + offset / kBeatBytes] >> (offset % kBeatBytes) & 1) != 0;
}

void scan(const CodeBatch& batch, ScanResult& out) {
  out.findings.clear();
  out.jump_map.assign(batch.code().size() / kBeatBytes, 0);
  for (std::size_t i = 0; i < batch.size(); ++i)
    Sweep(static_cast<std::uint32_t>(i), batch.contract(i), out.findings, out.jump_map.data() + batch.beats()[i]).run();
}

}  // namespace twinpath::batch
