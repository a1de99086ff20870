// The whole software path over a generated session in memory. Items are messages, each once: both lines' frames and the
// commands are in the time.
#include <benchmark/benchmark.h>

#include "bench/generated_session.h"
#include "bench/session.h"
#include "host/path/software_path.h"

namespace twinpath::bench {
namespace {

class Silent final : public PathSink {
 public:
  void on_order_frame(std::span<const std::uint8_t> frame) override { benchmark::DoNotOptimize(frame.data()); }
  void on_event(const Event& e) override { benchmark::DoNotOptimize(&e); }
};

void path(benchmark::State& state) {
  GeneratedSession source(100'000);
  const Session session(source, source.config, {});
  for (auto _ : state) {
    state.PauseTiming();
    Silent sink;
    auto path = make_software_path(source.config, sink, state.range(1) != 0);
    state.ResumeTiming();
    session.play(
        static_cast<std::size_t>(state.range(0)), [&](std::span<const TimedInput> inputs) { path->submit(inputs); },
        [](const Bank&) {});
    state.PauseTiming();
    path.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(session.messages()));
}
BENCHMARK(path)
    ->ArgNames({"batch", "stamps"})
    ->Args({1, 0})
    ->Args({64, 0})
    ->Args({1, 1})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace twinpath::bench
