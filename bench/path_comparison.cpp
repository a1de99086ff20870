#include "bench/path_comparison.h"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <utility>
#include <vector>

namespace twinpath::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatch = 64;

// FNV-1a of the order frames, each with its length.
class OrderDigest : public PathSink {
 public:
  void on_order_frame(std::span<const std::uint8_t> frame) override {
    ++orders;
    add(static_cast<std::uint8_t>(frame.size()));
    for (const std::uint8_t b : frame) add(b);
  }
  void on_event(const Event&) override {}

  std::uint64_t orders = 0;
  std::uint64_t digest = 0xCBF29CE484222325;

 private:
  void add(std::uint8_t b) { digest = (digest ^ b) * 0x100000001B3; }
};

LatencyClass class_of(std::uint8_t type) {
  switch (type) {
    case 'A':
    case 'F':
      return LatencyClass::add;
    case 'E':
    case 'C':
      return LatencyClass::execute;
    case 'X':
      return LatencyClass::cancel;
    case 'D':
      return LatencyClass::deletion;
    case 'U':
      return LatencyClass::replace;
    case 'P':
      return LatencyClass::trade;
    default:
      return LatencyClass::none;
  }
}

class Stamps final : public OrderDigest {
 public:
  explicit Stamps(PathMeasure& out) : out_(out) {}
  void entered(Clock::time_point at) { entered_.push_back(at); }
  void on_event(const Event& e) override {
    const EventKind kind = e.event_kind();
    if (kind != EventKind::order && kind != EventKind::cancel) return;
    if (e.frame < entered_.size())
      out_.round_trip.record(static_cast<std::uint64_t>(
          std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - entered_[e.frame]).count()));
    if (kind != EventKind::order) return;
    const LatencyClass c = class_of(e.msg_type);
    const std::uint16_t value = e.stage(Stage::first_beat);
    out_.latency.record(value);
    if (c != LatencyClass::none) out_.by_class[static_cast<unsigned>(c) - 1].record(value);
  }

 private:
  PathMeasure& out_;
  std::vector<Clock::time_point> entered_;  // by number of the frame
};

// The core's histogram of a class has what the events say.
bool agree(const CoreLatency& core, const Histogram& events) {
  if (core.orders != events.count()) return false;
  return core.orders == 0 ||
         (core.min == events.min() && core.max == events.max() &&
          core.percentile(50) == std::min<std::uint64_t>(events.percentile(50), core.bins.size() - 1));
}

}  // namespace

PathMeasure measure_path(const Session& session, const CoreConfig& config, const PathRegistry& registry,
                         const std::string& address, PathOptions options) {
  PathMeasure out;
  out.address = address;
  {
    options.measure = true;
    Stamps stamps(out);
    const auto path = registry.make(address, config, stamps, options);
    session.play(
        1,
        [&](std::span<const TimedInput> input) {
          if (input.front().is_frame) stamps.entered(Clock::now());
          path->submit(input);
          path->finish();
        },
        [&](const Bank& bank) { path->load_inactive_bank(bank); });
    out.orders = stamps.orders;
    out.digest = stamps.digest;
    out.cycles = path->simulated_cycles();
    out.core = path->read_register(regs::kId).has_value();
    for (unsigned i = 0; out.core && i < kLatencyClasses; ++i) {
      out.histograms[i] = read_core_latency(static_cast<LatencyClass>(i + 1),
                                            [&](std::uint32_t at) { return path->read_register(at).value(); });
      out.stamps_agree = out.stamps_agree && agree(out.histograms[i], out.by_class[i]);
    }
  }
  options.measure = false;
  OrderDigest orders;
  const auto path = registry.make(address, config, orders, options);
  const auto start = Clock::now();
  session.play(
      kBatch, [&](std::span<const TimedInput> inputs) { path->submit(inputs); },
      [&](const Bank& bank) { path->load_inactive_bank(bank); });
  path->finish();
  out.per_second =
      static_cast<double>(session.messages()) / std::chrono::duration<double>(Clock::now() - start).count();
  if (orders.digest != out.digest)
    throw std::runtime_error(
        fmt::format("bench: {}: expected the same orders in both rounds, found {} and {} frames, or others", address,
                    out.orders, orders.orders));
  return out;
}

}  // namespace twinpath::bench
