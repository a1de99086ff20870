// The OpenCL C twins against the references, bit by bit, on the CPU's OpenCL platform; and what goes wrong on the way
// there.
#include "drivers/opencl/opencl_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "testbench/batch/random_batch.h"

namespace twinpath::batch {
namespace {

using testing::HasSubstr;

constexpr const char* kPlatform = "portable computing language";

Backend& backend() {
  static const std::unique_ptr<Backend> one = opencl::make_batch(kPlatform, opencl::batch_program());
  return *one;
}

template <class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "nothing was thrown";
}

TEST(OpenclBatch, scans_generated_code_as_the_reference_does) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const CodeBatch batch = random_code_batch(seed, 50, seed % 3 == 0 ? 40 : 600);
    ScanResult expected, got;
    scan(batch, expected);
    backend().scan(batch, got);
    ASSERT_EQ(got.findings.size(), expected.findings.size()) << "seed " << seed;
    for (std::size_t i = 0; i < got.findings.size(); ++i)
      ASSERT_EQ(got.findings[i], expected.findings[i]) << "seed " << seed << " finding " << i;
    ASSERT_EQ(got.jump_map, expected.jump_map) << "seed " << seed;
  }
}

TEST(OpenclBatch, sweeps_generated_books_as_the_reference_does) {
  for (std::uint64_t seed = 200; seed < 260; ++seed) {
    const MarginBook book = random_margin_book(seed, {150, static_cast<std::uint32_t>(1 + seed % 20), true});
    MarginResult expected, got;
    margin_sweep(book, expected);
    backend().margin(book, got);
    for (std::size_t i = 0; i < expected.accounts.size(); ++i)
      ASSERT_EQ(got.accounts[i], expected.accounts[i]) << "seed " << seed << " account " << i;
    for (std::size_t i = 0; i < expected.positions.size(); ++i)
      ASSERT_EQ(got.positions[i], expected.positions[i]) << "seed " << seed << " position " << i;
    ASSERT_EQ(got.liquidate, expected.liquidate) << "seed " << seed;
  }
}

TEST(OpenclBatch, lists_accounts_across_blocks_in_order) {
  const MarginBook book = random_margin_book(1, {5000, 3, false});
  MarginResult expected, got;
  margin_sweep(book, expected);
  backend().margin(book, got);
  EXPECT_GT(expected.liquidate.size(), 100u);
  EXPECT_EQ(got, expected);
}

TEST(OpenclBatch, an_empty_batch_has_an_empty_result) {
  ScanResult scanned;
  backend().scan(CodeBatch{}, scanned);
  EXPECT_EQ(scanned, ScanResult{});
  MarginResult swept;
  backend().margin(MarginBook({}, {}, {}), swept);
  EXPECT_EQ(swept, MarginResult{});
  CodeBatch empty;
  empty.add({});
  backend().scan(empty, scanned);
  EXPECT_EQ(scanned, ScanResult{});
}

TEST(OpenclBatch, a_saved_binary_computes_the_same) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "twinpath_batch.clbin";
  opencl::Device(kPlatform, opencl::batch_program()).save(file);
  const auto loaded = opencl::make_batch(kPlatform, {{}, file});
  const CodeBatch batch = random_code_batch(5, 20, 300);
  ScanResult expected, got;
  scan(batch, expected);
  loaded->scan(batch, got);
  EXPECT_EQ(got, expected);
  std::filesystem::remove(file);
}

TEST(OpenclBatch, a_file_that_is_no_binary_is_named) {
  const std::string here = TP_SOURCE_DIR "/drivers/opencl/bytecode_scan.cl";
  EXPECT_THAT(message_of([&] { opencl::make_batch(kPlatform, {{}, here}); }),
              HasSubstr(here + ": is no binary for this device"));
  EXPECT_THAT(message_of([&] { opencl::make_batch(kPlatform, {{}, "/nowhere/x.clbin"}); }),
              HasSubstr("/nowhere/x.clbin: cannot be read"));
}

TEST(OpenclBatch, a_program_that_does_not_compile_shows_the_compilers_words) {
  EXPECT_THAT(message_of([] { opencl::make_batch(kPlatform, {{"__kernel void scan_count( { }"}, {}}); }),
              HasSubstr("building the program"));
}

TEST(OpenclBatch, a_kernel_that_is_missing_is_named) {
  EXPECT_THAT(message_of([] { opencl::make_batch(kPlatform, {{"__kernel void other(uint n) { }"}, {}}); }),
              HasSubstr("the program has no kernel 'scan_count'"));
}

TEST(OpenclBatch, a_platform_that_is_not_there_is_answered_with_those_that_are) {
  const std::string message = message_of([] { opencl::make_batch("abacus", opencl::batch_program()); });
  EXPECT_THAT(message, HasSubstr("no platform 'abacus'; there are 0 '"));
  EXPECT_THAT(message, HasSubstr("Portable Computing Language"));
  EXPECT_THAT(message_of([] { opencl::make_batch("99", opencl::batch_program()); }), HasSubstr("no platform '99'"));
}

TEST(OpenclBatch, a_wrong_program_is_noticed_by_the_comparison) {
  // The twin with one more result followed than the reference follows.
  std::string source(opencl::batch_program().sources[0]);
  const std::string from = "#define FOLLOWED 4", to = "#define FOLLOWED 5";
  ASSERT_NE(source.find(from), std::string::npos);
  source.replace(source.find(from), from.size(), to);
  const auto faulty = opencl::make_batch(kPlatform, {{source, opencl::batch_program().sources[1]}, {}});
  const CodeBatch batch = random_code_batch(0, 200, 600);
  ScanResult expected, got;
  scan(batch, expected);
  faulty->scan(batch, got);
  EXPECT_FALSE(got == expected);
}

TEST(BatchRegistry, addresses_name_backends) {
  BatchRegistry registry;
  opencl::add_opencl(registry);
  EXPECT_EQ(registry.make("cpu")->name(), "this CPU, one thread");
  EXPECT_THAT(registry.make("opencl:0")->name(), HasSubstr(", "));
  EXPECT_EQ(message_of([&] { registry.make("gpu:1"); }), "batch backend 'gpu:1': expected one of cpu, opencl:");
  EXPECT_EQ(message_of([&] { registry.make("cpu:4"); }), "batch backend 'cpu' takes nothing behind a colon, found '4'");
  EXPECT_THAT(registry.available(), testing::Contains(HasSubstr("opencl:Portable")));
}

}  // namespace
}  // namespace twinpath::batch
