// The kernel's arguments: registers that hold addresses of device memory, all on port m_axi.
#pragma once
#include <cstdint>

#include "host/core/registers.h"

namespace twinpath {

struct KernelArgument {
  const char* name;
  std::uint32_t offset;  // of the register, bytes
};

inline constexpr KernelArgument kKernelArguments[] = {
    {"events", regs::kKernelEventBase},
    {"doorbell", regs::kKernelDoorbellBase},
    {"mailbox", regs::kKernelMailboxBase},
};

}  // namespace twinpath
