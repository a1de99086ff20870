// Keeps the books of a whole market from a feed, some messages behind it: what a message will read is fetched when it
// comes, and there when its turn comes.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "host/book/market_books.h"
#include "host/feed/feed.h"
#include "host/wire/itch50.h"

namespace twinpath {

// A sink of Feed. The books are those of all but the last kAhead order messages, until flush(), which belongs behind
// every burst of frames.
class MarketFeed {
 public:
  explicit MarketFeed(MarketBooks& books) : books_(books) {}

  void on_message(const std::uint8_t* m, std::uint8_t type, const Origin&) noexcept {
    const Shape& shape = kShapes[type];
    if (shape.work == Work::none) return;
    Pending& p = ring_[tail_ % kRing];
    p.reference = load_be64(m + 11);
    p.new_reference = load_be64(m + shape.new_reference);
    p.shares = load_be32(m + shape.shares);
    p.price = load_be32(m + shape.price);
    p.locate = load_be16(m + 1);
    p.side = m[shape.side] == 'B' ? Side::buy : Side::sell;
    p.work = shape.work;
    books_.prefetch(p.locate, p.reference);
    if (p.work == Work::replace) books_.prefetch(p.new_reference);
    if (++tail_ - done_ > kAhead) apply(ring_[done_++ % kRing]);
  }
  void on_feed_state(StateReason, const Origin&) noexcept {}

  void flush() noexcept {
    for (; done_ != tail_; ++done_) apply(ring_[done_ % kRing]);
  }

 private:
  static constexpr unsigned kAhead = 16;
  static constexpr unsigned kRing = 32;
  static_assert(kAhead < kRing);

  enum class Work : std::uint8_t { none, add, reduce, erase, replace };

  // Where the fields of a type lie, so that all are read alike; those that it does not have, anywhere in it.
  struct Shape {
    Work work;
    std::uint8_t side, shares, price, new_reference;
  };
  static constexpr std::array<Shape, 256> kShapes = [] {
    std::array<Shape, 256> shapes{};
    shapes['A'] = shapes['F'] = {Work::add, 19, 20, 32, 11};
    shapes['E'] = shapes['C'] = shapes['X'] = {Work::reduce, 0, 19, 11, 11};
    shapes['D'] = {Work::erase, 0, 11, 11, 11};
    shapes['U'] = {Work::replace, 0, 27, 31, 19};
    return shapes;
  }();

  struct Pending {
    std::uint64_t reference, new_reference;
    std::uint32_t shares, price;
    MarketBooks::Locate locate;
    Side side;
    Work work;
  };

  void apply(const Pending& p) noexcept {
    switch (p.work) {
      case Work::add:
        return books_.add(p.locate, p.reference, p.side, Quantity{p.shares}, Price{p.price});
      case Work::reduce:
        return books_.reduce(p.locate, p.reference, Quantity{p.shares});
      case Work::erase:
        return books_.erase(p.locate, p.reference);
      case Work::replace:
        return books_.replace(p.locate, p.reference, p.new_reference, Quantity{p.shares}, Price{p.price});
      case Work::none:
        return;
    }
  }

  MarketBooks& books_;
  std::array<Pending, kRing> ring_;
  std::uint64_t tail_ = 0;
  std::uint64_t done_ = 0;
};

}  // namespace twinpath
