#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "Vlatency_histogram.h"
#include "host/core/registers.h"

namespace twinpath::test {
namespace {

constexpr unsigned kClasses = 8;
constexpr unsigned kBins = 256;

struct Model {
  std::array<std::array<std::uint32_t, kBins>, kClasses> bins{};
  std::array<std::uint32_t, kClasses> count{};
  std::array<std::uint32_t, kClasses> shortest;
  std::array<std::uint32_t, kClasses> longest{};
  Model() { shortest.fill(0xFFFF); }
  void record(unsigned c, unsigned latency) {
    ++bins[c][std::min(latency, kBins - 1)];
    ++count[c];
    shortest[c] = std::min(shortest[c], latency);
    longest[c] = std::max(longest[c], latency);
  }
};

class LatencyHistogram : public ::testing::Test {
 protected:
  LatencyHistogram() { reset(); }

  void tick() {
    dut.clk_i = 0;
    dut.eval();
    dut.clk_i = 1;
    dut.eval();
  }
  void reset() {
    dut.rst_i = 1;
    tick();
    dut.rst_i = 0;
  }
  int wait_ready() {
    int cycles = 0;
    for (; !dut.ready_o && cycles < 5000; ++cycles) tick();
    return cycles;
  }
  void record(unsigned c, unsigned latency) {
    dut.hist_valid_i = 1;
    dut.hist_class_i = c;
    dut.hist_latency_i = latency;
    if (c >= 1 && c <= 6) model.record(c, latency);
    tick();
    dut.hist_valid_i = 0;
  }
  std::uint32_t read(bool summary, unsigned c, unsigned index) {
    dut.rd_valid_i = 1;
    dut.rd_summary_i = summary;
    dut.rd_class_i = c;
    dut.rd_index_i = index;
    for (int i = 0; i < 5000; ++i) {
      tick();
      if (!dut.rd_done_o) continue;
      const std::uint32_t data = dut.rd_data_o;
      dut.rd_valid_i = 0;
      tick();
      return data;
    }
    ADD_FAILURE() << "a read was never done";
    return 0;
  }
  // Until a read that begins sees every order.
  void settle() {
    for (int i = 0; i < 3; ++i) tick();
  }
  void expect_model() {
    settle();
    for (unsigned c = 1; c <= 6; ++c) {
      SCOPED_TRACE("class " + std::to_string(c));
      EXPECT_EQ(read(true, c, 0), model.count[c]);
      EXPECT_EQ(read(true, c, 1), model.shortest[c]);
      EXPECT_EQ(read(true, c, 2), model.longest[c]);
      for (unsigned bin = 0; bin < kBins; ++bin) ASSERT_EQ(read(false, c, bin), model.bins[c][bin]) << "bin " << bin;
    }
  }

  Vlatency_histogram dut;
  Model model;
  std::mt19937 random{3};
};

TEST_F(LatencyHistogram, IsEmptyWhenReadyAfterReset) {
  EXPECT_EQ(dut.ready_o, 0);
  EXPECT_EQ(wait_ready(), 2048);
  expect_model();
}

TEST_F(LatencyHistogram, AgreesWithAModelUnderOrdersInEveryCycle) {
  wait_ready();
  for (int i = 0; i < 50'000; ++i) {
    // A few neighbouring bins of few classes, so that orders to the same bin follow each other at every distance.
    const unsigned c = random() % 8;
    const unsigned latency = random() % 8 == 0 ? random() % 0x10000 : 10 + random() % 2;
    record(random() % 2 ? 3 : c, latency);
    if (random() % 8 == 0) tick();
  }
  expect_model();
}

TEST_F(LatencyHistogram, OrdersToOneBinInConsecutiveCyclesAllCount) {
  wait_ready();
  for (int i = 0; i < 1000; ++i) record(1, 4);
  settle();
  EXPECT_EQ(read(false, 1, 4), 1000u);
  EXPECT_EQ(read(true, 1, 0), 1000u);
}

TEST_F(LatencyHistogram, LongLatenciesShareTheLastBinAndKeepTheirLength) {
  wait_ready();
  for (const unsigned latency : {254u, 255u, 256u, 0x1234u, 0xFFFFu}) record(6, latency);
  expect_model();
  EXPECT_EQ(read(false, 6, 255), 4u);
  EXPECT_EQ(read(true, 6, 1), 254u);
  EXPECT_EQ(read(true, 6, 2), 0xFFFFu);
}

TEST_F(LatencyHistogram, ReadsFinishBetweenOrdersWithoutLosingAny) {
  wait_ready();
  int done = 0;
  for (int i = 0; i < 10'000; ++i) {
    if (!dut.rd_valid_i) {
      dut.rd_valid_i = 1;
      dut.rd_summary_i = random() % 2;
      dut.rd_class_i = 1 + random() % 6;
      dut.rd_index_i = random() % 3;
    }
    if (random() % 3 == 0) {
      tick();
    } else {
      record(1 + random() % 6, random() % 3);
    }
    if (dut.rd_done_o) {
      ++done;
      dut.rd_valid_i = 0;
    }
  }
  EXPECT_GT(done, 1000);
  for (int i = 0; i < 100 && !dut.rd_done_o; ++i) tick();  // the read that was begun last
  dut.rd_valid_i = 0;
  expect_model();
}

TEST_F(LatencyHistogram, OrdersToOneBinAtEveryDistanceAllCount) {
  wait_ready();
  unsigned orders = 0;
  for (const int apart : {1, 2, 3, 4, 5}) {
    for (int i = 0; i < 10; ++i, ++orders) {
      record(4, 6);
      for (int idle = 1; idle < apart; ++idle) tick();
    }
    for (int i = 0; i < 10; ++i, ++orders) {
      record(4, 6);
      for (int other = 1; other < apart; ++other) record(5, 6);
    }
  }
  expect_model();
  EXPECT_EQ(read(false, 4, 6), orders);
}

TEST_F(LatencyHistogram, AReadSeesAnOrderFourCyclesAfterItAndNotBefore) {
  wait_ready();
  record(1, 9);
  tick(), tick();
  EXPECT_EQ(read(true, 1, 0), 0u) << "begun three cycles after the order";
  record(1, 9);
  tick(), tick(), tick();
  EXPECT_EQ(read(true, 1, 0), 2u) << "begun four cycles after the order";
}

TEST_F(LatencyHistogram, AnOrderGoesBeforeARead) {
  wait_ready();
  record(2, 9);
  dut.rd_valid_i = 1;
  dut.rd_summary_i = 0;
  dut.rd_class_i = 2;
  dut.rd_index_i = 9;
  for (int i = 0; i < 20; ++i) {
    record(2, 9);
    EXPECT_EQ(dut.rd_done_o, 0);
  }
  tick();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(dut.rd_done_o, 0);
    tick();
  }
  EXPECT_EQ(dut.rd_done_o, 1);
  EXPECT_EQ(dut.rd_data_o, 19u) << "the last two orders are on their way";
}

TEST_F(LatencyHistogram, ResetClearsAndNothingIsRecordedBeforeReady) {
  wait_ready();
  for (int i = 0; i < 500; ++i) record(1 + i % 6, i);
  reset();
  model = Model();
  while (!dut.ready_o) {
    dut.hist_valid_i = 1;
    dut.hist_class_i = 2;
    dut.hist_latency_i = 7;
    tick();
  }
  dut.hist_valid_i = 0;
  expect_model();
}

}  // namespace
}  // namespace twinpath::test
