// The live engine on a generated session: a record of its inputs gives the same orders, arming, stopping.
#include "host/live/live_engine.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "host/apps/config/bank_text.h"
#include "host/apps/config/config_file.h"
#include "host/apps/session/sources.h"
#include "host/path/path_registry.h"
#include "host/path/replay.h"
#include "host/wire/bytes.h"
#include "testbench/live/live_fixture.h"

namespace twinpath::testing {
namespace {

using ::testing::HasSubstr;

constexpr SessionReceiver::Trouble kTrouble{.lost_percent = 3, .late_percent = 5, .most = 16};

class Folder {
 public:
  Folder() { std::filesystem::create_directory(path_); }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_ = std::filesystem::temp_directory_path() / fmt::format("twinpath-live-{}", ::getpid());
};

std::string contents(const std::filesystem::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

Command of(CommandOp op, std::uint16_t symbol = 0, std::uint32_t price = 0) { return {op, 0, symbol, 0, 0, price}; }

// The commands of a record, read as the configuration they are for.
std::vector<ScheduledCommand> commands_of(const std::filesystem::path& record, const CoreConfig& core) {
  std::string text = R"([feed]
line_a = "233.54.12.111:26477"
[risk]
max_gross = "1"
max_open_orders = 1
rate_per_second = 1
[order]
destination_mac = "02:00:00:00:00:0A"
source_mac = "02:00:00:00:00:01"
destination = "10.0.0.2:26400"
source = "10.0.0.1:40000"
)";
  for (const SymbolConfig& s : core.symbols) {
    text += fmt::format("[[symbol]]\nname = \"{}\"\nwindow_center = \"100\"\n",
                        std::string(s.name.data(), std::ranges::find(s.name, ' ')));
  }
  const RunConfig run = parse_config(text + contents(InputRecord::commands_file(record)), "again.toml");
  std::vector<ScheduledCommand> commands;
  for (const RunCommand& c : run.commands) commands.push_back({c.offset, c.command, c.bank});
  return commands;
}

std::vector<Frame> replayed_orders(const std::filesystem::path& record, const CoreConfig& core,
                                   const ResponseModel& model) {
  std::vector<std::unique_ptr<OutputRecorder>> recorders;
  recorders.push_back(std::make_unique<OutputRecorder>(false));
  std::vector<Frame> orders;
  recorders[0]->on_output = [&](const PathOutput& o) {
    if (o.frame_bytes != 0) orders.emplace_back(o.order_frame().begin(), o.order_frame().end());
  };
  std::vector<std::unique_ptr<Path>> paths;
  paths.push_back(make_software_path(core, *recorders[0], false));
  ReplayOptions options;
  options.responses = model;
  options.commands = commands_of(record, core);
  replay(*open_source(record, core.feed), paths, recorders, options);
  return orders;
}

// The number of an open order without a cancel; 0: there is none.
std::uint32_t any_open(const OrderLedger& ledger) {
  std::uint32_t user_ref = 0;
  ledger.for_each_open([&](const OrderLedger::Order& o) {
    if (!o.cancel_sent) user_ref = o.user_ref;
  });
  return user_ref;
}

class Recorded : public ::testing::TestWithParam<int> {};

TEST_P(Recorded, RunReplaysToTheSameOrders) {
  const Folder folder;
  bench::GeneratedSession session(20'000, static_cast<std::uint64_t>(GetParam()));
  session.config.armed = true;  // until the run says otherwise
  session.config.any_session = true;
  session.config.symbols_start_trading = true;
  const std::filesystem::path file = folder / "record.pcap";
  InputRecord record(file, session.config, [&](const Bank& b) { return bank_text(session.config, b); });
  const LiveOptions options;
  LiveRig rig(session, options, quick_answers(), kTrouble, &record, static_cast<std::uint64_t>(GetParam()));
  Bank other = session.config.banks[0];
  for (auto& r : other.rules) r.imbalance.ratio = 300, r.momentum.enabled = false;
  bool was_armed = false;
  std::set<std::size_t> operators;  // places of the frames that no path has made
  for (unsigned i = 0; !rig.receiver.ended(); ++i) {
    rig.engine.round();
    was_armed |= rig.engine.armed();
    if (const std::uint32_t open = any_open(rig.engine.ledger()); i % 10 == 3 && open != 0) {
      operators.insert(rig.sender.sent.size());
      EXPECT_EQ(rig.engine.cancel(open), "");
      EXPECT_EQ(rig.engine.ledger().order(open), nullptr) << "a simulated exchange answers at once";
    }
    if (i % 100 == 99) rig.engine.command(of(CommandOp::trust, 0xFFFF));
    if (i % 1'000 == 500) rig.engine.command(of(CommandOp::kill));
    if (i % 1'000 == 520) rig.engine.command(of(CommandOp::release));
    if (i == 700) rig.engine.command(of(CommandOp::position, 3, static_cast<std::uint32_t>(-500)));
    if (i == 900) rig.engine.swap(other);
  }
  rig.engine.command(of(CommandOp::disarm));
  record.close();
  EXPECT_TRUE(was_armed);
  EXPECT_GT(rig.sender.sent.size(), 100u);
  EXPECT_GT(rig.engine.counters().fills, 10u);
  EXPECT_GT(rig.engine.counters().clock_backwards, 10u);
  EXPECT_GT(rig.path->counters()[static_cast<std::size_t>(Counter::gaps_lost)], 0u);
  EXPECT_GT(operators.size(), 10u);
  EXPECT_EQ(rig.engine.counters().host_cancels, operators.size());
  std::vector<Frame> sent;
  for (std::size_t i = 0; i < rig.sender.sent.size(); ++i) {
    if (!operators.contains(i)) sent.push_back(rig.sender.sent[i]);
  }
  EXPECT_EQ(rig.engine.counters().orders + rig.engine.counters().cancels, sent.size());
  const std::vector<Frame> again = replayed_orders(file, session.config, quick_answers());
  ASSERT_EQ(again.size(), sent.size());
  for (std::size_t i = 0; i < again.size(); ++i) ASSERT_EQ(again[i], sent[i]) << "order frame " << i;
}

INSTANTIATE_TEST_SUITE_P(Seeds, Recorded, ::testing::Range(1, 5));

TEST(LiveEngine, ArmsOnceBooksThatTradeHaveBothSides) {
  bench::GeneratedSession session(5'000);
  session.config.any_session = true;
  const LiveOptions options;
  LiveRig rig(session, options, {}, {});
  EXPECT_EQ(rig.engine.arm_state(), ArmState::no_frame_yet);
  EXPECT_FALSE(rig.engine.armed());
  bool incomplete = false;
  while (!rig.engine.armed() && !rig.receiver.ended()) {
    rig.engine.round();
    if (rig.engine.armed()) break;
    EXPECT_EQ(rig.engine.counters().orders, 0u);
    if (rig.engine.arm_state() != ArmState::books_incomplete) continue;
    incomplete = true;
    EXPECT_FALSE(rig.engine.incomplete_books(99).empty());
  }
  EXPECT_TRUE(incomplete);
  EXPECT_TRUE(rig.engine.armed());
  EXPECT_TRUE(rig.engine.incomplete_books(99).empty());
  rig.engine.command(of(CommandOp::disarm));
  while (!rig.receiver.ended()) rig.engine.round();
  EXPECT_EQ(rig.engine.arm_state(), ArmState::disarmed) << "what the operator says stands";
}

TEST(LiveEngine, DoesNotArmWhileBehindTheWallClock) {
  bench::GeneratedSession session(5'000);
  LiveOptions options;
  options.arm_lag = Nanoseconds{0};
  SessionReceiver::Trouble trouble;
  LiveRig rig(session, options, {}, trouble);
  rig.receiver.wall = Nanoseconds{UINT64_MAX / 4};  // an hour and more ahead of every stamp
  bool behind = false;
  // Only a round that found nothing waiting ends it.
  for (bool empty = false; !rig.receiver.ended() && !rig.engine.armed(); empty = false) {
    empty = rig.engine.round() == 0;
    EXPECT_TRUE(empty || !rig.engine.armed());
    behind |= rig.engine.arm_state() == ArmState::behind;
  }
  EXPECT_TRUE(behind);
}

TEST(LiveEngine, ArmedByHandWaitsForTheCommand) {
  bench::GeneratedSession session(2'000);
  LiveOptions options;
  options.arm = ArmWhen::manual;
  LiveRig rig(session, options, {}, {});
  while (!rig.receiver.ended()) rig.engine.round();
  EXPECT_EQ(rig.engine.arm_state(), ArmState::by_command);
  rig.engine.command(of(CommandOp::arm));
  EXPECT_TRUE(rig.engine.armed());
}

TEST(LiveEngine, CancelsOneOrderAndSaysWhyItCannot) {
  bench::GeneratedSession session(20'000);
  session.config.any_session = true;
  session.config.symbols_start_trading = true;
  const LiveOptions options;
  ResponseModel silent = quick_answers();
  silent.enabled = false;
  LiveRig rig(session, options, silent, {});
  while (!rig.receiver.ended() && any_open(rig.engine.ledger()) == 0) rig.engine.round();
  const std::uint32_t open = any_open(rig.engine.ledger());
  ASSERT_NE(open, 0u);
  rig.sender.sent.clear();
  EXPECT_THAT(rig.engine.cancel(rig.engine.next_user_ref()), HasSubstr("which no order has had"));
  EXPECT_EQ(rig.engine.cancel(open), "");
  ASSERT_EQ(rig.sender.sent.size(), 1u);
  EXPECT_EQ(rig.sender.sent[0][42], 'X');
  EXPECT_EQ(load_be32(rig.sender.sent[0].data() + 43), open);
  EXPECT_THAT(rig.engine.cancel(open), HasSubstr("a cancel has been sent already"));
  Command done = of(CommandOp::done);
  done.user_ref = open;
  rig.engine.command(done);
  EXPECT_THAT(rig.engine.cancel(open), HasSubstr("whose order is over"));
  EXPECT_EQ(rig.sender.sent.size(), 1u);
  EXPECT_EQ(rig.engine.counters().host_cancels, 1u);
}

TEST(LiveEngine, CancelsWhatIsOpenWhenItStops) {
  bench::GeneratedSession session(20'000);
  session.config.any_session = true;
  session.config.symbols_start_trading = true;
  session.config.banks[0].global.rate_interval = 1'000;
  ResponseModel slow = quick_answers();
  slow.fill_percent = 0;
  slow.done_delay = to_cycles(Nanoseconds{60'000'000'000});
  LiveOptions options;
  LiveRig rig(session, options, slow, {});
  while (!rig.receiver.ended() && rig.engine.ledger().open() < 20) rig.engine.round();
  ASSERT_GE(rig.engine.ledger().open(), 20u);
  rig.engine.command(of(CommandOp::disarm));
  std::set<std::uint32_t> open;
  rig.engine.ledger().for_each_open([&](const OrderLedger::Order& o) {
    if (!o.cancel_sent) open.insert(o.user_ref);
  });
  rig.sender.sent.clear();
  // One at once, by the rate limit, then one a microsecond or slower: 1,000 cycles are 3.1 us.
  Nanoseconds now = rig.receiver.wall;
  EXPECT_EQ(rig.engine.cancel_open(now), open.size() - 1);
  EXPECT_EQ(rig.engine.cancel_open(now + Nanoseconds{3'000}), open.size() - 1);
  unsigned rounds = 0;
  for (; rig.engine.cancel_open(now) != 0; ++rounds) now += Nanoseconds{3'110};
  EXPECT_GE(rounds + 2, open.size());
  ASSERT_EQ(rig.sender.sent.size(), open.size());
  for (const Frame& f : rig.sender.sent) {
    ASSERT_EQ(f.size(), kCancelFrameBytes);
    EXPECT_EQ(f[kOrderHeaderBytes], 'X');
    EXPECT_EQ(open.erase(load_be32(&f[kOrderHeaderBytes + 1])), 1u);
  }
  EXPECT_TRUE(open.empty());
  while (!rig.receiver.ended()) rig.engine.round();
  for (unsigned i = 0; i < 10; ++i) rig.engine.round();
  EXPECT_EQ(rig.engine.ledger().open(), 0u);
}

TEST(LiveEngine, KillsWhenAnOrderCannotLeave) {
  bench::GeneratedSession session(20'000);
  session.config.any_session = true;
  session.config.symbols_start_trading = true;
  const LiveOptions options;
  LiveRig rig(session, options, quick_answers(), {});
  rig.sender.full = true;
  while (!rig.receiver.ended() && rig.engine.counters().unsent == 0) rig.engine.round();
  EXPECT_GT(rig.engine.counters().unsent, 0u);
  EXPECT_TRUE(rig.engine.killed());
  const std::uint64_t orders = rig.engine.counters().orders;
  while (!rig.receiver.ended()) rig.engine.round();
  EXPECT_EQ(rig.engine.counters().orders, orders);
}

TEST(InputRecord, ThatCannotBeWrittenIsNamed) {
  bench::GeneratedSession session(1'000);
  try {
    InputRecord record("/nowhere/record.pcap", session.config, {});
    FAIL();
  } catch (const std::system_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("/nowhere/record.pcap"));
  }
}

TEST(InputRecord, OnAFullDiskSaysSo) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP();
  PcapWriter writer("/dev/full");
  EXPECT_THROW(writer.close(), std::system_error);
}

TEST(InputClock, TimestampGivesItsTimeAgain) {
  InputClock clock;
  clock.frame(Nanoseconds{1'700'000'000'123'456'789});
  for (const std::uint64_t since : {0ULL, 1ULL, 2ULL, 164ULL, 165ULL, 166ULL, 12'345'678'901ULL, (1ULL << 48) - 100}) {
    const Cycles at{InputClock::kStart + since};
    EXPECT_EQ(clock.at(clock.timestamp(at)), at) << since;
    EXPECT_TRUE(since == 0 || clock.at(clock.timestamp(at) - Nanoseconds{1}) < at) << since;
  }
}

}  // namespace
}  // namespace twinpath::testing
