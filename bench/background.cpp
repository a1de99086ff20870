#include "bench/background.h"

#include <string_view>

namespace twinpath::bench {
namespace {

constexpr std::size_t kLiveOrders = 512;
// All that name a symbol: S and W are for the whole market.
constexpr std::string_view kTypesWithSymbol = "RHYLVKJhAFECXDUPQBINO";

// The types whose blocks take this many bytes modulo 8.
const std::vector<std::uint8_t>& types_by_residue(unsigned residue) {
  static const std::array<std::vector<std::uint8_t>, 8> table = [] {
    std::array<std::vector<std::uint8_t>, 8> t;
    for (const char type : kTypesWithSymbol) {
      const auto code = static_cast<std::uint8_t>(type);
      t[(mold::kBlockHeader + itch::message_length(code)) % 8].push_back(code);
    }
    return t;
  }();
  return table[residue];
}

template <class M>
M of(std::uint16_t symbol) {
  M m;
  m.stock_locate = static_cast<std::uint16_t>(kFirstLocate + symbol);
  m.timestamp = 34'200'000'000'000;
  return m;
}

}  // namespace

Message Background::next() {
  const std::uint32_t r = random_.below(100);
  if (r < 65) return book();
  if (r < 97)
    return unlisted(static_cast<std::uint8_t>(
        kTypesWithSymbol[random_.below(static_cast<std::uint32_t>(kTypesWithSymbol.size()))]));
  return unknown_type();
}

void Background::filler(unsigned residue, std::vector<Message>& out) {
  out.clear();
  const auto put = [&](unsigned r) {
    const auto& types = types_by_residue(r);
    if (types.empty()) return false;
    out.push_back(unlisted(types[random_.below(static_cast<std::uint32_t>(types.size()))]));
    return true;
  };
  if (residue == 0 && random_.one_in(2)) return;
  // One message if there is such a type and chance will have it, else two.
  if (residue != 0 && !random_.one_in(4) && put(residue)) return;
  for (unsigned tries = random_.below(8);; ++tries) {
    const unsigned first = tries % 8;
    const unsigned second = (residue + 8 - first) % 8;
    if (types_by_residue(first).empty() || types_by_residue(second).empty()) continue;
    put(first);
    put(second);
    return;
  }
}

std::uint32_t Background::price(std::uint16_t symbol, Side side) {
  const std::uint32_t away = random_.between(1, 200) * kTick;
  return side == Side::buy ? middle(symbol) - away : middle(symbol) + away;
}

Message Background::add(std::uint16_t symbol, Side side) {
  const Order order{next_reference_++, random_.between(1, 2000), symbol, side};
  live_.push_back(order);
  const auto fill = [&](auto m) {
    m.order_reference_number = order.reference;
    m.buy_sell_indicator = side == Side::buy ? 'B' : 'S';
    m.shares = order.shares;
    m.price = price(symbol, side);
    return encode(m);
  };
  return random_.one_in(8) ? fill(of<itch::AddOrderMpid>(symbol)) : fill(of<itch::AddOrder>(symbol));
}

Message Background::change(Order& order, bool& gone) {
  const std::uint32_t shares = random_.between(1, order.shares);
  const auto executed = [&](auto m) {
    m.order_reference_number = order.reference;
    m.executed_shares = shares;
    m.match_number = random_.next();
    return m;
  };
  gone = shares == order.shares;
  switch (random_.below(8)) {
    case 0:
    case 1:
      order.shares -= shares;
      return encode(executed(of<itch::OrderExecuted>(order.symbol)));
    case 2: {
      order.shares -= shares;
      auto m = executed(of<itch::OrderExecutedWithPrice>(order.symbol));
      m.printable = random_.one_in(2) ? 'Y' : 'N';
      m.execution_price = price(order.symbol, order.side);
      return encode(m);
    }
    case 3: {
      order.shares -= shares;
      auto m = of<itch::OrderCancel>(order.symbol);
      m.order_reference_number = order.reference;
      m.cancelled_shares = shares;
      return encode(m);
    }
    case 4:
    case 5: {
      auto m = of<itch::OrderReplace>(order.symbol);
      m.original_order_reference_number = order.reference;
      order.reference = next_reference_++;
      order.shares = random_.between(1, 2000);
      m.new_order_reference_number = order.reference;
      m.shares = order.shares;
      m.price = price(order.symbol, order.side);
      gone = false;
      return encode(m);
    }
    default: {
      auto m = of<itch::OrderDelete>(order.symbol);
      m.order_reference_number = order.reference;
      gone = true;
      return encode(m);
    }
  }
}

Message Background::book() {
  const auto symbol = static_cast<std::uint16_t>(random_.between(kTriggerSymbols, kBenchSymbols - 1));
  const Side side = random_.one_in(2) ? Side::buy : Side::sell;
  if (random_.one_in(16)) {
    auto m = of<itch::Trade>(symbol);
    m.buy_sell_indicator = 'B';
    m.shares = random_.between(1, 2000);
    m.price = price(symbol, side);
    m.match_number = random_.next();
    return encode(m);
  }
  if (live_.empty() || (live_.size() < kLiveOrders && random_.one_in(2))) return add(symbol, side);
  const std::uint32_t chosen = random_.below(static_cast<std::uint32_t>(live_.size()));
  bool gone = false;
  const Message m = change(live_[chosen], gone);
  if (gone) {
    live_[chosen] = live_.back();
    live_.pop_back();
  }
  return m;
}

Message Background::unlisted(std::uint8_t type) {
  Message m;
  m.size = itch::message_length(type);
  for (unsigned i = 0; i < m.size; ++i) m.bytes[i] = static_cast<std::uint8_t>(random_.next32());
  m.bytes[0] = type;
  store_be16(m.bytes.data() + 1, static_cast<std::uint16_t>(kUnlistedLocate + random_.below(20'000)));
  return m;
}

Message Background::unknown_type() {
  Message m;
  m.size = static_cast<std::uint8_t>(random_.between(12, sizeof m.bytes));
  for (unsigned i = 0; i < m.size; ++i) m.bytes[i] = static_cast<std::uint8_t>(random_.next32());
  m.bytes[0] = 'z';
  return m;
}

}  // namespace twinpath::bench
