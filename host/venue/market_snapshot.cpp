#include <algorithm>
#include <utility>

#include "host/venue/market_generator.h"

namespace twinpath::venue {

std::vector<GeneratedMessage> MarketGenerator::snapshot(std::uint32_t symbols, std::uint64_t step_ns) const {
  std::vector<GeneratedMessage> messages;
  const auto emit = [&](auto& m) {
    GeneratedMessage& slot = messages.emplace_back();
    slot.length = m.kLength;
    m.write(slot.bytes.data());
  };
  if (phase_ != 0) {
    itch::SystemEvent m;
    m.event_code = phase_;
    emit(m);
  }
  std::vector<std::pair<BookOrder, std::uint32_t>> orders;
  for (std::uint32_t symbol = 0; symbol < std::min(symbols, universe_.size()); ++symbol) {
    const Announced& announced = announced_[symbol];
    if (announced.state != 0) {
      itch::StockTradingAction m;
      m.stock_locate = universe_[symbol].locate;
      m.stock = universe_[symbol].name;
      m.trading_state = announced.state;
      m.reason = make_text<4>("");
      emit(m);
    }
    if (announced.operational != 0) {
      itch::OperationalHalt m;
      m.stock_locate = universe_[symbol].locate;
      m.stock = universe_[symbol].name;
      m.market_code = 'Q';
      m.operational_halt_action = announced.operational;
      emit(m);
    }
    for (const BookOrder& order : flow_.resting_orders(symbol)) orders.emplace_back(order, symbol);
  }
  std::ranges::sort(orders, {}, [](const auto& o) { return o.first.reference; });
  for (const auto& [order, symbol] : orders) {
    itch::AddOrder m;
    m.stock_locate = universe_[symbol].locate;
    m.order_reference_number = order.reference;
    m.buy_sell_indicator = order.side == Side::buy ? 'B' : 'S';
    m.shares = order.shares;
    m.stock = universe_[symbol].name;
    m.price = static_cast<std::uint32_t>(order.tick) * 100;
    emit(m);
  }
  // The timestamp of an ITCH message is its bytes 5 to 10.
  std::uint64_t at = buffer_.last() - std::min(buffer_.last(), messages.size() * step_ns);
  for (GeneratedMessage& m : messages) {
    m.timestamp_ns = at;
    store_be48(&m.bytes[5], at);
    at += step_ns;
  }
  return messages;
}

}  // namespace twinpath::venue
