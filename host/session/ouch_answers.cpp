// What each of the venue's answers does to our orders (OUCH 5.0, 3).
#include <algorithm>

#include "host/session/ouch_orders.h"

namespace twinpath::session {

struct AnswerVisitor {
  OuchOrders& all;

  void spent(std::uint32_t user_ref) const {
    all.highest_answered_ = std::max(all.highest_answered_, user_ref);
    all.next_user_ref_ = std::max(all.next_user_ref_, user_ref + 1);
  }

  // A request that only takes a number was obeyed.
  void counted(std::uint32_t user_ref) const {
    spent(user_ref);
    all.pass_over(user_ref);
  }

  // The same answer was there before: the time that it had then is the time that it has now.
  bool told_again(std::uint64_t then, std::uint64_t now) const {
    if (then == 0 || then != now) return false;
    ++all.duplicates_;
    return true;
  }

  // The order that an Accepted or a Replaced makes live, as the venue took it; null when it cannot be.
  template <class M>
  OuchOrder* taken(const M& m) const {
    spent(m.user_ref_num);
    const auto known = all.orders_.find(m.user_ref_num);
    if (known != all.orders_.end() && known->second.state != OrderState::sent) {
      if (told_again(known->second.taken_at, m.timestamp)) return nullptr;
      all.disagree(m.user_ref_num, std::string(M::kName) + " while " + std::string(to_string(known->second.state)));
      return nullptr;
    }
    OuchOrder& o = known != all.orders_.end() ? known->second : all.adopt(m.user_ref_num);
    if (known != all.orders_.end() && (o.symbol != m.symbol || (o.side == 'B') != (m.side == 'B')))
      all.disagree(m.user_ref_num, "the venue has another symbol or side");
    if (o.open != 0) all.set_open(o, 0);
    o.side = m.side;
    o.symbol = m.symbol;
    o.price = m.price;
    o.order_reference = m.order_reference_number;
    o.taken_at = m.timestamp;
    o.state = OrderState::live;
    all.set_open(o, m.quantity);
    return &o;
  }
  // 'D': it was canceled as it was taken, and nothing more comes of it.
  template <class M>
  void tell_taken(OuchOrder& o, const M& m, OrderChange what) const {
    if (m.order_state == 'D') all.finish(o, OrderState::canceled);
    all.tell(o, {.what = what, .quantity = m.quantity, .price = m.price, .timestamp = m.timestamp});
  }

  void operator()(const ouch::Accepted& m) const {
    OuchOrder* const o = taken(m);
    if (o == nullptr) return;
    o->quantity = m.quantity;
    tell_taken(*o, m, OrderChange::accepted);
  }
  void operator()(const ouch::Replaced& m) const {
    OuchOrder* const before = all.answered(m.orig_user_ref_num, "replaced");
    OuchOrder* const o = taken(m);
    if (o == nullptr) return;
    o->replaces = m.orig_user_ref_num;
    if (before != nullptr) {
      o->done_before = before->done_before + before->executed + before->prevented;
      all.replacements_.erase(before->user_ref);
      all.finish(*before, OrderState::replaced);
    }
    o->quantity = m.quantity + o->done_before;
    tell_taken(*o, m, OrderChange::replaced);
  }
  void operator()(const ouch::Executed& m) const {
    const auto fill = all.fills_.find({m.user_ref_num, m.match_number});
    if (fill != all.fills_.end()) {
      ++all.duplicates_;
      if (fill->second.quantity != m.quantity || fill->second.price != m.price)
        all.disagree(m.user_ref_num, "an execution is told again with another price or quantity");
      return;
    }
    const auto found = all.orders_.find(m.user_ref_num);
    if (found == all.orders_.end()) return all.disagree(m.user_ref_num, "executed, but it was never accepted");
    OuchOrder* const o = &found->second;
    // Shares are shares: even an execution that comes too late, or for more than is open, moves the position.
    if (o->state == OrderState::sent || is_done(o->state)) {
      all.disagree(m.user_ref_num, "executed while " + std::string(to_string(o->state)));
    } else if (m.quantity > o->open) {
      all.disagree(m.user_ref_num, "more is executed than is open");
    }
    all.fills_[{m.user_ref_num, m.match_number}] = {m.quantity, m.price, false};
    ++all.executions_;
    o->executed += m.quantity;
    all.fill(*o, m.quantity, m.price, false);
    if (is_done(o->state)) {
      // It stays as it ended.
    } else if (m.quantity >= o->open) {
      all.finish(*o, OrderState::filled);
    } else {
      all.set_open(*o, o->open - m.quantity);
    }
    all.tell(*o, {.what = OrderChange::executed,
                  .quantity = m.quantity,
                  .price = m.price,
                  .match_number = m.match_number,
                  .timestamp = m.timestamp});
  }
  void operator()(const ouch::BrokenTrade& m) const {
    const auto fill = all.fills_.find({m.user_ref_num, m.match_number});
    if (fill == all.fills_.end()) return all.disagree(m.user_ref_num, "a trade is broken that never was");
    if (fill->second.broken) return;
    fill->second.broken = true;
    OuchOrder& o = all.orders_.at(m.user_ref_num);
    o.executed -= fill->second.quantity;
    all.settle_cancel(o);
    all.fill(o, fill->second.quantity, fill->second.price, true);
    all.tell(o, {.what = OrderChange::broken,
                 .quantity = fill->second.quantity,
                 .price = fill->second.price,
                 .match_number = m.match_number,
                 .reason = static_cast<std::uint8_t>(m.reason),
                 .timestamp = m.timestamp});
  }
  // The order that a cancellation is about; null when there is none, or it was told before.
  OuchOrder* reduced(std::uint32_t user_ref, std::uint64_t timestamp) const {
    const auto known = all.orders_.find(user_ref);
    if (known != all.orders_.end() && told_again(known->second.reduced_at, timestamp)) return nullptr;
    return all.answered(user_ref, "canceled");
  }

  void operator()(const ouch::Canceled& m) const {
    if (OuchOrder* const o = reduced(m.user_ref_num, m.timestamp)) all.reduce(*o, m.quantity, m.reason, m.timestamp);
  }
  void operator()(const ouch::AiqCanceled& m) const {
    OuchOrder* const o = reduced(m.user_ref_num, m.timestamp);
    if (o == nullptr) return;
    o->prevented += m.quantity;
    all.reduce(*o, m.quantity, m.reason, m.timestamp);
  }
  void operator()(const ouch::Rejected& m) const {
    spent(m.user_ref_num);
    const auto o = all.orders_.find(m.user_ref_num);
    if (o == all.orders_.end()) return;  // of a mass cancel, or of an order that we forgot: nothing came of it
    // Its number was passed over before it arrived.
    if (o->second.state == OrderState::unseen && o->second.elsewhere) return;
    if (o->second.state == OrderState::rejected && told_again(o->second.taken_at, m.timestamp)) return;
    if (o->second.state != OrderState::sent)
      return all.disagree(m.user_ref_num, "rejected while " + std::string(to_string(o->second.state)));
    o->second.taken_at = m.timestamp;
    all.replacements_.erase(o->second.replaces);
    all.finish(o->second, OrderState::rejected);
    all.tell(o->second, {.what = OrderChange::rejected, .reason = m.reason, .timestamp = m.timestamp});
  }
  void operator()(const ouch::CancelPending& m) const {
    OuchOrder* const o = all.answered(m.user_ref_num, "a cancel is pending");
    if (o == nullptr) return;
    o->state = OrderState::cancel_pending;
    all.tell(*o, {.what = OrderChange::cancel_pending, .timestamp = m.timestamp});
  }
  void operator()(const ouch::CancelReject& m) const {
    OuchOrder* const o = all.answered(m.user_ref_num, "a cancel is refused");
    if (o == nullptr) return;
    if (o->state == OrderState::canceling) o->state = OrderState::live;
    all.tell(*o, {.what = OrderChange::cancel_refused, .timestamp = m.timestamp});
  }
  void operator()(const ouch::PriorityUpdate& m) const {
    OuchOrder* const o = all.answered(m.user_ref_num, "repriced");
    if (o == nullptr) return;
    o->price = m.price;
    o->order_reference = m.order_reference_number;
    all.tell(*o, {.what = OrderChange::repriced, .price = m.price, .timestamp = m.timestamp});
  }
  void operator()(const ouch::Modified& m) const {
    OuchOrder* const o = all.answered(m.user_ref_num, "modified");
    if (o == nullptr) return;
    if ((o->side == 'B') != (m.side == 'B')) return all.disagree(m.user_ref_num, "modified to the other side");
    if (m.quantity > o->open) all.disagree(m.user_ref_num, "modified to more than is open");
    o->side = m.side;
    if (m.quantity == 0) {
      all.finish(*o, OrderState::canceled);
    } else {
      all.set_open(*o, m.quantity);
      all.settle_cancel(*o);
    }
    all.tell(*o, {.what = OrderChange::modified, .quantity = m.quantity, .timestamp = m.timestamp});
  }
  void operator()(const ouch::MassCancelResponse& m) const { counted(m.user_ref_num); }
  void operator()(const ouch::DisableOrderEntryResponse& m) const { counted(m.user_ref_num); }
  void operator()(const ouch::EnableOrderEntryResponse& m) const { counted(m.user_ref_num); }
  // Nothing of these is an order's: the day, what an iceberg shows, the next number.
  void operator()(const ouch::SystemEvent&) const {}
  void operator()(const ouch::Restated&) const {}
  void operator()(const ouch::AccountQueryResponse&) const {}
};

void OuchOrders::answer(std::span<const std::uint8_t> message) {
  ouch::DecodeError error = ouch::DecodeError::none;
  ouch::visit_answer(message, [&](const auto& m, auto) { AnswerVisitor{*this}(m); }, &error);
  if (error != ouch::DecodeError::none) disagree(0, ouch::to_string(error));
}

}  // namespace twinpath::session
