// The reference sweep on bytecode made by hand, from the rules in host/batch/README.md.
#include "host/batch/scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "host/batch/evm.h"
#include "testbench/batch/random_batch.h"

namespace twinpath::batch {

void PrintTo(const Finding& f, std::ostream* out) {
  *out << to_string(f.kind) << " at " << f.offset << " of contract " << f.contract << ", value " << f.value
       << ", opcode " << int{f.opcode};
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = FindingKind;

// Mnemonics, and hex for data, to bytes.
std::vector<std::uint8_t> assemble(std::string_view text) {
  std::vector<std::uint8_t> code;
  std::string word;
  const auto take = [&] {
    if (word.empty()) return;
    for (unsigned o = 0; o < 256; ++o)
      if (evm::opcodes()[o].name == word) {
        code.push_back(static_cast<std::uint8_t>(o));
        word.clear();
        return;
      }
    for (std::size_t i = 0; i < word.size(); i += 2)
      code.push_back(static_cast<std::uint8_t>(std::stoul(word.substr(i, 2), nullptr, 16)));
    word.clear();
  };
  for (const char c : text) {
    if (c == ' ')
      take();
    else
      word += c;
  }
  take();
  return code;
}

ScanResult scanned(const std::vector<std::vector<std::uint8_t>>& contracts) {
  CodeBatch batch;
  for (const auto& code : contracts) batch.add(code);
  ScanResult result;
  scan(batch, result);
  return result;
}
std::vector<Finding> findings(std::string_view text) { return scanned({assemble(text)}).findings; }
Finding finding(std::uint32_t offset, Kind kind, std::uint8_t opcode, std::uint32_t value, std::uint32_t contract = 0) {
  return {offset, value, contract, kind, opcode, 0};
}

TEST(Scan, opcodes_are_found_where_they_are) {
  EXPECT_THAT(findings("CALLER ORIGIN EQ TIMESTAMP SELFDESTRUCT"),
              ElementsAre(finding(1, Kind::origin, 0x32, 0), finding(3, Kind::timestamp, 0x42, 0),
                          finding(4, Kind::selfdestruct, 0xff, 0)));
}

TEST(Scan, data_of_a_push_is_no_code) {
  EXPECT_THAT(findings("PUSH4 32425bff STOP PUSH1 32 PUSH32 " + std::string(64, 'f') + " ORIGIN"),
              ElementsAre(finding(5 + 1 + 2 + 33, Kind::origin, 0x32, 0)));
}

TEST(Scan, push0_has_no_data) { EXPECT_THAT(findings("PUSH0 ORIGIN"), ElementsAre(finding(1, Kind::origin, 0x32, 0))); }

TEST(Scan, a_push_cut_off_by_the_end_says_how_much_is_missing) {
  EXPECT_THAT(findings("STOP PUSH4 3242"), ElementsAre(finding(1, Kind::truncated_push, 0x63, 2)));
  EXPECT_THAT(findings("PUSH32"), ElementsAre(finding(0, Kind::truncated_push, 0x7f, 32)));
  EXPECT_THAT(findings("PUSH2 0001"), IsEmpty());
}

TEST(Scan, a_result_that_is_popped_was_not_checked) {
  EXPECT_THAT(findings("CALL POP"), ElementsAre(finding(0, Kind::call_unchecked, 0xf1, 1)));
  EXPECT_THAT(findings("STATICCALL SWAP1 POP POP"), ElementsAre(finding(0, Kind::call_unchecked, 0xfa, 3)));
  EXPECT_THAT(findings("CALL SWAP3 POP POP POP POP"), ElementsAre(finding(0, Kind::call_unchecked, 0xf1, 5)));
}

TEST(Scan, a_result_that_an_instruction_takes_or_copies_was_looked_at) {
  EXPECT_THAT(findings("CALL ISZERO PUSH2 0010 JUMPI"), ElementsAre(finding(5, Kind::jump_static, 0x57, 0x10)));
  EXPECT_THAT(findings("CALL DUP1 POP POP"), IsEmpty());
  EXPECT_THAT(findings("CALL SWAP3 POP POP POP ISZERO"), IsEmpty());
  EXPECT_THAT(findings("CALL PUSH1 04 JUMPI"), ElementsAre(finding(3, Kind::jump_static, 0x57, 4)));
  EXPECT_THAT(findings("CALL PUSH1 00 SSTORE"), IsEmpty());
}

TEST(Scan, a_result_still_there_when_code_ends_well_was_not_checked) {
  EXPECT_THAT(findings("CALL STOP"), ElementsAre(finding(0, Kind::call_unchecked, 0xf1, 1)));
  EXPECT_THAT(findings("CALL"), ElementsAre(finding(0, Kind::call_unchecked, 0xf1, 1)));
  EXPECT_THAT(findings("CALL PUSH0 PUSH0 RETURN"), ElementsAre(finding(0, Kind::call_unchecked, 0xf1, 3)));
  EXPECT_THAT(findings("CALL PUSH0 SELFDESTRUCT"),
              ElementsAre(finding(0, Kind::call_unchecked, 0xf1, 2), finding(2, Kind::selfdestruct, 0xff, 0)));
  EXPECT_THAT(findings("CALL PUSH2 00"),
              ElementsAre(finding(0, Kind::call_unchecked, 0xf1, 3), finding(1, Kind::truncated_push, 0x61, 1)));
}

TEST(Scan, a_result_does_not_matter_where_all_is_undone) {
  EXPECT_THAT(findings("CALL PUSH0 PUSH0 REVERT"), IsEmpty());
  EXPECT_THAT(findings("CALL INVALID"), IsEmpty());
  EXPECT_THAT(findings("CALL 0c POP"), IsEmpty()) << "0x0c is not defined";
}

TEST(Scan, a_result_that_leaves_its_block_is_for_a_later_analysis) {
  EXPECT_THAT(findings("CALL JUMPDEST POP"), ElementsAre(finding(0, Kind::call_leaves_block, 0xf1, 1)));
  EXPECT_THAT(findings("CALL PUSH1 07 JUMP"),
              ElementsAre(finding(0, Kind::call_leaves_block, 0xf1, 3), finding(3, Kind::jump_static, 0x56, 7)));
}

TEST(Scan, swap_and_dup_reach_as_deep_as_they_say) {
  EXPECT_THAT(findings("CALL SWAP16 POP SWAP15 POP"), ElementsAre(finding(0, Kind::call_unchecked, 0xf1, 4)));
  EXPECT_THAT(findings("CALL PUSH0 PUSH0 DUP3 POP POP POP POP"), IsEmpty());
  EXPECT_THAT(findings("CALL PUSH0 PUSH0 DUP2 POP POP POP POP"),
              ElementsAre(finding(0, Kind::call_unchecked, 0xf1, 7)));
}

TEST(Scan, four_results_are_followed_at_a_time_and_the_fifth_is_named) {
  EXPECT_THAT(findings("GAS GAS GAS GAS GAS GAS GAS CALL STOP"),
              ElementsAre(finding(7, Kind::call_unchecked, 0xf1, 8)));
  std::string text;
  for (int i = 0; i < 5; ++i) text += "GAS GAS GAS GAS GAS GAS GAS CALL ";
  const auto all = findings(text + "POP POP");
  EXPECT_THAT(all, ElementsAre(finding(39, Kind::call_untracked, 0xf1, 0), finding(31, Kind::call_unchecked, 0xf1, 41),
                               finding(7, Kind::call_unchecked, 0xf1, 42), finding(15, Kind::call_unchecked, 0xf1, 42),
                               finding(23, Kind::call_unchecked, 0xf1, 42)));
}

TEST(Scan, a_later_call_takes_an_earlier_result_as_its_argument) {
  EXPECT_THAT(findings("CALL CALL POP"), ElementsAre(finding(1, Kind::call_unchecked, 0xf1, 2)));
}

TEST(Scan, delegatecall_and_callcode_are_findings_of_their_own) {
  EXPECT_THAT(findings("DELEGATECALL ISZERO CALLCODE ISZERO"),
              ElementsAre(finding(0, Kind::delegatecall, 0xf4, 0), finding(2, Kind::delegatecall, 0xf2, 0)));
}

TEST(Scan, a_result_pushed_below_the_stacks_end_is_given_up) {
  std::string deep = "CALL";
  for (int i = 0; i < 1023; ++i) deep += " GAS";
  EXPECT_THAT(findings(deep + " STOP"), ElementsAre(finding(0, Kind::call_unchecked, 0xf1, 1024)));
  EXPECT_THAT(findings(deep + " GAS STOP"), IsEmpty());
}

TEST(Scan, jumps_say_their_target_when_it_is_pushed_in_front) {
  EXPECT_THAT(findings("PUSH0 JUMP"), ElementsAre(finding(1, Kind::jump_static, 0x56, 0)));
  EXPECT_THAT(findings("PUSH3 012345 JUMP"), ElementsAre(finding(4, Kind::jump_static, 0x56, 0x012345)));
  EXPECT_THAT(findings("PUSH1 01 DUP1 JUMP"), ElementsAre(finding(3, Kind::jump_dynamic, 0x56, kNoTarget)));
  EXPECT_THAT(findings("PUSH6 000012345678 JUMP"), ElementsAre(finding(7, Kind::jump_static, 0x56, 0x12345678)));
  EXPECT_THAT(findings("PUSH5 0100000000 JUMP"), ElementsAre(finding(6, Kind::jump_static, 0x56, kNoTarget)));
  EXPECT_THAT(findings("PUSH4 ffffffff JUMP"), ElementsAre(finding(5, Kind::jump_static, 0x56, kNoTarget)));
}

TEST(Scan, the_jump_map_has_the_labels_that_are_code) {
  // A label, one in data, one at the end of a beat, one behind it, one at the very end.
  const auto code = assemble("JUMPDEST PUSH1 5b PUSH10 00000000000000000000 STOP JUMPDEST JUMPDEST STOP JUMPDEST");
  ASSERT_EQ(code.size(), 19u);
  CodeBatch batch;
  batch.add({});
  batch.add(code);
  batch.add(assemble("JUMPDEST"));
  ScanResult result;
  scan(batch, result);
  EXPECT_THAT(result.jump_map, ElementsAre(0x8001, 0x0005, 0x0001));
  EXPECT_TRUE(jump_target(batch, result, 1, 0));
  EXPECT_FALSE(jump_target(batch, result, 1, 2));
  EXPECT_TRUE(jump_target(batch, result, 1, 18));
  EXPECT_FALSE(jump_target(batch, result, 1, 19));
}

TEST(Scan, contracts_do_not_know_of_each_other) {
  const auto result = scanned({assemble("CALL"), {}, assemble("POP ORIGIN"), assemble("PUSH32"), assemble("JUMP")});
  EXPECT_THAT(
      result.findings,
      ElementsAre(finding(0, Kind::call_unchecked, 0xf1, 1, 0), finding(1, Kind::origin, 0x32, 0, 2),
                  finding(0, Kind::truncated_push, 0x7f, 32, 3), finding(0, Kind::jump_dynamic, 0x56, kNoTarget, 4)));
}

TEST(Scan, every_byte_of_generated_code_is_an_instruction_or_data) {
  // Conservation: labels found and the jumps named are those that a walk of instructions meets.
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const CodeBatch batch = random_code_batch(seed, 20, 300);
    ScanResult result;
    scan(batch, result);
    std::size_t jumps = 0;
    for (std::size_t c = 0; c < batch.size(); ++c) {
      const auto code = batch.contract(c);
      for (std::size_t at = 0; at < code.size(); at += 1 + evm::immediate_bytes(code[at])) {
        jumps += code[at] == evm::kJump || code[at] == evm::kJumpi;
        EXPECT_EQ(jump_target(batch, result, c, static_cast<std::uint32_t>(at)), code[at] == evm::kJumpdest);
      }
    }
    for (const Finding& f : result.findings) jumps -= f.kind == Kind::jump_static || f.kind == Kind::jump_dynamic;
    EXPECT_EQ(jumps, 0u) << "seed " << seed;
  }
}

TEST(Scan, generated_code_has_findings_of_every_kind) {
  std::array<std::size_t, 11> seen{};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    ScanResult result;
    scan(random_code_batch(seed, 20, 400), result);
    for (const Finding& f : result.findings) ++seen[static_cast<std::size_t>(f.kind)];
  }
  for (std::size_t kind = 1; kind < seen.size(); ++kind)
    EXPECT_GT(seen[kind], 10u) << to_string(static_cast<FindingKind>(kind));
}

}  // namespace
}  // namespace twinpath::batch
