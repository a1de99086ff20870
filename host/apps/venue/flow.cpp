// `twinpath flow`: simulated participants that trade at a venue, and whether both sides' books of them agree.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/apps/config/decimal.h"
#include "host/apps/machine/packet_io_text.h"
#include "host/apps/venue/flow_ledger.h"
#include "host/apps/venue/venue.h"

namespace twinpath {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string config;
  unsigned participants = 0;
  std::uint64_t seed = 1, messages = 0;
  double rate = 1'000, seconds = 0;
  bool in_turn = false, quiet = false;
  // Without --for: until the messages are sent, or so long.
  double longest() const { return seconds > 0 ? seconds : messages != 0 ? 1e9 : 10; }
};

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
    if (!wait([&] { return stop_requested() || std::ranges::all_of(all_, [](const auto& p) { return ready(*p); }); },
              30))
      throw std::runtime_error(
          "the venue does not let every participant in within 30 s; is it up, and its market open?");
    if (stop_requested()) throw std::runtime_error("stopped before anybody traded");
    // What others traded there before, or we in an earlier process, is in the streams: all of it is read first. Of
    // earlier days, which are in none of this day's streams, the venue's positions are taken as they are.
    const bool first_day = ask_day(config_) == 1;
    for (const auto& p : all_) {
      before_.push_back(ask(*p));
      read_up(*p, before_.back().sequence);
      if (first_day) before_.back().positions.clear();
      for (const auto& [symbol, ours] : p->client().orders().positions()) {
        if (first_day) continue;
        before_.back().positions[symbol].shares -= ours.shares;
        before_.back().positions[symbol].cash -= ours.cash;
      }
    }
    for (const FlowSymbol& s : symbols_) held_before_.push_back(s.held);
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

  // The venue may be coming back: asked until it answers.
  VenueWord ask(const FlowParticipant& p) {
    for (const Clock::time_point end = Clock::now() + std::chrono::seconds(30);;) {
      try {
        return ask_venue(config_, p.name());
      } catch (const std::runtime_error&) {
        if (Clock::now() >= end) throw;
      }
      turn(Nanoseconds{10'000'000});
    }
  }
  void read_up(const FlowParticipant& p, std::uint64_t sequence) {
    if (!wait([&] { return p.client().soup().next_sequence() > sequence; }, 60))
      throw std::runtime_error(fmt::format("{}: expected message {} of its stream within 60 s, found {}", p.name(),
                                           sequence, p.client().soup().next_sequence() - 1));
  }
  // Every request is answered, and of every trade both sides have heard.
  bool quiet() const {
    if (!std::ranges::all_of(all_, [](const auto& p) { return p->quiet(); })) return false;
    for (std::size_t i = 0; i < symbols_.size(); ++i)
      if (symbols_[i].held != held_before_[i]) return false;
    return true;
  }

  void turn(Nanoseconds longest) {
    Nanoseconds due = session::kNever;
    for (const auto& p : all_) {
      p->turn();
      due = std::min(due, p->next_deadline());
    }
    loop_.wait(due, longest);
    if (options_.quiet || Clock::now() < say_at_) return;
    say_at_ = Clock::now() + std::chrono::seconds(1);
    const FlowCounters sum = totals();
    std::string prices;
    for (std::size_t i = 0; i < std::min<std::size_t>(symbols_.size(), 4); ++i)
      prices += fmt::format("{}{} {:.2f}", i == 0 ? "; " : ", ", trimmed(symbols_[i].name),
                            static_cast<double>(symbols_[i].last) / kUnitsPerDollar);
    fmt::print(stderr, "flow: {} of {} trading, {} messages, {} fills{}\n",
               std::ranges::count_if(
                   all_, [](const auto& p) { return p->client().state() == session::OuchClient::State::trading; }),
               all_.size(), sum.sent, sum.fills, prices);
  }
  // Whether it is done within the time. What was begun is brought to its end even when a stop is asked for.
  template <class Done>
  bool wait(Done&& done, int seconds) {
    const Clock::time_point end = Clock::now() + std::chrono::seconds(seconds);
    while (!done()) {
      if (Clock::now() >= end) return done();
      turn(Nanoseconds{10'000'000});
    }
    return true;
  }

  void trade() {
    const Clock::time_point begun = Clock::now();
    double asked = 0;
    std::uint64_t sent = 0;
    const auto enough = [&] { return options_.messages != 0 && sent >= options_.messages; };
    while (!stop_requested() && !enough()) {
      const double t = std::chrono::duration<double>(Clock::now() - begun).count();
      if (t >= options_.longest()) break;
      // What the rate has not had by now, but for what a stop of the process would pile up.
      for (int n = 0; asked < t * options_.rate && n < 1'000 && !enough(); ++n, asked += 1) {
        sent += all_[random_.below(static_cast<std::uint32_t>(all_.size()))]->act();
        if (options_.in_turn && !wait([&] { return quiet(); }, 30))
          throw std::runtime_error(
              "--in-turn: not every trade was told to both sides within 30 s; do others trade at this venue too?");
      }
      turn(Nanoseconds{1'000'000});
    }
    a_second_ = static_cast<double>(totals().sent) / std::chrono::duration<double>(Clock::now() - begun).count();
  }

  FlowCounters totals() const {
    FlowCounters sum;
    for (const auto& p : all_) {
      const FlowCounters& c = p->counters();
      sum.sent += c.sent;
      sum.fills += c.fills;
      sum.accepted += c.accepted;
      sum.rejected += c.rejected;
      sum.logins += c.logins;
    }
    return sum;
  }

  // What the participant has, at the last prices. 1/10,000 dollar.
  std::int64_t worth(const FlowParticipant& p, std::string& shares) const {
    std::int64_t sum = 0;
    for (const FlowSymbol& s : symbols_) {
      const auto at = p.client().orders().positions().find(s.name);
      if (at == p.client().orders().positions().end()) continue;
      sum += at->second.cash + at->second.shares * s.last;
      if (at->second.shares != 0) shares += fmt::format(" {} {}", trimmed(s.name), at->second.shares);
    }
    return sum;
  }

  int report(bool settled) {
    std::string different;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      const VenueWord word = ask(*all_[i]);
      read_up(*all_[i], word.sequence);
      different += differences(*all_[i], word, before_[i]);
    }
    if (!settled) different += "some orders were open or unanswered at the end\n";
    if (!options_.quiet) print_totals();
    if (different.empty()) {
      if (!options_.quiet) fmt::print("reconciled: every position is the venue's\n");
      return 0;
    }
    fmt::print(stderr, "twinpath flow: not reconciled\n{}", different);
    return kExitDiffer;
  }

  void print_totals() const {
    std::int64_t value = 0;
    for (const auto& p : all_) {
      std::string shares;
      const std::int64_t w = worth(*p, shares);
      value += w;
      fmt::print("{:<10} {:<8} {:>8} sent {:>8} fills {:>14.2f} dollars;{}\n", p->name(), to_string(p->role()),
                 p->counters().sent, p->counters().fills, static_cast<double>(w) / kUnitsPerDollar,
                 shares.empty() ? " flat" : shares);
    }
    const FlowCounters sum = totals();
    fmt::print(
        "{} participants: {} messages, {:.0f} a second until they wound down; {} accepted, {} rejected, {} fills, {} "
        "logins, "
        "profit and loss {:.2f} dollars in all\n",
        all_.size(), sum.sent, a_second_, sum.accepted, sum.rejected, sum.fills, sum.logins,
        static_cast<double>(value) / kUnitsPerDollar);
  }

  const Options& options_;
  const VenueConfig& config_;
  venue::Random random_;
  session::EventLoop loop_;
  std::vector<FlowSymbol> symbols_;
  std::vector<std::unique_ptr<FlowParticipant>> all_;
  std::vector<VenueWord> before_;
  std::vector<std::int64_t> held_before_;  // by symbol
  Clock::time_point say_at_;
  double a_second_ = 0;  // messages, while they traded
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
  sub->add_option("--for", o->seconds, "seconds; 0: until --messages are sent, and without these 10")
      ->check(cli::NonNegativeNumber);
  sub->add_option("--messages", o->messages, "stop after so many; 0: any number")->capture_default_str();
  sub->add_flag("--in-turn", o->in_turn,
                "each message waits for all answers to the one before: equal seeds make equal markets, at a venue "
                "that nobody else trades at");
  sub->add_flag("-q,--quiet", o->quiet, "only say what is wrong");
  return [o] { return run(*o); };
}

}  // namespace twinpath
