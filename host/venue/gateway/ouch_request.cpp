#include "host/venue/gateway/ouch_request.h"

#include <algorithm>
#include <string_view>

namespace twinpath::gateway {
namespace {

using market::OrderKind;
using market::Request;
using market::RequestKind;
using market::TimeInForce;
using Appendages = std::span<const std::uint8_t>;

bool one_of(char c, std::string_view allowed) noexcept { return allowed.find(c) != std::string_view::npos; }

// What the optional part of an order says. Tags that only inform are passed over.
struct Options {
  std::uint32_t minimum = 0, max_floor = 0;
  bool post_only = false;
  bool unknown = false;  // a tag, or its value, that this venue cannot obey

  explicit Options(Appendages all) {
    ouch::Appendage a;
    while (ouch::next_appendage(all, a)) {
      switch (static_cast<ouch::Tag>(a.tag)) {
        case ouch::Tag::minimum_quantity:
          number(a, minimum);
          break;
        case ouch::Tag::max_floor:
          number(a, max_floor);
          break;
        case ouch::Tag::post_only:
          letter(a, "PN");
          post_only = !unknown && a.value[0] == 'P';
          break;
        case ouch::Tag::price_type:
          letter(a, "L");
          break;
        case ouch::Tag::firm:
        case ouch::Tag::customer_type:
        case ouch::Tag::group_id:
        case ouch::Tag::shares_located:
        case ouch::Tag::locate_broker:
          break;
        default:
          unknown = true;
      }
    }
  }

 private:
  void number(const ouch::Appendage& a, std::uint32_t& to) noexcept {
    if (a.value.size() == 4)
      to = load_be32(a.value.data());
    else
      unknown = true;
  }
  void letter(const ouch::Appendage& a, std::string_view allowed) noexcept {
    if (a.value.size() != 1 || !one_of(static_cast<char>(a.value[0]), allowed)) unknown = true;
  }
};

class Reader {
 public:
  explicit Reader(const OuchContext& context) : context_(context) {
    request.participant = context.number;
    request.terms.gateway = context.gateway;
    request.quantity_is_total = 1;
  }

  Request request;

  void operator()(const ouch::EnterOrder& m, Appendages all) {
    Request& r = request;
    r.kind = RequestKind::enter;
    r.user_ref_num = m.user_ref_num;
    r.quantity = m.quantity;
    r.terms.cl_ord_id = m.cl_ord_id;
    r.terms.self_trade = context_.participant.self_trade;
    symbol(m.symbol);
    r.terms.side = m.side == 'B' ? Side::buy : Side::sell;
    codes(m.time_in_force, m.display, m.intermarket_sweep);
    code(r.terms, Code::capacity) = m.capacity;
    code(r.terms, Code::cross_type) = m.cross_type;
    code(r.terms, Code::side) = m.side;
    r.terms.kind = m.price == kMarketPrice ? OrderKind::market : OrderKind::limit;
    if (r.terms.kind == OrderKind::limit) r.price = m.price;
    const Options options(all);
    r.display = options.max_floor;
    r.terms.post_only = options.post_only;
    if (m.time_in_force == '3')
      r.terms.tif = options.minimum != 0 && options.minimum == m.quantity ? TimeInForce::fok : TimeInForce::ioc;
    using enum ouch::RejectReason;
    if (!one_of(m.side, "BSTE")) return refuse(r, invalid_side);
    if (m.display == 'N' || !one_of(m.display, "YA")) return refuse(r, invalid_display);
    if (m.cross_type != 'N') return refuse(r, invalid_cross_order);
    if (!one_of(m.time_in_force, "03") || !one_of(m.capacity, "APRO") || !one_of(m.intermarket_sweep, "YN"))
      return refuse(r, other);
    if (options.minimum != 0 && r.terms.tif != TimeInForce::fok) return refuse(r, invalid_minimum_quantity);
    if (options.max_floor > m.quantity) return refuse(r, invalid_max_floor);
    if (options.unknown) return refuse(r, other);
  }

  void operator()(const ouch::ReplaceOrder& m, Appendages all) {
    Request& r = request;
    r.kind = RequestKind::replace;
    r.user_ref_num = m.user_ref_num;
    r.original = m.orig_user_ref_num;
    r.price = m.price;
    r.quantity = m.quantity;
    r.terms.cl_ord_id = m.cl_ord_id;
    codes(m.time_in_force, m.display, m.intermarket_sweep);
    if (const auto o = context_.orders.find(m.orig_user_ref_num); o != context_.orders.end()) {
      code(r.terms, Code::capacity) = o->second.capacity;
      code(r.terms, Code::cross_type) = o->second.cross_type;
      code(r.terms, Code::side) = o->second.side;
      // The market knows what was executed of the order, not what self match prevention took.
      r.quantity -= std::min(r.quantity, o->second.prevented);
    }
    const Options options(all);
    if (options.unknown || options.minimum != 0 || options.max_floor != 0 || options.post_only)
      return refuse(r, ouch::RejectReason::replace_not_allowed);
  }

  void operator()(const ouch::CancelOrder& m, Appendages) { reduce(m.user_ref_num, m.quantity); }

  void operator()(const ouch::ModifyOrder& m, Appendages) {
    reduce(m.user_ref_num, m.quantity);
    request.tag |= tag::kModify;
    code(request.terms, Code::side) = m.side;
    // What was bought is not sold by another word: such a change is of no order at all.
    const auto o = context_.orders.find(m.user_ref_num);
    if (o == context_.orders.end() || !one_of(m.side, o->second.side == 'B' ? "B" : "STE")) request.original = 0;
  }

  void operator()(const ouch::MassCancel& m, Appendages all) {
    if (!account(RequestKind::mass_cancel, m.user_ref_num, m.firm)) return;
    const bool one = !trimmed(m.symbol).empty();
    if (one) symbol(m.symbol);
    if (one && request.terms.locate == 0) return refuse(request, ouch::RejectReason::invalid_symbol);
    if (!all.empty()) return refuse(request, ouch::RejectReason::other);
  }
  void operator()(const ouch::DisableOrderEntry& m, Appendages) {
    account(RequestKind::disable, m.user_ref_num, m.firm);
  }
  void operator()(const ouch::EnableOrderEntry& m, Appendages) { account(RequestKind::enable, m.user_ref_num, m.firm); }

  void operator()(const ouch::AccountQuery&, Appendages) {
    request.kind = RequestKind::cancel;
    request.tag |= tag::kQuery;
  }

 private:
  void symbol(const Text<8>& name) {
    request.terms.symbol = name;
    request.terms.locate = context_.market.locate(trimmed(name));
  }
  void codes(char time_in_force, char display, char intermarket_sweep) {
    code(request.terms, Code::time_in_force) = time_in_force;
    code(request.terms, Code::display) = display;
    code(request.terms, Code::intermarket_sweep) = intermarket_sweep;
  }
  void reduce(std::uint32_t order, std::uint32_t quantity) {
    request.kind = RequestKind::cancel;
    request.original = order;
    request.quantity = quantity;
  }
  // False: of another firm, and refused.
  bool account(RequestKind kind, std::uint32_t user_ref_num, const Text<4>& firm) {
    request.kind = kind;
    request.user_ref_num = user_ref_num;
    const bool own = trimmed(firm).empty() || firm == context_.participant.firm;
    if (!own) refuse(request, ouch::RejectReason::firm_not_authorized);
    return own;
  }

  const OuchContext& context_;
};

}  // namespace

std::optional<Request> read_request(std::span<const std::uint8_t> message, const OuchContext& context,
                                    ouch::DecodeError& error) {
  Reader reader(context);
  if (!ouch::visit_request(message, reader, &error)) return std::nullopt;
  reader.request.tag |= tag::digest(message);
  return reader.request;
}

bool uses_number(const Request& r) noexcept {
  switch (r.kind) {
    case RequestKind::enter:
    case RequestKind::replace:
      return true;
    case RequestKind::mass_cancel:
    case RequestKind::disable:
    case RequestKind::enable:
      return r.user_ref_num != 0;
    default:
      return false;
  }
}

void refuse(Request& r, ouch::RejectReason reason) noexcept {
  r.kind = RequestKind::enter;
  r.terms.locate = 0;
  r.tag = (r.tag & ~tag::kReason) | static_cast<std::uint64_t>(reason);
}

}  // namespace twinpath::gateway
