// A Verilated core under the benches' configuration, fed beat by beat; every order is matched with its trigger.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "bench/actionable.h"
#include "bench/trigger_stream.h"
#include "host/venue/random.h"
#include "sim/verilator/core_driver.h"

namespace twinpath::bench {

// Cycles from the two ends in to the end out.
struct TriggerTimes {
  std::uint64_t message;
  std::uint64_t field;
};

class CoreBench final : private CoreDriver::Out {
 public:
  using OnTrigger = std::function<void(const TriggerMark&, const TriggerTimes&)>;

  CoreBench(Load load, std::uint64_t seed, bool speculative, OnTrigger on_trigger);

  // Until all of it is through and every order it made is done (SEM 5.5), so that the next run finds all slots free.
  void run(const Segment& segment);

  const WireFigures& wire() const { return wire_; }
  // Throws unless the core delivered `messages` messages and found nothing wrong with any.
  void check_counters(std::uint64_t messages);

 private:
  // When the ends of a trigger were offered to the core, and when it took the last.
  struct Arrival {
    std::uint64_t field_offered = 0;
    std::uint64_t message_offered = 0;
    std::uint64_t message_taken = 0;
  };

  void on_order_frame(std::span<const std::uint8_t>) override {}
  void on_event(const Event& event) override;
  void on_first_beat(std::uint64_t cycle) override { first_beat_ = cycle; }

  void configure(bool speculative);
  void frame(const Segment& segment, std::uint32_t number);
  void finish_orders();

  Load load_;
  OnTrigger on_trigger_;
  venue::Random pauses_;
  std::unique_ptr<CoreDriver> core_;
  CoreDriver& driver_;
  const Segment* segment_ = nullptr;
  std::vector<Arrival> arrivals_;    // by mark
  std::size_t on_wire_ = 0;          // marks before this one are on the wire in full
  std::size_t answered_ = 0;         // marks before this one have their order
  std::uint64_t first_beat_ = 0;     // of the order frame whose event comes next
  std::vector<std::uint32_t> open_;  // user_ref of orders not yet done
  WireFigures wire_;
};

}  // namespace twinpath::bench
