#include "host/apps/platform/platform_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace twinpath {
namespace {

using platform::Arrangement;
using platform::kHops;

double ns(double ps) { return ps / 1000; }
double ns(std::uint64_t ps) { return static_cast<double>(ps) / 1000; }
// A variant that cannot be run says which it was.
PlatformScenario titled(PlatformScenario s, const std::string& variant) {
  s.title += ", " + variant;
  return s;
}
StudyColumn text(std::string name) { return {std::move(name), true, 0}; }
StudyColumn number(std::string name, int digits = 0) { return {std::move(name), false, digits}; }

StudyTable hops(const PlatformScenario& s, unsigned jobs, bool quiet) {
  const RunFigures f = run_all({s}, jobs, quiet)[0];
  StudyTable t{"hops",
               "Where does the time go?",
               fmt::format("{} orders of the scenario; from the exchange's publishing to the order's last bit at the "
                           "venue: p50 {:.0f} ns, p90 {:.0f} ns, p99 {:.0f} ns, at most {:.0f} ns.",
                           f.orders, ns(f.p50), ns(f.p90), ns(f.p99), ns(f.most)),
               {text("hop"), number("mean ns", 3), number("share %", 2)},
               {},
               0};
  double whole = 0;
  for (const double mean : f.hop_mean) whole += mean;
  for (unsigned h = 0; h < kHops; ++h)
    t.rows.push_back({{to_string(static_cast<platform::Hop>(h))},
                      {ns(f.hop_mean[h]), whole == 0 ? 0 : 100 * f.hop_mean[h] / whole}});
  return t;
}

StudyTable races(const PlatformScenario& s, unsigned jobs, bool quiet) {
  constexpr unsigned kSeeds = 8;
  std::vector<PlatformScenario> runs(kSeeds, s);
  for (unsigned i = 0; i < kSeeds; ++i) runs[i].platform.seed = s.platform.seed + i;
  const auto all = run_all(runs, jobs, quiet);
  StudyTable t{
      "race",
      "Who wins the race?",
      fmt::format("A rival on lines like ours, who from the network on takes our median less so many ns, and up to "
                  "{:.0f} ns more; {} runs with other networks.",
                  platform::to_ns(s.platform.rival_jitter), kSeeds),
      {number("rival faster by ns"), number("races"), number("we win %", 2), number("median margin ns", 3)},
      {},
      2};
  for (std::size_t a = 0; a < kAdvantages.size(); ++a) {
    double races = 0, won = 0, margin = 0;
    for (const RunFigures& f : all) {
      races += static_cast<double>(f.orders);
      won += f.won[a] * static_cast<double>(f.orders);
      margin += f.margin[a] / kSeeds;
    }
    t.rows.push_back(
        {{}, {static_cast<double>(kAdvantages[a]), races, races == 0 ? 0 : 100 * won / races, ns(margin)}});
  }
  return t;
}

// What the queues in front of the core hold when everything comes at once: both lines with the same delay.
StudyTable bursts(const PlatformScenario& s, unsigned jobs, bool quiet) {
  struct Variant {
    std::uint32_t burst;
    std::uint64_t gbps, queue;
  };
  std::vector<Variant> variants;
  for (const std::uint32_t burst : {1u, 51u, 101u, 251u, 501u, 1001u}) {
    for (const std::uint64_t gbps : {10u, 25u}) {
      for (const std::uint64_t queue : {std::uint64_t{0}, std::uint64_t{16'384}, std::uint64_t{65'536}})
        variants.push_back({burst, gbps, queue});
    }
  }
  std::vector<PlatformScenario> runs;
  for (const Variant& v : variants) {
    PlatformScenario& run = runs.emplace_back(s);
    run.capture.clear();
    run.session.bursts.largest = v.burst;
    run.session.bursts.at_least_2 = run.session.bursts.at_least_3 = run.session.bursts.at_least_5 =
        run.session.bursts.at_least_17 = 0;
    run.platform.wire_gbps = v.gbps;
    run.platform.queue_bytes = v.queue;
    for (platform::LineModel& line : run.platform.lines) {
      line.delay = s.platform.lines[0].delay;
      line.jitter = {};
    }
  }
  const auto all = run_all(runs, jobs, quiet);
  StudyTable t{"burst",
               "How deep must the queues be?",
               "A burst of so many messages within a microsecond, on both lines at once. The switch's queue has room "
               "for so many "
               "bytes on the wire (0: without end); the MAC's queue holds beats that the core's stream, one a cycle, "
               "has not taken.",
               {number("burst"), number("Gbit/s"), number("queue bytes"), number("deepest bytes"),
                number("longest wait ns"), number("MAC queue beats"), number("frames dropped"), number("p99 ns")},
               {},
               3};
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const Variant& v = variants[i];
    const RunFigures& f = all[i];
    t.rows.push_back({{},
                      {static_cast<double>(v.burst), static_cast<double>(v.gbps), static_cast<double>(v.queue),
                       static_cast<double>(f.switch_wait) / (8000.0 / static_cast<double>(v.gbps)), ns(f.switch_wait),
                       static_cast<double>(f.mac_beats), static_cast<double>(f.queue_drops), ns(f.p99)}});
  }
  return t;
}

StudyTable links(const PlatformScenario& s, unsigned jobs, bool quiet) {
  const auto less = [](platform::Picoseconds t, std::uint64_t by) {
    return platform::Picoseconds{t.value > by ? t.value - by : 0};
  };
  std::vector<std::pair<std::string, PlatformScenario>> variants{{"as the scenario says", s}};
  const auto add = [&](std::string name, auto&& change) {
    variants.push_back({std::move(name), s});
    change(variants.back().second.platform);
  };
  add("10 Gbit/s", [](auto& o) { o.wire_gbps = 10; });
  add("25 Gbit/s", [](auto& o) { o.wire_gbps = 25; });
  add("MAC 20 ns faster each way", [&](auto& o) {
    o.mac_in = less(o.mac_in, 20'000);
    o.mac_out = less(o.mac_out, 20'000);
  });
  add("MAC 100 ns slower each way", [](auto& o) {
    o.mac_in.value += 100'000;
    o.mac_out.value += 100'000;
  });
  add("PCIe 100 ns faster", [&](auto& o) { o.pcie.latency = less(o.pcie.latency, 100'000); });
  std::vector<PlatformScenario> runs;
  for (const auto& [name, run] : variants) {
    runs.push_back(titled(run, name));
    runs.push_back(runs.back());
    runs.back().platform.arrangement = Arrangement::software;
  }
  const auto all = run_all(runs, jobs, quiet);
  StudyTable t{
      "links",
      "What does another link change?",
      "Tick to trade through the card and through software alone (frames and orders cross PCIe), and from the venue's "
      "answer to its command at the card.",
      {text("with"), number("card p50 ns", 1), number("card p99 ns", 1), number("software p50 ns", 1),
       number("software p99 ns", 1), number("answer p50 ns", 1)},
      {},
      0};
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const RunFigures &card = all[2 * i], &software = all[2 * i + 1];
    t.rows.push_back(
        {{variants[i].first}, {ns(card.p50), ns(card.p99), ns(software.p50), ns(software.p99), ns(card.answer_p50)}});
  }
  return t;
}

StudyTable arrangements(const PlatformScenario& s, unsigned jobs, bool quiet) {
  std::vector<std::pair<std::string, PlatformScenario>> variants{{"card alone", s}, {"software alone", s}};
  variants[1].second.platform.arrangement = Arrangement::software;
  for (const std::uint64_t us : {10u, 100u, 1'000u, 10'000u}) {
    variants.push_back({fmt::format("both, switch-over in {} us", us), s});
    auto& o = variants.back().second.platform;
    o.arrangement = Arrangement::both;
    o.switch_over = {us * 1'000'000};
    if (o.card_failures.empty()) o.card_failures.push_back({{900'000'000'000}, {200'000'000'000}});
  }
  std::vector<PlatformScenario> runs;
  for (const auto& [name, run] : variants) runs.push_back(titled(run, name));
  const auto all = run_all(runs, jobs, quiet);
  StudyTable t{"arrangement",
               "Card, software, or both?",
               "Both: the card trades until it fails (the scenario's card_failure, or from 900 ms on for 200 ms), "
               "software from the "
               "switch-over on; what is to be sent between the two is missed.",
               {text("with"), number("orders"), number("by software"), number("missed"), number("p50 ns", 1),
                number("p99 ns", 1), number("max ns", 1)},
               {},
               3};
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const RunFigures& f = all[i];
    t.rows.push_back({{variants[i].first},
                      {static_cast<double>(f.orders), static_cast<double>(f.by_software), static_cast<double>(f.missed),
                       ns(f.p50), ns(f.p99), ns(f.most)}});
  }
  return t;
}

}  // namespace

std::vector<StudyTable> study(const std::string& question, const PlatformScenario& scenario, unsigned jobs,
                              bool quiet) {
  using Ask = StudyTable (*)(const PlatformScenario&, unsigned, bool);
  const std::pair<const char*, Ask> all[] = {
      {"hops", hops}, {"race", races}, {"burst", bursts}, {"links", links}, {"arrangement", arrangements}};
  std::vector<StudyTable> tables;
  for (const auto& [name, ask] : all) {
    if (question == name || question == "all") tables.push_back(ask(scenario, jobs, quiet));
  }
  if (tables.empty())
    throw std::invalid_argument("platform: question '" + question +
                                "': expected hops, race, burst, links, arrangement or all");
  return tables;
}

}  // namespace twinpath
