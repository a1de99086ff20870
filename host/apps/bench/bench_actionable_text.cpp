#include "host/apps/bench/bench_actionable_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "host/apps/report/format.h"
#include "host/core/types.h"

namespace twinpath {
namespace {

using bench::ActionableRow;
using bench::CycleCounts;
using Json = nlohmann::ordered_json;

std::string figures(const CycleCounts& c) {
  return fmt::format("{:>5} {:>7.2f} {:>5} {:>5}", c.min(), c.mean(), c.percentile(99), c.max());
}

std::string line(const ActionableRow& row, const std::string& lanes) {
  return fmt::format("{:<8}{:<14}{:<6}{:>9}   {}   {:>6.1f} {:>6.1f}   {}\n", name(row.load), info(row.trigger).name,
                     lanes, row.message.count(), figures(row.message),
                     report::cycles_to_ns(static_cast<double>(row.message.min())),
                     report::cycles_to_ns(static_cast<double>(row.message.max())), figures(row.field));
}

Json json_of(const CycleCounts& c) {
  const auto ns = [](double cycles) { return report::cycles_to_ns(cycles); };
  return {{"min", c.min()},
          {"mean", c.mean()},
          {"p99", c.percentile(99)},
          {"max", c.max()},
          {"ns",
           {{"min", ns(static_cast<double>(c.min()))},
            {"mean", ns(c.mean())},
            {"p99", ns(static_cast<double>(c.percentile(99)))},
            {"max", ns(static_cast<double>(c.max()))}}}};
}

}  // namespace

std::string actionable_text(const bench::ActionableResult& result, bool by_lane) {
  std::string out = fmt::format(
      "Cycles of {:.6f} MHz, Verilated core, 64-bit beats, to the first m_axis beat of the order,\n"
      "from the s_axis beat with the last byte of the message | of the field that decides\n\n"
      "{:<8}{:<14}{:<6}{:>9}   {:>5} {:>7} {:>5} {:>5}   {:>6} {:>6}   {:>5} {:>7} {:>5} {:>5}\n",
      kCoreClockHz / 1e6, "load", "trigger", "lane", "count", "min", "mean", "p99", "max", "min ns", "max ns", "min",
      "mean", "p99", "max");
  for (std::size_t i = 0; i < result.rows.size(); i += by_lane ? 1 : bench::kLanes) {
    ActionableRow row = result.rows[i];
    if (!by_lane) {
      for (std::size_t lane = 1; lane < bench::kLanes; ++lane) {
        row.message.merge(result.rows[i + lane].message);
        row.field.merge(result.rows[i + lane].field);
      }
    }
    out += line(row, by_lane ? fmt::format("{}", row.lane) : fmt::format("0-{}", bench::kLanes - 1));
  }
  out += "\n";
  for (unsigned l = 0; l < bench::kLoads; ++l) {
    const bench::WireFigures& w = result.wire[l];
    if (w.triggers == 0) continue;
    out += fmt::format(
        "{:<8}{} triggers, {} messages, {} frames; a beat in {:.1f}% of {} cycles, {} waited for the core\n",
        bench::kLoadNames[l], report::grouped(w.triggers), report::grouped(w.messages), report::grouped(w.frames),
        100 * w.busy(), report::grouped(w.cycles), report::grouped(w.waited));
  }
  if (!result.software.empty()) {
    out += fmt::format(
        "\nsw: on this machine, wall clock, ns from the frame's entry to the order's frame\n"
        "{:<8}{:<14}{:>9}   {:>7} {:>7} {:>7} {:>7} {:>7}\n",
        "load", "trigger", "count", "min", "p50", "p99", "p99.9", "max");
    for (const bench::SoftwareRow& row : result.software) {
      const Histogram& h = row.nanoseconds;
      out += fmt::format("{:<8}{:<14}{:>9}   {:>7} {:>7} {:>7} {:>7} {:>7}\n", name(row.load), info(row.trigger).name,
                         h.count(), h.min(), h.percentile(50), h.percentile(99), h.percentile(99.9), h.max());
    }
  }
  return out;
}

std::string actionable_json(const bench::ActionableResult& result, const bench::ActionableOptions& options) {
  Json root;
  root["bench"] = "actionable";
  root["path"] = "verilator:";
  root["clock_hz"] = kCoreClockHz;
  root["beat_bits"] = 64;
  root["speculative"] = options.speculative;
  root["seed"] = options.seed;
  root["triggers"] = options.triggers;
  root["end_points"] = {
      {"message", "s_axis beat with the last byte of the message, first offered, to first m_axis beat of the order"},
      {"field", "s_axis beat with the last byte of the field that decides, to first m_axis beat of the order"}};
  for (unsigned l = 0; l < bench::kLoads; ++l) {
    const bench::WireFigures& w = result.wire[l];
    if (w.triggers == 0) continue;
    root["loads"].push_back({{"load", bench::kLoadNames[l]},
                             {"triggers", w.triggers},
                             {"messages", w.messages},
                             {"frames", w.frames},
                             {"cycles", w.cycles},
                             {"beats", w.beats},
                             {"waited_cycles", w.waited}});
  }
  root["rows"] = Json::array();
  for (const ActionableRow& row : result.rows) {
    const bench::TriggerClassInfo& c = info(row.trigger);
    root["rows"].push_back({{"load", name(row.load)},
                            {"class", c.name},
                            {"type", std::string(1, c.type)},
                            {"lane", row.lane},
                            {"count", row.message.count()},
                            {"message", json_of(row.message)},
                            {"field_name", c.field},
                            {"field", json_of(row.field)}});
  }
  if (!result.software.empty()) root["software_unit"] = "ns, wall clock, frame in to order frame out";
  for (const bench::SoftwareRow& row : result.software) {
    const Histogram& h = row.nanoseconds;
    root["software"].push_back({{"load", name(row.load)},
                                {"class", info(row.trigger).name},
                                {"count", h.count()},
                                {"min", h.min()},
                                {"mean", h.mean()},
                                {"p50", h.percentile(50)},
                                {"p99", h.percentile(99)},
                                {"p99.9", h.percentile(99.9)},
                                {"max", h.max()}});
  }
  return root.dump(1) + "\n";
}

}  // namespace twinpath
