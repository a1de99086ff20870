// How elements of the kernels' streams print: sc_fifo wants to know.
#pragma once
#include <ostream>

#include "hw/hls/bytecode_scan/bytecode_scan.h"
#include "hw/hls/margin_sweep/margin_sweep.h"

namespace kernel_scan {
inline std::ostream& operator<<(std::ostream& out, const CodeByte& b) {
  return out << (b.end == 1 ? "end" : b.stop == 1 ? "stop" : b.byte.to_string(16));
}
inline std::ostream& operator<<(std::ostream& out, const FoundIn& f) {
  return out << "contract " << f.contract << ": " << f.found.n << " findings";
}
inline std::ostream& operator<<(std::ostream& out, const MapWord& w) { return out << w.bits.to_string(16); }
}  // namespace kernel_scan

namespace kernel_margin {
inline std::ostream& operator<<(std::ostream& out, const Position& p) {
  return out << "account " << p.account << ", " << p.quantity << " of " << p.instrument << " at " << p.entry;
}
inline std::ostream& operator<<(std::ostream& out, const AccountResult& r) {
  return out << "equity " << r.equity << ", status " << r.status;
}
inline std::ostream& operator<<(std::ostream& out, const PositionResult& r) {
  return out << "profit " << r.profit << ", price " << r.price << ", state " << r.state;
}
}  // namespace kernel_margin
