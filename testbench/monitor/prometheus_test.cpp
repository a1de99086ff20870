// The text that Prometheus reads, of a run made up by hand.
#include "host/monitor/prometheus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace twinpath {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunNow run() {
  RunNow r;
  r.time = 10'000'000'000;
  ipc::ProcessNow p;
  p.name = "orders";
  p.owned = true;
  p.started = 2'500'000'000;
  p.heartbeat = 9'500'000'000;
  p.counters = {{"frames not sent", 3},
                {"open orders", 4},
                {"rejected: collar", 5},
                {"rejected: a\"b\\", 18'446'744'073'709'551'615U}};
  ipc::HistogramNow h;
  h.name = "intent taken to frame sent, ns";
  h.count = 9;
  for (std::size_t k = 10; k < 64; ++k) h.below[k] = k < 20 ? 8 : 9;
  p.histograms.push_back(h);
  r.processes.push_back(p);
  p.name = "feed";
  p.owned = false;
  r.processes.push_back(p);
  return r;
}

TEST(Prometheus, NamesCountersGaugesReasonsAndLatencies) {
  const std::string text = prometheus_text(run());
  for (const char* line :
       {"twinpath_up{process=\"orders\"} 1\n", "twinpath_up{process=\"feed\"} 0\n",
        "twinpath_silent_seconds{process=\"orders\"} 0.5\n", "# TYPE twinpath_frames_not_sent_total counter\n",
        "twinpath_frames_not_sent_total{process=\"orders\"} 3\n", "# TYPE twinpath_open_orders gauge\n",
        "twinpath_open_orders{process=\"orders\"} 4\n",
        "twinpath_rejections_by_reason_total{process=\"orders\",reason=\"collar\"} 5\n",
        "twinpath_rejections_by_reason_total{process=\"orders\",reason=\"a\\\"b\\\\\"} 18446744073709551615\n",
        "# TYPE twinpath_intent_taken_to_frame_sent_seconds histogram\n",
        "twinpath_intent_taken_to_frame_sent_seconds_bucket{process=\"orders\",le=\"5.11e-07\"} 0\n",
        "twinpath_intent_taken_to_frame_sent_seconds_bucket{process=\"orders\",le=\"1.023e-06\"} 8\n",
        "twinpath_intent_taken_to_frame_sent_seconds_bucket{process=\"orders\",le=\"+Inf\"} 9\n",
        "twinpath_intent_taken_to_frame_sent_seconds_count{process=\"orders\"} 9\n"})
    EXPECT_THAT(text, HasSubstr(line));
  EXPECT_THAT(text, Not(HasSubstr("twinpath_manager"))) << "nothing of an order manager that is not there";
}

TEST(Prometheus, ShowsASideOnlyWhenItIsQuoted) {
  RunNow r = run();
  BookNow b;
  b.symbol = "AAPL";
  b.now.bbo.bid = {SideState::quoted, Price{1'872'501}, Quantity{300}};
  b.now.trusted = true;
  b.position = -7;
  r.books.push_back(b);
  r.manager = ManagerStatus{1, true, false};
  const std::string text = prometheus_text(r);
  EXPECT_THAT(text, HasSubstr("twinpath_book_price_dollars{symbol=\"AAPL\",side=\"bid\"} 187.2501\n"));
  EXPECT_THAT(text, HasSubstr("twinpath_position_shares{symbol=\"AAPL\"} -7\n"));
  EXPECT_THAT(text, HasSubstr("twinpath_manager_armed 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("side=\"ask\"")));
}

}  // namespace
}  // namespace twinpath
