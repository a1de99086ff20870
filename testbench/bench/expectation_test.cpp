#include "bench/expectation.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace twinpath::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ActionableRow row(Load load, TriggerClass c, unsigned lane, std::initializer_list<std::uint64_t> cycles) {
  ActionableRow r{load, c, lane, {}, {}};
  for (const std::uint64_t n : cycles) r.message.record(n);
  return r;
}

TEST(CycleCounts, AreExact) {
  CycleCounts c;
  for (unsigned i = 0; i < 99; ++i) c.record(4);
  c.record(9);
  EXPECT_EQ(c.count(), 100u);
  EXPECT_EQ(c.min(), 4u);
  EXPECT_EQ(c.max(), 9u);
  EXPECT_DOUBLE_EQ(c.mean(), 4.05);
  EXPECT_EQ(c.percentile(99), 4u);
  EXPECT_EQ(c.percentile(99.1), 9u);
  EXPECT_EQ(c.percentile(100), 9u);
  CycleCounts both;
  both.record(2);
  both.merge(c);
  EXPECT_EQ(both.count(), 101u);
  EXPECT_EQ(both.min(), 2u);
  EXPECT_EQ(both.max(), 9u);
}

TEST(Expectation, OfAConstantWantsEveryRowAtThatValue) {
  const Expectation e = Expectation::of_text("add=14");
  EXPECT_THAT(e.differences({row(Load::sparse, TriggerClass::add, 0, {14, 14})}), IsEmpty());
  EXPECT_THAT(e.differences({row(Load::sparse, TriggerClass::add, 3, {14, 15})}),
              ElementsAre("load sparse, add, lane 3: expected 14 cycles, found 14 to 15 cycles"));
  EXPECT_THAT(e.differences({row(Load::full, TriggerClass::add, 3, {13})}),
              ElementsAre("load full, add, lane 3: expected 14 cycles, found 13 cycles"));
}

TEST(Expectation, OfARangeWantsNothingOutside) {
  const Expectation e = Expectation::of_text("add=14,delete=14-16");
  EXPECT_THAT(
      e.differences({row(Load::half, TriggerClass::del, 0, {14, 16}), row(Load::half, TriggerClass::del, 1, {15})}),
      IsEmpty());
  EXPECT_THAT(e.differences({row(Load::half, TriggerClass::del, 2, {14, 17})}),
              ElementsAre("load half, delete, lane 2: expected 14 to 16 cycles, found 14 to 17 cycles"));
  EXPECT_THAT(e.differences({row(Load::half, TriggerClass::del, 2, {13, 16})}), testing::SizeIs(1));
}

TEST(Expectation, MissesNoRow) {
  const Expectation e = Expectation::of_text("add=14");
  EXPECT_THAT(e.differences({row(Load::sparse, TriggerClass::trade, 0, {14})}),
              ElementsAre("load sparse, trade, lane 0: nothing expected, found 14 cycles"));
  EXPECT_THAT(e.differences({row(Load::sparse, TriggerClass::add, 0, {})}),
              ElementsAre("load sparse, add, lane 0: nothing measured"));
}

TEST(Expectation, OfAFileIsByLoad) {
  const auto file = std::filesystem::temp_directory_path() / "twinpath_expectation_test.toml";
  std::ofstream(file) << "[sparse]\nadd = 4\n[full]\nadd = [4, 5]\n";
  const Expectation e = Expectation::of_file(file);
  EXPECT_THAT(e.differences({row(Load::full, TriggerClass::add, 0, {4, 5})}), IsEmpty());
  EXPECT_THAT(e.differences({row(Load::sparse, TriggerClass::add, 0, {4, 5})}), testing::SizeIs(1));
  EXPECT_THAT(e.differences({row(Load::half, TriggerClass::add, 0, {4})}), testing::SizeIs(1));
  std::filesystem::remove(file);
}

TEST(Expectation, NamesWhatItCannotRead) {
  for (const char* text : {"add", "add=", "add=x", "add=5-4", "add=4-", "=4", "adds=4", "add=4,,trade=4"})
    EXPECT_THROW(Expectation::of_text(text), std::invalid_argument) << text;
  const auto file = std::filesystem::temp_directory_path() / "twinpath_expectation_wrong_test.toml";
  for (const char* text : {"[sparse]\nadd = -1\n", "[sparse]\nadd = \"4\"\n", "[sparse]\nadd = [5, 4]\n",
                           "[sparse]\nadds = 4\n", "[idle]\nadd = 4\n", "sparse = 4\n", "[sparse\n"}) {
    std::ofstream(file) << text;
    try {
      Expectation::of_file(file);
      ADD_FAILURE() << "was read: " << text;
    } catch (const std::runtime_error& e) {
      EXPECT_THAT(e.what(), HasSubstr(file.string() + ":")) << text;
    }
  }
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace twinpath::bench
