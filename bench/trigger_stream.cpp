#include "bench/trigger_stream.h"

#include <limits>

#include "bench/bench_config.h"

namespace twinpath::bench {
namespace {

constexpr std::size_t kMaxPayload = 1472;
// No frame is cut before it can hold a trigger with what stands in front of it.
constexpr std::uint32_t kRoom = 256;
constexpr std::uint64_t kScenarioReferences = std::uint64_t{1} << 32;
constexpr std::uint64_t kBackgroundReferences = std::uint64_t{1} << 48;

MoldPacketizerConfig packets_config() {
  MoldPacketizerConfig c;
  c.line = bench_line();
  c.session = mold::make_session("BENCH");
  c.max_payload = kMaxPayload;
  // Where a frame ends is decided here alone.
  c.window_ns = std::numeric_limits<std::uint64_t>::max();
  return c;
}

}  // namespace

TriggerStream::TriggerStream(Load load, std::uint64_t seed)
    : load_(load),
      random_(seed * kLoads + static_cast<unsigned>(load)),
      scenarios_(random_, kScenarioReferences),
      background_(random_, kBackgroundReferences),
      packets_(packets_config(),
               [this](std::uint64_t, std::span<const std::uint8_t> frame) {
                 segment_.frames.push_back({segment_.bytes.size(), frame.size(), gap_});
                 segment_.bytes.insert(segment_.bytes.end(), frame.begin(), frame.end());
                 flushed_beats_ += (frame.size() + 7) / 8;
               }),
      headers_(static_cast<std::uint32_t>(bench_line().header_size() + mold::Header::kSize)),
      used_(headers_) {
  cut();
}

// Ends the open frame; the next one comes `gap` idle cycles later and has a length of its own.
void TriggerStream::cut(std::uint32_t gap) {
  packets_.flush();
  used_ = headers_;
  gap_ = gap;
  const auto largest = static_cast<std::uint32_t>(headers_ - mold::Header::kSize + kMaxPayload);
  // Half of the frames are short.
  limit_ = random_.between(headers_ + kRoom, random_.one_in(2) ? headers_ + 2 * kRoom : largest);
}

void TriggerStream::append(const Message& m) {
  packets_.add(m.view());
  used_ += m.block();
}

void TriggerStream::put(const Message& m) {
  if (!fits(m.block())) cut();
  append(m);
  // Frames of a message or two as well.
  if (random_.one_in(16)) cut();
}

const Segment& TriggerStream::opening() {
  segment_ = {};
  std::vector<Message> messages;
  scenarios_.quiet_books(messages);
  for (const Message& m : messages) put(m);
  cut();
  return segment_;
}

const Segment& TriggerStream::next(std::span<const Target> targets) {
  segment_.bytes.clear();
  segment_.frames.clear();
  segment_.marks.clear();
  for (const Target& t : targets) {
    scenarios_.make(t.trigger, scenario_);
    if (load_ == Load::sparse) {
      sparse(t);
    } else {
      crowded(t);
    }
    cleanup_.swap(scenario_.cleanup);
  }
  cut();
  return segment_;
}

void TriggerStream::sparse(const Target& target) {
  const auto rest = [this] { return random_.between(48, 80); };
  for (const Message& m : cleanup_) append(m);
  for (const Message& m : scenario_.setup) append(m);
  cut(rest());
  place(target, nullptr);
  if (random_.one_in(2)) append(background_.next());
  cut(rest());
}

void TriggerStream::crowded(const Target& target) {
  const auto some = [this](std::uint32_t most) {
    for (std::uint32_t n = random_.below(most + 1); n > 0; --n) put(background_.next());
  };
  some(3);
  for (const Message& m : cleanup_) {
    put(m);
    some(2);
  }
  // What prepares the trigger may stand right in front of it, so that one step of the core meets the next.
  const bool tight = !scenario_.setup.empty() && random_.one_in(2);
  const std::size_t ahead = scenario_.setup.size() - (tight ? 1 : 0);
  for (std::size_t i = 0; i < ahead; ++i) {
    put(scenario_.setup[i]);
    some(2);
  }
  const std::uint64_t from = last_trigger_beat_ + kTriggerDistance + random_.below(24);
  while (beats() < from) put(background_.next());
  place(target, tight ? &scenario_.setup.back() : nullptr);
  last_trigger_beat_ = beats();
}

// Appends fillers, `before` if there is one, and the trigger, so that the trigger ends in the lane wanted.
void TriggerStream::place(const Target& target, const Message* before) {
  const TriggerClassInfo& c = info(target.trigger);
  const std::uint32_t unit = (before != nullptr ? before->block() : 0) + scenario_.trigger.block();
  for (;;) {
    background_.filler((target.lane + 8 - (used_ + unit - 1) % 8) % 8, filler_);
    std::uint32_t bytes = unit;
    for (const Message& m : filler_) bytes += m.block();
    if (fits(bytes)) break;
    cut();
  }
  for (const Message& m : filler_) append(m);
  if (before != nullptr) append(*before);
  const std::uint32_t first = used_ + static_cast<std::uint32_t>(mold::kBlockHeader);
  segment_.marks.push_back({target, static_cast<std::uint32_t>(segment_.frames.size()), first + c.length - 1,
                            first + c.field_end - 1, packets_.next_sequence()});
  append(scenario_.trigger);
}

}  // namespace twinpath::bench
