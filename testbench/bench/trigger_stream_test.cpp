#include "bench/trigger_stream.h"

#include <gmock/gmock.h>

#include <map>
#include <set>
#include <string>

#include "bench/bench_config.h"
#include "bench/software_bench.h"
#include "host/wire/itch50.h"
#include "host/wire/net.h"

namespace twinpath::bench {
namespace {

std::vector<Target> all_targets(unsigned times) {
  std::vector<Target> targets;
  for (unsigned n = 0; n < times; ++n)
    for (unsigned c = 0; c < kTriggerClasses; ++c)
      for (unsigned lane = 0; lane < kLanes; ++lane) targets.push_back({static_cast<TriggerClass>(c), lane});
  return targets;
}

struct Found {
  std::size_t frame;
  std::size_t begin;  // in the frame
  std::span<const std::uint8_t> bytes;
};

// Every message of a segment by sequence number, found with the wire's own decoders.
std::map<std::uint64_t, Found> messages_of(const Segment& segment) {
  std::map<std::uint64_t, Found> messages;
  for (std::size_t i = 0; i < segment.frames.size(); ++i) {
    const auto frame = segment.frame(i);
    net::UdpFrame udp;
    EXPECT_EQ(net::parse_udp(frame, udp), net::ParseError::none);
    const mold::Header header = mold::Header::read(udp.payload.data());
    mold::BlockReader blocks(udp.payload.subspan(mold::Header::kSize), header.count);
    std::span<const std::uint8_t> block;
    std::uint64_t sequence = header.sequence;
    while (blocks.next(block) == mold::BlockReader::Status::block)
      messages[sequence++] = {i, static_cast<std::size_t>(block.data() - frame.data()), block};
    EXPECT_EQ(sequence, header.sequence + header.count);
    EXPECT_TRUE(blocks.rest().empty());
  }
  return messages;
}

class TriggerStreams : public testing::TestWithParam<Load> {};

TEST_P(TriggerStreams, PutEveryTriggerWhereItsMarkSays) {
  TriggerStream stream(GetParam(), 7);
  stream.opening();
  const std::vector<Target> targets = all_targets(4);
  const Segment& segment = stream.next(targets);
  ASSERT_EQ(segment.marks.size(), targets.size());
  const auto messages = messages_of(segment);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const TriggerMark& mark = segment.marks[i];
    const TriggerClassInfo& c = info(targets[i].trigger);
    SCOPED_TRACE(std::string(c.name) + ", lane " + std::to_string(targets[i].lane));
    ASSERT_TRUE(messages.contains(mark.sequence));
    const Found& found = messages.at(mark.sequence);
    EXPECT_EQ(found.frame, mark.frame);
    EXPECT_EQ(found.bytes[0], c.type);
    EXPECT_EQ(found.begin + found.bytes.size() - 1, mark.last_byte);
    EXPECT_EQ(mark.last_byte % 8, targets[i].lane);
    EXPECT_EQ(mark.field_byte, found.begin + c.field_end - 1);
  }
}

// A changed bit in the last byte of the field changes that field by a unit; one in the next byte does not.
TEST_P(TriggerStreams, MarkTheLastByteOfTheFieldThatDecides) {
  TriggerStream stream(GetParam(), 8);
  stream.opening();
  const Segment& segment = stream.next(all_targets(1));
  const auto messages = messages_of(segment);
  for (const TriggerMark& mark : segment.marks) {
    const TriggerClassInfo& c = info(mark.target.trigger);
    const Found& found = messages.at(mark.sequence);
    const auto field = [&](std::span<const std::uint8_t> bytes) {
      std::uint64_t number = UINT64_MAX;
      itch::visit(bytes, [&](const auto& m) {
        for_each_field(m, [&](std::string_view name, const FieldValue& v) {
          if (name == c.field) number = v.number;
        });
      });
      return number;
    };
    std::vector<std::uint8_t> changed(found.bytes.begin(), found.bytes.end());
    const std::uint64_t before = field(changed);
    ASSERT_NE(before, UINT64_MAX);
    changed[mark.field_byte - found.begin] ^= 1;
    EXPECT_EQ(field(changed), before ^ 1) << c.name;
    if (mark.field_byte < mark.last_byte) {
      changed[mark.field_byte - found.begin] ^= 1;
      changed[mark.field_byte - found.begin + 1] ^= 0xFF;
      EXPECT_EQ(field(changed), before) << c.name;
    }
  }
}

TEST_P(TriggerStreams, FireOnceATriggerAndNowhereElse) {
  TriggerStream stream(GetParam(), 9);
  std::map<TriggerClass, unsigned> orders;
  SoftwareBench software([&](const TriggerMark& m, std::uint64_t) { ++orders[m.target.trigger]; });
  software.run(stream.opening());
  for (unsigned segment = 0; segment < 3; ++segment) software.run(stream.next(all_targets(20)));
  EXPECT_EQ(orders.size(), kTriggerClasses);
  for (const auto& [c, n] : orders) EXPECT_EQ(n, 3 * 20 * kLanes) << info(c).name;
}

TEST_P(TriggerStreams, AreEqualForEqualSeeds) {
  const auto bytes = [](std::uint64_t seed) {
    TriggerStream stream(GetParam(), seed);
    stream.opening();
    return stream.next(all_targets(2)).bytes;
  };
  EXPECT_EQ(bytes(1), bytes(1));
  EXPECT_NE(bytes(1), bytes(2));
}

INSTANTIATE_TEST_SUITE_P(Loads, TriggerStreams, testing::Values(Load::sparse, Load::half, Load::full),
                         [](const auto& i) { return std::string(name(i.param)); });

// Beats are counted over frames in a row, as at full load.
TEST(TriggerStream, LeavesTheLineOutFreeForEveryOrder) {
  TriggerStream stream(Load::full, 3);
  stream.opening();
  const Segment& segment = stream.next(all_targets(10));
  std::vector<std::uint64_t> first_beat{0};
  for (const StreamFrame& f : segment.frames) {
    EXPECT_EQ(f.gap, 0u);
    first_beat.push_back(first_beat.back() + (f.size + 7) / 8);
  }
  std::uint64_t previous = 0;
  std::set<std::uint64_t> distances;
  for (std::size_t i = 0; i < segment.marks.size(); ++i) {
    const std::uint64_t beat = first_beat[segment.marks[i].frame] + segment.marks[i].last_byte / 8;
    if (i > 0) {
      EXPECT_GE(beat - previous, TriggerStream::kTriggerDistance);
      distances.insert(beat - previous);
    }
    previous = beat;
  }
  EXPECT_GT(distances.size(), 10u) << "triggers keep to a rhythm";
}

TEST(TriggerStream, CrowdsEveryKindOfMessageAroundTriggers) {
  TriggerStream stream(Load::full, 4);
  stream.opening();
  const Segment& segment = stream.next(all_targets(20));
  std::set<std::uint8_t> types;
  std::set<std::uint8_t> in_front;  // types right in front of a trigger, in its frame
  std::set<std::uint8_t> behind;
  const auto messages = messages_of(segment);
  for (const auto& [sequence, found] : messages) types.insert(found.bytes[0]);
  for (const TriggerMark& mark : segment.marks) {
    const auto at = messages.find(mark.sequence);
    if (at != messages.begin() && std::prev(at)->second.frame == mark.frame)
      in_front.insert(std::prev(at)->second.bytes[0]);
    if (const auto next = std::next(at); next != messages.end()) behind.insert(next->second.bytes[0]);
  }
  // All of ITCH but S and W, and one unknown.
  EXPECT_EQ(types.size(), 22u);
  EXPECT_EQ(types.count('S') + types.count('W'), 0u);
  EXPECT_GE(in_front.size(), 15u);
  EXPECT_GE(behind.size(), 15u);
}

TEST(TriggerStream, SparseTriggersStandInAFrameOfTheirOwnAfterARest) {
  TriggerStream stream(Load::sparse, 5);
  stream.opening();
  const Segment& segment = stream.next(all_targets(5));
  std::set<std::uint32_t> frames;
  for (const TriggerMark& mark : segment.marks) {
    EXPECT_TRUE(frames.insert(mark.frame).second);
    EXPECT_GE(segment.frames[mark.frame].gap, 48u);
    if (mark.frame + 1 < segment.frames.size()) {
      EXPECT_GE(segment.frames[mark.frame + 1].gap, 48u);
    }
  }
}

}  // namespace
}  // namespace twinpath::bench
