#include "host/venue/matching/engine.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>

#include "host/venue/matching/engine_match.h"

namespace twinpath::matching {
namespace {

constexpr std::size_t kMostOrders = std::size_t{1} << 31;
constexpr std::size_t kMostTrades = std::size_t{1} << 31;

// The bytes of a command from `type` on, as a number.
std::uint64_t tail(const Command& c) noexcept {
  static_assert(offsetof(Command, type) == 56 && offsetof(Command, side) == 57 && offsetof(Command, kind) == 58 &&
                offsetof(Command, tif) == 59 && offsetof(Command, post_only) == 60 &&
                offsetof(Command, self_trade) == 61);
  std::uint64_t word;
  std::memcpy(&word, reinterpret_cast<const std::byte*>(&c) + offsetof(Command, type), sizeof word);
  return word;
}
// Everything 0 but the side's lowest bit and the two lowest of the time in force: a limit order without options.
constexpr std::uint64_t kPlainTail = 0x0000'FFFF'FCFF'FEFF;
constexpr std::uint64_t kFokTail = 0x0300'0000;

}  // namespace

Engine::Engine(const EngineOptions& options)
    : ring_(options.ring_reports),
      ids_once_a_day_(options.ids_once_a_day),
      index_(options.expected_orders),
      orders_(kMostOrders, options.expected_orders),
      extras_(kMostOrders),
      trades_(kMostTrades),
      used_(1),
      used_ids_(kMostOrders) {}

void Engine::submit(const Command& c) {
  sequence_ = c.sequence;
  if (c.sequence < next_sequence_ || c.sequence == ~std::uint64_t{0}) [[unlikely]] {
    report_refusal(c, ReportType::refused, Reason::bad_sequence);
    ring_.publish();
    return;
  }
  next_sequence_ = c.sequence + 1;
  // Comparisons, not a table of jumps: the three that matter are told apart sooner.
  if (c.type == CommandType::enter)
    enter(c);
  else if (c.type == CommandType::cancel)
    cancel(c);
  else if (c.type == CommandType::replace)
    replace(c);
  else
    submit_venue(c);
  ring_.publish();
}

void Engine::submit_venue(const Command& c) {
  switch (c.type) {
    case CommandType::mass_cancel:
      mass_cancel(c);
      break;
    case CommandType::list_book:
      list_book(c);
      break;
    case CommandType::set_state:
      set_state(c);
      break;
    case CommandType::uncross:
      uncross(c);
      break;
    case CommandType::set_bands:
      set_bands(c);
      break;
    case CommandType::indicate:
      indicate_command(c);
      break;
    case CommandType::bust:
      bust(c);
      break;
    case CommandType::end_of_day:
      end_of_day(c);
      break;
    default:
      report_refusal(c, ReportType::refused, Reason::bad_command);
  }
}

void Engine::enter(const Command& c) {
  const std::uint64_t word = tail(c);
  const bool plain = (word & kPlainTail) == 0 && (word & kFokTail) != kFokTail && c.display.value == 0 &&
                     c.quantity.value != 0 && price_in_range(c.price.value) && c.book < books_.size() &&
                     books_[c.book].particulars == 0 && !ids_once_a_day_;
  if (!plain) [[unlikely]] {
    enter_full(c);
    return;
  }
  const std::uint64_t hash = OrderIndex::hash(c.order_id);
  if (index_.find(hash, [&](std::uint32_t slot) { return orders_[slot].id == c.order_id; }) != kNone) [[unlikely]] {
    report_refusal(c, ReportType::refused, Reason::duplicate_id);
    return;
  }
  ring_.claim() = {.sequence = c.sequence,
                   .order_id = c.order_id,
                   .price = c.price,
                   .quantity = c.quantity,
                   .leaves = c.quantity,
                   .book = c.book,
                   .owner = c.owner,
                   .type = ReportType::accepted,
                   .side = c.side};
  totals_.entered += c.quantity.value;
  Book& b = books_[c.book];
  const std::uint32_t left = would_trade(b, c.side, c.price.value)
                                 ? match_plain(b, c.order_id, c.book, c.owner, c.side, c.price.value, c.quantity.value)
                                 : c.quantity.value;
  if (left == 0) return;
  if (c.tif == TimeInForce::ioc) {
    totals_.removed += left;
    ring_.claim() = {.sequence = c.sequence,
                     .order_id = c.order_id,
                     .price = c.price,
                     .quantity = {left},
                     .book = c.book,
                     .owner = c.owner,
                     .type = ReportType::cancelled,
                     .side = c.side,
                     .reason = Reason::immediate};
    return;
  }
  const std::uint32_t slot = take_slot();
  Order& o = orders_[slot];
  o.id = c.order_id;
  o.owner = c.owner;
  o.flags = 0;
  o.tif = c.tif;
  o.self_trade = SelfTrade::allow;
  index_.insert(hash, slot);
  append(b.sides[at(c.side)], key_of(c.side, c.price.value), slot, left);
}

void Engine::cancel(const Command& c) {
  const std::uint64_t hash = OrderIndex::hash(c.order_id);
  const std::uint32_t slot = index_.find(hash, [&](std::uint32_t s) { return orders_[s].id == c.order_id; });
  if (slot == kNone) {
    report_refusal(c, ReportType::cancel_refused, Reason::unknown_order);
    return;
  }
  const Order& o = orders_[slot];
  if ((o.flags != 0) | ((c.owner != o.owner) & (c.owner != 0))) [[unlikely]] {
    cancel_full(c, slot);
    return;
  }
  const std::uint32_t tag = levels_.tag(o.level);
  const Side side = side_of(tag);
  const std::int64_t price = price_of(side, levels_.key(o.level));
  totals_.removed += o.quantity;
  report_cancelled(o, side, book_of(tag), price, o.quantity, Reason::on_request);
  index_.erase(hash, slot);
  unlink(books_[book_of(tag)].sides[at(side)], slot);
  free_slot(slot);
}

void Engine::replace(const Command& c) {
  const std::uint64_t hash = OrderIndex::hash(c.order_id);
  const std::uint32_t slot = index_.find(hash, [&](std::uint32_t s) { return orders_[s].id == c.order_id; });
  if (slot == kNone) {
    report_refusal(c, ReportType::replace_refused, Reason::unknown_order);
    return;
  }
  Order& o = orders_[slot];
  const std::uint32_t tag = levels_.tag(o.level);
  Book& b = books_[book_of(tag)];
  const bool plain = (o.flags == 0) & (o.self_trade == SelfTrade::allow) & ((c.owner == o.owner) | (c.owner == 0)) &
                     (c.new_order_id == 0) & (c.quantity.value != 0) & price_in_range(c.price.value) &
                     (b.particulars == 0);
  if (!plain) [[unlikely]] {
    replace_full(c, slot);
    return;
  }
  const Side side = side_of(tag);
  Ladder& own = b.sides[at(side)];
  const std::uint64_t key = levels_.key(o.level);
  const std::uint64_t wanted = key_of(side, c.price.value);
  totals_.entered += c.quantity.value;
  totals_.removed += o.quantity;
  ring_.claim() = {.sequence = c.sequence,
                   .order_id = c.order_id,
                   .other_id = c.order_id,
                   .price = c.price,
                   .quantity = c.quantity,
                   .leaves = c.quantity,
                   .book = book_of(tag),
                   .owner = o.owner,
                   .other_owner = o.owner,
                   .type = ReportType::replaced,
                   .side = side};
  if (wanted == key && c.quantity.value <= o.quantity) {
    levels_[o.level].quantity -= o.quantity - c.quantity.value;
    o.quantity = c.quantity.value;
    return;
  }
  unlink(own, slot);
  const std::uint32_t left = would_trade(b, side, c.price.value) ? match_plain(b, c.order_id, book_of(tag), o.owner,
                                                                               side, c.price.value, c.quantity.value)
                                                                 : c.quantity.value;
  if (left != 0) {
    append(own, wanted, slot, left);
  } else {
    index_.erase(hash, slot);
    free_slot(slot);
  }
}

std::uint32_t Engine::match_plain(Book& b, std::uint64_t id, std::uint32_t book, std::uint32_t owner, Side side,
                                  std::int64_t price, std::uint32_t quantity) {
  Taker t{.id = id,
          .price = price,
          .quantity = quantity,
          .display = 0,
          .owner = owner,
          .book = book,
          .slot = kNone,
          .side = side,
          .kind = OrderKind::limit,
          .tif = TimeInForce::day,
          .self_trade = SelfTrade::allow,
          .post_only = false};
  match<false>(b, t);
  return t.quantity;
}

std::uint32_t Engine::take_slot() {
  if (free_ != kNone) [[likely]] {
    const std::uint32_t slot = free_;
    free_ = orders_[slot].next;
    return slot;
  }
  if (slots_made_ == orders_.capacity() || slots_made_ == extras_.capacity()) [[unlikely]]
    throw std::bad_alloc();
  return slots_made_++;
}

void Engine::record_trade(Book& b, const Report& r) {
  if (trades_today_ == trades_.capacity()) [[unlikely]]
    throw std::bad_alloc();
  trades_[trades_today_++] = {.order_id = r.order_id,
                              .other_id = r.other_id,
                              .price = r.price.value,
                              .quantity = r.quantity.value,
                              .book = r.book,
                              .owner = r.owner,
                              .other_owner = r.other_owner,
                              .side = r.side,
                              .flags = r.flags,
                              .busted = 0,
                              .reserved = {}};
  totals_.traded += r.quantity.value;
  b.last = r.price.value;
  b.has_last = true;
}

void Engine::report_refusal(const Command& c, ReportType type, Reason reason) {
  ring_.claim() = {.sequence = c.sequence,
                   .order_id = c.order_id,
                   .price = c.price,
                   .quantity = c.quantity,
                   .book = c.book,
                   .owner = c.owner,
                   .type = type,
                   .side = c.side,
                   .reason = reason};
}

void Engine::report_cancelled(const Order& o, Side side, std::uint32_t book, std::int64_t price, std::uint32_t quantity,
                              Reason reason) {
  ring_.claim() = {.sequence = sequence_,
                   .order_id = o.id,
                   .price = {price},
                   .quantity = {quantity},
                   .book = book,
                   .owner = o.owner,
                   .type = ReportType::cancelled,
                   .side = side,
                   .reason = reason};
}

std::optional<Ticks> Engine::best(std::uint32_t book, Side side) const noexcept {
  if (!listed(book) || books_[book].sides[at(side)].empty()) return std::nullopt;
  return Ticks{price_of(side, books_[book].sides[at(side)].best_key)};
}

std::uint64_t Engine::depth(std::uint32_t book, Side side, Ticks price) const noexcept {
  if (!listed(book) || !price_in_range(price.value)) return 0;
  const LevelRef ref = levels_.find(books_[book].sides[at(side)], key_of(side, price.value));
  return ref == kNone ? 0 : levels_[ref].quantity;
}

}  // namespace twinpath::matching
