// A DPDK port, shared by the receivers of its queues and its sender.
#pragma once
#include <rte_ethdev.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/path/packet_io.h"

namespace twinpath::drivers {

class DpdkPort {
 public:
  // The open port of this device, or the device opened, configured and started. PacketIoError says what is wrong.
  static std::shared_ptr<DpdkPort> open(std::string_view address, std::string_view device,
                                        const PacketIoOptions& options);
  ~DpdkPort();
  DpdkPort(const DpdkPort&) = delete;
  DpdkPort& operator=(const DpdkPort&) = delete;

  // A queue belongs to one thread. PacketIoError when it is taken or there is none of that number.
  void take_receive_queue(std::string_view address, std::uint16_t queue);
  void take_send_queue(std::string_view address);
  void free_receive_queue(std::uint16_t queue) noexcept { receive_taken_[queue] = false; }
  void free_send_queue() noexcept { send_taken_ = false; }

  std::uint16_t id() const noexcept { return id_; }
  rte_mempool* pool() const noexcept { return pool_; }
  // Frames for other endpoints do not come: flow rules see to it.
  bool steered() const noexcept { return !flows_.empty(); }
  rte_eth_stats stats() const noexcept;
  std::string describe() const;

 private:
  DpdkPort(std::string_view address, std::string_view device, const PacketIoOptions& options);

  void configure(std::string_view address, const PacketIoOptions& options);
  void listen(const PacketIoOptions& options) noexcept;
  void steer(const PacketIoOptions& options) noexcept;
  [[noreturn]] void fail(std::string_view address, std::string_view what, int error) const;
  void close() noexcept;

  std::string device_;
  std::uint16_t id_ = RTE_MAX_ETHPORTS;
  rte_mempool* pool_ = nullptr;
  std::string driver_;
  std::uint16_t queues_ = 1;
  std::string spread_;
  std::vector<rte_flow*> flows_;
  std::vector<bool> receive_taken_;
  bool send_taken_ = false;
};

}  // namespace twinpath::drivers
