// What the market says, to ExecutionReport, OrderCancelReject and OrderMassCancelReport.
#include "host/session/fix/fix_message.h"
#include "host/session/fix/fix_values.h"
#include "host/venue/fix/fix_orders.h"
#include "host/venue/fix/fix_text.h"

namespace twinpath::venue {
namespace {

using market::ExecutionKind;
using market::Reason;
namespace fix = session::fix;

// OrdStatus and ExecType have these characters in common.
constexpr char kNew = '0', kPartiallyFilled = '1', kFilled = '2', kCanceled = '4', kReplaced = '5', kRejected = '8',
               kExpired = 'C', kRestated = 'D';
constexpr char kTrade = 'F', kTradeCancel = 'H', kOrderStatus = 'I';  // ExecType of 4.4

std::string text_of(const Text<14>& t) { return std::string(trimmed(t)); }

}  // namespace

FixOrders::Order* FixOrders::find(std::uint32_t user_ref_num) {
  const auto root = roots_.find(user_ref_num);
  if (root == roots_.end()) return nullptr;
  const auto order = orders_.find(root->second);
  return order == orders_.end() ? nullptr : &order->second;
}

const FixOrders::Order* FixOrders::find_id(const std::string& cl_ord_id) const {
  const auto root = ids_.find(cl_ord_id);
  if (root == ids_.end()) return nullptr;
  const auto order = orders_.find(root->second);
  return order == orders_.end() ? nullptr : &order->second;
}

// One name over all replaces, as OrderID has.
std::string FixOrders::order_id(std::uint32_t root) const {
  return std::to_string(options_.participant) + "-" + std::to_string(root);
}

char FixOrders::working_status(const Order& o) const noexcept {
  if (o.last.traded > o.broken) return kPartiallyFilled;
  return v42() && o.replaced ? kReplaced : kNew;
}

FixMessage FixOrders::execution_report(const Order& o, const Execution& e, char exec_type,
                                       const std::string& utc) const {
  const Execution& l = o.last;
  const std::uint32_t done = l.traded - o.broken;
  FixMessage m("8");
  m.add(fix::kOrderID, order_id(o.root)).add(fix::kSecondaryOrderID, std::to_string(l.reference));
  m.add(fix::kClOrdID, text_of(l.terms.cl_ord_id)).add(fix::kExecID, std::to_string(e.number));
  if (v42()) m.add(fix::kExecTransType, kNew);
  m.add(fix::kExecType, exec_type).add(fix::kOrdStatus, o.status);
  m.add(fix::kSymbol, std::string(trimmed(l.terms.symbol))).add(fix::kSide, l.terms.codes[0]);
  m.add(fix::kOrderQty, std::to_string(l.order_quantity)).add(fix::kOrdType, l.terms.codes[1]);
  if (l.terms.codes[1] == '2' || l.terms.codes[1] == '4') m.add(fix::kPrice, session::write_price(l.price));
  if (l.terms.codes[1] == '3' || l.terms.codes[1] == '4') m.add(fix::kStopPx, session::write_price(l.stop_price));
  m.add(fix::kTimeInForce, l.terms.codes[2]);
  if (l.terms.post_only != 0) m.add(fix::kExecInst, '6');
  if (l.display != 0) m.add(fix::kMaxFloor, std::to_string(l.display));
  m.add(fix::kLeavesQty, std::to_string(o.done ? 0 : l.leaves)).add(fix::kCumQty, std::to_string(done));
  m.add(fix::kAvgPx, write_average(l.traded_value - o.broken_value, done));
  m.add(fix::kTransactTime, utc);
  return m;
}

std::optional<FixMessage> FixOrders::report(const Execution& e, const std::string& utc) {
  if (e.kind == ExecutionKind::system_event) {
    if (e.event == 'S') forget_done();
    day_begins_ = e.event == 'S';
    return std::nullopt;
  }
  if (e.kind == ExecutionKind::broken) return on_broken(e, utc);
  if (e.terms.gateway != market::Gateway::fix) return std::nullopt;
  last_ref_ = std::max(last_ref_, e.user_ref_num);
  switch (e.kind) {
    case ExecutionKind::accepted: {
      Order& o = orders_[e.user_ref_num];
      o.last = e;
      o.root = e.user_ref_num;
      roots_[o.root] = o.root;
      ids_[text_of(e.terms.cl_ord_id)] = o.root;
      o.status = kNew;
      return execution_report(o, e, kNew, utc);
    }
    case ExecutionKind::rejected:
      return on_rejected(e, utc);
    case ExecutionKind::cancel_rejected:
      return cancel_reject(e);
    case ExecutionKind::mass_cancelled:
      ids_.emplace(text_of(e.terms.cl_ord_id), 0);
      return e.reason == Reason::mass_cancel ? std::optional(on_mass_cancelled(e, utc)) : std::nullopt;
    default:
      break;
  }
  const bool replaced = e.kind == ExecutionKind::replaced;
  Order* const found = find(replaced ? e.original : e.user_ref_num);
  if (found == nullptr) return std::nullopt;  // of a day that was forgotten
  Order& o = *found;
  const Execution before = o.last;
  o.last = e;
  // An execution's price is the trade's.
  if (e.kind == ExecutionKind::executed) {
    o.last.price = before.price;
    o.last.reference = before.reference;
  }
  switch (e.kind) {
    case ExecutionKind::replaced: {
      roots_[e.user_ref_num] = o.root;
      ids_[text_of(e.terms.cl_ord_id)] = o.root;
      o.replaced = true;
      o.status = working_status(o);
      FixMessage m = execution_report(o, e, kReplaced, utc);
      m.add(fix::kOrigClOrdID, text_of(e.original_cl_ord_id));
      return m;
    }
    case ExecutionKind::executed: {
      o.done = e.leaves == 0;
      o.fills[e.match_number] = e.number;
      o.status = o.done && o.broken == 0 ? kFilled : kPartiallyFilled;
      FixMessage m = execution_report(o, e, v42() ? o.status : kTrade, utc);
      m.add(fix::kLastShares, std::to_string(e.quantity)).add(fix::kLastPx, session::write_price(e.price));
      return m;
    }
    case ExecutionKind::cancelled:
      return on_cancelled(o, e, utc);
    case ExecutionKind::triggered:
    case ExecutionKind::restated: {
      o.status = working_status(o);
      const bool renewal = e.kind == ExecutionKind::restated && day_begins_;
      // An iceberg that shows itself again is as it was, under another reference of the tape.
      if (e.kind == ExecutionKind::restated && !renewal) return std::nullopt;
      FixMessage m = execution_report(o, e, kRestated, utc);
      m.add(fix::kExecRestatementReason, renewal ? '1' : v42() ? '4' : '8');
      m.add(fix::kText, renewal ? "another day" : "stop was triggered");
      return m;
    }
    default:
      return std::nullopt;
  }
}

FixMessage FixOrders::on_cancelled(Order& o, const Execution& e, const std::string& utc) {
  ids_.emplace(text_of(e.terms.cl_ord_id), o.root);
  o.done = e.leaves == 0;
  if (!o.done) {
    // Self-trade prevention took a part: the order goes on with what is left.
    o.last.order_quantity = e.leaves + e.traded;
    o.status = working_status(o);
    FixMessage m = execution_report(o, e, kRestated, utc);
    m.add(fix::kExecRestatementReason, '5').add(fix::kText, std::string(reason_text(e.reason)));
    return m;
  }
  o.status = e.reason == Reason::end_of_day ? kExpired : kCanceled;
  FixMessage m = execution_report(o, e, o.status, utc);
  if (e.reason == Reason::on_request)
    m.add(fix::kOrigClOrdID, text_of(e.original_cl_ord_id));
  else
    m.add(fix::kText, std::string(reason_text(e.reason)));
  return m;
}

std::optional<FixMessage> FixOrders::on_rejected(const Execution& e, const std::string& utc) {
  if (e.original != 0) return cancel_reject(e);
  Order& o = orders_[e.user_ref_num];
  o.last = e;
  o.last.order_quantity = e.quantity;
  o.root = e.user_ref_num;
  o.done = true;
  o.status = kRejected;
  roots_[o.root] = o.root;
  ids_[text_of(e.terms.cl_ord_id)] = o.root;
  FixMessage m = execution_report(o, e, kRejected, utc);
  m.add(fix::kOrdRejReason, std::to_string(order_reject_reason(e.reason, v42())));
  m.add(fix::kText, std::string(reason_text(e.reason)));
  return m;
}

// Of a cancel, a replace or a mass cancel. The text ends with the execution's number, as the message has no ExecID.
FixMessage FixOrders::cancel_reject(const Execution& e) {
  const std::string text = std::string(reason_text(e.reason)) + " (execution " + std::to_string(e.number) + ")";
  if (e.original == 0) {
    ids_.emplace(text_of(e.terms.cl_ord_id), 0);
    FixMessage m("r");
    m.add(fix::kClOrdID, text_of(e.terms.cl_ord_id)).add(fix::kOrderID, "NONE");
    m.add(fix::kMassCancelRequestType, e.terms.codes[0]).add(fix::kMassCancelResponse, '0');
    m.add(fix::kMassCancelRejectReason, "99").add(fix::kText, text);
    return m;
  }
  const Order* const o = find(e.original);
  ids_.emplace(text_of(e.terms.cl_ord_id), o != nullptr ? o->root : 0);
  FixMessage m("9");
  m.add(fix::kOrderID, o != nullptr ? order_id(o->root) : "NONE");
  if (o != nullptr) m.add(fix::kSecondaryOrderID, std::to_string(o->last.reference));
  m.add(fix::kClOrdID, text_of(e.terms.cl_ord_id));
  // Of an order that is done, the market knows no name any more.
  const std::string original = text_of(e.original_cl_ord_id).empty() && o != nullptr ? text_of(o->last.terms.cl_ord_id)
                                                                                     : text_of(e.original_cl_ord_id);
  m.add(fix::kOrigClOrdID, original.empty() ? "NONE" : original);
  m.add(fix::kOrdStatus, o != nullptr ? o->status : kRejected);
  m.add(fix::kCxlRejResponseTo, e.kind == ExecutionKind::cancel_rejected ? '1' : '2');
  const bool late = e.reason == Reason::unknown_order && o != nullptr;
  m.add(fix::kCxlRejReason, late ? "0" : e.reason == Reason::unknown_order ? "1" : v42() ? "2" : "99");
  m.add(fix::kText, late ? "too late (execution " + std::to_string(e.number) + ")" : text);
  return m;
}

std::optional<FixMessage> FixOrders::on_broken(const Execution& e, const std::string& utc) {
  Order* const o = find(e.user_ref_num);
  if (o == nullptr) return std::nullopt;  // another gateway's, or of a day that was forgotten
  const auto fill = o->fills.find(e.match_number);
  if (fill == o->fills.end()) return std::nullopt;
  o->broken += e.quantity;
  o->broken_value += e.price * e.quantity;
  // Shares that were executed are not put back: a filled order that loses a trade is done with less.
  if (!o->done)
    o->status = working_status(*o);
  else if (o->status == kFilled)
    o->status = kCanceled;
  FixMessage m = execution_report(*o, e, v42() ? o->status : kTradeCancel, utc);
  if (v42())
    for (auto& f : m.fields)
      if (f.first == fix::kExecTransType) f.second = "1";
  m.add(fix::kExecRefID, std::to_string(fill->second));
  m.add(fix::kLastShares, std::to_string(e.quantity)).add(fix::kLastPx, session::write_price(e.price));
  m.add(fix::kText, "trade is broken");
  return m;
}

FixMessage FixOrders::on_mass_cancelled(const Execution& e, const std::string& utc) const {
  FixMessage m("r");
  m.add(fix::kClOrdID, text_of(e.terms.cl_ord_id));
  m.add(fix::kOrderID, std::to_string(options_.participant) + "-" + std::to_string(e.number));
  m.add(fix::kMassCancelRequestType, e.terms.codes[0]).add(fix::kMassCancelResponse, e.terms.codes[0]);
  m.add(fix::kTotalAffectedOrders, std::to_string(e.quantity)).add(fix::kTransactTime, utc);
  return m;
}

// ---- answers without the market ----

FixMessage FixOrders::status(const FixMessage& m, const std::string& utc) const {
  const std::string id = m.get(fix::kClOrdID);
  if (const Order* const o = find_id(id)) {
    FixMessage s = execution_report(*o, o->last, v42() ? o->status : kOrderStatus, utc);
    for (auto& f : s.fields) {
      if (f.first == fix::kExecID) f.second = "0";
      if (f.first == fix::kExecTransType) f.second = "3";
    }
    return s;
  }
  FixMessage s("8");
  s.add(fix::kOrderID, "NONE").add(fix::kClOrdID, id).add(fix::kExecID, "0");
  if (v42()) s.add(fix::kExecTransType, '3');
  s.add(fix::kExecType, v42() ? kRejected : kOrderStatus).add(fix::kOrdStatus, kRejected);
  s.add(fix::kOrdRejReason, "5").add(fix::kSymbol, m.get(fix::kSymbol)).add(fix::kSide, m.get(fix::kSide));
  s.add(fix::kLeavesQty, "0").add(fix::kCumQty, "0").add(fix::kAvgPx, "0");
  s.add(fix::kTransactTime, utc).add(fix::kText, "unknown order");
  return s;
}

FixOrders::Outcome FixOrders::refuse_order(const FixMessage& m, int reason, std::string_view text,
                                           const std::string& utc) const {
  FixMessage r("8");
  r.add(fix::kOrderID, "NONE").add(fix::kClOrdID, m.get(fix::kClOrdID));
  // No execution of the market: a number of its own kind.
  r.add(fix::kExecID, "R" + utc + "-" + m.get(fix::kClOrdID));
  if (v42()) r.add(fix::kExecTransType, kNew);
  r.add(fix::kExecType, kRejected).add(fix::kOrdStatus, kRejected).add(fix::kOrdRejReason, std::to_string(reason));
  r.add(fix::kSymbol, m.get(fix::kSymbol)).add(fix::kSide, m.get(fix::kSide));
  if (const std::string* const quantity = m.find(fix::kOrderQty)) r.add(fix::kOrderQty, *quantity);
  r.add(fix::kLeavesQty, "0").add(fix::kCumQty, "0").add(fix::kAvgPx, "0");
  r.add(fix::kTransactTime, utc).add(fix::kText, std::string(text));
  Outcome out;
  out.answer = std::move(r);
  return out;
}

FixOrders::Outcome FixOrders::refuse_change(const FixMessage& m, int reason, std::string_view text) const {
  const Order* const o = find_id(m.get(fix::kOrigClOrdID));
  const bool known = o != nullptr && reason != 1;
  FixMessage r("9");
  r.add(fix::kOrderID, known ? order_id(o->root) : "NONE").add(fix::kClOrdID, m.get(fix::kClOrdID));
  r.add(fix::kOrigClOrdID, m.get(fix::kOrigClOrdID)).add(fix::kOrdStatus, known ? o->status : kRejected);
  r.add(fix::kCxlRejResponseTo, m.type == "F" ? '1' : '2').add(fix::kCxlRejReason, std::to_string(reason));
  r.add(fix::kText, std::string(text));
  Outcome out;
  out.answer = std::move(r);
  return out;
}

// Another day: ClOrdIDs of orders that are done may be used again.
void FixOrders::forget_done() {
  std::erase_if(orders_, [](const auto& o) { return o.second.done; });
  std::erase_if(roots_, [&](const auto& r) { return !orders_.contains(r.second); });
  std::erase_if(ids_, [&](const auto& i) { return !orders_.contains(i.second); });
}

}  // namespace twinpath::venue
