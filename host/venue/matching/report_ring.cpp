#include "host/venue/matching/report_ring.h"

namespace twinpath::matching {

void ReportRing::more() {
  if (!spilling_) {
    publish();
    const std::span<Report> room = ring_.claim(kClaim);
    if (!room.empty()) {
      begin_ = at_ = room.data();
      end_ = at_ + room.size();
      return;
    }
    spilling_ = true;
    moved_ = 0;
    spill_.resize(kClaim);
    at_ = spill_.data();
  } else {
    const std::size_t used = spilled();
    spill_.resize(2 * used);
    at_ = spill_.data() + used;
  }
  end_ = spill_.data() + spill_.size();
}

void ReportRing::drain_spill() {
  while (moved_ != spilled()) {
    const std::span<Report> room = ring_.claim(spilled() - moved_);
    if (room.empty()) return;
    std::copy_n(spill_.data() + moved_, room.size(), room.data());
    ring_.publish(room.size());
    moved_ += room.size();
  }
  spilling_ = false;
  begin_ = at_ = end_ = nullptr;
}

}  // namespace twinpath::matching
