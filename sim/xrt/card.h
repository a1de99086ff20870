// The simulated card: what the runtime's calls and the network's frames do to the kernel.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/xrt/wire_protocol.h"
#include "host/path/input_clock.h"
#include "host/path/packet_io.h"
#include "sim/xrt/card_faults.h"
#include "sim/xrt/compute_unit.h"
#include "sim/xrt/emulation_link.h"
#include "sim/xrt/kernel_model.h"
#include "sim/xrt/memory.h"

namespace twinpath::sim {

struct CardOptions {
  std::string wire;     // the socket where the timed wire's peer listens; empty: none
  std::string receive;  // packet I/O addresses of the network port (drivers/README.md); empty: none
  std::string send;
  CardFaults faults;
};

class Card {
 public:
  explicit Card(const CardOptions& options);
  ~Card();

  // Until the runtime closes the device.
  void run(EmulationLink& link);

 private:
  bool call(EmulationLink& link);
  std::vector<std::uint8_t> answer(std::uint32_t api, const std::vector<std::uint8_t>& message);
  std::uint32_t read_register(std::uint64_t address);
  // False: refused.
  bool write_register(std::uint64_t address, std::uint32_t value);
  // The HLS kernel's whose registers hold this address; null: none.
  ComputeUnit* unit_at(std::uint64_t address);
  void silence(std::uint32_t offset) const;
  bool wire_message();
  void tell(wire::Kind kind, std::uint64_t time, std::span<const std::uint8_t> payload = {});
  bool network();
  void order_frame(std::span<const std::uint8_t> frame, std::uint64_t cycle);

  CardFaults faults_;
  Memory memory_;
  KernelModel kernel_;
  std::vector<std::unique_ptr<ComputeUnit>> units_;
  int wire_ = -1;
  std::uint64_t wire_frames_ = 0;
  std::vector<std::uint8_t> payload_;
  bool rings_run_ = false;
  std::unique_ptr<PacketReceiver> receiver_;
  std::unique_ptr<PacketSender> sender_;
  InputClock clock_;
};

}  // namespace twinpath::sim
