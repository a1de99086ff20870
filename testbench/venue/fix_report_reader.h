// A participant that believes no report: what it asked for and what the reports before said is what a report must say.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "host/session/fix/fix_message.h"
#include "host/venue/fix/fix_orders.h"

namespace twinpath::venue {

class FixReportReader {
 public:
  explicit FixReportReader(FixVersion version) : v42_(version == FixVersion::v42) {}

  void asks(const FixMessage& m) { asked_[m.get(session::fix::kClOrdID)] = m; }
  // What is wrong with it, or nothing.
  std::string reads(const FixMessage& m) {
    namespace fix = session::fix;
    if (m.type != "8" || m.get(fix::kExecType) == "8") return {};
    const auto wrong = [&](const std::string& what) {
      return "a report of " + m.get(fix::kClOrdID) + " (ExecID " + m.get(fix::kExecID) + "): " + what;
    };
    if (!exec_ids_.insert(m.get(fix::kExecID)).second) return wrong("told twice");
    Order& o = orders_[m.get(fix::kOrderID)];
    const std::string type = m.get(fix::kExecType);
    if (type == "0" || type == "5") {
      if (type == "5" && m.get(fix::kOrigClOrdID) != o.name) return wrong("OrigClOrdID is not " + o.name);
      o.name = m.get(fix::kClOrdID);
      const FixMessage& asked = asked_[o.name];
      for (const int tag : {fix::kSide, fix::kSymbol, fix::kOrderQty, fix::kPrice, fix::kMaxFloor})
        if (tag != fix::kMaxFloor || type == "0") o.terms[tag] = asked.get(tag);
      if (type == "0") o.tif = asked.get(fix::kTimeInForce);
    }
    for (const auto& [tag, value] : o.terms)
      if (m.get(tag) != value) return wrong("field " + std::to_string(tag) + " is " + m.get(tag) + ", not " + value);
    if (const std::string shares = m.get(fix::kLastShares); !shares.empty()) {
      o.cum += number(shares);
      o.value += static_cast<double>(number(shares)) * std::strtod(m.get(fix::kLastPx).c_str(), nullptr);
    }
    const std::uint64_t quantity = number(o.terms[fix::kOrderQty]), leaves = number(m.get(fix::kLeavesQty));
    const char status = m.get(fix::kOrdStatus).empty() ? ' ' : m.get(fix::kOrdStatus)[0];
    const bool done = status == '2' || status == '4';
    if (number(m.get(fix::kCumQty)) != o.cum) return wrong("CumQty is not " + std::to_string(o.cum));
    if (leaves != (done ? 0 : quantity - o.cum)) return wrong("LeavesQty " + m.get(fix::kLeavesQty));
    const double average = o.cum == 0 ? 0 : o.value / static_cast<double>(o.cum);
    if (std::abs(std::strtod(m.get(fix::kAvgPx).c_str(), nullptr) - average) > 6e-7)
      return wrong("AvgPx " + m.get(fix::kAvgPx) + " is not " + std::to_string(average));
    const char expected = status == '4'         ? '4'
                          : o.cum == quantity   ? '2'
                          : o.cum != 0          ? '1'
                          : v42_ && type == "5" ? '5'
                                                : '0';
    o.replaced |= type == "5";
    if (status != expected && !(status == '5' && v42_ && o.replaced && o.cum == 0))
      return wrong(std::string("OrdStatus ") + status + " is not " + expected);
    if (o.tif == "4" && done && o.cum != 0 && o.cum != quantity) return wrong("fill-or-kill was filled in part");
    o.leaves = leaves;
    return {};
  }

  std::uint32_t open() const {
    std::uint32_t n = 0;
    for (const auto& [id, o] : orders_) n += o.leaves != 0;
    return n;
  }
  std::int64_t shares(const std::string& symbol) const {
    std::int64_t n = 0;
    for (const auto& [id, o] : orders_)
      if (o.terms.at(session::fix::kSymbol) == symbol)
        n += static_cast<std::int64_t>(o.cum) * (o.terms.at(session::fix::kSide) == "1" ? 1 : -1);
    return n;
  }
  // Names of orders that work now.
  std::vector<std::string> working() const {
    std::vector<std::string> names;
    for (const auto& [id, o] : orders_)
      if (o.leaves != 0) names.push_back(o.name);
    return names;
  }
  const FixMessage& asked(const std::string& name) const { return asked_.at(name); }

 private:
  struct Order {
    std::string name, tif;
    std::map<int, std::string> terms;
    std::uint64_t cum = 0, leaves = 0;
    double value = 0;
    bool replaced = false;
  };
  static std::uint64_t number(const std::string& text) { return std::strtoull(text.c_str(), nullptr, 10); }

  bool v42_;
  std::map<std::string, FixMessage> asked_;
  std::map<std::string, Order> orders_;  // by OrderID
  std::set<std::string> exec_ids_;
};

}  // namespace twinpath::venue
