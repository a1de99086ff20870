// Order-book scenarios that others have written (../shared/data/exchange_core_features): the steps about orders, trades
// and books. Balances and reserve prices are not the matching engine's, so steps about them, and orders that they
// refuse, are passed over.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "testbench/venue/matching_streams.h"

namespace twinpath::matching {
namespace {

class Scenario {
 public:
  Scenario() { give({.type = CommandType::list_book}); }

  // Returns whether the step is one of ours. `table` has the cells of the rows below it.
  bool step(const std::string& line, const std::vector<std::vector<std::string>>& table) {
    static const std::regex kPlaces(R"((\w+) places an (ASK|BID) order (\d+) at (\d+)@(\d+) \(type: (GTC|IOC))");
    static const std::regex kMoves(R"(moves a price to (\d+) of the order (\d+))");
    static const std::regex kCancels(R"(cancels the remaining size (\d+) of the order (\d+))");
    static const std::regex kMatched(R"(The order (\d+) is (partially|fully) matched. LastPx: (\d+), LastQty: (\d+))");
    std::smatch m;
    if (line.find("could not") != std::string::npos) return false;
    if (std::regex_search(line, m, kPlaces)) {
      Command c{.order_id = std::stoull(m[3]), .price = {std::stoll(m[4])}};
      c.quantity.value = static_cast<std::uint32_t>(std::stoul(m[5]));
      c.side = m[2] == "ASK" ? Side::sell : Side::buy;
      c.tif = m[6] == "IOC" ? TimeInForce::ioc : TimeInForce::gtc;
      open_[c.order_id] = c.quantity.value;
      give(c);
    } else if (std::regex_search(line, m, kMoves)) {
      const std::uint64_t id = std::stoull(m[2]);
      give({.order_id = id, .price = {std::stoll(m[1])}, .quantity = {open_[id]}, .type = CommandType::replace});
    } else if (std::regex_search(line, m, kCancels)) {
      give({.order_id = std::stoull(m[2]), .type = CommandType::cancel});
      EXPECT_EQ(last_.at(0).type, ReportType::cancelled) << line;
      EXPECT_EQ(last_.at(0).quantity.value, std::stoul(m[1])) << line;
    } else if (std::regex_search(line, m, kMatched)) {
      const Report* trade = nullptr;
      for (const Report& r : last_)
        if (r.type == ReportType::trade && r.other_id == std::stoull(m[1])) trade = &r;
      EXPECT_NE(trade, nullptr) << line;
      if (trade == nullptr) return true;
      EXPECT_EQ(trade->price.value, std::stoll(m[3])) << line;
      EXPECT_EQ(trade->quantity.value, std::stoul(m[4])) << line;
      EXPECT_EQ(trade->leaves.value == 0, m[2] == "fully") << line;
    } else if (line.find("No trade events") != std::string::npos) {
      for (const Report& r : last_) EXPECT_NE(r.type, ReportType::trade) << line;
    } else if (line.find("order book is") != std::string::npos) {
      std::uint64_t shown[2] = {};
      for (const auto& row : table) {
        if (row.size() != 3 || row[1] == "price") continue;
        for (const unsigned side : {0u, 1u}) {
          const std::string& cell = row[side == 0 ? 0 : 2];
          const std::uint64_t quantity = cell.empty() ? 0 : std::stoull(cell);
          EXPECT_EQ(engine_.depth(0, static_cast<Side>(side), {std::stoll(row[1])}), quantity)
              << line << ", " << row[1];
          shown[side] += quantity;
        }
      }
      std::uint64_t open = 0;
      for (const auto& [id, quantity] : open_) open += quantity;
      EXPECT_EQ(open, shown[0] + shown[1]) << line << ": orders that the table does not have";
    } else {
      return false;
    }
    return true;
  }

 private:
  void give(Command c) {
    c.sequence = sequence_++;
    last_ = reports_of(engine_, c);
    EXPECT_EQ(engine_.check(), "");
    for (const Report& r : last_) {
      if (r.type == ReportType::trade) {
        open_[r.order_id] -= r.quantity.value;
        open_[r.other_id] -= r.quantity.value;
      }
      if (r.type == ReportType::cancelled) open_[r.order_id] = 0;
    }
  }

  Engine engine_;
  std::uint64_t sequence_ = 0;
  std::vector<Report> last_;
  std::map<std::uint64_t, std::uint32_t> open_;
};

class MatchingFeatures : public testing::TestWithParam<const char*> {};

TEST_P(MatchingFeatures, EveryStepAboutOrdersHolds) {
  const std::filesystem::path file = std::filesystem::path(TP_SOURCE_DIR) / "../shared/data/exchange_core_features" /
                                     (GetParam() + std::string(".feature"));
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not there";
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::unique_ptr<Scenario> scenario;
  unsigned scenarios = 0, steps = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].find("Scenario") != std::string::npos) {
      SCOPED_TRACE(lines[i]);
      scenario = std::make_unique<Scenario>();
      ++scenarios;
      continue;
    }
    if (scenario == nullptr || lines[i].find('|') != std::string::npos) continue;
    std::vector<std::vector<std::string>> table;
    for (std::size_t j = i + 1; j < lines.size() && lines[j].find('|') != std::string::npos; ++j) {
      std::vector<std::string> cells;
      std::istringstream row(lines[j].substr(lines[j].find('|') + 1));
      for (std::string cell; std::getline(row, cell, '|');) {
        const std::size_t first = cell.find_first_not_of(" \r"), last = cell.find_last_not_of(" \r");
        cells.push_back(first == std::string::npos ? "" : cell.substr(first, last - first + 1));
      }
      while (cells.size() > 3) cells.pop_back();
      table.push_back(cells);
    }
    steps += scenario->step(lines[i], table);
  }
  EXPECT_GE(scenarios, 2u);
  EXPECT_GE(steps, 12u) << "the steps are not recognised";
}

INSTANTIATE_TEST_SUITE_P(, MatchingFeatures, testing::Values("basic", "risk"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace twinpath::matching
