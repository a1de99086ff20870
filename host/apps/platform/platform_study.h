// Questions to the platform model that take many runs: each a table and a plot.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "host/apps/platform/platform_scenario.h"

namespace twinpath {

// A column's cells are texts when `text`, otherwise numbers with `digits` behind the point.
struct StudyColumn {
  std::string name;
  bool text = false;
  int digits = 0;
};
struct StudyRow {
  std::vector<std::string> texts;  // of the columns that are, in their order
  std::vector<double> numbers;     // of the others
};
struct StudyTable {
  std::string key;    // "race": names its file
  std::string title;  // the question
  std::string note;   // what was run, and what the numbers mean
  std::vector<StudyColumn> columns;
  std::vector<StudyRow> rows;
  int plotted = 0;  // of the number columns: the one whose bars are drawn
};

// What one run leaves, small enough to go from process to process. Times in ps.
struct RunFigures {
  std::uint64_t orders = 0, sent = 0, by_software = 0, missed = 0, queue_drops = 0, failed_checks = 0;
  std::array<double, platform::kHops> hop_mean{};
  std::uint64_t p50 = 0, p90 = 0, p99 = 0, most = 0;
  std::uint64_t switch_wait = 0, mac_beats = 0, answer_p50 = 0;
  static constexpr std::size_t kRaces = 9;
  std::array<double, kRaces> won{};  // share of races, by advantage
  std::array<double, kRaces> margin{};
};
// ns that the rival of each race is faster.
inline constexpr std::array<int, RunFigures::kRaces> kAdvantages{-200, -100, -50, -20, 0, 20, 50, 100, 200};

// Runs scenarios in `jobs` processes at a time, with progress on standard error unless `quiet`. Throws
// std::runtime_error when one of them fails, saying why.
std::vector<RunFigures> run_all(const std::vector<PlatformScenario>& scenarios, unsigned jobs, bool quiet);

// "hops", "race", "burst", "links", "arrangement"; "all". Throws std::invalid_argument for another question.
std::vector<StudyTable> study(const std::string& question, const PlatformScenario& scenario, unsigned jobs, bool quiet);

std::string study_text(const StudyTable& table);
std::string study_csv(const StudyTable& table);
std::string study_html(const std::string& title, const std::vector<StudyTable>& tables);

}  // namespace twinpath
