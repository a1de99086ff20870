// Reference model of the decision half: SEM 2.7 to 2.9, 4, 5 and 7, from booked messages to events and orders.
// Written from the page alone and for clarity, to be compared with implementations; not for production use.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "host/core/config.h"
#include "host/core/counters.h"
#include "testbench/rtl/risk/decide_records.h"

namespace twinpath::rtl {

struct ModelConfig {
  std::array<Bank, 2> banks{};
  bool symbols_start_trading = true, any_session = false, armed = true, book_events = true;
  std::uint32_t first_user_ref = 1;
};

class DecisionModel {
 public:
  explicit DecisionModel(const ModelConfig& config);

  struct Output {
    Event event{};
    std::optional<Order> order;  // that leaves with it
  };
  // Everything the message causes, in order.
  std::vector<Output> step(const Booked& b);

  const Counters& counters() const { return counters_; }
  std::uint32_t next_user_ref() const { return next_ref_; }
  bool armed() const { return armed_; }

 private:
  using Int = __int128;
  struct OpenOrder {
    std::uint8_t symbol;
    Side side;
    std::uint32_t price, leaves, user_ref;
  };
  struct LastOrder {
    Side side;
    std::uint32_t price, quantity;
    std::uint64_t stamp;
  };
  struct Symbol {
    Bbo bbo;
    bool sticky = false;
    bool trading = false, auction = false, halted = false;
    std::optional<std::uint32_t> last_trade;
    std::array<std::uint64_t, 5> next{};
    Int position = 0, exposure = 0;
    std::array<Int, 2> open{};           // by side
    std::array<std::uint32_t, 2> own{};  // by side
    std::optional<LastOrder> last_order;
    Working working;
  };
  struct Decision {
    unsigned rule;
    Side side;
    std::uint8_t symbol;
    std::uint32_t price, quantity;
  };

  const Bank& active() const { return config_.banks[bank_]; }
  bool trusted(const Bbo& bbo, bool sticky) const;
  std::optional<Decision> evaluate(const Booked& b);
  std::optional<Decision> try_rule(unsigned rule, const Booked& b) const;
  void state(const Booked& b, std::vector<Output>& out);
  void command(const Booked& b, std::vector<Output>& out);
  Output judge(const Booked& b, const Decision& d);
  std::uint32_t failing(const Booked& b, const Decision& d) const;
  Event event_for(const Booked& b, EventKind kind) const;
  void account_fields(Event& e, std::uint8_t symbol) const;
  std::uint32_t collar_reference(std::uint8_t symbol) const;
  void release(OpenOrder& order, std::uint32_t shares);

  ModelConfig config_;
  Counters counters_;
  std::array<Symbol, kSymbols> symbols_;
  std::map<std::uint32_t, OpenOrder> slots_;  // by user_ref mod 4096
  unsigned bank_ = 0;
  bool armed_, stale_ = false, kill_ = false, market_open_ = false, ended_ = false, breaker_ = false;
  Int gross_ = 0, tat_ = 0;
  std::uint32_t next_ref_;
};

}  // namespace twinpath::rtl
