// ITCH messages in a line each, for tests of books, the decision core and what is built of them.
#pragma once
#include <cstdint>

#include "testbench/feed/feed_frames.h"

namespace twinpath::testing {

inline Bytes add(std::uint16_t locate, std::uint64_t reference, char side, std::uint32_t shares, std::uint32_t price) {
  itch::AddOrder m;
  m.stock_locate = locate, m.order_reference_number = reference, m.buy_sell_indicator = side, m.shares = shares,
  m.price = price;
  return encode(m);
}
inline Bytes executed(std::uint16_t locate, std::uint64_t reference, std::uint32_t shares) {
  itch::OrderExecuted m;
  m.stock_locate = locate, m.order_reference_number = reference, m.executed_shares = shares;
  return encode(m);
}
inline Bytes executed_at(std::uint16_t locate, std::uint64_t reference, std::uint32_t shares, std::uint32_t price,
                         char printable) {
  itch::OrderExecutedWithPrice m;
  m.stock_locate = locate, m.order_reference_number = reference, m.executed_shares = shares;
  m.execution_price = price, m.printable = printable;
  return encode(m);
}
inline Bytes cancelled(std::uint16_t locate, std::uint64_t reference, std::uint32_t shares) {
  itch::OrderCancel m;
  m.stock_locate = locate, m.order_reference_number = reference, m.cancelled_shares = shares;
  return encode(m);
}
inline Bytes deleted(std::uint16_t locate, std::uint64_t reference) {
  itch::OrderDelete m;
  m.stock_locate = locate, m.order_reference_number = reference;
  return encode(m);
}
inline Bytes replaced(std::uint16_t locate, std::uint64_t reference, std::uint64_t fresh, std::uint32_t shares,
                      std::uint32_t price) {
  itch::OrderReplace m;
  m.stock_locate = locate, m.original_order_reference_number = reference, m.new_order_reference_number = fresh;
  m.shares = shares, m.price = price;
  return encode(m);
}
inline Bytes hidden_trade(std::uint16_t locate, std::uint32_t shares, std::uint32_t price) {
  itch::Trade m;
  m.stock_locate = locate, m.order_reference_number = 99, m.shares = shares, m.price = price,
  m.buy_sell_indicator = 'B';
  return encode(m);
}
inline Bytes system_event(char code) {
  itch::SystemEvent m;
  m.event_code = code;
  return encode(m);
}
inline Bytes trading_action(std::uint16_t locate, char state) {
  itch::StockTradingAction m;
  m.stock_locate = locate, m.trading_state = state;
  return encode(m);
}
inline Bytes auction_collar(std::uint16_t locate) {
  itch::LuldAuctionCollar m;
  m.stock_locate = locate;
  return encode(m);
}
inline Bytes operational_halt(std::uint16_t locate, char market, char action) {
  Bytes m(itch::OperationalHalt::kLength);
  m[0] = 'h';
  store_be16(&m[1], locate);
  m[19] = static_cast<std::uint8_t>(market);
  m[20] = static_cast<std::uint8_t>(action);
  return m;
}
inline Bytes circuit_breaker() { return encode(itch::MwcbStatus{}); }

}  // namespace twinpath::testing
