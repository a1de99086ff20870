// A FIX message as our code sees it: its type and the fields of its body, in order. Header, trailer and the members of
// repeating groups are the engine's.
//
// Compiled as C++14 as well, see fix_engine.cpp.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace twinpath {
namespace session {

// Tags that our code reads and writes.
namespace fix {
enum Tag : int {
  kAvgPx = 6,
  kClOrdID = 11,
  kCumQty = 14,
  kExecID = 17,
  kExecInst = 18,
  kExecRefID = 19,
  kExecTransType = 20,
  kHandlInst = 21,
  kLastPx = 31,
  kLastShares = 32,  // LastQty in 4.4
  kOrderID = 37,
  kOrderQty = 38,
  kOrdStatus = 39,
  kOrdType = 40,
  kOrigClOrdID = 41,
  kRefSeqNum = 45,
  kPrice = 44,
  kSide = 54,
  kSymbol = 55,
  kText = 58,
  kTimeInForce = 59,
  kTransactTime = 60,
  kStopPx = 99,
  kCxlRejReason = 102,
  kOrdRejReason = 103,
  kMinQty = 110,
  kMaxFloor = 111,
  kExecType = 150,
  kLeavesQty = 151,
  kSecurityType = 167,
  kSecondaryOrderID = 198,
  kMaxShow = 210,
  kExecRestatementReason = 378,
  kCxlRejResponseTo = 434,
  kMassCancelRequestType = 530,
  kMassCancelResponse = 531,
  kMassCancelRejectReason = 532,
  kTotalAffectedOrders = 533,
};
}  // namespace fix

struct FixMessage {
  explicit FixMessage(std::string message_type = "") : type(std::move(message_type)) {}

  std::string type;
  std::vector<std::pair<int, std::string>> fields;
  // Of the header of a message that was received.
  bool poss_dup = false, poss_resend = false;
  std::string sending_time;

  // Null: not there. The first one, if it is repeated.
  const std::string* find(int tag) const {
    for (const auto& f : fields)
      if (f.first == tag) return &f.second;
    return nullptr;
  }
  // Empty when it is not there.
  std::string get(int tag) const {
    const std::string* const value = find(tag);
    return value != nullptr ? *value : std::string();
  }
  FixMessage& add(int tag, std::string value) {
    fields.emplace_back(tag, std::move(value));
    return *this;
  }
  FixMessage& add(int tag, char value) { return add(tag, std::string(1, value)); }
};

}  // namespace session
}  // namespace twinpath
