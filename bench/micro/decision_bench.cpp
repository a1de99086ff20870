// Rules, risk and order frames. Items are messages, intents and orders.
#include <benchmark/benchmark.h>

#include <memory>

#include "host/order/order_frame.h"
#include "host/risk/risk.h"
#include "host/strategy/rule_engine.h"

namespace twinpath {
namespace {

std::unique_ptr<Bank> bank() {
  auto bank = std::make_unique<Bank>();
  for (unsigned i = 0; i < kSymbols; ++i) {
    RuleRecord& r = bank->rules[i];
    r.cancel = {true, 0, 200};
    r.take = {true, 3, 100, 0, 1'000'000, 50'000};
    r.imbalance = {true, 3, 200, 0, 512, 100, 1'000};
    r.momentum = {true, 3, 100, 0, 300, true, true};
    r.lead_lag = {true, 3, 100, 0, 500, static_cast<SymbolIndex>(i ^ 1)};
    bank->limits[i] = {true, true, 1'000, 1'000'000'000'000, 50'000, 1'000'000, 1'000'000'000};
  }
  bank->global = {UINT64_MAX, 4096, 0, 0, 0};
  return bank;
}

SideQuote at(std::uint32_t price, std::uint32_t quantity) {
  return {SideState::quoted, Price{price}, Quantity{quantity}};
}

// All five rules are on; none fires, or the imbalance rule does.
void rules(benchmark::State& state) {
  const auto b = bank();
  Counters counters;
  const auto engine = std::make_unique<RuleEngine>(counters);
  engine->use(b->rules);
  BookChange change;
  change.effect = change.changed = true;
  change.before = {at(1'000'000, 300), at(1'000'200, 300)};
  const WorkingOrder working;
  struct View {
    const Bbo& bbo;
    bool trusted;
  };
  SymbolIndex symbol = 0;
  for (auto _ : state) {
    change.after = {at(1'000'000, state.range(0) == 0 ? 301 : 3'000), at(1'000'200, 300)};
    benchmark::DoNotOptimize(change);
    const Intent intent = engine->evaluate(symbol++, Cycles{100}, change, working,
                                           [&](SymbolIndex) { return View{change.before, true}; });
    benchmark::DoNotOptimize(intent);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(rules)->ArgName("fires")->Arg(0)->Arg(1);

// Thirteen checks; with `send` also the order's way into the state, and out of it again by DONE.
void risk(benchmark::State& state) {
  const auto b = bank();
  Counters counters;
  CoreConfig config;
  config.any_session = true;
  config.symbols_start_trading = true;
  const auto risk = std::make_unique<Risk>(config, counters);
  risk->use(*b);
  Intent intent{IntentKind::enter, Rule::take, Side::buy, 0, Price{1'000'000}, Quantity{100}};
  std::uint64_t passed = 0;
  for (auto _ : state) {
    ++intent.symbol;
    const bool may = risk->may_enter(intent, Cycles{1'000});
    benchmark::DoNotOptimize(may);
    passed += may;
    if (state.range(0) == 0) continue;
    SymbolIndex symbol;
    benchmark::DoNotOptimize(risk->done(risk->send_enter(intent, Cycles{1'000}), symbol));
  }
  if (passed != static_cast<std::uint64_t>(state.iterations())) state.SkipWithError("an intent did not pass");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(risk)->ArgName("send")->Arg(0)->Arg(1);

void order_enter(benchmark::State& state) {
  OrderFrameBuilder frames{CoreConfig{}};
  std::uint32_t user_ref = 0;
  for (auto _ : state) {
    ++user_ref;
    const auto frame =
        frames.enter(user_ref, Side::sell, Quantity{100}, static_cast<SymbolIndex>(user_ref), Price{1'000'000});
    benchmark::DoNotOptimize(frame.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(order_enter)->Name("order/enter");

void order_cancel(benchmark::State& state) {
  OrderFrameBuilder frames{CoreConfig{}};
  std::uint32_t user_ref = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(frames.cancel(++user_ref).data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(order_cancel)->Name("order/cancel");

}  // namespace
}  // namespace twinpath
