// A live run's switched path (host/SEMANTICS.md 10) between its operator and its engine.
#pragma once
#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <string>

#include "host/live/live_engine.h"
#include "host/path/switch_path.h"

namespace twinpath {

class SwitchDesk {
 public:
  // Of a path that is not switched it refuses everything. `quiet`: changes are not told on standard error.
  SwitchDesk(Path& path, bool quiet) : path_(dynamic_cast<SwitchPath*>(&path)), quiet_(quiet) {}

  // After each round. Where orders are held until the operator takes over, none is decided any more: a DISARM is given.
  void look(LiveEngine& engine) {
    if (path_ == nullptr || path_->state() == last_) return;
    last_ = path_->state();
    if (!quiet_) fmt::print(stderr, "{}", to_text(path_->status()));
    if (!held()) return;
    Command disarm;
    disarm.op = CommandOp::disarm;
    engine.command(disarm);
  }

  // Empty when it was done; else why not.
  std::string take_over() { return path_ == nullptr ? kNoSwitch : path_->take_over(); }
  std::string hand_back() { return path_ == nullptr ? kNoSwitch : path_->hand_back(); }

  bool held() const noexcept { return path_ != nullptr && path_->state() == SwitchState::held; }
  std::optional<SwitchStatus> status() const {
    return path_ == nullptr ? std::nullopt : std::optional(path_->status());
  }

 private:
  static constexpr const char* kNoSwitch = "the run's path is not switch:PRIMARY|sw:, nobody can take over";

  SwitchPath* path_;
  bool quiet_;
  SwitchState last_ = SwitchState::primary_leads;
};

}  // namespace twinpath
