// The kernels' SystemC modules against their C simulation, element by element, and at the rate they promise. SystemC is
// elaborated once a process, so every bench is there before the first test, and each test runs the clock on.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <systemc>
#include <vector>

#include "host/strategy/market_maker.h"
#include "hw/hls/strategy/records.h"
#include "sim/systemc/bytecode_scan_module.h"
#include "sim/systemc/margin_sweep_module.h"
#include "sim/systemc/strategy_module.h"

namespace {

using namespace twinpath::systemc;
using kernel_margin::AccountResult;
using kernel_margin::Instrument;
using kernel_margin::Position;
using kernel_margin::PositionResult;
using kernel_scan::CodeByte;
using kernel_scan::FoundIn;
using kernel_scan::MapWord;

const sc_core::sc_time kPeriod(3103, sc_core::SC_PS);  // 322.265625 MHz
constexpr int kRoom = 1 << 16;

template <class T>
std::vector<T> drain(sc_core::sc_fifo<T>& fifo) {
  std::vector<T> all;
  for (T v; fifo.nb_read(v);) all.push_back(v);
  return all;
}
template <class T>
std::vector<T> drain(hls::stream<T>& stream) {
  std::vector<T> all;
  while (!stream.empty()) all.push_back(stream.read());
  return all;
}

struct ScanBench {
  explicit ScanBench(sc_core::sc_clock& clock, int found_room) : found(found_room) {
    module.clock(clock);
    module.bytes(bytes);
    module.found(found);
    module.map(map);
  }
  BytecodeScanModule module{sc_core::sc_gen_unique_name("scan")};
  sc_core::sc_fifo<CodeByte> bytes{kRoom};
  sc_core::sc_fifo<FoundIn> found;
  sc_core::sc_fifo<MapWord> map{kRoom};
};

struct MarginData {
  std::vector<Instrument> instruments;
  std::vector<Position> positions;
  std::vector<ap_int<64>> cash;
};

MarginData margin_data() {
  std::mt19937_64 random(4);
  MarginData d;
  for (int i = 0; i < 8; ++i)
    d.instruments.push_back({static_cast<unsigned>(random() % 2'000'000), static_cast<unsigned>(2'000), 1'000u});
  for (unsigned account = 0; account < 200; ++account) {
    for (unsigned i = random() % 4; i < 9; i += 1 + random() % 4)
      d.positions.push_back(
          {account, static_cast<unsigned>(random() % 2'000'000), static_cast<int>(random() % 2'000) - 1'000, i});
    d.cash.push_back(static_cast<long long>(random() % 1'000'000'000));
  }
  return d;
}

struct MarginBench {
  explicit MarginBench(sc_core::sc_clock& clock) {
    totals.clock(clock);
    totals.positions(positions);
    totals.cash(cash);
    totals.results(accounts);
    turns.clock(clock);
    turns.positions(positions_again);
    turns.accounts(accounts_again);
    turns.results(results);
  }
  MarginData data = margin_data();
  AccountMarginModule totals{"totals", data.instruments, static_cast<unsigned>(data.positions.size()),
                             static_cast<unsigned>(data.cash.size())};
  PositionTurnModule turns{"turns", data.instruments};
  sc_core::sc_fifo<Position> positions{kRoom}, positions_again{kRoom};
  sc_core::sc_fifo<ap_int<64>> cash{kRoom};
  sc_core::sc_fifo<AccountResult> accounts{kRoom}, accounts_again{kRoom};
  sc_core::sc_fifo<PositionResult> results{kRoom};
};

const ap_uint<64> kMaker[] = {4, 100, 200, 100, 100, 300, 100, 1, 50};

struct StrategyBench {
  explicit StrategyBench(sc_core::sc_clock& clock) {
    module.clock(clock);
    module.updates(updates);
    module.intents(intents);
  }
  static constexpr unsigned kClocks = 5;  // from an update to the first beat of its answer
  StrategyModule<twinpath::MarketMaker> module{"strategy", kernel_strategy::load_all<twinpath::MarketMaker>(kMaker, 1),
                                               kClocks};
  sc_core::sc_fifo<kernel_strategy::UpdateBeat> updates{kRoom};
  sc_core::sc_fifo<kernel_strategy::IntentBeat> intents{kRoom};
};

struct Benches {
  sc_core::sc_clock clock{"clock", kPeriod};
  ScanBench scan{clock, kRoom}, narrow{clock, 1};
  MarginBench margin{clock};
  StrategyBench strategy{clock};
};
Benches* benches = nullptr;

std::vector<CodeByte> code_bytes() {
  std::mt19937_64 random(3);
  std::vector<CodeByte> all;
  const unsigned often[] = {0xf1, 0xf4, 0x50, 0x15, 0x57, 0x5b, 0x60, 0x32, 0x42, 0x80, 0x90, 0xff};
  for (int contract = 0; contract < 20; ++contract) {
    for (unsigned i = random() % 200; i > 0; --i) all.push_back({often[random() % 12], 0u, 0u});
    all.push_back({0u, 1u, 0u});
  }
  all.push_back({0u, 0u, 1u});
  return all;
}

bool equal(const FoundIn& a, const FoundIn& b) {
  if (a.contract != b.contract || a.end != b.end || a.found.n != b.found.n) return false;
  for (unsigned i = 0; i < a.found.n.to_uint(); ++i)
    if (kernel_scan::pack(a.found.lane[i], a.contract) != kernel_scan::pack(b.found.lane[i], b.contract)) return false;
  return true;
}

TEST(BytecodeScanModule, takes_a_byte_a_clock_and_says_what_the_kernel_says) {
  const std::vector<CodeByte> code = code_bytes();
  hls::stream<CodeByte> bytes;
  hls::stream<FoundIn> found;
  hls::stream<MapWord> map;
  for (const CodeByte& b : code) {
    bytes.write(b);
    ASSERT_TRUE(benches->scan.bytes.nb_write(b));
  }
  kernel_scan::scan(bytes, found, map);
  const std::vector<FoundIn> expected = drain(found);
  const std::vector<MapWord> expected_map = drain(map);
  ASSERT_GT(expected.size(), 200u);

  sc_core::sc_start(kPeriod * static_cast<double>(code.size() - 1));
  EXPECT_EQ(benches->scan.bytes.num_available(), 1) << "one byte a clock, no more and no less";
  sc_core::sc_start(kPeriod * 2);
  EXPECT_EQ(benches->scan.bytes.num_available(), 0);
  const std::vector<FoundIn> got = drain(benches->scan.found);
  const std::vector<MapWord> got_map = drain(benches->scan.map);
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_TRUE(equal(got[i], expected[i])) << "element " << i;
  ASSERT_EQ(got_map.size(), expected_map.size());
  for (std::size_t i = 0; i < got_map.size(); ++i) EXPECT_EQ(got_map[i].bits, expected_map[i].bits) << "word " << i;
}

TEST(BytecodeScanModule, waits_for_room_and_loses_nothing) {
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(benches->narrow.bytes.nb_write({0x32u, 0u, 0u}));
  sc_core::sc_start(kPeriod * 40);
  EXPECT_EQ(benches->narrow.bytes.num_available(), 8) << "one finding in the FIFO, one waiting for it";
  unsigned offset = 0;
  for (int turn = 0; turn < 20; ++turn) {
    for (const FoundIn& f : drain(benches->narrow.found)) EXPECT_EQ(f.found.lane[0].offset, offset++);
    sc_core::sc_start(kPeriod * 2);
  }
  EXPECT_EQ(offset, 10u);
}

TEST(MarginSweepModules, take_a_position_or_an_account_a_clock_and_say_what_the_kernel_says) {
  MarginBench& b = benches->margin;
  const MarginData& d = b.data;
  const auto n = static_cast<unsigned>(d.positions.size()), accounts = static_cast<unsigned>(d.cash.size());
  const auto known = static_cast<unsigned>(d.instruments.size());
  hls::stream<Position> positions, positions_again;
  hls::stream<ap_int<64>> cash;
  hls::stream<AccountResult> results, results_again;
  hls::stream<PositionResult> turns;
  for (const Position& p : d.positions) {
    positions.write(p);
    positions_again.write(p);
    ASSERT_TRUE(b.positions.nb_write(p));
    ASSERT_TRUE(b.positions_again.nb_write(p));
  }
  for (const ap_int<64>& c : d.cash) {
    cash.write(c);
    ASSERT_TRUE(b.cash.nb_write(c));
  }
  EXPECT_EQ(kernel_margin::total(positions, n, cash, accounts, d.instruments.data(), known, results), 0u);
  const std::vector<AccountResult> expected = drain(results);

  sc_core::sc_start(kPeriod * static_cast<double>(n + accounts - 1));
  EXPECT_EQ(b.cash.num_available(), 1) << "one item a clock, no more and no less";
  sc_core::sc_start(kPeriod * 2);
  const std::vector<AccountResult> got = drain(b.accounts);
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(kernel_margin::pack(got[i]), kernel_margin::pack(expected[i])) << "account " << i;
    results_again.write(got[i]);
    ASSERT_TRUE(b.accounts_again.nb_write(got[i]));
  }
  kernel_margin::turn(positions_again, n, results_again, accounts, d.instruments.data(), known, turns);
  const std::vector<PositionResult> expected_turns = drain(turns);
  sc_core::sc_start(kPeriod * static_cast<double>(n + accounts + 1));
  const std::vector<PositionResult> got_turns = drain(b.results);
  ASSERT_EQ(got_turns.size(), expected_turns.size());
  for (std::size_t i = 0; i < got_turns.size(); ++i)
    EXPECT_EQ(kernel_margin::pack(got_turns[i]), kernel_margin::pack(expected_turns[i])) << "position " << i;
}

TEST(StrategyModule, answers_an_update_at_a_time_and_asks_what_the_kernel_asks) {
  using namespace twinpath;
  std::mt19937_64 random(5);
  hls::stream<kernel_strategy::UpdateBeat> updates;
  hls::stream<kernel_strategy::IntentBeat> intents;
  const auto tell = [&](const kernel_strategy::UpdateBeat& beat) {
    updates.write(beat);
    ASSERT_TRUE(benches->strategy.updates.nb_write(beat));
  };
  StatusUpdate status;
  status.armed = status.session_open = true;
  tell(kernel_strategy::to_beat(status));
  for (unsigned i = 1; i < 500; ++i) {
    BookUpdate book;
    book.stamp = Cycles{i * 100};
    book.symbol = static_cast<SymbolIndex>(3 + random() % 2);
    book.trusted = book.tradable = random() % 10 != 0;
    const auto bid = static_cast<std::uint32_t>(1'000'000 + random() % 50 * 100);
    book.after.bid = {SideState::quoted, Price{bid}, Quantity{100}};
    book.after.ask = {SideState::quoted, Price{bid + 300}, Quantity{100}};
    tell(kernel_strategy::to_beat(book));
    OrderUpdate ended;
    ended.stamp = book.stamp;
    ended.symbol = 4;
    ended.tag = static_cast<std::uint32_t>(random() % 2);
    ended.state = OrderState::rejected;
    tell(kernel_strategy::to_beat(ended));
  }
  tell(kernel_strategy::begin_beat(kernel_strategy::kEnd, {}));
  MarketMaker maker(kernel_strategy::load_all<MarketMaker>(kMaker, 1));
  const int n = static_cast<int>(updates.size());
  kernel_strategy::run(maker, updates, intents);
  const auto expected = drain(intents);
  // Of every update but the end, so many clocks, and one a beat; then the end is taken.
  const auto clocks = (n - 1) * static_cast<int>(StrategyBench::kClocks) + static_cast<int>(expected.size());
  sc_core::sc_start(kPeriod * static_cast<double>(clocks));
  EXPECT_EQ(benches->strategy.updates.num_available(), 1);
  sc_core::sc_start(kPeriod * 2);
  EXPECT_EQ(benches->strategy.updates.num_available(), 0);
  const auto got = drain(benches->strategy.intents);
  ASSERT_EQ(got.size(), expected.size());
  EXPECT_GT(got.size(), static_cast<std::size_t>(n) + 100) << "some intents beside the ends of packets";
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i].data, expected[i].data) << "beat " << i;
}

}  // namespace

int sc_main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  Benches all;
  benches = &all;
  return RUN_ALL_TESTS();
}

int main(int argc, char** argv) {
  // Its banner would stand in the list of tests that ctest asks for.
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  return sc_core::sc_elab_and_sim(argc, argv);
}
