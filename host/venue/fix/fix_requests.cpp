// What a FIX client says, to requests of the market.
#include "host/session/fix/fix_message.h"
#include "host/session/fix/fix_values.h"
#include "host/venue/fix/fix_orders.h"
#include "host/venue/fix/fix_text.h"

namespace twinpath::venue {
namespace {

using market::OrderKind;
using market::RequestKind;
using market::TimeInForce;
namespace fix = session::fix;

constexpr std::size_t kLongestId = 14;  // OrderTerms::cl_ord_id
constexpr std::size_t kLongestSymbol = 8;

// Where the order's own characters are kept (OrderTerms::codes).
enum Code : std::size_t { kSideCode = 0, kTypeCode = 1, kTifCode = 2 };

FixOrders::Outcome missing(int tag) {
  return {.verdict = {FixVerdict::missing_field, tag}, .request = {}, .answer = {}};
}
// What would make messages, when there is little room left for them.
constexpr std::string_view kDayFull = "the day's streams are nearly full: cancels only";
FixOrders::Outcome is_full(FixOrders::Outcome refusal) {
  refusal.day_full = true;
  return refusal;
}
FixOrders::Outcome wrong(int tag) { return {.verdict = {FixVerdict::wrong_value, tag}, .request = {}, .answer = {}}; }

}  // namespace

// What is said of an order in NewOrderSingle and in OrderCancelReplaceRequest alike.
struct FixOrders::Terms {
  market::OrderTerms terms;
  std::uint64_t price = 0, stop_price = 0;
  std::uint32_t quantity = 0, display = 0;
  const char* unsupported = nullptr;  // why the venue has no such order
};

FixVerdict FixOrders::read_terms(const FixMessage& m, Terms& t) const {
  const auto need = [](int tag) { return FixVerdict{FixVerdict::missing_field, tag}; };
  const auto bad = [](int tag) { return FixVerdict{FixVerdict::wrong_value, tag}; };
  market::OrderTerms& o = t.terms;
  o.gateway = market::Gateway::fix;
  o.cl_ord_id = make_text<14>(m.get(fix::kClOrdID));
  o.symbol = make_text<8>(m.get(fix::kSymbol));
  o.self_trade = options_.self_trade;
  const std::string side = m.get(fix::kSide), type = m.get(fix::kOrdType), tif = m.get(fix::kTimeInForce);
  if (side.empty()) return need(fix::kSide);
  if (type.empty()) return need(fix::kOrdType);
  o.codes[kSideCode] = side[0];
  o.codes[kTypeCode] = type[0];
  o.codes[kTifCode] = tif.empty() ? '0' : tif[0];
  switch (side[0]) {
    case '1':
      o.side = Side::buy;
      break;
    case '2':
    case '5':
    case '6':
      o.side = Side::sell;
      break;
    default:
      t.unsupported = "Side is not supported: expected 1, 2, 5 or 6";
  }
  switch (type[0]) {
    case '1':
      o.kind = OrderKind::market;
      break;
    case '2':
      o.kind = OrderKind::limit;
      break;
    case '3':
      o.kind = OrderKind::stop;
      break;
    case '4':
      o.kind = OrderKind::stop_limit;
      break;
    default:
      t.unsupported = "OrdType is not supported: expected 1, 2, 3 or 4";
  }
  switch (o.codes[kTifCode]) {
    case '0':
      o.tif = TimeInForce::day;
      break;
    case '1':
      o.tif = TimeInForce::gtc;
      break;
    case '3':
      o.tif = TimeInForce::ioc;
      break;
    case '4':
      o.tif = TimeInForce::fok;
      break;
    default:
      t.unsupported = "TimeInForce is not supported: expected 0, 1, 3 or 4";
  }
  if (const std::string* const inst = m.find(fix::kExecInst)) {
    if (*inst == "6")
      o.post_only = 1;
    else
      t.unsupported = "ExecInst is not supported: expected 6";
  }
  if (const std::string* const security = m.find(fix::kSecurityType);
      security && *security != "CS" && *security != "PS")
    t.unsupported = "SecurityType is not supported: expected CS or PS";
  if (m.find(fix::kMinQty) != nullptr) t.unsupported = "MinQty is not supported";
  if (m.find(fix::kMaxShow) != nullptr) t.unsupported = "MaxShow is not supported: MaxFloor is";

  const std::string* const quantity = m.find(fix::kOrderQty);
  if (quantity == nullptr) return need(fix::kOrderQty);
  const auto shares = session::read_quantity(*quantity);
  if (!shares) return bad(fix::kOrderQty);
  t.quantity = *shares;
  if (const std::string* const floor = m.find(fix::kMaxFloor)) {
    const auto shown = session::read_quantity(*floor);
    if (!shown) return bad(fix::kMaxFloor);
    if (*shown == 0) t.unsupported = "MaxFloor of 0 is not supported: an order shows something";
    t.display = *shown;
  }
  const auto price = [&](int tag, std::uint64_t& to) {
    const std::string* const text = m.find(tag);
    if (text == nullptr) return need(tag);
    const auto value = session::read_price(*text);
    if (!value) return bad(tag);
    to = *value;
    return FixVerdict{};
  };
  if (type[0] == '2' || type[0] == '4')
    if (const FixVerdict v = price(fix::kPrice, t.price); v.kind != FixVerdict::taken) return v;
  if (type[0] == '3' || type[0] == '4')
    if (const FixVerdict v = price(fix::kStopPx, t.stop_price); v.kind != FixVerdict::taken) return v;
  return {};
}

Request FixOrders::request(RequestKind kind, const FixMessage& m) const {
  Request r;
  r.kind = kind;
  r.participant = options_.participant;
  r.terms.gateway = market::Gateway::fix;
  r.terms.cl_ord_id = make_text<14>(m.get(fix::kClOrdID));
  r.terms.symbol = make_text<8>(m.get(fix::kSymbol));
  return r;
}

std::uint32_t FixOrders::next_ref(const market::Market& market) noexcept {
  last_ref_ = std::max(last_ref_, market.participant(options_.participant).last_ref) + 1;
  return last_ref_;
}

FixOrders::Outcome FixOrders::take(const FixMessage& m, const market::Market& market, const std::string& utc,
                                   bool day_full) {
  if (m.type == "H") {
    Outcome o;
    o.answer = status(m, utc);
    return o;
  }
  const bool mass = m.type == "q" && !v42();
  if (m.type != "D" && m.type != "F" && m.type != "G" && !mass)
    return {.verdict = {FixVerdict::unsupported_type, 0}, .request = {}, .answer = {}};

  const std::string id = m.get(fix::kClOrdID);
  const bool long_id = id.size() > kLongestId, known = ids_.contains(id);
  if (known && (m.poss_dup || m.poss_resend)) return {};
  const char* const wrong_id = long_id ? "ClOrdID is longer than 14 characters" : "ClOrdID was used before";
  if (m.type == "D") {
    if (long_id || known)
      return refuse_order(m, known ? 6 : order_reject_reason(market::Reason::none, v42()), wrong_id, utc);
    if (day_full) return is_full(refuse_order(m, 3, kDayFull, utc));
    return enter(m, market, utc);
  }
  if (mass) {
    // A report without a ClOrdID of this length cannot be asked of the market.
    if (long_id || known) return wrong(fix::kClOrdID);
    return mass_cancel(m, market, utc);
  }
  if (long_id || known) return refuse_change(m, known && !v42() ? 6 : 2, wrong_id);
  if (m.type == "F") return cancel(m);
  return day_full ? is_full(refuse_change(m, v42() ? 2 : 99, kDayFull)) : replace(m, market);
}

FixOrders::Outcome FixOrders::enter(const FixMessage& m, const market::Market& market, const std::string& utc) {
  Terms t;
  if (const FixVerdict v = read_terms(m, t); v.kind != FixVerdict::taken) return {v, {}, {}};
  if (t.unsupported != nullptr) return refuse_order(m, v42() ? 0 : 11, t.unsupported, utc);
  const std::string symbol = m.get(fix::kSymbol);
  Outcome out;
  out.request = request(RequestKind::enter, m);
  out.request->terms = t.terms;
  out.request->terms.locate = symbol.size() > kLongestSymbol ? std::uint16_t{0} : market.locate(symbol);
  out.request->user_ref_num = next_ref(market);
  out.request->price = t.price;
  out.request->stop_price = t.stop_price;
  out.request->quantity = t.quantity;
  out.request->display = t.display;
  return out;
}

const FixOrders::Order* FixOrders::original(const FixMessage& m) const {
  const Order* const o = find_id(m.get(fix::kOrigClOrdID));
  if (o == nullptr || trimmed(o->last.terms.symbol) != m.get(fix::kSymbol)) return nullptr;
  // The last name that the order was given, not one before.
  if (!o->done && trimmed(o->last.terms.cl_ord_id) != m.get(fix::kOrigClOrdID)) return nullptr;
  return o;
}

FixOrders::Outcome FixOrders::cancel(const FixMessage& m) {
  const Order* const o = original(m);
  if (o == nullptr) return refuse_change(m, 1, "unknown order");
  Outcome out;
  out.request = request(RequestKind::cancel, m);
  out.request->terms.side = o->last.terms.side;
  out.request->terms.locate = o->last.terms.locate;
  out.request->original = o->last.user_ref_num;
  return out;
}

FixOrders::Outcome FixOrders::replace(const FixMessage& m, const market::Market& market) {
  Terms t;
  if (const FixVerdict v = read_terms(m, t); v.kind != FixVerdict::taken) return {v, {}, {}};
  const Order* const o = original(m);
  if (o == nullptr) return refuse_change(m, 1, "unknown order");
  const market::OrderTerms& was = o->last.terms;
  const char* const cannot = t.unsupported != nullptr ? t.unsupported
                             : t.terms.codes != was.codes || t.terms.post_only != was.post_only
                                 ? "Side, OrdType, TimeInForce and ExecInst cannot be changed"
                             : t.display != 0 && t.display != o->last.display ? "MaxFloor cannot be changed"
                                                                              : nullptr;
  if (cannot != nullptr) return refuse_change(m, v42() ? 2 : 99, cannot);
  Outcome out;
  out.request = request(RequestKind::replace, m);
  out.request->terms = t.terms;
  out.request->terms.locate = was.locate;
  out.request->user_ref_num = next_ref(market);
  out.request->original = o->last.user_ref_num;
  out.request->price = t.price;
  out.request->stop_price = t.stop_price;
  out.request->quantity = t.quantity;
  out.request->quantity_is_total = 1;
  return out;
}

FixOrders::Outcome FixOrders::mass_cancel(const FixMessage& m, const market::Market& market, const std::string& utc) {
  const std::string type = m.get(fix::kMassCancelRequestType), symbol = m.get(fix::kSymbol);
  Outcome out;
  const std::uint16_t locate = symbol.size() > kLongestSymbol ? std::uint16_t{0} : market.locate(symbol);
  if (type == "1" && symbol.empty()) return missing(fix::kSymbol);
  if ((type != "1" && type != "7") || (type == "1" && locate == 0)) {
    FixMessage r("r");
    r.add(fix::kClOrdID, m.get(fix::kClOrdID)).add(fix::kOrderID, "NONE");
    r.add(fix::kMassCancelRequestType, type).add(fix::kMassCancelResponse, '0');
    r.add(fix::kMassCancelRejectReason, type == "1" ? '1' : '0').add(fix::kTransactTime, utc);
    out.answer = std::move(r);
    return out;
  }
  out.request = request(RequestKind::mass_cancel, m);
  out.request->terms.codes[kSideCode] = type[0];
  out.request->terms.locate = type == "1" ? locate : std::uint16_t{0};
  return out;
}

}  // namespace twinpath::venue
