// A path that writes down what it is given, for testbench/icarus/core_tb.sv to play on the core in another simulator.
#pragma once
#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/path/core_image.h"
#include "host/path/path.h"

namespace twinpath::test {

// The steps of core_tb.sv. Nothing comes out of this path while it is fed: outputs are read with read_outputs once the
// simulator has run.
class StimulusPath final : public Path {
 public:
  StimulusPath(const CoreConfig& config, const std::string& file)
      : symbols_(static_cast<unsigned>(config.symbols.size())), file_(file), out_(std::fopen(file.c_str(), "w")) {
    if (out_ == nullptr) throw std::runtime_error(file + ": cannot write the stimulus");
    write(core_image(config));
  }
  ~StimulusPath() override {
    if (out_ != nullptr) std::fclose(out_);
  }

  std::string_view name() const noexcept override { return "icarus:"; }

  void submit(std::span<const TimedInput> inputs) override {
    for (const TimedInput& input : inputs) {
      if (input.is_frame) {
        frame(input);
      } else {
        command(input);
      }
    }
  }

  void advance(Cycles time) override { std::fprintf(out_, "7 %llx\n", number(time.value & kTimeMask)); }

  // Counters are read at the end, when nothing is in flight.
  void finish() override {
    std::fprintf(out_, "5\n");
    for (unsigned i = 0; i < kCounterCount; ++i) {
      const std::uint32_t at = regs::counter(static_cast<Counter>(i));
      std::fprintf(out_, "2 %x 0\n2 %x 0\n", at, at + 4);
    }
    std::fprintf(out_, "6\n");
    if (std::fclose(out_) != 0) throw std::runtime_error(file_ + ": cannot write the stimulus");
    out_ = nullptr;
  }

  CounterValues counters() override { return {}; }

  void load_inactive_bank(const Bank& bank) override {
    std::fprintf(out_, "5\n");
    write(bank_image(bank, active_ ^ 1, symbols_));
  }

 private:
  static unsigned long long number(std::uint64_t n) { return n; }

  void frame(const TimedInput& input) {
    const std::size_t beats = (input.frame.size() + 7) / 8;
    std::fprintf(out_, "3 %llx %zx %d\n", number(input.time.value), beats, input.fcs_error ? 1 : 0);
    for (std::size_t at = 0; at < input.frame.size(); at += 8) {
      const std::size_t left = std::min<std::size_t>(8, input.frame.size() - at);
      std::uint64_t data = 0;
      std::memcpy(&data, input.frame.data() + at, left);
      std::fprintf(out_, "%llx %x\n", number(data), (1u << left) - 1);
    }
  }

  void command(const TimedInput& input) {
    const Command& c = input.command;
    if (c.op == CommandOp::swap) active_ ^= 1;
    std::fprintf(out_, "4 %llx %02x%02x%04x%08x%08x%08x\n", number(input.time.value), static_cast<unsigned>(c.op),
                 c.flags, c.symbol, c.user_ref, c.quantity, c.price);
  }

  void write(const std::vector<ConfigWord>& words) {
    std::uint32_t next = UINT32_MAX;
    for (const ConfigWord& w : words) {
      if (w.address() != next) std::fprintf(out_, "1 %x %x\n", regs::kCfgAddr, w.address());
      std::fprintf(out_, "1 %x %x\n", regs::kCfgData, w.data);
      next = w.address() + 1;  // the word number goes up by itself
    }
  }

  unsigned symbols_;
  unsigned active_ = 0;
  std::string file_;
  std::FILE* out_;
};

struct SimulatorOutputs {
  CounterValues counters{};
  std::uint64_t cycles = 0;
};

// Gives the events in the output file of core_tb.sv to `sink`, each order's and cancel's behind its frame, and the
// counters that the stimulus asked for. Throws std::runtime_error with the line that is no output.
inline SimulatorOutputs read_outputs(const std::string& file, PathSink& sink) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error(file + ": cannot read the simulator's output");
  SimulatorOutputs outputs;
  std::vector<Event> events;
  std::vector<std::vector<std::uint8_t>> frames{{}};
  bool ended = false;
  for (std::string line; std::getline(in, line);) {
    unsigned long long a = 0;
    unsigned b = 0;
    unsigned c = 0;
    if (std::sscanf(line.c_str(), "o %llx %x %u", &a, &b, &c) == 3) {
      for (unsigned i = 0; i < 8 && (b >> i & 1) != 0; ++i)
        frames.back().push_back(static_cast<std::uint8_t>(a >> 8 * i));
      if (c != 0) frames.emplace_back();
    } else if (line.starts_with("e ") && line.size() == 2 + 2 * sizeof(Event)) {
      // The record's byte 0 is the last one printed.
      std::array<std::uint8_t, sizeof(Event)> bytes{};
      for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[bytes.size() - 1 - i] = static_cast<std::uint8_t>(std::stoul(line.substr(2 + 2 * i, 2), nullptr, 16));
      std::memcpy(&events.emplace_back(), bytes.data(), sizeof(Event));
    } else if (std::sscanf(line.c_str(), "r %x %x", &b, &c) == 2) {
      const std::uint32_t at = b - regs::counter(static_cast<Counter>(0));
      if (at / 8 >= kCounterCount) throw std::runtime_error(file + ": no counter is at register " + line);
      outputs.counters[at / 8] |= std::uint64_t{c} << (at % 8 == 0 ? 0 : 32);
    } else if (std::sscanf(line.c_str(), "end %llu", &a) == 1) {
      outputs.cycles = a;
      ended = true;
    } else {
      throw std::runtime_error(file + ": the simulation ended with: " + line);
    }
  }
  if (!ended) throw std::runtime_error(file + ": the simulation did not come to its end");
  std::size_t next_frame = 0;
  for (const Event& e : events) {
    if (e.event_kind() == EventKind::order || e.event_kind() == EventKind::cancel) {
      if (next_frame + 1 >= frames.size()) throw std::runtime_error(file + ": fewer order frames than their events");
      sink.on_order_frame(frames[next_frame++]);
    }
    sink.on_event(e);
  }
  if (next_frame + 1 != frames.size() || !frames.back().empty())
    throw std::runtime_error(file + ": more order frames than events of orders");
  return outputs;
}

}  // namespace twinpath::test
