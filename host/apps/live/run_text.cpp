#include "host/apps/live/run_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>
#include <utility>

#include "host/apps/config/decimal.h"

namespace twinpath {
namespace {

constexpr std::string_view kRequests =
    "status, arm, disarm, kill, release, resume, trust [SYMBOL], position SYMBOL N, cancel ORDER, take-over, "
    "hand-back, "
    "reload or stop";

std::string symbol_name(const CoreConfig& config, std::size_t i) {
  const auto& name = config.symbols[i].name;
  return {name.data(), std::ranges::find(name, ' ')};
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  constexpr std::string_view kSpace = " \t\r\n";
  for (std::size_t at = line.find_first_not_of(kSpace); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(kSpace, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(kSpace, end);
  }
  return words;
}

nlohmann::ordered_json switch_json(const SwitchStatus& s) {
  nlohmann::ordered_json j{{"orders_from", sender(s.state)}, {"state", to_string(s.state)}};
  if (s.cause != SwitchCause::none) {
    j["cause"] = to_string(s.cause);
    j["detail"] = s.detail;
    j["cause_input"] = s.fault_input;
  }
  j["inputs"] = s.inputs;
  j["held_orders"] = s.held_orders;
  j["longest_wait_inputs"] = s.longest_wait;
  j["faults"] = s.faults;
  j["take_overs"] = s.take_overs;
  j["cancels"] = s.cancels;
  j["attempts"] = s.attempts;
  j["hand_backs"] = s.hand_backs;
  j["log_bytes"] = s.log_bytes;
  j["log_full"] = s.log_full;
  return j;
}

std::uint16_t symbol_index(std::string_view name, const CoreConfig& config) {
  for (std::size_t i = 0; i < config.symbols.size(); ++i) {
    if (symbol_name(config, i) == name) return static_cast<std::uint16_t>(i);
  }
  throw std::invalid_argument(fmt::format("expected the name of a configured symbol, found '{}'", name));
}

}  // namespace

ControlLine parse_control(std::string_view line, const CoreConfig& config) {
  const auto words = words_of(line);
  const auto bad = [&] { return std::invalid_argument(fmt::format("expected {}, found '{}'", kRequests, line)); };
  if (words.empty()) throw bad();
  ControlLine result;
  const auto count = [&](std::size_t least, std::size_t most) {
    if (words.size() < least + 1 || words.size() > most + 1) throw bad();
  };
  const std::string_view verb = words[0];
  constexpr std::array<std::pair<std::string_view, ControlLine::Verb>, 5> kAlone{
      {{"status", ControlLine::Verb::status},
       {"stop", ControlLine::Verb::stop},
       {"reload", ControlLine::Verb::reload},
       {"take-over", ControlLine::Verb::take_over},
       {"hand-back", ControlLine::Verb::hand_back}}};
  for (const auto& [word, meaning] : kAlone) {
    if (verb != word) continue;
    count(0, 0);
    result.verb = meaning;
    return result;
  }
  result.verb = ControlLine::Verb::command;
  Command& c = result.command;
  constexpr std::array<std::pair<std::string_view, CommandOp>, 5> kPlain{{{"arm", CommandOp::arm},
                                                                          {"disarm", CommandOp::disarm},
                                                                          {"kill", CommandOp::kill},
                                                                          {"release", CommandOp::release},
                                                                          {"resume", CommandOp::resume}}};
  for (const auto& [word, op] : kPlain) {
    if (verb != word) continue;
    count(0, 0);
    c.op = op;
    return result;
  }
  if (verb == "trust") {
    count(0, 1);
    c.op = CommandOp::trust;
    c.symbol = words.size() == 1 ? 0xFFFF : symbol_index(words[1], config);
    return result;
  }
  if (verb == "cancel") {
    count(1, 1);
    result.verb = ControlLine::Verb::cancel;
    const char* const last = words[1].data() + words[1].size();
    const auto [at, wrong] = std::from_chars(words[1].data(), last, c.user_ref);
    if (wrong != std::errc{} || at != last || c.user_ref == 0)
      throw std::invalid_argument(
          fmt::format("expected the number of an order, 1 to 4294967295, found '{}'", words[1]));
    return result;
  }
  if (verb != "position") throw bad();
  count(2, 2);
  c.op = CommandOp::position;
  c.symbol = symbol_index(words[1], config);
  std::int32_t shares = 0;
  const char* const end = words[2].data() + words[2].size();
  const auto [next, error] = std::from_chars(words[2].data(), end, shares);
  if (error != std::errc{} || next != end || shares == std::numeric_limits<std::int32_t>::min())
    throw std::invalid_argument(fmt::format("expected shares from -2147483647 to 2147483647, found '{}'", words[2]));
  c.price = static_cast<std::uint32_t>(shares);
  return result;
}

std::string dumped(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::ordered_json to_json(const ExchangeStatus& s) {
  nlohmann::ordered_json j{{"state", s.state},
                           {"last_loss", s.loss},
                           {"session", s.session},
                           {"next_sequence", s.next_sequence},
                           {"attempts", s.attempts},
                           {"unanswered", s.unanswered},
                           {"open_orders", s.open_orders},
                           {"cash", s.cash},
                           {"voided", s.voided},
                           {"cancels_repeated", s.repeated},
                           {"lost", s.lost},
                           {"reconciled", s.reconciled},
                           {"told_again", s.told_again},
                           {"disagreements", s.disagreements}};
  if (s.disagreements != 0) j["first_disagreement"] = s.first_disagreement;
  if (!s.difference.empty()) j["difference"] = s.difference;
  return j;
}

nlohmann::ordered_json to_json(const RecoveryStatus& s) {
  return {{"books_made_anew", s.paths == 0 ? 0 : s.paths - 1},
          {"snapshot_messages", s.snapshot_messages},
          {"gaps", s.gaps.gaps},
          {"requests", s.gaps.requests},
          {"answers", s.gaps.answers}};
}

nlohmann::ordered_json to_json(const std::string& address, const ReceiveCounters& r) {
  return {{"address", address},
          {"frames", r.frames},
          {"dropped_full", r.dropped_full},
          {"dropped_no_buffer", r.dropped_no_buffer},
          {"dropped_error", r.dropped_error},
          {"dropped_too_long", r.dropped_too_long},
          {"without_stamp", r.without_stamp}};
}

nlohmann::ordered_json to_json(const SendCounters& s) {
  return {{"frames", s.frames}, {"refused", s.refused}, {"errors", s.errors}};
}

nlohmann::ordered_json rejections_json(std::span<const std::uint64_t> rejects) {
  nlohmann::ordered_json j = nlohmann::json::object();
  for (std::size_t i = 1; i < rejects.size(); ++i) {
    if (rejects[i] != 0) j[std::string(name(static_cast<Reason>(i)))] = rejects[i];
  }
  return j;
}

std::string control_ok() { return R"({"ok":true})"; }

std::string control_error(const std::vector<std::string>& errors) {
  return dumped({{"ok", false}, {"errors", errors}});
}

std::string status_json(const LiveStatus& s, const CoreConfig& config, const std::vector<std::string>& inputs) {
  nlohmann::ordered_json j;
  constexpr std::array<std::string_view, 5> kPhases{"directory", "exchange", "snapshot", "trading", "stopping"};
  j["ok"] = true;
  j["phase"] = kPhases[static_cast<std::size_t>(s.phase)];
  j["armed"] = s.arm == ArmState::armed;
  if (s.phase == LivePhase::directory) {
    j["why_not_armed"] = "waits for the Stock Directory messages of its symbols";
    j["symbols_missing"] = s.missing;
  } else if (s.phase == LivePhase::exchange) {
    j["why_not_armed"] = to_string(ArmState::exchange);
  } else if (s.phase == LivePhase::snapshot) {
    j["why_not_armed"] = "waits for a snapshot of the market";
  } else if (s.arm != ArmState::armed) {
    j["why_not_armed"] = to_string(s.arm);
  }
  if (s.blocked_by != 0) j["blocked_by_order"] = s.blocked_by;
  j["killed"] = s.killed;
  j["stale"] = s.stale;
  j["time_us"] = static_cast<std::uint64_t>(to_nanoseconds(s.time) / 1000);
  j["lag_us"] = s.lag.value / 1000;
  nlohmann::ordered_json incomplete = nlohmann::json::array(), positions = nlohmann::json::object();
  for (std::size_t i = 0; i < config.symbols.size(); ++i) {
    if (s.trades[i] && !s.complete[i]) incomplete.push_back(symbol_name(config, i));
    if (s.positions[i] != 0) positions[symbol_name(config, i)] = s.positions[i];
  }
  j["books"] = {{"trading", s.books_trading}, {"incomplete", incomplete}};
  j["open_orders"] = s.open_orders;
  j["positions"] = positions;
  const LiveCounters& c = s.counters;
  j["counters"] = {{"frames", c.frames},
                   {"orders", c.orders},
                   {"cancels", c.cancels},
                   {"rejects", rejections_json(c.rejects)},
                   {"acks", c.acks},
                   {"fills", c.fills},
                   {"dones", c.dones},
                   {"orders_unsent", c.unsent},
                   {"clock_backwards", c.clock_backwards},
                   {"clock_set", c.clock_set}};
  for (std::size_t i = 0; i < inputs.size() && i < s.received.size(); ++i)
    j["inputs"].push_back(to_json(inputs[i], s.received[i]));
  if (s.exchange) j["exchange"] = to_json(*s.exchange);
  if (s.recovery) j["recovery"] = to_json(*s.recovery);
  if (s.switched) j["switch"] = switch_json(*s.switched);
  j["sent"] = to_json(s.sent);
  return dumped(j);
}

std::string not_ready(const ExchangeOptions& o, const ExchangeStatus& s) {
  return fmt::format(
      "expected the exchange to take the login of '{}' and to answer within {} s, found it {} ({}, {} attempts); is it "
      "running at the address in [exchange]?",
      o.account, o.start_timeout.value / 1'000'000'000, s.state, s.loss, s.attempts);
}

std::string to_text(const ExchangeStatus& s) {
  std::string text = fmt::format(
      "exchange: {}, session {}, {} messages; lost {} times, reconciled {} times, {} orders made void, {} cancels "
      "repeated\n",
      s.state, s.session, s.next_sequence - 1, s.lost, s.reconciled, s.voided, s.repeated);
  if (s.told_again != 0)
    text += fmt::format("exchange: {} answers told more than once, each obeyed once\n", s.told_again);
  if (s.unanswered != 0) text += fmt::format("exchange: {} requests without an answer\n", s.unanswered);
  if (s.disagreements != 0)
    text += fmt::format("exchange: {} answers contradict what went before; the first: {}\n", s.disagreements,
                        s.first_disagreement);
  if (!s.difference.empty()) text += fmt::format("exchange: positions differ: {}", s.difference);
  return text;
}

std::string closing_report(const LiveEngine& engine, const CoreConfig& config, const CounterValues& counters) {
  std::string text;
  const auto row = [&](std::string_view what, std::uint64_t count) {
    if (count != 0) text += fmt::format("  {:<52}{:>12}\n", what, count);
  };
  const LiveCounters& c = engine.counters();
  text += fmt::format("{} frames, {} orders, {} cancels; {} acknowledged, {} fills, {} ended\n", c.frames, c.orders,
                      c.cancels, c.acks, c.fills, c.dones);
  text += "positions\n";
  for (std::size_t i = 0; i < config.symbols.size(); ++i) {
    const std::int32_t position = engine.ledger().position(static_cast<SymbolIndex>(i));
    if (position != 0) text += fmt::format("  {:<52}{:>12}\n", symbol_name(config, i), position);
  }
  text += fmt::format("open orders: {}\n", engine.ledger().open());
  engine.ledger().for_each_open([&](const OrderLedger::Order& o) {
    text += fmt::format("  {} {} {} {} at {}, {}{}\n", o.user_ref, o.side == Side::buy ? "buy" : "sell", o.leaves,
                        symbol_name(config, o.symbol), dollars_text(o.price),
                        o.acknowledged ? "acknowledged" : "not acknowledged", o.cancel_sent ? ", cancel sent" : "");
  });
  text += "counters\n";
  for (std::size_t i = 0; i < counters.size(); ++i) row(name(static_cast<Counter>(i)), counters[i]);
  row("cancels sent when stopping", c.stop_cancels);
  row("cancels sent as the operator said", c.host_cancels);
  row("order frames that could not be sent", c.unsent);
  row("frames stamped before an earlier one", c.clock_backwards);
  row("times that the clock of the stamps was set", c.clock_set);
  return text;
}

}  // namespace twinpath
