#include "bench/rate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <random>
#include <span>
#include <stdexcept>

#include "bench/bench_config.h"
#include "bench/message.h"
#include "host/core/registers.h"
#include "host/path/core_image.h"
#include "host/path/software_path.h"
#include "host/wire/mold_packetizer.h"
#include "sim/verilator/core_driver.h"

namespace twinpath::bench {
namespace {

using Messages = std::vector<Message>;

// Messages of symbols without rules, so that nothing but books is at work.
class Market {
 public:
  explicit Market(unsigned symbols) : symbols_(symbols) {}

  struct Order {
    std::uint64_t reference;
    unsigned symbol;
    Side side;
    std::uint32_t shares;
  };

  // `distance` ticks from the middle, 1 or more.
  Message add(Order& order, unsigned symbol, Side side, unsigned distance, std::uint32_t shares) {
    order = {next_++, symbol, side, shares};
    itch::AddOrder m;
    stamp(m, symbol);
    m.order_reference_number = order.reference;
    m.buy_sell_indicator = side == Side::buy ? 'B' : 'S';
    m.shares = shares;
    m.price = price(symbol, side, distance);
    return encode(m);
  }
  Message remove(const Order& order) const {
    itch::OrderDelete m;
    stamp(m, order.symbol);
    m.order_reference_number = order.reference;
    return encode(m);
  }
  Message cancel(const Order& order, std::uint32_t shares) const {
    itch::OrderCancel m;
    stamp(m, order.symbol);
    m.order_reference_number = order.reference;
    m.cancelled_shares = shares;
    return encode(m);
  }
  Message execute(const Order& order, std::uint32_t shares) const {
    itch::OrderExecuted m;
    stamp(m, order.symbol);
    m.order_reference_number = order.reference;
    m.executed_shares = shares;
    return encode(m);
  }
  Message replace(Order& order, unsigned distance, std::uint32_t shares) {
    itch::OrderReplace m;
    stamp(m, order.symbol);
    m.original_order_reference_number = order.reference;
    m.new_order_reference_number = order.reference = next_++;
    m.shares = order.shares = shares;
    m.price = price(order.symbol, order.side, distance);
    return encode(m);
  }
  unsigned symbols() const { return symbols_; }

 private:
  template <class M>
  void stamp(M& m, unsigned symbol) const {
    m.stock_locate = static_cast<std::uint16_t>(kFirstLocate + kTriggerSymbols + symbol);
    m.timestamp = 34'200'000'000'000;  // 09:30
  }
  static std::uint32_t price(unsigned symbol, Side side, unsigned distance) {
    const std::uint32_t at = middle(kTriggerSymbols + symbol);
    return side == Side::buy ? at - distance * kTick : at + distance * kTick;
  }

  unsigned symbols_;
  std::uint64_t next_ = 1;
};

struct Script {
  Messages before;  // prepares
  Messages timed;
};

Script deletes(unsigned symbols, unsigned levels, std::uint64_t n, bool best_first) {
  Market market(symbols);
  std::mt19937_64 random(1);
  std::vector<Market::Order> orders(n);
  Script s;
  for (std::uint64_t i = 0; i < n; ++i) {
    const auto distance =
        best_first ? 1 + static_cast<unsigned>(i / 2 % levels) : 1 + static_cast<unsigned>(random() % levels);
    s.before.push_back(market.add(orders[i], static_cast<unsigned>(best_first ? i / (2 * levels) : random()) % symbols,
                                  i % 2 ? Side::sell : Side::buy, distance, 100));
  }
  if (best_first) {
    std::ranges::stable_sort(orders, {}, [](const Market::Order& o) { return std::pair(o.symbol, o.side); });
  } else {
    std::ranges::shuffle(orders, random);
  }
  for (const auto& o : orders) s.timed.push_back(market.remove(o));
  return s;
}

Script script(std::string_view name, std::uint64_t n) {
  Script s;
  std::mt19937_64 random(2);
  if (name == "deletes") return deletes(128, 100, n, false);
  if (name == "deletes of one symbol") return deletes(1, 100, n, false);
  if (name == "sweeps of one side") return deletes(8, 400, std::min<std::uint64_t>(n, 6'400), true);
  Market market(128);
  Market::Order order{};
  if (name == "add and delete of an order") {
    for (std::uint64_t i = 0; i < n / 2; ++i) {
      s.timed.push_back(market.add(order, 0, i % 3 ? Side::buy : Side::sell, 1 + static_cast<unsigned>(i % 5), 100));
      s.timed.push_back(market.remove(order));
    }
  } else if (name == "executions of an order") {
    s.before.push_back(market.add(order, 0, Side::buy, 5, static_cast<std::uint32_t>(n + 1)));
    for (std::uint64_t i = 0; i < n; ++i) s.timed.push_back(market.execute(order, 1));
  } else if (name == "cancels of an order") {
    s.before.push_back(market.add(order, 0, Side::sell, 5, static_cast<std::uint32_t>(n + 1)));
    for (std::uint64_t i = 0; i < n; ++i) s.timed.push_back(market.cancel(order, 1));
  } else if (name == "replaces of an order") {
    s.before.push_back(market.add(order, 0, Side::buy, 5, 100));
    for (std::uint64_t i = 0; i < n; ++i)
      s.timed.push_back(market.replace(order, 1 + static_cast<unsigned>(random() % 4),
                                       1 + static_cast<std::uint32_t>(random() % 100)));
  } else if (name == "system events") {
    itch::SystemEvent m;
    m.timestamp = 34'200'000'000'000;
    m.event_code = 'O';
    s.timed.assign(n, encode(m));
  } else if (name == "mixed, few orders") {
    // Three orders of one symbol, touched in every way: all hazards at all distances.
    std::vector<Market::Order> live;
    while (s.timed.size() < n) {
      const auto pick = static_cast<std::size_t>(random() % (live.empty() ? 1 : live.size()));
      const auto distance = 1 + static_cast<unsigned>(random() % 3);
      switch (live.size() < 3 ? random() % 5 : 1 + random() % 4) {
        case 0:
          s.timed.push_back(market.add(live.emplace_back(), 0, random() % 2 ? Side::buy : Side::sell, distance, 100));
          break;
        case 1:
          if (live.empty()) break;
          s.timed.push_back(market.remove(live[pick]));
          live.erase(live.begin() + static_cast<std::ptrdiff_t>(pick));
          break;
        case 2:
          if (live.empty()) break;
          s.timed.push_back(market.replace(live[pick], distance, 100));
          break;
        default:
          if (live.empty() || live[pick].shares < 2) break;
          s.timed.push_back(random() % 2 ? market.execute(live[pick], 1) : market.cancel(live[pick], 1));
          --live[pick].shares;
      }
    }
  } else {
    throw std::invalid_argument(fmt::format("bench rate: no workload is called '{}'", name));
  }
  return s;
}

struct Workload {
  std::string_view name, what;
  double floor = 0;  // millions a second; 0: the wire is the limit, and no beat may wait
};
constexpr Workload kWorkloads[] = {
    {"deletes", "the shortest message about an order, 128 symbols"},
    {"deletes of one symbol", "the same, all of one book"},
    {"sweeps of one side", "every delete empties the best level, for 400 levels", 30},
    {"add and delete of an order", "each order is gone with the next message"},
    {"executions of an order", "one share after the other"},
    {"cancels of an order", "one share after the other"},
    {"replaces of an order", "each replaces the last"},
    {"mixed, few orders", "three orders of one symbol, touched in every way"},
    {"system events", "the shortest message there is"},
};

class Recorder final : public CoreDriver::Out, public PathSink {
 public:
  void on_order_frame(std::span<const std::uint8_t>) override {}
  void on_event(const Event& event) override { events.push_back(event); }
  std::vector<Event> events;
};

CoreConfig rate_config() {
  CoreConfig c = bench_config();
  c.feed.first_sequence = 1;
  return c;
}

void configure(CoreDriver& driver, const CoreConfig& config) {
  driver.reset();
  for (const ConfigWord& w : core_image(config)) {
    driver.write_register(regs::kCfgAddr, w.address());
    driver.write_register(regs::kCfgData, w.data);
  }
}

std::vector<std::vector<std::uint8_t>> frames_of(const Messages& messages, std::uint64_t first_sequence) {
  MoldPacketizerConfig c;
  c.line = bench_line();
  c.session = mold::make_session("BENCH");
  c.max_payload = 1472;
  c.window_ns = std::numeric_limits<std::uint64_t>::max();
  c.first_sequence = first_sequence;
  std::vector<std::vector<std::uint8_t>> frames;
  MoldPacketizer packets(
      c, [&](std::uint64_t, std::span<const std::uint8_t> f) { frames.emplace_back(f.begin(), f.end()); });
  for (const Message& m : messages) packets.add(m.view());
  packets.flush();
  return frames;
}

bool same(const Event& a, const Event& b) {
  // All that twins must agree on but the stamp: the software path is not told when frames came.
  Event x = a, y = b;
  x.time = y.time = 0;
  return std::memcmp(&x, &y, kComparedEventBytes) == 0;
}

}  // namespace

bool RateFigures::as_promised() const { return floor == 0 ? waited == 0 : per_second() >= floor * 1e6; }

double RateFigures::per_second() const {
  return static_cast<double>(messages) / static_cast<double>(cycles) * kCoreClockHz;
}

std::vector<std::string_view> rate_workloads() {
  std::vector<std::string_view> names;
  for (const Workload& w : kWorkloads) names.push_back(w.name);
  return names;
}

RateFigures run_rate(std::string_view workload, std::uint64_t messages) {
  const Script s = script(workload, messages);
  const auto before = frames_of(s.before, 1);
  const auto timed = frames_of(s.timed, 1 + s.before.size());
  const CoreConfig config = rate_config();

  Recorder core_out;
  const auto core = make_core_driver(core_out);
  CoreDriver& driver = *core;
  configure(driver, config);
  const auto send = [&](const std::vector<std::uint8_t>& frame, RateFigures& f) {
    for (std::size_t at = 0; at < frame.size(); at += 8) {
      const std::size_t left = frame.size() - at;
      const std::uint64_t offered = driver.cycles();
      f.waited += driver.beat(std::span(frame).subspan(at, left < 8 ? left : 8), left <= 8, false) - offered;
    }
  };
  RateFigures ignored;
  for (const auto& f : before) send(f, ignored);
  driver.run_until_idle();

  RateFigures r;
  for (const Workload& w : kWorkloads)
    if (w.name == workload) r.name = w.name, r.what = w.what, r.floor = w.floor;
  const std::uint32_t held = driver.read_register(regs::kHeld);
  const std::uint64_t start = driver.cycles();
  for (const auto& f : timed) send(f, r);
  r.cycles = driver.cycles() - start;
  driver.run_until_idle();
  r.queued = driver.cycles() - start - r.cycles;
  r.held = driver.read_register(regs::kHeld) - held;
  r.messages = s.timed.size();
  r.frames = timed.size();

  Recorder software_out;
  const auto software = make_software_path(config, software_out, false);
  for (const auto* part : {&before, &timed}) {
    for (const auto& f : *part) {
      TimedInput input;
      input.frame = f;
      software->submit({&input, 1});
    }
  }
  software->finish();
  const auto& a = core_out.events;
  const auto& b = software_out.events;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    if (i >= a.size() || i >= b.size() || !same(a[i], b[i]))
      throw std::runtime_error(
          fmt::format("bench rate: {}: event {} of the core ({} in all) is not that of the software path ({})",
                      workload, i, a.size(), b.size()));
  }
  r.books = static_cast<std::uint64_t>(
      std::ranges::count_if(b, [](const Event& e) { return e.event_kind() == EventKind::book; }));
  const CounterValues expected = software->counters();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto c = static_cast<Counter>(i);
    if (const std::uint64_t found = driver.read_register64(regs::counter(c)); found != expected[i])
      throw std::runtime_error(fmt::format("bench rate: {}: counter {}: {} in the core, {} in software", workload,
                                           name(c), found, expected[i]));
  }
  return r;
}

}  // namespace twinpath::bench
