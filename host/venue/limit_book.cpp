#include "host/venue/limit_book.h"

#include <algorithm>

namespace twinpath::venue {

std::uint32_t OrderPool::take() {
  ++live_;
  if (free_ != kNoOrder) {
    const std::uint32_t index = free_;
    free_ = orders_[index].next;
    return index;
  }
  orders_.emplace_back();
  return static_cast<std::uint32_t>(orders_.size() - 1);
}

void OrderPool::give_back(std::uint32_t index) noexcept {
  --live_;
  orders_[index].next = free_;
  free_ = index;
}

LimitBook::LimitBook(OrderPool& pool, std::int32_t centre) : pool_(&pool), base_(centre - kWindow / 2) {}

std::uint32_t LimitBook::add(std::uint64_t reference, Side side, std::int32_t tick, std::uint32_t shares) {
  const std::uint32_t index = pool_->take();
  BookOrder& order = (*pool_)[index];
  order.reference = reference;
  order.tick = tick;
  order.shares = shares;
  order.side = side;
  order.live_place = static_cast<std::uint32_t>(live_.size());
  live_.push_back(index);
  ++ladder(side).orders;
  place(index);
  return index;
}

void LimitBook::place(std::uint32_t index) {
  BookOrder& order = (*pool_)[index];
  Ladder& l = ladder(order.side);
  if (!inside(order.tick)) {
    order.next = static_cast<std::uint32_t>(l.outside.size());
    l.outside.push_back(index);
    return;
  }
  const auto at = static_cast<std::uint32_t>(order.tick - base_);
  Level& level = levels(order.side)[at];
  order.next = kNoOrder;
  order.previous = level.tail;
  if (level.tail != kNoOrder) {
    (*pool_)[level.tail].next = index;
  } else {
    level.head = index;
    l.used[at / 64] |= std::uint64_t{1} << (at % 64);
    l.summary |= static_cast<std::uint8_t>(1U << (at / 64));
  }
  level.tail = index;
}

void LimitBook::remove(std::uint32_t index) noexcept {
  OrderPool& pool = *pool_;
  BookOrder& order = pool[index];
  Ladder& l = ladder(order.side);
  if (inside(order.tick)) {
    const auto at = static_cast<std::uint32_t>(order.tick - base_);
    Level& level = levels(order.side)[at];
    if (order.previous != kNoOrder) {
      pool[order.previous].next = order.next;
    } else {
      level.head = order.next;
    }
    if (order.next != kNoOrder) {
      pool[order.next].previous = order.previous;
    } else {
      level.tail = order.previous;
    }
    if (level.head == kNoOrder) {
      l.used[at / 64] &= ~(std::uint64_t{1} << (at % 64));
      if (l.used[at / 64] == 0) l.summary &= static_cast<std::uint8_t>(~(1U << (at / 64)));
    }
  } else {
    const std::uint32_t last = l.outside.back();
    l.outside[order.next] = last;
    pool[last].next = order.next;
    l.outside.pop_back();
  }
  const std::uint32_t last = live_.back();
  live_[order.live_place] = last;
  pool[last].live_place = order.live_place;
  live_.pop_back();
  --l.orders;
  pool.give_back(index);
}

void LimitBook::recentre(std::int32_t centre) {
  base_ = centre - kWindow / 2;
  for (Ladder& l : ladders_) {
    l.used = {};
    l.summary = 0;
    l.outside.clear();
  }
  for (auto& side : levels_) side.fill(Level{});
  // References grow with time, so placing in their order restores every queue.
  std::vector<std::uint32_t> by_age = live_;
  std::sort(by_age.begin(), by_age.end(),
            [this](std::uint32_t a, std::uint32_t b) { return (*pool_)[a].reference < (*pool_)[b].reference; });
  for (const std::uint32_t index : by_age) place(index);
}

}  // namespace twinpath::venue
