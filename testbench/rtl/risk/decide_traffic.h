// Random booked messages for the decision half: few symbols and small numbers, so that every rule and every reason
// occurs; or extreme numbers, so that anything that could wrap would.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <random>

#include "testbench/rtl/risk/decision_model.h"

namespace twinpath::rtl {

class DecideTraffic {
 public:
  static constexpr unsigned kSymbolsUsed = 4;

  DecideTraffic(std::uint32_t seed, bool extreme);

  ModelConfig config();
  // The next message; `next_user_ref` is the model's, so that commands can name orders that exist.
  Booked next(std::uint32_t next_user_ref);

 private:
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(rng_() % n); }
  bool chance(unsigned percent) { return below(100) < percent; }
  std::uint32_t price();
  std::uint32_t quantity();
  void move_book(Bbo& bbo);
  void book_message(Booked& b);
  void state_message(Booked& b);
  void command_message(Booked& b, std::uint32_t next_user_ref);
  RuleRecord rules();
  LimitRecord limits();

  std::mt19937 rng_;
  bool extreme_;
  std::uint64_t stamp_, sequence_ = 1;
  std::array<Bbo, kSymbolsUsed> bbo_{};
  std::array<bool, kSymbolsUsed> sticky_{};
};

}  // namespace twinpath::rtl
