// The batch backend `xrt:0` on the simulated card, through the stock XRT runtime, against the software references bit
// by bit. Each case is a process of its own: the runtime is configured once a process.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "drivers/xrt/xrt_batch.h"
#include "testbench/batch/random_batch.h"

namespace twinpath::batch {
namespace {

std::unique_ptr<Backend> card() {
  setenv("XCL_EMULATION_MODE", "hw_emu", 1);
  BatchRegistry registry;
  add_xrt_batch(registry);
  return registry.make("xrt:0");
}

TEST(XrtBatch, ScansAsTheReferenceDoes) {
  const auto backend = card();
  std::size_t findings = 0;
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const CodeBatch batch = random_code_batch(seed, 40, seed % 2 == 0 ? 40 : 800);
    ScanResult expected, found;
    scan(batch, expected);
    backend->scan(batch, found);
    ASSERT_EQ(found, expected) << "seed " << seed;
    EXPECT_GT(backend->kernel_time().value, 0U);
    findings += expected.findings.size();
  }
  EXPECT_GT(findings, 1000U);
}

TEST(XrtBatch, FindsMoreThanItHadRoomFor) {
  CodeBatch batch;
  batch.add(std::vector<std::uint8_t>(3000, 0x32));  // ORIGIN: a finding a byte, more than are made room for at first
  ScanResult expected, found;
  scan(batch, expected);
  ASSERT_GT(expected.findings.size(), 3000 / 8 + 1024U);
  card()->scan(batch, found);
  EXPECT_EQ(found, expected);
}

TEST(XrtBatch, MarginsAsTheReferenceDoes) {
  const auto backend = card();
  for (std::uint64_t seed = 100; seed < 108; ++seed) {
    const MarginBook book = random_margin_book(seed, {60, static_cast<std::uint32_t>(1 + seed % 20), true});
    MarginResult expected, found;
    margin_sweep(book, expected);
    backend->margin(book, found);
    ASSERT_EQ(found, expected) << "seed " << seed;
  }
}

TEST(XrtBatch, TakesEmptyBatches) {
  const auto backend = card();
  ScanResult expected_scan, found_scan;
  scan(CodeBatch{}, expected_scan);
  backend->scan(CodeBatch{}, found_scan);
  EXPECT_EQ(found_scan, expected_scan);
  const MarginBook book({{100, 10, 5}}, {}, {});
  MarginResult expected, found;
  margin_sweep(book, expected);
  backend->margin(book, found);
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace twinpath::batch
