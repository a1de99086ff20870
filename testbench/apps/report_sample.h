// A report of a made-up session: every figure is filled, the same every time.
#pragma once
#include <fmt/format.h>

#include <cmath>
#include <random>

#include "host/apps/report/report_data.h"

namespace twinpath::report {

inline LatencyFigures sample_latency(std::string path, std::string name, std::uint64_t low, std::uint64_t spread,
                                     std::uint64_t count, double tail) {
  std::mt19937_64 random(low * 131 + count);
  std::lognormal_distribution<double> longer(0, tail);
  Histogram h;
  for (std::uint64_t i = 0; i < count; ++i) {
    const double extra = spread == 0 ? 0 : (longer(random) - 0.2) * static_cast<double>(spread);
    h.record(low + static_cast<std::uint64_t>(std::max(extra, 0.0)));
  }
  return {std::move(path), std::move(name), summarize(h)};
}

inline ReportData sample_report() {
  ReportData d;
  d.input = "nasdaq-sample.pcap";
  d.config = "sample.toml";
  d.verdict_line = "lockstep: 1,284,310 frames, 18,204 orders, 4,377 rejections: identical";
  d.verdict = Verdict::identical;
  d.frames = 1'284'310;
  d.session_seconds = 23'400;

  CounterValues c{};
  const auto set = [&](Counter k, std::uint64_t v) { c[static_cast<std::size_t>(k)] = v; };
  set(Counter::frames, 1'284'310), set(Counter::drop_wrong_destination, 4'120), set(Counter::drop_ip_checksum, 12);
  set(Counter::drop_short, 3), set(Counter::packets_a, 640'100), set(Counter::packets_b, 640'075);
  set(Counter::duplicate_messages, 2'905'114), set(Counter::gaps_opened, 31), set(Counter::reorder_stored, 44),
      set(Counter::reorder_replayed, 44);
  set(Counter::messages, 2'911'480), set(Counter::msg_add, 1'180'203), set(Counter::msg_delete, 1'091'870),
      set(Counter::msg_replace, 391'204);
  set(Counter::msg_executed, 148'803), set(Counter::msg_cancel, 61'090), set(Counter::msg_trade, 25'115),
      set(Counter::msg_add_mpid, 11'930);
  set(Counter::msg_executed_price, 1'265), set(Counter::other_symbol, 702'331), set(Counter::unknown_reference, 18);
  set(Counter::rule_take, 9'120), set(Counter::rule_imbalance, 7'431), set(Counter::rule_momentum, 4'005),
      set(Counter::rule_lead_lag, 2'025);
  set(Counter::rule_cancel, 2'230), set(Counter::orders, 18'204), set(Counter::cancels, 2'204),
      set(Counter::reject_position, 1'912);
  set(Counter::reject_collar, 804), set(Counter::reject_rate, 611), set(Counter::reject_duplicate, 530),
      set(Counter::reject_quantity, 301);
  set(Counter::reject_permission, 174), set(Counter::reject_self_trade, 45), set(Counter::commands, 41'240);
  d.paths.push_back({"sw:", c, 0.41, 0});
  d.paths.push_back({"verilator:", c, 38.7, 41'300'212});
  d.sent_by_rule = {2'204, 7'611, 5'880, 3'190, 1'523};
  d.rejected_by_rule = {26, 1'509, 1'551, 815, 502};

  d.fpga_free_line = {sample_latency("verilator:", "add", 4, 0, 8'990, 0),
                      sample_latency("verilator:", "execute", 6, 0, 2'190, 0)};
  d.fpga_classes = {sample_latency("verilator:", "add", 4, 0, 9'011, 0),
                    sample_latency("verilator:", "execute", 8, 2, 2'210, .5),
                    sample_latency("verilator:", "cancel", 8, 0, 701, 0),
                    sample_latency("verilator:", "deletion", 8, 1, 4'108, .7),
                    sample_latency("verilator:", "replace", 8, 3, 1'820, .6),
                    sample_latency("verilator:", "trade", 4, 0, 354, 0)};
  d.fpga_stages = {sample_latency("verilator:", "decoded", 1, 0, 18'204, 0),
                   sample_latency("verilator:", "looked_up", 2, 1, 18'204, .4),
                   sample_latency("verilator:", "booked", 4, 1, 18'204, .4),
                   sample_latency("verilator:", "decided", 5, 1, 18'204, .5),
                   sample_latency("verilator:", "checked", 6, 1, 18'204, .5),
                   sample_latency("verilator:", "first_beat", 7, 1, 18'204, .5)};
  d.software_stages = {
      sample_latency("sw:", "decoded", 12, 6, 18'204, .4), sample_latency("sw:", "booked", 38, 14, 18'204, .5),
      sample_latency("sw:", "decided", 52, 15, 18'204, .5), sample_latency("sw:", "checked", 66, 17, 18'204, .5),
      sample_latency("sw:", "first_beat", 78, 20, 18'204, .5)};
  d.software_orders = {sample_latency("sw:", "frame in to order out", 61, 33, 18'204, .8)};

  const char* names[] = {"AAPL", "MSFT", "NVDA", "AMZN", "QQQ", "TSLA", "INTC", "CSCO"};
  for (unsigned i = 0; i < 8; ++i) {
    const std::uint32_t bid = 1'872'500 - i * 182'300;
    d.symbols.push_back({names[i], 412'031 / (i + 1), 5'204 / (i + 1), 800 / (i + 1), 1'100 / (i + 2), Price{bid},
                         Price{bid + 100 * (1 + i % 3)}, Quantity{300 + 100 * i}, Quantity{1'200 - 100 * i}, i != 5,
                         static_cast<std::int32_t>(1'500) - static_cast<std::int32_t>(i) * 420});
  }
  d.series.start = 34'200;
  d.series.bucket_seconds = 97.5;
  d.series.symbol = "AAPL";
  std::mt19937_64 random(3);
  std::normal_distribution<double> step(0, 0.06);
  double mid = 187.25;
  for (unsigned i = 0; i < 240; ++i) {
    const double shape = 0.35 + std::pow((i - 120.0) / 120.0, 2);  // busy at the open and the close
    const auto noise = static_cast<double>(random() % 1000) / 1000;
    mid += step(random);
    const auto messages = static_cast<std::uint64_t>(15'000 * shape * (0.7 + noise));
    d.series.buckets.push_back(
        {messages, messages / 160, static_cast<std::uint64_t>(static_cast<double>(messages) / 650 * noise), mid});
    if (random() % 3 == 0) {
      const bool buy = random() % 2 == 0, rejected = random() % 5 == 0;
      d.series.markers.push_back({97.5 * (i + noise), mid + (buy ? 0.02 : -0.02), buy ? Side::buy : Side::sell,
                                  rejected,
                                  fmt::format("{} 200 AAPL at {:.2f}\n{}", buy ? "buy" : "sell", mid,
                                              rejected ? "rejected: collar" : "rule take")});
    }
  }
  return d;
}

}  // namespace twinpath::report
