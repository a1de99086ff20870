// One message's work in the books, with a given number of live orders over 16 symbols. Items are messages.
#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <vector>

#include "host/book/books.h"

namespace twinpath {
namespace {

constexpr std::uint32_t kBase = 1'000'000;
constexpr unsigned kSymbolsUsed = 16;

struct Live {
  std::uint64_t reference;
  SymbolIndex symbol;
  Side side;
  Price price;
};

// Books whose orders lie within 64 levels on both sides of the middle, and which order comes next.
class Market {
 public:
  explicit Market(std::int64_t orders) : next_reference_(1) {
    CoreConfig config;
    for (unsigned i = 0; i < kSymbolsUsed; ++i) {
      SymbolConfig symbol;
      symbol.window_base = kBase;
      config.symbols.push_back(symbol);
    }
    books_ = std::make_unique<Books>(config, counters_);
    for (std::int64_t i = 0; i < orders; ++i) live_.push_back(add());
  }

  Books& books() { return *books_; }
  BookChange change;

  Live draw() {
    Live o;
    o.reference = next_reference_++;
    o.symbol = static_cast<SymbolIndex>(random_() % kSymbolsUsed);
    o.side = random_() % 2 == 0 ? Side::buy : Side::sell;
    const auto away = static_cast<std::uint32_t>(random_() % 64);
    o.price = Price{kBase + 100 * (o.side == Side::buy ? 2000 - away : 2001 + away)};
    return o;
  }
  void add(const Live& o) { books_->add(o.symbol, o.reference, o.side, Quantity{1'000'000}, o.price, change); }
  Live& any() { return live_[random_() % live_.size()]; }

 private:
  Live add() {
    const Live o = draw();
    add(o);
    return o;
  }

  std::mt19937 random_{1};
  Counters counters_;
  std::unique_ptr<Books> books_;
  std::uint64_t next_reference_;
  std::vector<Live> live_;
};

// The time includes drawing a random order, as book/draw shows it alone.
void draw(benchmark::State& state) {
  Market market(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(market.any());
    benchmark::DoNotOptimize(market.draw());
  }
  state.SetItemsProcessed(state.iterations());
}

void add_and_delete(benchmark::State& state) {
  Market market(state.range(0));
  for (auto _ : state) {
    Live& old = market.any();
    market.books().erase(old.symbol, old.reference, market.change);
    old = market.draw();
    market.add(old);
    benchmark::DoNotOptimize(market.change);
  }
  state.SetItemsProcessed(2 * state.iterations());
}

void replace(benchmark::State& state) {
  Market market(state.range(0));
  for (auto _ : state) {
    Live& old = market.any();
    Live fresh = market.draw();
    market.books().replace(old.symbol, old.reference, fresh.reference, Quantity{1'000'000}, fresh.price, market.change);
    old.reference = fresh.reference;
    benchmark::DoNotOptimize(market.change);
  }
  state.SetItemsProcessed(state.iterations());
}

void cancel(benchmark::State& state) {
  Market market(state.range(0));
  for (auto _ : state) {
    const Live& o = market.any();
    market.books().cancel(o.symbol, o.reference, Quantity{1}, market.change);
    benchmark::DoNotOptimize(market.change);
  }
  state.SetItemsProcessed(state.iterations());
}

void execute(benchmark::State& state) {
  Market market(state.range(0));
  for (auto _ : state) {
    const Live& o = market.any();
    market.books().execute(o.symbol, o.reference, Quantity{1}, nullptr, true, market.change);
    benchmark::DoNotOptimize(market.change);
  }
  state.SetItemsProcessed(state.iterations());
}

void trade(benchmark::State& state) {
  Market market(state.range(0));
  for (auto _ : state) {
    market.books().trade(3, Quantity{100}, Price{kBase}, market.change);
    benchmark::DoNotOptimize(market.change);
  }
  state.SetItemsProcessed(state.iterations());
}

#define TP_BOOK_BENCH(operation) \
  BENCHMARK(operation)->Name("book/" #operation)->ArgName("live")->Arg(1'000)->Arg(40'000)->Arg(200'000)
TP_BOOK_BENCH(draw);
TP_BOOK_BENCH(add_and_delete);
TP_BOOK_BENCH(replace);
TP_BOOK_BENCH(cancel);
TP_BOOK_BENCH(execute);
TP_BOOK_BENCH(trade);

}  // namespace
}  // namespace twinpath
