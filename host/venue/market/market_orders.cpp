// The market's orders: their slots, which are their ids in the engine, and the index by participant and reference.
#include <new>

#include "host/venue/market/market.h"

namespace twinpath::market {
namespace {

constexpr std::uint64_t key_of(std::uint32_t participant, std::uint32_t user_ref_num) noexcept {
  return std::uint64_t{participant} << 32 | user_ref_num;
}

}  // namespace

std::uint32_t Market::find(std::uint32_t participant, std::uint32_t user_ref_num) const noexcept {
  const std::uint32_t slot =
      index_.find(matching::OrderIndex::hash(key_of(participant, user_ref_num)), [&](std::uint32_t s) {
        return orders_[s].participant == participant && orders_[s].user_ref_num == user_ref_num;
      });
  return slot == matching::kNone ? kNoOrder : slot;
}

void Market::insert(std::uint32_t slot) {
  const Order& o = orders_[slot];
  index_.insert(matching::OrderIndex::hash(key_of(o.participant, o.user_ref_num)), slot);
}

void Market::erase(std::uint32_t slot) noexcept {
  const Order& o = orders_[slot];
  index_.erase(matching::OrderIndex::hash(key_of(o.participant, o.user_ref_num)), slot);
}

std::uint32_t Market::take_slot() {
  if (free_ != kNoOrder) {
    const std::uint32_t slot = free_;
    free_ = orders_[slot].next;
    return slot;
  }
  if (slots_made_ == orders_.capacity()) throw std::bad_alloc();
  return slots_made_++;
}

void Market::free_slot(std::uint32_t slot) noexcept {
  orders_[slot].open = 0;
  orders_[slot].next = free_;
  free_ = slot;
}

// The order has nothing open any more.
void Market::release(std::uint32_t slot) noexcept {
  const Order& o = orders_[slot];
  Account& a = accounts_[o.participant];
  (o.previous == kNoOrder ? a.first : orders_[o.previous].next) = o.next;
  (o.next == kNoOrder ? a.last : orders_[o.next].previous) = o.previous;
  --a.state.open_orders;
  erase(slot);
  free_slot(slot);
}

}  // namespace twinpath::market
