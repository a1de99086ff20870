// What a replay's report shows, as plain figures; the renderers (render.h) turn it into text, JSON or a page and
// compute nothing but sums, shares and axes.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/core/counters.h"
#include "host/core/histogram.h"
#include "host/core/registers.h"
#include "host/core/types.h"

namespace twinpath::report {

// Values in the unit of whoever made it (cycles or nanoseconds).
struct Distribution {
  struct Bin {
    std::uint64_t low = 0, high = 0;  // inclusive
    std::uint64_t count = 0;
  };
  std::uint64_t count = 0;
  std::uint64_t min = 0, p50 = 0, p90 = 0, p99 = 0, p999 = 0, max = 0;
  double mean = 0;
  std::vector<Bin>
      bins;  // ascending and without gaps from min to max: equally wide, or growing by a ratio (see summarize)
};

// At most `max_bins` bins: one a value when they suffice, else equally wide when max is below 6 times min + 64, else
// growing.
Distribution summarize(const Histogram& histogram, unsigned max_bins = 60);

// A path that was run.
struct PathFigures {
  std::string name;  // its address, such as "sw:"
  CounterValues counters{};
  double wall_seconds = 0;             // spent inside the path
  std::uint64_t simulated_cycles = 0;  // clock cycles a simulator executed; 0: not a simulation
};

// From the message's last byte to a point in the path.
struct LatencyFigures {
  std::string path;
  std::string name;  // of the class of order ("add") or of the stage ("booked")
  Distribution values;
};

struct SymbolFigures {
  std::string name;
  std::uint64_t messages = 0, orders = 0, cancels = 0, rejects = 0;
  Price bid, ask;  // final best prices, 0: none
  Quantity bid_quantity, ask_quantity;
  bool trusted = true;
  std::int64_t position = 0;
};

struct TimeBucket {
  std::uint64_t messages = 0, orders = 0, rejects = 0;
  std::optional<double> mid;  // dollars, of TimeSeries::symbol, at the end of the bucket
};

struct Marker {
  double seconds = 0;  // since TimeSeries::start
  double price = 0;    // dollars
  Side side = Side::buy;
  bool rejected = false;
  std::string text;  // shown when pointed at
};

// Something that happened, at a time.
struct Incident {
  double seconds = 0;  // since TimeSeries::start
  std::string text;    // shown when pointed at
};

struct TimeSeries {
  double start = 0;           // seconds since midnight; 0 when the input has no time of day
  double bucket_seconds = 0;  // width of a bucket
  std::vector<TimeBucket> buckets;
  std::string symbol;  // whose mid price it is
  std::vector<Marker> markers;
  std::vector<Incident> incidents;  // upright lines through price_plot, numbered from 1
};

enum class Verdict : std::uint8_t { none, identical, different };

struct ReportData {
  std::string title;         // of the page; "": the input
  std::string input;         // name of the input
  std::string config;        // name of the configuration
  std::string verdict_line;  // shown exactly as given; "" without a comparison
  Verdict verdict = Verdict::none;
  std::string first_difference;  // text of several lines; "": none

  std::uint64_t frames = 0;
  double session_seconds = 0;  // from the first frame to the last

  std::vector<PathFigures> paths;  // the first one's counters are the session's figures
  // By rule (index: Rule), from events: sent (orders; for the cancel rule cancels) and rejected.
  std::array<std::uint64_t, 6> sent_by_rule{}, rejected_by_rule{};
  // The last is that of strategies, shown when there is any.
  bool shows_rule(std::size_t i) const noexcept { return i < 5 || sent_by_rule[i] + rejected_by_rule[i] != 0; }

  std::vector<LatencyFigures>
      fpga_classes;  // cycles: message's last byte in to the order's first beat out, by class of message
  std::vector<LatencyFigures> fpga_free_line;  // the same, only orders whose frame found the line out free
  std::vector<LatencyFigures>
      fpga_stages;  // cycles: message's last byte in to each stage, in the order of the pipeline
  std::vector<LatencyFigures> software_stages;  // nanoseconds: each stage likewise
  std::vector<LatencyFigures> software_orders;  // nanoseconds: frame in to order out, one or more kinds

  std::vector<SymbolFigures> symbols;  // the busiest ones, in the order to be shown
  TimeSeries series;
};

// Counters that are shown together.
struct CounterGroup {
  std::string_view title;
  Counter first, last;  // inclusive
};
std::span<const CounterGroup> counter_groups();

struct Count {
  std::string name;
  std::uint64_t value = 0;
};
// Those of a group's counters that are not 0, the largest first; a prefix such as "drop_" is left out of the names.
std::vector<Count> messages_by_type(const CounterValues& counters);
std::vector<Count> drops_by_cause(const CounterValues& counters);
std::vector<Count> rejects_by_reason(const CounterValues& counters);
std::vector<Count> intents_by_rule(const CounterValues& counters);

std::uint64_t sum(std::span<const Count> counts);
inline std::uint64_t value(const CounterValues& counters, Counter c) { return counters[static_cast<std::size_t>(c)]; }
// Of the first path, all 0 when there is none.
const CounterValues& session_counters(const ReportData& data);
// The title, else the input's file name without its folder, else "Replay".
std::string page_title(const ReportData& data);

}  // namespace twinpath::report
