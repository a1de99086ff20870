// The configuration words read back, by the table of TP_CFG_ in hw/rtl/twinpath_types.svh.
#include "host/path/core_image.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <set>
#include <tuple>

#include "host/order/order_frame.h"
#include "testbench/wire/support.h"

namespace twinpath::testing {
namespace {

class Words {
 public:
  explicit Words(const std::vector<ConfigWord>& words) {
    for (const ConfigWord& w : words) {
      EXPECT_TRUE(at_.insert({{w.table, w.index, w.word}, w.data}).second)
          << "table " << int{w.table} << " index " << w.index << " word " << int{w.word} << " twice";
      EXPECT_TRUE(addresses_.insert(w.address()).second);
      EXPECT_EQ(w.address() >> regs::kCfgAddrTableIdShift, w.table);
      EXPECT_EQ((w.address() & regs::kCfgAddrIndexMask) >> regs::kCfgAddrIndexShift, w.index);
      EXPECT_EQ(w.address() & regs::kCfgAddrWordMask, w.word);
    }
  }
  // The word, which counts as read.
  std::uint32_t operator()(unsigned table, unsigned index, unsigned word) {
    const auto it = at_.find({table, index, word});
    if (it == at_.end()) {
      ADD_FAILURE() << "table " << table << " index " << index << " word " << word << " is missing";
      return 0;
    }
    read_.insert(it->first);
    return it->second;
  }
  std::uint64_t wide(unsigned table, unsigned index, unsigned word) {
    const std::uint64_t low = (*this)(table, index, word);
    return std::uint64_t{(*this)(table, index, word + 1)} << 32 | low;
  }
  Bytes bytes(unsigned table, unsigned index, unsigned word, std::size_t n) {
    Bytes b;
    for (std::size_t i = 0; i < n; ++i) {
      b.push_back(
          static_cast<std::uint8_t>((*this)(table, index, word + static_cast<unsigned>(i / 4)) >> (24 - 8 * (i % 4))));
    }
    return b;
  }
  std::size_t unread() const { return at_.size() - read_.size(); }

 private:
  using Key = std::tuple<unsigned, unsigned, unsigned>;
  std::map<Key, std::uint32_t> at_;
  std::set<std::uint32_t> addresses_;
  std::set<Key> read_;
};

void expect_bank(Words& w, const Bank& bank, unsigned number, unsigned symbols) {
  for (unsigned s = 0; s < symbols; ++s) {
    const unsigned index = number * 256 + s;
    const RuleRecord& r = bank.rules[s];
    const std::uint32_t flags = w(3, index, 0);
    EXPECT_EQ(flags >> 0 & 1, r.cancel.enabled);
    EXPECT_EQ(flags >> 1 & 1, r.take.enabled);
    EXPECT_EQ(flags >> 2 & 1, r.imbalance.enabled);
    EXPECT_EQ(flags >> 3 & 1, r.momentum.enabled);
    EXPECT_EQ(flags >> 4 & 1, r.lead_lag.enabled);
    EXPECT_EQ(flags >> 8 & 3, r.take.sides);
    EXPECT_EQ(flags >> 10 & 3, r.imbalance.sides);
    EXPECT_EQ(flags >> 12 & 3, r.momentum.sides);
    EXPECT_EQ(flags >> 14 & 3, r.lead_lag.sides);
    EXPECT_EQ(flags >> 16 & 1, r.momentum.large);
    EXPECT_EQ(flags >> 17 & 1, r.momentum.through);
    EXPECT_EQ(flags >> 24, r.lead_lag.lagger);
    EXPECT_EQ(flags & 0x00FC'00E0, 0u);
    const std::uint32_t expected[] = {r.cancel.distance,
                                      r.cancel.cooldown,
                                      r.take.quantity,
                                      r.take.cooldown,
                                      r.take.fair,
                                      r.take.edge,
                                      r.imbalance.quantity,
                                      r.imbalance.cooldown,
                                      r.imbalance.ratio,
                                      r.imbalance.min_quantity,
                                      r.imbalance.max_spread,
                                      r.momentum.quantity,
                                      r.momentum.cooldown,
                                      r.momentum.min_shares,
                                      r.lead_lag.quantity,
                                      r.lead_lag.cooldown,
                                      r.lead_lag.threshold};
    for (unsigned i = 0; i < 17; ++i) EXPECT_EQ(w(3, index, i + 1), expected[i]) << "rule word " << i + 1;
    const LimitRecord& l = bank.limits[s];
    EXPECT_EQ(w(4, index, 0), (l.permit_buy ? 1u : 0u) + (l.permit_sell ? 2u : 0u));
    EXPECT_EQ(w(4, index, 1), l.max_quantity);
    EXPECT_EQ(w.wide(4, index, 2), l.max_notional);
    EXPECT_EQ(w(4, index, 4), l.collar);
    EXPECT_EQ(w(4, index, 5), l.reference_price);
    EXPECT_EQ(w(4, index, 6), l.max_position);
  }
  EXPECT_EQ(w.wide(5, number, 0), bank.global.max_gross);
  EXPECT_EQ(w(5, number, 2), bank.global.max_open_orders);
  EXPECT_EQ(w(5, number, 3), bank.global.rate_interval);
  EXPECT_EQ(w.wide(5, number, 4), bank.global.rate_tolerance);
  EXPECT_EQ(w(5, number, 6), bank.global.duplicate_window);
}

// Every field different from every other, as far as its width goes.
std::unique_ptr<CoreConfig> random_config(std::uint64_t seed, unsigned symbols) {
  std::mt19937_64 random(seed);
  const auto u32 = [&] { return static_cast<std::uint32_t>(random()); };
  const auto u8 = [&] { return static_cast<std::uint8_t>(random()); };
  const auto yes = [&] { return random() % 2 != 0; };
  const auto sides = [&] { return static_cast<std::uint8_t>(random() % 4); };
  auto c = std::make_unique<CoreConfig>();
  c->feed.line_a = {u32(), static_cast<std::uint16_t>(random())};
  c->feed.line_b = {u32(), static_cast<std::uint16_t>(random())};
  for (auto& b : c->feed.session) b = u8();
  c->feed.first_sequence = random();
  c->feed.gap_timeout = u32();
  for (unsigned s = 0; s < symbols; ++s) {
    SymbolConfig symbol;
    for (auto& ch : symbol.name) ch = static_cast<char>(u8());
    symbol.locate = static_cast<std::uint16_t>(s * 251 + 7);
    symbol.has_locate = s % 5 != 3;
    symbol.window_base = u32();
    symbol.cent_tick = yes();
    c->symbols.push_back(symbol);
  }
  for (Bank& bank : c->banks) {
    for (unsigned s = 0; s < symbols; ++s) {
      RuleRecord& r = bank.rules[s];
      r.cancel = {yes(), u32(), u32()};
      r.take = {yes(), sides(), u32(), u32(), u32(), u32()};
      r.imbalance = {yes(), sides(), u32(), u32(), static_cast<std::uint16_t>(random()), u32(), u32()};
      r.momentum = {yes(), sides(), u32(), u32(), u32(), yes(), yes()};
      r.lead_lag = {yes(), sides(), u32(), u32(), u32(), u8()};
      bank.limits[s] = {yes(), yes(), u32(), random(), u32(), u32(), u32()};
    }
    bank.global = {random(), u32(), u32(), random(), u32()};
  }
  OrderConfig& o = c->order;
  for (auto& b : o.destination_mac) b = u8();
  for (auto& b : o.source_mac) b = u8();
  o.destination_address = u32();
  o.source_address = u32();
  o.destination_port = static_cast<std::uint16_t>(random());
  o.source_port = static_cast<std::uint16_t>(random());
  o.ttl = u8();
  for (auto& b : o.attributes) b = u8();
  for (auto& b : o.cl_ord_id_prefix) b = u8();
  o.first_user_ref = u32();
  o.speculative = {.enabled = yes(), .discards = u8(), .interval = static_cast<std::uint16_t>(random())};
  c->symbols_start_trading = yes();
  c->any_session = yes();
  c->armed = yes();
  c->book_events = yes();
  return c;
}

TEST(CoreImage, ReadsBackAsTheConfigurationAndHoldsNothingElse) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const unsigned symbols = seed == 20 ? 256 : static_cast<unsigned>(seed);
    const auto config = random_config(seed, symbols);
    const CoreConfig& c = *config;
    Words w(core_image(c));
    for (unsigned s = 0; s < symbols; ++s) {
      const SymbolConfig& symbol = c.symbols[s];
      if (symbol.has_locate) {
        EXPECT_EQ(w(1, symbol.locate, 0), 0x100u | s);
      }
      EXPECT_EQ(w(2, s, 0), symbol.window_base);
      EXPECT_EQ(w(2, s, 1), symbol.cent_tick ? 1u : 0u);
      EXPECT_EQ(w.bytes(2, s, 2, 8), Bytes(symbol.name.begin(), symbol.name.end()));
    }
    for (unsigned bank = 0; bank < 2; ++bank) expect_bank(w, c.banks[bank], bank, symbols);
    EXPECT_EQ(w.bytes(6, 0, 0, 42), to_bytes(order_header(c.order, 47)));
    EXPECT_EQ(w.bytes(6, 1, 0, 42), to_bytes(order_header(c.order, 9)));
    EXPECT_EQ(w(6, 0, 10) & 0xFFFF, 0u) << "padding";
    EXPECT_EQ(w.bytes(6, 2, 0, 5), to_bytes(c.order.attributes));
    const Bytes patched = w.bytes(6, 2, 0, 12);
    EXPECT_EQ(Bytes(patched.begin() + 5, patched.begin() + 11), to_bytes(c.order.cl_ord_id_prefix));
    EXPECT_EQ(patched[11], 0u);
    EXPECT_EQ(w(7, 0, 0), c.feed.line_a.address);
    EXPECT_EQ(w(7, 0, 1), c.feed.line_a.port);
    EXPECT_EQ(w(7, 0, 2), c.feed.line_b.address);
    EXPECT_EQ(w(7, 0, 3), c.feed.line_b.port);
    EXPECT_EQ(w.bytes(7, 0, 4, 10), to_bytes(c.feed.session));
    EXPECT_EQ(w.wide(7, 0, 7), c.feed.first_sequence);
    EXPECT_EQ(w(7, 0, 9), c.feed.gap_timeout);
    EXPECT_EQ(w(8, 0, 0), (c.symbols_start_trading ? 1u : 0u) + (c.any_session ? 2u : 0u) + (c.book_events ? 4u : 0u) +
                              (c.armed ? 8u : 0u));
    EXPECT_EQ(w(8, 0, 1), c.order.first_user_ref);
    EXPECT_EQ(w(8, 0, 2), (c.order.speculative.enabled ? 1u : 0u) + c.order.speculative.discards * 0x100u +
                              c.order.speculative.interval * 0x10000u);
    EXPECT_EQ(w.unread(), 0u) << "words that this test does not know";
  }
}

TEST(CoreImage, OfOneBankIsThatPartOfTheWhole) {
  const auto config = random_config(77, 9);
  Words w(bank_image(config->banks[1], 1, 9));
  expect_bank(w, config->banks[1], 1, 9);
  EXPECT_EQ(w.unread(), 0u);
}

}  // namespace
}  // namespace twinpath::testing
