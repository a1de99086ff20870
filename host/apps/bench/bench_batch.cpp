// `twinpath bench batch`: the batch kernels on every backend, side by side.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "host/apps/bench/bench.h"
#include "host/batch/sample.h"

namespace twinpath {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::vector<std::string> backends;
  std::size_t positions = 1'000'000, contracts = 2'000, bytes = 8'192;
  unsigned rounds = 5;
  std::uint64_t seed = 1;
};

struct Times {
  std::vector<double> whole, kernels, processor;  // seconds; processor: of all threads of this process
};

double processor_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

template <class Call>
void timed(Times& times, const batch::Backend& backend, Call call) {
  const double processor = processor_seconds();
  const auto start = Clock::now();
  call();
  times.whole.push_back(std::chrono::duration<double>(Clock::now() - start).count());
  times.processor.push_back(processor_seconds() - processor);
  times.kernels.push_back(static_cast<double>(backend.kernel_time().value) * 1e-9);
}

void row(const std::string& backend, const Times& t, double items, const char* unit) {
  const auto [least, most] = std::minmax_element(t.whole.begin(), t.whole.end());
  const double kernels = *std::min_element(t.kernels.begin(), t.kernels.end());
  fmt::print("  {:<44}{:>9.1f} to {:>9.1f} {}", backend, items / *most * 1e-6, items / *least * 1e-6, unit);
  fmt::print(", {:.1f} ns of processor time each",
             *std::min_element(t.processor.begin(), t.processor.end()) / items * 1e9);
  if (kernels > 0) fmt::print(", {:.1f} without moving data", items / kernels * 1e-6);
  fmt::print("\n");
}

// All that are there; one that cannot be opened is told of, and left out.
void open_all(const batch::BatchRegistry& registry, std::vector<std::string>& addresses,
              std::vector<std::unique_ptr<batch::Backend>>& backends) {
  for (const std::string& address : registry.available()) {
    try {
      backends.push_back(registry.make(address));
      addresses.push_back(address);
    } catch (const std::exception& e) {
      fmt::print(stderr, "{} is left out: {}\n", address, e.what());
    }
  }
}

int run(const Options& o, const batch::BatchRegistry& registry) {
  std::vector<std::string> addresses = o.backends;
  std::vector<std::unique_ptr<batch::Backend>> backends;
  for (const std::string& address : addresses) backends.push_back(registry.make(address));
  if (addresses.empty()) open_all(registry, addresses, backends);
  const batch::CodeBatch code = batch::sample_code(o.seed, o.contracts, o.bytes);
  const batch::MarginBook book = batch::sample_book(o.seed, o.positions);
  batch::ScanResult expected_scan;
  batch::MarginResult expected_margin;
  batch::scan(code, expected_scan);
  batch::margin_sweep(book, expected_margin);
  std::vector<Times> scans(addresses.size()), margins(addresses.size());
  // One backend after the other within a round, so that all see the same of what else the machine does.
  for (unsigned round = 0; round <= o.rounds; ++round)
    for (std::size_t i = 0; i < backends.size(); ++i) {
      batch::ScanResult scan;
      batch::MarginResult margin;
      Times unused;
      timed(round == 0 ? unused : scans[i], *backends[i], [&] { backends[i]->scan(code, scan); });
      timed(round == 0 ? unused : margins[i], *backends[i], [&] { backends[i]->margin(book, margin); });
      if (scan == expected_scan && margin == expected_margin) continue;
      fmt::print(stderr, "twinpath bench batch: {}: {} differs from the reference\n", addresses[i],
                 scan == expected_scan ? "margin_sweep" : "bytecode_scan");
      return kExitGate;
    }
  for (std::size_t i = 0; i < backends.size(); ++i) fmt::print("{}: {}\n", addresses[i], backends[i]->name());
  fmt::print("bytecode_scan: {} contracts of {} bytes, {} findings; the same on every backend\n", code.size(), o.bytes,
             expected_scan.findings.size());
  for (std::size_t i = 0; i < backends.size(); ++i)
    row(addresses[i], scans[i], static_cast<double>(code.code_bytes()), "M bytes/s");
  fmt::print("margin_sweep: {} positions, {} accounts, {} to liquidate; the same on every backend\n",
             book.positions().size(), book.cash().size(), expected_margin.liquidate.size());
  for (std::size_t i = 0; i < backends.size(); ++i)
    row(addresses[i], margins[i], static_cast<double>(book.positions().size()), "M positions/s");
  return 0;
}

}  // namespace

Run add_bench_batch(cli::App& bench, const batch::BatchRegistry& registry) {
  auto o = std::make_shared<Options>();
  cli::App* sub = bench.add_subcommand("batch", "Bytes and positions a second of the batch kernels, on every backend");
  sub->add_option("--backend", o->backends, "only these: cpu, opencl:<platform>, xrt:<card>");
  sub->add_option("--positions", o->positions, "positions to margin")
      ->capture_default_str()
      ->check(cli::Range(1u, 100'000'000u));
  sub->add_option("--contracts", o->contracts, "contracts to scan")
      ->capture_default_str()
      ->check(cli::Range(1u, 100'000u));
  sub->add_option("--bytes", o->bytes, "bytes of each")->capture_default_str()->check(cli::Range(1u, 24'576u));
  sub->add_option("--rounds", o->rounds, "times each is measured, after one that is not")
      ->capture_default_str()
      ->check(cli::Range(1u, 1'000u));
  sub->add_option("--seed", o->seed, "of the generated batches")->capture_default_str();
  return [o, &registry] { return run(*o, registry); };
}

}  // namespace twinpath
