// What XRT's hardware-emulation runtime needs around it to start our simulated card (sim/xrt), and the timed wire to
// it.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "drivers/xrt/call_guard.h"
#include "drivers/xrt/wire_protocol.h"
#include "host/path/device.h"

namespace twinpath {

// XCL_EMULATION_MODE is hw_emu: devices are simulated cards.
bool emulated();

// The card's program and xclbin as this build made them; TWINPATH_CARD and TWINPATH_XCLBIN name others. Empty where
// this build has none.
std::filesystem::path simulated_card_program();
std::filesystem::path simulated_card_xclbin();

// A folder of this process with simulate.sh and xrt.ini, and the environment that points the runtime to them: to be
// made before the runtime's first call. What the user has set (XRT_INI_PATH, XILINX_XRT) stays. The folder goes with
// the process. Throws DeviceError.
const std::filesystem::path& prepare_emulation();

// The wire's listening end; the card joins when the runtime has started it.
class TimedWire final : public TimedNetwork {
 public:
  explicit TimedWire(std::string device);
  ~TimedWire() override;
  TimedWire(const TimedWire&) = delete;
  TimedWire& operator=(const TimedWire&) = delete;

  // The card has joined, or waits to.
  bool joined() const;
  // Waits for the card, at most `patience`. Throws DeviceError.
  void accept(std::chrono::milliseconds patience);
  // Told when the card has gone.
  void on_gone(std::function<void(const std::string&)> told) { told_ = std::move(told); }
  // Why the card's process has ended; empty while it runs, or has not joined.
  std::string gone() const;

  void frame(Cycles time, std::span<const std::uint8_t> bytes, bool wrong_fcs) override;
  void settle(const OrderFrame& out) override { exchange(wire::Kind::settle, {}, out); }
  void advance(Cycles time, const OrderFrame& out) override { exchange(wire::Kind::advance, time, out); }
  std::uint64_t cycles() const noexcept override { return cycles_; }

 private:
  void send(wire::Kind kind, std::uint32_t flags, Cycles time, std::span<const std::uint8_t> payload);
  void exchange(wire::Kind kind, Cycles time, const OrderFrame& out);
  [[noreturn]] void lost();

  std::string device_;
  std::filesystem::path path_;
  std::function<void(const std::string&)> told_ = [](const std::string&) {};
  int listener_ = -1;
  int wire_ = -1;
  pid_t card_ = 0;
  std::uint64_t cycles_ = 0;
  std::vector<std::uint8_t> buffer_;
};

}  // namespace twinpath
