#include "host/session/ouch_orders.h"

#include <algorithm>
#include <array>

namespace twinpath::session {

std::string_view to_string(OrderState state) noexcept {
  constexpr std::array<std::string_view, 9> kNames{"sent",     "live",     "canceling", "cancel_pending", "filled",
                                                   "canceled", "rejected", "replaced",  "unseen"};
  return kNames[static_cast<std::size_t>(state)];
}

// ---- what both directions do to an order ----

OuchOrder& OuchOrders::add(OuchOrder order) {
  const std::uint32_t open = order.open;
  order.open = 0;
  OuchOrder& o = orders_[order.user_ref] = order;
  set_open(o, open);
  next_user_ref_ = std::max(next_user_ref_, o.user_ref + 1);
  return o;
}

// An order that only the venue knows of: its answer says all there is to say.
OuchOrder& OuchOrders::adopt(std::uint32_t user_ref) {
  ++adopted_;
  OuchOrder o;
  o.user_ref = user_ref;
  return orders_[user_ref] = o;
}

void OuchOrders::set_open(OuchOrder& order, std::uint32_t open) {
  OuchPosition& p = positions_[order.symbol];
  std::uint64_t& sum = order.side == 'B' ? p.open_buy : p.open_sell;
  sum = sum - order.open + open;
  order.open = open;
}

void OuchOrders::finish(OuchOrder& order, OrderState state) {
  set_open(order, 0);
  order.state = state;
  // A replacement of what is gone is not answered any more (2.2, responses 1 and 2).
  const auto r = replacements_.find(order.user_ref);
  if (r == replacements_.end()) return;
  OuchOrder& next = orders_.at(r->second);
  replacements_.erase(r);
  if (next.state != OrderState::sent) return;
  never_came(next);
}

void OuchOrders::never_came(OuchOrder& order) {
  finish(order, OrderState::unseen);
  ++unseen_;
  tell(order, {.what = OrderChange::unseen});
}

// The account's own number was taken: no unanswered order below it ever was, or will be, at the venue (2.1: numbers go
// up).
void OuchOrders::pass_over(std::uint32_t user_ref) {
  for (auto& [ref, order] : orders_) {
    if (ref >= user_ref) break;
    if (order.state == OrderState::sent && order.elsewhere) never_came(order);
  }
}

void OuchOrders::tell(const OuchOrder& order, const OuchChange& change) {
  if (listener_ != nullptr) listener_->changed(order, change);
}

void OuchOrders::disagree(std::uint32_t user_ref, std::string_view what) {
  if (disagreements_++ == 0) first_disagreement_ = "order " + std::to_string(user_ref) + ": " + std::string(what);
}

// The order that an answer is about, when it is one that can get any.
OuchOrder* OuchOrders::answered(std::uint32_t user_ref, std::string_view what) {
  const auto o = orders_.find(user_ref);
  if (o == orders_.end()) {
    disagree(user_ref, std::string(what) + ", but it was never accepted");
    return nullptr;
  }
  const OrderState s = o->second.state;
  if (s == OrderState::sent || is_done(s)) {
    disagree(user_ref, std::string(what) + " while " + std::string(to_string(s)));
    return nullptr;
  }
  return &o->second;
}

// Adds an execution to the position, or takes it out again.
void OuchOrders::fill(const OuchOrder& order, std::uint32_t quantity, std::uint64_t price, bool broken) {
  OuchPosition& p = positions_[order.symbol];
  const bool buy = order.side == 'B';
  (buy ? p.bought : p.sold) += broken ? -std::uint64_t{quantity} : quantity;
  const std::int64_t sign = buy != broken ? 1 : -1;
  p.shares += sign * std::int64_t{quantity};
  p.cash -= sign * static_cast<std::int64_t>(price * quantity);
}

// A cancel that has nothing left to take is not answered (2.3).
void OuchOrders::settle_cancel(OuchOrder& order) {
  if (order.state == OrderState::canceling && order.executed + order.open <= order.cancel_to)
    order.state = OrderState::live;
}

void OuchOrders::reduce(OuchOrder& order, std::uint32_t quantity, char reason, std::uint64_t timestamp) {
  if (quantity > order.open) disagree(order.user_ref, "more is canceled than is open");
  order.reduced_at = timestamp;
  const std::uint32_t left = order.open - std::min(order.open, quantity);
  if (left == 0) {
    finish(order, OrderState::canceled);
  } else {
    set_open(order, left);
    settle_cancel(order);
  }
  tell(order, {.what = OrderChange::reduced,
               .quantity = quantity,
               .reason = static_cast<std::uint8_t>(reason),
               .timestamp = timestamp});
}

// ---- requests ----

struct RequestVisitor {
  OuchOrders& all;

  bool fresh(std::uint32_t user_ref) const { return user_ref >= all.next_user_ref_; }
  OuchOrder* live(std::uint32_t user_ref) const {
    const auto o = all.orders_.find(user_ref);
    if (o == all.orders_.end() || o->second.state == OrderState::sent || is_done(o->second.state)) return nullptr;
    return &o->second;
  }

  bool operator()(const ouch::EnterOrder& m) const {
    if (!fresh(m.user_ref_num)) return false;
    OuchOrder o;
    o.user_ref = m.user_ref_num;
    o.side = m.side;
    o.symbol = m.symbol;
    o.price = m.price;
    o.quantity = o.open = m.quantity;
    all.add(o);
    return true;
  }
  bool operator()(const ouch::ReplaceOrder& m) const {
    OuchOrder* const before = live(m.orig_user_ref_num);
    if (before == nullptr || !fresh(m.user_ref_num) || all.replacements_.count(m.orig_user_ref_num) != 0) return false;
    OuchOrder o = *before;
    o.user_ref = m.user_ref_num;
    o.replaces = before->user_ref;
    o.state = OrderState::sent;
    o.price = m.price;
    o.done_before = before->done_before + before->executed + before->prevented;
    o.executed = o.prevented = 0;
    o.quantity = m.quantity;
    o.open = m.quantity - std::min(m.quantity, o.done_before);
    o.order_reference = 0;
    all.add(o);
    all.replacements_[m.orig_user_ref_num] = m.user_ref_num;
    return true;
  }
  bool operator()(const ouch::CancelOrder& m) const {
    OuchOrder* const o = live(m.user_ref_num);
    if (o == nullptr || m.quantity >= o->executed + o->open) return false;
    if (o->state == OrderState::cancel_pending) return true;
    o->cancel_to = o->state == OrderState::canceling ? std::min(o->cancel_to, m.quantity) : m.quantity;
    o->state = OrderState::canceling;
    return true;
  }
  bool operator()(const ouch::ModifyOrder& m) const { return live(m.user_ref_num) != nullptr; }
  bool operator()(const ouch::AccountQuery&) const { return true; }
  // Mass cancels and the account's switches take a number of their own.
  template <class M>
  bool operator()(const M& m) const {
    if (!fresh(m.user_ref_num)) return false;
    all.next_user_ref_ = m.user_ref_num + 1;
    return true;
  }
};

bool OuchOrders::request(std::span<const std::uint8_t> message, bool elsewhere) {
  bool good = false;
  ouch::visit_request(message, [&](const auto& m, auto) {
    good = RequestVisitor{*this}(m);
    if constexpr (requires { m.user_ref_num; }) {
      if (good && elsewhere && m.kType == ouch::EnterOrder::kType) orders_.at(m.user_ref_num).elsewhere = true;
    }
  });
  return good;
}

// ---- what the venue's silence means ----

void OuchOrders::resolve(std::uint32_t next_user_ref) {
  if (next_user_ref <= highest_answered_)
    disagree(highest_answered_, "answered, but the venue says that it takes this number next");
  next_user_ref_ = std::max(next_user_ref_, next_user_ref);
  replacements_.clear();
  for (auto& [ref, order] : orders_) {
    if (order.state == OrderState::sent) {
      if (!order.elsewhere) never_came(order);
    } else if (order.state == OrderState::canceling) {
      order.state = OrderState::live;
      tell(order, {.what = OrderChange::cancel_unseen});
    }
  }
}

const OuchOrder* OuchOrders::find(std::uint32_t user_ref) const {
  const auto o = orders_.find(user_ref);
  return o == orders_.end() ? nullptr : &o->second;
}

std::string compare_positions(const std::map<Text<8>, OuchPosition>& our_positions,
                              const std::map<Text<8>, OuchPosition>& venue) {
  std::string differences;
  const auto at = [](const auto& positions, const Text<8>& symbol) {
    const auto p = positions.find(symbol);
    return p == positions.end() ? OuchPosition{} : p->second;
  };
  std::map<Text<8>, OuchPosition> all = venue;
  all.insert(our_positions.begin(), our_positions.end());
  for (const auto& [symbol, unused] : all) {
    const OuchPosition ours = at(our_positions, symbol), theirs = at(venue, symbol);
    if (ours.shares == theirs.shares && ours.cash == theirs.cash) continue;
    differences += std::string(trimmed(symbol)) + ": we have " + std::to_string(ours.shares) + " shares and cash of " +
                   std::to_string(ours.cash) + ", the venue " + std::to_string(theirs.shares) + " and " +
                   std::to_string(theirs.cash) + "\n";
  }
  return differences;
}

}  // namespace twinpath::session
