// Device memory of the simulated card: banks as the xclbin has them, each a mapping that costs what is touched. Behind
// a bank lies a page that nobody may touch: an HLS kernel that runs past its bank ends the process.
#pragma once
#include <sys/mman.h>

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace twinpath::sim {

class Memory {
 public:
  Memory() = default;
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() {
    for (const Bank& b : banks_) munmap(b.bytes, b.size + kGuard);
  }

  void add_bank(std::uint64_t base, std::uint64_t size) {
    void* bytes = mmap(nullptr, size + kGuard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (bytes == MAP_FAILED || mprotect(bytes, size, PROT_READ | PROT_WRITE) != 0)
      throw std::runtime_error("simulated card: no room for a bank of " + std::to_string(size) + " bytes");
    banks_.push_back({base, size, static_cast<std::uint8_t*>(bytes)});
  }

  // Empty where no bank holds all of it.
  std::span<std::uint8_t> at(std::uint64_t address, std::uint64_t size) const {
    for (const Bank& b : banks_) {
      if (address >= b.base && size <= b.size && address - b.base <= b.size - size)
        return {b.bytes + (address - b.base), size};
    }
    return {};
  }

 private:
  static constexpr std::uint64_t kGuard = 4096;
  struct Bank {
    std::uint64_t base, size;
    std::uint8_t* bytes;
  };
  std::vector<Bank> banks_;
};

}  // namespace twinpath::sim
