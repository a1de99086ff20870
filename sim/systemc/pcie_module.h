// PCIe between card and host, loosely timed: TLM-2.0 blocking transport of generic payloads. Writes are posted; a read
// is a request, its completion, and the data on the way back. A direction sends one transaction after the other at the
// link's rate, none longer than the greatest payload; each arrives a latency later, which the receiver sees as the
// delay of its b_transport.
#pragma once
#define SC_INCLUDE_DYNAMIC_PROCESSES
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <tlm>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <span>
#include <systemc>
#include <type_traits>

#include "sim/systemc/network_modules.h"

namespace twinpath::platform {

class PcieLink : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<PcieLink> from_card{"from_card"}, from_host{"from_host"};
  tlm_utils::simple_initiator_socket<PcieLink> to_card{"to_card"}, to_host{"to_host"};

  PcieLink(sc_core::sc_module_name name, const PlatformOptions& o)
      : sc_module(name), model_(o.pcie), stalls_(o.pcie_stalls) {
    from_card.register_b_transport(this, &PcieLink::up);
    from_host.register_b_transport(this, &PcieLink::down);
  }
  // From when a transaction was given to its end.
  Picoseconds longest() const noexcept { return longest_; }
  const std::uint64_t& transactions() const noexcept { return transactions_; }

 private:
  struct Direction {
    Picoseconds free{};
    std::deque<Picoseconds> writes, reads;  // on their way: when each ends
  };

  void up(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    transport(payload, delay, up_, down_, to_host);
  }
  void down(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    transport(payload, delay, down_, up_, to_card);
  }
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay, Direction& there, Direction& back,
                 tlm_utils::simple_initiator_socket<PcieLink>& to) {
    const Picoseconds given = now() + Picoseconds{delay.value()};
    const bool read = payload.get_command() == tlm::TLM_READ_COMMAND;
    auto& on_the_way = read ? there.reads : there.writes;
    const Picoseconds start = admit(on_the_way, read ? model_.tags : model_.posted_max, given);
    Picoseconds end = carry(there, start, read ? 0 : payload.get_data_length());
    delay = as_sc_time(end - now());
    to->b_transport(payload, delay);
    if (read) {
      end = carry(back, now() + Picoseconds{delay.value()} + model_.completion, payload.get_data_length());
      delay = as_sc_time(end - now());
    }
    on_the_way.push_back(end);
    longest_ = std::max(longest_, end - given);
  }
  // When there is room for one more of at most `most`.
  static Picoseconds admit(std::deque<Picoseconds>& on_the_way, std::uint64_t most, Picoseconds given) {
    while (!on_the_way.empty() && on_the_way.front() <= given) on_the_way.pop_front();
    if (on_the_way.size() < most) return given;
    return std::max(given, on_the_way[on_the_way.size() - most]);
  }
  // When all of `bytes` are on the other side.
  Picoseconds carry(Direction& d, Picoseconds given, std::uint64_t bytes) {
    const std::uint64_t parts = std::max<std::uint64_t>((bytes + model_.max_payload - 1) / model_.max_payload, 1);
    transactions_ += parts;
    d.free = behind_outages(stalls_, std::max(given, d.free)) +
             Picoseconds{(bytes + parts * model_.overhead) * model_.byte_ps};
    return d.free + model_.latency;
  }

  PcieModel model_;
  std::vector<Outage> stalls_;
  Direction up_, down_;
  Picoseconds longest_{};
  std::uint64_t transactions_ = 0;
};

// A host command as it lies in its ring (hw/rtl/kernel/doorbell_ring.sv).
struct CommandRecord {
  Command command;
  std::uint64_t answered = 0;  // ps, of the venue's answer that it is about; 0: of none
  std::array<std::uint8_t, 64 - sizeof(Command) - 8> rest{};
};
static_assert(sizeof(CommandRecord) == 64);

// What the host writes to the card: a command; that there is one more in its own memory; how many events it has read.
struct HostWrite {
  enum class Kind : std::uint8_t { command, doorbell, events_read };
  Kind kind = Kind::command;
  CommandRecord record{};
  std::uint64_t number = 0;  // of the command, or of events
};

// Takes posted writes of one kind of record and gives each to `take` when it has arrived; reads are answered by `give`
// at once. Another size or command: a response with an error.
template <class Record>
class RecordTarget : public sc_core::sc_module {
 public:
  static_assert(std::is_trivially_copyable_v<Record>);
  tlm_utils::simple_target_socket<RecordTarget> socket{"socket"};
  std::function<void(const Record&)> take;
  std::function<bool(std::uint64_t address, std::span<unsigned char>)> give;  // false: nothing is there

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
    if (payload.get_command() == tlm::TLM_READ_COMMAND) {
      const bool given =
          give && give(payload.get_address(), std::span(payload.get_data_ptr(), payload.get_data_length()));
      return payload.set_response_status(given ? tlm::TLM_OK_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
    }
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

// A posted write, or a read, of a record; returns when it has ended. Throws std::logic_error when the other side does
// not take it: the platform is wired wrongly.
template <class Socket, class Record>
Picoseconds transact(Socket& socket, tlm::tlm_command command, std::uint64_t address, Record& record) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&record));
  payload.set_data_length(sizeof record);
  payload.set_streaming_width(sizeof record);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_core::sc_time delay;
  socket->b_transport(payload, delay);
  if (!payload.is_response_ok())
    throw std::logic_error("platform: PCIe transaction refused: " + payload.get_response_string());
  return now() + Picoseconds{delay.value()};
}
template <class Socket, class Record>
Picoseconds post(Socket& socket, Record record) {
  return transact(socket, tlm::TLM_WRITE_COMMAND, 0, record);
}

}  // namespace twinpath::platform
