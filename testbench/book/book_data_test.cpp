// Books on data that others made: an artificial ITCH 5.0 session, and a LOBSTER level-1 file of a real day.
#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <charconv>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "host/wire/binaryfile.h"
#include "host/wire/itch50.h"
#include "testbench/book/naive_books.h"
#include "testbench/book/naive_market.h"
#include "testbench/wire/support.h"

namespace twinpath::testing {
namespace {

// ---- artificial_3symbols: orders of three symbols, and 117 messages that name orders which never existed
constexpr unsigned kLocates = 4;

std::vector<Bytes> session_messages(const std::filesystem::path& path) {
  std::vector<Bytes> all;
  const auto reader = BinaryFileReader::open(path);
  std::span<const std::uint8_t> message;
  while (reader->next(message)) all.push_back(to_bytes(message));
  return all;
}

// Calls apply(change of Books, change of the model) for every order message. Prices go through `map(locate, price)`.
template <class Map, class Apply>
void play(const std::vector<Bytes>& messages, Books& books, NaiveBooks& model, Map&& map, Apply&& apply) {
  for (const Bytes& m : messages) {
    BookChange change;
    const std::uint8_t* p = m.data();
    const auto s = static_cast<SymbolIndex>(load_be16(p + 1));
    switch (p[0]) {
      case 'A':
      case 'F': {
        const auto a = itch::AddOrder::read(p);
        const Side side = a.buy_sell_indicator == 'B' ? Side::buy : Side::sell;
        books.add(s, a.order_reference_number, side, Quantity{a.shares}, Price{map(s, a.price)}, change);
        apply(s, change, model.add(s, a.order_reference_number, side, a.shares, map(s, a.price)));
        break;
      }
      case 'E': {
        const auto e = itch::OrderExecuted::read(p);
        books.execute(s, e.order_reference_number, Quantity{e.executed_shares}, nullptr, true, change);
        apply(s, change, model.execute(s, e.order_reference_number, e.executed_shares, nullptr, true));
        break;
      }
      case 'X': {
        const auto x = itch::OrderCancel::read(p);
        books.cancel(s, x.order_reference_number, Quantity{x.cancelled_shares}, change);
        apply(s, change, model.cancel(s, x.order_reference_number, x.cancelled_shares));
        break;
      }
      case 'D': {
        const auto d = itch::OrderDelete::read(p);
        books.erase(s, d.order_reference_number, change);
        apply(s, change, model.erase(s, d.order_reference_number));
        break;
      }
      case 'U': {
        const auto u = itch::OrderReplace::read(p);
        const std::uint32_t price = map(s, u.price);
        books.replace(s, u.original_order_reference_number, u.new_order_reference_number, Quantity{u.shares},
                      Price{price}, change);
        apply(s, change,
              model.replace(s, u.original_order_reference_number, u.new_order_reference_number, u.shares, price));
        break;
      }
      default:
        break;
    }
  }
}

// The same to the books of all symbols.
void apply(MarketBooks& books, const std::uint8_t* p) {
  const std::uint16_t locate = load_be16(p + 1);
  switch (p[0]) {
    case 'A':
    case 'F': {
      const auto a = itch::AddOrder::read(p);
      const Side side = a.buy_sell_indicator == 'B' ? Side::buy : Side::sell;
      return books.add(locate, a.order_reference_number, side, Quantity{a.shares}, Price{a.price});
    }
    case 'E':
      return books.reduce(locate, load_be64(p + 11), Quantity{itch::OrderExecuted::read(p).executed_shares});
    case 'X':
      return books.reduce(locate, load_be64(p + 11), Quantity{itch::OrderCancel::read(p).cancelled_shares});
    case 'D':
      return books.erase(locate, load_be64(p + 11));
    case 'U': {
      const auto u = itch::OrderReplace::read(p);
      return books.replace(locate, u.original_order_reference_number, u.new_order_reference_number, Quantity{u.shares},
                           Price{u.price});
    }
    default:
      return;
  }
}

// Each distinct price of a symbol becomes its rank: order is kept, and all fit into a window of tick 1.
std::array<std::map<std::uint32_t, std::uint32_t>, kLocates> price_ranks(const std::vector<Bytes>& messages) {
  std::array<std::map<std::uint32_t, std::uint32_t>, kLocates> ranks;
  for (const Bytes& m : messages) {
    if (m[0] == 'A' || m[0] == 'F') ranks[load_be16(&m[1])][itch::AddOrder::read(m.data()).price] = 0;
    if (m[0] == 'U') ranks[load_be16(&m[1])][itch::OrderReplace::read(m.data()).price] = 0;
  }
  for (auto& symbol : ranks) {
    std::uint32_t n = 0;
    for (auto& [price, rank] : symbol) rank = 1000 + n++;
  }
  return ranks;
}

TEST(ArtificialSession, ReproducesAFullDepthBookAndCountsTheOrdersThatNeverExisted) {
  const auto path = shared_data("itch50/artificial_3symbols.NASDAQ_ITCH50.gz");
  TP_NEED_DATA(path);
  const auto messages = session_messages(path);
  ASSERT_EQ(messages.size(), 12'012u);
  const auto ranks = price_ranks(messages);
  CoreConfig config;
  config.symbols.assign(kLocates, {.window_base = 1000, .cent_tick = false});
  Counters counters;
  Books books(config, counters);
  NaiveBooks model(config);
  std::uint64_t operations = 0;
  play(
      messages, books, model, [&](SymbolIndex s, std::uint32_t p) { return ranks[s].at(p); },
      [&](SymbolIndex s, const BookChange& got, const BookChange& expected) {
        ++operations;
        ASSERT_EQ(got.after, expected.after) << "order message " << operations;
        ASSERT_EQ(got.effect, expected.effect);
        ASSERT_NE(got.after.bid.state, SideState::unknown);
        ASSERT_NE(got.after.ask.state, SideState::unknown);
        ASSERT_FALSE(books.sticky(s));
      });
  EXPECT_EQ(operations, 4997u + 3 + 198 + 45 + 1745 + 12);
  EXPECT_EQ(counters[Counter::unknown_reference], 117u);
  for (unsigned c = 0; c < kCounterCount; ++c) {
    const bool expected = static_cast<Counter>(c) == Counter::unknown_reference;
    EXPECT_EQ(counters.values()[c], expected ? 117u : 0u) << kCounterNames[c];
  }
  EXPECT_EQ(books.orders().size(), 3204u) << "orders left at the end, counted by an independent script";
}

TEST(ArtificialSession, CountsUnknownOrdersAlikeWhenPricesDoNotFitTheWindow) {
  const auto path = shared_data("itch50/artificial_3symbols.NASDAQ_ITCH50.gz");
  TP_NEED_DATA(path);
  CoreConfig config;
  config.symbols.assign(kLocates, {.window_base = 60'000, .cent_tick = true});
  Counters counters;
  Books books(config, counters);
  NaiveBooks model(config);
  play(
      session_messages(path), books, model, [](SymbolIndex, std::uint32_t p) { return p; },
      [&](SymbolIndex, const BookChange& got, const BookChange& expected) { ASSERT_EQ(got.after, expected.after); });
  EXPECT_EQ(counters[Counter::unknown_reference], 117u);
}

TEST(ArtificialSession, MakesTheSameBooksOfAllSymbolsAsAPlainModelAtItsOwnPrices) {
  const auto path = shared_data("itch50/artificial_3symbols.NASDAQ_ITCH50.gz");
  TP_NEED_DATA(path);
  Counters counters;
  MarketBooks books(16, counters);
  NaiveMarket model;
  for (const Bytes& m : session_messages(path)) {
    apply(books, m.data());
    model.message(m.data());
    ASSERT_EQ(model.differences(books, load_be16(&m[1])), "");
  }
  EXPECT_EQ(books.orders().size(), 3204u) << "orders left at the end, counted by an independent script";
  EXPECT_EQ(counters[Counter::unknown_reference], 117u);
  EXPECT_EQ(counters.values(), model.counters.values());
}

// ---- LOBSTER level 1: message rows, and the best bid and offer after each
std::vector<std::vector<std::int64_t>> csv(const std::filesystem::path& path, std::size_t skip_columns) {
  const gzFile file = gzopen(path.c_str(), "rb");
  std::string text;
  std::array<char, 65536> buffer;
  for (int n = 0; (n = gzread(file, buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(n));
  gzclose(file);
  std::vector<std::vector<std::int64_t>> rows;
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    for (std::size_t i = 0; i < skip_columns; ++i) p = std::find(p, end, ',') + 1;
    std::vector<std::int64_t>& row = rows.emplace_back();
    do {
      if (*p == ',') ++p;
      p = std::from_chars(p, end, row.emplace_back()).ptr;
    } while (p < end && *p == ',');
    p = std::find(p, end, '\n');
    if (p < end) ++p;
  }
  return rows;
}

// Books behind the file: orders whose submission is in the file under their own reference, everything else that the
// file shows at a price as one stand-in order.
class LobsterReplay {
 public:
  LobsterReplay() : config_(config()), books_(config_, counters_) {}

  const Bbo& bbo() const { return books_.bbo(0); }
  Bbo market_bbo() const { return market_.bbo(0); }  // of the books of all symbols
  const Counters& counters() const { return counters_; }

  void add(std::uint64_t reference, Side side, std::uint32_t shares, std::uint32_t price) {
    BookChange c;
    books_.add(0, reference, side, Quantity{shares}, Price{price}, c);
    market_.add(0, reference, side, Quantity{shares}, Price{price});
    level(side, price).insert(reference);
  }

  // Shares leave the order, or the stand-in when the order's submission is not in the file.
  void reduce(std::uint64_t reference, Side side, std::uint32_t shares, std::uint32_t price, bool execution,
              bool whole) {
    auto& here = level(side, price);
    const std::uint64_t r = here.count(reference) != 0 ? reference : stand_in(side, price);
    own_ += r == reference;
    BookChange c;
    if (execution) {
      books_.execute(0, r, Quantity{shares}, nullptr, true, c);
    } else if (whole && r == reference) {
      books_.erase(0, r, c);
    } else {
      books_.cancel(0, r, Quantity{shares}, c);
    }
    if (whole && r == reference && !execution) {
      market_.erase(0, r);
    } else {
      market_.reduce(0, r, Quantity{shares});
    }
    if (!books_.orders().find(r).found) here.erase(r);
  }

  // Makes one side what the file shows. A level that has just been `uncovered` may have changed while it was out of the
  // file's sight: whatever was known of its orders is forgotten.
  void show(Side side, std::uint32_t price, std::uint32_t shares, bool uncovered) {
    auto& levels = levels_[static_cast<unsigned>(side)];
    for (auto it = levels.begin(); it != levels.end();) {
      const bool better = side == Side::buy ? it->first > price : it->first < price;
      it = better ? drop(levels, it) : std::next(it);
    }
    if (!uncovered) return;
    if (auto it = levels.find(price); it != levels.end()) drop(levels, it);
    add(stand_in(side, price), side, shares, price);
  }

  std::uint64_t own() const { return own_; }

 private:
  using LevelMap = std::map<std::uint32_t, std::set<std::uint64_t>>;

  static CoreConfig config() {
    CoreConfig c;
    c.symbols.push_back({.window_base = 2'150'000, .cent_tick = true});
    return c;
  }
  static std::uint64_t stand_in(Side side, std::uint32_t price) {
    return std::uint64_t{1} << 40 | static_cast<std::uint64_t>(side) << 36 | price;
  }
  std::set<std::uint64_t>& level(Side side, std::uint32_t price) { return levels_[static_cast<unsigned>(side)][price]; }
  LevelMap::iterator drop(LevelMap& levels, LevelMap::iterator it) {
    BookChange c;
    for (const std::uint64_t r : it->second) {
      books_.erase(0, r, c);
      market_.erase(0, r);
    }
    return levels.erase(it);
  }

  CoreConfig config_;
  Counters counters_;
  Books books_;
  Counters market_counters_;
  MarketBooks market_{12, market_counters_};
  std::array<LevelMap, 2> levels_;
  std::uint64_t own_ = 0;
};

// A transition is derivable when the row before and the message give the row after: all but the removal of the last
// share of the best level, behind which a level-1 file does not look.
TEST(LobsterDay, AgreesWithEveryDerivableTransition) {
  const auto messages_path = shared_data("lobster_amzn/Amazon_message.csv.gz");
  const auto book_path = shared_data("lobster_amzn/Amazon_orderbook.csv.gz");
  TP_NEED_DATA(messages_path);
  TP_NEED_DATA(book_path);
  const auto messages = csv(messages_path, 1);  // type, order, shares, price, direction
  const auto rows = csv(book_path, 0);          // offer price, shares, bid price, shares
  ASSERT_EQ(messages.size(), 57'515u);
  ASSERT_EQ(rows.size(), messages.size());
  LobsterReplay replay;
  std::uint64_t derivable = 0;
  std::uint64_t other_side = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto u32 = [](std::int64_t v) { return static_cast<std::uint32_t>(v); };
    const SideQuote ask{SideState::quoted, Price{u32(rows[i][0])}, Quantity{u32(rows[i][1])}};
    const SideQuote bid{SideState::quoted, Price{u32(rows[i][2])}, Quantity{u32(rows[i][3])}};
    const auto type = messages[i][0];
    const auto reference = static_cast<std::uint64_t>(messages[i][1]);
    const std::uint32_t shares = u32(messages[i][2]);
    const std::uint32_t price = u32(messages[i][3]);
    const Side side = messages[i][4] == 1 ? Side::buy : Side::sell;
    const SideQuote before = side == Side::buy ? replay.bbo().bid : replay.bbo().ask;
    const bool empties =
        i > 0 && type >= 2 && type <= 4 && price == before.price.value && shares == before.quantity.value;
    if (i > 0) {
      if (type == 1) replay.add(reference, side, shares, price);
      if (type >= 2 && type <= 4) replay.reduce(reference, side, shares, price, type == 4, type == 3);
      if (!empties) {
        ++derivable;
        ASSERT_EQ(replay.bbo(), (Bbo{bid, ask})) << "row " << i + 1 << ", message type " << type;
        ASSERT_EQ(replay.market_bbo(), replay.bbo()) << "row " << i + 1 << ", message type " << type;
      } else {
        ++other_side;
        ASSERT_EQ(side == Side::buy ? replay.bbo().ask : replay.bbo().bid, side == Side::buy ? ask : bid)
            << "row " << i + 1;
      }
    }
    replay.show(Side::buy, bid.price.value, bid.quantity.value, i == 0 || (empties && side == Side::buy));
    replay.show(Side::sell, ask.price.value, ask.quantity.value, i == 0 || (empties && side == Side::sell));
    ASSERT_EQ(replay.bbo(), (Bbo{bid, ask})) << "row " << i + 1;
    ASSERT_EQ(replay.market_bbo(), (Bbo{bid, ask})) << "row " << i + 1;
  }
  EXPECT_EQ(derivable, 43'561u);
  EXPECT_EQ(other_side, 57'514u - 43'561u);
  EXPECT_GT(replay.own(), 16'000u) << "orders whose submission is in the file";
  for (unsigned c = 0; c < kCounterCount; ++c) EXPECT_EQ(replay.counters().values()[c], 0u) << kCounterNames[c];
}

}  // namespace
}  // namespace twinpath::testing
