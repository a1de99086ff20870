// What came of a closed loop, a trader against a venue: every life of the trader is played again from its record
// (host/live), which gives the market, the orders in it, the fills and what they came to; beside it the faults that
// were made, how each was survived, and what both sides said at the end. One page, and the same as JSON.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/apps/report/report_data.h"
#include "host/backtest/ledger.h"
#include "host/core/config.h"
#include "host/core/histogram.h"
#include "host/core/registers.h"
#include "host/path/lockstep.h"
#include "host/path/path_registry.h"

namespace twinpath {

// A trader's path from its start to its end: a process has several when books had to be made anew.
struct LoopLife {
  std::string path;                      // it traded on: "sw:"
  std::filesystem::path config, record;  // with the record's commands; what was submitted
  std::string ended;                     // "killed", "stopped"
};

struct LoopFault {
  double at = 0;  // seconds since 1970
  std::string fault, survived;
};

// The same thing by both sides; `trader` and `venue` are compared as text.
struct LoopCheck {
  std::string what, trader, venue;
  bool agree() const noexcept { return trader == venue; }
};

struct LoopStory {
  std::string title;
  std::vector<LoopLife> lives;  // one after the other
  std::vector<LoopFault> faults;
  std::uint64_t compared = 0;     // moments at which both sides were found to agree
  std::vector<LoopCheck> checks;  // at the last of them
};

// Reads the story (host/apps/README.md); files in it are relative to its folder. Throws std::runtime_error naming file
// and key.
LoopStory read_loop_story(const std::filesystem::path& file);

class LoopReport {
 public:
  // Plays the lives again on each of `paths` (addresses, at least one); the first one's orders and books are shown, of
  // all the latency. Throws std::runtime_error naming a life whose record or configuration cannot be read, or whose
  // symbols are not those of the first.
  LoopReport(LoopStory story, const PathRegistry& registry, const std::vector<std::string>& paths);

  // Both sides agree on everything, and every fill is of an order that was sent.
  bool sound() const noexcept;

  std::string text() const;
  // Money in millionths of a dollar, prices in 1/10,000 dollar, times in nanoseconds since the first frame.
  std::string json() const;
  std::string html() const;
  // report.json and report.html in a folder that is there. Throws std::runtime_error that names the file.
  void write(const std::filesystem::path& folder) const;

 private:
  struct Sent {
    SymbolIndex symbol = 0;
    Side side = Side::buy;
    Price price;
    Quantity quantity;
    Cycles time;
    std::uint32_t filled = 0;
  };
  struct Quote {
    Cycles time;
    double mid = 0;  // dollars
  };

  // From the last byte of an order's cause to its frame's first: nanoseconds in software, elsewhere cycles.
  struct Latency {
    std::string path;
    Histogram histogram;
    bool in_cycles() const { return !path.starts_with("sw:"); }
  };

  void play(const LoopLife& life, const PathRegistry& registry);
  void begin(const CoreConfig& config, const LoopLife& life, Nanoseconds timestamp);
  void take(const Event& e, Cycles offset);
  double seconds(Cycles at) const noexcept;  // since the first frame
  report::TimeSeries series(SymbolIndex symbol) const;
  std::vector<SymbolIndex> most_traded() const;
  std::string fault_rows() const;
  std::string check_rows() const;
  std::string life_rows() const;
  std::string latency_rows() const;

  LoopStory story_;
  std::vector<Latency> latencies_;  // a path
  std::vector<std::string> symbols_;
  std::optional<Ledger> ledger_;
  std::map<std::uint32_t, Sent> orders_;    // by user_ref: no number is used twice, whatever the life
  std::vector<std::vector<Quote>> quotes_;  // a symbol
  std::array<std::uint64_t, 13> rejected_{};
  std::vector<std::string> cut_off_;  // records that end before their end, and where
  std::uint64_t messages_ = 0, cancels_ = 0, unknown_fills_ = 0, position_differences_ = 0;
  Nanoseconds first_, last_;  // frames' own times
};

}  // namespace twinpath
