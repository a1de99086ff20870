#include "sim/xrt/compute_unit.h"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <utility>

namespace twinpath::sim {
namespace {

// The runtime's scheduler asks without a pause; the kernel needs the processor more than it does.
constexpr std::chrono::milliseconds kLook{1};

}  // namespace

ComputeUnit::ComputeUnit(const HlsKernel& kernel, const Memory& memory, const CardFaults& faults)
    : kernel_(kernel), memory_(memory), faults_(faults) {
  for (const HlsArgument& a : kernel.arguments)
    for (std::uint32_t at = 0; at < a.bytes; at += 4)
      words_[faults_.argument_offset(kernel.name, a.name, a.offset) + at];
}

ComputeUnit::~ComputeUnit() {
  if (thread_.joinable()) thread_.join();
}

void ComputeUnit::start() {
  if (thread_.joinable()) thread_.join();
  std::vector<std::uint64_t> values;
  for (const HlsArgument& a : kernel_.arguments) {
    const std::uint32_t at = faults_.argument_offset(kernel_.name, a.name, a.offset);
    values.push_back(words_[at] | (a.bytes == 8 ? std::uint64_t{words_[at + 4]} << 32U : 0));
  }
  running_ = true;
  if (faults_.endless_run == runs_++) return;
  thread_ = std::thread([this, values = std::move(values)] {
    std::exception_ptr error;
    try {
      kernel_.run(memory_, values);
    } catch (...) {
      error = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    running_ = false;
    done_ = ready_ = true;
    interrupt_status_ |= interrupt_enable_ & (kDoneInterrupt | kReadyInterrupt);
    error_ = error;
    ended_.notify_all();
  });
}

std::uint32_t ComputeUnit::control() {
  std::unique_lock lock(mutex_);
  if (runs_ > 0 && faults_.die_in_run == runs_ - 1) raise(SIGKILL);
  if (running_) ended_.wait_for(lock, kLook, [&] { return !running_; });
  if (error_) std::rethrow_exception(error_);
  return (running_ ? kStart : kIdle) | (std::exchange(done_, false) ? kDone : 0) |
         (std::exchange(ready_, false) ? kReady : 0);
}

std::uint32_t ComputeUnit::read(std::uint32_t offset) {
  switch (offset) {
    case kControl:
      return control();
    case kGlobalInterrupt:
      return global_interrupt_;
    case kInterruptEnable:
      return interrupt_enable_;
    case kInterruptStatus: {
      const std::lock_guard lock(mutex_);
      return interrupt_status_;
    }
    default: {
      const auto found = words_.find(offset);
      return found == words_.end() ? 0 : found->second;
    }
  }
}

void ComputeUnit::write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case kControl: {
      if ((value & kAutoRestart) != 0)
        throw std::runtime_error(fmt::format("simulated card: {}: auto_restart is not simulated", kernel_.name));
      std::unique_lock lock(mutex_);
      const bool begins = (value & kStart) != 0 && !running_;
      lock.unlock();
      if (begins) start();
      break;
    }
    case kGlobalInterrupt:
      global_interrupt_ = value & 1;
      break;
    case kInterruptEnable: {
      const std::lock_guard lock(mutex_);
      interrupt_enable_ = value & (kDoneInterrupt | kReadyInterrupt);
      break;
    }
    case kInterruptStatus: {  // toggled by writing 1
      const std::lock_guard lock(mutex_);
      interrupt_status_ ^= value & (kDoneInterrupt | kReadyInterrupt);
      break;
    }
    default: {
      const auto found = words_.find(offset);
      if (found != words_.end()) found->second = value;
    }
  }
}

}  // namespace twinpath::sim
