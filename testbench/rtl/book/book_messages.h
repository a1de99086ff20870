// Messages for the tests of the book stage.
#pragma once
#include <cstdint>

#include "testbench/rtl/book/records.h"

namespace twinpath::rtl {

inline Message add(unsigned symbol, std::uint64_t reference, unsigned side, std::uint32_t shares, std::uint32_t price) {
  Message m;
  m.op = kAdd;
  m.symbol = symbol;
  m.reference = reference;
  m.side = side;
  m.shares = shares;
  m.price = price;
  return m;
}

inline Message reduce(unsigned op, unsigned symbol, std::uint64_t reference, std::uint32_t shares = 0) {
  Message m;
  m.op = op;
  m.symbol = symbol;
  m.reference = reference;
  m.shares = shares;
  m.printable = op == kExecute;
  return m;
}

inline Message replace(unsigned symbol, std::uint64_t reference, std::uint64_t new_reference, std::uint32_t shares,
                       std::uint32_t price) {
  Message m = add(symbol, reference, 0, shares, price);
  m.op = kReplace;
  m.new_reference = new_reference;
  return m;
}

inline Message trade(unsigned symbol, std::uint32_t shares, std::uint32_t price) {
  Message m = add(symbol, 0, 0, shares, price);
  m.op = kTrade;
  return m;
}

inline Message state(unsigned symbol, unsigned reason) {
  Message m;
  m.op = kState;
  m.symbol = symbol;
  m.reason = reason;
  return m;
}

}  // namespace twinpath::rtl
