// C simulation of bytecode_scan: bytecode made by hand, and what it is to say of it. Exits 0 when all is as it should
// be.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bytecode_scan.h"

using kernel_scan::FindingKind;

namespace {

struct Expected {
  unsigned contract, offset, kind, value;
};

int failures = 0;

void expect(bool right, const char* what, std::size_t i) {
  if (right) return;
  std::printf("%s %zu is not as expected\n", what, i);
  ++failures;
}

// Contracts in hex to the kernel's memory.
void load(const std::vector<std::string>& contracts, std::vector<ap_uint<128>>& code,
          std::vector<ap_uint<32>>& lengths) {
  for (std::size_t c = 0; c < contracts.size(); ++c) {
    const std::string& hex = contracts[c];
    lengths.push_back(static_cast<unsigned>(hex.size() / 2));
    for (std::size_t i = 0; i < hex.size() / 2; ++i) {
      if (i % kernel_scan::kBeatBytes == 0) code.push_back(0);
      const int lo = static_cast<int>(i % kernel_scan::kBeatBytes) * 8;
      code.back().range(lo + 7, lo) = std::strtoul(hex.substr(2 * i, 2).c_str(), nullptr, 16);
    }
  }
}

}  // namespace

int main() {
  // CALLER ORIGIN EQ PUSH1 08 JUMPI TIMESTAMP SELFDESTRUCT JUMPDEST, and 14 bytes of PUSH14 data across a beat;
  // nothing; CALL POP; CALL ISZERO PUSH2 5b5b JUMP; DELEGATECALL, end; PUSH4 cut off; seven times GAS and CALL, five
  // times;
  std::string five;
  for (int i = 0; i < 5; ++i) five += "5a5a5a5a5a5a5af1";
  const std::vector<std::string> contracts = {
      "333214600857"
      "42ff5b"
      "6d5b5b5b5b5b5b5b5b5b5b5b5b5b5b"
      "5b",
      "",
      "f150",
      "f115615b5b56",
      "f4",
      "635b",
      five + "5b"};
  const Expected expected[] = {{0, 1, kernel_scan::kOrigin, 0},
                               {0, 5, kernel_scan::kJumpStatic, 8},
                               {0, 6, kernel_scan::kTimestamp, 0},
                               {0, 7, kernel_scan::kSelfdestruct, 0},
                               {2, 0, kernel_scan::kCallUnchecked, 1},
                               {3, 5, kernel_scan::kJumpStatic, 0x5b5b},
                               {4, 0, kernel_scan::kDelegatecall, 0},
                               {4, 0, kernel_scan::kCallUnchecked, 1},
                               {5, 0, kernel_scan::kTruncatedPush, 3},
                               {6, 39, kernel_scan::kCallUntracked, 0},
                               {6, 7, kernel_scan::kCallLeavesBlock, 40},
                               {6, 15, kernel_scan::kCallLeavesBlock, 40},
                               {6, 23, kernel_scan::kCallLeavesBlock, 40},
                               {6, 31, kernel_scan::kCallLeavesBlock, 40}};
  const unsigned expected_map[] = {0x0100, 0x0100, 0, 0, 0, 0, 0, 0, 0x0100};
  const std::size_t n = sizeof expected / sizeof expected[0], words = sizeof expected_map / sizeof expected_map[0];

  std::vector<ap_uint<128>> code, findings(64);
  std::vector<ap_uint<32>> lengths;
  load(contracts, code, lengths);
  std::vector<ap_uint<16>> map(code.size());
  ap_uint<32> total = 0;
  bytecode_scan(code.data(), lengths.data(), static_cast<unsigned>(contracts.size()), findings.data(), 64, map.data(),
                &total);

  expect(total == n, "the number of findings,", total.to_uint());
  for (std::size_t i = 0; i < n; ++i) {
    const ap_uint<128> f = findings[i];
    expect(f.range(95, 64) == expected[i].contract && f.range(31, 0) == expected[i].offset &&
               f.range(103, 96) == expected[i].kind && f.range(63, 32) == expected[i].value,
           "finding", i);
  }
  expect(map.size() == words, "the number of words of the jump map,", map.size());
  for (std::size_t i = 0; i < words && i < map.size(); ++i)
    expect(map[i] == expected_map[i], "word of the jump map", i);
  std::printf("bytecode_scan: %s\n", failures == 0 ? "as expected" : "FAILED");
  return failures == 0 ? 0 : 1;
}
