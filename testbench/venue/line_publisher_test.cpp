#include "host/venue/line_publisher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "host/venue/frame_damage.h"
#include "host/venue/market_generator.h"

namespace twinpath::venue {
namespace {

struct Received {
  std::uint64_t time;
  bool fcs_error;
  bool tagged;
  net::ParseError parse;
  mold::Header header;
  std::vector<std::uint8_t> blocks;
};

// Takes both lines apart with the wire codecs.
class Receiver : public FrameSink {
 public:
  void on_frame(const LineFrame& frame) override {
    EXPECT_GE(frame.timestamp_ns, last_);
    last_ = frame.timestamp_ns;
    ASSERT_LT(frame.line, 2U);
    net::UdpFrame udp;
    Received r{frame.timestamp_ns, frame.fcs_error, false, net::parse_udp(frame.bytes, udp), {}, {}};
    r.tagged = udp.ethernet.vlan.has_value();
    if (r.parse == net::ParseError::none && udp.payload.size() >= mold::Header::kSize) {
      r.header = mold::Header::read(udp.payload.data());
      r.blocks.assign(udp.payload.begin() + mold::Header::kSize, udp.payload.end());
    }
    lines[frame.line].push_back(std::move(r));
  }

  std::array<std::vector<Received>, 2> lines;

 private:
  std::uint64_t last_ = 0;
};

struct PublishedSession {
  Receiver receiver;
  PublisherSummary summary;
  std::vector<GeneratedMessage> messages;
};

PublishedSession publish(const PublisherOptions& options, std::uint64_t messages = 200'000, std::uint64_t seed = 3) {
  GeneratorOptions o;
  o.messages = messages;
  o.symbols = 40;
  o.seed = seed;
  PublishedSession run;
  MarketGenerator generator(o);
  LinePublisher publisher(options, seed, run.receiver);
  GeneratedMessage m;
  while (generator.next(m)) {
    run.messages.push_back(m);
    publisher.publish(m);
  }
  publisher.finish();
  run.summary = publisher.summary();
  return run;
}

// Blocks of a line's packets, in order of arrival, as one sequence; EXPECTs it to be gapless from `sequence`.
std::vector<std::vector<std::uint8_t>> messages_of(const std::vector<Received>& line, std::uint64_t sequence) {
  std::vector<std::vector<std::uint8_t>> messages;
  for (const Received& r : line) {
    EXPECT_EQ(r.parse, net::ParseError::none);
    EXPECT_EQ(r.header.sequence, sequence);
    mold::BlockReader blocks(r.blocks, r.header.blocks());
    std::span<const std::uint8_t> block;
    while (blocks.next(block) == mold::BlockReader::Status::block) messages.emplace_back(block.begin(), block.end());
    EXPECT_EQ(blocks.left(), 0U);
    EXPECT_TRUE(blocks.rest().empty());
    sequence += r.header.blocks();
  }
  return messages;
}

TEST(LinePublisher, CarriesEveryMessageOnBothLinesWhenNothingGoesWrong) {
  PublisherOptions options;
  options.first_sequence = 7;
  const PublishedSession run = publish(options);
  for (const auto& line : run.receiver.lines) {
    const auto messages = messages_of(line, 7);
    ASSERT_EQ(messages.size(), run.messages.size());
    for (std::size_t i = 0; i < messages.size(); ++i) {
      ASSERT_TRUE(std::ranges::equal(messages[i], run.messages[i].span())) << "message " << i;
    }
  }
  EXPECT_EQ(run.summary.messages, run.messages.size());
  EXPECT_EQ(run.summary.next_sequence, 7 + run.messages.size());
  EXPECT_EQ(run.summary.lines[0].lost + run.summary.lines[1].lost + run.summary.gaps, 0U);
}

TEST(LinePublisher, PacksBurstsAndKeepsFramesOfALineApart) {
  const PublisherOptions options;
  const PublishedSession run = publish(options);
  std::uint16_t most = 0;
  for (const auto& line : run.receiver.lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i].header.count != mold::kEndOfSession) most = std::max(most, line[i].header.count);
      EXPECT_LE(line[i].blocks.size() + mold::Header::kSize, options.largest_payload);
      if (i == 0) continue;
      const std::uint64_t frame = 42 + mold::Header::kSize + line[i - 1].blocks.size();
      ASSERT_GE(line[i].time - line[i - 1].time, (std::max<std::uint64_t>(frame, 60) + 24) * 8 / 10);
    }
  }
  EXPECT_GE(most, 10U);
}

TEST(LinePublisher, FillsSilenceWithHeartbeatsAndEndsTheSession) {
  PublisherOptions options;
  const PublishedSession run = publish(options);
  for (unsigned i = 0; i < 2; ++i) {
    const auto& line = run.receiver.lines[i];
    std::uint64_t heartbeats = 0, ends = 0, longest = 0;
    for (std::size_t k = 0; k < line.size(); ++k) {
      if (line[k].header.count == mold::kHeartbeat) ++heartbeats;
      if (line[k].header.count == mold::kEndOfSession) ++ends;
      if (k > 0) longest = std::max(longest, line[k].time - line[k - 1].time);
    }
    EXPECT_GT(heartbeats, 0U);
    EXPECT_EQ(heartbeats, run.summary.lines[i].heartbeats);
    EXPECT_EQ(ends, options.end_of_session_packets);
    EXPECT_EQ(line.back().header.count, mold::kEndOfSession);
    EXPECT_EQ(line.back().header.sequence, run.summary.next_sequence);
    EXPECT_LE(longest, options.heartbeat_interval_ns + options.line_b.jitter_ns);
  }
}

TEST(LinePublisher, ImpairsAsOftenAsAskedAndSaysSo) {
  PublisherOptions options;
  options.line_a.loss = 0.02;
  options.line_a.duplication = 0.01;
  options.line_a.reordering = 0.03;
  options.line_b.loss = 0.005;
  options.line_b.tagged = 0.25;
  options.gap = 0.002;
  options.spare_other_line = false;
  const PublishedSession run = publish(options);
  const PublisherSummary& s = run.summary;
  const auto packets = static_cast<double>(s.packets);
  EXPECT_NEAR(static_cast<double>(s.lines[0].lost) / packets, 0.02, 0.003);
  EXPECT_NEAR(static_cast<double>(s.lines[0].duplicated) / packets, 0.01, 0.002);
  EXPECT_NEAR(static_cast<double>(s.lines[0].reordered) / packets, 0.03, 0.004);
  EXPECT_NEAR(static_cast<double>(s.lines[1].lost) / packets, 0.005, 0.0015);
  EXPECT_NEAR(static_cast<double>(s.gaps) / packets, 0.002, 0.001);
  EXPECT_EQ(s.lines[1].reordered + s.lines[1].duplicated + s.lines[0].tagged, 0U);

  std::uint64_t tagged = 0, frames = 0;
  for (unsigned i = 0; i < 2; ++i) {
    const LineSummary& l = s.lines[i];
    EXPECT_EQ(l.frames, s.packets - s.gaps - l.lost + l.duplicated + l.heartbeats + l.end_of_session);
    EXPECT_EQ(l.frames, run.receiver.lines[i].size());
    frames += l.frames;
  }
  for (const Received& r : run.receiver.lines[1]) tagged += r.tagged ? 1 : 0;
  EXPECT_EQ(tagged, s.lines[1].tagged);
  EXPECT_NEAR(static_cast<double>(tagged) / static_cast<double>(run.receiver.lines[1].size()), 0.25, 0.02);

  // What arrives confirms the summary: copies of a sequence, and sequences behind a later one.
  std::map<std::uint64_t, unsigned> copies;
  std::uint64_t behind = 0, highest = 0;
  for (const Received& r : run.receiver.lines[0]) {
    if (r.header.blocks() == 0) continue;
    const unsigned n = ++copies[r.header.sequence];
    if (n == 1 && r.header.sequence < highest) ++behind;
    highest = std::max(highest, r.header.sequence);
  }
  std::uint64_t twice = 0;
  for (const auto& [sequence, n] : copies) twice += n - 1;
  EXPECT_EQ(twice, s.lines[0].duplicated);
  EXPECT_GT(behind, s.lines[0].reordered / 2);
  EXPECT_LE(behind, s.lines[0].reordered);
}

TEST(LinePublisher, SparesTheOtherLineUnlessToldOtherwise) {
  PublisherOptions options;
  options.line_a.loss = options.line_b.loss = 0.3;
  const PublishedSession run = publish(options, 60'000);
  std::map<std::uint64_t, unsigned> seen;
  for (const auto& line : run.receiver.lines) {
    for (const Received& r : line) seen[r.header.sequence] += r.header.blocks() != 0 ? 1 : 0;
  }
  std::uint64_t expected = 1;
  std::uint64_t complete = 0;
  for (const auto& [sequence, copies] : seen) complete += copies != 0 ? 1 : 0;
  EXPECT_EQ(complete, run.summary.packets);
  EXPECT_EQ(seen.begin()->first, expected);
}

TEST(LinePublisher, LosesWhatNeitherLineCarriesAndCountsItsMessages) {
  PublisherOptions options;
  options.gap = 0.01;
  const PublishedSession run = publish(options, 100'000);
  std::uint64_t arrived = 0;
  for (const Received& r : run.receiver.lines[0]) arrived += r.header.blocks();
  EXPECT_EQ(arrived + run.summary.messages_in_gaps, run.summary.messages);
  EXPECT_GT(run.summary.messages_in_gaps, 0U);
}

TEST(LinePublisher, DoesNotChangeTheMessagesByImpairingThem) {
  PublisherOptions impaired;
  impaired.line_a.loss = 0.1;
  const PublishedSession clean = publish({}, 30'000);
  const PublishedSession lossy = publish(impaired, 30'000);
  const auto a = messages_of(clean.receiver.lines[1], 1);
  const auto b = messages_of(lossy.receiver.lines[1], 1);
  EXPECT_EQ(a, b);
}

TEST(LinePublisher, SpoilsFramesAsOftenAsAskedInEveryKind) {
  PublisherOptions options;
  options.line_a.damage = 0.05;
  options.line_a.damage_kinds = kAllDamage;
  const PublishedSession run = publish(options);
  const LineSummary& a = run.summary.lines[0];
  EXPECT_NEAR(static_cast<double>(a.damaged) / static_cast<double>(run.summary.packets), 0.05, 0.005);
  std::uint64_t sum = 0;
  for (const std::uint64_t n : a.damage) {
    EXPECT_GT(n, a.damaged / kDamageKinds / 2);
    sum += n;
  }
  EXPECT_EQ(sum, a.damaged);
  EXPECT_EQ(run.summary.lines[1].damaged, 0U);
  std::uint64_t fcs_errors = 0;
  for (const Received& r : run.receiver.lines[0]) fcs_errors += r.fcs_error ? 1 : 0;
  EXPECT_EQ(fcs_errors, a.damage[static_cast<unsigned>(Damage::fcs_error)]);
}

// What a reader of the damaged line runs into; "fine" when nothing.
std::string verdict(const Received& r, const PublisherOptions& options, std::uint32_t destination, std::uint16_t port,
                    std::span<const std::uint8_t> frame) {
  if (r.fcs_error) return "fcs_error";
  net::UdpFrame udp;
  const net::ParseError parse = net::parse_udp(frame, udp);
  if (parse != net::ParseError::none) return std::string(net::to_string(parse));
  if (udp.ip.destination != destination || udp.udp.destination_port != port) return "wrong_destination";
  if (udp.udp.length < 28) return "IPv4 and UDP lengths disagree";
  if (udp.payload.size() < mold::Header::kSize) return "short";
  const mold::Header header = mold::Header::read(udp.payload.data());
  if (header.session != mold::make_session(options.session)) return "wrong_session";
  mold::BlockReader blocks(udp.payload.subspan(mold::Header::kSize), header.blocks());
  std::span<const std::uint8_t> block;
  for (;;) {
    switch (blocks.next(block)) {
      case mold::BlockReader::Status::end:
        return blocks.rest().empty() ? "fine" : "trailing";
      case mold::BlockReader::Status::truncated:
        return "truncated_block";
      case mold::BlockReader::Status::block:
        if (block.size() < 12) return "bad_block_length";
        if (itch::check(block) == itch::DecodeError::bad_length) return "bad_message_length";
        break;
    }
  }
}

TEST(FrameDamage, RunsIntoTheCauseItIsNamedAfter) {
  // One line, one kind at a time: every frame is damaged, none may pass as fine.
  const std::map<Damage, std::set<std::string>> expected = {
      {Damage::truncated_frame, {"short", "truncated_block", std::string(net::to_string(net::ParseError::too_short))}},
      {Damage::not_ipv4, {std::string(net::to_string(net::ParseError::not_ipv4))}},
      {Damage::ip_options, {std::string(net::to_string(net::ParseError::ip_options))}},
      {Damage::fragment, {std::string(net::to_string(net::ParseError::fragment))}},
      {Damage::ip_checksum, {std::string(net::to_string(net::ParseError::ip_checksum))}},
      {Damage::not_udp, {std::string(net::to_string(net::ParseError::not_udp))}},
      {Damage::wrong_destination, {"wrong_destination"}},
      {Damage::udp_length, {std::string(net::to_string(net::ParseError::bad_length))}},
      {Damage::wrong_session, {"wrong_session"}},
      {Damage::block_length_zero, {"bad_block_length"}},
      {Damage::block_length_long, {"bad_message_length", "truncated_block"}},
      {Damage::block_length_over, {"truncated_block"}},
      {Damage::message_length, {"bad_message_length", "truncated_block"}},
      {Damage::fcs_error, {"fcs_error"}},
  };
  for (const auto& [kind, causes] : expected) {
    for (const double tagged : {0.0, 1.0}) {
      SCOPED_TRACE(to_string(kind));
      PublisherOptions options;
      options.line_a.damage = 1.0;
      options.line_a.damage_kinds = damage_bit(kind);
      options.line_a.tagged = tagged;
      class Judge : public FrameSink {
       public:
        void on_frame(const LineFrame& f) override {
          if (f.line != 0) return;
          const Received r{f.timestamp_ns, f.fcs_error, false, net::ParseError::none, {}, {}};
          ++verdicts[verdict(r, *options, options->line_a.destination_address, options->line_a.destination_port,
                             f.bytes)];
        }
        const PublisherOptions* options = nullptr;
        std::map<std::string, std::uint64_t> verdicts;
      } judge;
      judge.options = &options;
      GeneratorOptions o;
      o.messages = 20'000;
      o.symbols = 10;
      MarketGenerator generator(o);
      LinePublisher publisher(options, 1, judge);
      GeneratedMessage m;
      while (generator.next(m)) publisher.publish(m);
      publisher.finish();
      const LineSummary& l = publisher.summary().lines[0];
      EXPECT_EQ(judge.verdicts["fine"], l.heartbeats + l.end_of_session);
      std::uint64_t as_expected = 0;
      for (const std::string& cause : causes) as_expected += judge.verdicts[cause];
      EXPECT_EQ(as_expected, l.damaged);
    }
  }
}

TEST(LinePublisher, RefusesOptionsOutOfRange) {
  Receiver sink;
  PublisherOptions options;
  options.line_b.loss = 1.5;
  EXPECT_THROW(LinePublisher(options, 1, sink), std::invalid_argument);
  options = {};
  options.largest_payload = 1'473;
  EXPECT_THROW(LinePublisher(options, 1, sink), std::invalid_argument);
  options = {};
  options.heartbeat_interval_ns = 0;
  EXPECT_THROW(LinePublisher(options, 1, sink), std::invalid_argument);
  options = {};
  options.line_a.damage = 0.1;
  options.line_a.damage_kinds = 0;
  EXPECT_THROW(LinePublisher(options, 1, sink), std::invalid_argument);
}

}  // namespace
}  // namespace twinpath::venue
