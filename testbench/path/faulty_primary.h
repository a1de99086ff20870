// A path that is sound until one chosen input, and then fails in one chosen way.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "host/path/software_path.h"

namespace twinpath::test {

enum class Failure : std::uint8_t {
  none,
  dies_before,     // an input throws, and every call after it
  dies_after,      // the same, when its outputs have been given
  dies_amid,       // between an order frame and its event
  dies_at_finish,  // only then
  stalls,          // gives nothing any more
  stalls_a_while,  // and then gives all of it at once
  loses_input,
  loses_frame,
  loses_event,
  spoils_frame,
  spoils_event,
  repeats_frame,
  repeats_event,
  mistrusts,  // an event with a trusted book says it is not
};
inline constexpr unsigned kFailures = 15;

struct Fault {
  Failure failure = Failure::none;
  std::uint64_t at = UINT64_MAX;  // input, counted from 1; the first output of the kind from there on
  bool lags = false;              // gives outputs that are no order's every 32 inputs, as a card's rings do
};

class FaultyPrimary final : public Path, private PathSink {
 public:
  using Frame = std::function<void(std::span<const std::uint8_t>)>;

  // `done` becomes true when the fault has come about. `wire`, if any, sees every order frame that is made, whatever is
  // told of it: a card's own wire.
  FaultyPrimary(const Fault& fault, const CoreConfig& config, PathSink& to, bool& done, Frame wire = {})
      : fault_(fault), to_(to), done_(done), wire_(std::move(wire)), path_(make_software_path(config, *this, false)) {}

  std::string_view name() const noexcept override { return "faulty:"; }
  void submit(std::span<const TimedInput> inputs) override {
    for (const TimedInput& input : inputs) {
      next();
      if (is(Failure::loses_input) && !done_) {
        done_ = true;
        continue;
      }
      path_->submit(std::span(&input, 1));
      after();
    }
  }
  void advance(Cycles time) override {
    next();
    path_->advance(time);
    after();
    give_all();
  }
  void finish() override {
    alive();
    path_->finish();
    give_all();
    if (fault_.failure == Failure::dies_at_finish) {
      done_ = true;
      die();
    }
  }
  CounterValues counters() override { return path_->counters(); }
  void load_inactive_bank(const Bank& bank) override {
    alive();
    path_->load_inactive_bank(bank);
  }

 private:
  struct Output {
    bool is_frame;
    std::vector<std::uint8_t> frame;
    Event event;
  };

  bool is(Failure f) const { return fault_.failure == f && input_ >= fault_.at; }
  [[noreturn]] static void die() { throw std::runtime_error("the card does not answer"); }
  void alive() const {
    if (dead_) die();
  }
  void next() {
    alive();
    ++input_;
    if (is(Failure::dies_before)) {
      done_ = dead_ = true;
      die();
    }
    if (is(Failure::stalls) || is(Failure::stalls_a_while)) stalled_ = true;
    if (is(Failure::stalls_a_while) && input_ >= fault_.at + 150) stalled_ = false;
  }
  void after() {
    if (is(Failure::dies_after)) {
      give_all();
      done_ = dead_ = true;
    }
    alive();
    if (!fault_.lags || order_waits_ || ++since_ >= 32) give_all();
  }
  void give_all() {
    if (stalled_) {
      done_ |= !waiting_.empty();
      return;
    }
    since_ = 0;
    order_waits_ = false;
    for (const Output& o : std::exchange(waiting_, {})) {
      if (!dead_) o.is_frame ? to_.on_order_frame(o.frame) : to_.on_event(o.event);
      if (o.is_frame && is(Failure::dies_amid)) done_ = dead_ = true;
    }
    alive();
  }

  void on_order_frame(std::span<const std::uint8_t> frame) override {
    if (wire_) wire_(frame);
    Output o{true, {frame.begin(), frame.end()}, {}};
    order_waits_ = true;
    if (once(Failure::loses_frame)) return;
    if (once(Failure::spoils_frame)) o.frame[50] ^= 4;
    if (once(Failure::repeats_frame)) waiting_.push_back(o);
    waiting_.push_back(std::move(o));
  }
  void on_event(const Event& event) override {
    Output o{false, {}, event};
    if (once(Failure::loses_event)) return;
    if (once(Failure::spoils_event)) o.event.bid_quantity ^= 256;
    if ((event.book_flags & 0x10) != 0 && once(Failure::mistrusts)) o.event.book_flags &= 0xEF;
    if (once(Failure::repeats_event)) waiting_.push_back(o);
    waiting_.push_back(std::move(o));
  }
  bool once(Failure f) { return is(f) && !done_ && (done_ = true); }

  Fault fault_;
  PathSink& to_;
  bool& done_;
  Frame wire_;
  std::uint64_t input_ = 0;
  unsigned since_ = 0;
  bool dead_ = false, stalled_ = false, order_waits_ = false;
  std::vector<Output> waiting_;
  std::unique_ptr<Path> path_;
};

}  // namespace twinpath::test
