// What a configuration says is read, each section in its units.
#include "host/apps/config/config_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testbench/apps/config_texts.h"

namespace twinpath {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

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

TEST(ConfigFile, ReadsWhatACardIsToDo) {
  EXPECT_FALSE(parse(kMinimal).card.wire_mode);
  EXPECT_TRUE(parse(std::string(kMinimal) + "[card]\nwire_mode = true\n").card.wire_mode);
  EXPECT_THAT(errors_of(std::string(kMinimal) + "[card]\nwire_mode = 1\nmode = 2\n"),
              ElementsAre(HasSubstr("key 'card.wire_mode'"), HasSubstr("card.mode")));
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

}  // namespace
}  // namespace twinpath
