// A compute unit of an HLS kernel: its s_axilite registers with the block protocol ap_ctrl_hs (UG1399, "S_AXILITE
// Control Register Map"), and its C++, which runs beside the card while the registers answer. The interrupt's registers
// are there, its wire is not; auto_restart is refused.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "sim/xrt/card_faults.h"
#include "sim/xrt/hls_kernels.h"

namespace twinpath::sim {

class ComputeUnit {
 public:
  static constexpr std::uint32_t kControl = 0x00, kGlobalInterrupt = 0x04, kInterruptEnable = 0x08,
                                 kInterruptStatus = 0x0C;
  // Of kControl. Done and ready are cleared by reading them, start by its handshake: when the kernel is ready.
  static constexpr std::uint32_t kStart = 1, kDone = 2, kIdle = 4, kReady = 8, kAutoRestart = 0x80;
  // Of the registers of the interrupt.
  static constexpr std::uint32_t kDoneInterrupt = 1, kReadyInterrupt = 2;

  ComputeUnit(const HlsKernel& kernel, const Memory& memory, const CardFaults& faults);
  ~ComputeUnit();  // waits for the end of a run
  ComputeUnit(const ComputeUnit&) = delete;
  ComputeUnit& operator=(const ComputeUnit&) = delete;

  const HlsKernel& kernel() const noexcept { return kernel_; }
  // Where there is no register: 0, and written in vain. While the kernel runs, a read of kControl waits a little for
  // its end. Throws what ended the kernel's run before its time.
  std::uint32_t read(std::uint32_t offset);
  void write(std::uint32_t offset, std::uint32_t value);

 private:
  void start();
  std::uint32_t control();

  const HlsKernel& kernel_;
  const Memory& memory_;
  CardFaults faults_;
  std::map<std::uint32_t, std::uint32_t> words_;  // of the arguments, by offset
  std::uint32_t global_interrupt_ = 0, interrupt_enable_ = 0;
  std::uint64_t runs_ = 0;

  std::mutex mutex_;
  std::condition_variable ended_;
  bool running_ = false, done_ = false, ready_ = false;
  std::uint32_t interrupt_status_ = 0;
  std::exception_ptr error_;
  std::thread thread_;
};

}  // namespace twinpath::sim
