// Event queue: order of events, what it adds to those with a frame, and that bursts wait without loss.
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <random>

#include "Vevent_queue.h"
#include "testbench/rtl/risk/decide_records.h"

namespace twinpath::rtl {
namespace {

constexpr std::size_t kDepth = EVENT_QUEUE_DEPTH;

struct Item {
  bool order = false;
  std::uint16_t last_byte = 0;
  Event event{};
};

Item random_item(std::mt19937& rng, std::uint64_t n) {
  Item i;
  auto* bytes = reinterpret_cast<std::uint8_t*>(&i.event);
  for (std::size_t b = 0; b < sizeof i.event; ++b) bytes[b] = static_cast<std::uint8_t>(rng());
  i.order = rng() % 2 == 0;
  i.event.kind = i.order ? (rng() % 3 == 0 ? 3 : 1) : 4;
  i.event.sequence = n;
  i.event.msg_type = static_cast<std::uint8_t>("AFECXDUPS"[rng() % 9]);
  i.last_byte = static_cast<std::uint16_t>(rng());
  return i;
}
unsigned class_of(std::uint8_t type) {
  switch (type) {
    case 'A':
    case 'F':
      return 1;
    case 'E':
    case 'C':
      return 2;
    case 'X':
      return 3;
    case 'D':
      return 4;
    case 'U':
      return 5;
    case 'P':
      return 6;
    default:
      return 0;
  }
}
bool same(const Event& a, const Event& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

class EventQueue : public testing::Test {
 protected:
  EventQueue() {
    dut_->event_valid_i = 0, dut_->started_valid_i = 0, dut_->m_event_tready_i = 0;
    reset(*dut_);
  }

  // One cycle; true when the event was taken.
  bool tick(const std::optional<Item>& item = {}, const std::optional<std::uint16_t>& started = {}, bool ready = true) {
    dut_->event_valid_i = item.has_value();
    const Item offered = item.value_or(Item{});
    dut_->event_order_i = offered.order;
    dut_->event_last_byte_i = offered.last_byte;
    std::array<std::uint32_t, 32> words;
    std::memcpy(words.data(), &offered.event, sizeof offered.event);
    for (unsigned w = 0; w < 32; ++w) dut_->event_i.at(w) = words[w];
    dut_->started_valid_i = started.has_value();
    dut_->started_cycle_i = started.value_or(0xDEAD);
    dut_->m_event_tready_i = ready;
    settle(*dut_);
    const Event now = event_of(dut_->m_event_tdata_o);
    if (waiting_) {
      EXPECT_TRUE(dut_->m_event_tvalid_o) << "tvalid fell";
      EXPECT_TRUE(same(now, *waiting_)) << "an event changed";
    }
    waiting_.reset();
    if (dut_->m_event_tvalid_o) {
      if (ready) {
        out_.push_back(now);
      } else {
        waiting_ = now;
      }
    }
    if (dut_->hist_valid_o) hist_.emplace_back(dut_->hist_class_o, dut_->hist_latency_o);
    const bool taken = item && dut_->event_ready_o;
    rise(*dut_);
    return taken;
  }
  void drain() {
    for (int i = 0; i < 8; ++i) tick();
    settle(*dut_);
    EXPECT_TRUE(dut_->idle_o);
  }

  static Event completed(const Item& item, std::uint16_t started) {
    Event e = item.event;
    e.stages[5] = static_cast<std::uint16_t>(started - item.last_byte);
    const auto after_verdict = static_cast<std::uint16_t>(e.stages[5] - e.stages[4]);
    e.stages[7] = after_verdict == 0 ? 0 : static_cast<std::uint16_t>(after_verdict - 1);
    return e;
  }

  std::unique_ptr<Vevent_queue> dut_ = std::make_unique<Vevent_queue>();
  std::optional<Event> waiting_;
  std::deque<Event> out_;
  std::vector<std::pair<unsigned, unsigned>> hist_;
  std::size_t told_ = 0;  // events with a frame that left
};

Item order_at(std::uint16_t last_byte, std::uint16_t verdict) {
  Item i{true, last_byte, {}};
  i.event.kind = 1;
  i.event.msg_type = 'E';
  for (unsigned s = 0; s < kStages; ++s) i.event.stages[s] = static_cast<std::uint16_t>(100 + s);
  i.event.stages[4] = static_cast<std::uint16_t>(verdict - last_byte);
  return i;
}

TEST_F(EventQueue, PassesAnEventWithoutAFrameUnchangedInTwoCycles) {
  Item item{false, 5, {}};
  for (unsigned s = 0; s < kStages; ++s) item.event.stages[s] = static_cast<std::uint16_t>(100 + s);
  item.event.kind = 4;
  EXPECT_TRUE(tick(item));
  tick();
  EXPECT_TRUE(out_.empty());
  tick();
  ASSERT_EQ(out_.size(), 1U);
  EXPECT_TRUE(same(out_[0], item.event));
  drain();
  EXPECT_TRUE(hist_.empty());
}

TEST_F(EventQueue, StampsTheFirstBeatAndHowLongItWaitedForTheLine) {
  struct Case {
    std::uint16_t verdict, started, latency, waited;
  };
  constexpr std::uint16_t kLast = 0xFFFC;  // the cycle count wraps
  for (const Case c : {Case{0xFFFF, 0x0000, 4, 0}, Case{0x0000, 0x0000, 4, 0}, Case{0xFFFF, 0x0001, 5, 1},
                       Case{0x0003, 0x0020, 36, 28}}) {
    out_.clear(), hist_.clear();
    const Item item = order_at(kLast, c.verdict);
    tick(item);
    tick({}, c.started);
    drain();
    ASSERT_EQ(out_.size(), 1U);
    for (unsigned s = 0; s < kStages; ++s) {
      EXPECT_EQ(out_[0].stages[s], s == 5 ? c.latency : s == 7 ? c.waited : item.event.stages[s]) << "stage " << s;
    }
    EXPECT_EQ(hist_, (std::vector{std::pair{2U, unsigned{c.latency}}}));
  }
}

TEST_F(EventQueue, HoldsAnOrdersEventAndWhatFollowsUntilItsFrameBegan) {
  tick(order_at(10, 13));
  Item book{false, 0, {}};
  book.event.kind = 4;
  tick(book);
  for (int i = 0; i < 50; ++i) tick();
  EXPECT_TRUE(out_.empty());
  tick({}, 60);
  drain();
  ASSERT_EQ(out_.size(), 2U);
  EXPECT_EQ(out_[0].stages[5], 50);
  EXPECT_EQ(out_[1].kind, 4);
}

TEST_F(EventQueue, UsesAReportThatCameBeforeTheEvent) {
  tick({}, 14);
  tick({}, 50);
  tick(order_at(10, 13));
  tick(order_at(20, 30));
  drain();
  ASSERT_EQ(out_.size(), 2U);
  EXPECT_EQ(out_[0].stages[5], 4);
  EXPECT_EQ(out_[1].stages[5], 30);
}

TEST_F(EventQueue, CountsOnlyOrdersInTheHistogramAndNotCancels) {
  Item cancel = order_at(10, 13);
  cancel.event.kind = 3;
  tick(cancel, 14);
  drain();
  EXPECT_EQ(out_.size(), 1U);
  EXPECT_EQ(out_[0].stages[5], 4);
  EXPECT_TRUE(hist_.empty());
}

TEST_F(EventQueue, TakesItsDepthOfEventsAtOnceWhileNoneIsRead) {
  std::mt19937 rng(3);
  std::vector<Event> want;
  std::size_t taken = 0;
  for (std::size_t n = 0; n < kDepth + 10; ++n) {
    Item item = random_item(rng, n);
    item.order = true;
    item.event.kind = 1;
    const auto started = static_cast<std::uint16_t>(rng());
    if (tick(item, {}, false)) ++taken, tick({}, started, false), want.push_back(completed(item, started));
  }
  EXPECT_GE(taken, kDepth);
  EXPECT_LE(taken, kDepth + 1);
  for (std::size_t i = 0; i < taken; ++i) tick();
  drain();
  ASSERT_EQ(out_.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) ASSERT_TRUE(same(out_[i], want[i])) << i;
}

TEST_F(EventQueue, PassesAnEventACycle) {
  std::mt19937 rng(4);
  for (std::size_t n = 0; n < 200; ++n) {
    Item item = random_item(rng, n);
    EXPECT_TRUE(tick(item, item.order ? std::optional{item.last_byte} : std::nullopt));
  }
  tick(), tick();
  EXPECT_EQ(out_.size(), 200U);
}

TEST_F(EventQueue, LosesAndMixesNothingUnderRandomStalls) {
  std::mt19937 rng(5);
  std::vector<Event> want;
  std::vector<std::pair<unsigned, unsigned>> want_hist;
  std::deque<std::uint16_t> reports;  // of orders whose frame has not begun
  std::optional<Item> item;
  std::uint64_t n = 0;
  std::size_t orders = 0, begun = 0;  // the latter: reported
  unsigned event_in = 1, report_in = 1, ready_in = 1;
  for (int i = 0; i < 40'000; ++i) {
    if (i % 2000 == 0) event_in = 1 + rng() % 4, report_in = 1 + rng() % 6, ready_in = 1 + rng() % 6;
    if (!item && rng() % event_in == 0) {
      item = random_item(rng, n++);
      if (item->order) {
        const auto started = static_cast<std::uint16_t>(rng());
        reports.push_back(started), ++orders;
        want.push_back(completed(*item, started));
        if (item->event.kind == 1) want_hist.emplace_back(class_of(item->event.msg_type), want.back().stages[5]);
      } else {
        want.push_back(item->event);
      }
    }
    std::optional<std::uint16_t> report;
    if (!reports.empty() && rng() % report_in == 0) report = reports.front(), reports.pop_front(), ++begun;
    const std::size_t before = out_.size();
    if (tick(item, report, rng() % ready_in == 0)) item.reset();
    if (out_.size() > before && (out_.back().kind == 1 || out_.back().kind == 3)) {
      ASSERT_LE(++told_, begun) << "an order was explained before its frame began";
    }
  }
  for (int i = 0; i < 10'000 && item; ++i) {
    std::optional<std::uint16_t> report;
    if (!reports.empty()) report = reports.front(), reports.pop_front();
    if (tick(item, report)) item.reset();
  }
  EXPECT_FALSE(item) << "the queue does not take an event";
  while (!reports.empty()) tick({}, reports.front()), reports.pop_front();
  for (std::size_t i = 0; i < kDepth; ++i) tick();
  drain();
  EXPECT_GT(want.size(), 5000U);
  ASSERT_EQ(out_.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) ASSERT_TRUE(same(out_[i], want[i])) << i;
  EXPECT_EQ(hist_, want_hist);
}

}  // namespace
}  // namespace twinpath::rtl
