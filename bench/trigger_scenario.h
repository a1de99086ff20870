// A trigger and its surroundings: what brings the book to the point where one message fires one rule, that message, and
// what takes the book back. Nothing but the trigger fires: SEM 4.2 with the rules of bench_config.h.
#pragma once
#include <cstdint>
#include <vector>

#include "bench/message.h"
#include "bench/trigger_class.h"
#include "host/core/types.h"
#include "host/venue/random.h"

namespace twinpath::bench {

struct Scenario {
  std::vector<Message> setup;  // of the trigger's symbol
  Message trigger;
  std::vector<Message> cleanup;
};

// Each class in all the ways that cost hardware something else: a best level that shrinks, one that empties with the
// next best near or in another group of levels, a price that improves, an order deep in the book that trades.
class ScenarioMaker {
 public:
  // References count up from `first_reference`.
  ScenarioMaker(venue::Random& random, std::uint64_t first_reference)
      : random_(random), next_reference_(first_reference) {}

  // The quiet books that every scenario begins and ends with.
  void quiet_books(std::vector<Message>& out);
  void make(TriggerClass c, Scenario& out);

 private:
  struct Order {
    std::uint64_t reference;
    std::uint32_t shares;
  };

  void adding(TriggerClass c, Scenario& out);
  void reducing(TriggerClass c, Scenario& out);
  void replacing(Scenario& out);
  void trading(Scenario& out);
  void choose_taker();

  // Prices by distance from the middle of the symbol's book, outwards; negative: on the other side of the middle.
  std::uint32_t price(Side side, int distance) const;
  Message add(Side side, int distance, std::uint32_t shares, Order& order, bool mpid = false);
  Message reduce(TriggerClass c, const Order& order, std::uint32_t shares);
  Message replace(const Order& order, Side side, int distance, std::uint32_t shares, Order& replacement);
  Message remove(const Order& order);
  template <class M>
  void stamp(M& m) const;

  venue::Random& random_;
  std::uint64_t next_reference_;
  // Of the scenario at hand: an order buys when there is little to sell, and the other way round.
  unsigned symbol_ = 0;
  Side thin_ = Side::sell;
  Side thick_ = Side::buy;
};

}  // namespace twinpath::bench
