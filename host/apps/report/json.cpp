#include <nlohmann/json.hpp>

#include "host/apps/report/format.h"
#include "host/apps/report/render.h"
#include "host/strategy/intent.h"

namespace twinpath::report {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Distribution& d) {
  Json bins = Json::array();
  for (const auto& bin : d.bins) bins.push_back({bin.low, bin.high, bin.count});
  return {{"count", d.count}, {"min", d.min}, {"p50", d.p50},   {"p90", d.p90}, {"p99", d.p99},
          {"p99.9", d.p999},  {"max", d.max}, {"mean", d.mean}, {"bins", bins}};
}

Json json_of(const std::vector<LatencyFigures>& all, bool cycles) {
  Json list = Json::array();
  for (const auto& l : all) {
    Json entry{{"path", l.path}, {"name", l.name}, {"unit", cycles ? "cycles" : "ns"}};
    entry.update(json_of(l.values));
    if (cycles) {
      const auto ns = [](std::uint64_t c) { return cycles_to_ns(static_cast<double>(c)); };
      entry["ns"] = {
          {"min", ns(l.values.min)}, {"p50", ns(l.values.p50)}, {"p99", ns(l.values.p99)}, {"max", ns(l.values.max)}};
    }
    list.push_back(std::move(entry));
  }
  return list;
}

Json json_of(const std::vector<Count>& counts) {
  Json object = Json::object();
  for (const auto& c : counts) object[c.name] = c.value;
  return object;
}

Json json_of(const PathFigures& p) {
  Json counters = Json::object();
  for (std::size_t i = 0; i < p.counters.size(); ++i)
    counters[std::string(name(static_cast<Counter>(i)))] = p.counters[i];
  const auto per_second = [&](std::uint64_t n) {
    return p.wall_seconds > 0 ? static_cast<double>(n) / p.wall_seconds : 0.0;
  };
  return {{"name", p.name},
          {"wall_seconds", p.wall_seconds},
          {"messages_per_second", per_second(value(p.counters, Counter::messages))},
          {"simulated_cycles", p.simulated_cycles},
          {"cycles_per_second", per_second(p.simulated_cycles)},
          {"counters", counters}};
}

// null when there is no price.
Json dollars(Price p) { return p.value == 0 ? Json(nullptr) : Json(static_cast<double>(p.value) / 10'000); }

Json json_of(const SymbolFigures& s) {
  return {{"name", s.name},        {"messages", s.messages},
          {"orders", s.orders},    {"cancels", s.cancels},
          {"rejects", s.rejects},  {"position", s.position},
          {"bid", dollars(s.bid)}, {"bid_quantity", s.bid_quantity.value},
          {"ask", dollars(s.ask)}, {"ask_quantity", s.ask_quantity.value},
          {"trusted", s.trusted}};
}

Json json_of(const TimeSeries& series) {
  Json buckets = Json::array(), markers = Json::array();
  for (const auto& b : series.buckets) {
    buckets.push_back({{"messages", b.messages},
                       {"orders", b.orders},
                       {"rejects", b.rejects},
                       {"mid", b.mid ? Json(*b.mid) : Json(nullptr)}});
  }
  for (const auto& m : series.markers) {
    markers.push_back({{"seconds", m.seconds},
                       {"price", m.price},
                       {"side", m.side == Side::buy ? "buy" : "sell"},
                       {"rejected", m.rejected},
                       {"text", m.text}});
  }
  return {{"start", series.start},
          {"bucket_seconds", series.bucket_seconds},
          {"symbol", series.symbol},
          {"buckets", buckets},
          {"markers", markers}};
}

const char* word(Verdict verdict) {
  return verdict == Verdict::identical ? "identical" : verdict == Verdict::different ? "different" : "none";
}

}  // namespace

std::string to_json(const ReportData& data) {
  const auto& counters = session_counters(data);
  Json rules = Json::object();
  for (std::size_t i = 0; i < data.sent_by_rule.size(); ++i) {
    if (!data.shows_rule(i)) continue;
    rules[std::string(rule_name(static_cast<Rule>(i)))] = {{"sent", data.sent_by_rule[i]},
                                                           {"rejected", data.rejected_by_rule[i]}};
  }
  Json paths = Json::array(), symbols = Json::array();
  for (const auto& p : data.paths) paths.push_back(json_of(p));
  for (const auto& s : data.symbols) symbols.push_back(json_of(s));
  const Json report{{"title", data.title},
                    {"input", data.input},
                    {"config", data.config},
                    {"verdict", word(data.verdict)},
                    {"verdict_line", data.verdict_line},
                    {"first_difference", data.first_difference},
                    {"frames", data.frames},
                    {"session_seconds", data.session_seconds},
                    {"messages", value(counters, Counter::messages)},
                    {"orders", value(counters, Counter::orders)},
                    {"cancels", value(counters, Counter::cancels)},
                    {"messages_by_type", json_of(messages_by_type(counters))},
                    {"rejects_by_reason", json_of(rejects_by_reason(counters))},
                    {"drops_by_cause", json_of(drops_by_cause(counters))},
                    {"rules", rules},
                    {"fpga_latency", json_of(data.fpga_classes, true)},
                    {"fpga_latency_free_line", json_of(data.fpga_free_line, true)},
                    {"fpga_stages", json_of(data.fpga_stages, true)},
                    {"software_latency", json_of(data.software_orders, false)},
                    {"software_stages", json_of(data.software_stages, false)},
                    {"symbols", symbols},
                    {"paths", paths},
                    {"series", json_of(data.series)}};
  // Names of inputs need not be UTF-8: what is not is replaced rather than thrown at the end of a long run.
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace twinpath::report
