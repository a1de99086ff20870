#include "host/apps/config/config_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <tuple>

#include "host/apps/config/config_exchange.h"
#include "host/apps/config/config_strategy.h"
#include "host/apps/config/decimal.h"
#include "host/wire/net.h"

namespace twinpath::config {
namespace {

template <std::size_t kSize>
void pad(std::string_view text, std::array<std::uint8_t, kSize>& field, std::uint8_t filler) {
  for (std::size_t i = 0; i < kSize; ++i) field[i] = i < text.size() ? static_cast<std::uint8_t>(text[i]) : filler;
}

std::optional<LineConfig> endpoint(Reader& reader, std::string_view key, std::string_view example, bool needed) {
  if (!reader.has(key) && needed) reader.missing(key, config::endpoint_expected(example), "add it");
  const auto line = reader.endpoint(key, example);
  if (!line) return std::nullopt;
  return LineConfig{line->address, line->port};
}

void read_mac(Reader& reader, std::string_view key, std::array<std::uint8_t, 6>& mac) {
  constexpr std::string_view kExpected = "a MAC address such as \"02:00:00:00:00:01\"";
  if (!reader.has(key)) return reader.missing(key, kExpected, "add it");
  const auto text = reader.text(key, kExpected);
  if (!text) return;
  const auto nibble = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  bool good = text->size() == 17;
  for (std::size_t i = 0; good && i < 6; ++i) {
    const int high = nibble((*text)[3 * i]), low = nibble((*text)[3 * i + 1]);
    good = high >= 0 && low >= 0 && (i == 5 || (*text)[3 * i + 2] == ':');
    if (good) mac[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  if (!good) reader.wrong(key, kExpected, "write six pairs of hexadecimal digits with colons between");
}

void read_feed(Reader reader, FeedConfig& feed) {
  if (const auto a = endpoint(reader, "line_a", "233.54.12.111:26477", true)) feed.line_a = *a;
  if (const auto b = endpoint(reader, "line_b", "233.54.12.112:26477", false)) {
    feed.line_b = *b;
    if (b->address == feed.line_a.address && b->port == feed.line_a.port) {
      reader.wrong("line_b", "another address or port than line_a", "remove it when there is one line only");
    }
  }
  if (const auto session =
          reader.text("session", "a MoldUDP64 session of at most 10 characters, or \"\" for the first one seen", 10)) {
    pad(*session, feed.session, session->empty() ? 0 : ' ');
  }
  if (const auto first = reader.integer("first_sequence", 0, ~std::uint64_t{0})) feed.first_sequence = *first;
  if (const auto timeout = reader.cycles32("gap_timeout_us")) {
    feed.gap_timeout = *timeout;
    if (*timeout == 0) reader.wrong("gap_timeout_us", "more than 0", "a gap needs time for the other line to fill it");
  }
  reader.finish();
}

void read_order(Reader reader, OrderConfig& order) {
  read_mac(reader, "destination_mac", order.destination_mac);
  read_mac(reader, "source_mac", order.source_mac);
  if (const auto to = endpoint(reader, "destination", "10.0.0.2:26400", true)) {
    order.destination_address = to->address;
    order.destination_port = to->port;
  }
  if (const auto from = endpoint(reader, "source", "10.0.0.1:40000", true)) {
    order.source_address = from->address;
    order.source_port = from->port;
  }
  if (const auto ttl = reader.integer("ttl", 1, 255)) order.ttl = static_cast<std::uint8_t>(*ttl);
  // OUCH 5.0 2.1 Enter Order. Good-till-time orders ('6') need an appendage, which the order frame has no room for.
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kAttributes{{{"time_in_force", "035E"},
                                                                                      {"display", "YNA"},
                                                                                      {"capacity", "APRO"},
                                                                                      {"intermarket_sweep", "YN"},
                                                                                      {"cross_type", "NOCHSREA"}}};
  for (std::size_t i = 0; i < kAttributes.size(); ++i) {
    if (const auto c = reader.letter(kAttributes[i].first, kAttributes[i].second)) {
      order.attributes[i] = static_cast<std::uint8_t>(*c);
    }
  }
  if (const auto prefix = reader.text("cl_ord_id_prefix", "at most 6 characters", order.cl_ord_id_prefix.size())) {
    pad(*prefix, order.cl_ord_id_prefix, ' ');
  }
  if (const auto first = reader.integer("first_user_ref", 1, 0xFFFF'FFFF))
    order.first_user_ref = static_cast<std::uint32_t>(*first);
  if (const auto discards = reader.integer("speculative_discards", 0, 255)) {
    order.speculative.enabled = *discards != 0;
    order.speculative.discards = static_cast<std::uint8_t>(*discards);
  }
  if (const auto cycles = reader.cycles32("speculative_interval_us")) {
    const std::uint32_t steps = (*cycles + 1023) / 1024;
    if (steps > 0xFFFF)
      reader.wrong("speculative_interval_us", "at most 208000", "the core counts 65,535 times 1,024 cycles");
    order.speculative.interval = static_cast<std::uint16_t>(steps);
  }
  reader.finish();
}

void read_responses(Reader reader, ResponseModel& model) {
  constexpr double kMaxDelay = 60'000'000;  // a minute
  model.enabled = reader.flag("enabled").value_or(true);
  const auto delay = [&](std::string_view key, double otherwise) {
    const auto time = reader.microseconds(key, kMaxDelay);
    return to_cycles(time.value_or(Nanoseconds{static_cast<std::uint64_t>(otherwise * 1000)}));
  };
  model.ack_delay = delay("ack_delay_us", 30);
  model.fill_delay = delay("fill_delay_us", 60);
  model.done_delay = delay("done_delay_us", 90);
  if (model.fill_delay < model.ack_delay)
    reader.wrong("fill_delay_us", "at least ack_delay_us", "an order is accepted before it fills");
  if (model.done_delay < model.fill_delay)
    reader.wrong("done_delay_us", "at least fill_delay_us", "an order ends after it fills");
  model.fill_percent = static_cast<std::uint8_t>(reader.integer("fill_percent", 0, 100).value_or(50));
  model.partial_percent = static_cast<std::uint8_t>(reader.integer("partial_percent", 0, 100).value_or(0));
  reader.finish();
}

void read_report(Reader reader, const SymbolNames& names, ReportOptions& report) {
  if (const auto title = reader.text("title", "a text of at most 120 characters", 120)) report.title = *title;
  if (const auto symbol = names.read(reader, "symbol")) report.symbol = names[*symbol];
  const auto number = [&](std::string_view key, std::uint64_t min, std::uint64_t max, unsigned& value) {
    if (const auto given = reader.integer(key, min, max)) value = static_cast<unsigned>(*given);
  };
  number("buckets", 10, 2000, report.buckets);
  number("top_symbols", 1, kSymbols, report.top_symbols);
  number("max_markers", 0, 5000, report.max_markers);
  reader.finish();
}

void read_software(Reader reader, SoftwareOptions& software) {
  if (const auto arrangement = reader.choice("arrangement", {"fused", "pipelined"}))
    software.arrangement = *arrangement == "fused" ? Arrangement::fused : Arrangement::pipelined;
  if (const auto idle = reader.choice("idle", {"spin", "yield"}))
    software.idle = *idle == "spin" ? IdlePolicy::spin : IdlePolicy::yield;
  constexpr std::array<std::string_view, kStageThreads> kCores{"market_data_core", "strategy_core", "risk_core",
                                                               "gateway_core"};
  for (std::size_t i = 0; i < kStageThreads; ++i) {
    if (const auto core = reader.integer(kCores[i], 0, 1023)) software.cores[i] = static_cast<unsigned>(*core);
  }
  if (const auto slots = reader.integer("ring_slots", 2, 65'536)) {
    software.ring_slots = *slots;
    if (!std::has_single_bit(*slots)) reader.wrong("ring_slots", "a power of two", "write 1024, for example");
  }
  reader.finish();
}

void read_switch(Reader reader, SwitchOptions& switching) {
  if (const auto policy = reader.choice("policy", {"manual", "automatic", "cancel_all_first"}))
    switching.policy = *policy == "manual"      ? SwitchPolicy::manual
                       : *policy == "automatic" ? SwitchPolicy::automatic
                                                : SwitchPolicy::cancel_all_first;
  if (const auto back = reader.choice("hand_back", {"never", "manual", "automatic"}))
    switching.hand_back = *back == "never"    ? HandBack::never
                          : *back == "manual" ? HandBack::manual
                                              : HandBack::automatic;
  constexpr std::uint64_t kMost = 1'000'000'000;
  const auto number = [&](std::string_view key, std::uint64_t min, std::uint64_t& value) {
    if (const auto given = reader.integer(key, min, kMost)) value = *given;
  };
  number("stall_inputs", 1, switching.stall_inputs);
  number("cancel_inputs", 1, switching.cancel_inputs);
  number("retry_inputs", 0, switching.retry_inputs);
  number("catch_up", 2, switching.catch_up);
  number("healthy_inputs", 1, switching.healthy_inputs);
  number("most_attempts", 1, switching.most_attempts);
  if (const auto mb = reader.integer("log_mb", 1, 1'048'576)) switching.log_bytes = *mb << 20U;
  reader.finish();
}

void read_live(Reader reader, LiveOptions& live) {
  constexpr std::string_view kAddress = "a packet I/O address such as \"udp:233.54.12.111:26477@eth1\"";
  if (const auto from = reader.texts("from", kAddress)) live.from = *from;
  const auto text = [&](std::string_view key, std::string_view expected, std::string& value) {
    const auto given = reader.text(key, expected);
    if (given && given->empty()) reader.wrong(key, expected, "name it, or remove the key");
    if (given) value = *given;
  };
  const auto number = [&](std::string_view key, std::uint64_t min, std::uint64_t max) {
    return reader.integer(key, min, max);
  };
  text("to", kAddress, live.to);
  text("path", "the address of a path such as \"sw:\"", live.path);
  text("directory", "a file with the session's Stock Directory messages", live.directory);
  if (const auto s = number("directory_timeout_s", 1, 86'400)) live.directory_timeout_s = *s;
  if (const auto mb = number("directory_buffer_mb", 1, 65'536)) live.directory_buffer_bytes = *mb << 20U;
  if (const auto arm = reader.choice("arm", {"when_trusted", "manual", "at_start"})) {
    live.arm = *arm == "manual" ? ArmWhen::manual : *arm == "at_start" ? ArmWhen::at_start : ArmWhen::when_trusted;
  }
  if (const auto ms = number("arm_lag_ms", 0, 60'000)) live.arm_lag = Nanoseconds{*ms * 1'000'000};
  text("control", "the name of a Unix socket", live.control);
  text("record", "the name of a pcap file", live.record);
  text("stats", "a folder in a file system in memory", live.stats);
  live.cancel_on_stop = reader.flag("cancel_on_stop").value_or(live.cancel_on_stop);
  if (const auto ms = number("stop_timeout_ms", 0, 600'000)) live.stop_timeout_ms = *ms;
  live.spin = reader.flag("spin").value_or(live.spin);
  if (const auto core = number("core", 0, 1023)) live.core = static_cast<int>(*core);
  reader.finish();
}

// What a record has beside its commands: where the run differed from its configuration.
void read_recorded(Reader reader, CoreConfig& core) {
  if (const auto first = reader.integer("first_user_ref", 1, 0xFFFF'FFFF))
    core.order.first_user_ref = static_cast<std::uint32_t>(*first);
  if (const auto first = reader.integer("first_sequence", 0, std::numeric_limits<std::int64_t>::max()))
    core.feed.first_sequence = *first;
  reader.finish();
}

void read_journal(Reader reader, JournalOptions& journal) {
  const auto name = [&](std::string_view key, std::string_view expected, bool needed, std::string& value) {
    if (needed && !reader.has(key)) reader.missing(key, expected, "say where the journal is kept");
    if (const auto text = reader.text(key, expected)) {
      value = *text;
      if (value.empty()) reader.wrong(key, expected, "name it, or remove the key");
    }
  };
  name("folder", "a folder, which is made if need be", true, journal.folder);
  name("stage", "a file in a file system in memory, such as \"/dev/shm/twinpath.stage\"", false, journal.stage);
  if (const auto sync = reader.choice("sync", {"none", "batch", "order"})) {
    using Sync = JournalOptions::Sync;
    journal.sync = *sync == "none" ? Sync::none : *sync == "batch" ? Sync::batch : Sync::order;
  }
  if (const auto mb = reader.integer("segment_mb", 1, 65'536)) journal.segment_bytes = *mb << 20U;
  if (const auto us = reader.integer("batch_us", 10, 1'000'000)) journal.batch_us = *us;
  reader.finish();
}

void read_processes(Reader reader, ProcessOptions& processes) {
  const auto name = [&](std::string_view key, std::string_view expected, std::string& value) {
    if (const auto text = reader.text(key, expected)) {
      value = *text;
      if (value.empty()) reader.wrong(key, expected, "name it, or remove the key");
    }
  };
  name("folder", "a folder in a file system in memory", processes.folder);
  name("store", "a file", processes.store);
  if (const auto mb = reader.integer("store_mb", 1, 1'048'576)) processes.store_bytes = *mb << 20U;
  if (const auto names = reader.texts("strategies", "names of strategies")) processes.strategies = *names;
  if (processes.strategies.empty() || processes.strategies.size() > ProcessOptions::kMostStrategies)
    reader.wrong("strategies", "1 to 16 names", "name the strategies that trade");
  if (const auto n = reader.integer("market_records", 64, 1U << 22U)) {
    processes.market_records = *n;
    if (!std::has_single_bit(*n)) reader.wrong("market_records", "a power of two", "write 16384, for example");
  }
  if (const auto ms = reader.integer("feed_timeout_ms", 1, 60'000))
    processes.feed_timeout = Nanoseconds{*ms * 1'000'000};
  if (const auto ms = reader.integer("intent_age_ms", 1, 60'000)) processes.intent_age = Nanoseconds{*ms * 1'000'000};
  processes.cancel_on_exit = reader.flag("cancel_on_exit").value_or(processes.cancel_on_exit);
  reader.finish();
}

}  // namespace

void read_sections(Reader& top, const SymbolNames& names, RunConfig& run) {
  if (auto clock = top.table("clock")) {
    constexpr double kMhz = kCoreClockHz / 1e6;
    const auto mhz = clock->number("frequency_mhz", 1, 10'000);
    if (mhz && std::abs(*mhz - kMhz) > 1e-9) {
      clock->wrong("frequency_mhz", fmt::format("{}", kMhz), "the core has this clock only; correct or remove the key");
    }
    clock->finish();
  }
  if (auto feed = top.table("feed")) {
    read_feed(*feed, run.core.feed);
  } else if (!top.has("feed")) {
    top.missing("feed", "a section [feed] with line_a", "say where the market data comes from");
  }
  if (auto session = top.table("session")) {
    run.core.any_session = session->flag("any_session").value_or(run.core.any_session);
    run.core.symbols_start_trading = session->flag("symbols_start_trading").value_or(run.core.symbols_start_trading);
    run.core.armed = session->flag("armed").value_or(run.core.armed);
    session->finish();
  }
  if (auto events = top.table("events")) {
    run.core.book_events = events->flag("book").value_or(run.core.book_events);
    events->finish();
  }
  if (auto table = top.table("order_table")) {
    run.core.sets_log2 = static_cast<unsigned>(table->integer("sets_log2", 4, 16).value_or(run.core.sets_log2));
    run.core.ways = static_cast<unsigned>(table->integer("ways", 1, 8).value_or(run.core.ways));
    table->finish();
  }
  if (auto order = top.table("order")) {
    read_order(*order, run.core.order);
  } else if (!top.has("order")) {
    top.missing("order", "a section [order] with source and destination", "say where orders come from and go to");
  }
  if (auto responses = top.table("responses")) read_responses(*responses, run.responses);
  if (auto software = top.table("software")) read_software(*software, run.software);
  if (auto switching = top.table("switch")) read_switch(*switching, run.switching);
  if (auto card = top.table("card")) {
    run.card.wire_mode = card->flag("wire_mode").value_or(run.card.wire_mode);
    card->finish();
  }
  if (auto report = top.table("report")) read_report(*report, names, run.report);
  // Behind [order], whose time in force it looks at.
  if (auto strategy = top.table("strategy")) read_strategy(*strategy, names, run);
  if (auto backtest = top.table("backtest")) read_backtest(*backtest, run.backtest);
  if (auto live = top.table("live")) read_live(*live, run.live.emplace());
  if (auto exchange = top.table("exchange")) read_exchange(*exchange, run.core.order, run.exchange.emplace());
  if (run.exchange && run.responses.enabled)
    top.wrong("responses", "none beside [exchange]", "remove one of them: an exchange answers, or a simulation of it");
  if (auto recovery = top.table("recovery")) read_recovery(*recovery, run.recovery.emplace());
  if (auto recorded = top.table("recorded")) read_recorded(*recorded, run.core);
  if (auto journal = top.table("journal")) read_journal(*journal, run.journal.emplace());
  if (auto processes = top.table("processes")) read_processes(*processes, run.processes.emplace());
}

RunCommand read_command(Reader& reader, const SymbolNames& names) {
  RunCommand result;
  Command& command = result.command;
  const int times = reader.has("at") + reader.has("offset_us") + reader.has("offset_cycles");
  if (times != 1) {
    reader.wrong("at", "one of at = \"09:35:00.000000\", offset_us and offset_cycles",
                 times == 0 ? "neither" : "more than one", "say when the command is given, once");
  }
  if (const auto at = reader.text("at", "a time of day such as \"09:35:00.000000\"")) {
    const auto time = parse_time_of_day(*at);
    if (time) result.time_of_day = Nanoseconds{*time};
    if (!time)
      reader.wrong("at", "a time of day such as \"09:35:00.000000\"", "write HH:MM:SS with up to nine decimals");
  }
  if (const auto offset = reader.microseconds("offset_us", 1e12)) result.offset = to_cycles(*offset);
  if (const auto offset = reader.integer("offset_cycles", 0, kTimeMask)) result.offset = Cycles{*offset};

  if (!reader.has("op")) reader.missing("op", "a command such as \"kill\"", "name what to do");
  const auto op = reader.choice(
      "op", {"kill", "release", "ack", "fill", "done", "swap", "trust", "position", "arm", "disarm", "resume"});
  if (!op) return result;
  for (std::size_t i = 0; i < std::size(kCommandOpNames); ++i) {
    if (kCommandOpNames[i] == *op) command.op = static_cast<CommandOp>(i);
  }
  const auto need = [&](std::string_view key, std::string_view expected) {
    if (!reader.has(key)) reader.missing(key, expected, fmt::format("op = \"{}\" needs it", *op));
  };
  switch (command.op) {
    case CommandOp::ack:
    case CommandOp::done:
    case CommandOp::fill:
      need("user_ref", "the UserRefNum of an order");
      command.user_ref = static_cast<std::uint32_t>(reader.integer("user_ref", 1, 0xFFFF'FFFF).value_or(0));
      if (command.op != CommandOp::fill) break;
      need("quantity", "shares");
      need("price", "dollars");
      command.quantity = static_cast<std::uint32_t>(reader.integer("quantity", 1, 0xFFFF'FFFF).value_or(0));
      command.price = reader.price("price").value_or(0);
      break;
    case CommandOp::trust:
      command.symbol = 0xFFFF;  // all of them, unless one is named
      if (const auto symbol = names.read(reader, "symbol")) command.symbol = *symbol;
      break;
    case CommandOp::position: {
      need("symbol", "the name of a [[symbol]]");
      need("position", "shares, negative when short");
      if (const auto symbol = names.read(reader, "symbol")) command.symbol = *symbol;
      const auto position = reader.signed_integer("position", -0x7FFF'FFFF, 0x7FFF'FFFF).value_or(0);
      command.price = static_cast<std::uint32_t>(static_cast<std::int32_t>(position));
      break;
    }
    default:
      break;
  }
  return result;
}

}  // namespace twinpath::config
