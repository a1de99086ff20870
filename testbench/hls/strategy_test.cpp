// The strategy kernel against the strategy in software: told the same, beat by beat, it asks the same, bit by bit.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "host/apps/config/config_file.h"
#include "host/apps/session/market_source.h"
#include "host/path/fused_path.h"
#include "host/path/replay.h"
#include "host/strategy/strategies.h"
#include "hw/hls/strategy/strategy.h"
#include "testbench/strategy/desk.h"

namespace twinpath {
namespace {

using kernel_strategy::IntentBeat;
using kernel_strategy::UpdateBeat;

struct Told {
  std::variant<BookUpdate, OrderUpdate, StatusUpdate> update;
  Intents asked;
};
std::vector<Told> told;

// A strategy that remembers what it was told and what it asked. What it may not ask, it does not ask.
template <class S>
class Recorded {
 public:
  static constexpr std::string_view kName = S::kName;
  using Parameters = typename S::Parameters;
  explicit Recorded(const Parameters& p) noexcept : strategy_(p) {}
  void on_book(const BookUpdate& u, Intents& ask) noexcept {
    note(u, ask, [&] { strategy_.on_book(u, ask); });
  }
  void on_order(const OrderUpdate& u, Intents& ask) noexcept {
    note(u, ask, [&] { strategy_.on_order(u, ask); });
  }
  void on_status(const StatusUpdate& u, Intents& ask) noexcept {
    note(u, ask, [&] { strategy_.on_status(u, ask); });
  }

 private:
  template <class U, class Call>
  static void note(const U& update, Intents& ask, Call call) {
    call();
    told.push_back({update, ask});
  }
  S strategy_;
};

// A market that moves, fills, ends and refuses orders, halts, loses trust and stops trading, as a seed says.
template <class S>
void session(const typename S::Parameters& parameters, std::vector<SymbolIndex> symbols, std::uint64_t seed) {
  testing::Desk<Recorded<S>> desk(parameters);
  std::mt19937_64 random(seed);
  const auto roll = [&](std::uint64_t n) { return static_cast<std::uint32_t>(random() % n); };
  for (int step = 0; step < 2'000; ++step) {
    desk.now.value += roll(40);
    const SymbolIndex symbol = symbols[roll(symbols.size())];
    desk.refuse = roll(10) == 0 ? Reason::collar : Reason::none;
    const std::uint32_t kind = roll(20);
    if (kind < 13) {
      if (roll(60) == 0) desk.trusted[symbol] = !desk.trusted[symbol];
      if (roll(60) == 0) desk.tradable[symbol] = !desk.tradable[symbol];
      const std::uint32_t bid = 1'000'000 + roll(40) * 100;
      Bbo bbo = testing::market(bid, bid + 100 + roll(10) * 100, 1 + roll(500), 1 + roll(500));
      if (roll(50) == 0) bbo.bid = {};
      if (roll(50) == 0) bbo.ask = {SideState::unknown, {}, {}};
      if (roll(50) == 0) std::swap(bbo.bid, bbo.ask);
      const Trade trade{roll(3) == 0, roll(2) == 0, static_cast<Side>(roll(2)), Price{bid}, Quantity{1 + roll(100)},
                        roll(2) == 0};
      desk.book(symbol, bbo, trade);
    } else if (kind < 19 && !desk.orders.empty()) {
      auto it = desk.orders.begin();
      std::advance(it, roll(desk.orders.size()));
      if (it->second.cancelling || roll(4) == 0)
        desk.done(it->first);
      else
        desk.fill(it->first, 1 + roll(it->second.leaves), it->second.price);
    } else if (kind == 19) {
      if (roll(10) == 0) desk.position(symbol, static_cast<std::int32_t>(roll(400)) - 200);
      if (roll(4) == 0) {
        desk.status({{}, roll(8) != 0, roll(20) == 0, roll(20) == 0, roll(8) != 0});
      } else {
        desk.status({{}, true, false, false, true});
      }
    }
  }
}

std::vector<std::vector<std::int64_t>> records_of(std::vector<std::int64_t> one) { return {std::move(one)}; }

// Parameters as the host and as the kernel has them.
template <class S>
std::vector<ap_uint<64>> words_of(const std::vector<std::vector<std::int64_t>>& records) {
  std::vector<ap_uint<64>> words;
  for (const auto& record : records)
    for (const std::int64_t value : record) words.emplace_back(value);
  return words;
}

void feed(hls::stream<UpdateBeat>& updates) {
  for (const Told& t : told)
    updates.write(std::visit([](const auto& u) { return kernel_strategy::to_beat(u); }, t.update));
  updates.write(kernel_strategy::begin_beat(kernel_strategy::kEnd, Cycles{}));
}

void expect_equal(hls::stream<IntentBeat>& intents, std::size_t& asked) {
  asked = 0;
  for (std::size_t n = 0; n < told.size(); ++n) {
    const Intents& expected = told[n].asked;
    for (unsigned i = 0; i <= expected.size(); ++i) {
      const bool last = i == expected.size();
      ASSERT_FALSE(intents.empty()) << "update " << n;
      const IntentBeat got = intents.read();
      ASSERT_EQ(got.data, kernel_strategy::to_beat(last ? Intent() : expected[i], last).data) << "update " << n;
      ASSERT_EQ(got.last == 1, last) << "update " << n;
      asked += !last;
    }
  }
  EXPECT_TRUE(intents.empty());
}

const auto kMaker = records_of({4, 100, 200, 100, 100, 300, 100, 1, 50});
const auto kPair = records_of({4, 5, 1'000'000, 100, 0, 100, 500, 10, 100, 3'000});

TEST(StrategyKernel, asks_what_the_market_maker_asks_in_software) {
  std::size_t all = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    told.clear();
    session<MarketMaker>(parameters_of<MarketMaker>(kMaker), {4, 5}, seed);
    hls::stream<UpdateBeat> updates;
    hls::stream<IntentBeat> intents;
    feed(updates);
    const auto words = words_of<MarketMaker>(kMaker);
    strategy(updates, intents, words.data(), 1);
    std::size_t asked = 0;
    expect_equal(intents, asked);
    all += asked;
  }
  EXPECT_GT(all, 500u);
}

// The market maker in the software path on a generated market, with the exchange's answers.
void replay_market(const MarketMaker::Parameters& parameters) {
  venue::GeneratorOptions o;
  o.seed = 5;
  o.messages = 20'000;
  o.symbols = 24;
  o.configured_symbols = 12;
  venue::MarketGenerator market(o);
  std::string text = market_config(market, o.configured_symbols);
  const std::string closed = "any_session = false";
  ASSERT_NE(text.find(closed), std::string::npos);
  text.replace(text.find(closed), closed.size(), "any_session = true");
  RunConfig config = parse_config(text, "generated");
  MarketSource source(market, o, UINT64_MAX, 2);
  config.core.feed.first_sequence = source.first_sequence();
  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  recorders.push_back(std::make_unique<OutputRecorder>(false));
  std::vector<std::unique_ptr<Path>> paths;
  paths.push_back(std::make_unique<FusedPath<NoStamps, Recorded<MarketMaker>>>(config.core, *recorders[0], parameters));
  ReplayOptions options;
  options.responses = {true, Cycles{3'000}, Cycles{9'000}, Cycles{60'000}, 60, 30};
  replay(source, paths, recorders, options);
}

TEST(StrategyKernel, asks_what_the_market_maker_asks_in_a_replayed_market) {
  told.clear();
  std::vector<std::vector<std::int64_t>> records;
  for (std::int64_t symbol = 0; symbol < 12; ++symbol)
    records.push_back({symbol, 100, 100, 50, 100, 500, 100, symbol % 2, 3'000});
  replay_market(parameters_of<MarketMaker>(records));
  std::size_t orders = 0;
  for (const Told& t : told) orders += std::holds_alternative<OrderUpdate>(t.update);
  EXPECT_GT(told.size(), 5'000u);
  EXPECT_GT(orders, 200u);
  hls::stream<UpdateBeat> updates;
  hls::stream<IntentBeat> intents;
  feed(updates);
  const auto words = words_of<MarketMaker>(records);
  strategy(updates, intents, words.data(), static_cast<unsigned>(records.size()));
  std::size_t asked = 0;
  expect_equal(intents, asked);
  EXPECT_GT(asked, 100u);
}

TEST(StrategyKernel, asks_what_arbitrage_asks_in_software) {
  std::size_t all = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    told.clear();
    session<Arbitrage>(parameters_of<Arbitrage>(kPair), {4, 5}, seed);
    hls::stream<UpdateBeat> updates;
    hls::stream<IntentBeat> intents;
    feed(updates);
    const auto words = words_of<Arbitrage>(kPair);
    Arbitrage decides(kernel_strategy::load_all<Arbitrage>(words.data(), 1));
    kernel_strategy::run(decides, updates, intents);
    std::size_t asked = 0;
    expect_equal(intents, asked);
    all += asked;
  }
  EXPECT_GT(all, 100u);
}

TEST(StrategyKernel, a_wrong_parameter_is_noticed_by_the_comparison) {
  told.clear();
  session<MarketMaker>(parameters_of<MarketMaker>(kMaker), {4}, 1);
  hls::stream<UpdateBeat> updates;
  hls::stream<IntentBeat> intents;
  feed(updates);
  auto words = words_of<MarketMaker>(kMaker);
  words[2] = 300;
  strategy(updates, intents, words.data(), 1);
  bool differs = false;
  for (const Told& t : told)
    for (unsigned i = 0; i <= t.asked.size() && !intents.empty(); ++i)
      differs |=
          intents.read().data != kernel_strategy::to_beat(i == t.asked.size() ? Intent() : t.asked[i], false).data;
  while (!intents.empty()) intents.read();
  EXPECT_TRUE(differs);
}

TEST(StrategyKernel, updates_survive_the_stream) {
  for (const Told& t : told) {
    if (const auto* u = std::get_if<OrderUpdate>(&t.update)) {
      const OrderUpdate got = kernel_strategy::order_update(kernel_strategy::to_beat(*u).data);
      EXPECT_EQ(got.position, u->position);
      EXPECT_EQ(got.leaves, u->leaves);
    }
  }
  OrderUpdate least;
  least.position = INT32_MIN;
  least.user_ref = UINT32_MAX;
  least.stamp = Cycles{(std::uint64_t{1} << 48) - 1};
  const OrderUpdate got = kernel_strategy::order_update(kernel_strategy::to_beat(least).data);
  EXPECT_EQ(got.position, INT32_MIN);
  EXPECT_EQ(got.user_ref, UINT32_MAX);
  EXPECT_EQ(got.stamp, least.stamp);
}

}  // namespace
}  // namespace twinpath
