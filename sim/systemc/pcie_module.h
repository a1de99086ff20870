// PCIe between card and host, loosely timed: TLM-2.0 blocking transport of generic payloads, posted writes both ways. A
// direction sends one transaction after the other at the link's rate; each arrives a latency later, which the receiver
// sees as the delay of its b_transport.
#pragma once
#define SC_INCLUDE_DYNAMIC_PROCESSES
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <tlm>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <span>
#include <systemc>
#include <type_traits>

#include "sim/systemc/network_modules.h"

namespace twinpath::platform {

class PcieDirection : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<PcieDirection> from{"from"};
  tlm_utils::simple_initiator_socket<PcieDirection> to{"to"};

  PcieDirection(sc_core::sc_module_name name, const PlatformOptions& o)
      : sc_module(name),
        latency_(o.pcie_latency),
        byte_ps_(o.pcie_byte_ps),
        overhead_(o.pcie_overhead),
        stalls_(o.pcie_stalls) {
    from.register_b_transport(this, &PcieDirection::transport);
  }
  // From a transaction's start to its arrival.
  Picoseconds longest() const noexcept { return longest_; }

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    const Picoseconds given = now() + Picoseconds{delay.value()};
    const Picoseconds start = behind_outages(stalls_, std::max(given, free_));
    free_ = start + Picoseconds{(payload.get_data_length() + overhead_) * byte_ps_};
    longest_ = std::max(longest_, free_ + latency_ - given);
    delay = as_sc_time(free_ + latency_ - now());
    to->b_transport(payload, delay);
  }

  Picoseconds latency_;
  std::uint64_t byte_ps_, overhead_;
  std::vector<Outage> stalls_;
  Picoseconds free_{}, longest_{};
};

// What the host writes to the card: a command, or how many events it has read from the ring.
struct HostWrite {
  bool is_command = true;
  Command command;
  std::uint64_t events_read = 0;
};

// Takes posted writes of one kind of record and gives each to `take` when it has arrived. Another size or command: a
// response with an error.
template <class Record>
class RecordTarget : public sc_core::sc_module {
 public:
  static_assert(std::is_trivially_copyable_v<Record>);
  tlm_utils::simple_target_socket<RecordTarget> socket{"socket"};
  std::function<void(const Record&)> take;

  SC_HAS_PROCESS(RecordTarget);
  explicit RecordTarget(sc_core::sc_module_name name) : sc_module(name) {
    socket.register_b_transport(this, &RecordTarget::transport);
    SC_METHOD(arrive);
    sensitive << due_;
    dont_initialize();
  }

 private:
  struct Arriving {
    Picoseconds at;
    Record record;
  };
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    if (payload.get_command() != tlm::TLM_WRITE_COMMAND || payload.get_data_length() != sizeof(Record))
      return payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    Arriving& a = arriving_.emplace_back();
    a.at = now() + Picoseconds{delay.value()};
    std::memcpy(&a.record, payload.get_data_ptr(), sizeof(Record));
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    notify_at(due_, arriving_.front().at);
  }
  void arrive() {
    while (!arriving_.empty() && arriving_.front().at <= now()) {
      const Record record = arriving_.front().record;
      arriving_.pop_front();
      take(record);
    }
    if (!arriving_.empty()) notify_at(due_, arriving_.front().at);
  }

  std::deque<Arriving> arriving_;
  sc_core::sc_event due_;
};

// A posted write of a record. Throws std::logic_error when the other side does not take it: the platform is wired
// wrongly.
template <class Socket, class Record>
void post(Socket& socket, std::uint64_t address, Record record) {
  tlm::tlm_generic_payload payload;
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  payload.set_address(address);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&record));
  payload.set_data_length(sizeof record);
  payload.set_streaming_width(sizeof record);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay;
  socket->b_transport(payload, delay);
  if (!payload.is_response_ok())
    throw std::logic_error("platform: PCIe write refused: " + payload.get_response_string());
}

}  // namespace twinpath::platform
