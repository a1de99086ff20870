// `twinpath flow`: simulated participants that trade at a venue, and whether both sides' books of them agree.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/apps/decimal.h"
#include "host/apps/flow_participant.h"
#include "host/apps/packet_io_text.h"
#include "host/apps/venue.h"
#include "host/live/control_socket.h"

namespace twinpath {
namespace {

using Clock = std::chrono::steady_clock;
using Positions = std::map<Text<8>, session::OuchPosition>;

struct Options {
  std::string config;
  unsigned participants = 0;
  std::uint64_t seed = 1;
  double rate = 1'000, seconds = 10;
  bool quiet = false;
};

// What the venue says of a participant.
struct VenueWord {
  std::uint64_t sequence = 0;  // of the newest message in its stream
  Positions positions;
};
VenueWord ask_venue(const VenueConfig& config, const std::string& participant) {
  const std::string answer = control_request(config.control, "positions " + participant, std::chrono::seconds(10));
  const auto j = nlohmann::json::parse(answer);
  if (j.at("ok") != true)
    throw std::runtime_error(fmt::format("{}: {}", config.control.string(), j.at("errors").dump()));
  VenueWord word;
  word.sequence = j.at("sequence");
  for (const auto& [symbol, at] : j.at("positions").items()) {
    session::OuchPosition& p = word.positions[make_text<8>(symbol)];
    p.shares = at.at("shares");
    p.cash = at.at("cash");
  }
  return word;
}

class Flow {
 public:
  Flow(const Options& o, const VenueConfig& config) : options_(o), config_(config), random_(o.seed) {
    for (const market::Instrument& i : config.market.instruments) {
      FlowSymbol s;
      s.name = make_text<8>(i.symbol);
      s.tick = i.tick;
      s.lot = i.lot;
      s.low = static_cast<std::int64_t>(i.band_low != 0 ? i.band_low : i.tick);
      s.high = static_cast<std::int64_t>(i.band_high != 0 ? i.band_high : market::kHighestPrice / i.tick * i.tick);
      s.last = s.slow = static_cast<std::int64_t>(i.reference != 0 ? i.reference : i.tick * 1'000);
      symbols_.push_back(s);
    }
    for (const gateway::OuchLogin& l : config.ouch.logins) {
      if (l.drop_copy || (o.participants != 0 && all_.size() == o.participants)) continue;
      // Of ten: four makers, two that follow, four at random.
      const unsigned n = static_cast<unsigned>(all_.size()) % 10;
      const FlowRole role = n % 5 < 2 ? FlowRole::maker : n % 5 == 2 ? FlowRole::momentum : FlowRole::noise;
      all_.push_back(std::make_unique<FlowParticipant>(l, config.market.participants[l.participant - 1].name, role,
                                                       random_.next(), symbols_, loop_, config.ouch_at));
    }
    if (all_.empty()) throw std::runtime_error("the configuration has no participants who could trade");
    if (o.participants > all_.size())
      throw std::runtime_error(fmt::format("--participants: expected at most the {} of the configuration, found {}",
                                           all_.size(), o.participants));
  }

  int run() {
    for (const auto& p : all_) p->start();
    if (!wait([&] { return std::ranges::all_of(all_, [](const auto& p) { return ready(*p); }); }, 30))
      throw std::runtime_error(
          "the venue does not let every participant in within 30 s; is it up, and its market open?");
    // What others traded there before, or we in an earlier process, is in the streams: all of it is read first.
    // Positions of earlier days are none of this day's streams.
    for (const auto& p : all_) {
      const VenueWord word = ask_venue(config_, p->name());
      if (!wait([&] { return p->client().soup().next_sequence() > word.sequence; }, 60))
        throw std::runtime_error(fmt::format("{}: expected message {} of its stream within 60 s, found {}", p->name(),
                                             word.sequence, p->client().soup().next_sequence() - 1));
      Positions at = word.positions;
      for (const auto& [symbol, ours] : p->client().orders().positions()) {
        at[symbol].shares -= ours.shares;
        at[symbol].cash -= ours.cash;
      }
      before_.push_back(std::move(at));
    }
    trade();
    const bool settled =
        wait([&] { return std::ranges::all_of(all_, [](const auto& p) { return p->wind_down(); }); }, 30);
    return report(settled);
  }

 private:
  static bool ready(const FlowParticipant& p) {
    if (p.client().state() == session::OuchClient::State::over)
      throw std::runtime_error(
          fmt::format("{}: the venue refuses its login: {}", p.name(), to_string(p.client().soup().loss())));
    return p.client().state() == session::OuchClient::State::trading;
  }

  void turn(Nanoseconds longest) {
    Nanoseconds due = session::kNever;
    for (const auto& p : all_) {
      p->turn();
      due = std::min(due, p->next_deadline());
    }
    loop_.wait(due, longest);
  }
  template <class Done>
  bool wait(Done&& done, int seconds) {
    const Clock::time_point end = Clock::now() + std::chrono::seconds(seconds);
    while (!done()) {
      if (Clock::now() >= end || stop_requested()) return done();
      turn(Nanoseconds{10'000'000});
    }
    return true;
  }

  void trade() {
    begun_ = Clock::now();
    double asked = 0;
    while (!stop_requested()) {
      const double t = std::chrono::duration<double>(Clock::now() - begun_).count();
      if (t >= options_.seconds) break;
      // What the rate has not had by now, but for what a stop of the process would pile up.
      for (int n = 0; asked < t * options_.rate && n < 1'000; ++n, asked += 1)
        all_[random_.below(static_cast<std::uint32_t>(all_.size()))]->act();
      turn(Nanoseconds{1'000'000});
    }
    traded_s_ = std::chrono::duration<double>(Clock::now() - begun_).count();
  }

  int report(bool settled) {
    FlowCounters sum;
    std::uint64_t disagreements = 0;
    std::string lines, differences;
    std::int64_t value = 0;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      const FlowParticipant& p = *all_[i];
      const FlowCounters& c = p.counters();
      sum.sent += c.sent;
      sum.fills += c.fills;
      sum.accepted += c.accepted;
      sum.rejected += c.rejected;
      sum.logins += c.logins;
      disagreements += p.client().orders().disagreements();
      if (!p.client().orders().first_disagreement().empty())
        differences += fmt::format("{}: {}\n", p.name(), p.client().orders().first_disagreement());
      Positions venue = ask_venue(config_, p.name()).positions;
      for (const auto& [symbol, at] : before_[i]) {
        venue[symbol].shares -= at.shares;
        venue[symbol].cash -= at.cash;
      }
      if (const std::string d = p.client().orders().compare(venue); !d.empty())
        differences += fmt::format("{}: {}", p.name(), d);
      std::int64_t worth = 0;
      std::string shares;
      for (const FlowSymbol& s : symbols_) {
        const auto at = p.client().orders().positions().find(s.name);
        if (at == p.client().orders().positions().end()) continue;
        worth += at->second.cash + at->second.shares * s.last;
        if (at->second.shares != 0) shares += fmt::format(" {} {}", trimmed(s.name), at->second.shares);
      }
      value += worth;
      lines +=
          fmt::format("{:<10} {:<8} {:>8} sent {:>8} fills {:>14.2f} dollars;{}\n", p.name(), to_string(p.role()),
                      c.sent, c.fills, static_cast<double>(worth) / kUnitsPerDollar, shares.empty() ? " flat" : shares);
    }
    if (!options_.quiet) {
      fmt::print("{}", lines);
      fmt::print(
          "{} participants: {} messages in {:.2f} s, {:.0f} messages/s; {} accepted, {} rejected, {} fills, {} logins, "
          "profit and loss {:.2f} dollars in all\n",
          all_.size(), sum.sent, traded_s_, static_cast<double>(sum.sent) / traded_s_, sum.accepted, sum.rejected,
          sum.fills, sum.logins, static_cast<double>(value) / kUnitsPerDollar);
    }
    if (!settled) differences += "some orders were open or unanswered at the end\n";
    if (differences.empty() && disagreements == 0) {
      if (!options_.quiet) fmt::print("reconciled: every position is the venue's\n");
      return 0;
    }
    fmt::print(stderr, "twinpath flow: not reconciled, {} disagreements\n{}", disagreements, differences);
    return kExitDiffer;
  }

  const Options& options_;
  const VenueConfig& config_;
  venue::Random random_;
  session::EventLoop loop_;
  std::vector<FlowSymbol> symbols_;
  std::vector<std::unique_ptr<FlowParticipant>> all_;
  std::vector<Positions> before_;
  Clock::time_point begun_;
  double traded_s_ = 1;
};

int run(const Options& o) {
  const VenueConfig config = load_venue_config(o.config);
  if (config.control.empty())
    throw std::runtime_error(
        fmt::format("{}: expected key 'venue.control', found none; positions are asked for there", o.config));
  stop_on_signals();
  return Flow(o, config).run();
}

}  // namespace

Run add_flow(cli::App& app) {
  auto o = std::make_shared<Options>();
  cli::App* sub = app.add_subcommand("flow", "Simulated participants that trade at a venue");
  sub->add_option("--config", o->config, "the venue's configuration")->required()->check(cli::ExistingFile);
  sub->add_option("--participants", o->participants, "how many of the configuration's, from the first; 0: all")
      ->capture_default_str();
  sub->add_option("--seed", o->seed, "what they do is drawn from it")->capture_default_str();
  sub->add_option("--rate", o->rate, "messages a second of all together")
      ->capture_default_str()
      ->check(cli::Range(0.1, 1e7));
  sub->add_option("--for", o->seconds, "seconds")->capture_default_str()->check(cli::Range(0.01, 1e7));
  sub->add_flag("-q,--quiet", o->quiet, "only say what is wrong");
  return [o] { return run(*o); };
}

}  // namespace twinpath
