// The functional core against the Verilated one at their pins, on sessions that provoke everything at once: every event
// and every order byte by byte, in the same cycles.
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <systemc>

#include "host/path/replay.h"
#include "sim/systemc/rtl_core.h"
#include "testbench/lockstep/hostile_session.h"

namespace twinpath {
namespace {

using namespace platform;

// What left a core, with its cycles.
class Taker final : public sc_core::sc_module, public OrderIf, public EventIf {
 public:
  explicit Taker(sc_core::sc_module_name name) : sc_module(name) {}
  void order(const CoreOrder& order) override { orders.push_back(order); }
  void event(const CoreEvent& event) override { events.push_back({cycle_at(now()), {}, event.event}); }

  std::vector<CoreOrder> orders;
  std::vector<CoreEvent> events;
};

struct Bench {
  Bench(const CoreConfig& config, bool rtl, Fault fault) : taker("taker") {
    if (rtl)
      core = make_rtl_core("core", config);
    else
      core = std::make_unique<CoreModule>("core", config, fault);
    core->orders(taker);
    core->events(taker);
  }
  Taker taker;
  std::unique_ptr<Core> core;
};

// Every input comes in the first cycle in which its pins are free; that is its stamp.
class CorePath final : public Path {
 public:
  CorePath(const CoreConfig& config, bool rtl, Fault fault) {
    const auto inside = simulation_.enter();
    bench_ = std::make_unique<Bench>(config, rtl, fault);
  }
  ~CorePath() override {
    const auto inside = simulation_.enter();
    bench_.reset();
  }
  std::string_view name() const noexcept override { return "core:"; }
  void submit(std::span<const TimedInput> inputs) override {
    const auto inside = simulation_.enter();
    for (const TimedInput& input : inputs) {
      Cycles pins = std::max(input.time + kUp, last_);
      if (input.is_frame) {
        pins = std::max(pins, stream_);
        const Beats beats{.first = pins, .bytes = input.frame.size()};
        run_until(edge(pins));
        bench_->core->frame(pins, input.frame, input.fcs_error, beats);
        stream_ = beats.last() + Cycles{1};
      } else {
        run_until(edge(pins));
        bench_->core->command(pins, pins, input.command);
      }
      last_ = pins + Cycles{1};
    }
  }
  void advance(Cycles) override {}
  void finish() override {
    const auto inside = simulation_.enter();
    run_until(now() + Picoseconds{100'000'000});
  }
  CounterValues counters() override { return bench_->core->counters(); }
  void load_inactive_bank(const Bank&) override { throw std::logic_error("no bank is loaded here"); }

  const Taker& taken() const { return bench_->taker; }

 private:
  static constexpr Cycles kUp{1'000};  // no input at the time at which the core comes up

  Simulation simulation_;
  std::unique_ptr<Bench> bench_;
  Cycles last_{}, stream_{};
};

std::string stages(const CoreEvent& e) {
  std::string text = "cycle " + std::to_string(e.at.value) + ", kind " + std::to_string(e.event.kind) + ", reason " +
                     std::to_string(e.event.reason) + ", frame " + std::to_string(e.event.frame) + ", message " +
                     std::to_string(e.event.msg_index) + ", type " +
                     static_cast<char>(e.event.msg_type == 0 ? '-' : e.event.msg_type) + ", stages";
  for (const std::uint16_t s : e.event.stages) text += " " + std::to_string(s);
  return text;
}

struct Found {
  std::size_t events = 0, orders = 0;
  unsigned longest_wait = 0;  // cycles for the line
};

using MakeSession = std::function<std::unique_ptr<FrameSource>()>;

std::unique_ptr<Path> played(const CoreConfig& config, const MakeSession& session, const ReplayOptions& options,
                             bool rtl, Fault fault = Fault::none) {
  std::vector<std::unique_ptr<Path>> paths;
  paths.push_back(std::make_unique<CorePath>(config, rtl, fault));
  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  recorders.push_back(std::make_unique<OutputRecorder>(false));
  replay(*session(), paths, recorders, options);
  return std::move(paths.front());
}

void compare(const CoreConfig& config, const MakeSession& session, const ReplayOptions& options, Found& found) {
  const std::array paths{played(config, session, options, true), played(config, session, options, false)};
  const Taker& rtl = static_cast<const CorePath&>(*paths[0]).taken();
  const Taker& model = static_cast<const CorePath&>(*paths[1]).taken();
  for (std::size_t i = 0; i < std::min(rtl.events.size(), model.events.size()); ++i) {
    ASSERT_TRUE(rtl.events[i].at == model.events[i].at &&
                std::memcmp(&rtl.events[i].event, &model.events[i].event, sizeof(Event)) == 0)
        << "event " << i << "\nthe RTL   " << stages(rtl.events[i]) << "\nthe model " << stages(model.events[i]);
  }
  ASSERT_EQ(rtl.events.size(), model.events.size());
  ASSERT_EQ(rtl.orders.size(), model.orders.size());
  for (std::size_t i = 0; i < rtl.orders.size(); ++i) {
    const CoreOrder &a = rtl.orders[i], &b = model.orders[i];
    ASSERT_EQ(a.first_beat, b.first_beat) << "order " << i;
    ASSERT_TRUE(std::ranges::equal(std::span(a.frame).first(a.bytes), std::span(b.frame).first(b.bytes)))
        << "order " << i;
  }
  EXPECT_EQ(paths[0]->counters(), paths[1]->counters());
  for (const CoreEvent& e : rtl.events)
    found.longest_wait = std::max<unsigned>(found.longest_wait, e.event.stage(Stage::line_wait));
  found.events += rtl.events.size();
  found.orders += rtl.orders.size();
}

TEST(CorePins, OfHostileSessionsAreThoseOfTheVerilatedCore) {
  Found found;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    test::HostileOptions o;
    o.seed = seed + 4000;
    o.packets = 1000;
    o.symbols = 2 + static_cast<unsigned>(seed % 5);
    o.tidy = true;
    o.calm = 8;
    o.command_every = 8;
    o.restore_every = 40;
    o.gap_ns = seed % 2 == 0 ? 400 : 200;
    o.fine_window_base = 998'000;
    o.overlap = seed % 4 == 0;
    const CoreConfig config = test::hostile_config(o);
    ReplayOptions options;
    options.commands = test::HostileSession(o, config).commands;
    compare(config, [&] { return std::make_unique<test::HostileSession>(o, config); }, options, found);
  }
  EXPECT_GT(found.events, 1'000u);
  EXPECT_GT(found.orders, 50u);
}

// Bursts of frames in which every message changes a bid that is worth selling at: more orders than the line carries
// off, so that the pipeline stands still. Between bursts the line runs dry.
class CrowdedSession final : public FrameSource {
 public:
  static constexpr unsigned kBursts = 12, kFrames = 4, kMessages = 24;

  static CoreConfig config() {
    test::HostileOptions o;
    o.symbols = 3;
    CoreConfig c = test::hostile_config(o);
    c.any_session = true;
    c.order.first_user_ref = 1;
    for (Bank& bank : c.banks) {
      bank.global = {.max_gross = UINT64_MAX, .max_open_orders = 4096};
      for (unsigned s = 0; s < o.symbols; ++s) {
        bank.rules[s] = {};
        bank.rules[s].take = {.enabled = true, .sides = 3, .quantity = 10, .fair = 100};
        bank.limits[s] = {.permit_buy = true,
                          .permit_sell = true,
                          .max_quantity = UINT32_MAX,
                          .max_notional = UINT64_MAX,
                          .collar = UINT32_MAX,
                          .reference_price = 1'000'000,
                          .max_position = INT32_MAX};
      }
    }
    return c;
  }

  explicit CrowdedSession(const CoreConfig& config) : config_(config) {}
  bool next(SourceFrame& frame) override {
    if (at_ == kBursts * kFrames) return false;
    // A burst's frames follow each other closer than the stream takes them.
    const std::uint64_t time = 1'000'000 + at_ / kFrames * 20'000 + at_ % kFrames * 100;
    make();
    frame = {Nanoseconds{time}, bytes_, false};
    ++at_;
    return true;
  }
  std::uint64_t position() const override { return at_; }
  std::uint64_t size() const override { return kBursts * kFrames; }

 private:
  template <class M>
  void put(const M& m) {
    const std::size_t at = blocks_.size();
    blocks_.resize(at + 2 + M::kLength);
    store_be16(blocks_.data() + at, M::kLength);
    m.write(blocks_.data() + at + 2);
  }
  void make() {
    blocks_.clear();
    const std::uint64_t sequence = config_.feed.first_sequence + at_ * kMessages;
    for (unsigned n = 0; n < kMessages; ++n) {
      const std::uint16_t locate = config_.symbols[n % 3].locate;
      // Of each symbol: twice an order at the best price, the second of which goes again in every other frame.
      if (at_ % 2 == 1 && n % 9 >= 6) {
        itch::OrderDelete d;
        d.stock_locate = locate;
        d.order_reference_number = reference_ - 3;
        reference_ += 1;
        put(d);
        continue;
      }
      itch::AddOrder a;
      a.stock_locate = locate;
      a.order_reference_number = reference_++;
      a.buy_sell_indicator = 'B';
      a.shares = 100 + n;
      a.price = 902'000;  // in the window of each
      put(a);
    }
    net::UdpLine line;
    line.destination_ip = config_.feed.line_a.address;
    line.destination_port = config_.feed.line_a.port;
    line.source_ip = 0x0A000001;
    line.source_port = 999;
    bytes_.assign(line.header_size() + 20 + blocks_.size(), 0);
    std::uint8_t* p = bytes_.data() + net::write_udp_headers(line, 20 + blocks_.size(), 0, bytes_.data());
    std::copy(test::kHostileSession.begin(), test::kHostileSession.end(), p);
    store_be64(p + 10, sequence);
    store_be16(p + 18, kMessages);
    std::copy(blocks_.begin(), blocks_.end(), p + 20);
  }

  CoreConfig config_;
  std::uint64_t reference_ = 1;
  std::uint64_t at_ = 0;
  std::vector<std::uint8_t> blocks_, bytes_;
};

TEST(CorePins, OfOrdersThatFillTheLineAreThoseOfTheVerilatedCore) {
  Found found;
  const CoreConfig config = CrowdedSession::config();
  ReplayOptions options;
  // Answers come while orders wait, to some that have left and some that never did, and hold the pipeline too.
  for (unsigned n = 0; n < CrowdedSession::kBursts * 20; ++n) {
    Command c;
    c.op = std::array{CommandOp::ack, CommandOp::fill, CommandOp::done}[n % 3];
    c.user_ref = 1 + n / 20 * CrowdedSession::kFrames * CrowdedSession::kMessages + n % 20;
    c.quantity = 5;
    c.price = 902'000;
    options.commands.push_back({to_cycles(Nanoseconds{n / 20 * 20'000 + n % 20 * 130}), c, nullptr});
  }
  const MakeSession session = [&] { return std::make_unique<CrowdedSession>(config); };
  compare(config, session, options, found);
  EXPECT_GT(found.orders, CrowdedSession::kBursts * CrowdedSession::kFrames * CrowdedSession::kMessages * 8 / 10);
  EXPECT_GT(found.longest_wait, 11u * 12) << "no order waited behind a full queue";
  // A core that does not stand still is told from one that does.
  const auto events = [&](Fault fault) {
    std::string all;
    const auto path = played(config, session, options, false, fault);
    for (const CoreEvent& e : static_cast<const CorePath&>(*path).taken().events) all += stages(e) + "\n";
    return all;
  };
  EXPECT_EQ(events(Fault::none), events(Fault::none));
  EXPECT_FALSE(events(Fault::none) == events(Fault::endless_line));
}

}  // namespace
}  // namespace twinpath
