// Strategies asked by themselves: items are book updates. asks: every update makes it ask, for both quotes or both
// legs.
#include <benchmark/benchmark.h>

#include <memory>

#include "host/strategy/arbitrage.h"
#include "host/strategy/market_maker.h"

namespace twinpath {
namespace {

SideQuote at(std::uint32_t price, std::uint32_t quantity) {
  return {SideState::quoted, Price{price}, Quantity{quantity}};
}

// Everything that was sent has ended, so that the strategy may ask again.
template <class S>
void end_all(S& strategy, const Intents& ask, std::uint32_t& user_ref) {
  for (unsigned i = 0; i < ask.size(); ++i) {
    Intents closed;
    closed.close();
    OrderUpdate u;
    u.state = OrderState::sent;
    u.side = ask[i].side;
    u.symbol = ask[i].symbol;
    u.user_ref = ++user_ref;
    u.tag = ask[i].tag;
    u.leaves = ask[i].quantity;
    strategy.on_order(u, closed);
    u.state = OrderState::done;
    u.leaves = {};
    strategy.on_order(u, closed);
  }
}

template <class S>
void updates(benchmark::State& state, const typename S::Parameters& parameters, const Bbo& quiet, const Bbo& loud) {
  auto strategy = std::make_unique<S>(parameters);
  Intents ask;
  strategy->on_status({Cycles{}, true, false, false, true}, ask);
  BookUpdate other{Cycles{1}, {}, quiet, {}, 1, true, true};
  strategy->on_book(other, ask);
  const bool asks = state.range(0) != 0;
  BookUpdate update{Cycles{100}, quiet, asks ? loud : quiet, {}, 0, true, true};
  std::uint32_t user_ref = 0;
  std::uint64_t asked = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(update);
    ask.clear();
    strategy->on_book(update, ask);
    benchmark::DoNotOptimize(ask);
    asked += ask.size();
    if (asks) end_all(*strategy, ask, user_ref);
  }
  if (asks ? asked != 2 * static_cast<std::uint64_t>(state.iterations()) : asked > 2)
    state.SkipWithError("asked otherwise than expected");
  state.SetItemsProcessed(state.iterations());
}

void market_maker(benchmark::State& state) {
  MarketMaker::Parameters p;
  p.count = 1;
  p.all[0] = {0, Quantity{100}, Price{200}, Price{50}, Price{100}, Quantity{1000}, Price{100}, true, Cycles{1}};
  const Bbo book{at(1'000'000, 300), at(1'000'200, 500)};
  updates<MarketMaker>(state, p, book, book);
}
BENCHMARK(market_maker)->Name("strategy/market_maker")->ArgName("asks")->Arg(0)->Arg(1);

void arbitrage(benchmark::State& state) {
  Arbitrage::Parameters p;
  p.count = 1;
  p.all[0] = {0,          1,       1'000'000,        Price{500}, Price{}, Quantity{100}, Quantity{1000},
              Quantity{}, Price{}, Cycles{1'000'000}};
  updates<Arbitrage>(state, p, {at(1'000'000, 300), at(1'000'200, 500)}, {at(1'001'000, 300), at(1'001'200, 500)});
}
BENCHMARK(arbitrage)->Name("strategy/arbitrage")->ArgName("asks")->Arg(0)->Arg(1);

}  // namespace
}  // namespace twinpath
