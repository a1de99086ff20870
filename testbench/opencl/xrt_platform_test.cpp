// drivers/opencl on XRT's own OpenCL platform, with the simulated card behind it: program, buffers, an HLS kernel, and
// the kernel that it does not start.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "drivers/opencl/opencl_device.h"
#include "drivers/xrt/simulated_card.h"
#include "testbench/batch/random_batch.h"

namespace twinpath::opencl {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Debian's package brings the platform without telling the ICD loader of it. Before the loader's first call.
const Device& device() {
  static const Device one = [] {
    setenv("XCL_EMULATION_MODE", "hw_emu", 1);
    const std::filesystem::path vendors = prepare_emulation() / "vendors";
    std::filesystem::create_directory(vendors);
    std::ofstream(vendors / "xilinx.icd") << "libxilinxopencl.so.2\n";
    setenv("OCL_ICD_VENDORS", vendors.c_str(), 1);
    return Device("xilinx", {{}, simulated_card_xclbin()});
  }();
  return one;
}

TEST(XrtPlatform, LoadsAnXclbinAndKeepsWhatIsWrittenToItsMemory) {
  std::vector<std::uint32_t> in(50'000), out(in.size());
  std::iota(in.begin(), in.end(), 7U);
  const cl::Buffer buffer = device().input(in.data(), in.size());
  device().read(buffer, out.data(), out.size() * sizeof out[0]);
  EXPECT_EQ(in, out);
  EXPECT_THAT(device().name(), HasSubstr("Xilinx"));
}

TEST(XrtPlatform, SaysWhyAUserManagedKernelIsNotStarted) {
  const auto message = [](const char* name) -> std::string {
    try {
      device().kernel(name);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_THAT(message("twinpath_kernel"),
              AllOf(HasSubstr("kernel 'twinpath_kernel' is in the program"), HasSubstr("name its card as xrt:")));
  EXPECT_THAT(message("nonsense"), HasSubstr("the program has no kernel 'nonsense'"));
}

TEST(XrtPlatform, RunsAnHlsKernelAsTheReferenceDoes) {
  const batch::CodeBatch batch = batch::random_code_batch(3, 20, 300);
  batch::ScanResult expected, found;
  batch::scan(batch, expected);
  ASSERT_FALSE(expected.findings.empty());
  found.findings.resize(expected.findings.size());
  found.jump_map.resize(expected.jump_map.size());
  cl::Kernel kernel = device().kernel("bytecode_scan");
  const cl::Buffer code = device().input(batch.code().data(), batch.code().size());
  const cl::Buffer lengths = device().input(batch.lengths().data(), batch.lengths().size());
  const cl::Buffer findings = device().output<batch::Finding>(found.findings.size());
  const cl::Buffer map = device().output<std::uint16_t>(found.jump_map.size());
  const cl::Buffer total = device().output<cl_uint>(1);
  device().run(kernel, 1, code, lengths, static_cast<cl_uint>(batch.size()), findings,
               static_cast<cl_uint>(found.findings.size()), map, total);
  cl_uint n = 0;
  device().read(total, &n, sizeof n);
  EXPECT_EQ(n, expected.findings.size());
  device().read(findings, found.findings.data(), found.findings.size() * sizeof(batch::Finding));
  device().read(map, found.jump_map.data(), found.jump_map.size() * 2);
  EXPECT_EQ(found, expected);
}

TEST(XrtPlatform, HasNoCompiler) {
  device();
  try {
    const Device other("xilinx", {{"__kernel void k() {}"}, {}});
    FAIL() << "a program was built from source";
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("has no compiler; give it a binary that was built for it"));
  }
}

}  // namespace
}  // namespace twinpath::opencl
