// Plays sessions in lockstep on the software path and on the core with coverage. Usage: coverage_sessions TRIALS
// MESSAGES PART PARTS. A session whose commands go through registers (register_path.h), TRIALS hostile sessions of
// testbench/faults/sessions.h, two in which a handful of references come again and again back to back, four untidy
// ones, then a generated market session of MESSAGES messages; of these, every PARTS-th from number PART on.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "bench/generated_session.h"
#include "sim/verilator/verilated_path.h"
#include "testbench/coverage/register_path.h"
#include "testbench/faults/sessions.h"

namespace twinpath {
namespace {

bool agree(const char* what, unsigned number, const ReplayResult& result) {
  std::printf("%s %u: %llu frames, %llu outputs agree\n", what, number, static_cast<unsigned long long>(result.frames),
              static_cast<unsigned long long>(result.compared));
  if (result.difference) std::printf("%s", result.difference->describe("sw:", "verilator:").c_str());
  std::fflush(stdout);
  return !result.difference;
}

// Every pair of messages on one order, as close as frames can bring them.
fault::Trial few_references(unsigned n) {
  fault::Trial t;
  t.kind = "few references";
  t.address = "verilator:dense";
  t.responses = {true, Cycles{300}, Cycles{500}, Cycles{2000}, 60, 30};
  test::HostileOptions& o = t.options;
  o.seed = 50 + n;
  o.symbols = 1 + n;
  o.references = 8;
  o.damage = false;
  o.gap_ns = 20;
  o.calm = 20;
  o.restore_every = 10;
  t.loose = n % 2 == 0;
  return t;
}

// Sessions as lockstep_test has them: gaps that stay open until the reorder slots are full, numbers far out of range.
fault::Trial untidy(unsigned n) {
  fault::Trial t;
  t.kind = "untidy";
  t.address = "verilator:";
  t.responses = {true, Cycles{300}, Cycles{500}, Cycles{2000}, 60, 30};
  t.options.seed = 1 + n;
  t.options.symbols = 1 + static_cast<unsigned>(t.options.seed % 6);
  t.options.packets = 3000;
  return t;
}

constexpr unsigned kMore = 6;
fault::Trial more(unsigned n) { return n < 2 ? few_references(n) : untidy(n - 2); }

// A session behind a frame that is nobody's and comes a millisecond earlier. HostileSession's begin at that time.
class LateSession final : public FrameSource {
 public:
  static constexpr Nanoseconds kLate{1'000'000};
  LateSession(const test::HostileOptions& options, const CoreConfig& config) : session_(options, config) {
    commands = session_.commands;
    for (ScheduledCommand& c : commands) c.offset = Cycles{c.offset.value + to_cycles(kLate).value};
  }
  bool next(SourceFrame& frame) override {
    if (std::exchange(begun_, true)) return session_.next(frame);
    frame = {Nanoseconds{}, nobodys_, false};
    return true;
  }
  std::uint64_t position() const override { return session_.position(); }
  std::uint64_t size() const override { return session_.size(); }

  std::vector<ScheduledCommand> commands;

 private:
  test::HostileSession session_;
  std::array<std::uint8_t, 60> nobodys_{};
  bool begun_ = false;
};

ReplayResult by_registers(const PathRegistry& registry) {
  fault::Trial t = fault::trial(0);
  t.options.seed = 60;
  t.options.calm = 20;
  const CoreConfig config = test::hostile_config(t.options);
  std::vector<std::vector<std::uint8_t>> before;
  test::HostileOptions other = t.options;
  other.seed = 61;
  other.packets = 100;
  test::HostileSession session_before(other, config);
  for (SourceFrame frame; session_before.next(frame);) before.emplace_back(frame.bytes.begin(), frame.bytes.end());

  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  for (int i = 0; i < 2; ++i) recorders.push_back(std::make_unique<OutputRecorder>(true));
  auto core = std::make_unique<RegisterPath>(config, *recorders[1], before);
  RegisterPath& registers = *core;
  std::vector<std::unique_ptr<Path>> paths;
  paths.push_back(registry.make("sw:", config, *recorders[0]));
  paths.push_back(std::move(core));
  LateSession session(t.options, config);
  ReplayOptions options;
  options.lockstep = true;
  options.commands = session.commands;
  options.responses = t.responses;
  const ReplayResult result = replay(session, paths, recorders, options);
  if (!result.difference) registers.check(result.counters[0][static_cast<std::size_t>(Counter::orders)]);
  return result;
}

ReplayResult play(bench::GeneratedSession& session, const PathRegistry& registry) {
  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  std::vector<std::unique_ptr<Path>> paths;
  for (const char* address : {"sw:", "verilator:"}) {
    recorders.push_back(std::make_unique<OutputRecorder>(true));
    paths.push_back(registry.make(address, session.config, *recorders.back()));
  }
  ReplayOptions options;
  options.lockstep = true;
  options.responses = {true, Cycles{30'000}, Cycles{50'000}, Cycles{2'000'000}, 60, 30};
  return replay(session, paths, recorders, options);
}

int run(unsigned trials, unsigned messages, unsigned part, unsigned parts) {
  PathRegistry registry;
  add_verilated_path(registry);
  bool fine = true;
  unsigned number = 0;
  const auto mine = [&] { return number++ % parts == part; };
  if (mine()) fine &= agree("registers", 0, by_registers(registry));
  for (unsigned n = 0; n < trials + kMore; ++n) {
    if (!mine()) continue;
    const fault::Trial trial = n < trials ? fault::trial(n) : more(n - trials);
    const auto path = [&](const std::string& address) {
      return [&registry, address](const CoreConfig& config, PathSink& sink) {
        return registry.make(address, config, sink);
      };
    };
    fine &= agree(trial.kind, n, fault::run(trial, path("sw:"), path(trial.address)));
  }
  if (messages != 0 && mine()) {
    bench::GeneratedSession session(messages);
    fine &= agree("market", 0, play(session, registry));
  }
  return fine ? 0 : 1;
}

}  // namespace
}  // namespace twinpath

int main(int argc, char** argv) {
  if (argc != 5 || std::atoi(argv[4]) < 1) {
    std::fprintf(stderr, "usage: coverage_sessions TRIALS MESSAGES PART PARTS\n");
    return 2;
  }
  try {
    const auto number = [&](int i) { return static_cast<unsigned>(std::atoi(argv[i])); };
    return twinpath::run(number(1), number(2), number(3), number(4));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "coverage_sessions: %s\n", error.what());
    return 1;
  }
}
