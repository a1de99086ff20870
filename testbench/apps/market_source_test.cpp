// A day in segments: each carries its messages, and begins with books as all messages before would have left them.
#include "host/apps/session/market_source.h"

#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "host/wire/bytes.h"
#include "host/wire/moldudp64.h"

namespace twinpath {
namespace {

constexpr std::size_t kMoldAt = 42;  // of an untagged frame

venue::GeneratorOptions small_day() {
  venue::GeneratorOptions o;
  o.seed = 5;
  o.messages = 40'000;
  o.symbols = 60;
  o.configured_symbols = 20;
  return o;
}

struct Order {
  std::uint16_t locate;
  std::uint8_t side;
  std::uint32_t shares;
  std::uint32_t price;
  bool operator==(const Order&) const = default;
};
using Orders = std::map<std::uint64_t, Order>;  // by reference

// Written from the specification of the messages alone.
void apply(Orders& orders, std::span<const std::uint8_t> m) {
  const std::uint64_t reference = m.size() >= 19 ? load_be64(&m[11]) : 0;
  const auto reduce = [&](std::uint32_t shares) {
    Order& o = orders.at(reference);
    o.shares -= shares;
    if (o.shares == 0) orders.erase(reference);
  };
  switch (m[0]) {
    case 'A':
    case 'F':
      orders[reference] = {load_be16(&m[1]), m[19], load_be32(&m[20]), load_be32(&m[32])};
      break;
    case 'E':
    case 'C':
    case 'X':
      reduce(load_be32(&m[19]));
      break;
    case 'D':
      orders.erase(reference);
      break;
    case 'U': {
      Order o = orders.at(reference);
      orders.erase(reference);
      o.shares = load_be32(&m[27]);
      o.price = load_be32(&m[31]);
      orders[load_be64(&m[19])] = o;
      break;
    }
    default:
      break;
  }
}

TEST(MarketSnapshot, HoldsTheLiveOrdersOfTheConfiguredSymbolsAndTheirTradingStates) {
  const venue::GeneratorOptions o = small_day();
  venue::MarketGenerator market(o);
  Orders all;
  venue::GeneratedMessage m;
  while (!(market.between_events() && market.messages() >= 25'000) && market.next(m)) apply(all, m.span());
  std::map<std::uint16_t, bool> configured;
  for (std::uint32_t s = 0; s < o.configured_symbols; ++s) configured[market.locate(s)] = true;
  Orders expected;
  for (const auto& [reference, order] : all) {
    if (configured.contains(order.locate)) expected[reference] = order;
  }
  ASSERT_GT(expected.size(), 100u);

  Orders found;
  std::size_t states = 0;
  std::uint64_t last = 0;
  for (const venue::GeneratedMessage& s : market.snapshot(o.configured_symbols, 40)) {
    apply(found, s.span());
    states += s.type() == 'H';
    EXPECT_GE(s.timestamp_ns, last);
    EXPECT_EQ(load_be48(&s.bytes[5]), s.timestamp_ns);
    last = s.timestamp_ns;
  }
  EXPECT_EQ(found, expected);
  EXPECT_EQ(states, o.configured_symbols);
}

// Messages of a source by sequence number.
using Messages = std::map<std::uint64_t, std::vector<std::uint8_t>>;

Messages messages_of(MarketSource& source) {
  Messages messages;
  SourceFrame frame;
  while (source.next(frame)) {
    const auto packet = frame.bytes.subspan(kMoldAt);
    std::uint64_t sequence = load_be64(&packet[10]);
    const unsigned count = load_be16(&packet[18]);
    if (count == 0xFFFF) continue;
    auto blocks = packet.subspan(20);
    for (unsigned i = 0; i < count; ++i, ++sequence) {
      const std::size_t length = load_be16(blocks.data());
      messages[sequence] = {blocks.begin() + 2, blocks.begin() + 2 + static_cast<std::ptrdiff_t>(length)};
      blocks = blocks.subspan(2 + length);
    }
  }
  return messages;
}

TEST(MarketSource, SegmentsTogetherCarryTheMessagesOfTheWholeDay) {
  const venue::GeneratorOptions o = small_day();
  venue::MarketGenerator whole_market(o);
  MarketSource whole_source(whole_market, o, UINT64_MAX, 1);
  const Messages whole = messages_of(whole_source);
  ASSERT_GT(whole.size(), 39'000u);

  venue::MarketGenerator market(o);
  Messages together;
  for (const std::uint64_t until : {10'000ul, 25'000ul, UINT64_MAX}) {
    MarketSource source(market, o, until, 1);
    const std::uint64_t first = market.messages() + 1;
    Messages part = messages_of(source);
    EXPECT_EQ(part.begin()->first, source.first_sequence());
    EXPECT_EQ(first - source.first_sequence(), source.snapshot_messages());
    part.erase(part.begin(), part.lower_bound(first));
    EXPECT_EQ(part.size(), source.position());
    together.merge(part);
  }
  EXPECT_EQ(together, whole);
}

}  // namespace
}  // namespace twinpath
