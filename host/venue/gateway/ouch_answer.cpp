#include "host/venue/gateway/ouch_answer.h"

#include <algorithm>
#include <array>
#include <type_traits>

namespace twinpath::gateway {
namespace {

using market::Execution;
using market::ExecutionKind;
using market::MessageStore;
using market::OrderKind;
using market::OrderTerms;
using market::Reason;
using market::Request;
using market::TimeInForce;

ouch::CancelReason cancel_reason(Reason r) noexcept {
  using enum ouch::CancelReason;
  switch (r) {
    case Reason::immediate:
    case Reason::fill_or_kill:
    case Reason::auction_over:
      return immediate_or_cancel;
    case Reason::price_band:
      return collar;
    case Reason::end_of_day:
      return closed;
    case Reason::state:
      return halted;
    case Reason::post_only:
      return post_only;
    case Reason::disconnected:
      return system;
    case Reason::disabled:
      return supervisory;
    default:
      return user;
  }
}

ouch::RejectReason reject_reason(const Execution& e) noexcept {
  using enum ouch::RejectReason;
  const auto ours = static_cast<std::uint16_t>(e.tag & tag::kReason);
  if (ours != 0 && from_ouch(e.terms) && (e.reason == Reason::unknown_symbol || e.reason == Reason::duplicate_ref))
    return static_cast<ouch::RejectReason>(ours);
  switch (e.reason) {
    case Reason::unknown_symbol:
      return invalid_symbol;
    case Reason::bad_quantity:
    case Reason::bad_lot:
      return invalid_quantity;
    case Reason::bad_tick:
    case Reason::bad_price:
    case Reason::price_band:
      return invalid_price;
    case Reason::state:
      return halted;
    case Reason::closed:
      return destination_closed;
    case Reason::throttled:
      return port_message_rate;
    case Reason::quantity_limit:
      return shares_exceed_threshold;
    case Reason::disabled:
      return firm_not_authorized;
    case Reason::unknown_order:
      return replace_not_allowed;
    default:
      return other;
  }
}

// The order's characters; those of an order that did not come by OUCH are what OUCH would have said.
struct Letters {
  char side, time_in_force, display = 'Y', capacity = 'O', intermarket_sweep = 'N', cross_type = 'N';

  explicit Letters(const OrderTerms& t)
      : side(side_letter(t)), time_in_force(t.tif == TimeInForce::ioc || t.tif == TimeInForce::fok ? '3' : '0') {
    if (!from_ouch(t)) return;
    time_in_force = code(t, Code::time_in_force);
    display = code(t, Code::display);
    capacity = code(t, Code::capacity);
    intermarket_sweep = code(t, Code::intermarket_sweep);
    cross_type = code(t, Code::cross_type);
  }
};

class Appendages {
 public:
  void number(ouch::Tag t, std::uint32_t value) {
    std::uint8_t b[4];
    store_be32(b, value);
    size_ += ouch::write_appendage(t, b, bytes_.data() + size_);
  }
  void reference(ouch::Tag t, std::uint64_t value) {
    std::uint8_t b[8];
    store_be64(b, value);
    size_ += ouch::write_appendage(t, b, bytes_.data() + size_);
  }
  void letter(ouch::Tag t, char value) {
    const auto b = static_cast<std::uint8_t>(value);
    size_ += ouch::write_appendage(t, {&b, 1}, bytes_.data() + size_);
  }
  std::span<const std::uint8_t> bytes() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::array<std::uint8_t, 32> bytes_;
  std::size_t size_ = 0;
};

template <class M>
void put(MessageStore& to, M m, const Appendages& all = {}) {
  if constexpr (M::kHasAppendageLength) m.appendage_length = static_cast<std::uint16_t>(all.bytes().size());
  std::uint8_t* const p = to.claim(M::kLength + all.bytes().size());
  m.write(p);
  std::ranges::copy(all.bytes(), p + M::kLength);
  to.commit();
}

// Accepted and Replaced alike.
template <class M>
void put_order(MessageStore& to, const Execution& e) {
  const Letters l(e.terms);
  M m;
  m.timestamp = e.time;
  m.user_ref_num = e.user_ref_num;
  m.side = l.side;
  m.quantity = e.quantity;
  m.symbol = e.terms.symbol;
  m.price = e.terms.kind == OrderKind::market ? kMarketPrice : e.price;
  m.time_in_force = l.time_in_force;
  m.display = l.display;
  m.order_reference_number = e.reference;
  m.capacity = l.capacity;
  m.intermarket_sweep = l.intermarket_sweep;
  m.cross_type = l.cross_type;
  m.order_state = 'L';
  m.cl_ord_id = e.terms.cl_ord_id;
  if constexpr (std::is_same_v<M, ouch::Replaced>) m.orig_user_ref_num = e.original;
  Appendages all;
  if (e.display != 0) all.number(ouch::Tag::max_floor, e.display);
  if (e.terms.post_only != 0) all.letter(ouch::Tag::post_only, 'P');
  if (e.terms.tif == TimeInForce::fok) all.number(ouch::Tag::minimum_quantity, e.quantity);
  put(to, m, all);
}

void put_cancelled(MessageStore& to, const Execution& e, const Request& cause) {
  if (e.reason == Reason::self_trade) {
    ouch::AiqCanceled m;
    m.timestamp = e.time;
    m.user_ref_num = e.user_ref_num;
    m.quantity = m.quantity_prevented = e.quantity;
    m.reason = static_cast<char>(ouch::CancelReason::self_match);
    m.execution_price = e.price;
    return put(to, m);
  }
  if (is_modified(e, cause))
    return put(to, ouch::Modified{e.time, e.user_ref_num, code(cause.terms, Code::side), e.leaves});
  put(to, ouch::Canceled{e.time, e.user_ref_num, e.quantity, static_cast<char>(cancel_reason(e.reason))});
}

void put_cancel_rejected(MessageStore& to, const Execution& e, const Request& cause, std::uint32_t next) {
  if (!from_ouch(cause.terms)) return;  // its gateway answers it
  if ((e.tag & tag::kQuery) != 0) return put(to, ouch::AccountQueryResponse{e.time, next});
  switch (e.reason) {
    case Reason::unknown_order:
      return;
    case Reason::bad_quantity:
      if (is_modified(e, cause)) put(to, ouch::Modified{e.time, e.original, code(cause.terms, Code::side), e.leaves});
      return;
    default:
      put(to, ouch::CancelReject{e.time, e.original});
  }
}

}  // namespace

bool is_modified(const Execution& e, const Request& cause) noexcept {
  if (!from_ouch(cause.terms) || cause.participant != e.participant || (e.tag & tag::kModify) == 0 || e.leaves == 0)
    return false;
  if (e.kind == ExecutionKind::cancelled) return e.reason == Reason::on_request;
  // A modification to no fewer shares is one of the kind of sale.
  return e.kind == ExecutionKind::cancel_rejected && e.reason == Reason::bad_quantity;
}

void write_answer(const Execution& e, const Request& cause, const OuchParticipant& participant,
                  std::uint32_t next_user_ref_num, MessageStore& to) {
  switch (e.kind) {
    case ExecutionKind::accepted:
      return put_order<ouch::Accepted>(to, e);
    case ExecutionKind::replaced:
      return put_order<ouch::Replaced>(to, e);
    case ExecutionKind::executed:
      return put(to, ouch::Executed{e.time, e.user_ref_num, e.quantity, e.price, liquidity_letter(e), e.match_number});
    case ExecutionKind::cancelled:
      return put_cancelled(to, e, cause);
    case ExecutionKind::restated: {
      Appendages all;
      all.reference(ouch::Tag::secondary_order_reference, e.reference);
      all.number(ouch::Tag::display_quantity, e.quantity);
      return put(to, ouch::Restated{e.time, e.user_ref_num, 'R'}, all);
    }
    case ExecutionKind::broken:
      return put(to, ouch::BrokenTrade{e.time, e.user_ref_num, e.match_number,
                                       static_cast<char>(ouch::CancelReason::supervisory), e.terms.cl_ord_id});
    case ExecutionKind::rejected:
      if (e.user_ref_num != 0)
        put(to,
            ouch::Rejected{e.time, e.user_ref_num, static_cast<std::uint16_t>(reject_reason(e)), e.terms.cl_ord_id});
      return;
    case ExecutionKind::cancel_rejected:
      return put_cancel_rejected(to, e, cause, next_user_ref_num);
    case ExecutionKind::mass_cancelled:
      if (e.reason == Reason::mass_cancel && from_ouch(e.terms))
        put(to, ouch::MassCancelResponse{e.time, e.user_ref_num, participant.firm, e.terms.symbol});
      return;
    case ExecutionKind::system_event:
      return put(to, ouch::SystemEvent{e.time, e.event});
    case ExecutionKind::disabled:
      if (e.user_ref_num != 0) put(to, ouch::DisableOrderEntryResponse{e.time, e.user_ref_num, participant.firm});
      return;
    case ExecutionKind::enabled:
      if (e.user_ref_num != 0) put(to, ouch::EnableOrderEntryResponse{e.time, e.user_ref_num, participant.firm});
      return;
    case ExecutionKind::triggered:
      return;
  }
}

}  // namespace twinpath::gateway
