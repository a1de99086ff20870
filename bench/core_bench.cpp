#include "bench/core_bench.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "bench/bench_config.h"
#include "host/core/registers.h"
#include "host/path/core_image.h"

namespace twinpath::bench {
namespace {

std::string text(const TriggerMark& m) {
  return fmt::format("trigger '{}' with its last byte in lane {}, message {}", info(m.target.trigger).name,
                     m.target.lane, m.sequence);
}

}  // namespace

CoreBench::CoreBench(Load load, std::uint64_t seed, bool speculative, OnTrigger on_trigger)
    : load_(load), on_trigger_(std::move(on_trigger)), pauses_(~seed), core_(make_core_driver(*this)), driver_(*core_) {
  driver_.reset();
  configure(speculative);
}

void CoreBench::configure(bool speculative) {
  CoreConfig config = bench_config();
  if (speculative) config.order.speculative = {.enabled = true, .discards = 255, .interval = 1};
  const std::uint32_t width = driver_.read_register(regs::kBuild0) & regs::kBuild0DataWidthMask;
  if (width != 64) {
    throw std::runtime_error(
        fmt::format("bench: the core was built with {} bits a beat; alignments are lanes of 64", width));
  }
  std::uint32_t next = UINT32_MAX;
  for (const ConfigWord& w : core_image(config)) {
    if (w.address() != next) driver_.write_register(regs::kCfgAddr, w.address());
    driver_.write_register(regs::kCfgData, w.data);
    next = w.address() + 1;
  }
}

void CoreBench::run(const Segment& segment) {
  segment_ = &segment;
  arrivals_.assign(segment.marks.size(), {});
  on_wire_ = 0;
  answered_ = 0;
  const std::uint64_t start = driver_.cycles();
  for (std::uint32_t i = 0; i < segment.frames.size(); ++i) frame(segment, i);
  if (!segment.marks.empty()) {
    wire_.cycles += driver_.cycles() - start;
    wire_.triggers += segment.marks.size();
    wire_.frames += segment.frames.size();
    for (const StreamFrame& f : segment.frames) wire_.beats += (f.size + 7) / 8;
  }
  driver_.run_until_idle();
  if (answered_ != segment.marks.size())
    throw std::runtime_error(fmt::format("bench: {} made no order", text(segment.marks[answered_])));
  finish_orders();
}

void CoreBench::frame(const Segment& segment, std::uint32_t number) {
  driver_.pass(segment.frames[number].gap);
  const std::span<const std::uint8_t> bytes = segment.frame(number);
  for (std::uint32_t at = 0; at < bytes.size(); at += 8) {
    if (load_ == Load::half)
      while (pauses_.one_in(2)) driver_.pass(1);
    const std::size_t left = bytes.size() - at;
    const std::uint64_t offered = driver_.cycles();
    // An order may leave in the very cycle that takes the beat: the mark is set first.
    std::size_t ends = on_wire_;
    for (std::size_t i = on_wire_; i < segment.marks.size() && segment.marks[i].frame == number; ++i) {
      const TriggerMark& m = segment.marks[i];
      if (m.field_byte / 8 == at / 8) arrivals_[i].field_offered = offered;
      if (m.last_byte / 8 == at / 8) {
        arrivals_[i].message_offered = offered;
        arrivals_[i].message_taken = offered;
        ends = i + 1;
      }
      if (m.last_byte / 8 > at / 8) break;
    }
    const std::uint64_t taken = driver_.beat(bytes.subspan(at, left < 8 ? left : 8), left <= 8, false);
    wire_.waited += taken - offered;
    for (; on_wire_ < ends; ++on_wire_) arrivals_[on_wire_].message_taken = taken;
  }
}

void CoreBench::on_event(const Event& e) {
  if (e.event_kind() == EventKind::reject || e.event_kind() == EventKind::cancel) {
    throw std::runtime_error(
        fmt::format("bench: message {} of type {} led to a {}, reason {}", e.sequence, static_cast<char>(e.msg_type),
                    e.event_kind() == EventKind::reject ? "rejection" : "cancel", name(static_cast<Reason>(e.reason))));
  }
  if (e.event_kind() != EventKind::order) return;
  if (answered_ == segment_->marks.size() || segment_->marks[answered_].sequence != e.sequence) {
    throw std::runtime_error(fmt::format(
        "bench: message {} of type {} fired rule {}, expected was {}", e.sequence, static_cast<char>(e.msg_type),
        e.rule, answered_ == segment_->marks.size() ? "none" : text(segment_->marks[answered_])));
  }
  const TriggerMark& mark = segment_->marks[answered_];
  const Arrival& a = arrivals_[answered_];
  const std::uint64_t out = first_beat_;
  if (out < a.message_offered) {
    throw std::runtime_error(fmt::format("bench: {}: its order left {} cycles before the message's last byte came",
                                         text(mark), a.message_offered - out));
  }
  if (e.stage(Stage::first_beat) != out - a.message_taken) {
    throw std::runtime_error(fmt::format("bench: {}: {} cycles at the pins, but the core's own stamp says {}",
                                         text(mark), out - a.message_taken, e.stage(Stage::first_beat)));
  }
  ++answered_;
  open_.push_back(e.user_ref);
  on_trigger_(mark, {out - a.message_offered, out - a.field_offered});
}

void CoreBench::finish_orders() {
  constexpr std::uint64_t kDone = std::uint64_t{static_cast<std::uint8_t>(CommandOp::done)} << 56;
  for (const std::uint32_t user_ref : open_) driver_.command(Cycles{0}, kDone | user_ref, 0, true);
  open_.clear();
  driver_.run_until_idle();
}

void CoreBench::check_counters(std::uint64_t messages) {
  const auto value = [this](Counter c) { return driver_.read_register64(regs::counter(c)); };
  const auto expect = [&](Counter c, std::uint64_t expected) {
    if (const std::uint64_t found = value(c); found != expected)
      throw std::runtime_error(fmt::format("bench: counter {}: expected {}, found {}", name(c), expected, found));
  };
  wire_.messages = messages;
  expect(Counter::messages, messages);
  expect(Counter::orders, wire_.triggers);
  for (const Counter c :
       {Counter::drop_overflow, Counter::gaps_opened, Counter::truncated_block, Counter::bad_block_length,
        Counter::bad_message_length, Counter::trailing_bytes, Counter::duplicate_reference, Counter::unknown_reference,
        Counter::order_table_full, Counter::over_reduction, Counter::zero_quantity, Counter::unknown_order})
    expect(c, 0);
}

}  // namespace twinpath::bench
