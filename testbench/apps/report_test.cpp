#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "host/apps/report/format.h"
#include "host/apps/report/render.h"
#include "host/apps/report/svg.h"
#include "testbench/apps/report_sample.h"

namespace twinpath::report {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

std::size_t occurrences(const std::string& text, std::string_view part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

TEST(Summary, AgreesWithTheHistogramAndItsBinsHoldEveryValue) {
  for (const std::uint64_t top : {3ull, 50ull, 300ull, 90'000ull, 50'000'000'000ull}) {
    Histogram h;
    for (std::uint64_t i = 0; i < 1000; ++i) h.record(1 + top * i / 999 * i / 999);
    const auto d = summarize(h, 40);
    EXPECT_EQ(d.count, 1000u);
    EXPECT_EQ(d.min, h.min());
    EXPECT_EQ(d.max, h.max());
    EXPECT_EQ(d.p50, h.percentile(50));
    EXPECT_EQ(d.p999, h.percentile(99.9));
    EXPECT_LE(d.bins.size(), 40u) << top;
    std::uint64_t total = 0, next = d.min;
    for (const auto& bin : d.bins) {
      EXPECT_EQ(bin.low, next) << "bins leave no gap, top " << top;
      EXPECT_LE(bin.low, bin.high);
      next = bin.high + 1;
      total += bin.count;
    }
    EXPECT_GT(next, d.max);
    EXPECT_EQ(total, 1000u);
  }
}

TEST(Summary, OfNothingIsEmpty) {
  const auto d = summarize(Histogram{});
  EXPECT_EQ(d.count, 0u);
  EXPECT_TRUE(d.bins.empty());
}

TEST(Summary, AFewCyclesGetABinEach) {
  Histogram h;
  h.record(4, 10);
  h.record(6, 5);
  const auto d = summarize(h);
  ASSERT_EQ(d.bins.size(), 3u);
  EXPECT_EQ(d.bins[0].count, 10u);
  EXPECT_EQ(d.bins[1].count, 0u);
  EXPECT_EQ(d.bins[2].count, 5u);
}

TEST(Counts, AreSortedWithoutZerosAndPrefix) {
  const auto d = sample_report();
  const auto reasons = rejects_by_reason(session_counters(d));
  ASSERT_EQ(reasons.size(), 7u);
  EXPECT_EQ(reasons.front().name, "position");
  EXPECT_EQ(reasons.front().value, 1'912u);
  EXPECT_EQ(sum(reasons), 4'377u);
  EXPECT_EQ(drops_by_cause(session_counters(d)).front().name, "wrong_destination");
  EXPECT_EQ(messages_by_type(session_counters(d)).front().name, "add");
}

TEST(Format, IsReadable) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'234'567), "1,234,567");
  EXPECT_EQ(signed_grouped(-1'500), "-1,500");
  EXPECT_EQ(compact(12), "12");
  EXPECT_EQ(compact(1'234'567), "1.23 M");
  EXPECT_EQ(compact(999'600), "1.00 M");
  EXPECT_EQ(nanoseconds(12.4), "12.4 ns");
  EXPECT_EQ(nanoseconds(1'350), "1.35 us");
  EXPECT_EQ(duration(23'400), "6 h 30 min");
  EXPECT_EQ(percent(1, 8), "12.5%");
  EXPECT_EQ(percent(1, 0), "-");
  EXPECT_EQ(clock_time(34'215.9), "09:30:15");
  EXPECT_EQ(cycles_to_ns(165), 512.0);
}

TEST(TextReport, HasTheVerdictLineExactlyAsGiven) {
  const auto d = sample_report();
  EXPECT_THAT(to_text(d), HasSubstr("\n" + d.verdict_line + "\n"));
  EXPECT_THAT(to_text(d, true), HasSubstr(d.verdict_line));
}

TEST(TextReport, HasFiguresAndNoColourUnlessAsked) {
  const auto text = to_text(sample_report());
  EXPECT_THAT(text, HasSubstr("18,204 orders, 2,204 cancels, 4,377 rejections"));
  EXPECT_THAT(text, HasSubstr("8; 24.8"));
  EXPECT_THAT(text, HasSubstr("UNTRUSTED"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(to_text(sample_report(), true), HasSubstr("\x1b[32m"));
}

TEST(TextReport, ShowsTheFirstDifference) {
  auto d = sample_report();
  d.verdict = Verdict::different;
  d.first_difference = "frame 17\nleft  order\nright reject";
  EXPECT_THAT(to_text(d), HasSubstr("First difference\nframe 17\nleft  order\nright reject\n"));
}

TEST(JsonReport, RoundTripsTheFigures) {
  const auto d = sample_report();
  const auto j = json::parse(to_json(d));
  EXPECT_EQ(j["verdict_line"], d.verdict_line);
  EXPECT_EQ(j["verdict"], "identical");
  EXPECT_EQ(j["frames"], d.frames);
  EXPECT_EQ(j["messages"], 2'911'480u);
  EXPECT_EQ(j["rejects_by_reason"]["position"], 1'912u);
  EXPECT_EQ(j["rules"]["take"]["sent"], 7'611u);
  EXPECT_EQ(j["rules"]["take"]["rejected"], 1'509u);
  ASSERT_EQ(j["paths"].size(), 2u);
  EXPECT_EQ(j["paths"][1]["simulated_cycles"], 41'300'212u);
  for (std::size_t i = 0; i < kCounterCount; ++i) {
    EXPECT_EQ(j["paths"][0]["counters"][std::string(name(static_cast<Counter>(i)))], d.paths[0].counters[i]);
  }
  ASSERT_EQ(j["fpga_latency"].size(), d.fpga_classes.size());
  for (std::size_t i = 0; i < d.fpga_classes.size(); ++i) {
    const auto& v = d.fpga_classes[i].values;
    const auto& entry = j["fpga_latency"][i];
    EXPECT_EQ(entry["name"], d.fpga_classes[i].name);
    EXPECT_EQ(entry["p99"], v.p99);
    EXPECT_EQ(entry["count"], v.count);
    EXPECT_DOUBLE_EQ(entry["ns"]["p50"], static_cast<double>(v.p50) * 512 / 165);
    ASSERT_EQ(entry["bins"].size(), v.bins.size());
    for (std::size_t b = 0; b < v.bins.size(); ++b) {
      EXPECT_EQ(entry["bins"][b], json::array({v.bins[b].low, v.bins[b].high, v.bins[b].count}));
    }
  }
  ASSERT_EQ(j["series"]["buckets"].size(), d.series.buckets.size());
  EXPECT_EQ(j["series"]["buckets"][7]["orders"], d.series.buckets[7].orders);
  EXPECT_DOUBLE_EQ(j["series"]["buckets"][7]["mid"], *d.series.buckets[7].mid);
  EXPECT_EQ(j["series"]["markers"].size(), d.series.markers.size());
  EXPECT_DOUBLE_EQ(j["symbols"][0]["bid"], 187.25);
  EXPECT_EQ(j["symbols"][7]["position"], -1'440);
  EXPECT_EQ(j["symbols"][5]["trusted"], false);
}

TEST(JsonReport, SurvivesANameThatIsNotUtf8) {
  ReportData d;
  d.input =
      "bad\xff"
      "name";
  EXPECT_NO_THROW(json::parse(to_json(d)));
}

TEST(HtmlReport, RefersToNothingOutsideItself) {
  const auto html = to_html(sample_report());
  for (const char* reference : {"http://", "https://", "src=", "href=", "@import", "url("})
    EXPECT_THAT(html, Not(HasSubstr(reference)));
  EXPECT_THAT(html, testing::StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(html, HasSubstr("prefers-color-scheme:dark"));
  EXPECT_THAT(html, HasSubstr("@media print"));
}

TEST(HtmlReport, ShowsTheFiguresOfTheData) {
  const auto d = sample_report();
  const auto html = to_html(d);
  EXPECT_THAT(html, HasSubstr(escape(d.verdict_line)));
  EXPECT_THAT(html, HasSubstr("2,911,480"));
  EXPECT_THAT(html, HasSubstr("18,204"));
  EXPECT_THAT(html, HasSubstr("Position\n1,912 (43.7%)")) << "the tooltip of a bar";
}

TEST(HtmlReport, MarksEveryOrderOfTheSeriesOnce) {
  const auto d = sample_report();
  const auto html = to_html(d);
  std::size_t rejected = 0, buys = 0;
  for (const auto& m : d.series.markers) {
    rejected += m.rejected;
    buys += !m.rejected && m.side == Side::buy;
  }
  EXPECT_EQ(occurrences(html, "class=\"mark-reject\""), rejected);
  EXPECT_EQ(occurrences(html, "class=\"mark-buy\""), buys);
  EXPECT_EQ(occurrences(html, "class=\"mark-sell\""), d.series.markers.size() - rejected - buys);
}

TEST(HtmlReport, HasEveryCounterAndPointsOutThoseThatDiffer) {
  auto d = sample_report();
  for (std::size_t i = 0; i < kCounterCount; ++i) {
    EXPECT_THAT(to_html(d), HasSubstr(fmt::format("<td>{}</td>", name(static_cast<Counter>(i)))));
  }
  EXPECT_EQ(occurrences(to_html(d), "class=\"differs\""), 0u);
  ++d.paths[1].counters[static_cast<std::size_t>(Counter::overfill)];
  EXPECT_EQ(occurrences(to_html(d), "class=\"differs\""), 1u);
  EXPECT_THAT(to_html(d), HasSubstr("<details open><summary>Commands and answers"));
}

TEST(HtmlReport, EscapesText) {
  EXPECT_EQ(escape("<a b=\"c\">&'\x01"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
  auto d = sample_report();
  const std::string evil = "<script>alert(\"x\")</script>";
  d.title = d.input = d.config = d.verdict_line = d.first_difference = evil;
  d.paths[0].name = d.symbols[0].name = d.series.symbol = d.series.markers[0].text = evil;
  d.fpga_classes[0].name = d.fpga_stages[0].name = d.software_orders[0].name = d.software_orders[0].path = evil;
  const auto html = to_html(d);
  EXPECT_EQ(occurrences(html, "<script>"), 1u) << "the page's own";
  EXPECT_THAT(html, Not(HasSubstr("alert(\"x\")")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(&quot;x&quot;)"));
}

TEST(HtmlReport, ADifferenceIsShownAsOne) {
  auto d = sample_report();
  d.verdict = Verdict::different;
  d.first_difference = "frame 17";
  EXPECT_THAT(to_html(d), HasSubstr("class=\"verdict diff\""));
  EXPECT_THAT(to_html(d), HasSubstr("<pre>frame 17</pre>"));
}

TEST(EveryReport, OfNothingIsStillAReport) {
  const ReportData d;
  EXPECT_THAT(to_text(d), HasSubstr("0 frames"));
  EXPECT_THAT(to_html(d), HasSubstr("</html>"));
  EXPECT_EQ(json::parse(to_json(d))["orders"], 0);
  EXPECT_THAT(to_html(d), Not(HasSubstr("nan")));
}

TEST(EveryReport, SurvivesDegenerateFigures) {
  ReportData d;
  d.paths.push_back({"sw:", {}, 0, 0});
  d.fpga_classes = {{"p", "add", {}}};
  d.fpga_stages = {{"p", "decoded", {}}};
  d.software_orders = {sample_latency("sw:", "order", 5, 0, 1, 0)};
  d.series.symbol = "A";
  d.series.buckets.resize(1);
  d.series.buckets[0].mid = 1.0;  // no time, one price
  for (const auto& text : {to_text(d), to_html(d), to_json(d)}) {
    EXPECT_THAT(text, Not(HasSubstr("nan")));
    EXPECT_THAT(text, Not(HasSubstr("inf,")));
  }
}

}  // namespace
}  // namespace twinpath::report
