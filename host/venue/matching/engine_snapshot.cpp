// Snapshots: little-endian integers, in an order that the state alone decides.
#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>
#include <string>

#include "host/venue/matching/engine_match.h"
#include "host/venue/matching/word_hash.h"

namespace twinpath::matching {
namespace {

static_assert(std::endian::native == std::endian::little, "snapshots and command logs are little-endian");

constexpr std::uint64_t kMagic = 0x31'48'43'54'41'4D'50'54;  // "TPMATCH1"

class ByteSink {
 public:
  void word(std::uint64_t w) {
    hash_.word(w);
    put(w);
  }
  void put(std::uint64_t w) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + sizeof w);
    std::memcpy(bytes_.data() + at, &w, sizeof w);
  }
  std::uint64_t hash() const noexcept { return hash_.hash(); }
  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
  WordHash hash_;
};

}  // namespace

struct Engine::SnapshotReader {
  std::span<const std::byte> bytes;
  std::size_t offset = 0;

  [[noreturn]] void fail(const std::string& expected, std::uint64_t found) const {
    throw std::runtime_error("matching snapshot: byte " + std::to_string(offset) + ": expected " + expected +
                             ", found " + std::to_string(found) + "; use an intact snapshot of this version");
  }
  std::uint64_t word(const char* what, std::uint64_t most = ~std::uint64_t{0}) {
    if (bytes.size() - offset < sizeof(std::uint64_t)) fail(std::string(what) + ", 8 bytes", bytes.size() - offset);
    std::uint64_t w;
    std::memcpy(&w, bytes.data() + offset, sizeof w);
    if (w > most) fail(std::string(what) + " of at most " + std::to_string(most), w);
    offset += sizeof w;
    return w;
  }
  std::uint32_t word32(const char* what) { return static_cast<std::uint32_t>(word(what, 0xFFFF'FFFF)); }
  std::int64_t price(const char* what) {
    const auto p = static_cast<std::int64_t>(word(what));
    if (!price_in_range(p)) fail(std::string(what) + " within 2^62 of zero", static_cast<std::uint64_t>(p));
    return p;
  }
};

template <class Sink>
void Engine::write_ladder(Sink& sink, const Ladder& l) const {
  std::uint64_t count = 0;
  for_each_order(l, [&](std::uint32_t) { ++count; });
  sink.word(count);
  for_each_order(l, [&](std::uint32_t slot) {
    const Order& o = orders_[slot];
    const bool iceberg = o.flags & kIceberg, stop = o.flags & kStop;
    sink.word(o.id);
    sink.word(levels_.key(o.level));
    sink.word(o.quantity);
    sink.word(o.owner);
    sink.word(std::uint64_t{o.flags} | std::uint64_t{static_cast<std::uint8_t>(o.tif)} << 8 |
              std::uint64_t{static_cast<std::uint8_t>(o.self_trade)} << 16);
    if (iceberg) {
      sink.word(extras_[slot].hidden);
      sink.word(extras_[slot].display);
    }
    if (stop) sink.word(static_cast<std::uint64_t>(extras_[slot].limit));
  });
}

template <class Sink>
void Engine::write_state(Sink& sink) const {
  sink.word(kMagic);
  sink.word(ids_once_a_day_ ? 1 : 0);
  sink.word(next_sequence_);
  sink.word(totals_.entered);
  sink.word(totals_.traded);
  sink.word(totals_.removed);
  sink.word(totals_.busted);
  sink.word(books_.size());
  for (std::uint32_t n = 0; n < books_.size(); ++n) {
    const Book& b = books_[n];
    sink.word(listed(n) ? 1 : 0);
    if (!listed(n)) continue;
    sink.word(static_cast<std::uint64_t>(b.state));
    sink.word(static_cast<std::uint64_t>(b.tick));
    sink.word(b.lot);
    sink.word(static_cast<std::uint64_t>(b.reference));
    sink.word(b.has_last ? 1 : 0);
    sink.word(static_cast<std::uint64_t>(b.last));
    sink.word(b.particulars & kBands ? 1 : 0);
    sink.word(static_cast<std::uint64_t>(b.band_low));
    sink.word(static_cast<std::uint64_t>(b.band_high));
    for (const Ladder& l : b.sides) write_ladder(sink, l);
    for (const Ladder& l : book_extras_[n].stops) write_ladder(sink, l);
    for (const Ladder& l : book_extras_[n].auctions) write_ladder(sink, l);
  }
  sink.word(trades_before_);
  sink.word(trades_today_);
  for (std::uint64_t n = 0; n < trades_today_; ++n) {
    const Trade& t = trades_[n];
    sink.word(t.order_id);
    sink.word(t.other_id);
    sink.word(static_cast<std::uint64_t>(t.price));
    sink.word(std::uint64_t{t.quantity} << 32 | t.book);
    sink.word(std::uint64_t{t.owner} << 32 | t.other_owner);
    sink.word(std::uint64_t{static_cast<std::uint8_t>(t.side)} | std::uint64_t{t.flags} << 8 |
              std::uint64_t{t.busted} << 16);
  }
  std::vector<std::uint64_t> used(&used_ids_[0], &used_ids_[0] + used_count_);
  std::sort(used.begin(), used.end());
  sink.word(used.size());
  for (const std::uint64_t id : used) sink.word(id);
}

std::vector<std::byte> Engine::snapshot() const {
  ByteSink sink;
  write_state(sink);
  sink.put(sink.hash());
  return sink.take();
}

std::uint64_t Engine::state_hash() const {
  WordHash sink;
  write_state(sink);
  return sink.hash();
}

void Engine::read_ladder(SnapshotReader& in, std::uint32_t tag) {
  Ladder& l = ladder(tag);
  const LadderKind kind = kind_of(tag);
  Book& b = books_[book_of(tag)];
  for (std::uint64_t count = in.word("a number of orders", kNone); count != 0; --count) {
    const std::uint64_t id = in.word("an order id");
    if (find(id) != kNone) in.fail("an id that no other order has", id);
    const std::uint64_t key = in.word("a price key", Ladder::kEmpty - 1);
    const std::uint32_t shown = in.word32("a quantity");
    if (shown == 0) in.fail("a quantity above 0", shown);
    const std::uint32_t owner = in.word32("an owner");
    const std::uint64_t terms = in.word("an order's terms", 0xFF'FF'FF);
    const auto flags = static_cast<std::uint8_t>(terms);
    const std::uint8_t allowed = kind == LadderKind::book   ? kIceberg | kPostOnly
                                 : kind == LadderKind::stop ? kStop | kStopLimit
                                                            : kAuctionMarket;
    const bool right_kind =
        (kind != LadderKind::stop || (flags & kStop)) && (kind != LadderKind::auction || (flags & kAuctionMarket));
    if ((flags & ~allowed) != 0 || !right_kind || (terms >> 8 & 0xFF) > 3 || terms >> 16 > 4)
      in.fail("terms of an order of this ladder", terms);
    const std::uint32_t slot = take_slot();
    Order& o = orders_[slot];
    o.id = id;
    o.owner = owner;
    o.flags = flags;
    o.tif = static_cast<TimeInForce>(terms >> 8 & 0xFF);
    o.self_trade = static_cast<SelfTrade>(terms >> 16);
    if (flags & kIceberg) {
      const std::uint32_t hidden = in.word32("a hidden quantity");
      extras_[slot] = {.limit = 0, .hidden = hidden, .display = in.word32("a shown quantity")};
      if (extras_[slot].display == 0) in.fail("a shown quantity above 0", 0);
      ++b.icebergs;
      b.particulars |= kIcebergs;
    }
    if (flags & kStop) {
      extras_[slot] = {.limit = in.price("a limit"), .hidden = 0, .display = 0};
      b.particulars |= kStops;
    }
    if (flags & kAuctionMarket) b.particulars |= kAuctionOrders;
    index_.insert(OrderIndex::hash(id), slot);
    append(l, key, slot, shown);
  }
}

void Engine::restore(std::span<const std::byte> bytes) {
  if (next_sequence_ != 0 || !books_.empty())
    throw std::runtime_error("matching snapshot: expected an engine without commands, found one at sequence " +
                             std::to_string(next_sequence_) + "; restore into a fresh one");
  SnapshotReader in{.bytes = bytes};
  if (in.word("the magic number") != kMagic) {
    in.offset = 0;
    in.fail("the magic number of a matching snapshot (TPMATCH1)", in.word("the magic number"));
  }
  if (bytes.size() % sizeof(std::uint64_t) != 0) in.fail("a whole number of 8-byte words", bytes.size());
  // The sum first: nothing is built from bytes that are not what was written.
  WordHash sum;
  std::uint64_t w = 0;
  for (std::size_t i = 0; i + sizeof w < bytes.size(); i += sizeof w) {
    std::memcpy(&w, bytes.data() + i, sizeof w);
    sum.word(w);
  }
  std::memcpy(&w, bytes.data() + bytes.size() - sizeof w, sizeof w);
  if (bytes.size() < 2 * sizeof w || sum.hash() != w) {
    in.offset = bytes.size() - sizeof w;
    in.fail("the checksum " + std::to_string(sum.hash()), w);
  }
  in.bytes = bytes.first(bytes.size() - sizeof w);
  ids_once_a_day_ = in.word("a yes or no", 1) != 0;
  next_sequence_ = in.word("a sequence");
  totals_.entered = in.word("a total");
  totals_.traded = in.word("a total");
  totals_.removed = in.word("a total");
  totals_.busted = in.word("a total");
  const std::uint64_t books = in.word("a number of books", kMaxBooks);
  books_.resize(books);
  book_extras_.resize(books);
  for (std::uint32_t n = 0; n < books; ++n) {
    if (in.word("a yes or no", 1) == 0) continue;
    Book& b = books_[n];
    b.state = static_cast<BookState>(in.word("a state", 3));
    b.tick = in.price("a tick size");
    b.lot = in.word32("a lot size");
    if (b.tick < 1 || b.lot == 0) in.fail("tick and lot above 0", b.lot);
    b.reference = in.price("a reference price");
    b.has_last = in.word("a yes or no", 1) != 0;
    b.last = in.price("a last price");
    const bool bands = in.word("a yes or no", 1) != 0;
    b.band_low = in.price("a band");
    b.band_high = in.price("a band");
    b.particulars = rules_of(b, bands);
    for (const LadderKind kind : {LadderKind::book, LadderKind::stop, LadderKind::auction})
      for (const Side side : {Side::buy, Side::sell}) {
        const std::uint32_t tag = ladder_tag(n, kind, side);
        ladder(tag).tag = tag;
        read_ladder(in, tag);
      }
  }
  trades_before_ = in.word("a number of trades");
  trades_today_ = in.word("a number of trades", trades_.capacity());
  for (std::uint64_t n = 0; n < trades_today_; ++n) {
    Trade& t = trades_[n];
    t.order_id = in.word("an order id");
    t.other_id = in.word("an order id");
    t.price = in.price("a price");
    const std::uint64_t what = in.word("a quantity and a book");
    const std::uint64_t owners = in.word("two owners");
    const std::uint64_t rest = in.word("a trade's terms", 0x1'FF'01);
    t.quantity = static_cast<std::uint32_t>(what >> 32);
    t.book = static_cast<std::uint32_t>(what);
    t.owner = static_cast<std::uint32_t>(owners >> 32);
    t.other_owner = static_cast<std::uint32_t>(owners);
    t.side = static_cast<Side>(rest & 1);
    t.flags = static_cast<std::uint8_t>(rest >> 8);
    t.busted = static_cast<std::uint8_t>(rest >> 16);
  }
  for (std::uint64_t count = in.word("a number of ids", used_ids_.capacity()); count != 0; --count) {
    const std::uint64_t id = in.word("an order id");
    used_ids_[used_count_] = id;
    used_.insert(OrderIndex::hash(id), static_cast<std::uint32_t>(used_count_++));
  }
  if (in.offset != in.bytes.size()) in.fail("the end", in.bytes.size() - in.offset);
  if (const std::string wrong = check(); !wrong.empty())
    throw std::runtime_error("matching snapshot: inconsistent: " + wrong + "; use an intact snapshot");
}

}  // namespace twinpath::matching
