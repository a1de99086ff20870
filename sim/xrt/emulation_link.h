// The emulation protocol of XRT's hardware-emulation shim (2.13), as the simulator's side of it: two Unix stream
// sockets, one for the runtime's calls, one for the device's own accesses to host memory, which this card does not
// make.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace twinpath::sim {

class EmulationLink {
 public:
  struct Call {
    std::uint32_t api = 0;  // xcl_macros.h
    std::vector<std::uint8_t> message;
  };

  // Waits for the shim, which listens at /tmp/$USER/$EMULATION_SOCKETID (/tmp/xcl_sock without USER), for at most
  // `seconds`. Throws std::runtime_error.
  explicit EmulationLink(unsigned seconds);
  EmulationLink(const EmulationLink&) = delete;
  EmulationLink& operator=(const EmulationLink&) = delete;
  ~EmulationLink();

  int descriptor() const noexcept { return calls_; }
  // Blocks for the next call; false when the runtime has gone.
  bool receive(Call& call);
  void answer(std::span<const std::uint8_t> message);
  // The runtime's thread for accesses of host memory ends only when it is told.
  void end_host_accesses();

 private:
  int calls_ = -1;
  int host_accesses_ = -1;
};

}  // namespace twinpath::sim
