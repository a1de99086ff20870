// sim/xrt/compute_unit.*: the registers of an HLS kernel as UG1399 has them, and its C++ on the card's memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "host/batch/scan.h"
#include "sim/xrt/compute_unit.h"
#include "testbench/batch/random_batch.h"

namespace twinpath::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Unit = ComputeUnit;

constexpr std::uint64_t kBase = 0x10000000, kBytes = 1U << 20U;
constexpr std::uint64_t kCode = kBase, kLengths = kBase + 0x40000, kFindings = kBase + 0x50000, kMap = kBase + 0xC0000,
                        kTotal = kBase + 0xF0000;
constexpr std::uint32_t kCapacity = 4096;

class ScanUnit : public ::testing::Test {
 protected:
  ScanUnit() { memory_.add_bank(kBase, kBytes); }

  void make(const std::string& faults = "") {
    unit_ = std::make_unique<Unit>(hls_kernels().front(), memory_, CardFaults::parse(faults));
  }
  void write64(std::uint32_t offset, std::uint64_t value) {
    unit_->write(offset, static_cast<std::uint32_t>(value));
    unit_->write(offset + 4, static_cast<std::uint32_t>(value >> 32U));
  }
  // As a driver does that has the register map of Vitis HLS before it.
  void start(const batch::CodeBatch& batch) {
    std::memcpy(memory_.at(kCode, batch.code().size_bytes()).data(), batch.code().data(), batch.code().size_bytes());
    std::memcpy(memory_.at(kLengths, batch.lengths().size_bytes()).data(), batch.lengths().data(),
                batch.lengths().size_bytes());
    write64(0x10, kCode);
    write64(0x1C, kLengths);
    unit_->write(0x28, static_cast<std::uint32_t>(batch.size()));
    write64(0x30, kFindings);
    unit_->write(0x3C, kCapacity);
    write64(0x44, kMap);
    write64(0x50, kTotal);
    unit_->write(Unit::kControl, Unit::kStart);
  }
  std::uint32_t wait() {
    for (int i = 0; i < 20'000; ++i) {
      const std::uint32_t control = unit_->read(Unit::kControl);
      if ((control & Unit::kDone) != 0) return control;
      EXPECT_EQ(control, Unit::kStart);
    }
    return 0;
  }
  batch::ScanResult result(const batch::CodeBatch& batch) {
    std::uint32_t n = 0;
    std::memcpy(&n, memory_.at(kTotal, 4).data(), 4);
    batch::ScanResult r;
    r.findings.resize(std::min(n, kCapacity));
    r.jump_map.resize(batch.code().size() / batch::kBeatBytes);
    const std::size_t bytes = r.findings.size() * sizeof(batch::Finding);
    std::memcpy(r.findings.data(), memory_.at(kFindings, bytes).data(), bytes);
    std::memcpy(r.jump_map.data(), memory_.at(kMap, r.jump_map.size() * 2).data(), r.jump_map.size() * 2);
    return r;
  }
  std::string error_of_a_run() {
    unit_->write(Unit::kControl, Unit::kStart);
    try {
      wait();
    } catch (const std::exception& e) {
      return e.what();
    }
    return {};
  }

  Memory memory_;
  std::unique_ptr<Unit> unit_;
};

// Worked out by hand: the words of an argument, and a reserved one.
TEST(HlsKernels, RegistersLieWhereVitisHlsPutsThem) {
  const auto offsets = [](const HlsKernel& k) {
    std::vector<std::uint32_t> all;
    for (const HlsArgument& a : k.arguments) all.push_back(a.offset);
    return all;
  };
  ASSERT_EQ(hls_kernels().size(), 2U);
  EXPECT_THAT(offsets(hls_kernels()[0]), ElementsAre(0x10, 0x1C, 0x28, 0x30, 0x3C, 0x44, 0x50));
  EXPECT_THAT(offsets(hls_kernels()[1]), ElementsAre(0x10, 0x1C, 0x24, 0x30, 0x38, 0x44, 0x4C, 0x58, 0x64, 0x70));
  EXPECT_EQ(hls_kernels()[1].arguments[2].type, "const ap_int<64>*");
}

TEST_F(ScanUnit, RunsAndSaysSoOnce) {
  make();
  const batch::CodeBatch batch = batch::random_code_batch(5, 20, 400);
  batch::ScanResult expected;
  batch::scan(batch, expected);
  EXPECT_EQ(unit_->read(Unit::kControl), Unit::kIdle);
  for (int i = 0; i < 2; ++i) {
    std::memset(memory_.at(kFindings, 0x80000).data(), 0xEE, 0x80000);
    start(batch);
    EXPECT_EQ(wait(), Unit::kDone | Unit::kIdle | Unit::kReady);
    EXPECT_EQ(unit_->read(Unit::kControl), Unit::kIdle) << "done and ready are cleared by reading";
    EXPECT_EQ(result(batch), expected);
  }
  EXPECT_EQ(unit_->read(0x10), static_cast<std::uint32_t>(kCode));
  EXPECT_EQ(unit_->read(0x2C), 0U) << "behind `contracts`: reserved";
}

TEST_F(ScanUnit, AnArgumentAtAnotherOffsetIsSeenInTheResult) {
  make("argument=bytecode_scan.capacity:0x40");
  const batch::CodeBatch batch = batch::random_code_batch(5, 20, 400);
  batch::ScanResult expected;
  batch::scan(batch, expected);
  start(batch);
  EXPECT_NE(wait(), 0U);
  EXPECT_NE(result(batch), expected);
}

TEST_F(ScanUnit, SetsTheInterruptsThatAreWanted) {
  make();
  unit_->write(Unit::kInterruptEnable, Unit::kDoneInterrupt);
  start(batch::random_code_batch(5, 1, 40));
  wait();
  EXPECT_EQ(unit_->read(Unit::kInterruptStatus), Unit::kDoneInterrupt);
  unit_->write(Unit::kInterruptStatus, Unit::kDoneInterrupt);
  EXPECT_EQ(unit_->read(Unit::kInterruptStatus), 0U);
}

TEST_F(ScanUnit, AddressesThatCannotBeAreNamed) {
  make();
  EXPECT_THAT(error_of_a_run(), HasSubstr("bytecode_scan: argument code: expected an address in the card's memory, a "
                                          "multiple of 16, found 0x0"));
  make();
  write64(0x10, kCode + 8);
  EXPECT_THAT(error_of_a_run(), HasSubstr("argument code: expected an address"));
  make();
  write64(0x10, kCode);
  write64(0x1C, kBase + kBytes - 2);
  EXPECT_THAT(error_of_a_run(), HasSubstr("argument lengths: expected an address"));
}

TEST_F(ScanUnit, WhatIsNotSimulatedIsRefused) {
  make();
  EXPECT_THROW(unit_->write(Unit::kControl, Unit::kStart | Unit::kAutoRestart), std::runtime_error);
}

}  // namespace
}  // namespace twinpath::sim
