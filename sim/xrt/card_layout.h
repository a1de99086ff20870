// What the simulated card has, as its xclbin says it: two banks of a U50's HBM and one instance of the kernel.
#pragma once
#include <cstdint>

namespace twinpath::sim {

inline constexpr unsigned kBanks = 2;
inline constexpr std::uint64_t kBankBytes = 256ULL << 20U;
inline constexpr std::uint64_t kRegisterBase = 0x1810000;
inline constexpr std::uint64_t kRegisterBytes = 0x10000;
inline constexpr const char* kKernel = "twinpath_kernel";
inline constexpr const char* kInstance = "twinpath_0";

}  // namespace twinpath::sim
