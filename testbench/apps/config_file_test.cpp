#include "host/apps/config_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "host/apps/decimal.h"
#include "host/apps/sample_config.h"

namespace twinpath {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

constexpr const char* kOrder = R"([order]
destination_mac = "02:00:00:00:00:0A"
source_mac = "02:00:00:00:00:01"
destination = "10.0.0.2:26400"
source = "10.0.0.1:40000"
)";

constexpr const char* kMinimal = R"([feed]
line_a = "233.54.12.111:26477"
[risk]
max_gross = "1000000"
max_open_orders = 100
rate_per_second = 1000
[order]
destination_mac = "02:00:00:00:00:0A"
source_mac = "02:00:00:00:00:01"
destination = "10.0.0.2:26400"
source = "10.0.0.1:40000"
[[symbol]]
name = "AAA"
window_center = "100"
[[symbol]]
name = "BBB"
window_center = "50"
)";

RunConfig parse(const std::string& text) { return parse_config(text, "run.toml"); }

// The errors of a text that must not load.
std::vector<std::string> errors_of(const std::string& text) {
  try {
    parse(text);
  } catch (const ConfigError& e) {
    return e.errors();
  }
  return {};
}

// kMinimal with one line replaced.
std::string with(const std::string& line, const std::string& replacement) {
  std::string text = kMinimal;
  const auto at = text.find(line);
  EXPECT_NE(at, std::string::npos) << line;
  return text.replace(at, line.size(), replacement);
}

// kMinimal with text behind the first symbol.
std::string with_symbol_text(const std::string& more) {
  return with("window_center = \"100\"\n", "window_center = \"100\"\n" + more);
}

TEST(Decimal, ReadsDollarsExactly) {
  EXPECT_EQ(parse_dollars("187.25"), 1'872'500u);
  EXPECT_EQ(parse_dollars("$1,234.5678"), 12'345'678u);
  EXPECT_EQ(parse_dollars("0.0001"), 1u);
  EXPECT_EQ(parse_dollars("1.23450000"), 12'345u);
  EXPECT_EQ(parse_dollars("1844674407370955.1615"), ~0ull);
  for (const char* bad :
       {"", ".", "1.", ".5", "-1", "1.00001", "1e3", "1 000", "1844674407370955.1616", "0x10", "1,", "$"}) {
    EXPECT_EQ(parse_dollars(bad), std::nullopt) << bad;
  }
}

TEST(Decimal, AcceptsABinaryFractionOnlyWhenItIsThatDecimal) {
  for (std::uint64_t units = 0; units < 2'000'000; units += 7)
    ASSERT_EQ(exact_dollars(static_cast<double>(units) / 10'000), units);
  EXPECT_EQ(exact_dollars(0.29), 2'900u);
  EXPECT_EQ(exact_dollars(429'496.7295), 4'294'967'295u);
  EXPECT_EQ(exact_dollars(0.00015), std::nullopt);
  EXPECT_EQ(exact_dollars(1.0000009), std::nullopt);
  EXPECT_EQ(exact_dollars(-0.01), std::nullopt);
  EXPECT_EQ(exact_dollars(std::nan("")), std::nullopt);
}

TEST(Decimal, WritesDollarsWithTwoOrFourDecimals) {
  EXPECT_EQ(dollars_text(1'872'500), "187.25");
  EXPECT_EQ(dollars_text(1'872'501), "187.2501");
  EXPECT_EQ(dollars_text(5), "0.0005");
}

TEST(Decimal, ReadsATimeOfDay) {
  EXPECT_EQ(parse_time_of_day("09:35:00.000000"), 34'500'000'000'000u);
  EXPECT_EQ(parse_time_of_day("00:00:00.000000001"), 1u);
  EXPECT_EQ(parse_time_of_day("23:59:59"), 86'399'000'000'000u);
  for (const char* bad :
       {"9:35:00", "24:00:00", "09:60:00", "09:35:61", "09:35:00.", "09:35:00.0000000001", "09-35-00"}) {
    EXPECT_EQ(parse_time_of_day(bad), std::nullopt) << bad;
  }
}

TEST(ConfigFile, LoadsAMinimalFileWithDefaults) {
  const auto run = parse(kMinimal);
  EXPECT_EQ(run.core.feed.line_a.address, 0xE9360C6Fu);
  EXPECT_EQ(run.core.feed.line_a.port, 26477);
  EXPECT_EQ(run.core.feed.first_sequence, 1u);
  ASSERT_EQ(run.core.symbols.size(), 2u);
  EXPECT_EQ(std::string(run.core.symbols[1].name.data(), 8), "BBB     ");
  EXPECT_FALSE(run.core.symbols[0].has_locate);
  EXPECT_EQ(run.core.symbols[0].window_base, 1'000'000u - 2048 * 100);
  EXPECT_EQ(run.core.banks[0].global.max_gross, 10'000'000'000u);
  EXPECT_FALSE(run.core.banks[0].rules[0].take.enabled);
  EXPECT_FALSE(run.core.banks[0].limits[0].permit_buy);
  EXPECT_EQ(run.core.order.destination_mac[5], 0x0A);
  EXPECT_FALSE(run.responses.enabled);
  EXPECT_FALSE(run.has_alternate);
}

TEST(ConfigFile, ReadsEverySectionInItsUnits) {
  const auto run = parse(std::string(R"(
[clock]
frequency_mhz = 322.265625
[feed]
line_a = "233.54.12.111:26477"
line_b = "233.54.12.112:26478"
session = "ABC"
first_sequence = 0
gap_timeout_us = 512
[session]
any_session = true
symbols_start_trading = true
armed = false
[events]
book = false
[order_table]
sets_log2 = 10
ways = 4
[risk]
max_gross = 2500.5
max_open_orders = 4096
rate_per_second = 1000000
rate_burst = 11
duplicate_window_us = 5.12
[responses]
ack_delay_us = 5.12
fill_delay_us = 51.2
done_delay_us = 512
fill_percent = 30
partial_percent = 10
[report]
title = "A day"
symbol = "BBB"
buckets = 100
[[symbol]]
name = "AAA"
locate = 7
tick = 0.0001
window_base = "1.0001"
[symbol.rules]
take = {quantity = 100, fair = "1.2", edge = 0.0025, cooldown_us = 512, sides = "sell"}
imbalance = {quantity = 200, ratio = 2.5, min_quantity = 10, max_spread = "0.0005"}
momentum = {quantity = 300, through = true, enabled = false}
lead_lag = {quantity = 400, threshold = "0.0001", lagger = "BBB", sides = "buy"}
cancel = {distance = 0.0002}
[symbol.limits]
permit = "sell"
max_quantity = 1000
max_notional = 25000
collar = "0.05"
reference_price = 1.2
max_position = 2147483647
[[symbol]]
name = "BBB"
window_center = 50
[[command]]
at = "09:35:00.000001"
op = "kill"
[[command]]
offset_us = 1.5
op = "position"
symbol = "BBB"
position = -300
[[command]]
offset_us = 2
op = "trust"
)") + kOrder +
                         "time_in_force = \"0\"\ncl_ord_id_prefix = \"AB\"\nfirst_user_ref = 77\nttl = 3\n"
                         "speculative_discards = 9\nspeculative_interval_us = 7\n");
  const auto& core = run.core;
  EXPECT_EQ(core.feed.line_b.port, 26478);
  EXPECT_EQ(std::string(core.feed.session.begin(), core.feed.session.end()), "ABC       ");
  EXPECT_EQ(core.feed.first_sequence, 0u);
  EXPECT_EQ(core.feed.gap_timeout, 165'000u);
  EXPECT_TRUE(core.any_session);
  EXPECT_TRUE(core.symbols_start_trading);
  EXPECT_FALSE(core.armed);
  EXPECT_FALSE(core.book_events);
  EXPECT_EQ(core.sets_log2, 10u);
  EXPECT_EQ(core.ways, 4u);

  const auto& global = core.banks[0].global;
  EXPECT_EQ(global.max_gross, 25'005'000u);
  EXPECT_EQ(global.rate_interval, 323u);  // 322.27 cycles a message, rounded up
  EXPECT_EQ(global.rate_tolerance, 3230u);
  EXPECT_EQ(global.duplicate_window, 1650u);

  EXPECT_EQ(core.symbols[0].locate, 7);
  EXPECT_TRUE(core.symbols[0].has_locate);
  EXPECT_FALSE(core.symbols[0].cent_tick);
  EXPECT_EQ(core.symbols[0].window_base, 10'001u);
  const auto& rules = core.banks[0].rules[0];
  EXPECT_TRUE(rules.take.enabled);
  EXPECT_EQ(rules.take.sides, 2);
  EXPECT_EQ(rules.take.fair, 12'000u);
  EXPECT_EQ(rules.take.edge, 25u);
  EXPECT_EQ(rules.take.cooldown, 165'000u);
  EXPECT_EQ(rules.imbalance.ratio, 640);
  EXPECT_EQ(rules.imbalance.min_quantity, 10u);
  EXPECT_EQ(rules.imbalance.max_spread, 5u);
  EXPECT_FALSE(rules.momentum.enabled);
  EXPECT_TRUE(rules.momentum.through);
  EXPECT_FALSE(rules.momentum.large);
  EXPECT_TRUE(rules.lead_lag.enabled);
  EXPECT_EQ(rules.lead_lag.lagger, 1);
  EXPECT_EQ(rules.lead_lag.sides, 1);
  EXPECT_TRUE(rules.cancel.enabled);
  EXPECT_EQ(rules.cancel.distance, 2u);
  const auto& limits = core.banks[0].limits[0];
  EXPECT_FALSE(limits.permit_buy);
  EXPECT_TRUE(limits.permit_sell);
  EXPECT_EQ(limits.max_notional, 250'000'000u);
  EXPECT_EQ(limits.collar, 500u);
  EXPECT_EQ(limits.max_position, 2'147'483'647u);

  EXPECT_EQ(core.order.first_user_ref, 77u);
  EXPECT_TRUE(core.order.speculative.enabled);
  EXPECT_EQ(core.order.speculative.discards, 9u);
  EXPECT_EQ(core.order.speculative.interval, 3u) << "2,256 cycles, rounded up";
  EXPECT_EQ(core.order.attributes[0], '0');
  EXPECT_EQ(std::string(core.order.cl_ord_id_prefix.begin(), core.order.cl_ord_id_prefix.end()), "AB    ");
  EXPECT_EQ(core.order.ttl, 3);
  EXPECT_TRUE(run.responses.enabled);
  EXPECT_EQ(run.responses.ack_delay.value, 1650u);
  EXPECT_EQ(run.responses.done_delay.value, 165'000u);
  EXPECT_EQ(run.responses.partial_percent, 10);
  EXPECT_EQ(run.report.symbol, "BBB");
  EXPECT_EQ(run.report.buckets, 100u);

  ASSERT_EQ(run.commands.size(), 3u);
  EXPECT_EQ(run.commands[0].time_of_day, Nanoseconds{34'500'000'001'000});
  EXPECT_EQ(run.commands[0].command.op, CommandOp::kill);
  EXPECT_EQ(run.commands[1].offset, to_cycles(Nanoseconds{1500}));
  EXPECT_EQ(run.commands[1].command.symbol, 1);
  EXPECT_EQ(static_cast<std::int32_t>(run.commands[1].command.price), -300);
  EXPECT_EQ(run.commands[2].command.symbol, 0xFFFF);
}

TEST(ConfigFile, ArrangesTheSoftwarePath) {
  const SoftwareOptions plain = parse(kMinimal).software;
  EXPECT_EQ(plain.arrangement, Arrangement::fused);
  EXPECT_EQ(plain.idle, IdlePolicy::yield);
  for (const auto& core : plain.cores) EXPECT_FALSE(core);
  const SoftwareOptions s = parse(std::string(kMinimal) + R"([software]
arrangement = "pipelined"
idle = "spin"
market_data_core = 2
gateway_core = 5
ring_slots = 256
)")
                                .software;
  EXPECT_EQ(s.arrangement, Arrangement::pipelined);
  EXPECT_EQ(s.idle, IdlePolicy::spin);
  EXPECT_THAT(s.cores, ElementsAre(2u, std::nullopt, std::nullopt, 5u));
  EXPECT_EQ(s.ring_slots, 256u);
  EXPECT_THAT(errors_of(std::string(kMinimal) + "[software]\nring_slots = 100\n"),
              ElementsAre(HasSubstr("key 'software.ring_slots': expected a power of two")));
  EXPECT_THAT(errors_of(std::string(kMinimal) + "[software]\narrangement = \"split\"\n"),
              ElementsAre(HasSubstr("key 'software.arrangement'")));
}

TEST(ConfigFile, ReadsWhenAPathIsLeftForItsShadow) {
  const SwitchOptions plain = parse(kMinimal).switching;
  EXPECT_EQ(plain.policy, SwitchPolicy::automatic);
  EXPECT_EQ(plain.hand_back, HandBack::never);
  const SwitchOptions s = parse(std::string(kMinimal) + R"([switch]
policy = "cancel_all_first"
stall_inputs = 100
cancel_inputs = 500
hand_back = "automatic"
retry_inputs = 0
most_attempts = 9
catch_up = 32
healthy_inputs = 50
log_mb = 2
)")
                              .switching;
  EXPECT_EQ(s.policy, SwitchPolicy::cancel_all_first);
  EXPECT_EQ(s.stall_inputs, 100u);
  EXPECT_EQ(s.cancel_inputs, 500u);
  EXPECT_EQ(s.hand_back, HandBack::automatic);
  EXPECT_EQ(s.retry_inputs, 0u);
  EXPECT_EQ(s.most_attempts, 9u);
  EXPECT_EQ(s.catch_up, 32u);
  EXPECT_EQ(s.healthy_inputs, 50u);
  EXPECT_EQ(s.log_bytes, 2u << 20U);
  EXPECT_THAT(errors_of(std::string(kMinimal) + "[switch]\npolicy = \"auto\"\nstall_inputs = 0\nprimary = \"xrt:0\"\n"),
              ElementsAre(HasSubstr("key 'switch.policy'"), HasSubstr("key 'switch.stall_inputs'"),
                          HasSubstr("switch.primary")));
}

TEST(ConfigFile, ReadsWhatALiveRunDoes) {
  EXPECT_FALSE(parse(kMinimal).live);
  EXPECT_EQ(parse(std::string(kMinimal) + "[live]\n").live, LiveOptions{});
  LiveOptions all{.from = {"udp:233.54.12.111:26477@eth1", "af_packet:eth2"},
                  .to = "af_packet:eth3",
                  .path = "verilator:",
                  .directory = "day.gz",
                  .directory_timeout_s = 5,
                  .directory_buffer_bytes = 2U << 20U,
                  .arm = ArmWhen::manual,
                  .arm_lag = Nanoseconds{3'000'000},
                  .control = "socket",
                  .record = "day.pcap",
                  .stats = "counters",
                  .cancel_on_stop = false,
                  .stop_timeout_ms = 7,
                  .spin = true,
                  .core = 3};
  const std::string text = std::string(kMinimal) + R"([live]
to = "af_packet:eth3"
path = "verilator:"
directory = "day.gz"
directory_timeout_s = 5
directory_buffer_mb = 2
arm = "manual"
arm_lag_ms = 3
control = "socket"
record = "day.pcap"
stats = "counters"
cancel_on_stop = false
stop_timeout_ms = 7
spin = true
core = 3
)";
  EXPECT_EQ(parse(text + "from = [\"udp:233.54.12.111:26477@eth1\", \"af_packet:eth2\"]\n").live, all);
  all.from = {"af_packet:eth2"};
  EXPECT_EQ(parse(text + "from = \"af_packet:eth2\"\n").live, all);
}

TEST(ConfigFile, ReadsWhereTheJournalIsKept) {
  EXPECT_FALSE(parse(kMinimal).journal);
  JournalOptions only_a_folder;
  only_a_folder.folder = "day";
  EXPECT_EQ(parse(std::string(kMinimal) + "[journal]\nfolder = \"day\"\n").journal, only_a_folder);
  EXPECT_EQ(parse(std::string(kMinimal) + R"([journal]
folder = "day"
stage = "/dev/shm/day.stage"
sync = "order"
segment_mb = 2
batch_us = 70
)")
                .journal,
            (JournalOptions{.folder = "day",
                            .stage = "/dev/shm/day.stage",
                            .sync = JournalOptions::Sync::order,
                            .segment_bytes = 2U << 20U,
                            .batch_us = 70}));
}

TEST(ConfigFile, ReadsWhichProcessesTrade) {
  EXPECT_FALSE(parse(kMinimal).processes);
  EXPECT_EQ(parse(std::string(kMinimal) + "[processes]\n").processes, ProcessOptions{});
  EXPECT_EQ(parse(std::string(kMinimal) + R"([processes]
folder = "/dev/shm/mine"
store = "messages"
strategies = ["rules", "market_maker"]
market_records = 64
feed_timeout_ms = 5
intent_age_ms = 6
cancel_on_exit = false
store_mb = 3
)")
                .processes,
            (ProcessOptions{.folder = "/dev/shm/mine",
                            .store = "messages",
                            .strategies = {"rules", "market_maker"},
                            .market_records = 64,
                            .feed_timeout = Nanoseconds{5'000'000},
                            .intent_age = Nanoseconds{6'000'000},
                            .cancel_on_exit = false,
                            .store_bytes = 3U << 20U}));
}

TEST(ConfigFile, DefaultsLieUnderEachSymbol) {
  const auto run = parse(with_symbol_text("rules.take = {fair = 100, quantity = 7}\n") +
                         "rules.take.enabled = false\n[defaults.rules.take]\nquantity = 50\nedge = 0.03\n");
  EXPECT_TRUE(run.core.banks[0].rules[0].take.enabled);
  EXPECT_EQ(run.core.banks[0].rules[0].take.quantity, 7u);
  EXPECT_EQ(run.core.banks[0].rules[0].take.edge, 300u);
  EXPECT_FALSE(run.core.banks[0].rules[1].take.enabled);
  EXPECT_EQ(run.core.banks[0].rules[1].take.quantity, 50u);
}

TEST(ConfigFile, AnEmptySessionAdoptsTheFirstOneSeen) {
  const auto run = parse(with("[risk]", "session = \"\"\n[risk]"));
  for (const auto byte : run.core.feed.session) EXPECT_EQ(byte, 0);
}

TEST(ConfigFile, BankOneIsACopyUnlessOverridden) {
  const auto text = with_symbol_text("rules.take = {fair = 100, quantity = 7}\n");
  EXPECT_EQ(parse(text).core.banks[1].rules[0].take.quantity, 7u);
  const auto run =
      parse(text + "[[bank1.symbol]]\nname = \"AAA\"\nrules.take.quantity = 9\n[bank1.risk]\nmax_gross = 5\n");
  EXPECT_TRUE(run.has_alternate);
  EXPECT_EQ(run.core.banks[0].rules[0].take.quantity, 7u);
  EXPECT_EQ(run.core.banks[1].rules[0].take.quantity, 9u);
  EXPECT_EQ(run.core.banks[1].rules[0].take.fair, 1'000'000u);
  EXPECT_EQ(run.core.banks[0].global.max_gross, 10'000'000'000u);
  EXPECT_EQ(run.core.banks[1].global.max_gross, 50'000u);
}

class ConfigFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "config_file_test.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  std::filesystem::path folder_;
};

TEST_F(ConfigFolder, AlternateAndRulesFilesAreFoundBesideTheFile) {
  write("other.toml", "[defaults.rules.take]\nquantity = 9\n");
  write("third.toml", "[[symbol]]\nname = \"AAA\"\nrules.take.enabled = false\n");
  const auto file = write(
      "run.toml",
      "alternate = \"other.toml\"\n" + with_symbol_text("rules.take = {fair = 100, quantity = 7}\n") +
          "rules.take.enabled = false\n[[command]]\noffset_us = 10\nop = \"swap\"\nrules_file = \"third.toml\"\n");
  const auto run = load_config(file);
  EXPECT_TRUE(run.has_alternate);
  EXPECT_EQ(run.core.banks[1].rules[0].take.quantity, 9u);
  ASSERT_NE(run.commands.at(0).bank, nullptr);
  EXPECT_FALSE(run.commands[0].bank->rules[0].take.enabled);
  EXPECT_EQ(run.commands[0].bank->rules[0].take.quantity, 7u);
}

TEST_F(ConfigFolder, ErrorsOfAnotherFileNameThatFile) {
  const auto other = write("other.toml", "\n\n[defaults.rules.take]\nquantity = -1\nenabled = false\n");
  const auto file = write("run.toml", std::string("alternate = \"other.toml\"\n") + kMinimal);
  try {
    load_config(file);
    FAIL() << "a negative quantity loaded";
  } catch (const ConfigError& e) {
    EXPECT_THAT(
        e.errors(),
        ElementsAre(StartsWith(other.string() + ":4: key 'defaults.rules.take.quantity': expected an integer from 1")));
  }
}

TEST_F(ConfigFolder, AFileThatCannotBeReadIsAnError) {
  EXPECT_THROW(load_config(folder_ / "absent.toml"), ConfigError);
  EXPECT_THROW(load_config(folder_), ConfigError);
}

TEST(ConfigErrors, SayFileLineKeyExpectedFoundAndWhatToDo) {
  EXPECT_THAT(
      errors_of(with("\"233.54.12.111:26477\"", "\"233.54.12.256:26477\"")),
      ElementsAre(
          "run.toml:2: key 'feed.line_a': expected an IPv4 address and a UDP port such as \"233.54.12.111:26477\", "
          "found \"233.54.12.256:26477\"; write four numbers up to 255, a colon and a port from 1 to 65535"));
}

TEST(ConfigErrors, SuggestTheNearestNameForAnUnknownKey) {
  EXPECT_THAT(errors_of(with("max_open_orders = 100", "max_open_order = 100")),
              AllOf(SizeIs(2), Contains(AllOf(HasSubstr("run.toml:5: key 'risk.max_open_order'"),
                                              HasSubstr("did you mean 'max_open_orders'?")))));
  EXPECT_THAT(errors_of(std::string(kMinimal) + "colour = 3\n"),
              ElementsAre(AllOf(HasSubstr("symbol[BBB].colour"), HasSubstr("remove it"))));
  EXPECT_THAT(errors_of(with_symbol_text("rules.momentun = {quantity = 1}\n")),
              ElementsAre(HasSubstr("did you mean 'momentum'?")));
}

TEST(ConfigErrors, AreAllReportedUpToTwenty) {
  EXPECT_THAT(errors_of("[feed]\nline_a = 3\n[order]\n[risk]\n"), SizeIs(9));
  std::string many = kMinimal;
  for (int i = 0; i < 30; ++i) many += fmt::format("unknown{} = 1\n", i);
  const auto errors = errors_of(many);
  ASSERT_THAT(errors, SizeIs(21));
  EXPECT_EQ(errors.back(), "and 10 more; correct these first");
}

TEST(ConfigErrors, NameTheLineThatIsNotToml) {
  EXPECT_THAT(errors_of("[feed]\nline_a = \n"), ElementsAre(StartsWith("run.toml:2: not TOML")));
}

TEST(ConfigErrors, OfALiveRunNameItsKey) {
  for (const auto& [key, value] :
       {std::pair{"from", "5"}, std::pair{"from", "[]"}, std::pair{"from", "[\"\"]"},
        std::pair{"from", "[\"pcap:x\", 5]"}, std::pair{"from", "\"\""}, std::pair{"to", "\"\""}, std::pair{"to", "5"},
        std::pair{"arm", "\"now\""}, std::pair{"core", "-1"}, std::pair{"directory_timeout_s", "0"},
        std::pair{"spin", "1"}}) {
    EXPECT_THAT(errors_of(fmt::format("{}[live]\n{} = {}\n", kMinimal, key, value)),
                ElementsAre(HasSubstr(fmt::format("live.{}", key))))
        << value;
  }
}

TEST(ConfigErrors, OfAJournalNameItsKey) {
  EXPECT_THAT(errors_of(std::string(kMinimal) + "[journal]\n"), ElementsAre(HasSubstr("journal.folder")));
  for (const auto& [key, value] :
       {std::pair{"stage", "\"\""}, std::pair{"stage", "5"}, std::pair{"sync", "\"always\""},
        std::pair{"segment_mb", "0"}, std::pair{"segment_mb", "65537"}, std::pair{"batch_us", "9"},
        std::pair{"batch_us", "\"slow\""}, std::pair{"folders", "\"x\""}}) {
    EXPECT_THAT(errors_of(fmt::format("{}[journal]\nfolder = \"day\"\n{} = {}\n", kMinimal, key, value)),
                ElementsAre(HasSubstr(fmt::format("journal.{}", key))))
        << value;
  }
  EXPECT_THAT(errors_of(std::string(kMinimal) + "[journal]\nfolder = \"\"\n"),
              ElementsAre(HasSubstr("journal.folder")));
}

TEST(ConfigErrors, OfProcessesNameTheirKey) {
  for (const auto& [key, value] :
       {std::pair{"folder", "\"\""}, std::pair{"folder", "5"}, std::pair{"store", "\"\""}, std::pair{"store", "5"},
        std::pair{"store_mb", "0"}, std::pair{"strategies", "[]"}, std::pair{"strategies", "[5]"},
        std::pair{"market_records", "63"}, std::pair{"market_records", "65"}, std::pair{"feed_timeout_ms", "0"},
        std::pair{"feed_timeout_ms", "60001"}, std::pair{"intent_age_ms", "0"}, std::pair{"cancel_on_exit", "1"},
        std::pair{"strategy", "\"rules\""}}) {
    EXPECT_THAT(errors_of(fmt::format("{}[processes]\n{} = {}\n", kMinimal, key, value)),
                ElementsAre(HasSubstr(fmt::format("processes.{}", key))))
        << value;
  }
  std::string many = "[processes]\nstrategies = [\"a0\"";
  for (std::size_t i = 1; i <= ProcessOptions::kMostStrategies; ++i) many += fmt::format(", \"a{}\"", i);
  EXPECT_THAT(errors_of(kMinimal + many + "]\n"), ElementsAre(HasSubstr("processes.strategies")));
}

TEST(ConfigErrors, LaggerIsAnotherConfiguredSymbol) {
  const auto rule = [](const char* lagger) {
    return with_symbol_text(std::string("rules.lead_lag = {quantity = 1, threshold = \"0.01\", lagger = \"") + lagger +
                            "\"}\n");
  };
  EXPECT_NO_THROW(parse(rule("BBB")));
  EXPECT_THAT(errors_of(rule("AAA")), ElementsAre(HasSubstr("found \"AAA\" itself")));
  EXPECT_THAT(errors_of(rule("BBC")), Contains(AllOf(HasSubstr("found \"BBC\""), HasSubstr("did you mean \"BBB\"?"))));
}

TEST(ConfigErrors, AnEnabledRuleNeedsItsKeys) {
  EXPECT_THAT(errors_of(with_symbol_text("rules.take = {quantity = 1}\n")),
              ElementsAre(HasSubstr("key 'symbol[AAA].rules.take.fair': expected a price in dollars, found nothing")));
  EXPECT_NO_THROW(parse(with_symbol_text("rules.take = {quantity = 1, enabled = false}\n")));
  EXPECT_THAT(errors_of(with_symbol_text("rules.momentum = {quantity = 1}\n")),
              ElementsAre(HasSubstr("min_shares, or through = true")));
  EXPECT_THAT(errors_of(with_symbol_text("limits.permit = \"both\"\n")), SizeIs(5));
}

TEST(ConfigErrors, RangesAreChecked) {
  const auto limit = [](const std::string& text) { return errors_of(with_symbol_text("limits." + text + "\n")); };
  EXPECT_THAT(limit("max_position = 2147483648"),
              ElementsAre(HasSubstr("an integer from 0 to 2147483647, found 2147483648")));
  EXPECT_THAT(limit("collar = \"0.00001\""), ElementsAre(HasSubstr("steps of 0.0001")));
  EXPECT_THAT(limit("collar = 0.00015"), ElementsAre(HasSubstr("steps of 0.0001")));
  EXPECT_THAT(limit("reference_price = \"429496.7296\""), ElementsAre(HasSubstr("choose a smaller amount")));
  EXPECT_THAT(limit("permit = \"bye\""), ElementsAre(HasSubstr("did you mean \"buy\"?")));
  EXPECT_THAT(errors_of(with("max_open_orders = 100", "max_open_orders = 4097")),
              ElementsAre(HasSubstr("from 0 to 4096")));
  EXPECT_THAT(errors_of(with("[risk]", "session = \"ABCDEFGHIJK\"\n[risk]")),
              ElementsAre(HasSubstr("at most 10 characters")));
  EXPECT_THAT(errors_of(with("[risk]", "[clock]\nfrequency_mhz = 250\n[risk]")),
              ElementsAre(HasSubstr("expected 322.265625, found 250")));
  EXPECT_THAT(errors_of(with("window_center = \"50\"", "window_base = \"50.005\"")),
              ElementsAre(HasSubstr("a multiple of the tick")));
  EXPECT_THAT(errors_of(with("window_center = \"50\"", "window_base = \"429490\"")),
              ElementsAre(HasSubstr("a window that ends below")));
  EXPECT_THAT(errors_of(with("window_center = \"50\"", "window_base = 1\nwindow_center = 2")),
              ElementsAre(HasSubstr("found both")));
  EXPECT_THAT(errors_of(with("window_center = \"50\"", "")),
              ElementsAre(HasSubstr("expected the middle of the book's 4096 prices")));
  EXPECT_THAT(errors_of(with("name = \"BBB\"", "name = \"AAA\"")), ElementsAre(HasSubstr("each symbol once")));
  EXPECT_THAT(errors_of(with("02:00:00:00:00:0A", "02:00:00:00:00:0")), ElementsAre(HasSubstr("a MAC address")));
}

TEST(ConfigErrors, TwoSymbolsCannotShareALocate) {
  EXPECT_THAT(errors_of(with_symbol_text("locate = 5\n") + "locate = 5\n"),
              ElementsAre(HasSubstr("found that of AAA")));
}

TEST(ConfigErrors, ThereAreAtMost256Symbols) {
  std::string text = kMinimal;
  for (int i = 2; i < 257; ++i) text += fmt::format("[[symbol]]\nname = \"S{}\"\nwindow_center = 10\n", i);
  EXPECT_THAT(errors_of(text), ElementsAre(HasSubstr("expected at most 256 symbols, found 257")));
}

TEST(ConfigErrors, ACommandNeedsATimeAndItsOperands) {
  const auto command = [](const std::string& text) {
    return errors_of(std::string(kMinimal) + "[[command]]\n" + text);
  };
  EXPECT_THAT(command("op = \"kill\"\n"), ElementsAre(HasSubstr("found neither")));
  EXPECT_THAT(command("offset_us = 1\nop = \"kil\"\n"), ElementsAre(HasSubstr("did you mean \"kill\"?")));
  EXPECT_THAT(command("offset_us = 1\nop = \"fill\"\n"), SizeIs(3));
  EXPECT_THAT(command("offset_us = 1\nop = \"kill\"\nsymbol = \"AAA\"\n"), ElementsAre(HasSubstr("command[0].symbol")));
  EXPECT_THAT(command("at = \"25:00:00\"\nop = \"kill\"\n"), ElementsAre(HasSubstr("a time of day")));
}

TEST(SampleConfig, LoadsAndEnablesEveryRule) {
  const std::vector<SampleSymbol> symbols{{"ALPHA", 3, {1'872'500}},
                                          {"BETA", 4, {421'000}},
                                          {"GAMMA", std::nullopt, {9'500}},
                                          {"D", 9, {25'000'000}},
                                          {"EPS", 10, {10'000}}};
  const auto text = sample_config(symbols);
  const auto run = parse(text);
  ASSERT_EQ(run.core.symbols.size(), 5u);
  EXPECT_EQ(run.core.symbols[0].locate, 3);
  EXPECT_FALSE(run.core.symbols[2].has_locate);
  EXPECT_FALSE(run.core.symbols[2].cent_tick);
  EXPECT_TRUE(run.responses.enabled);
  bool take = false, imbalance = false, momentum = false, lead_lag = false, cancel = false;
  for (const auto& rules : run.core.banks[0].rules) {
    take |= rules.take.enabled;
    imbalance |= rules.imbalance.enabled;
    momentum |= rules.momentum.enabled;
    lead_lag |= rules.lead_lag.enabled;
    cancel |= rules.cancel.enabled;
  }
  EXPECT_TRUE(take && imbalance && momentum && lead_lag && cancel);
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    EXPECT_EQ(run.core.banks[0].limits[i].reference_price, symbols[i].reference_price.value);
    EXPECT_TRUE(run.core.banks[0].limits[i].permit_buy);
  }
}

TEST(SampleConfig, LoadsForOneSymbolAndFor256) {
  EXPECT_NO_THROW(parse(sample_config(std::vector<SampleSymbol>{{"ONE", 1, {1}}})));
  std::vector<SampleSymbol> all;
  for (unsigned i = 0; i < 256; ++i)
    all.push_back({fmt::format("S{}", i), static_cast<std::uint16_t>(i + 1), {10'000 + i * 7'301}});
  EXPECT_NO_THROW(parse(sample_config(all)));
  all.push_back({"MORE", 300, {5}});
  EXPECT_THROW(sample_config(all), std::invalid_argument);
  EXPECT_THROW(sample_config({}), std::invalid_argument);
}

}  // namespace
}  // namespace twinpath
