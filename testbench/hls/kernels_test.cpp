// C simulation of the batch kernels against the software references, bit by bit, on generated batches.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "host/batch/evm.h"
#include "testbench/batch/random_batch.h"
#include "testbench/hls/kernel_memory.h"

namespace twinpath::batch {
namespace {

TEST(BytecodeScanKernel, its_opcode_table_is_the_hosts) {
  for (unsigned o = 0; o < 256; ++o) {
    const evm::Opcode& host = evm::opcodes()[o];
    const unsigned row = kernel_scan::kOpcodes[o], cls = row >> 4;
    EXPECT_EQ(row & 7, host.pops) << "opcode " << o;
    EXPECT_EQ(row >> 3 & 1, host.pushes) << "opcode " << o;
    if (host.name.empty()) {
      EXPECT_EQ(cls, kernel_scan::kFails) << "opcode " << o;
    }
    EXPECT_EQ(cls == kernel_scan::kPush, o >= evm::kPush0 && o <= evm::kPush32);
  }
}

TEST(BytecodeScanKernel, agrees_with_the_reference_on_generated_code) {
  std::size_t findings = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const CodeBatch batch = random_code_batch(seed, 12, seed % 3 == 0 ? 40 : 400);
    ScanResult expected;
    scan(batch, expected);
    std::uint32_t total = 0;
    const ScanResult got = run_scan_kernel(batch, 4096, total);
    ASSERT_EQ(total, expected.findings.size()) << "seed " << seed;
    for (std::size_t i = 0; i < total; ++i)
      ASSERT_EQ(got.findings[i], expected.findings[i]) << "seed " << seed << " finding " << i;
    ASSERT_EQ(got.jump_map, expected.jump_map) << "seed " << seed;
    findings += total;
  }
  EXPECT_GT(findings, 2000u);
}

TEST(BytecodeScanKernel, counts_what_it_has_no_room_for) {
  const CodeBatch batch = random_code_batch(7, 12, 400);
  ScanResult expected;
  scan(batch, expected);
  std::uint32_t total = 0;
  const ScanResult got = run_scan_kernel(batch, 5, total);
  EXPECT_EQ(total, expected.findings.size());
  ASSERT_EQ(got.findings.size(), 5u);
  EXPECT_TRUE(std::equal(got.findings.begin(), got.findings.end(), expected.findings.begin()));
}

TEST(MarginSweepKernel, agrees_with_the_reference_on_generated_books) {
  for (std::uint64_t seed = 100; seed < 130; ++seed) {
    const MarginBook book = random_margin_book(seed, {40, static_cast<std::uint32_t>(1 + seed % 20), true});
    MarginResult expected;
    margin_sweep(book, expected);
    MarginSummary summary;
    const MarginResult got = run_margin_kernel(book.instruments(), book.cash(), book.positions(), summary);
    ASSERT_EQ(summary.without_place, 0u);
    for (std::size_t i = 0; i < expected.accounts.size(); ++i)
      ASSERT_EQ(got.accounts[i], expected.accounts[i]) << "seed " << seed << " account " << i;
    for (std::size_t i = 0; i < expected.positions.size(); ++i)
      ASSERT_EQ(got.positions[i], expected.positions[i]) << "seed " << seed << " position " << i;
    ASSERT_EQ(got.liquidate, expected.liquidate) << "seed " << seed;
  }
}

TEST(MarginSweepKernel, the_most_positions_of_the_most_value_do_not_wrap) {
  std::vector<MarginInstrument> instruments(kMostInstruments, {UINT32_MAX, 10'000, 10'000});
  std::vector<MarginPosition> positions;
  for (std::uint16_t i = 0; i < kMostInstruments; ++i) positions.push_back({0, 0, -65'536, i, 0});
  for (std::uint16_t i = 0; i < kMostInstruments; ++i) positions.push_back({1, 0, i % 2 ? 65'536 : -65'536, i, 0});
  const MarginBook book(instruments, {-kMostCash, kMostCash}, positions);
  MarginResult expected;
  margin_sweep(book, expected);
  MarginSummary summary;
  EXPECT_EQ(run_margin_kernel(book.instruments(), book.cash(), book.positions(), summary), expected);
  EXPECT_EQ(expected.accounts[0].status, MarginStatus::liquidate);
}

TEST(MarginSweepKernel, says_when_positions_are_out_of_order) {
  const std::vector<MarginInstrument> instruments(1, {100, 10, 5});
  const std::vector<std::int64_t> cash{0, 0, 0};
  MarginSummary summary;
  run_margin_kernel(instruments, cash, std::vector<MarginPosition>{{1, 1, 1, 0, 0}, {0, 1, 1, 0, 0}, {2, 1, 1, 0, 0}},
                    summary);
  EXPECT_EQ(summary.without_place, 2u);
  run_margin_kernel(instruments, cash, std::vector<MarginPosition>{{3, 1, 1, 0, 0}}, summary);
  EXPECT_EQ(summary.without_place, 1u);
}

TEST(Kernels, the_comparison_notices_one_bit) {
  const CodeBatch batch = random_code_batch(3, 4, 200);
  ScanResult expected;
  scan(batch, expected);
  std::uint32_t total = 0;
  ScanResult got = run_scan_kernel(batch, 4096, total);
  ASSERT_FALSE(got.findings.empty());
  got.findings.back().value ^= 1u << 31;
  EXPECT_NE(got, expected);
}

}  // namespace
}  // namespace twinpath::batch
