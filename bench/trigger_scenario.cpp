#include "bench/trigger_scenario.h"

#include "bench/bench_config.h"

namespace twinpath::bench {
namespace {

// Where orders lie, in ticks from the middle. Levels 0 to 63 from the middle share a group of occupancy bits.
constexpr int kNear = 10;        // the level a scenario puts in front of the quiet best
constexpr int kBehindNear = 12;  // the next level, same group
constexpr int kBehindFar = 75;   // the next level, another group
constexpr int kImproved = 60;
constexpr int kQuiet = 80;  // the quiet best
constexpr int kDeep = 90;
constexpr int kQuietDeep = 100;
constexpr int kBeyondFair = -5;

// 1,000 against 1,000 is quiet; so are 510 and 900. 400 fires.
constexpr std::uint32_t kEven = 1000;
constexpr std::uint32_t kMuch = 900;
constexpr std::uint32_t kHalfOfMuch = 510;
constexpr std::uint32_t kLittle = 400;

}  // namespace

template <class M>
void ScenarioMaker::stamp(M& m) const {
  m.stock_locate = static_cast<std::uint16_t>(kFirstLocate + symbol_);
  m.timestamp = 34'200'000'000'000;  // 09:30
}

std::uint32_t ScenarioMaker::price(Side side, int distance) const {
  const int ticks = side == Side::sell ? distance : -distance;
  return static_cast<std::uint32_t>(static_cast<std::int64_t>(middle(symbol_)) + std::int64_t{ticks} * kTick);
}

Message ScenarioMaker::add(Side side, int distance, std::uint32_t shares, Order& order, bool mpid) {
  order = {next_reference_++, shares};
  const auto fill = [&](auto m) {
    stamp(m);
    m.order_reference_number = order.reference;
    m.buy_sell_indicator = side == Side::buy ? 'B' : 'S';
    m.shares = shares;
    m.price = price(side, distance);
    return encode(m);
  };
  return mpid ? fill(itch::AddOrderMpid{}) : fill(itch::AddOrder{});
}

Message ScenarioMaker::remove(const Order& order) {
  itch::OrderDelete m;
  stamp(m);
  m.order_reference_number = order.reference;
  return encode(m);
}

Message ScenarioMaker::replace(const Order& order, Side side, int distance, std::uint32_t shares, Order& replacement) {
  replacement = {next_reference_++, shares};
  itch::OrderReplace m;
  stamp(m);
  m.original_order_reference_number = order.reference;
  m.new_order_reference_number = replacement.reference;
  m.shares = shares;
  m.price = price(side, distance);
  return encode(m);
}

Message ScenarioMaker::reduce(TriggerClass c, const Order& order, std::uint32_t shares) {
  const auto executed = [&](auto m) {
    stamp(m);
    m.order_reference_number = order.reference;
    m.executed_shares = shares;
    m.match_number = random_.next();
    return m;
  };
  switch (c) {
    case TriggerClass::execute:
      return encode(executed(itch::OrderExecuted{}));
    case TriggerClass::execute_price: {
      auto m = executed(itch::OrderExecutedWithPrice{});
      m.printable = 'Y';
      m.execution_price = middle(symbol_);
      return encode(m);
    }
    case TriggerClass::cancel: {
      itch::OrderCancel m;
      stamp(m);
      m.order_reference_number = order.reference;
      m.cancelled_shares = shares;
      return encode(m);
    }
    default:
      return remove(order);
  }
}

void ScenarioMaker::choose_taker() {
  symbol_ = random_.between(kLeaders, kTriggerSymbols - 1);
  thin_ = buys(symbol_) ? Side::sell : Side::buy;
  thick_ = opposite(thin_);
}

void ScenarioMaker::quiet_books(std::vector<Message>& out) {
  Order order;
  for (symbol_ = 0; symbol_ < kTriggerSymbols; ++symbol_) {
    for (const int distance : {kQuiet, kQuietDeep})
      for (const Side side : {Side::buy, Side::sell}) out.push_back(add(side, distance, kEven, order));
  }
}

void ScenarioMaker::make(TriggerClass c, Scenario& out) {
  out.setup.clear();
  out.cleanup.clear();
  choose_taker();
  switch (c) {
    case TriggerClass::add:
    case TriggerClass::add_mpid:
      adding(c, out);
      break;
    case TriggerClass::replace:
      replacing(out);
      break;
    case TriggerClass::trade:
      trading(out);
      break;
    default:
      reducing(c, out);
      break;
  }
  // An order of the same book that changes nothing of interest: the trigger meets its symbol in the core's stages.
  if (random_.one_in(2)) {
    Order order;
    out.setup.push_back(add(random_.one_in(2) ? Side::buy : Side::sell, kDeep, kMuch, order));
    out.cleanup.push_back(remove(order));
  }
}

void ScenarioMaker::adding(TriggerClass c, Scenario& out) {
  const bool mpid = c == TriggerClass::add_mpid;
  Order order;
  switch (random_.below(4)) {
    case 0:  // take: an offer below what the rule thinks fair
      out.trigger = add(thin_, kBeyondFair, kMuch, order, mpid);
      break;
    case 1:  // imbalance: twice as much joins the best level
      out.trigger = add(thick_, kQuiet, kEven, order, mpid);
      break;
    case 2:  // imbalance: a better level with twice as much
      out.trigger = add(thick_, kImproved, 2 * kEven, order, mpid);
      break;
    default:  // lead-lag: a better price, an order in another symbol
      symbol_ = random_.below(kLeaders);
      thick_ = buys(symbol_) ? Side::buy : Side::sell;
      thin_ = opposite(thick_);
      out.trigger = add(thick_, kImproved, kMuch, order, mpid);
      break;
  }
  out.cleanup.push_back(remove(order));
}

void ScenarioMaker::reducing(TriggerClass c, Scenario& out) {
  const bool executes = c == TriggerClass::execute || c == TriggerClass::execute_price;
  Order order;
  Order other;
  switch (random_.below(executes ? 4 : 3)) {
    case 0:  // imbalance: the best level shrinks
      if (c == TriggerClass::del) {
        out.setup.push_back(add(thin_, kNear, kHalfOfMuch, order));
        out.setup.push_back(add(thin_, kNear, kMuch - kHalfOfMuch, other));
        out.trigger = remove(order);
        out.cleanup.push_back(remove(other));
      } else {
        out.setup.push_back(add(thin_, kNear, kMuch, order));
        out.trigger = reduce(c, order, kMuch - kLittle);
        out.cleanup.push_back(remove(order));
      }
      break;
    case 1:  // imbalance: the best level empties
    case 2:
      out.setup.push_back(add(thin_, kNear, kMuch, order));
      out.setup.push_back(add(thin_, random_.one_in(2) ? kBehindNear : kBehindFar, kLittle, other));
      out.trigger = reduce(c, order, kMuch);
      out.cleanup.push_back(remove(other));
      break;
    default:  // momentum: a large trade that leaves the best prices alone
      out.setup.push_back(add(thin_, kDeep, kMuch, order));
      out.trigger = reduce(c, order, kMuch - kLittle);
      out.cleanup.push_back(remove(order));
      break;
  }
}

void ScenarioMaker::replacing(Scenario& out) {
  Order order;
  Order other;
  Order replacement;
  switch (random_.below(4)) {
    case 0:  // imbalance: the best level shrinks
      out.setup.push_back(add(thin_, kNear, kMuch, order));
      out.trigger = replace(order, thin_, kNear, kLittle, replacement);
      break;
    case 1:  // imbalance: the best level empties
    case 2:
      out.setup.push_back(add(thin_, kNear, kMuch, order));
      out.setup.push_back(add(thin_, random_.one_in(2) ? kBehindNear : kBehindFar, kLittle, other));
      out.trigger = replace(order, thin_, kDeep, kMuch, replacement);
      out.cleanup.push_back(remove(other));
      break;
    default:  // take: an offer moves below what the rule thinks fair
      out.setup.push_back(add(thin_, kDeep, kMuch, order));
      out.trigger = replace(order, thin_, kBeyondFair, kMuch, replacement);
      break;
  }
  out.cleanup.push_back(remove(replacement));
}

void ScenarioMaker::trading(Scenario& out) {
  itch::Trade m;
  stamp(m);
  m.buy_sell_indicator = 'B';
  m.shares = random_.between(kLargeTrade, 10'000);
  // At the best price or through it.
  m.price = price(thin_, kQuiet + static_cast<int>(random_.below(8)));
  m.match_number = random_.next();
  out.trigger = encode(m);
}

}  // namespace twinpath::bench
