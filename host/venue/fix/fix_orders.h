// A participant's orders as its FIX session speaks of them: its messages to requests of the market, and what the market
// says to messages (FIX 4.2 and 4.4, volume 4: NewOrderSingle, OrderCancelRequest, OrderCancelReplaceRequest,
// OrderStatusRequest, ExecutionReport, OrderCancelReject; 4.4: OrderMassCancelRequest and -Report).
//
// A pure function of the market's executions: replaying the market's log gives the same orders and the same reports,
// with the same ExecIDs, which are the numbers of the participant's executions. README.md says what is taken.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "host/session/fix/fix_engine.h"
#include "host/venue/market/market.h"

namespace twinpath::venue {

using market::Execution;
using market::Request;
using session::FixMessage;
using session::FixVerdict;

enum class FixVersion : std::uint8_t { v42, v44 };

struct FixOrdersOptions {
  FixVersion version = FixVersion::v42;
  std::uint32_t participant = 0;
  market::SelfTrade self_trade = market::SelfTrade::allow;
};

class FixOrders {
 public:
  explicit FixOrders(const FixOrdersOptions& options) : options_(options) {}

  // What becomes of a message: a verdict, a request to the market, an answer, or (of one that was there before)
  // nothing.
  struct Outcome {
    FixVerdict verdict;
    std::optional<Request> request;
    std::optional<FixMessage> answer;
    bool day_full = false;  // the answer says so
  };
  // `utc`: the time, as FIX writes it. A client's message is taken once: another of a known ClOrdID is ignored when it
  // says that it may be one (PossDupFlag, PossResend), else refused. `day_full`: nothing but cancels is taken.
  Outcome take(const FixMessage& message, const market::Market& market, const std::string& utc, bool day_full = false);

  // Of every execution of the participant, in order. Nothing: not for FIX to tell, or of another gateway.
  std::optional<FixMessage> report(const Execution& e, const std::string& utc);

  std::size_t known_orders() const noexcept { return orders_.size(); }

 private:
  // Named by its root: the user_ref_num that it was entered with.
  struct Order {
    Execution last;
    std::uint32_t root = 0;
    char status = '0';      // OrdStatus
    bool done = false;      // nothing can be executed any more
    bool replaced = false;  // not executed since
    std::uint32_t broken = 0;
    std::uint64_t broken_value = 0;
    std::map<std::uint64_t, std::uint64_t> fills;  // execution's number by match number
  };
  struct Terms;

  bool v42() const noexcept { return options_.version == FixVersion::v42; }
  Outcome enter(const FixMessage& m, const market::Market& market, const std::string& utc);
  Outcome replace(const FixMessage& m, const market::Market& market);
  Outcome cancel(const FixMessage& m);
  Outcome mass_cancel(const FixMessage& m, const market::Market& market, const std::string& utc);
  FixMessage status(const FixMessage& m, const std::string& utc) const;
  FixVerdict read_terms(const FixMessage& m, Terms& terms) const;
  Request request(market::RequestKind kind, const FixMessage& m) const;
  std::uint32_t next_ref(const market::Market& market) noexcept;
  // The working order that the message's OrigClOrdID names now, or null.
  const Order* original(const FixMessage& m) const;
  Order* find(std::uint32_t user_ref_num);
  const Order* find_id(const std::string& cl_ord_id) const;

  Outcome refuse_order(const FixMessage& m, int reason, std::string_view text, const std::string& utc) const;
  Outcome refuse_change(const FixMessage& m, int reason, std::string_view text) const;
  FixMessage execution_report(const Order& o, const Execution& e, char exec_type, const std::string& utc) const;
  FixMessage cancel_reject(const Execution& e);
  std::optional<FixMessage> on_rejected(const Execution& e, const std::string& utc);
  std::optional<FixMessage> on_broken(const Execution& e, const std::string& utc);
  FixMessage on_cancelled(Order& o, const Execution& e, const std::string& utc);
  FixMessage on_mass_cancelled(const Execution& e, const std::string& utc) const;
  std::string order_id(std::uint32_t root) const;
  char working_status(const Order& o) const noexcept;
  void forget_done();

  FixOrdersOptions options_;
  std::unordered_map<std::uint32_t, Order> orders_;         // by root
  std::unordered_map<std::uint32_t, std::uint32_t> roots_;  // by any user_ref_num that the order has had
  std::unordered_map<std::string, std::uint32_t> ids_;      // every ClOrdID that was used, and the root it is about
  std::uint32_t last_ref_ = 0;
  bool day_begins_ = false;
};

}  // namespace twinpath::venue
