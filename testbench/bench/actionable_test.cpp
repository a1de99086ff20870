#include "bench/actionable.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <stdexcept>

#include "bench/core_bench.h"

namespace twinpath::bench {
namespace {

ActionableOptions options() {
  ActionableOptions o;
  o.triggers = 4;
  o.classes = {TriggerClass::add, TriggerClass::del, TriggerClass::trade};
  o.loads = {Load::sparse, Load::half, Load::full};
  return o;
}

TEST(Actionable, CountsEveryTriggerInItsRow) {
  ActionableOptions o = options();
  o.software = true;
  std::uint64_t told = 0;
  o.progress = [&](Load, std::uint64_t done, std::uint64_t total) {
    EXPECT_LE(done, total);
    EXPECT_EQ(total, 4 * 3 * kLanes);
    told += done == total;
  };
  const ActionableResult r = run_actionable(o);
  EXPECT_EQ(told, 3u);
  ASSERT_EQ(r.rows.size(), 3 * 3 * kLanes);
  for (std::size_t i = 0; i < r.rows.size(); ++i) {
    EXPECT_EQ(r.rows[i].load, o.loads[i / (3 * kLanes)]);
    EXPECT_EQ(r.rows[i].trigger, o.classes[i / kLanes % 3]);
    EXPECT_EQ(r.rows[i].lane, i % kLanes);
    EXPECT_EQ(r.rows[i].message.count(), 4u);
    EXPECT_EQ(r.rows[i].field.count(), 4u);
    EXPECT_GE(r.rows[i].field.min(), r.rows[i].message.min());
  }
  ASSERT_EQ(r.software.size(), 2 * 3u);  // sparse and full
  for (const SoftwareRow& row : r.software) {
    EXPECT_EQ(row.nanoseconds.count(), 4 * kLanes);
    EXPECT_GT(row.nanoseconds.min(), 0u);
  }
}

TEST(Actionable, LoadsAreWhatTheirNamesSay) {
  const ActionableResult r = run_actionable(options());
  const auto at = [&](Load l) { return r.wire[static_cast<unsigned>(l)]; };
  EXPECT_LT(at(Load::sparse).busy(), 0.3);
  EXPECT_NEAR(at(Load::half).busy(), 0.5, 0.05);
  EXPECT_EQ(at(Load::full).beats, at(Load::full).cycles - at(Load::full).waited);
}

// A frame that began before its verdict is a cycle earlier; one that found the line or the budget taken is not.
TEST(Actionable, ASpeculativeStartGainsOneCycle) {
  ActionableOptions o = options();
  o.triggers = 100;
  o.loads = {Load::sparse};
  const ActionableResult sure = run_actionable(o);
  o.speculative = true;
  const ActionableResult early = run_actionable(o);
  ASSERT_EQ(early.rows.size(), sure.rows.size());
  for (std::size_t i = 0; i < sure.rows.size(); ++i) {
    EXPECT_EQ(sure.rows[i].message.min(), sure.rows[i].message.max());
    EXPECT_EQ(early.rows[i].message.min(), sure.rows[i].message.min() - 1);
    EXPECT_EQ(early.rows[i].message.max(), sure.rows[i].message.max());
  }
}

TEST(Actionable, GivesEqualRowsForEqualSeedsWhateverLoadsAreAskedFor) {
  ActionableOptions o = options();
  const ActionableResult all = run_actionable(o);
  o.loads = {Load::full};
  const ActionableResult one = run_actionable(o);
  for (std::size_t i = 0; i < one.rows.size(); ++i) {
    const ActionableRow& same = all.rows[all.rows.size() - one.rows.size() + i];
    EXPECT_DOUBLE_EQ(one.rows[i].message.mean(), same.message.mean());
    EXPECT_DOUBLE_EQ(one.rows[i].field.mean(), same.field.mean());
  }
  EXPECT_EQ(one.wire[2].cycles, all.wire[2].cycles);
}

// The field ends in the message's last beat, or as many beats before as the alignment says; at full load beats are
// cycles.
TEST(Actionable, FieldEndsAsManyBeatsBeforeTheMessageAsTheAlignmentSays) {
  ActionableOptions o = options();
  o.loads = {Load::sparse, Load::full};
  o.classes = {TriggerClass::add_mpid, TriggerClass::execute, TriggerClass::execute_price, TriggerClass::replace};
  for (const ActionableRow& row : run_actionable(o).rows) {
    const TriggerClassInfo& c = info(row.trigger);
    const unsigned behind = c.length - c.field_end;  // bytes
    const unsigned beats = (behind + 7 - row.lane) / 8;
    EXPECT_DOUBLE_EQ(row.field.mean() - row.message.mean(), beats) << c.name << ", lane " << row.lane;
  }
}

// A mark that names a message which fires nothing must not pass for a measurement.
TEST(CoreBench, RefusesATriggerThatMakesNoOrder) {
  TriggerStream stream(Load::sparse, 1);
  CoreBench core(Load::sparse, 1, false, [](const TriggerMark&, const TriggerTimes&) {});
  core.run(stream.opening());
  const std::vector<Target> targets{{TriggerClass::add, 2}, {TriggerClass::trade, 5}};
  Segment segment = stream.next(targets);
  segment.marks.back().sequence += 1;
  EXPECT_THAT([&] { core.run(segment); }, testing::ThrowsMessage<std::runtime_error>(
                                              testing::HasSubstr("fired rule 3, expected was trigger 'trade'")));
}

TEST(CoreBench, RefusesAnOrderThatNobodyExpected) {
  TriggerStream stream(Load::sparse, 1);
  CoreBench core(Load::sparse, 1, false, [](const TriggerMark&, const TriggerTimes&) {});
  core.run(stream.opening());
  const std::vector<Target> targets{{TriggerClass::trade, 0}};
  Segment segment = stream.next(targets);
  segment.marks.clear();
  EXPECT_THAT([&] { core.run(segment); },
              testing::ThrowsMessage<std::runtime_error>(testing::HasSubstr("expected was none")));
}

TEST(CoreBench, RefusesAMarkThatIsABeatOff) {
  TriggerStream stream(Load::sparse, 1);
  CoreBench core(Load::sparse, 1, false, [](const TriggerMark&, const TriggerTimes&) {});
  core.run(stream.opening());
  const std::vector<Target> targets{{TriggerClass::cancel, 3}};
  Segment segment = stream.next(targets);
  segment.marks.back().last_byte -= 8;
  EXPECT_THAT([&] { core.run(segment); },
              testing::ThrowsMessage<std::runtime_error>(testing::HasSubstr("the core's own stamp says")));
}

TEST(CoreBench, RefusesAnOrderBeforeItsMessage) {
  TriggerStream stream(Load::full, 1);
  CoreBench core(Load::full, 1, false, [](const TriggerMark&, const TriggerTimes&) {});
  core.run(stream.opening());
  Segment segment = stream.next(std::vector<Target>(32, {TriggerClass::add, 1}));
  // The end of a message moves to where its order is already leaving.
  constexpr std::uint32_t kLater = 15 * 8;
  const auto mark = std::ranges::find_if(
      segment.marks, [&](const TriggerMark& m) { return m.last_byte + kLater < segment.frames[m.frame].size; });
  ASSERT_NE(mark, segment.marks.end());
  mark->last_byte += kLater;
  EXPECT_THAT([&] { core.run(segment); },
              testing::ThrowsMessage<std::runtime_error>(testing::HasSubstr("before the message's last byte came")));
}

TEST(CoreBench, RefusesAStreamOfWhichTheCoreMissedAMessage) {
  TriggerStream stream(Load::sparse, 1);
  CoreBench core(Load::sparse, 1, false, [](const TriggerMark&, const TriggerTimes&) {});
  core.run(stream.opening());
  EXPECT_NO_THROW(core.check_counters(stream.messages()));
  EXPECT_THAT([&] { core.check_counters(stream.messages() + 1); },
              testing::ThrowsMessage<std::runtime_error>(testing::HasSubstr("counter messages")));
}

}  // namespace
}  // namespace twinpath::bench
