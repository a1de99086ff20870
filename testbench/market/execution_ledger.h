// What a participant knows from its executions alone: its orders, shares and cash. They must be the market's.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "host/venue/market/market.h"

namespace twinpath::market {

class ExecutionLedger {
 public:
  explicit ExecutionLedger(const MarketOptions& o) : options_(o), numbers_(o.participants.size() + 1) {}

  // What is wrong with the execution, or nothing.
  std::string take(const Request& r, const Execution& e) {
    const auto wrong = [&](const std::string& what) {
      return "execution kind " + std::to_string(static_cast<int>(e.kind)) + " of order " +
             std::to_string(e.user_ref_num) + " of participant " + std::to_string(e.participant) + ": " + what;
    };
    if (e.participant < numbers_.size() && e.number != ++numbers_[e.participant])
      return wrong("its number is not the next");
    if (e.tag != (e.participant == r.participant ? r.tag : 0)) return wrong("not the request's tag");
    const Key key{e.participant, e.user_ref_num};
    switch (e.kind) {
      case ExecutionKind::accepted:
        if (e.reference == 0 || e.terms.codes != r.terms.codes || e.terms.cl_ord_id != r.terms.cl_ord_id ||
            e.quantity != r.quantity || e.leaves != r.quantity)
          return wrong("not what was entered");
        orders_[key] = {.open = e.quantity, .traded = 0, .value = 0, .cl_ord_id = e.terms.cl_ord_id};
        return "";
      case ExecutionKind::replaced: {
        const auto it = orders_.find({e.participant, e.original});
        if (it == orders_.end()) return wrong("of an order that is not there");
        Order o = it->second;
        if (e.original_cl_ord_id != o.cl_ord_id || e.terms.cl_ord_id != r.terms.cl_ord_id)
          return wrong("not its names");
        orders_.erase(it);
        o.open = e.quantity;
        o.cl_ord_id = e.terms.cl_ord_id;
        const std::uint32_t total = r.quantity_is_total != 0 ? o.open + o.traded : o.open;
        if (total != r.quantity) return wrong("open is not what was asked for");
        orders_[key] = o;
        return leaves(key, e) ? "" : wrong("leaves do not add up");
      }
      case ExecutionKind::executed: {
        if (!orders_.contains(key)) return wrong("of an order that is not there");
        Order& o = orders_[key];
        if (e.quantity > o.open) return wrong("more than was open");
        o.open -= e.quantity;
        o.traded += e.quantity;
        o.value += e.price * e.quantity;
        if (e.traded != o.traded || e.traded_value != o.value) return wrong("its sums are not those of its executions");
        settle(e, 1);
        return leaves(key, e) ? "" : wrong("leaves do not add up");
      }
      case ExecutionKind::cancelled: {
        if (!orders_.contains(key)) return wrong("of an order that is not there");
        Order& o = orders_[key];
        if (e.quantity > o.open || e.quantity == 0) return wrong("not of what was open");
        o.open -= e.quantity;
        return leaves(key, e) ? "" : wrong("leaves do not add up");
      }
      case ExecutionKind::broken:
        settle(e, -1);
        return "";
      case ExecutionKind::triggered:
      case ExecutionKind::restated:
        return leaves(key, e) ? "" : wrong("leaves do not add up");
      default:
        return "";
    }
  }

  // What of the market differs from what its executions have said, or nothing.
  std::string compare(const Market& market) const {
    std::vector<std::uint32_t> open(numbers_.size());
    for (const auto& [key, order] : orders_) ++open[key.first];
    for (std::uint32_t p = 1; p < open.size(); ++p) {
      if (open[p] != market.participant(p).open_orders)
        return "participant " + std::to_string(p) + " knows of " + std::to_string(open[p]) + " orders, not of " +
               std::to_string(market.participant(p).open_orders);
      for (const Instrument& i : options_.instruments) {
        const auto it = positions_.find({p, i.locate});
        if (market.position(p, i.locate) != (it == positions_.end() ? Position{} : it->second))
          return "participant " + std::to_string(p) + ": its position in " + i.symbol +
                 " is not that of its executions";
      }
    }
    return "";
  }

 private:
  using Key = std::pair<std::uint32_t, std::uint32_t>;  // participant, user_ref_num
  struct Order {
    std::uint32_t open = 0, traded = 0;
    std::uint64_t value = 0;
    Text<14> cl_ord_id{};
  };

  bool leaves(const Key& key, const Execution& e) {
    const auto it = orders_.find(key);
    if (it == orders_.end() || it->second.open != e.leaves) return false;
    if (e.leaves == 0) orders_.erase(it);
    return true;
  }
  void settle(const Execution& e, std::int64_t sign) {
    Position& p = positions_[{e.participant, e.terms.locate}];
    const std::int64_t shares = sign * (e.terms.side == Side::buy ? 1 : -1) * static_cast<std::int64_t>(e.quantity);
    p.shares += shares;
    p.cash -= shares * static_cast<std::int64_t>(e.price);
  }

  const MarketOptions& options_;
  std::vector<std::uint64_t> numbers_;
  std::map<Key, Order> orders_;
  std::map<std::pair<std::uint32_t, std::uint16_t>, Position> positions_;
};

}  // namespace twinpath::market
