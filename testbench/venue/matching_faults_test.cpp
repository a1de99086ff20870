// Every deliberate fault of the matching engine is seen: by the naive model, by what must hold always, by a snapshot's
// continuation, or by recovery.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "host/venue/matching/command_log.h"
#include "testbench/faults/each_fault.h"
#include "testbench/venue/matching_streams.h"
#include "testbench/venue/naive_matching.h"

namespace twinpath::matching {
namespace {

constexpr std::uint64_t kSeeds = 400;
constexpr int kCommands = 250;

// What is wrong with one stream, or nothing.
std::string try_stream(std::uint64_t seed) {
  const bool once = seed % 3 == 1;
  const EngineOptions options{.expected_orders = 1, .ring_reports = 8, .ids_once_a_day = once};
  StreamOptions o{.seed = seed, .books = 1 + static_cast<std::uint32_t>(seed % 3)};
  o.venue = seed % 4 != 0;
  o.ids = seed % 5 == 0 ? 2'000 : 60;
  o.spread = seed % 2 ? 5 : 40;
  CommandStream stream(o);
  auto engine = std::make_unique<Engine>(options);
  NaiveMatching naive(once);
  for (int n = 0; n < kCommands; ++n) {
    const Command c = stream.next();
    const std::vector<Report> found = reports_of(*engine, c), expected = naive.submit(c);
    const auto [f, e] = std::mismatch(found.begin(), found.end(), expected.begin(), expected.end());
    if (f != found.end() || e != expected.end())
      return "command " + std::to_string(n) + ": " + (f != found.end() ? describe(*f) : "a report is missing");
    if (const std::string wrong = engine->check(); !wrong.empty()) return "command " + std::to_string(n) + ": " + wrong;
    if (n % 40 == 39) {
      const std::vector<std::byte> bytes = engine->snapshot();
      engine = std::make_unique<Engine>(options);
      try {
        engine->restore(bytes);
      } catch (const std::runtime_error& error) {
        return error.what();
      }
      if (engine->snapshot() != bytes) return "a restored engine gives another snapshot";
    }
  }
  return {};
}

// A log whose last command was being written.
std::string try_log() {
  std::string name = std::filesystem::temp_directory_path() / "twinpath-fault-XXXXXX";
  const std::filesystem::path folder = mkdtemp(name.data());
  CommandLogOptions o;
  o.folder = folder;
  o.commands_a_file = 64;
  std::uint64_t replayed = 0;
  {
    LoggedEngine logged(o);
    CommandStream stream({.seed = 1});
    for (int n = 0; n < 40; ++n) logged.submit(stream.next());
  }
  std::fstream(folder / "commands-1", std::ios::binary | std::ios::in | std::ios::out).seekp(32 + 39 * 72 + 50)
      << std::string(22, '\0');
  {
    LoggedEngine recovered(o);
    replayed = recovered.recovery().replayed;
  }
  std::filesystem::remove_all(folder);
  return replayed == 39 ? "" : "recovery took " + std::to_string(replayed) + " of 39 commands";
}

std::string try_all() {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed)
    if (const std::string wrong = try_stream(seed); !wrong.empty())
      return "seed " + std::to_string(seed) + ", " + wrong;
  return try_log();
}

const bool kRegistered = fault::EachFault::register_all("EveryMatchingFault", try_all);

}  // namespace
}  // namespace twinpath::matching
