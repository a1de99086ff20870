#include "bench/software_bench.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "bench/bench_config.h"
#include "host/path/software_path.h"

namespace twinpath::bench {

SoftwareBench::SoftwareBench(OnTrigger on_trigger)
    : on_trigger_(std::move(on_trigger)), path_(make_software_path(bench_config(), *this, true)) {}

void SoftwareBench::run(const Segment& segment) {
  segment_ = &segment;
  answered_ = 0;
  TimedInput input;
  for (std::size_t i = 0; i < segment.frames.size(); ++i) {
    time_ += Cycles{segment.frames[i].gap};
    input.time = time_;
    input.frame = segment.frame(i);
    path_->submit({&input, 1});
    time_ += Cycles{(segment.frames[i].size + 7) / 8};
  }
  path_->finish();
  if (answered_ != segment.marks.size())
    throw std::runtime_error(
        fmt::format("bench: the software path made {} orders of {} triggers", answered_, segment.marks.size()));
  for (const std::uint32_t user_ref : open_) {
    TimedInput done;
    done.time = time_;
    done.is_frame = false;
    done.command = {.op = CommandOp::done, .user_ref = user_ref};
    path_->submit({&done, 1});
  }
  open_.clear();
}

void SoftwareBench::on_event(const Event& e) {
  if (e.event_kind() != EventKind::order) return;
  if (answered_ == segment_->marks.size() || segment_->marks[answered_].sequence != e.sequence)
    throw std::runtime_error(
        fmt::format("bench: the software path made an order of message {}, which is no trigger "
                    "or out of turn",
                    e.sequence));
  on_trigger_(segment_->marks[answered_++], e.stage(Stage::first_beat));
  open_.push_back(e.user_ref);
}

}  // namespace twinpath::bench
