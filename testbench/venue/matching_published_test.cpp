// Report streams that others have published: every line of two sets, and the sums of five scenarios.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "bench/matching_workload.h"
#include "testbench/venue/matching_published.h"
#include "testbench/venue/matching_streams.h"

namespace twinpath::matching {
namespace {

std::vector<Report> reports_of_stream(const std::vector<Command>& commands) {
  Engine engine;
  reports_of(engine, bench::list_plain_book(0, 0));
  std::vector<Report> all;
  for (const Command& c : commands) {
    const std::vector<Report> some = reports_of(engine, c);
    all.insert(all.end(), some.begin(), some.end());
  }
  EXPECT_EQ(engine.check(), "");
  return all;
}

class PublishedSet : public testing::TestWithParam<const char*> {};

TEST_P(PublishedSet, GivesEveryExpectedReport) {
  const std::filesystem::path folder = shared_data() / "matching/sets";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is not there";
  const std::vector<Command> commands = read_orders(folder / (GetParam() + std::string(".orders.bin.xz")));
  ASSERT_EQ(commands.size(), 39'878u);
  std::string expected =
      output_of("xz -dc '" + (folder / (GetParam() + std::string(".expected_reports.txt.xz"))).string() + "'");
  while (!expected.empty() && expected.back() == '\n') expected.pop_back();
  const std::string found = published_lines(reports_of_stream(commands));
  const std::size_t same = static_cast<std::size_t>(
      std::mismatch(found.begin(), found.end(), expected.begin(), expected.end()).first - found.begin());
  const std::size_t line = found.rfind('\n', same) + 1;
  EXPECT_TRUE(found == expected) << "expected " << expected.substr(line, expected.find('\n', same) - line) << "\nfound "
                                 << found.substr(line, found.find('\n', same) - line);
}

INSTANTIATE_TEST_SUITE_P(, PublishedSet, testing::Values("normal_seed23_new20000", "flash-crash_seed23_new20000"),
                         [](const auto& test) { return std::string(test.param).substr(0, 5); });

class PublishedScenario : public testing::TestWithParam<bench::MatchingScenario> {};

TEST_P(PublishedScenario, HasThePublishedSumOfItsReports) {
  const std::filesystem::path file = shared_data() / "matching/correctness_hash.txt";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not there";
  const std::string name = std::string(GetParam().name) + "_seed23_count1000000_reports.txt";
  std::string expected;
  std::ifstream in(file);
  for (std::string sum, of; in >> sum >> of;)
    if (of == name) expected = sum;
  ASSERT_FALSE(expected.empty()) << file << " has no sum of " << name;
  const std::vector<Command> commands =
      bench::matching_workload(GetParam(), bench::kPublishedOrders, bench::kPublishedSeed, 1);
  ASSERT_EQ(commands.size(), 1'996'097u);
  EXPECT_EQ(sha256(published_lines(reports_of_stream(commands))), expected);
}

INSTANTIATE_TEST_SUITE_P(, PublishedScenario, testing::ValuesIn(bench::kMatchingScenarios), [](const auto& test) {
  std::string name(test.param.name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace twinpath::matching
