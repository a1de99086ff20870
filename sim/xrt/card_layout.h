// What the simulated card has, as its xclbin says it: two banks of a U50's HBM, one instance of the tick-to-trade
// kernel and one of each HLS kernel (hls_kernels.h). All use the first bank: where kernels use several, XRT's OpenCL
// platform does not know where a buffer belongs before it is an argument.
#pragma once
#include <cstdint>

namespace twinpath::sim {

inline constexpr unsigned kBanks = 2;
inline constexpr std::uint64_t kBankBytes = 256ULL << 20U;
inline constexpr unsigned kBank = 0;  // that the kernels use
inline constexpr std::uint64_t kRegisterBase = 0x1810000;
inline constexpr std::uint64_t kHlsRegisterBase = 0x1820000;  // of the first; the others follow
inline constexpr std::uint64_t kRegisterBytes = 0x10000;      // of each kernel
inline constexpr const char* kKernel = "twinpath_kernel";
inline constexpr const char* kInstance = "twinpath_0";

}  // namespace twinpath::sim
